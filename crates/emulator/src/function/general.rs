//! Phase 2 of any compartment, one by one: trees, noise, everything (contract 3, 4, 5).

use isa::num;
use isa::op::{Join, Mode, StackIn};

use super::kernel::Tally;

/// What a compartment pushes for its parent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// Whether it is active.
    pub act: bool,
    /// Its value.
    pub val: i32,
}

/// Tree and noise of a compartment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// Join.
    pub join: Join,
    /// Mode.
    pub mode: Mode,
    /// What it pops.
    pub stack_in: StackIn,
    /// Whether it pushes.
    pub push: bool,
    /// Whether noise is added.
    pub noise: bool,
}

impl Node {
    /// A compartment for itself.
    pub const PLAIN: Self = Self {
        join: Join::Skip,
        mode: Mode::SpikeAndReset,
        stack_in: StackIn::None,
        push: false,
        noise: false,
    };
}

/// Parameters of a compartment.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Tree and noise.
    pub node: Node,
    /// Effective decay of u.
    pub decay_u: u32,
    /// Effective decay of v.
    pub decay_v: u32,
    /// Bias, shifted.
    pub bias: i32,
    /// Threshold in the units of v.
    pub threshold: i32,
    /// Whether a spike subtracts the threshold.
    pub soft: bool,
    /// Refractory steps.
    pub refractory: i32,
    /// Bounds of v.
    pub v_bounds: (i32, i32),
}

/// State of a compartment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Current.
    pub u: i32,
    /// Voltage, arithmetic view.
    pub v: i32,
    /// Steps still held plus one since a spike; 0 when free.
    pub hold: i32,
}

/// What comes in: the exact sum of the slot, and the noise of its two targets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Incoming {
    /// Sum of effective weights.
    pub sum: i64,
    /// Noise before the wrap of q.
    pub to_current: i32,
    /// Noise before the wrap of x.
    pub to_voltage: i32,
}

/// Updates one compartment; whether it fired.
pub fn update_one(
    rules: &Rules,
    state: &mut State,
    incoming: Incoming,
    stack: &mut Vec<Item>,
    tally: &mut Tally,
) -> bool {
    let held = state.hold >= 2;
    let x = integrate(rules, state, incoming, tally);
    let (a, b) = pop(rules.node.stack_in, stack);
    let i = join(rules.node, x, a, b);
    let exact = i64::from(num::decay(state.v, rules.decay_v)) + i64::from(i);
    let (least, most) = rules.v_bounds;
    let cut = exact.clamp(least.into(), most.into());
    tally.v_limit += u32::from(!held && cut != exact);
    tally.v_range += u32::from(!held && exact.abs() > (1 << 23) - 1);
    let v = if held { 0 } else { cut as i32 };
    let own = v > rules.threshold;
    let (fire, v, item) = match rules.node.mode {
        Mode::SpikeAndReset => {
            let fire = fires(rules.node.join, own, held, [a, b]);
            let rest = if rules.soft { v - rules.threshold } else { 0 };
            let item = if fire { Item { act: true, val: rules.threshold } } else { Item::default() };
            (fire, if fire { rest } else { v }, item)
        }
        Mode::PassV => (false, v, Item { act: true, val: v }),
        Mode::PassVAboveThreshold => (false, v, Item { act: own, val: if own { v } else { 0 } }),
        Mode::PassVAboveThresholdSaturate => {
            let v = v.min(rules.threshold);
            (false, v, Item { act: own, val: if own { v } else { 0 } })
        }
    };
    state.v = v;
    state.hold = if fire { rules.refractory } else { (state.hold - 1).max(0) };
    if rules.node.push {
        stack.push(item);
    }
    fire
}

/// q, u and x; the activity of contract 3 is taken before.
fn integrate(rules: &Rules, state: &mut State, incoming: Incoming, tally: &mut Tally) -> i32 {
    let q_exact = incoming.sum + i64::from(incoming.to_current);
    let q = num::wrap(q_exact, num::Q_BITS);
    let at_rest = state.u == 0 && state.v == 0 && state.hold < 2;
    tally.active += u32::from(!at_rest || q != 0 || rules.bias != 0 || rules.node.noise);
    let u_exact = i64::from(num::decay(state.u, rules.decay_u)) + i64::from(q);
    state.u = num::wrap(u_exact, num::U_BITS);
    let x_exact = i64::from(state.u) + i64::from(rules.bias) + i64::from(incoming.to_voltage);
    let x = num::wrap(x_exact, num::U_BITS);
    tally.q_wrap += u32::from(i64::from(q) != q_exact);
    tally.u_wrap += u32::from(i64::from(state.u) != u_exact);
    tally.x_wrap += u32::from(i64::from(x) != x_exact);
    x
}

/// The items of A and B.
fn pop(stack_in: StackIn, stack: &mut Vec<Item>) -> (Option<Item>, Option<Item>) {
    match stack_in {
        StackIn::None => (None, None),
        StackIn::PopA => (stack.pop(), None),
        StackIn::PopBA => {
            let b = stack.pop();
            (stack.pop(), b)
        }
    }
}

/// `join(x)`; modes 1 to 3 join through it only, OR and AND are SKIP there anyway.
fn join(node: Node, x: i32, a: Option<Item>, b: Option<Item>) -> i32 {
    let (first, second) = (a.unwrap_or_default(), b.unwrap_or_default());
    let present = || [a, b].into_iter().flatten().map(|item| item.val);
    let added = |val: i64| num::wrap(i64::from(x) + val, num::U_BITS);
    match node.join {
        Join::Skip | Join::Or | Join::And => x,
        Join::Add => added(i64::from(first.val) + i64::from(second.val)),
        Join::Min => present().fold(x, i32::min),
        Join::Max => present().fold(x, i32::max),
        Join::Pass if first.act => added(second.val.into()),
        Join::Pass => x,
        Join::Block if first.act => 0,
        Join::Block => added(second.val.into()),
    }
}

/// Whether a compartment of mode 0 fires.
fn fires(join: Join, own: bool, held: bool, items: [Option<Item>; 2]) -> bool {
    let mut acts = items.into_iter().flatten().map(|item| item.act);
    match join {
        Join::Or => (own || acts.any(|act| act)) && !held,
        Join::And => own && acts.all(|act| act),
        Join::Skip | Join::Add | Join::Min | Join::Max | Join::Pass | Join::Block => own,
    }
}

#[cfg(test)]
mod tests;
