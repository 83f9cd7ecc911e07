//! Learning as other simulators do it, replayed with their quirks and their draws.
//!
//! Order of events, trace histories, sums of products, rounding and clamps are the shipped ones (`reference::Unit`,
//! `History`, `accumulate`, `result`), fed with what the peer drew; the head of each file says which quirk it selects, and
//! how. The sum of products below is apart: Lava counts other widths than ours, so that it cannot be the shipped one.
#![allow(clippy::float_arithmetic, reason = "the peers decay their traces with floating-point exponentials")]

pub mod brian;
pub mod lava;
pub mod pes;

use isa::words::TraceProfile;
use network::graph::Term;
use reference::Unit;
use reference::epoch::History;

use crate::contract::graph;

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

impl Quirks {
    const fn width(&self, kind: Kind) -> i32 {
        match kind {
            Kind::Trace => 7,
            Kind::Weight => self.weight_bits,
            Kind::Delay => 6,
            Kind::Tag => 8,
            Kind::Sign => self.sign_bits,
            Kind::Event => 0,
        }
    }

    /// Bits below the 15 that are kept of a product.
    fn cut(&self, product: &Product) -> i32 {
        let widths = product.factors.iter().map(|&(kind, _)| self.width(kind));
        (self.scale_bits + widths.sum::<i32>() - 15).max(0)
    }

    /// A factor's value, clamped or not.
    fn value(&self, &(kind, value): &(Kind, i64)) -> i64 {
        let plain = matches!(kind, Kind::Sign | Kind::Event) || self.clamps == Clamps::Nothing;
        let bound = 1i64 << self.width(kind);
        if plain { value } else { value.clamp(-bound, bound - 1) }
    }

    /// Whether a product, before it is saturated, is another one than the contract's.
    #[must_use]
    pub fn touch(&self, product: &Product) -> bool {
        let clamped = product.factors.iter().any(|factor| self.value(factor) != CONTRACT.value(factor));
        clamped || self.cut(product) != CONTRACT.cut(product)
    }
}

/// The accumulator after one more product.
#[must_use]
pub fn accumulate(acc: i64, product: &Product, quirks: &Quirks) -> i64 {
    let saturated = |x: i64| x.clamp(quirks.least, 32_767);
    let values = product.factors.iter().map(|factor| quirks.value(factor));
    let exact = values.product::<i64>() * product.mantissa;
    let scaled = (exact >> quirks.cut(product)) << (product.exponent + 7);
    saturated(acc + saturated(scaled))
}

/// Traces of a peer that keeps exp(-1/tau) of them, not rounded to 1/4096, and rounds every decay up iff `draw`, 0.0..1.0,
/// is below its fraction. d is rounded up; what is kept beyond it is added to r12.
#[must_use]
pub fn history<const N: usize>(unit: &Unit<N>, traces: &[Trace; N], steps: u32, draw: f64) -> History<N> {
    let profile = traces.map(|trace| trace.profile);
    let up_to = |steps, r12: &[[u32; N]]| {
        History::new(unit, &profile, steps, |s, i| (r12[s as usize - 1][i as usize], 0))
    };
    let mut r12: Vec<[u32; N]> = Vec::new();
    for s in 0..steps {
        let x = if s == 0 { unit.x } else { up_to(s, &r12).at(s) };
        r12.push(std::array::from_fn(|i| {
            (f64::from(x[i]) * traces[i].beyond + 4096.0 * (1.0 - draw)) as u32
        }));
    }
    up_to(steps, &r12)
}

/// A trace of a peer.
#[derive(Clone, Copy, Debug)]
pub struct Trace {
    /// d rounded up, so what is kept is at most the peer's.
    pub profile: TraceProfile,
    /// What the peer keeps beyond that, in 1/4096 of the trace: 0.0..1.0.
    beyond: f64,
}

impl Trace {
    /// A trace of `impulse` that keeps exp(-1/tau) a step; tau 0.0 keeps nothing.
    #[must_use]
    pub fn new(impulse: u32, tau: f64) -> Self {
        let kept = if tau > 0.0 { 4096.0 * (-1.0 / tau).exp() } else { 0.0 };
        let profile = TraceProfile { impulse, fraction: 0, decay: 4096 - kept as u32 };
        Self { profile, beyond: kept.fract() }
    }
}

/// A term; its factors by name, without constants.
///
/// # Panics
/// If a name is none.
#[must_use]
pub fn term(dependency: &str, mantissa: i32, exponent: i32, factors: &str) -> Term {
    let factors = factors.split_whitespace().map(|name| (name.to_string(), 0)).collect();
    graph::term(&(dependency.into(), mantissa, exponent, factors))
}
