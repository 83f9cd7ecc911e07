//! The accumulation behind the synapse fetch, with the FIFO between them, where accumulation costs something.

use std::collections::VecDeque;

use isa::timing::Timing;

use super::plan::Packet;
use crate::time::mesh::Cycle;

/// Takes the synapses of messages in the order in which they are fetched.
///
/// The fetch hands synapse after synapse to a FIFO, one a cycle at most, spread evenly over the message's cycles, and
/// waits while that is full. Nothing downstream holds the accumulation up, so all times of a message are known when its
/// fetch begins.
#[derive(Clone, Debug)]
pub struct Accumulate {
    cost: Cycle,
    depth: usize,
    /// When the last `depth` synapses left the FIFO.
    taken: VecDeque<Cycle>,
    /// No synapse enters the FIFO before.
    pushes_from: Cycle,
    /// None leaves it before.
    takes_from: Cycle,
}

impl Accumulate {
    /// At rest.
    pub fn new(timing: &Timing) -> Self {
        Self {
            cost: timing.core.accumulate.into(),
            depth: timing.fifo.synapse as usize,
            taken: VecDeque::new(),
            pushes_from: 0,
            takes_from: 0,
        }
    }

    /// Cycles that it works for some synapses.
    pub fn cycles(&self, synapses: u32) -> Cycle {
        self.cost * Cycle::from(synapses)
    }

    /// Follows the fetch of a message that begins at `start`: when the fetch is over, and when the accumulation. A message
    /// without synapses ends ahead of those whose synapses wait.
    pub fn follow(&mut self, start: Cycle, packet: &Packet) -> (Cycle, Cycle) {
        match packet.synapses {
            0 => (start + packet.cycles, start + packet.cycles),
            synapses => self.accumulate(start, packet.cycles, synapses.into()),
        }
    }

    /// When the last synapse enters the FIFO, and when it is accumulated.
    fn accumulate(&mut self, start: Cycle, cycles: Cycle, synapses: u64) -> (Cycle, Cycle) {
        let reads = |synapse: u64| (synapse * cycles).div_ceil(synapses);
        let mut pushed = start;
        for synapse in 0..synapses {
            let fetched = pushed + reads(synapse + 1) - reads(synapse);
            let is_full = self.taken.len() == self.depth;
            let slot = if is_full { self.taken.pop_front().map_or(0, |taken| taken + 1) } else { 0 };
            pushed = fetched.max(self.pushes_from).max(slot);
            self.pushes_from = pushed + 1;
            let taken = self.takes_from.max(pushed + 1);
            self.taken.push_back(taken);
            self.takes_from = taken + self.cost;
        }
        (pushed, self.takes_from)
    }
}
