//! Cutting a run of equal entries into blocks of 1 to 64 so that it takes the fewest words.

use std::sync::LazyLock;

use isa::synapse::{BLOCK_ENTRIES_MAX, BLOCK_HEAD_BITS};

/// Most bits of an entry: index 12, weight 8, delay 6, tag 9.
const ENTRY_BITS_MAX: usize = 35;
/// Runs up to here are cut best; longer ones shed blocks of the best size first.
const TABLE: usize = 1024;

/// The tables for blocks as the chip has them, made once.
pub static CUTS: LazyLock<Cuts> = LazyLock::new(|| Cuts::new(BLOCK_ENTRIES_MAX));

/// Fewest words, and the first block of a cut that reaches them, by bits of an entry and number of entries.
pub struct Cuts {
    tables: Vec<Table>,
}

struct Table {
    words: Vec<u16>,
    first: Vec<u8>,
    /// The block size with the fewest words per entry.
    best: usize,
}

impl Cuts {
    /// The tables for blocks of at most `largest` entries.
    #[must_use]
    pub fn new(largest: usize) -> Self {
        Self { tables: (0..=ENTRY_BITS_MAX).map(|bits| Table::new(bits, largest)).collect() }
    }

    /// Fewest words of `n` entries of `bits` bits.
    #[must_use]
    pub fn words(&self, bits: u32, n: usize) -> u32 {
        let table = &self.tables[bits as usize];
        let (shed, rest) = table.shed(n);
        shed as u32 * u32::from(table.words[table.best]) + u32::from(table.words[rest])
    }

    /// Sizes of the blocks that reach [`Cuts::words`].
    pub fn blocks(&self, bits: u32, n: usize) -> impl Iterator<Item = usize> + '_ {
        let table = &self.tables[bits as usize];
        let (shed, rest) = table.shed(n);
        let mut left = rest;
        std::iter::repeat_n(table.best, shed).chain(std::iter::from_fn(move || {
            let first = usize::from(table.first[left]);
            left -= first;
            (first > 0).then_some(first)
        }))
    }
}

impl Table {
    fn new(bits: usize, largest: usize) -> Self {
        let block = |n: usize| (BLOCK_HEAD_BITS as usize + n * bits).div_ceil(64);
        let (mut words, mut first) = (vec![0u16; TABLE + 1], vec![0u8; TABLE + 1]);
        for n in 1..=TABLE {
            let sizes = (1..=n.min(largest)).rev();
            let cut = |size: usize| (block(size) as u16 + words[n - size], size);
            let (least, size) = sizes.map(cut).min_by_key(|&(words, _)| words).unwrap_or((0, 0));
            (words[n], first[n]) = (least, size as u8);
        }
        let best = (1..=largest).rev().min_by_key(|&n| block(n) * 64 * largest / n).unwrap_or(1);
        Self { words, first, best }
    }

    /// How many blocks of the best size are shed, and what is left for the table.
    fn shed(&self, n: usize) -> (usize, usize) {
        let shed = n.saturating_sub(TABLE).div_ceil(self.best);
        (shed, n - shed * self.best)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block_words(bits: u32, n: usize) -> u32 {
        (BLOCK_HEAD_BITS + n as u32 * bits).div_ceil(64)
    }

    #[test]
    fn blocks_hold_all_entries_in_the_words_promised() {
        let cuts = Cuts::new(64);
        for bits in [1, 8, 15, 18, 35] {
            for n in [1, 2, 63, 64, 65, 130, 1023, 1024, 1025, 5000] {
                let sizes: Vec<usize> = cuts.blocks(bits, n).collect();
                assert_eq!(sizes.iter().sum::<usize>(), n);
                assert!(sizes.iter().all(|&size| (1..=64).contains(&size)));
                assert_eq!(
                    sizes.iter().map(|&size| block_words(bits, size)).sum::<u32>(),
                    cuts.words(bits, n)
                );
            }
        }
    }

    #[test]
    fn no_cut_is_worse_than_full_blocks() {
        let cuts = Cuts::new(64);
        for bits in 1..=35 {
            for n in 1..=1024usize {
                let full = (n / 64) as u32 * block_words(bits, 64);
                let tail = if n % 64 == 0 { 0 } else { block_words(bits, n % 64) };
                assert!(cuts.words(bits, n) <= full + tail, "{bits} bits, {n} entries");
            }
        }
        // 27 entries of 18 bits fill 496 of 512 bits, 64 only 1,162 of 1,216: 54 take 16 words in two blocks of 27.
        assert_eq!(cuts.words(18, 54), 16);
    }
}
