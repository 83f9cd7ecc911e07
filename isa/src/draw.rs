//! The only randomness of the chip: Threefry-2x32, 20 rounds, keyed by what a draw is for (contract 8).
//!
//! Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011. The key of a stream changes with time,
//! the counter names the unit, so one key serves a whole core for a step.

/// What a draw is for; the first word of the key's counter is time, the second `sub` (contract 8, table).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Stream {
    /// Noise of a compartment; time t, sub 0; unit (compartment, 0).
    Noise = 0,
    /// Pre traces; time epoch, sub s; unit (source, 0).
    Pre = 1,
    /// Post traces; time epoch, sub s; unit (compartment, 0), extra impulses (compartment, 1).
    Post = 2,
    /// Rounding of a synapse; time epoch, sub ordinal; unit (source, compartment).
    Synapse = 3,
    /// Homeostasis; time epoch, sub 0; unit (compartment, 0).
    Homeostasis = 4,
    /// Reward traces; time epoch, sub s; unit (channel, 0).
    Reward = 5,
    /// Poisson inputs; time t, sub 0; unit (input, 0).
    Input = 6,
}

/// The key of a stream at one time: `K = mix(seed, stream; time, sub)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamKey(pub [u32; 2]);

impl StreamKey {
    /// The key of `stream` at (`time`, `sub`) under the run's seed.
    #[must_use]
    pub const fn new(seed: u32, stream: Stream, time: u32, sub: u32) -> Self {
        Self(mix([seed, stream as u32], [time, sub]))
    }

    /// The two output words of the unit (`a`, `b`).
    #[must_use]
    pub const fn words(self, a: u32, b: u32) -> [u32; 2] {
        mix(self.0, [a, b])
    }

    /// The 64 bits z of the unit (`a`, `b`): `o0 + 2^32 * o1`.
    #[must_use]
    pub const fn draw(self, a: u32, b: u32) -> Draw {
        let [o0, o1] = self.words(a, b);
        Draw(o0 as u64 | (o1 as u64) << 32)
    }
}

/// The 64 bits z of one draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw(pub u64);

impl Draw {
    /// Bits `z[hi:lo]`.
    #[must_use]
    pub const fn bits(self, hi: u32, lo: u32) -> u32 {
        ((self.0 >> lo) & ((1 << (hi - lo + 1)) - 1)) as u32
    }
    /// The noise sample, -127..=127: `((o0 * 255) >> 32) - 127`.
    #[must_use]
    pub const fn noise_sample(self) -> i32 {
        (((self.0 & 0xffff_ffff) * 255) >> 32) as i32 - 127
    }
    /// The 12 bits of the decay of trace `i` of a unit: x1 x2, or y1 y2 y3; homeostasis and reward use i = 0.
    #[must_use]
    pub const fn decay_bits(self, i: u32) -> u32 {
        self.bits(12 * i + 11, 12 * i)
    }
    /// The 7 bits of the first impulse of pre trace `i` (stream 1).
    #[must_use]
    pub const fn pre_impulse_bits(self, i: u32) -> u32 {
        self.bits(7 * i + 30, 7 * i + 24)
    }
    /// The 7 bits of a later impulse of pre trace `i` (stream 1).
    #[must_use]
    pub const fn pre_extra_bits(self, i: u32) -> u32 {
        self.bits(7 * i + 44, 7 * i + 38)
    }
    /// The 7 bits of the first impulse of post trace `i` (stream 2, unit (compartment, 0)).
    #[must_use]
    pub const fn post_impulse_bits(self, i: u32) -> u32 {
        self.bits(7 * i + 42, 7 * i + 36)
    }
    /// The 7 bits of a later impulse of post trace `i` (stream 2, unit (compartment, 1)).
    #[must_use]
    pub const fn post_extra_bits(self, i: u32) -> u32 {
        self.bits(7 * i + 6, 7 * i)
    }
    /// The low `n` bits, n 7..=15, that round a weight (stream 3).
    #[must_use]
    pub const fn weight_bits(self, n: u32) -> u32 {
        self.bits(n - 1, 0)
    }
    /// The 7 bits that round a delay (stream 3).
    #[must_use]
    pub const fn delay_bits(self) -> u32 {
        self.bits(22, 16)
    }
    /// The 7 bits that round a tag (stream 3).
    #[must_use]
    pub const fn tag_bits(self) -> u32 {
        self.bits(30, 24)
    }
    /// Whether a Poisson input of probability `p` (of 2^32, 33 bits) fires: `o0 < p` (stream 6).
    #[must_use]
    pub const fn fires(self, p: u64) -> bool {
        (self.0 & 0xffff_ffff) < p
    }
}

/// Rotations of the rounds, four of them before the key is added, then the other four.
const ROTATIONS: [[u32; 4]; 2] = [[13, 15, 26, 6], [17, 29, 16, 24]];
const PARITY: u32 = 0x1BD1_1BDA;

/// Threefry-2x32 with 20 rounds: `mix(k0, k1; c0, c1)`.
///
/// Written without a loop, so that compilers turn loops over many units into vector instructions.
#[inline]
#[must_use]
pub const fn mix(key: [u32; 2], counter: [u32; 2]) -> [u32; 2] {
    let [k0, k1] = key;
    let k2 = PARITY ^ k0 ^ k1;
    let x = [counter[0].wrapping_add(k0), counter[1].wrapping_add(k1)];
    let x = four_rounds(x, ROTATIONS[0], [k1, k2.wrapping_add(1)]);
    let x = four_rounds(x, ROTATIONS[1], [k2, k0.wrapping_add(2)]);
    let x = four_rounds(x, ROTATIONS[0], [k0, k1.wrapping_add(3)]);
    let x = four_rounds(x, ROTATIONS[1], [k1, k2.wrapping_add(4)]);
    four_rounds(x, ROTATIONS[0], [k2, k0.wrapping_add(5)])
}

#[inline]
const fn four_rounds(x: [u32; 2], rotations: [u32; 4], key: [u32; 2]) -> [u32; 2] {
    let [r0, r1, r2, r3] = rotations;
    let x = one_round(one_round(one_round(one_round(x, r0), r1), r2), r3);
    [x[0].wrapping_add(key[0]), x[1].wrapping_add(key[1])]
}

#[inline]
const fn one_round([x0, x1]: [u32; 2], rotation: u32) -> [u32; 2] {
    let x0 = x0.wrapping_add(x1);
    [x0, x1.rotate_left(rotation) ^ x0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threefry_known_answer() {
        assert_eq!(mix([0, 0], [0, 0]), [0x6b20_0159, 0x99ba_4efe]);
    }
}
