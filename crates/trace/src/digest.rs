//! The digest of a run: one 64-bit number that two equal runs share, wherever they were placed (contract 9).

use isa::ids::{Key, Step};
use xxhash_rust::xxh3::Xxh3;

/// xxh3-64 over little-endian 32-bit words: (t, key) of every spike in (t, key) order; then u, v and the threshold
/// mantissa in force of every compartment in key order; then w, d, tag, x1, x2, y1, y2, y3 of every synapse of every
/// plastic projection, in order of projection and list.
///
/// In a run of samples every sample's spikes follow one another, each with its own t; the state is the last one's.
#[derive(Clone)]
pub struct Digest {
    hash: Xxh3,
    bytes: Vec<u8>,
}

/// Words are gathered up to this many bytes before they are hashed.
const BATCH: usize = 4096;

impl Default for Digest {
    fn default() -> Self {
        Self { hash: Xxh3::new(), bytes: Vec::with_capacity(BATCH + 64) }
    }
}

impl Digest {
    /// A digest of nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the spikes of step `t`; `keys` ascend.
    pub fn spikes(&mut self, t: Step, keys: &[Key]) {
        debug_assert!(keys.is_sorted(), "keys of {t} do not ascend");
        for key in keys {
            self.words([t.0, key.0]);
        }
    }

    /// Adds the final state of the next compartment; `vth` is the threshold mantissa in force.
    pub fn compartment(&mut self, u: i32, v: i32, vth: i32) {
        self.words([u, v, vth].map(i32::cast_unsigned));
    }

    /// Adds the final state of the next plastic synapse: w, d, tag, x1, x2, y1, y2, y3.
    pub fn synapse(&mut self, state: [i32; 8]) {
        self.words(state.map(i32::cast_unsigned));
    }

    /// The digest.
    #[must_use]
    pub fn finish(&self) -> u64 {
        let mut hash = self.hash.clone();
        hash.update(&self.bytes);
        hash.digest()
    }

    fn words<const N: usize>(&mut self, words: [u32; N]) {
        for word in words {
            self.bytes.extend_from_slice(&word.to_le_bytes());
        }
        if self.bytes.len() >= BATCH {
            self.hash.update(&self.bytes);
            self.bytes.clear();
        }
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Digest({:016x})", self.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use xxhash_rust::xxh3::xxh3_64;

    #[test]
    fn layout_is_pairs_then_states_then_synapses() {
        let mut digest = Digest::new();
        digest.spikes(Step(1), &[Key(2), Key(5)]);
        digest.compartment(-1, 7, 100);
        digest.synapse([1, 2, 3, 4, 5, 6, 7, -8]);
        let words = [1, 2, 1, 5, -1, 7, 100, 1, 2, 3, 4, 5, 6, 7, -8i32];
        let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
        assert_eq!(digest.finish(), xxh3_64(&bytes));
    }

    #[test]
    fn batches_do_not_show() {
        let mut digest = Digest::new();
        let mut bytes = Vec::new();
        for t in 1..3000u32 {
            digest.spikes(Step(t), &[Key(t / 3)]);
            bytes.extend([t.to_le_bytes(), (t / 3).to_le_bytes()].concat());
        }
        assert_eq!(digest.finish(), xxh3_64(&bytes));
    }
}
