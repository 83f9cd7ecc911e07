//! Lava's learning (L04 to L12): epochs as ours, one recorded draw an epoch for all steps.
//!
//! Events ([`Unit::event`]), traces over the epoch (`History`), sums of products ([`accumulate`]), rounding and clamps
//! ([`result`]) are the shipped ones. Quirks that the harness selects:
//! - a trace keeps exp(-1/tau), not rounded to 1/4096 ([`history`] corrects the draw by what that is short of);
//! - one draw rounds the decays of all steps of an epoch, and one w and t alike;
//! - w is rounded to whole mantissas whatever its precision (bounds of lsb 0), up to 255 in every mode;
//! - a graded spike, which the contract does not have, writes into x1 (L10 to L12);
//! - S, w and sgn(.) count one bit more, sgn(.) nine, a sum reaches one below -2^15, factors are not clamped (L04):
//!   such rows run on a sum of products of their own; all others run on the shipped one too.

use isa::draw::Draw;
use isa::op::{FactorCode, LearningTarget};
use isa::words::TraceProfile;
use network::graph::{Factor, Term};
use reference::learning::{Bounds, Moment, accumulate, result};
use reference::{Synapse, Unit};
use serde_json::Value;

use super::{Kind, LAVA, Product, Trace, history, term};
use crate::recorded::{int, ints};

fn trace(params: &Value, name: &str) -> Trace {
    let of = |field: &str| int(&params[format!("{name}_{field}")]);
    Trace::new(of("impulse") as u32, of("tau") as f64)
}

/// Terms of w and of t.
fn rule(name: &str) -> (Vec<Term>, Vec<Term>) {
    let stdp = |scale: i32| vec![term("x0", -scale, 0, "y1"), term("y0", scale, 0, "x1")];
    match &name[..3] {
        "L08" => {
            let tag = [term("y0", 1, 0, "x1"), term("x0", -1, 0, "y1"), term("u", -1, -3, "t")];
            (vec![term("u", 1, -4, "t")], tag.to_vec())
        }
        "L09" => (stdp(4), vec![]),
        "L10" | "L11" | "L12" => (vec![term("y0", 1, -2, "x1")], vec![]),
        _ => (stdp(2), vec![]),
    }
}

/// A synapse of Lava with its traces.
struct Learner<'a> {
    file: &'a Value,
    epoch: u32,
    synapse: Synapse,
    rule: (Vec<Term>, Vec<Term>),
    pre: Unit<2>,
    x: [Trace; 2],
    post: Unit<1>,
    y: [Trace; 1],
}

/// What was recorded at each step.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    w: i64,
    tag: i64,
    x1: i64,
    x2: i64,
    y1: i64,
    a_out: i64,
}

/// Replays a file of learning; the first step that differs is the error.
///
/// # Errors
/// What was recorded and what was replayed.
pub fn replay(name: &str, file: &Value) -> Result<(), String> {
    let params = &file["params"];
    let expected = |k: usize| {
        let column = |name: &str| int(&file["expected"][name][k]);
        let [w, tag, x1, x2, y1, a_out] = ["w", "tag1_t", "x1", "x2", "y1", "a_out"].map(column);
        (Row { w, tag, x1, x2, y1, a_out }, column("tx") as u32, column("ty") as u32)
    };
    let mut learner = Learner {
        file,
        epoch: int(&params["t_epoch"]) as u32,
        synapse: Synapse { w: int(&params["w0"]) as i32, d: 0, t: int(&params["tag1_0"]) as i32 },
        rule: rule(name),
        pre: Unit::default(),
        x: ["x1", "x2"].map(|name| trace(params, name)),
        post: Unit::default(),
        y: [trace(params, "y1")],
    };
    let mut serviced = 0;
    for t in 1..=int(&params["steps"]) as u32 {
        let k = t as usize - 1;
        let a_out = serviced;
        serviced = learner.events(t);
        let (row, tx, ty) = expected(k);
        if (learner.pre.at, learner.post.at) != (tx, ty) {
            let (pre, post) = (learner.pre.at, learner.post.at);
            return Err(format!("step {t}: tx, ty {tx}, {ty} expected, {pre}, {post}"));
        }
        if t.is_multiple_of(learner.epoch) {
            learner.learn(t / learner.epoch, &file["random_per_epoch"][k]);
        }
        let Learner { synapse, pre, post, .. } = learner;
        let [w, tag, x1, x2, y1] = [synapse.w, synapse.t, pre.x[0], pre.x[1], post.x[0]].map(i64::from);
        let shown = Row { w, tag, x1, x2, y1, a_out };
        if shown != row {
            return Err(format!("step {t}: {row:?} expected, {shown:?} shown"));
        }
    }
    Ok(())
}

