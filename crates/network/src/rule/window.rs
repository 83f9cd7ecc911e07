//! The window of a rule: the change of one synapse by one pair of events, against the time between them.
//!
//! The ideal has real-valued traces of the same impulses and decays; the realised change is the mean over trials of
//! the chip's own arithmetic and draws. dt is the step of the post event minus that of the pre event, as recorded
//! (contract 7): a fire in the step that services the pre spike is dt = 1.
#![allow(clippy::float_arithmetic, reason = "a report: ideal values and means")]

use std::fmt::Write as _;

use isa::draw::{Stream, StreamKey};
use isa::num::{ACC_BITS, sat, trace_decay, trace_impulse};
use isa::op::{Dependency, FactorCode, LearningTarget};
use isa::words::{PostProfile, TraceProfile};

use super::library::product_shift;
use crate::graph::{Factor, Rule, Term};

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whose change.
    pub target: LearningTarget,
    /// dt from -span to span.
    pub span: u32,
    /// T: steps of an epoch, 1..=63; trials shift the pair through the epoch.
    pub epoch: u32,
    /// Trials of each dt.
    pub trials: u32,
    /// Seed of the draws.
    pub seed: u32,
    /// Weight, delay and tag before the pair; they are held.
    pub start: [i32; 3],
    /// r0 and r1; they are held.
    pub reward: [i32; 2],
}

impl Default for Settings {
    fn default() -> Self {
        let target = LearningTarget::W;
        Self { target, span: 40, epoch: 1, trials: 200, seed: 1, start: [64, 0, 0], reward: [0, 0] }
    }
}

/// The change at one dt, in units of the target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Post event minus pre event, steps.
    pub dt: i32,
    /// With real-valued traces and no rounding.
    pub ideal: f64,
    /// Mean over the trials.
    pub mean: f64,
    /// Standard deviation over the trials.
    pub deviation: f64,
}

/// The change of one pair at every dt of the span.
#[must_use]
pub fn window(rule: &Rule, post: &PostProfile, settings: &Settings) -> Vec<Point> {
    let span = settings.span.min(1000) as i32;
    let pair = Pair { rule, post, settings };
    (-span..=span).map(|dt| pair.point(dt)).collect()
}

struct Pair<'a> {
    rule: &'a Rule,
    post: &'a PostProfile,
    settings: &'a Settings,
}

/// Traces x1 x2 y1 y2 y3, as integers or as real numbers.
type Traces<T> = [T; 5];

/// What a trial needs of time: the steps of the two events.
#[derive(Clone, Copy)]
struct Events {
    pre: u32,
    post: u32,
}

