//! Plastic synapses of a core: every entry of the lists of its learning axons.

use isa::num::{EFF_WEIGHT_MAX, WEIGHT_SHIFT, eff_weight};
use isa::synapse::EntryPlace;

/// The entries, in order of axon and list.
#[derive(Clone, Debug, Default)]
pub struct Plastic {
    /// Mantissa.
    pub w: Vec<i16>,
    /// Delay.
    pub d: Vec<u8>,
    /// Tag.
    pub tag: Vec<i16>,
    /// Post unit; not used where the format is not plastic.
    pub post: Vec<u16>,
    /// Pre unit.
    pub pre: Vec<u16>,
    /// Number of earlier synapses of the same source and target in the projection; empty if all are 0.
    pub ordinal: Vec<u16>,
    /// Its word in the stream.
    pub word: Vec<u32>,
    /// Its place in its list.
    pub place: Vec<EntryPlace>,
    /// Runs of entries of one pre unit and one format.
    pub runs: Vec<Run>,
    /// Runs of each pre unit: from `unit_runs[u]` to `unit_runs[u + 1]`.
    pub unit_runs: Vec<u32>,
    /// First entry of each pre unit, and one past the last of all.
    pub unit_entries: Vec<u32>,
    /// First word of each pre unit's list in the synapse memory.
    pub unit_pointer: Vec<u32>,
    /// Entries by post unit, for each format whose rule has a term of y0.
    pub columns: Vec<Columns>,
}

/// Consecutive entries of one pre unit and one format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Pre unit.
    pub pre: u16,
    /// Format id.
    pub format: u8,
    /// First entry.
    pub start: u32,
    /// One past the last entry.
    pub end: u32,
    /// Post unit of the first entry, where those of the others follow one by one.
    pub posts: Option<u16>,
}

/// The entries of one format by post unit.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// Format id.
    pub format: u8,
    /// From `start[p]` to `start[p + 1]` lie those of post unit p.
    pub start: Vec<u32>,
    /// The entries.
    pub lanes: Vec<Lane>,
}

/// An entry with all that finds its values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lane {
    /// The entry.
    pub entry: u32,
    /// Its word in the stream.
    pub word: u32,
    /// Pre unit.
    pub pre: u16,
    /// Post unit.
    pub post: u16,
}

/// What learning must know of a format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Format {
    /// Its rule; none where it is not plastic.
    pub rule: Option<usize>,
    /// Lost bits of the mantissa.
    pub lsb: u32,
    /// Bounds of the mantissa, the limit included.
    pub weights: (i32, i32),
    /// Weight exponent.
    pub exponent: i32,
    /// Longest delay that can be stored.
    pub delay_max: i32,
}

/// The words of the stream as learning rewrites them.
pub struct Words<'a> {
    /// The words.
    pub words: &'a mut [u32],
    /// Log2 of the compartments of a slot.
    pub stride_bits: u32,
}

/// A synapse as a word of the stream: the accumulator of (`target`, `delay`) and the effective weight.
#[must_use]
pub fn stream_word(target: u32, delay: u32, stride_bits: u32, effective: i32) -> u32 {
    debug_assert!(effective.abs() <= EFF_WEIGHT_MAX);
    let address = target | delay << stride_bits;
    (address & 0xffff) | ((effective >> WEIGHT_SHIFT) as u32) << 16
}

impl Plastic {
    /// An entry with all that finds its values.
    #[must_use]
    pub fn lane(&self, entry: usize) -> Lane {
        Lane { entry: entry as u32, word: self.word[entry], pre: self.pre[entry], post: self.post[entry] }
    }

    /// Stores a new weight of a lane and rewrites its word of the stream.
    pub fn store_weight(&mut self, lane: Lane, w: i32, format: &Format, to: &mut Words<'_>) {
        self.w[lane.entry as usize] = w as i16;
        let word = &mut to.words[lane.word as usize];
        *word = *word & 0xffff | ((eff_weight(w, format.exponent) >> WEIGHT_SHIFT) as u32) << 16;
    }

    /// w, d and tag of `entry`.
    #[must_use]
    pub fn values(&self, entry: usize) -> [i32; 3] {
        [self.w[entry].into(), self.d[entry].into(), self.tag[entry].into()]
    }

    /// Stores new values of `entry` and rewrites its word of the stream.
    pub fn store(&mut self, entry: usize, [w, d, tag]: [i32; 3], format: &Format, to: &mut Words<'_>) {
        self.w[entry] = w as i16;
        self.d[entry] = d as u8;
        self.tag[entry] = tag as i16;
        let word = &mut to.words[self.word[entry] as usize];
        let target = *word & ((1 << to.stride_bits) - 1);
        *word = stream_word(target, d as u32, to.stride_bits, eff_weight(w, format.exponent));
    }
}
