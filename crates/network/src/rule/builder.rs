//! How a named rule is built: parameters in, terms and traces out, with what they realise.
//!
//! Amplitudes are changes of the weight mantissa (the range -256..=255 of contract 2), times are in steps, rates are
//! per evaluation. A trace gets the largest impulse that `headroom` coincident events still fit into its 7 bits.
#![allow(clippy::float_arithmetic, reason = "parameters of a rule are physical; what is built is integers")]

use std::fmt::Write as _;

use isa::op::FactorCode;
use isa::words::{PostProfile, PreProfile, TraceProfile};

use super::scale::{EXPONENT, Scale};
use super::{Terms, parse};
use crate::graph::{NO_TRACE, Rule};

/// A parameter of a named rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// Name.
    pub name: &'static str,
    /// Value where none is given.
    pub default: f64,
    /// What it is, and its unit.
    pub doc: &'static str,
}

/// A named rule.
pub struct Definition {
    /// Name.
    pub name: &'static str,
    /// What it does, and its equation.
    pub doc: &'static str,
    /// Parameters, in order.
    pub parameters: &'static [Parameter],
    pub(super) build: fn(&Arguments<'_>, &mut Builder) -> Result<(), LibraryError>,
}

/// A value that was asked for and what the chip does.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantised {
    /// What it is.
    pub what: String,
    /// As asked for.
    pub asked: f64,
    /// As realised.
    pub got: f64,
}

/// A named rule with its parameters, ready for the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Realised {
    /// Terms and pre traces.
    pub rule: Rule,
    /// Post traces that the target compartments need.
    pub post: PostProfile,
    /// Its equations.
    pub text: String,
    /// Whether its synapses need a tag.
    pub needs_tags: bool,
    /// What was asked for and what came out.
    pub report: Vec<Quantised>,
}

impl Realised {
    /// Equations, traces and the table of what is realised, for people.
    #[must_use]
    pub fn show(&self) -> String {
        let mut out = format!("{}\n", self.text);
        let traces = [("x1", self.rule.pre.0[0]), ("x2", self.rule.pre.0[1])];
        let post = [("y1", self.post.0[0]), ("y2", self.post.0[1]), ("y3", self.post.0[2])];
        for (name, trace) in traces.into_iter().chain(post).filter(|(_, trace)| *trace != NO_TRACE) {
            let TraceProfile { impulse, fraction, decay } = trace;
            let _ =
                writeln!(out, "trace {name}: impulse {impulse} + {fraction}/128, decay {decay}/4096 a step");
        }
        for row in &self.report {
            let _ = writeln!(out, "{}: asked {}, realised {}", row.what, row.asked, round6(row.got));
        }
        if let Some(beyond) = self.beyond() {
            let _ = writeln!(out, "warning: {beyond}");
        }
        out
    }

    /// What one event changes by more than the whole range of a weight or tag, in words: it is clipped wherever
    /// the weight stands.
    #[must_use]
    pub fn beyond(&self) -> Option<String> {
        let (low, high) = isa::num::text_weight_range(isa::op::SignMode::Mixed);
        let most = f64::from(high - low);
        let row =
            self.report.iter().find(|row| CHANGES.contains(&row.what.as_str()) && row.got.abs() > most)?;
        Some(format!(
            "{} = {} is more than weights and tags span, {low}..={high}: one event takes them from end to end, and the \
             curve is flat where it exceeds {most}",
            row.what, row.asked
        ))
    }
}

/// Parameters that are changes of a weight or tag at one event, in units of the mantissa.
const CHANGES: [&str; 5] = ["lambda", "a2_plus", "a3_plus", "a2_minus", "a3_minus"];

fn round6(x: f64) -> f64 {
    libm::round(x * 1e6) / 1e6
}

