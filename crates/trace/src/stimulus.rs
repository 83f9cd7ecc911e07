//! What is done to a network while it runs, beside what its inputs bring.

use isa::ids::{Key, Step};

/// Extra events, writes and rewards. Order within a step does not matter, except that of two writes to one
/// compartment the last one wins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stimulus {
    /// Input events: an input line and the step at which its message is due, 1 and up.
    pub events: Vec<(Step, Key)>,
    /// V written at the barrier before that step: compartment and value, of which 24 bits are kept (contract 3).
    pub writes: Vec<(Step, Key, i32)>,
    /// Reward messages: the channel and its value, of which the low 8 bits count; `None` is a message worth 1.
    pub rewards: Vec<(Step, Key, Option<i32>)>,
}
