//! Packed synapse memory: lists of blocks <-> 64-bit words (contract 6). The one reading of it.

use crate::num::{field_weight, weight_field};
use crate::op::{Compression, SignMode};
use crate::words::SynapseFormat;

mod extent;

pub use extent::{Extent, extent};

/// Bits of a block's head: format id 4, n - 1 6.
pub const BLOCK_HEAD_BITS: u32 = 10;
/// Most entries of a block.
pub const BLOCK_ENTRIES_MAX: usize = 64;
/// Format ids 1..=7 are usable; 0 ends a list, 8..=15 are refused.
pub const FORMAT_ID_MAX: u32 = 7;

/// One synapse of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Target within the axon: compartment = base + index.
    pub index: u32,
    /// Mantissa, a multiple of 2^lsb of its format.
    pub weight: i32,
    /// Delay, or length of a box.
    pub delay: u32,
    /// Tag, -256..=255.
    pub tag: i32,
}

/// Entries of one format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Format id, 1..=7.
    pub format: u32,
    /// 1 to 64 entries.
    pub entries: Vec<Entry>,
}

/// Why a list cannot be packed or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SynapseError {
    /// The format id does not exist on this core.
    #[error("format id {0} is not one of the core's formats 1..=7")]
    Format(u32),
    /// A field code of the format is refused.
    #[error("format {0} holds a code that is refused")]
    Code(u32),
    /// A block of no or too many entries.
    #[error("a block of {0} entries: 1..=64 fit")]
    Entries(usize),
    /// An index cannot be reached from the one before in this format.
    #[error("format {format} cannot go from index {from} to {to}")]
    Index {
        /// The format id.
        format: u32,
        /// Running index before, -1 at the start of a list.
        from: i64,
        /// The index wanted.
        to: i64,
    },
    /// A weight, delay or tag does not fit its bits.
    #[error("{field} {value} does not fit format {format}")]
    Value {
        /// weight, delay or tag.
        field: &'static str,
        /// The value.
        value: i64,
        /// The format id.
        format: u32,
    },
    /// A block runs past the end of its list.
    #[error("a block at word {word} of the list needs {need} words, {left} are left")]
    Truncated {
        /// First word of the block.
        word: usize,
        /// Words it needs.
        need: usize,
        /// Words left in the list.
        left: usize,
    },
}

/// The codes of a format, resolved once.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    id: u32,
    compression: Compression,
    mode: SignMode,
    place_bits: u32,
    weight_bits: u32,
    delay_bits: u32,
    tag_bits: u32,
}

impl Layout {
    fn new(formats: &[SynapseFormat], id: u32) -> Result<Self, SynapseError> {
        let format = formats.get(id as usize).filter(|_| (1..=FORMAT_ID_MAX).contains(&id));
        let format = format.ok_or(SynapseError::Format(id))?;
        let (Some(mode), Some(compression), Some(place_bits), Some(tag_bits)) =
            (format.mode(), format.compression(), format.stored_place_bits(), format.stored_tag_bits())
        else {
            return Err(SynapseError::Code(id));
        };
        let weight_bits = format.stored_weight_bits();
        let run_length = compression == Compression::RunLength;
        if weight_bits == 0 || format.delay_bits > 6 || (run_length && format.skip_bits == 0) {
            return Err(SynapseError::Code(id));
        }
        Ok(Self { id, compression, mode, place_bits, weight_bits, delay_bits: format.delay_bits, tag_bits })
    }

    fn entry_bits(&self) -> u32 {
        self.place_bits + self.weight_bits + self.delay_bits + self.tag_bits
    }