impl Learner<'_> {
    /// The events of step t; returns what the synapse adds to the next step's a_out.
    fn events(&mut self, t: u32) -> i64 {
        let inputs = &self.file["inputs"];
        let s = (t - 1) % self.epoch + 1;
        let mut serviced = 0;
        if ints(&inputs["pre_spikes"]).contains(&t.into()) {
            self.pre.event(s, &self.x.map(|x| x.profile), |_| 0);
            serviced = self.synapse.w.into();
        }
        if let Some(payload) = inputs["payload"].get(t.to_string()).map(int) {
            if self.graded(payload) {
                // x1 has got its payload: a later event adds to x2 alone.
                let [x1, x2] = self.x.map(|x| x.profile);
                self.pre.event(s, &[TraceProfile { impulse: 0, ..x1 }, x2], |_| 0);
            }
            serviced = i64::from(self.synapse.w) * payload;
        }
        if ints(&inputs["post_spikes"]).contains(&t.into()) {
            self.post.event(s, &self.y.map(|y| y.profile), |_| 0);
        }
        serviced
    }

    /// A graded spike puts payload / 2, rounded half to even, into x1; tells whether its time is recorded.
    fn graded(&mut self, payload: i64) -> bool {
        let half = (payload / 2 + (payload % 2) * (payload / 2 % 2)) as i32;
        let x1 = &mut self.pre.x[0];
        match int(&self.file["params"]["graded_spike_cfg"]) {
            1 => *x1 = half,
            2 => *x1 = (*x1 + half).min(127),
            _ => {
                *x1 = (*x1 + half) % 256;
                let overflows = *x1 > 127;
                *x1 -= if overflows { 127 } else { 0 };
                return overflows;
            }
        }
        true
    }

    /// The end of epoch e.
    fn learn(&mut self, e: u32, draws: &Value) {
        let draw = |field: &str| draws[field].as_f64().unwrap_or_default();
        let x = history(&self.pre, &self.x, self.epoch, draw("trace_decay_x"));
        let y = history(&self.post, &self.y, self.epoch, draw("trace_decay_y"));
        let traces = |s| [x.at(s)[0], x.at(s)[1], y.at(s)[0], 0, 0];
        let moment = Moment {
            pre: self.pre.at != 0,
            post: self.post.at != 0,
            u: e.is_multiple_of(4),
            traces: [traces(self.pre.at), traces(self.post.at), traces(self.epoch)],
            reward: [0; 2],
            synapse: self.synapse,
        };
        let least = if self.file["params"]["sign_mode"] == "MIXED" { -256 } else { 0 };
        let bounds = Bounds { w: (least, 255), lsb: 0, d_max: 0 };
        let r7 = (draw("weight_round") * 128.0) as u64;
        let new = |target, z, terms: &[Term]| match accumulate(z, terms, &moment).last() {
            Some(&acc) => result(target, acc, &bounds, Draw(r7 | r7 << 24)),
            None => z,
        };
        self.synapse.w = new(LearningTarget::W, moment.synapse.w, &self.rule.0);
        self.synapse.t = new(LearningTarget::T, moment.synapse.t, &self.rule.1);
        self.pre = Unit { x: x.at(self.epoch), at: 0 };
        self.post = Unit { x: y.at(self.epoch), at: 0 };
    }
}