impl Pair<'_> {
    fn point(&self, dt: i32) -> Point {
        let trials = self.settings.trials.max(1);
        let epoch = self.settings.epoch.clamp(1, 63);
        let (mut ideal, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for trial in 0..trials {
            let first = 1 + trial % epoch;
            let events = Events { pre: first + (-dt).max(0) as u32, post: first + dt.max(0) as u32 };
            ideal += self.run(events, epoch, &mut Ideal { profiles: self.profiles(), traces: [0.0; 5] });
            let seed = self.settings.seed ^ trial.wrapping_mul(0x9e37_79b9);
            let mut chip = Chip { profiles: self.profiles(), traces: [0; 5], seed, epoch };
            let change = self.run(events, epoch, &mut chip);
            sum += change;
            squares += change * change;
        }
        let n = f64::from(trials);
        let mean = sum / n;
        let deviation = libm::sqrt((squares / n - mean * mean).max(0.0));
        Point { dt, ideal: ideal / n, mean, deviation }
    }

    fn profiles(&self) -> Traces<TraceProfile> {
        let [x1, x2] = self.rule.pre.0;
        let [y1, y2, y3] = self.post.0;
        [x1, x2, y1, y2, y3]
    }

    /// The change over the epochs that hold the two events.
    fn run(&self, events: Events, epoch: u32, model: &mut impl Model) -> f64 {
        let epochs = events.pre.max(events.post).div_ceil(epoch);
        let mut change = 0.0;
        for e in 1..=epochs {
            let history: Vec<_> = (1..=epoch)
                .map(|s| {
                    let t = (e - 1) * epoch + s;
                    model.step(t, [t == events.pre, t == events.post]);
                    model.traces()
                })
                .collect();
            let within = |t: u32| (t.div_ceil(epoch) == e).then(|| ((t - 1) % epoch) as usize);
            let moment = Moment { history, x0: within(events.pre), y0: within(events.post) };
            change += model.change(self.terms(), |term| self.product(term, e, &moment));
        }
        change
    }

    fn terms(&self) -> &[Term] {
        match self.settings.target {
            LearningTarget::W => &self.rule.w,
            LearningTarget::D => &self.rule.d,
            LearningTarget::T => &self.rule.t,
        }
    }

    /// The factors' values of an active term; `None` where it is not active.
    fn product<T: Copy + From<i8>>(&self, term: &Term, e: u32, moment: &Moment<T>) -> Option<Vec<Value<T>>> {
        let at = match term.dependency {
            Dependency::X0 => moment.x0?,
            Dependency::Y0 => moment.y0?,
            Dependency::Uk if e.is_multiple_of(1 << self.rule.k.min(15)) => moment.history.len() - 1,
            Dependency::Uk => return None,
        };
        let event = |happened: Option<usize>| Value::Held(i32::from(happened.is_some()));
        let value = |factor: &Factor| match trace_index(factor.code) {
            Some(i) => Value::Trace(moment.history[at][i]),
            None => match factor.code {
                FactorCode::X0 => event(moment.x0),
                FactorCode::Y0 => event(moment.y0),
                code => Value::Held(self.held(code)),
            },
        };
        Some(term.factors.iter().map(value).collect())
    }

    fn held(&self, code: FactorCode) -> i32 {
        let ([w, d, t], [r0, r1]) = (self.settings.start, self.settings.reward);
        match code {
            FactorCode::W | FactorCode::SgnW => w,
            FactorCode::D | FactorCode::SgnD => d,
            FactorCode::T | FactorCode::SgnT => t,
            FactorCode::R0 => r0,
            FactorCode::R1 => r1,
            _ => 0,
        }
    }
}

/// Traces of an epoch and the places of its events in it.
struct Moment<T> {
    history: Vec<Traces<T>>,
    x0: Option<usize>,
    y0: Option<usize>,
}

/// V of a factor.
#[derive(Clone, Copy)]
enum Value<T> {
    Trace(T),
    Held(i32),
}

fn trace_index(code: FactorCode) -> Option<usize> {
    let traces = [FactorCode::X1, FactorCode::X2, FactorCode::Y1, FactorCode::Y2, FactorCode::Y3];
    traces.iter().position(|trace| *trace == code)
}

fn is_sgn(code: FactorCode) -> bool {
    matches!(code, FactorCode::SgnW | FactorCode::SgnD | FactorCode::SgnT)
}

/// Bits by which the chip scales a term's product down.
fn shift(term: &Term) -> u32 {
    product_shift(&term.factors.iter().map(|factor| factor.code).collect::<Vec<_>>())
}

/// How traces move and products are added: as the chip does, or ideally.
trait Model {
    type Trace: Copy + From<i8>;
    /// Advances to step t; pre and post say whether their event happens then.
    fn step(&mut self, t: u32, events: [bool; 2]);
    fn traces(&self) -> Traces<Self::Trace>;
    /// The sum of the terms, in units of the target.
    fn change(&self, terms: &[Term], values: impl Fn(&Term) -> Option<Vec<Value<Self::Trace>>>) -> f64;
}

struct Ideal {
    profiles: Traces<TraceProfile>,
    traces: Traces<f64>,
}

impl Model for Ideal {
    type Trace = f64;

