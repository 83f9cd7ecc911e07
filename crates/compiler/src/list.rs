//! Synapses of one source on a core.

use isa::op::AxonKind;

use crate::coding::Chunk;
use crate::gather::Synapse;

/// Synapses of one source on the core that are read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List {
    /// Key of the source.
    pub source: u32,
    /// The projection that learns, if it does.
    pub plastic: Option<usize>,
    /// Kind of axon.
    pub kind: AxonKind,
    /// First of its synapses in the order of [`gather`](crate::gather::gather).
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// Compartment of index 0.
    pub base: u32,
    /// Words.
    pub words: u32,
    /// Index into [`Plan::axons`](crate::plan::Plan::axons).
    pub axon: u32,
    /// Which list of the axon.
    pub atom: u32,
}

impl List {
    /// Its synapses, out of all those of the core.
    #[must_use]
    pub fn of<'a>(&self, synapses: &'a [Synapse]) -> &'a [Synapse] {
        &synapses[self.start as usize..self.end as usize]
    }

    /// Output axon slots that its source spends on it.
    #[must_use]
    pub const fn slots(&self) -> u32 {
        if matches!(self.kind, AxonKind::Pop32) { 2 } else { 1 }
    }

    /// The entries of one class after another, each with its class.
    pub fn chunks<'a>(&self, synapses: &'a [Synapse]) -> impl Iterator<Item = (u16, Chunk<'a>)> {
        let (base, mut running) = (self.base, -1);
        self.of(synapses).chunk_by(|a, b| a.class == b.class).map(move |entries| {
            let chunk = Chunk { entries, base, running };
            running = i64::from(entries[entries.len() - 1].target) - i64::from(base);
            (entries[0].class, chunk)
        })
    }
}