    /// What is stored to reach `to` from the running index.
    fn place(&self, from: i64, to: u32) -> Result<u64, SynapseError> {
        let skip = i64::from(to) - from - 1;
        let reachable = match self.compression {
            Compression::Sparse => to < 1 << self.place_bits,
            Compression::RunLength => (0..1 << self.place_bits).contains(&skip),
            Compression::Dense => skip == 0,
        };
        let error = SynapseError::Index { format: self.id, from, to: to.into() };
        match (reachable, self.compression) {
            (false, _) => Err(error),
            (true, Compression::Sparse) => Ok(to.into()),
            (true, Compression::RunLength) => Ok(skip as u64),
            (true, Compression::Dense) => Ok(0),
        }
    }

    /// The index that stored bits reach from the running index.
    fn index(&self, from: i64, place: u64) -> i64 {
        match self.compression {
            Compression::Sparse => place as i64,
            Compression::RunLength => from + 1 + place as i64,
            Compression::Dense => from + 1,
        }
    }

    /// The entry of its bits, after the running index `from`.
    fn entry(&self, from: i64, bits: u64) -> Entry {
        let at = |lo: u32, width: u32| (bits >> lo) & ((1 << width) - 1);
        let (weight, delay) = (self.place_bits, self.place_bits + self.weight_bits);
        Entry {
            index: self.index(from, at(0, self.place_bits)) as u32,
            weight: field_weight(at(weight, self.weight_bits) as u32, self.mode, self.weight_bits),
            delay: at(delay, self.delay_bits) as u32,
            tag: if self.tag_bits == 0 {
                0
            } else {
                crate::num::wrap(at(delay + self.delay_bits, 9) as i64, 9)
            },
        }
    }

    fn check(&self, entry: &Entry) -> Result<(), SynapseError> {
        let field = weight_field(entry.weight, self.mode, self.weight_bits);
        let refuse = |field, value| Err(SynapseError::Value { field, value, format: self.id });
        if field >= 1 << self.weight_bits || field_weight(field, self.mode, self.weight_bits) != entry.weight
        {
            return refuse("weight", entry.weight.into());
        }
        if entry.delay >= 1 << self.delay_bits {
            return refuse("delay", entry.delay.into());
        }
        let tag_fits = if self.tag_bits == 0 { entry.tag == 0 } else { (-256..256).contains(&entry.tag) };
        if tag_fits { Ok(()) } else { refuse("tag", entry.tag.into()) }
    }
}

/// Words that a block of `entries` entries of `format` takes; `None` where a code of the format is refused.
#[must_use]
pub fn block_words(format: &SynapseFormat, entries: usize) -> Option<usize> {
    Some((BLOCK_HEAD_BITS as usize + entries * format.entry_bits()? as usize).div_ceil(64))
}

struct Writer<'a> {
    words: &'a mut Vec<u64>,
    start: usize,
    bit: usize,
}

impl Writer<'_> {
    fn put(&mut self, value: u64, bits: u32) {
        if bits == 0 {
            return;
        }
        let value = value & (!0 >> (64 - bits));
        let (word, shift) = (self.start + self.bit / 64, self.bit % 64);
        let last = self.start + (self.bit + bits as usize - 1) / 64;
        self.words.resize(self.words.len().max(last + 1), 0);
        self.words[word] |= value << shift;
        if last > word {
            self.words[last] |= value >> (64 - shift);
        }
        self.bit += bits as usize;
    }
}

struct Reader<'a> {
    words: &'a [u64],
    bit: usize,
}

impl Reader<'_> {
    fn take(&mut self, bits: u32) -> u64 {
        if bits == 0 {
            return 0;
        }
        let (word, shift) = (self.bit / 64, self.bit % 64);
        let low = self.words[word] >> shift;
        let high = if shift + bits as usize > 64 { self.words[word + 1] << (64 - shift) } else { 0 };
        self.bit += bits as usize;
        (low | high) & (!0 >> (64 - bits))
    }
}

