//! The only integer arithmetic of the chip (contract sections 1 to 7).
//!
//! Functions are total over what the fields of words can hold: a decay above 4096 is 4096, none panics. Widths include
//! the sign.

use crate::op::SignMode;

/// Width of the accumulator q that a slot is wrapped to, bits (contract 3).
pub const Q_BITS: u32 = 22;
/// Width of u and of u + bias, bits (contract 3).
pub const U_BITS: u32 = 24;
/// Width of the learning accumulator, bits (contract 7).
pub const ACC_BITS: u32 = 16;
/// Weights, thresholds and bounds are multiples of `1 << WEIGHT_SHIFT` accumulator units (contract 2).
pub const WEIGHT_SHIFT: u32 = 6;
/// Largest magnitude of an effective weight: 2^21 - 64 (contract 2).
pub const EFF_WEIGHT_MAX: i32 = (1 << 21) - 64;
/// Largest value of a trace (contract 7).
pub const TRACE_MAX: i32 = 127;
/// A decay of 4096 forgets everything in one step.
pub const DECAY_ONE: u32 = 4096;

/// Keeps the low `bits` bits of `x`, sign included.
#[must_use]
pub const fn wrap(x: i64, bits: u32) -> i32 {
    let shift = 64 - bits;
    ((x << shift) >> shift) as i32
}

/// Clamps `x` to -2^(bits-1) ..= 2^(bits-1) - 1.
#[must_use]
pub const fn sat(x: i64, bits: u32) -> i32 {
    let top = (1i64 << (bits - 1)) - 1;
    if x > top {
        top as i32
    } else if x < -top - 1 {
        (-top - 1) as i32
    } else {
        x as i32
    }
}

/// `sign(y) * ((|y| * (4096 - d)) >> 12)`: truncation of the magnitude, d an effective decay 0..=4096.
#[must_use]
pub const fn decay(y: i32, d: u32) -> i32 {
    let magnitude = ((y.unsigned_abs() as u64 * DECAY_ONE.saturating_sub(d) as u64) >> 12) as i32;
    if y < 0 { -magnitude } else { magnitude }
}

/// `mantissa << exponent`, the bias and the synaptic scale.
#[must_use]
pub const fn shifted(mantissa: i32, exponent: u32) -> i32 {
    mantissa << exponent
}

/// A threshold mantissa in the units of v.
#[must_use]
pub const fn threshold(vth: u32) -> i32 {
    (vth << WEIGHT_SHIFT) as i32
}

/// Lower bound of v: -(2^e) + 1, e 0..=23.
#[must_use]
pub const fn v_min(exponent: u32) -> i32 {
    (1 - (1i64 << exponent)) as i32
}

/// Upper bound of v: 2^(9 + 2e) - 1, e 0..=7.
#[must_use]
pub const fn v_max(exponent: u32) -> i32 {
    ((1i64 << (9 + 2 * exponent)) - 1) as i32
}

/// The register view of v while it is held: `r * 128 + k`, k steps after the spike (contract 3).
#[must_use]
pub const fn held_register(refractory: u32, k: u32) -> i32 {
    (refractory * 128 + k) as i32
}

/// `trunc0((s + 64 * offset) * 2^(e - 7))`: noise of sample s, -127..=127 (contract 4).
#[must_use]
pub const fn noise(sample: i32, offset: u32, exponent: u32) -> i32 {
    let x = (sample + 64 * offset as i32) as i64;
    if exponent >= 7 { (x << (exponent - 7)) as i32 } else { (x / (1 << (7 - exponent))) as i32 }
}

/// Bits lost at the bottom of a mantissa: `8 - (bits - mixed)` (contract 2).
#[must_use]
pub const fn weight_lsb(mode: SignMode, bits: u32) -> u32 {
    (8 + matches!(mode, SignMode::Mixed) as u32).saturating_sub(bits)
}

/// The mantissa truncated toward zero to a multiple of 2^lsb.
#[must_use]
pub const fn truncate_weight(mantissa: i32, lsb: u32) -> i32 {
    (mantissa / (1 << lsb)) * (1 << lsb)
}

/// Bounds of a mantissa in `mode`, multiples of 2^lsb (contract 2, table).
#[must_use]
pub const fn weight_range(mode: SignMode, lsb: u32) -> (i32, i32) {
    match mode {
        SignMode::Mixed => (-256, 256 - (1 << lsb)),
        SignMode::Excitatory => (0, 256 - (1 << lsb)),
        SignMode::Inhibitory => ((1 << lsb) - 256, 0),
    }
}

/// Bounds of a mantissa as written in text, before truncation (contract 2).
#[must_use]
pub const fn text_weight_range(mode: SignMode) -> (i32, i32) {
    match mode {
        SignMode::Mixed => (-256, 255),
        SignMode::Excitatory => (0, 255),
        SignMode::Inhibitory => (-255, 0),
    }
}

/// The effective weight of a mantissa, exponent -8..=7: a multiple of 64 within +-(2^21 - 64) (contract 2).
#[must_use]
pub const fn eff_weight(mantissa: i32, exponent: i32) -> i32 {
    let w = if exponent >= 0 { mantissa << exponent } else { mantissa >> -exponent };
    let scaled = w << WEIGHT_SHIFT;
    if scaled > EFF_WEIGHT_MAX {
        EFF_WEIGHT_MAX
    } else if scaled < -EFF_WEIGHT_MAX {
        -EFF_WEIGHT_MAX
    } else {
        scaled
    }
}

/// The bits that a synapse stores for a mantissa: two's complement in mixed mode, else the magnitude (contract 2).
#[must_use]
pub const fn weight_field(mantissa: i32, mode: SignMode, bits: u32) -> u32 {
    let lsb = weight_lsb(mode, bits);
    match mode {
        SignMode::Mixed => ((mantissa >> lsb) as u32) & ((1 << bits) - 1),
        SignMode::Excitatory | SignMode::Inhibitory => mantissa.unsigned_abs() >> lsb,
    }
}

/// The mantissa of stored bits: the inverse of [`weight_field`].
#[must_use]
pub const fn field_weight(field: u32, mode: SignMode, bits: u32) -> i32 {
    let lsb = weight_lsb(mode, bits);
    match mode {
        SignMode::Mixed => wrap(field as i64, bits) << lsb,
        SignMode::Excitatory => (field << lsb) as i32,
        SignMode::Inhibitory => -((field << lsb) as i32),
    }
}

/// One decay of a trace, or of the magnitude of r1: `(x * (4096 - d) + r12) >> 12`, r12 0..=4095 (contract 7).
#[must_use]
pub const fn trace_decay(x: i32, d: u32, r12: u32) -> i32 {
    ((x as u32 * DECAY_ONE.saturating_sub(d) + r12) >> 12) as i32
}

/// An impulse: `min(127, x + I + (r7 < F))`, r7 0..=127, F in 1/128 (contract 7).
#[must_use]
pub const fn trace_impulse(x: i32, impulse: u32, fraction: u32, r7: u32) -> i32 {
    let sum = x + impulse as i32 + (r7 < fraction) as i32;
    if sum > TRACE_MAX { TRACE_MAX } else { sum }
}
