//! Phase 4: sums of products over many synapses at once (contract 7, Arithmetic).

use super::dispatched;

/// Lanes of a batch of synapses.
pub const BATCH: usize = 128;

/// Columns of a batch.
pub const COLUMNS: usize = 22;

/// One value per lane.
pub type Column = [i32; BATCH];

/// One factor, ready to be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// `clamp(column + constant, -2^bits, 2^bits - 1)`.
    Value {
        /// Which column.
        column: usize,
        /// C.
        constant: i32,
        /// Magnitude bits.
        bits: u32,
    },
    /// Sign of `column + constant`.
    Sign {
        /// Which column.
        column: usize,
        /// C.
        constant: i32,
    },
    /// A column that is 0 or 1.
    Flag(usize),
    /// A constant.
    Constant(i32),
}

/// One product: `((mantissa * factors) >> right) << left`, where it is active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Mantissa of S.
    pub mantissa: i32,
    /// `max(0, sum of W - 15)`.
    pub right: u32,
    /// Exponent of S plus 7.
    pub left: u32,
    /// At most 4.
    pub factors: Vec<Factor>,
}

dispatched! {
    /// `acc = sat16(acc + sat16(product))` for the first `lanes` lanes.
    pub fn add_product(product: &Product, gate: Option<usize>, columns: &[Column; COLUMNS], acc: &mut [i32]) = add_body
}

dispatched! {
    /// Rounds accumulators to multiples of 2^lsb: `out = ((acc >> n) + (draw < acc mod 2^n)) << lsb` within bounds.
    pub fn round(acc: &[i32], draws: &[u32], to: Rounding, out: &mut [i32]) = round_body
}

dispatched! {
    /// Weights of consecutive entries, stored and put into their words of the stream.
    pub fn store_weights(new: &[i32], exponent: i32, weights: &mut [i16], words: &mut [u32]) = store_body
}

/// How a target is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounding {
    /// Bits below the stored precision, 7 + lsb.
    pub n: u32,
    /// Lost bits of the mantissa.
    pub lsb: u32,
    /// Lowest bit of the draw that rounds it.
    pub draw: u32,
    /// Least value.
    pub min: i32,
    /// Greatest value.
    pub max: i32,
}

const ACC_MIN: i32 = -(1 << 15);
const ACC_MAX: i32 = (1 << 15) - 1;

#[inline(always)]
fn add_body(product: &Product, gate: Option<usize>, columns: &[Column; COLUMNS], acc: &mut [i32]) {
    let lanes = acc.len();
    let mut scaled: Column = [product.mantissa; BATCH];
    // Three factors of 8 bits and the mantissa fit 32 bits, four do not.
    if product.factors.len() < 4 {
        product.factors.iter().for_each(|factor| multiply(*factor, columns, &mut scaled[..lanes]));
        scaled[..lanes].iter_mut().for_each(|p| *p >>= product.right);
    } else {
        let mut wide = [i64::from(product.mantissa); BATCH];
        for factor in &product.factors {
            let mut f: Column = [1; BATCH];
            multiply(*factor, columns, &mut f[..lanes]);
            wide.iter_mut().zip(&f).for_each(|(p, f)| *p *= i64::from(*f));
        }
        scaled.iter_mut().zip(&wide).for_each(|(p, wide)| *p = (wide >> product.right) as i32);
    }
    let scaled = scaled[..lanes].iter().map(|p| (p << product.left).clamp(ACC_MIN, ACC_MAX));
    match gate {
        None => acc.iter_mut().zip(scaled).for_each(|(acc, p)| *acc = (*acc + p).clamp(ACC_MIN, ACC_MAX)),
        Some(gate) => {
            for ((acc, p), gate) in acc.iter_mut().zip(scaled).zip(&columns[gate]) {
                *acc = (*acc + (p & -gate)).clamp(ACC_MIN, ACC_MAX);
            }
        }
    }
}

#[inline(always)]
fn multiply(factor: Factor, columns: &[Column; COLUMNS], p: &mut [i32]) {
    match factor {
        Factor::Value { column, constant, bits } => {
            let (least, most) = (-(1 << bits), (1 << bits) - 1);
            for (p, v) in p.iter_mut().zip(&columns[column]) {
                *p = p.wrapping_mul(v.wrapping_add(constant).max(least).min(most));
            }
        }
        Factor::Sign { column, constant } => {
            for (p, v) in p.iter_mut().zip(&columns[column]) {
                *p = p.wrapping_mul(v.wrapping_add(constant).signum());
            }
        }
        Factor::Flag(column) => p.iter_mut().zip(&columns[column]).for_each(|(p, v)| *p = p.wrapping_mul(*v)),
        Factor::Constant(value) => p.iter_mut().for_each(|p| *p = p.wrapping_mul(value)),
    }
}

#[inline(always)]
fn round_body(acc: &[i32], draws: &[u32], to: Rounding, out: &mut [i32]) {
    let mask = (1 << to.n) - 1;
    for ((acc, draw), out) in acc.iter().zip(draws).zip(out) {
        let up = i32::from(((draw >> to.draw) as i32 & mask) < (acc & mask));
        *out = (((acc >> to.n) + up) << to.lsb).max(to.min).min(to.max);
    }
}

#[inline(always)]
fn store_body(new: &[i32], exponent: i32, weights: &mut [i16], words: &mut [u32]) {
    let (up, down) = (exponent.max(0), (-exponent).max(0));
    for ((new, weight), word) in new.iter().zip(weights).zip(words) {
        *weight = *new as i16;
        let scaled = ((new << up) >> down).clamp(-EFF_MAX, EFF_MAX);
        *word = *word & 0xffff | (scaled as u32) << 16;
    }
}

/// Largest effective weight in units of 64.
const EFF_MAX: i32 = isa::num::EFF_WEIGHT_MAX >> isa::num::WEIGHT_SHIFT;

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn stored_words_hold_the_effective_weight(
            new in proptest::collection::vec(-256..256i32, 0..70), exponent in -8..8i32, address in any::<u16>(),
        ) {
            for level in Level::supported() {
                let mut weights = vec![0; new.len()];
                let mut words = vec![u32::from(address) | 7 << 16; new.len()];
                store_weights(level, &new, exponent, &mut weights, &mut words);
                for (i, &w) in new.iter().enumerate() {
                    let effective = isa::num::eff_weight(w, exponent);
                    prop_assert_eq!(words[i] as u16, address);
                    prop_assert_eq!((words[i] as i32 >> 16) * 64, effective);
                    prop_assert_eq!(i32::from(weights[i]), w);
                }
            }
        }
    }
}
