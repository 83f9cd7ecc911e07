//! How the entries of one class in one list are laid into blocks: the codings and their cost.

use isa::synapse::{Block, Entry};

use crate::cuts::Cuts;
use crate::gather::Synapse;

/// Skip bits of run-length coding go up to here.
pub const SKIP_BITS_MAX: usize = 7;

/// How places are coded wherever that is possible; elsewhere the index is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Every index is stored.
    Sparse,
    /// Consecutive targets store nothing.
    Dense,
    /// Skips of so many bits.
    Run(u32),
}

/// Entries of one class in one list: targets ascend, and parallel synapses keep their order.
#[derive(Clone, Copy)]
pub struct Chunk<'a> {
    /// The entries.
    pub entries: &'a [Synapse],
    /// Compartment of index 0.
    pub base: u32,
    /// Running index before the first entry: -1 at the start of a list.
    pub running: i64,
}

/// Bits of an entry with its index stored, and without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Widths {
    /// With a stored index.
    pub sparse: u32,
    /// Without a place.
    pub bare: u32,
}

/// Consecutive entries coded alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Whether their index is stored.
    pub sparse: bool,
    /// How many.
    pub entries: usize,
}

/// Words of a chunk, and what entries it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Words.
    pub words: u32,
    /// Whether some index is stored.
    pub sparse: bool,
    /// Whether some place is coded.
    pub coded: bool,
}

impl Coding {
    fn reaches(self, running: i64, index: i64) -> bool {
        let skip = index - running - 1;
        match self {
            Self::Sparse => false,
            Self::Dense => skip == 0,
            Self::Run(bits) => (0..1 << bits).contains(&skip),
        }
    }

    /// Bits of an entry that is not sparse.
    fn bits(self, widths: Widths) -> u32 {
        match self {
            Self::Sparse => widths.sparse,
            Self::Dense => widths.bare,
            Self::Run(bits) => widths.bare + bits,
        }
    }
}

impl Chunk<'_> {
    fn index(&self, entry: usize) -> i64 {
        i64::from(self.entries[entry].target) - i64::from(self.base)
    }

    /// Words of the chunk in `coding`.
    #[must_use]
    pub fn cost(&self, coding: Coding, widths: Widths, cuts: &Cuts) -> Cost {
        if coding == Coding::Sparse {
            return Cost { words: cuts.words(widths.sparse, self.entries.len()), sparse: true, coded: false };
        }
        let mut cost = Cost { words: 0, sparse: false, coded: false };
        self.segments(coding, widths, |segment| {
            let bits = if segment.sparse { widths.sparse } else { coding.bits(widths) };
            cost.words += cuts.words(bits, segment.entries);
            cost.sparse |= segment.sparse;
            cost.coded |= !segment.sparse;
        });
        cost
    }

    /// How many entries need more than so many skip bits; dense is 0 skip bits.
    #[must_use]
    pub fn unreached(&self) -> [usize; SKIP_BITS_MAX + 1] {
        // How many entries need just so many bits; a skip back needs all.
        let mut need = [0; SKIP_BITS_MAX + 2];
        let mut running = self.running;
        for entry in 0..self.entries.len() {
            let index = self.index(entry);
            let bits = u64::BITS - ((index - running - 1) as u64).leading_zeros();
            need[(bits as usize).min(SKIP_BITS_MAX + 1)] += 1;
            running = index;
        }
        let mut unreached = [0; SKIP_BITS_MAX + 1];
        let mut more = 0;
        for bits in (0..=SKIP_BITS_MAX).rev() {
            more += need[bits + 1];
            unreached[bits] = more;
        }
        unreached
    }

    /// The segments of the chunk in `coding`.
    ///
    /// An entry that cannot be reached is stored sparse. So are the few that follow it, if that is shorter.
    pub fn segments(&self, coding: Coding, widths: Widths, mut visit: impl FnMut(Segment)) {
        let (mut start, mut sparse) = (0, 0);
        let mut running = self.running;
        while start < self.entries.len() {
            let end = self.run_end(coding, start);
            let entries = end - start;
            let reached = usize::from(!coding.reaches(running, self.index(start)));
            if reached == 1 && is_short(entries, coding.bits(widths), widths.sparse) {
                sparse += entries;
            } else {
                sparse += reached;
                if sparse > 0 {
                    visit(Segment { sparse: true, entries: sparse });
                    sparse = 0;
                }
                visit(Segment { sparse: false, entries: entries - reached });
            }
            running = self.index(end - 1);
            start = end;
        }
        if sparse > 0 {
            visit(Segment { sparse: true, entries: sparse });
        }
    }

    /// One past the last entry that is reached from the one before, from `start` on.
    fn run_end(&self, coding: Coding, start: usize) -> usize {
        let reaches = |&i: &usize| coding.reaches(self.index(i - 1), self.index(i));
        start + 1 + (start + 1..self.entries.len()).take_while(reaches).count()
    }

    /// Appends the chunk's blocks to `blocks`; `formats` are the ids of its sparse and its coded format.
    pub fn blocks(&self, layout: Layout, cuts: &Cuts, blocks: &mut Vec<Block>) {
        let Layout { coding, widths, sparse_format, coded_format } = layout;
        let mut next = 0;
        self.segments(coding, widths, |segment| {
            let bits = if segment.sparse { widths.sparse } else { coding.bits(widths) };
            let format = if segment.sparse { sparse_format } else { coded_format };
            for size in cuts.blocks(bits, segment.entries) {
                let entries = self.entries[next..next + size].iter().map(|s| self.entry(s)).collect();
                blocks.push(Block { format, entries });
                next += size;
            }
        });
    }

    fn entry(&self, synapse: &Synapse) -> Entry {
        Entry {
            index: u32::from(synapse.target) - self.base,
            weight: synapse.weight.into(),
            delay: synapse.delay.into(),
            tag: synapse.tag.into(),
        }
    }
}

/// How a chunk is written.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Coding.
    pub coding: Coding,
    /// Bits of entries.
    pub widths: Widths,
    /// Format id of stored indices.
    pub sparse_format: u32,
    /// Format id of the coding.
    pub coded_format: u32,
}

/// Whether `entries` that begin with an unreachable one are shorter as sparse entries than as one sparse entry
/// and a block of the rest.
fn is_short(entries: usize, coded_bits: u32, sparse_bits: u32) -> bool {
    let rest = entries as u32 - 1;
    rest * sparse_bits <= 64 * (isa::synapse::BLOCK_HEAD_BITS + rest * coded_bits).div_ceil(64)
}
