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
    /// Column of 0 and 1 that says where it is active; `None` is everywhere.
    pub gate: Option<usize>,
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
    /// `acc = sat16(acc + sat16(product))` for every lane.
    pub fn add_product(product: &Product, columns: &[Column; COLUMNS], acc: &mut Column) = add_body
}

dispatched! {
    /// Rounds accumulators to multiples of 2^lsb: `out = ((acc >> n) + (draw < acc mod 2^n)) << lsb` within bounds.
    pub fn round(acc: &Column, draws: &Column, to: Rounding, out: &mut Column) = round_body
}

dispatched! {
    /// OR of the fractions of all lanes below `n`: 0 where no lane needs a draw.
    pub fn fractions(acc: &Column, lanes: usize, n: u32) -> i32 = fractions_body
}

/// How a target is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounding {
    /// Bits below the stored precision, 7 + lsb.
    pub n: u32,
    /// Lost bits of the mantissa.
    pub lsb: u32,
    /// Least value.
    pub min: i32,
    /// Greatest value.
    pub max: i32,
}

const ACC_MIN: i32 = -(1 << 15);
const ACC_MAX: i32 = (1 << 15) - 1;

#[inline(always)]
fn add_body(product: &Product, columns: &[Column; COLUMNS], acc: &mut Column) {
    // Three factors of 8 bits and the mantissa fit 32 bits, four do not.
    if product.factors.len() < 4 {
        let mut p: Column = [product.mantissa; BATCH];
        product.factors.iter().for_each(|factor| multiply(*factor, columns, &mut p));
        p.iter_mut().for_each(|p| *p >>= product.right);
        finish(product, columns, &p, acc);
    } else {
        let mut p = [i64::from(product.mantissa); BATCH];
        for factor in &product.factors {
            let mut f: Column = [1; BATCH];
            multiply(*factor, columns, &mut f);
            p.iter_mut().zip(&f).for_each(|(p, f)| *p *= i64::from(*f));
        }
        let p = p.map(|p| (p >> product.right) as i32);
        finish(product, columns, &p, acc);
    }
}

#[inline(always)]
fn multiply(factor: Factor, columns: &[Column; COLUMNS], p: &mut Column) {
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
fn finish(product: &Product, columns: &[Column; COLUMNS], p: &Column, acc: &mut Column) {
    let everywhere: Column = [1; BATCH];
    let gate = product.gate.map_or(&everywhere, |column| &columns[column]);
    for ((acc, p), gate) in acc.iter_mut().zip(p).zip(gate) {
        let scaled = (p << product.left).clamp(ACC_MIN, ACC_MAX);
        *acc = (*acc + scaled * gate).clamp(ACC_MIN, ACC_MAX);
    }
}

#[inline(always)]
fn round_body(acc: &Column, draws: &Column, to: Rounding, out: &mut Column) {
    let mask = (1 << to.n) - 1;
    for ((acc, draw), out) in acc.iter().zip(draws).zip(out) {
        let up = i32::from(*draw < (acc & mask));
        *out = (((acc >> to.n) + up) << to.lsb).max(to.min).min(to.max);
    }
}

#[inline(always)]
fn fractions_body(acc: &Column, lanes: usize, n: u32) -> i32 {
    acc[..lanes].iter().fold(0, |any, acc| any | acc) & ((1 << n) - 1)
}