/// Why a named rule cannot be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LibraryError {
    /// No rule of that name.
    #[error("no rule `{name}`: known are {known}")]
    Unknown {
        /// As given.
        name: String,
        /// Those that exist.
        known: String,
    },
    /// No such parameter.
    #[error("rule {rule} has no parameter `{name}`: it has {known}")]
    Parameter {
        /// The rule.
        rule: &'static str,
        /// As given.
        name: String,
        /// Those that exist.
        known: String,
    },
    /// A value that the chip cannot hold.
    #[error("rule {rule}: {parameter} = {value} does not fit: {need}")]
    Range {
        /// The rule.
        rule: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// Its value.
        value: f64,
        /// What would fit.
        need: String,
    },
}

/// The parameters of a rule being built.
pub(super) struct Arguments<'a> {
    pub(super) definition: &'static Definition,
    pub(super) given: &'a [(&'a str, f64)],
}

impl Arguments<'_> {
    /// The value of a parameter.
    pub(super) fn get(&self, name: &'static str) -> f64 {
        let given = self.given.iter().rev().find(|(given, _)| *given == name).map(|(_, value)| *value);
        let default =
            || self.definition.parameters.iter().find(|p| p.name == name).map_or(0.0, |p| p.default);
        given.unwrap_or_else(default)
    }

    /// The value of a parameter between two bounds.
    pub(super) fn within(&self, name: &'static str, low: f64, high: f64) -> Result<f64, LibraryError> {
        let value = self.get(name);
        if (low..=high).contains(&value) {
            return Ok(value);
        }
        Err(self.refuse(name, format!("{low} to {high}")))
    }

    fn refuse(&self, parameter: &'static str, need: String) -> LibraryError {
        LibraryError::Range { rule: self.definition.name, parameter, value: self.get(parameter), need }
    }
}

/// Collects equations, traces and the report of a rule.
#[derive(Default)]
pub(super) struct Builder {
    w: String,
    t: String,
    pre: [Option<TraceProfile>; 2],
    post: [Option<TraceProfile>; 3],
    report: Vec<Quantised>,
}

/// A term's scale with its sign.
#[derive(Clone, Copy)]
pub(super) struct Signed {
    negative: bool,
    scale: Scale,
}

impl Signed {
    /// The opposite sign.
    pub(super) fn negated(self) -> Self {
        Self { negative: !self.negative, ..self }
    }
}

/// `2^-shift` by which a product of these factors is scaled down: the sum of magnitude bits above 15 (contract 7).
#[must_use]
pub fn product_shift(factors: &[FactorCode]) -> u32 {
    let bits: u32 = factors.iter().map(|factor| factor.magnitude_bits()).sum();
    (3 + bits).saturating_sub(15)
}

impl Builder {
    /// Adds `scale*factors` to the equation of w.
    pub(super) fn w(&mut self, scale: Signed, factors: &str) {
        add(&mut self.w, scale, factors);
    }

    /// Adds `scale*factors` to the equation of the tag.
    pub(super) fn t(&mut self, scale: Signed, factors: &str) {
        add(&mut self.t, scale, factors);
    }

    /// A trace with time constant `tau` of the parameter's name.
    pub(super) fn trace(
        &mut self,
        arguments: &Arguments<'_>,
        code: FactorCode,
        tau: &'static str,
        impulse: f64,
    ) -> Result<(), LibraryError> {
        let asked = arguments.within(tau, 0.1, 20_000.0)?;
        let decay = libm::round(4096.0 * (1.0 - libm::exp(-1.0 / asked))) as u32;
        let got = if decay == 4096 { 0.0 } else { -1.0 / libm::log(1.0 - f64::from(decay) / 4096.0) };
        self.report.push(Quantised { what: format!("{tau} ({code})"), asked, got });
        let whole = libm::floor(impulse);
        let fraction = libm::floor(128.0 * (impulse - whole)) as u32;
        let profile = TraceProfile { impulse: whole as u32, fraction, decay };
        match code {
            FactorCode::X1 => self.pre[0] = Some(profile),
            FactorCode::X2 => self.pre[1] = Some(profile),
            FactorCode::Y1 => self.post[0] = Some(profile),
            FactorCode::Y2 => self.post[1] = Some(profile),
            _ => self.post[2] = Some(profile),
        }
        Ok(())
    }

