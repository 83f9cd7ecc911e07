//! A message on its way, and what a flit knows of it.

use emulator::Message as Recorded;
use emulator::time::mesh::{Cycle, Flit, Kind};
use isa::op::AxonKind;
use isa::timing::{NetChoice, Timing};

/// A message on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// As it was recorded.
    pub recorded: Recorded,
    /// Its last flit; the payload is its number.
    pub flit: Flit,
    /// Whether it goes to another chip.
    pub leaves_chip: bool,
    /// The core that sends it.
    pub source: u32,
    /// Its number among those of that core, once it waits for the mesh.
    pub sequence: u32,
}

impl Message {
    /// Parity of its step, as an index.
    #[must_use]
    pub const fn parity(&self) -> usize {
        self.flit.epoch() as usize
    }

    /// Its flits, the first first.
    #[must_use]
    pub fn flits(&self) -> Vec<Flit> {
        match self.recorded.kind {
            _ if self.leaves_chip => vec![self.flit.head().with_kind(Kind::Header), self.flit],
            AxonKind::Pop32 => vec![self.flit.head(), self.flit],
            _ => vec![self.flit],
        }
    }

    /// Synapses that it reads.
    #[must_use]
    pub const fn synapses(&self) -> u32 {
        let reads = self.recorded.reads;
        reads.sparse + reads.run_length + reads.dense
    }

    /// Cycles of SYN.
    #[must_use]
    pub fn fetch_cycles(&self, timing: &Timing) -> u64 {
        let (reads, costs) = (self.recorded.reads, timing.core.synapse);
        let (mut words, mut sparse) = (reads.words * costs.word, reads.sparse * costs.sparse);
        let mut others = reads.run_length * costs.run_length + reads.dense * costs.dense;
        if costs.per_word > 0 {
            words = reads.sparse.div_ceil(costs.per_word) * costs.word;
        } else {
            (sparse, others) = (sparse + others, 0);
        }
        u64::from(words.max(sparse) + others)
    }

    /// Cycles of SYN for one of its synapses: together they take those of the message, spread evenly.
    #[must_use]
    pub fn read_cycles(&self, timing: &Timing, synapse: u64) -> u64 {
        let all = u64::from(self.synapses().max(1));
        let until = |synapse: u64| (synapse * self.fetch_cycles(timing)).div_ceil(all);
        until(synapse + 1) - until(synapse)
    }
}

/// What all units see in a cycle.
#[derive(Debug)]
pub struct Now<'a> {
    /// The cycle.
    pub cycle: Cycle,
    /// The calibration.
    pub timing: &'a Timing,
    /// All messages.
    pub messages: &'a mut [Message],
}

/// Which network the next message of a core takes, and which number it has.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sender {
    /// Whether the next message takes the second network.
    other: bool,
    sequence: u32,
}

impl Sender {
    /// The network a message takes, were it the next.
    #[must_use]
    pub fn net(&self, message: &Message, timing: &Timing) -> usize {
        let (core, axon) = (message.recorded.core.0, u32::from(message.recorded.axon.0));
        let choice = match timing.choice {
            NetChoice::Alternate => u32::from(self.other),
            NetChoice::Hash => (core.wrapping_mul(0x9e37_79b1) ^ axon.wrapping_mul(0x85eb_ca6b)) >> 16,
            NetChoice::Fixed => 0,
        };
        (choice % timing.nets) as usize
    }

    /// Numbers a message as the next.
    pub const fn number(&mut self, message: &mut Message) {
        message.sequence = self.sequence;
        (self.sequence, self.other) = (self.sequence + 1, !self.other);
    }
}
