//! One update of one compartment (contract 3 and 5).

use isa::num;
use isa::op::{Join, Mode};
use network::graph::{Compartment, Settings};
use trace::Counters;

use crate::state::CompartmentState;

/// The numbers of a compartment, as declared.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// Effective decay of u.
    pub current_decay: u32,
    /// Effective decay of v.
    pub voltage_decay: u32,
    /// Bias, shifted.
    pub bias: i32,
    /// Steps held after a spike.
    pub refractory: u32,
    /// Whether the threshold is subtracted.
    pub soft_reset: bool,
    /// Join of the children.
    pub join: Join,
    /// What happens at the threshold.
    pub mode: Mode,
    /// Least v.
    pub v_min: i32,
    /// Greatest v.
    pub v_max: i32,
    /// Whether noise is enabled, for the count of active updates.
    pub noise: bool,
}

impl Parameters {
    /// Those of neuron `neuron` of a compartment.
    #[must_use]
    pub fn of(spec: &Compartment, neuron: usize, settings: &Settings) -> Self {
        Self {
            current_decay: spec.current_decay.get(neuron),
            voltage_decay: spec.voltage_decay.get(neuron),
            bias: num::shifted(spec.bias_mantissa.get(neuron), spec.bias_exponent.get(neuron)),
            refractory: spec.refractory.get(neuron),
            soft_reset: spec.soft_reset,
            join: match spec.mode {
                Mode::SpikeAndReset => spec.join,
                _ if matches!(spec.join, Join::Or | Join::And) => Join::Skip,
                _ => spec.join,
            },
            mode: spec.mode,
            v_min: num::v_min(settings.vmin_exponent),
            v_max: num::v_max(settings.vmax_exponent),
            noise: spec.noise && settings.noise.is_some(),
        }
    }
}

/// What a compartment pushes to its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// Whether it is active.
    pub act: bool,
    /// Its value.
    pub val: i32,
}

/// What comes into an update.
#[derive(Clone, Copy, Debug, Default)]
pub struct Inputs {
    /// Exact sum of the slot.
    pub slot: i64,
    /// Noise added to q, and to x.
    pub noise: (i64, i64),
    /// Item of child A.
    pub a: Option<Item>,
    /// Item of child B.
    pub b: Option<Item>,
}

/// Wraps, and counts if that changed the value.
fn wrapped(exact: i64, bits: u32, counter: &mut u64) -> i32 {
    let value = num::wrap(exact, bits);
    *counter += u64::from(i64::from(value) != exact);
    value
}

/// Updates `state`; the fire is left in it. Returns the item for a parent.
pub fn update(
    p: &Parameters,
    state: &mut CompartmentState,
    inputs: &Inputs,
    counters: &mut Counters,
) -> Item {
    let was_something = state.u != 0 || state.v != 0 || state.refractory > 0;
    let q = wrapped(inputs.slot + inputs.noise.0, num::Q_BITS, &mut counters.q_wrap);
    let u = i64::from(num::decay(state.u, p.current_decay)) + i64::from(q);
    state.u = wrapped(u, num::U_BITS, &mut counters.u_wrap);
    let x = i64::from(state.u) + i64::from(p.bias) + inputs.noise.1;
    let x = wrapped(x, num::U_BITS, &mut counters.x_wrap);
    if was_something || q != 0 || p.bias != 0 || p.noise {
        counters.updates_active += 1;
    } else {
        counters.updates_inactive += 1;
    }

    let held = state.refractory > 0;
    let exact = i64::from(num::decay(state.v, p.voltage_decay)) + i64::from(joined(p.join, x, inputs));
    state.v = if held { 0 } else { exact.clamp(p.v_min.into(), p.v_max.into()) as i32 };
    if !held {
        counters.v_limit += u64::from(exact < p.v_min.into() || exact > p.v_max.into());
        counters.v_range += u64::from(exact.abs() > (1 << 23) - 1);
    }
    let vth = num::threshold(state.vth);
    let own = state.v > vth;
    match p.mode {
        Mode::SpikeAndReset => fire(p, state, inputs, own),
        Mode::PassV | Mode::PassVAboveThreshold => pass(state, own, false),
        Mode::PassVAboveThresholdSaturate => pass(state, own, true),
    };
    match p.mode {
        Mode::SpikeAndReset => Item { act: state.fired, val: if state.fired { vth } else { 0 } },
        Mode::PassV => Item { act: true, val: state.v },
        Mode::PassVAboveThreshold | Mode::PassVAboveThresholdSaturate => {
            Item { act: own, val: if own { state.v } else { 0 } }
        }
    }
}

/// Mode 0: fire, reset, hold, register view.
fn fire(p: &Parameters, state: &mut CompartmentState, inputs: &Inputs, own: bool) {
    let acts = [inputs.a, inputs.b].into_iter().flatten().map(|item| item.act);
    let held = state.refractory > 0;
    state.fired = match p.join {
        Join::Or => (own || acts.into_iter().any(|act| act)) && !held,
        Join::And => own && acts.into_iter().all(|act| act),
        _ => own,
    };
    if state.fired {
        state.v = if p.soft_reset { state.v - num::threshold(state.vth) } else { 0 };
        state.refractory = p.refractory;
        state.fires += 1;
    }
    let shows_hold = (held || state.fired) && !p.soft_reset;
    state.refractory = state.refractory.saturating_sub(1);
    state.register = if shows_hold {
        num::held_register(p.refractory, p.refractory - 1 - state.refractory)
    } else {
        state.v
    };
}

/// Modes 1 to 3: never fire; mode 3 cuts v at the threshold.
fn pass(state: &mut CompartmentState, own: bool, saturates: bool) {
    if saturates && own {
        state.v = num::threshold(state.vth);
    }
    state.fired = false;
    state.register = state.v;
}

/// i, from x and the items present (contract 5, table).
fn joined(join: Join, x: i32, inputs: &Inputs) -> i32 {
    let absent = Item { act: false, val: 0 };
    let (a, b) = (inputs.a.unwrap_or(absent), inputs.b.unwrap_or(absent));
    let present = [inputs.a, inputs.b].into_iter().flatten().map(|item| item.val);
    let sum = |vals: &[i32]| {
        num::wrap(i64::from(x) + vals.iter().map(|&val| i64::from(val)).sum::<i64>(), num::U_BITS)
    };
    match join {
        Join::Skip | Join::Or | Join::And => x,
        Join::Add => sum(&[a.val, b.val]),
        Join::Min => present.fold(x, i32::min),
        Join::Max => present.fold(x, i32::max),
        Join::Pass => {
            if a.act {
                sum(&[b.val])
            } else {
                x
            }
        }
        Join::Block => {
            if a.act {
                0
            } else {
                sum(&[b.val])
            }
        }
    }
}
