//! Numbers for stimuli: a counter and a hash, so every choice is a function of the seed. Never used on the chip.

/// SplitMix64 (Steele, Lea, Flood 2014).
#[derive(Clone, Copy, Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// The stream of a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0xd134_2543_de82_ef95).wrapping_add(0x2545_f491_4f6c_dd1d))
    }

    /// 64 bits.
    #[inline]
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below a bound.
    #[inline]
    pub const fn below(&mut self, bound: u32) -> u32 {
        (((self.next() >> 32) * bound as u64) >> 32) as u32
    }

    /// 64 coins, each 1 with probability `p / 2^32`: as many random bits are compared as it takes.
    #[inline]
    pub fn coins(&mut self, p: u64) -> u64 {
        if p >> 32 != 0 {
            return u64::MAX;
        }
        let (mut ones, mut open, mut rest) = (0, u64::MAX, (p as u32).reverse_bits());
        while open != 0 && rest != 0 {
            let random = self.next();
            if rest & 1 == 1 {
                ones |= open & !random;
                open &= random;
            } else {
                open &= !random;
            }
            rest >>= 1;
        }
        ones
    }
}

#[cfg(test)]
#[allow(clippy::float_arithmetic, reason = "shares")]
mod tests {
    use super::Numbers;

    #[test]
    fn coins_fall_as_often_as_asked() {
        for p in [0.01, 0.25, 0.3, 0.999] {
            let mut numbers = Numbers::new(7);
            let ones: u32 =
                (0..100_000).map(|_| numbers.coins((p * 4_294_967_296.0) as u64).count_ones()).sum();
            let share = f64::from(ones) / 6_400_000.0;
            assert!((share - p).abs() < 0.001, "{share} for {p}");
        }
        assert_eq!((Numbers::new(1).coins(0), Numbers::new(1).coins(1 << 32)), (0, u64::MAX));
    }
}
