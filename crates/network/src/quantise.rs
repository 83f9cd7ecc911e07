//! Physical values to chip values: the one module with floats. Every function tells what was asked and what came out.
//!
//! `exp` and `log2` are libm's, so that a description gives the same graph on every platform.
#![allow(clippy::float_arithmetic, reason = "physical values are real numbers; what comes out is integers")]

use crate::text::ast::Operator;

/// A physical value and the chip value that stands for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rounded<T> {
    /// The chip value.
    pub value: T,
    /// What was asked for.
    pub asked: f64,
    /// What the chip value amounts to, in the unit of `asked`.
    pub got: f64,
}

/// How a time constant becomes a decay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// `round(4096 * (1 - exp(-1/tau)))`: the state halves when it should.
    #[default]
    Exponential,
    /// `round(4096 / tau)`: forward Euler, as most training frameworks compute.
    Euler,
}

/// The decay, 0..=4096, of a time constant of `tau` steps; 0 steps forget at once, infinity never.
#[must_use]
pub fn decay(tau: f64, method: Method) -> Rounded<u32> {
    let rate = match method {
        _ if tau <= 0.0 => 1.0,
        Method::Exponential => 1.0 - libm::exp(-1.0 / tau),
        Method::Euler => 1.0 / tau,
    };
    let value = libm::round(4096.0 * rate.clamp(0.0, 1.0)) as u32;
    Rounded { value, asked: tau, got: tau_of(value, method) }
}

/// The time constant in steps of a decay: 0 for 4096, infinite for 0.
#[must_use]
pub fn tau_of(decay: u32, method: Method) -> f64 {
    let rate = f64::from(decay) / 4096.0;
    match method {
        Method::Euler if decay > 0 => 1.0 / rate,
        Method::Exponential if decay > 0 && decay < 4096 => -1.0 / libm::log1p(-rate),
        _ if decay == 0 => f64::INFINITY,
        _ => 0.0,
    }
}

/// The decay of an activity trace over `epoch` steps: round(4096 * (1 - exp(-T/tau))) (contract 5).
#[must_use]
pub fn epoch_decay(tau: f64, epoch: u32) -> Rounded<u32> {
    let per_epoch = decay(tau / f64::from(epoch.max(1)), Method::Exponential);
    Rounded { value: per_epoch.value, asked: tau, got: per_epoch.got * f64::from(epoch.max(1)) }
}

/// Impulse of a trace: (integer part, floor(128 * fraction)); `None` outside of 0..128 (contract 7).
#[must_use]
pub fn impulse(asked: f64) -> Option<Rounded<(u32, u32)>> {
    let whole = libm::floor(asked);
    let fraction = libm::floor(128.0 * (asked - whole));
    (0.0..128.0).contains(&asked).then(|| Rounded {
        value: (whole as u32, fraction as u32),
        asked,
        got: whole + fraction / 128.0,
    })
}

/// `floor(p * 2^32)` of a probability; `None` outside of 0..=1 (contract 8).
#[must_use]
pub fn probability(p: f64) -> Option<Rounded<u64>> {
    let value = libm::floor(p * 4_294_967_296.0);
    (0.0..=1.0).contains(&p).then(|| Rounded { value: value as u64, asked: p, got: value / 4_294_967_296.0 })
}

/// The nearest whole number; `None` if it has more than 53 bits or is not a number.
#[must_use]
pub fn round(x: f64) -> Option<Rounded<i64>> {
    let value = libm::round(x);
    (value.abs() < 9.0e15).then_some(Rounded { value: value as i64, asked: x, got: value })
}

/// The whole number that `x` is; `None` if it is none.
#[must_use]
pub fn whole(x: f64) -> Option<i64> {
    round(x).filter(|r| r.got == x).map(|r| r.value)
}

/// `x * factor`
#[must_use]
pub fn times(x: f64, factor: f64) -> f64 {
    x * factor
}

/// `-x`
#[must_use]
pub fn negated(x: f64) -> f64 {
    -x
}

/// Steps of a time, both in microseconds.
#[must_use]
pub fn steps(time_us: f64, step_us: u32) -> f64 {
    time_us / f64::from(step_us)
}

/// Milliseconds of some steps.
#[must_use]
pub fn milliseconds(steps: f64, step_us: u32) -> f64 {
    steps * f64::from(step_us) * 1e-3
}

/// Events per step of a rate in Hz.
#[must_use]
pub fn per_step(rate_hz: f64, step_us: u32) -> f64 {
    rate_hz * f64::from(step_us) / 1e6
}

/// An operation of a constant expression; `None` where the result is not finite.
#[must_use]
pub fn arithmetic(operator: Operator, a: f64, b: f64) -> Option<f64> {
    let result = match operator {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mul => a * b,
        Operator::Div => a / b,
        Operator::Rem => a % b,
        Operator::Pow => libm::pow(a, b),
    };
    result.is_finite().then_some(result)
}

/// The number at `share / 2^32` of the way from `low` to `high`.
#[must_use]
pub fn between(low: f64, high: f64, share: u32) -> f64 {
    low + (high - low) * (f64::from(share) / 4_294_967_296.0)
}

/// The `i`-th of `n` numbers evenly spaced from `low` to `high`, both included.
#[must_use]
pub fn spaced(low: f64, high: f64, i: usize, n: usize) -> f64 {
    if n < 2 { low } else { low + (high - low) * (i as f64 / (n - 1) as f64) }
}

/// What decides the scale of a population: all in its physical unit.
#[derive(Clone, Debug, Default)]
pub struct Scaled {
    /// Per projection that ends here: its largest |weight|, and the largest mantissa that it can store.
    pub weights: Vec<(f64, i32)>,
    /// Largest threshold.
    pub threshold: f64,
    /// Largest |bias|.
    pub bias: f64,
}