/// Appends the words of a list to `words`. `formats[id]` is the format of that id; `formats[0]` is not used.
///
/// # Errors
/// A format, index, weight, delay or tag that cannot be stored; `words` may then hold part of the list.
pub fn pack_list(
    blocks: &[Block],
    formats: &[SynapseFormat],
    words: &mut Vec<u64>,
) -> Result<(), SynapseError> {
    let mut running = -1i64;
    for block in blocks {
        let layout = Layout::new(formats, block.format)?;
        let n = block.entries.len();
        if n == 0 || n > BLOCK_ENTRIES_MAX {
            return Err(SynapseError::Entries(n));
        }
        let start = words.len();
        let mut out = Writer { words, start, bit: 0 };
        out.put(block.format.into(), 4);
        out.put(n as u64 - 1, 6);
        for entry in &block.entries {
            layout.check(entry)?;
            out.put(layout.place(running, entry.index)?, layout.place_bits);
            running = entry.index.into();
            out.put(weight_field(entry.weight, layout.mode, layout.weight_bits).into(), layout.weight_bits);
            out.put(entry.delay.into(), layout.delay_bits);
            out.put(entry.tag as u64, layout.tag_bits);
        }
        let need = (BLOCK_HEAD_BITS as usize + n * layout.entry_bits() as usize).div_ceil(64);
        words.resize(start + need, 0);
    }
    Ok(())
}

/// Reads a list of `words.len()` words; it ends there or at a block of format id 0.
///
/// # Errors
/// A format that does not exist, a refused code, or a block that runs past the end.
pub fn unpack_list(words: &[u64], formats: &[SynapseFormat]) -> Result<Vec<Block>, SynapseError> {
    let mut blocks: Vec<Block> = Vec::new();
    visit_list(words, &Layouts::new(formats), |place, entry| {
        if place.first {
            blocks.push(Block { format: place.format, entries: Vec::with_capacity(BLOCK_ENTRIES_MAX) });
        }
        blocks.last_mut().into_iter().for_each(|block| block.entries.push(entry));
    })?;
    Ok(blocks)
}

/// The formats of a core, their codes resolved once.
#[derive(Clone, Debug)]
pub struct Layouts(Vec<Result<Layout, SynapseError>>);

impl Layouts {
    /// Resolves `formats`; a refused one is an error where a block names it.
    #[must_use]
    pub fn new(formats: &[SynapseFormat]) -> Self {
        Self((0..=15).map(|id| Layout::new(formats, id)).collect())
    }
}

/// Where an entry lies in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryPlace {
    /// Format id of its block.
    pub format: u32,
    /// Whether it is the first of its block.
    pub first: bool,
    /// Its first bit, counted from the list's first word.
    pub bit: u32,
}

/// Calls `each` for every entry of a list, in order; the number of words read. See [`unpack_list`].
///
/// # Errors
/// A format that does not exist, a refused code, or a block that runs past the end; `each` may have been called.
pub fn visit_list(
    words: &[u64],
    formats: &Layouts,
    mut each: impl FnMut(EntryPlace, Entry),
) -> Result<usize, SynapseError> {
    let (mut at, mut running) = (0, -1i64);
    while at < words.len() {
        let id = (words[at] & 15) as u32;
        if id == 0 {
            break;
        }
        let layout = formats.0[id as usize].as_ref().map_err(SynapseError::clone)?;
        let n = (words[at] >> 4 & 63) as usize + 1;
        let bits = layout.entry_bits();
        let need = (BLOCK_HEAD_BITS as usize + n * bits as usize).div_ceil(64);
        if need > words.len() - at {
            return Err(SynapseError::Truncated { word: at, need, left: words.len() - at });
        }
        let mut input = Reader { words: &words[at..at + need], bit: BLOCK_HEAD_BITS as usize };
        for i in 0..n {
            let bit = (at * 64 + input.bit) as u32;
            let entry = layout.entry(running, input.take(bits));
            running = entry.index.into();
            each(EntryPlace { format: id, first: i == 0, bit }, entry);
        }
        at += need;
    }
    Ok(at)
}

