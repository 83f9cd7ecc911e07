//! Lava's learning (L04 to L12): epochs as ours, exponential decays, one recorded draw an epoch for all steps.

use serde_json::Value;

use super::{Kind, LAVA, Product, accumulate, rounded};
use crate::recorded::{int, ints};

/// A trace of Lava.
#[derive(Clone, Copy, Debug)]
struct Trace {
    x: i64,
    impulse: i64,
    tau: f64,
}

impl Trace {
    fn new(params: &Value, name: &str) -> Self {
        let of = |field: &str| int(&params[format!("{name}_{field}")]);
        Self { x: 0, impulse: of("impulse"), tau: of("tau") as f64 }
    }

    fn add_impulse(&mut self) {
        self.x = (self.x + self.impulse).min(127);
    }

    /// Values at the steps 0 ..= T of the epoch; the impulse falls at `at`, if that is not 0.
    fn history(&self, steps: u32, at: u32, draw: f64) -> Vec<i64> {
        let factor = if self.tau > 0.0 { (-1.0 / self.tau).exp() } else { 0.0 };
        let mut trace = *self;
        let mut history = vec![trace.x];
        for s in 1..=steps {
            trace.x = rounded(trace.x as f64 * factor, draw);
            if s == at {
                trace.add_impulse();
            }
            history.push(trace.x);
        }
        history
    }
}

/// A synapse of Lava with its traces.
struct Learner<'a> {
    file: &'a Value,
    epoch: u32,
    w: i64,
    tag: i64,
    x1: Trace,
    x2: Trace,
    y1: Trace,
    tx: u32,
    ty: u32,
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
        w: int(&params["w0"]),
        tag: int(&params["tag1_0"]),
        x1: Trace::new(params, "x1"),
        x2: Trace::new(params, "x2"),
        y1: Trace::new(params, "y1"),
        tx: 0,
        ty: 0,
    };
    let mut serviced = 0;
    for t in 1..=int(&params["steps"]) as u32 {
        let k = t as usize - 1;
        let a_out = serviced;
        serviced = learner.events(t);
        let (row, tx, ty) = expected(k);
        if (learner.tx, learner.ty) != (tx, ty) {
            return Err(format!("step {t}: tx, ty {tx}, {ty} expected, {}, {}", learner.tx, learner.ty));
        }
        if t.is_multiple_of(learner.epoch) {
            learner.learn(name, t / learner.epoch, &file["random_per_epoch"][k]);
        }
        let Learner { w, tag, x1, x2, y1, .. } = learner;
        let shown = Row { w, tag, x1: x1.x, x2: x2.x, y1: y1.x, a_out };
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
            if self.tx != 0 {
                self.x1.add_impulse();
                self.x2.add_impulse();
            }
            self.tx = s;
            serviced = self.w;
        }
        if let Some(payload) = inputs["payload"].get(t.to_string()).map(int) {
            if self.graded(payload) {
                if self.tx != 0 {
                    self.x2.add_impulse();
                }
                self.tx = s;
            }
            serviced = self.w * payload;
        }
        if ints(&inputs["post_spikes"]).contains(&t.into()) {
            if self.ty != 0 {
                self.y1.add_impulse();
            }
            self.ty = s;
        }
        serviced
    }

    /// A graded spike puts payload / 2, rounded half to even, into x1; tells whether its time is recorded.
    fn graded(&mut self, payload: i64) -> bool {
        let half = payload / 2 + (payload % 2) * (payload / 2 % 2);
        match int(&self.file["params"]["graded_spike_cfg"]) {
            1 => self.x1.x = half,
            2 => self.x1.x = (self.x1.x + half).min(127),
            _ => {
                self.x1.x = (self.x1.x + half) % 256;
                let overflows = self.x1.x > 127;
                self.x1.x -= if overflows { 127 } else { 0 };
                return overflows;
            }
        }
        true
    }

    fn learn(&mut self, name: &str, e: u32, draws: &Value) {
        let draw = |field: &str| draws[field].as_f64().unwrap_or_default();
        let (of_x, of_y) = (draw("trace_decay_x"), draw("trace_decay_y"));
        let x1 = self.x1.history(self.epoch, self.tx, of_x);
        let x2 = self.x2.history(self.epoch, self.tx, of_x);
        let y1 = self.y1.history(self.epoch, self.ty, of_y);
        let pre = (self.tx != 0).then(|| y1[self.tx as usize]);
        let post = (self.ty != 0).then(|| x1[self.ty as usize]);
        let (mut acc, mut tag) = (self.w << 7, self.tag << 7);
        let add = |acc: &mut i64, mantissa, exponent, kind, value| {
            *acc = accumulate(*acc, &Product { mantissa, exponent, factors: vec![(kind, value)] }, &LAVA);
        };
        if name.starts_with("L08") {
            // dw = 2^-4*u2*t; dt = y0*x1 - x0*y1 - 2^-3*u2*t
            let u2 = e.is_multiple_of(4).then_some(self.tag);
            u2.iter().for_each(|&t| add(&mut acc, 1, -4, Kind::Tag, t));
            post.iter().for_each(|&x| add(&mut tag, 1, 0, Kind::Trace, x));
            pre.iter().for_each(|&y| add(&mut tag, -1, 0, Kind::Trace, y));
            u2.iter().for_each(|&t| add(&mut tag, -1, -3, Kind::Tag, t));
        } else {
            // dw = -S*x0*y1 + S*y0*x1; the graded files have the second term only
            let (scale, exponent) = match &name[..3] {
                "L09" => (4, 0),
                "L10" | "L11" | "L12" => (1, -2),
                _ => (2, 0),
            };
            if exponent == 0 {
                pre.iter().for_each(|&y| add(&mut acc, -scale, 0, Kind::Trace, y));
            }
            post.iter().for_each(|&x| add(&mut acc, scale, exponent, Kind::Trace, x));
        }
        let round = |acc: i64| rounded(acc as f64 / 128.0, draw("weight_round"));
        let mixed = self.file["params"]["sign_mode"] == "MIXED";
        self.w = round(acc).clamp(if mixed { -256 } else { 0 }, 255);
        self.tag = round(tag).clamp(-256, 255);
        (self.x1.x, self.x2.x, self.y1.x) =
            (x1[self.epoch as usize], x2[self.epoch as usize], y1[self.epoch as usize]);
        (self.tx, self.ty) = (0, 0);
    }
}