    /// Scale and impulse whose product is the amplitude of the parameter's name times `factor`: the power of two
    /// that gives the largest impulse up to 127 / headroom.
    pub(super) fn amplitude(
        &mut self,
        arguments: &Arguments<'_>,
        name: &'static str,
        factor: f64,
    ) -> Result<(Signed, f64), LibraryError> {
        let headroom = arguments.within("headroom", 1.0, 127.0)?;
        let asked = arguments.get(name);
        let largest = 127.0 / headroom;
        let size = (asked * factor).abs();
        let fits = |x: &i64| size / libm::exp2(*x as f64) <= largest;
        let exponent = (EXPONENT.0..=EXPONENT.1).find(fits).filter(|_| size > 0.0);
        let Some(exponent) = exponent else {
            let most = round6(largest * 256.0 / factor.abs());
            return Err(arguments.refuse(name, format!("above 0 and at most {most}")));
        };
        let unit = libm::exp2(exponent as f64);
        let impulse = libm::floor(128.0 * size / unit + 0.5) / 128.0;
        if impulse == 0.0 {
            return Err(arguments.refuse(name, format!("at least {}", round6(unit / 128.0 / factor.abs()))));
        }
        self.report.push(Quantised {
            what: name.into(),
            asked,
            got: impulse * unit / factor * asked.signum(),
        });
        let scale = Scale { mantissa: 1, exponent: exponent as i32 };
        Ok((Signed { negative: asked < 0.0, scale }, impulse))
    }

    /// The scale nearest to the parameter times `factor`.
    pub(super) fn nearest(
        &mut self,
        arguments: &Arguments<'_>,
        name: &'static str,
        factor: f64,
    ) -> Result<Signed, LibraryError> {
        let asked = arguments.get(name);
        let size = (asked * factor).abs();
        let value = |s: &Scale| f64::from(s.mantissa) * libm::exp2(f64::from(s.exponent));
        let mut best = Scale { mantissa: 1, exponent: EXPONENT.0 as i32 };
        for mantissa in 1..=7 {
            for exponent in EXPONENT.0..=EXPONENT.1 {
                let scale = Scale { mantissa, exponent: exponent as i32 };
                if (value(&scale) - size).abs() < (value(&best) - size).abs() {
                    best = scale;
                }
            }
        }
        let (low, high) = (libm::exp2(-8.0), 7.0 * 256.0);
        if !(low..=high).contains(&size) {
            let bound = |x: f64| round6(x / factor.abs());
            return Err(arguments.refuse(name, format!("a size of {} to {}", bound(low), bound(high))));
        }
        let got = value(&best) / factor * asked.signum();
        self.report.push(Quantised { what: name.into(), asked, got });
        Ok(Signed { negative: asked < 0.0, scale: best })
    }

    pub(super) fn finish(self, name: &str) -> Realised {
        let equation = |target: &str, sum: &str| match sum {
            "" => None,
            sum => Some(format!("d{target} = {sum}")),
        };
        let equations: Vec<String> =
            [equation("w", &self.w), equation("t", &self.t)].into_iter().flatten().collect();
        let text = equations.join("\n");
        // The text is built of scales that fit; a test realises every rule of the library.
        let terms = parse(&text, 0).unwrap_or_else(|_| Terms::default());
        let needs_tags = !terms.t.is_empty();
        let mut rule = terms.into_rule(name);
        rule.pre = PreProfile(self.pre.map(|trace| trace.unwrap_or(NO_TRACE)));
        let post = PostProfile(self.post.map(|trace| trace.unwrap_or(NO_TRACE)));
        Realised { rule, post, text, needs_tags, report: self.report }
    }
}

fn add(sum: &mut String, Signed { negative, scale }: Signed, factors: &str) {
    let sign = match (sum.is_empty(), negative) {
        (true, false) => "",
        (true, true) => "-",
        (false, false) => " + ",
        (false, true) => " - ",
    };
    let scale = if (scale.mantissa, scale.exponent) == (1, 0) { String::new() } else { format!("{scale}*") };
    let _ = write!(sum, "{sign}{scale}{factors}");
}
