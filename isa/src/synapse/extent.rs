//! How far a list reaches, without decoding what its synapses are worth.

use super::{BLOCK_HEAD_BITS, Compression, Layout, Layouts, SynapseError};

/// The reach of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Entries, filler included.
    pub entries: u32,
    /// One past the greatest index; 0 for an empty list.
    pub end: u32,
    /// Greatest delay.
    pub delay_max: u32,
    /// Bit `id` is set where a block is of that format.
    pub formats: u16,
    /// Words of its blocks.
    pub words: u32,
}

/// The reach of a list; see [`unpack_list`](super::unpack_list).
///
/// # Errors
/// As [`visit_list`](super::visit_list).
pub fn extent(words: &[u64], formats: &Layouts) -> Result<Extent, SynapseError> {
    let (mut at, mut running, mut extent) = (0, -1i64, Extent::default());
    while at < words.len() && words[at] & 15 != 0 {
        let id = (words[at] & 15) as usize;
        let layout = formats.0[id].as_ref().map_err(SynapseError::clone)?;
        let n = (words[at] >> 4 & 63) as u32 + 1;
        let need = (BLOCK_HEAD_BITS + n * layout.entry_bits()).div_ceil(64) as usize;
        let left = words.len() - at;
        let block = words.get(at..at + need).ok_or(SynapseError::Truncated { word: at, need, left })?;
        running = block_end(block, layout, n, running, &mut extent);
        if layout.delay_bits > 0 {
            let delay_at = layout.place_bits + layout.weight_bits;
            let delays = (0..n).map(|i| peek(block, layout, i, delay_at, layout.delay_bits) as u32);
            extent.delay_max = extent.delay_max.max(delays.max().unwrap_or(0));
        }
        extent.entries += n;
        extent.formats |= 1 << id;
        at += need;
    }
    extent.words = at as u32;
    Ok(extent)
}

/// The running index behind a block of `n` entries; `extent.end` grows.
fn block_end(block: &[u64], layout: &Layout, n: u32, running: i64, extent: &mut Extent) -> i64 {
    let places = (0..n).map(|i| peek(block, layout, i, 0, layout.place_bits));
    let (last, max) = match layout.compression {
        Compression::Dense => (running + i64::from(n), running + i64::from(n)),
        Compression::RunLength => {
            let last = running + i64::from(n) + places.sum::<u64>() as i64;
            (last, last)
        }
        Compression::Sparse => places.fold((0, 0), |(_, max), place| (place as i64, max.max(place as i64))),
    };
    extent.end = extent.end.max(max as u32 + 1);
    last
}

/// `width` bits of entry `i` of a block, from bit `lo` of the entry; what lies behind the block counts as 0.
fn peek(block: &[u64], layout: &Layout, i: u32, lo: u32, width: u32) -> u64 {
    let bit = BLOCK_HEAD_BITS + i * layout.entry_bits() + lo;
    let (word, shift) = ((bit / 64) as usize, bit % 64);
    let low = block.get(word).map_or(0, |low| low >> shift);
    let high =
        if shift + width > 64 { block.get(word + 1).map_or(0, |high| high << (64 - shift)) } else { 0 };
    (low | high) & ((1 << width) - 1)
}

#[cfg(test)]
mod tests {
    use super::super::{Block, Entry, pack_list, visit_list};
    use super::*;
    use crate::words::SynapseFormat;

    #[test]
    fn the_extent_is_that_of_the_entries() {
        let common =
            SynapseFormat { weight_bits: 6, delay_bits: 3, fanout_type: 1, ..SynapseFormat::default() };
        let sparse = SynapseFormat { compression: 0, index_bits: 4, ..common };
        let run = SynapseFormat { compression: 1, skip_bits: 3, tag_bits: 3, ..common };
        let dense = SynapseFormat { compression: 3, delay_bits: 0, ..common };
        let formats = [SynapseFormat::default(), sparse, run, dense];
        let entry = |index, delay| Entry { index, weight: 8, delay, tag: 0 };
        let of = |format, entries: Vec<Entry>| Block { format, entries };
        let lists = [
            vec![],
            vec![of(1, (0..64).map(|i| entry(i * 37 % 200, i % 7)).collect()), of(3, vec![entry(132, 0)])],
            vec![of(2, (0..50).map(|i| entry(i * 5, 2)).collect()), of(1, vec![entry(9, 5)])],
            vec![of(3, (0..64).map(|i| entry(i, 0)).collect()), of(2, vec![entry(70, 1)])],
        ];
        for list in lists {
            let mut words = Vec::new();
            pack_list(&list, &formats, &mut words).unwrap();
            let layouts = Layouts::new(&formats);
            let mut expected = Extent { words: words.len() as u32, ..Extent::default() };
            visit_list(&words, &layouts, |place, entry| {
                expected.entries += 1;
                expected.end = expected.end.max(entry.index + 1);
                expected.delay_max = expected.delay_max.max(entry.delay);
                expected.formats |= 1 << place.format;
            })
            .unwrap();
            assert_eq!(extent(&words, &layouts), Ok(expected));
            let cut = &words[..words.len().saturating_sub(1)];
            let visited = visit_list(cut, &layouts, |_, _| ()).err();
            assert_eq!(extent(cut, &layouts).err(), visited);
        }
    }
}