/// Units of 64 accumulator units per physical unit, so that the largest weight just fits; and its exponent.
///
/// The exponent of the largest weight is the least that leaves the smallest projection its full precision, at
/// most 4, less where threshold (131071) or bias (4095 * 2^7 / 64) would not fit.
#[must_use]
pub fn scale(of: &Scaled) -> (f64, i32) {
    let weights = of.weights.iter().filter(|(w, _)| *w > 0.0);
    let per_weight = |(w, mantissa): &(f64, i32)| f64::from(*mantissa) / w;
    let limits = [131_071.0 / of.threshold, 8190.0 / of.bias];
    let most = limits.into_iter().filter(|x| x.is_finite()).fold(f64::INFINITY, f64::min);
    let Some(least) = weights.clone().map(per_weight).reduce(f64::min) else {
        let largest = of.threshold.max(of.bias);
        return (if largest > 0.0 { (4096.0 / largest).min(most) } else { 1.0 }, 0);
    };
    let widest = weights.map(per_weight).fold(least, f64::max);
    let wanted = libm::ceil(libm::log2(widest / least)).clamp(0.0, 4.0) as i32;
    let fits = (0..=wanted).rev().find(|e| least * f64::from(1u32 << e) <= most);
    match fits {
        Some(exponent) => (least * f64::from(1u32 << exponent), exponent),
        None => (most, 0),
    }
}

/// The least exponent, -8..=7, with which weights up to `largest` (in units of 64) fit a mantissa up to `mantissa`.
#[must_use]
pub fn weight_exponent(largest: f64, mantissa: i32) -> i32 {
    let fits = |e: i32| largest <= f64::from(mantissa) * libm::exp2(f64::from(e)) * (1.0 + 1e-9);
    (0..=7).find(|&e| fits(e)).unwrap_or(7)
}

/// The mantissa of a weight in units of 64, a multiple of 2^lsb, at most `mantissa`.
#[must_use]
pub fn weight(units: f64, exponent: i32, lsb: u32, mantissa: i32) -> Rounded<i16> {
    let unit = f64::from(1u32 << lsb) * libm::exp2(f64::from(exponent));
    let steps = libm::round(units / unit).clamp(-f64::from(mantissa >> lsb), f64::from(mantissa >> lsb));
    Rounded { value: ((steps as i32) << lsb) as i16, asked: units, got: steps * unit }
}

/// Bias as (mantissa, exponent) in units of 1: the least exponent whose mantissa fits 13 bits; `None` if none does.
#[must_use]
pub fn bias(units: f64) -> Option<Rounded<(i32, u32)>> {
    (0..8u32).find_map(|exponent| {
        let mantissa = libm::round(units / f64::from(1u32 << exponent));
        let value = (mantissa as i32, exponent);
        let got = mantissa * f64::from(1u32 << exponent);
        (-4096.0..=4095.0).contains(&mantissa).then_some(Rounded { value, asked: units, got })
    })
}

/// Largest |asked - got| of some values, relative to the largest |asked|; 0 where nothing was asked.
#[must_use]
pub fn worst(values: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (error, largest) =
        values.fold((0.0f64, 0.0f64), |(e, l), (a, g)| (e.max((a - g).abs()), l.max(a.abs())));
    if largest > 0.0 { error / largest } else { 0.0 }
}

/// A number as people write it: at most 6 significant digits.
#[must_use]
pub fn show(x: f64) -> String {
    if x.is_infinite() {
        return "infinity".into();
    }
    let magnitude = if x == 0.0 { 0.0 } else { libm::floor(libm::log10(x.abs())) };
    let places = (5.0 - magnitude).clamp(0.0, 12.0) as usize;
    let text = format!("{x:.places$}");
    let trimmed = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    trimmed.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decays_of_known_time_constants() {
        // 4 and 16 ms at 1 ms, Euler: 1024 and 256 (seeds R39); 7 steps, exponential: 545 (seeds R29).
        assert_eq!(decay(4.0, Method::Euler).value, 1024);
        assert_eq!(decay(16.0, Method::Euler).value, 256);
        assert_eq!(decay(7.0, Method::Exponential).value, 545);
        assert_eq!(decay(0.0, Method::Exponential).value, 4096);
        assert_eq!(decay(f64::INFINITY, Method::Exponential).value, 0);
        let d = decay(20.0, Method::Exponential);
        assert_eq!((d.value, show(d.got)), (200, "19.9758".to_owned()));
    }

    #[test]
    fn the_largest_weight_just_fits() {
        let (s, e) = scale(&Scaled { weights: vec![(0.3, 255)], threshold: 1.0, bias: 0.0 });
        assert_eq!((e, libm::round(s * 0.3), libm::round(s)), (0, 255.0, 850.0));
        let (s, e) = scale(&Scaled { weights: vec![(1.0, 254), (0.25, 254)], threshold: 1.0, bias: 0.0 });
        assert_eq!((e, s), (2, 1016.0));
        let (s, _) = scale(&Scaled { weights: vec![(1e-6, 255)], threshold: 1.0, bias: 0.0 });
        assert_eq!(s, 131_071.0, "the threshold limits it");
    }

    #[test]
    fn impulses_probabilities_biases() {
        assert_eq!(impulse(20.5).map(|r| r.value), Some((20, 64)));
        assert_eq!(impulse(128.0), None);
        assert_eq!(probability(0.5).map(|r| r.value), Some(1 << 31));
        assert_eq!(probability(1.0).map(|r| r.value), Some(1 << 32));
        assert_eq!(probability(1.1), None);
        assert_eq!(bias(9712.0).map(|r| r.value), Some((2428, 2)), "exact with exponent 2");
        assert_eq!(bias(1e9), None);
    }
}
