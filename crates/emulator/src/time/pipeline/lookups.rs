//! The FIFO between axon lookup and synapse fetch.
//!
//! Messages leave it in order and nothing behind the fetch holds that up, so when one leaves is known when it comes.

use crate::time::mesh::Cycle;

/// The FIFO, as the cycles in which its slots become free.
#[derive(Clone, Debug)]
pub struct Lookups {
    /// By slot: the first cycle in which a message may be pushed, which is behind that in which the last left it.
    free: Box<[Cycle]>,
    /// The slot that is filled next.
    slot: usize,
    /// The first cycle in which another fetch may begin.
    pub fetch_from: Cycle,
    /// The most it ever held.
    pub high_water: usize,
}

impl Lookups {
    /// An empty FIFO.
    pub fn new(depth: u32) -> Self {
        Self { free: vec![0; depth as usize].into(), slot: 0, fetch_from: 0, high_water: 0 }
    }

    /// A message that is looked up passes it: when it is pushed, which holds up the lookup, and when its fetch begins.
    #[inline]
    pub fn pass(&mut self, looked_up: Cycle) -> (Cycle, Cycle) {
        let depth = self.free.len();
        let pushed = looked_up.max(self.free[self.slot]);
        if self.high_water < depth {
            // Those that are fetched in this cycle have left.
            let inside = self.free.iter().filter(|free| **free > pushed + 1).count();
            self.high_water = self.high_water.max(inside + 1);
        }
        let start = self.fetch_from.max(pushed + 1);
        self.free[self.slot] = start + 1;
        self.slot = if self.slot + 1 == depth { 0 } else { self.slot + 1 };
        (pushed, start)
    }
}
