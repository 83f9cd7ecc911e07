//! Learning as other simulators do it: our sum of products with their quirks, replayed with their draws.
#![allow(clippy::float_arithmetic, reason = "the peers decay their traces with floating-point exponentials")]

pub mod brian;
pub mod lava;
pub mod pes;

/// Where a peer's sum of products leaves ours (chip.md 16, #18, #20).
#[derive(Clone, Copy, Debug)]
pub struct Quirks {
    /// Magnitude bits that the scale S counts.
    pub scale_bits: i32,
    /// Magnitude bits that a factor of w counts.
    pub weight_bits: i32,
    /// Magnitude bits that sgn(.) counts.
    pub sign_bits: i32,
    /// Least value of a product and of the accumulator.
    pub least: i64,
    /// Whether a factor is clamped to its bits.
    pub clamps: Clamps,
}

/// Whether factors are clamped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clamps {
    /// To -2^W ..= 2^W - 1.
    Factors,
    /// Not at all.
    Nothing,
}

/// The contract, section 7.
pub const CONTRACT: Quirks =
    Quirks { scale_bits: 3, weight_bits: 8, sign_bits: 0, least: -32_768, clamps: Clamps::Factors };

/// Lava: S counts its sign, w and sgn(.) count 9 bits, the lower bound is one too low.
pub const LAVA: Quirks =
    Quirks { scale_bits: 4, weight_bits: 9, sign_bits: 9, least: -32_769, clamps: Clamps::Nothing };

/// What a factor is, as far as its width goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A trace, r0 or r1.
    Trace,
    /// The weight.
    Weight,
    /// The delay.
    Delay,
    /// The tag, or a constant.
    Tag,
    /// A sign.
    Sign,
    /// x0 or y0.
    Event,
}

/// A product of an active term: S = mantissa * 2^exponent, and the factors' values.
#[derive(Clone, Debug)]
pub struct Product {
    /// Mantissa of S.
    pub mantissa: i64,
    /// Exponent of S.
    pub exponent: i32,
    /// Values V + C.
    pub factors: Vec<(Kind, i64)>,
}

/// The accumulator after one more product.
#[must_use]
pub fn accumulate(acc: i64, product: &Product, quirks: &Quirks) -> i64 {
    let saturated = |x: i64| x.clamp(quirks.least, 32_767);
    let width = |kind| match kind {
        Kind::Trace => 7,
        Kind::Weight => quirks.weight_bits,
        Kind::Delay => 6,
        Kind::Tag => 8,
        Kind::Sign => quirks.sign_bits,
        Kind::Event => 0,
    };
    let value = |&(kind, value): &(Kind, i64)| {
        let plain = matches!(kind, Kind::Sign | Kind::Event) || quirks.clamps == Clamps::Nothing;
        let bound = 1i64 << width(kind);
        if plain { value } else { value.clamp(-bound, bound - 1) }
    };
    let exact = product.factors.iter().map(value).product::<i64>() * product.mantissa;
    let bits = quirks.scale_bits + product.factors.iter().map(|&(kind, _)| width(kind)).sum::<i32>();
    let scaled = (exact >> (bits - 15).max(0)) << (product.exponent + 7);
    saturated(acc + saturated(scaled))
}

/// `x` rounded down, or up with the probability of its fraction: up iff `draw` is below it.
#[must_use]
pub fn rounded(x: f64, draw: f64) -> i64 {
    x.floor() as i64 + i64::from(draw < x - x.floor())
}