/// A row of L04: products as Lava parsed them, on a state. Tells whether no quirk touches it, and it ran on the shipped
/// sum of products too.
///
/// # Errors
/// What was recorded and what came out.
pub fn accumulator(row: &Value) -> Result<bool, String> {
    let (start, expected) = (int(&row["init_acc"]), int(&row["out_acc"]));
    let (mut acc, mut touched) = (start, false);
    let (mut terms, mut moment) =
        (Vec::new(), Moment { pre: true, post: true, u: true, ..Moment::default() });
    for listed in row["products"].as_array().into_iter().flatten() {
        let dependency = listed["dep"].as_str().unwrap_or_default();
        let texts = listed["factors"].as_array().cloned().unwrap_or_default();
        let factors: Vec<Listed> = texts
            .iter()
            .filter_map(Value::as_str)
            .map(|text| Listed::new(text, dependency, &row["state"]))
            .collect();
        let (mantissa, exponent) = (int(&listed["s_mant"]), int(&listed["s_exp_plus7"]) as i32 - 7);
        let product = Product { mantissa, exponent, factors: factors.iter().map(Listed::quirky).collect() };
        touched |= LAVA.touch(&product);
        acc = super::accumulate(acc, &product, &LAVA);
        touched |= acc < -32_768;
        let mut term = term(dependency, mantissa as i32, exponent, "");
        for factor in &factors {
            factor.put(&mut moment, dependency);
            term.factors.push(Factor { code: factor.code, constant: factor.constant as i32 });
        }
        terms.push(term);
    }
    if acc != expected {
        return Err(format!("{row}: {expected} expected, {acc} shown"));
    }
    let shipped = accumulate((start >> 7) as i32, &terms, &moment).last().map_or(start, |&acc| acc.into());
    if !touched && shipped != expected {
        return Err(format!("{row}: {expected} expected, {shipped} of the shipped sum"));
    }
    Ok(!touched)
}

/// A factor as it is listed: `x1+C`, `w+2C`, `sgn(w+2C)`, with ` C=5` behind them where the constant is not 0.
struct Listed {
    code: FactorCode,
    value: i64,
    constant: i64,
}

impl Listed {
    fn new(text: &str, dependency: &str, state: &Value) -> Self {
        let (text, constant) = text.split_once(" C=").unwrap_or((text, "0"));
        let variable = text.trim_start_matches("sgn(").split('+').next().unwrap_or_default();
        let value = match variable {
            "w" => int(&state["weights"]),
            _ => int(&state[format!("{variable}_{dependency}")]),
        };
        let name = if text.starts_with("sgn") { "sgn w" } else { variable };
        let code = FactorCode::from_name(name).expect("a factor");
        Self { code, value, constant: constant.parse().expect("a constant") }
    }

    fn quirky(&self) -> (Kind, i64) {
        let value = self.value + self.constant;
        match self.code {
            FactorCode::SgnW => (Kind::Sign, value.signum()),
            FactorCode::W => (Kind::Weight, value),
            _ => (Kind::Trace, value),
        }
    }

    /// Puts the value where a term of `dependency` reads it.
    fn put(&self, moment: &mut Moment, dependency: &str) {
        let time = ["x0", "y0", "u"].iter().position(|d| *d == dependency).expect("a dependency");
        let value = self.value as i32;
        match self.code {
            FactorCode::X1 => moment.traces[time][0] = value,
            FactorCode::X2 => moment.traces[time][1] = value,
            FactorCode::Y1 => moment.traces[time][2] = value,
            _ => moment.synapse.w = value,
        }
    }
}
