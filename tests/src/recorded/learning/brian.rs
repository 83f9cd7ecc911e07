//! Learning of brian2_loihi (B08 to B13): steps, no epochs; traces were recorded, their draws were not.
//!
//! Every step is an epoch of one step: events, traces ([`History`]), the sum of products ([`accumulate`]) and the bounds
//! ([`result`]) are the shipped ones. Quirks that the harness selects:
//! - a trace keeps (tau - 1)/tau of itself: d = 4096/tau, and at multiples of tau, where 4096/tau is a fraction, the
//!   recorded value has to be the exact one as well;
//! - a sum of products is not shortened to 15 bits: mantissas of S beyond its 4 bits undo that (B11);
//! - a rule may have two u_k, and steps are counted from 0 (B10);
//! - dw alone is rounded, away from zero, then cut to the precision: `result` gets a sum without a fraction, and no draw.
//!   (The decision of stochastic rounding is taken too early there.)

use isa::draw::Draw;
use isa::num;
use isa::op::{LearningTarget, SignMode};
use isa::words::TraceProfile;
use network::graph::Term;
use reference::epoch::History;
use reference::learning::{Bounds, Moment, accumulate, result};
use reference::{Synapse, Unit};
use serde_json::Value;

use super::term;
use crate::recorded::{brian, int, ints};

/// Terms of dw, each with the k of its u_k.
fn terms(name: &str) -> Vec<(u32, Term)> {
    let stdp =
        |exponent, post| vec![(0, term("y0", 1, exponent, "x1")), (0, term("x0", post, exponent, "y1"))];
    match &name[..3] {
        "B08" => stdp(-2, -1),
        "B09" => stdp(-1, -1),
        "B10" => vec![(2, term("u", 1, 0, "")), (3, term("u", -1, -3, "x1"))],
        "B11" => {
            // 2^-4 and -2^-3, times the 2^2 and 2^4 by which 17 and 19 bits are shortened.
            let products = [(0, term("y0", 4, -4, "x1 y1")), (0, term("y0", -16, -3, "w w"))];
            [stdp(-2, -1), products.to_vec()].concat()
        }
        "B12" => stdp(0, -2),
        _ => vec![(0, term("x0", 3, 0, ""))],
    }
}

/// A unit whose steps are epochs; of its traces the first is in use.
struct Traced<const N: usize> {
    unit: Unit<N>,
    profile: [TraceProfile; N],
    tau: i32,
}

impl<const N: usize> Traced<N> {
    fn new(params: &Value, name: &str) -> Self {
        let [tau, impulse] = ["tau", "imp"].map(|field| int(&params[format!("{field}_{name}")]) as u32);
        let profile = TraceProfile { impulse, fraction: 0, decay: (4096 + tau / 2) / tau };
        Self { unit: Unit::default(), profile: [profile; N], tau: tau as i32 }
    }

    /// The trace after a step that `event` says has an event, with the draw (least or greatest) that shows `recorded`:
    /// the trace itself, or what the decay left of it.
    fn step(&mut self, event: bool, recorded: impl Fn(i32, i32) -> bool) -> Option<i32> {
        let kept = self.unit.x[0] * (self.tau - 1);
        let exact = |decayed: i32| {
            decayed == kept / self.tau || (kept % self.tau != 0 && decayed == kept / self.tau + 1)
        };
        let ended =
            |at, r12| History::new(&Unit { at, ..self.unit }, &self.profile, 1, |_, _| (r12, 0)).at(1);
        let shows =
            |&r12: &u32| exact(ended(0, r12)[0]) && recorded(ended(event.into(), r12)[0], ended(0, r12)[0]);
        self.unit.x = ended(event.into(), [0, 4095].into_iter().find(shows)?);
        Some(self.unit.x[0])
    }
}

/// Replays a file: traces are possible ones, weights are exact.
///
/// # Errors
/// The first step that differs.
pub fn replay(name: &str, file: &Value) -> Result<(), String> {
    let (params, expected) = (&file["params"], &file["expected"]);
    let (pre, post) = (ints(&file["inputs"]["pre_spikes"]), ints(&expected["post_spikes"]));
    let [xs, ys, ws] = ["x1", "y1", "w"].map(|name| ints(&expected[name]));
    let (mut x, mut y) = (Traced::<2>::new(params, "x1"), Traced::<3>::new(params, "y1"));
    let terms = terms(name);
    let mode = brian::mode(&params["sign_mode"]);
    let mut w = int(&params["w0"]) as i32;
    for t in 0..int(&params["steps"]) {
        let (k, pre, post) = (t as usize, pre.contains(&t), post.contains(&(t - 1)));
        // x1 is recorded behind the impulse of its step, y1 before it.
        let x1 = x.step(pre, |after, _| i64::from(after) == xs[k]);
        let y1 = y.step(post, |_, decayed| i64::from(decayed) == ys[k]);
        let (Some(x1), Some(y1)) = (x1, y1) else {
            return Err(format!("step {t}: x1 {}, y1 {} cannot follow", xs[k], ys[k]));
        };
        let synapse = Synapse { w, ..Synapse::default() };
        let traces = [[x1, 0, y1, 0, 0]; 3];
        let sum = |(k, term): &(u32, Term)| {
            let moment = Moment { pre, post, u: t % (1 << k) == 0, traces, synapse, ..Moment::default() };
            accumulate(0, std::slice::from_ref(term), &moment)[0]
        };
        w = changed(w, terms.iter().map(sum).sum(), mode);
        if i64::from(w) != ws[k] {
            return Err(format!("step {t}: w {} expected, {w} shown", ws[k]));
        }
    }
    Ok(())
}

/// The weight after a change of `dw`/128, rounded away from zero, then cut.
fn changed(w: i32, dw: i32, mode: SignMode) -> i32 {
    let lsb = num::weight_lsb(mode, 8);
    let away = dw.signum() * ((dw.abs() + 127) >> 7);
    let bounds = Bounds { w: num::weight_range(mode, lsb), lsb, d_max: 0 };
    result(LearningTarget::W, (w + num::truncate_weight(away, lsb)) << 7, &bounds, Draw(0))
}