/// Writes weight, delay and tag of the entry at `place` of a list again; its index stays.
///
/// # Errors
/// A value that does not fit the format, or a place outside of `words`.
pub fn rewrite_entry(
    words: &mut [u64],
    formats: &Layouts,
    place: EntryPlace,
    entry: &Entry,
) -> Result<(), SynapseError> {
    let layout = formats.0.get(place.format as usize).ok_or(SynapseError::Format(place.format))?;
    let layout = layout.as_ref().map_err(SynapseError::clone)?;
    layout.check(entry)?;
    let from = (place.bit + layout.place_bits) as usize;
    let bits = layout.entry_bits() - layout.place_bits;
    if from + bits as usize > words.len() * 64 {
        return Err(SynapseError::Truncated { word: from / 64, need: 1, left: 0 });
    }
    let weight = u64::from(weight_field(entry.weight, layout.mode, layout.weight_bits));
    let tag = if layout.tag_bits == 0 { 0 } else { entry.tag as u64 & 0x1ff };
    let value = weight | (u64::from(entry.delay) | tag << layout.delay_bits) << layout.weight_bits;
    for i in 0..bits as usize {
        let (word, shift) = ((from + i) / 64, (from + i) % 64);
        words[word] = words[word] & !(1 << shift) | (value >> i & 1) << shift;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mixed 6-bit weights, 3 bits of delay, tags; sparse, run length and dense.
    fn formats() -> Vec<SynapseFormat> {
        let common = SynapseFormat {
            weight_bits: 6,
            delay_bits: 3,
            tag_bits: 3,
            fanout_type: 1,
            ..SynapseFormat::default()
        };
        let sparse = SynapseFormat { compression: 0, index_bits: 4, ..common };
        let run = SynapseFormat { compression: 1, skip_bits: 3, ..common };
        vec![SynapseFormat::default(), sparse, run, SynapseFormat { compression: 3, ..common }]
    }

    fn entry(index: u32, weight: i32, delay: u32, tag: i32) -> Entry {
        Entry { index, weight, delay, tag }
    }

    #[test]
    fn lists_come_back_and_entries_are_rewritten_in_place() {
        let blocks = vec![
            Block { format: 1, entries: vec![entry(9, -256, 7, -256), entry(4, 248, 0, 255)] },
            Block {
                format: 2,
                entries: (0..20).map(|i| entry(5 + 3 * i, 8 * i as i32, i % 8, -1)).collect(),
            },
            Block { format: 3, entries: (0..64).map(|i| entry(63 + i, 0, 1, 0)).collect() },
        ];
        let mut words = Vec::new();
        pack_list(&blocks, &formats(), &mut words).unwrap();
        assert_eq!(unpack_list(&words, &formats()), Ok(blocks.clone()));
        let mut changed = blocks;
        for e in changed.iter_mut().flat_map(|b| &mut b.entries) {
            (e.weight, e.delay, e.tag) = (-8 - e.weight / 16 * 8, e.delay ^ 5, !e.tag);
        }
        let mut rewritten = words.clone();
        let mut next = changed.iter().flat_map(|b| &b.entries);
        let layouts = Layouts::new(&formats());
        let used = visit_list(&words, &layouts, |place, _| {
            rewrite_entry(&mut rewritten, &layouts, place, next.next().unwrap()).unwrap();
        });
        assert_eq!(used, Ok(words.len()));
        let mut expected = Vec::new();
        pack_list(&changed, &formats(), &mut expected).unwrap();
        assert_eq!(rewritten, expected);
    }

    #[test]
    fn a_block_must_end_within_its_list() {
        let mut words = Vec::new();
        let blocks = [Block { format: 3, entries: (0..64).map(|i| entry(i, 0, 0, 0)).collect() }];
        pack_list(&blocks, &formats(), &mut words).unwrap();
        let cut = &words[..words.len() - 1];
        let error = SynapseError::Truncated { word: 0, need: words.len(), left: cut.len() };
        assert_eq!(unpack_list(cut, &formats()), Err(error));
        assert_eq!(unpack_list(&[9], &formats()), Err(SynapseError::Format(9)));
    }
}
