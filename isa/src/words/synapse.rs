//! Synapse formats (contract 2, 6, 7; chip 6.4). The packed entries themselves are in [`crate::synapse`].

use crate::op::{Compression, INDEX_BITS, SignMode, SynapseType, TAG_BITS, WEIGHT_BITS};

crate::words! {
    /// Format of the entries of a block. Format id 0 ends a list, so 1..=7 are usable.
    SynapseFormat [64] {
        weight_limit_mantissa [3:0] u "limit L of |w| = mantissa << exponent; 0: none",
        weight_limit_exponent [7:4] u "exponent of L, 0..=15",
        weight_exponent [11:8] i "exponent of the weight, -8..=7",
        disc_max_weight [12:12] u "0",
        learning [13:13] u "1: plastic",
        rule [16:14] u "learning rule of a plastic format",
        tag_bits [18:17] u "code: 0 none, 3 nine bits",
        delay_bits [21:19] u "bits of the delay, 0..=6",
        weight_bits [24:22] u "code: bits [0, 1, 2, 3, 4, 5, 6, 8]",
        reuse_synapse_data [25:25] u "0",
        index_offset [29:26] u "0 (cIdxOffset)",
        index_multiplier [33:30] u "0 (cIdxMult)",
        skip_bits [36:34] u "bits of the skip in run-length coding, 1..=7",
        index_bits [39:37] u "code: bits [0, 6, 7, 8, 9, 10, 11, 12]",
        synapse_type [40:40] u "0 pulse, 1 box",
        fanout_type [42:41] u "sign mode: 1 mixed, 2 excitatory, 3 inhibitory",
        compression [44:43] u "0 sparse, 1 run length, 3 dense",
    }
}

impl SynapseFormat {
    /// The sign mode; `None` for the code 0.
    #[must_use]
    pub const fn mode(&self) -> Option<SignMode> {
        SignMode::from_code(self.fanout_type)
    }
    /// The compression; `None` for the code 2.
    #[must_use]
    pub const fn compression(&self) -> Option<Compression> {
        Compression::from_code(self.compression)
    }
    /// The synapse type.
    #[must_use]
    pub const fn synapse_type(&self) -> SynapseType {
        if self.synapse_type == 0 { SynapseType::Pulse } else { SynapseType::Box }
    }
    /// Bits of a stored weight.
    #[must_use]
    pub const fn stored_weight_bits(&self) -> u32 {
        WEIGHT_BITS[(self.weight_bits & 7) as usize]
    }
    /// Bits of a stored tag; `None` for a refused code.
    #[must_use]
    pub const fn stored_tag_bits(&self) -> Option<u32> {
        TAG_BITS[(self.tag_bits & 3) as usize]
    }
    /// Bits of what says where an entry goes: the index, the skip or nothing.
    #[must_use]
    pub const fn stored_place_bits(&self) -> Option<u32> {
        match self.compression() {
            Some(Compression::Sparse) => Some(INDEX_BITS[(self.index_bits & 7) as usize]),
            Some(Compression::RunLength) => Some(self.skip_bits),
            Some(Compression::Dense) => Some(0),
            None => None,
        }
    }
    /// Bits of one entry; `None` where a code is refused.
    #[must_use]
    pub fn entry_bits(&self) -> Option<u32> {
        Some(
            self.stored_place_bits()?
                + self.stored_weight_bits()
                + self.delay_bits
                + self.stored_tag_bits()?,
        )
    }
    /// The bound of |w|, already truncated to the lsb; `None` where there is none (contract 7).
    #[must_use]
    pub fn weight_limit(&self) -> Option<i32> {
        let lsb = crate::num::weight_lsb(self.mode()?, self.stored_weight_bits());
        let limit = (self.weight_limit_mantissa << self.weight_limit_exponent) as i32;
        (self.weight_limit_mantissa != 0).then(|| crate::num::truncate_weight(limit, lsb))
    }
}