    fn step(&mut self, _: u32, [pre, post]: [bool; 2]) {
        for (i, (trace, profile)) in self.traces.iter_mut().zip(&self.profiles).enumerate() {
            *trace *= 1.0 - f64::from(profile.decay) / 4096.0;
            if if i < 2 { pre } else { post } {
                *trace += f64::from(profile.impulse) + f64::from(profile.fraction) / 128.0;
            }
        }
    }

    fn traces(&self) -> Traces<f64> {
        self.traces
    }

    fn change(&self, terms: &[Term], values: impl Fn(&Term) -> Option<Vec<Value<f64>>>) -> f64 {
        let scale = |term: &Term| {
            f64::from(term.mantissa) * libm::exp2(f64::from(term.exponent) - f64::from(shift(term)))
        };
        let factor = |(factor, value): (&Factor, Value<f64>)| match value {
            Value::Trace(v) => v + f64::from(factor.constant),
            Value::Held(v) if is_sgn(factor.code) => f64::from((v + factor.constant).signum()),
            Value::Held(v) => f64::from(v + factor.constant),
        };
        let product = |term: &Term| {
            values(term)
                .map_or(0.0, |v| scale(term) * term.factors.iter().zip(v).map(factor).product::<f64>())
        };
        terms.iter().map(product).sum()
    }
}

struct Chip {
    profiles: Traces<TraceProfile>,
    traces: Traces<i32>,
    seed: u32,
    epoch: u32,
}

impl Model for Chip {
    type Trace = i32;

    fn step(&mut self, t: u32, [pre, post]: [bool; 2]) {
        let (e, s) = ((t - 1) / self.epoch + 1, (t - 1) % self.epoch + 1);
        let draw = |stream| StreamKey::new(self.seed, stream, e, s).draw(0, 0);
        let (x, y) = (draw(Stream::Pre), draw(Stream::Post));
        for (i, (trace, profile)) in self.traces.iter_mut().zip(&self.profiles).enumerate() {
            let (bits, impulse, happened) = match i {
                0 | 1 => (x.decay_bits(i as u32), x.pre_impulse_bits(i as u32), pre),
                _ => (y.decay_bits(i as u32 - 2), y.post_impulse_bits(i as u32 - 2), post),
            };
            *trace = trace_decay(*trace, profile.decay, bits);
            if happened {
                *trace = trace_impulse(*trace, profile.impulse, profile.fraction, impulse);
            }
        }
    }

    fn traces(&self) -> Traces<i32> {
        self.traces
    }

    fn change(&self, terms: &[Term], values: impl Fn(&Term) -> Option<Vec<Value<i32>>>) -> f64 {
        let mut acc = 0;
        for term in terms {
            let Some(values) = values(term) else { continue };
            let factors = term.factors.iter().zip(values).map(|(factor, value)| clamped(factor, value));
            let product = i64::from(term.mantissa) * factors.map(i64::from).product::<i64>();
            let scaled = product >> shift(term) << (term.exponent + 7).clamp(0, 15);
            acc = sat(i64::from(acc) + i64::from(sat(scaled, ACC_BITS)), ACC_BITS);
        }
        f64::from(acc) / 128.0
    }
}

/// A factor as the chip takes it (contract 7, "Arithmetic").
fn clamped(factor: &Factor, value: Value<i32>) -> i32 {
    let (Value::Trace(v) | Value::Held(v)) = value;
    match factor.code {
        FactorCode::X0 | FactorCode::Y0 => v,
        code if is_sgn(code) => (v + factor.constant).signum(),
        code => {
            let bits = code.magnitude_bits();
            (v + factor.constant).clamp(-(1 << bits), (1 << bits) - 1)
        }
    }
}