/// A row of L04: products as Lava parsed them, on a state.
///
/// # Errors
/// What was recorded and what came out.
pub fn accumulator(row: &Value) -> Result<(), String> {
    let mut acc = int(&row["init_acc"]);
    for listed in row["products"].as_array().into_iter().flatten() {
        let dependency = listed["dep"].as_str().unwrap_or_default();
        let texts = listed["factors"].as_array().cloned().unwrap_or_default();
        let factors = texts.iter().filter_map(|text| text.as_str());
        let factors = factors.map(|text| factor(text, dependency, &row["state"])).collect();
        let (mantissa, exponent) = (int(&listed["s_mant"]), int(&listed["s_exp_plus7"]) as i32 - 7);
        acc = accumulate(acc, &Product { mantissa, exponent, factors }, &LAVA);
    }
    let expected = int(&row["out_acc"]);
    if acc == expected { Ok(()) } else { Err(format!("{row}: {expected} expected, {acc} shown")) }
}

/// `x1+C`, `w+2C`, `sgn(w+2C)`, with ` C=5` behind them where the constant is not 0.
fn factor(text: &str, dependency: &str, state: &Value) -> (Kind, i64) {
    let (text, constant) = text.split_once(" C=").unwrap_or((text, "0"));
    let constant: i64 = constant.parse().expect("a constant");
    let variable = text.trim_start_matches("sgn(").split('+').next().unwrap_or_default();
    let value = match variable {
        "w" => int(&state["weights"]),
        _ => int(&state[format!("{variable}_{dependency}")]),
    };
    match (text.starts_with("sgn"), variable) {
        (true, _) => (Kind::Sign, (value + constant).signum()),
        (false, "w") => (Kind::Weight, value + constant),
        (false, _) => (Kind::Trace, value + constant),
    }
}
