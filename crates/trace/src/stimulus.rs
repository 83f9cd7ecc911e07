//! What comes from outside during a run, beside the inputs that a network declares.

use isa::ids::{Key, Step};
use serde::{Deserialize, Serialize};

/// Extra events, writes and rewards. Order within a step does not matter, except that of two writes to one
/// compartment the last one wins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Stimulus {
    /// Input events: the line `Key` sends its messages, due at `Step`, 1 and up. The same event twice is two.
    pub events: Vec<(Step, Key)>,
    /// Writes to V at the barrier before `Step`; 24 bits are kept (contract 3).
    pub writes: Vec<(Step, Key, i32)>,
    /// Rewards at `Step` to the channel `Key`, of whose value the low 8 bits count; `None` is a message worth 1.
    pub rewards: Vec<(Step, Key, Option<i32>)>,
}

impl Stimulus {
    /// Nothing from outside.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether nothing comes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.writes.is_empty() && self.rewards.is_empty()
    }

    /// The last step at which something comes, 0 if nothing does.
    #[must_use]
    pub fn last_step(&self) -> u32 {
        let events = self.events.iter().map(|e| e.0.0);
        let writes = self.writes.iter().map(|w| w.0.0);
        let rewards = self.rewards.iter().map(|r| r.0.0);
        events.chain(writes).chain(rewards).max().unwrap_or(0)
    }

    /// Sorts by step and key; writes to one key keep their order.
    pub fn sort(&mut self) {
        self.events.sort_unstable();
        self.writes.sort_by_key(|w| (w.0, w.1));
        self.rewards.sort_unstable();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorting_keeps_the_order_of_writes() {
        let writes = vec![(Step(2), Key(1), 9), (Step(2), Key(1), 3), (Step(1), Key(4), 0)];
        let mut stimulus = Stimulus { writes, ..Stimulus::none() };
        stimulus.sort();
        assert_eq!(stimulus.writes, [(Step(1), Key(4), 0), (Step(2), Key(1), 9), (Step(2), Key(1), 3)]);
        assert_eq!(stimulus.last_step(), 2);
    }
}