/// One line of bars: the height is the size of the change, the signs at the ends are those of the two sides.
#[must_use]
pub fn sparkline(points: &[Point]) -> String {
    const UP: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let largest = largest(points);
    let bar = |point: &Point| {
        let level = libm::round(8.0 * point.mean.abs() / largest) as usize;
        match (point.dt, level) {
            (0, _) => '│',
            (_, 0) => ' ',
            _ => UP[level.min(8) - 1],
        }
    };
    let side = |side: i32| {
        let sum: f64 = points.iter().filter(|point| point.dt.signum() == side).map(|point| point.mean).sum();
        if sum < 0.0 { '-' } else { '+' }
    };
    format!("{} {} {}", side(-1), points.iter().map(bar).collect::<String>(), side(1))
}

fn largest(points: &[Point]) -> f64 {
    let sizes = points.iter().flat_map(|point| [point.mean.abs(), point.ideal.abs()]);
    sizes.fold(f64::MIN_POSITIVE, f64::max)
}

/// Rows above and below zero in a plot of text.
const ROWS: i32 = 8;

/// A plot of text: `*` the mean of the chip, `.` the ideal where they differ, dt from left to right.
#[must_use]
pub fn plot(points: &[Point]) -> String {
    let largest = largest(points);
    let row = |value: f64| libm::round(value / largest * f64::from(ROWS)) as i32;
    let mut out = String::new();
    for y in (-ROWS..=ROWS).rev() {
        let label = match y {
            ROWS => format!("{largest:+9.3} "),
            0 => format!("{:9} ", 0),
            y if y == -ROWS => format!("{:+9.3} ", -largest),
            _ => " ".repeat(10),
        };
        let mark = |point: &Point| match (row(point.mean) == y, row(point.ideal) == y, point.dt, y) {
            (true, ..) => '*',
            (_, true, ..) => '.',
            (_, _, 0, _) => '|',
            (.., 0) => '-',
            _ => ' ',
        };
        let line: String = points.iter().map(mark).collect();
        let _ = writeln!(out, "{label}{}", line.trim_end());
    }
    let (first, last) = (points.first().map_or(0, |p| p.dt), points.last().map_or(0, |p| p.dt));
    let _ = writeln!(out, "{:10}dt {first} to {last} steps; * chip (mean), . ideal", "");
    out
}

/// A drawing: the ideal as a line, the chip's means as dots with their deviation.
#[must_use]
pub fn svg(points: &[Point], title: &str) -> String {
    let (largest, span) = (largest(points), points.iter().map(|p| p.dt.abs()).max().unwrap_or(1).max(1));
    let x = |dt: i32| 340.0 + 300.0 * f64::from(dt) / f64::from(span);
    let y = |value: f64| 180.0 - 140.0 * value / largest;
    let title = title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 680 360\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"680\" height=\"360\" fill=\"white\"/>\n<text x=\"340\" y=\"20\" text-anchor=\"middle\">{title}</text>\n\
         <path d=\"M40 180H640M340 40V320\" stroke=\"#999\" fill=\"none\"/>\n\
         <text x=\"346\" y=\"46\">{largest:+.3}</text>\n<text x=\"346\" y=\"320\">{:+.3}</text>\n\
         <text x=\"640\" y=\"196\" text-anchor=\"end\">dt = {span} steps</text>\n",
        -largest
    );
    // A pair at dt = 0 is a case of its own: the line is broken there.
    for half in
        [points.iter().filter(|p| p.dt < 0).collect::<Vec<_>>(), points.iter().filter(|p| p.dt > 0).collect()]
    {
        let line: Vec<String> = half.iter().map(|p| format!("{:.1},{:.1}", x(p.dt), y(p.ideal))).collect();
        let _ = writeln!(out, "<polyline points=\"{}\" stroke=\"#c40\" fill=\"none\"/>", line.join(" "));
    }
    for p in points {
        let (cx, low, high) = (x(p.dt), y(p.mean - p.deviation), y(p.mean + p.deviation));
        let _ = writeln!(out, "<path d=\"M{cx:.1} {low:.1}V{high:.1}\" stroke=\"#8ac\"/>");
        let _ = writeln!(out, "<circle cx=\"{cx:.1}\" cy=\"{:.1}\" r=\"2\" fill=\"#048\"/>", y(p.mean));
    }
    out + "</svg>\n"
}
