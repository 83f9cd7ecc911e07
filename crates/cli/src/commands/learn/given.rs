//! A rule as it is given: text, or a name with parameters; and how it is looked at.
#![allow(clippy::float_arithmetic, reason = "time constants are physical")]

use isa::op::LearningTarget;
use isa::words::{PostProfile, PreProfile, TraceProfile};
use network::rule::{library, parse, print, window};

use crate::failure::{Exit, Failure, Finding, Place, Source};
use crate::number;

/// Impulse and time constant of traces that nothing is said about.
const TRACE: (f64, f64) = (120.0, 20.0);

#[derive(clap::Args)]
pub struct Given {
    /// Equations, e.g. 'dw = 2^-2*x1*y0 - 2^-2*y1*x0', or a name with parameters, e.g. 'stdp(tau_plus = 10)'
    rule: String,
    /// Impulse and time constant of a trace, e.g. x1=120,20; for equations [default: 120,20]
    #[arg(long = "trace", value_name = "NAME=IMPULSE,TAU")]
    traces: Vec<String>,
    /// Steps of an epoch
    #[arg(long, default_value_t = 1, value_parser = number::count::<63>, allow_negative_numbers = true)]
    epoch: u32,
    /// dt goes from -SPAN to SPAN
    #[arg(long, default_value_t = 40, value_parser = number::count::<500>, allow_negative_numbers = true)]
    span: u32,
    /// Trials of each dt
    #[arg(long, default_value_t = 200, value_parser = number::count::<10_000>, allow_negative_numbers = true)]
    trials: u32,
    /// Seed of the draws
    #[arg(long, default_value_t = 1, value_parser = number::seed, allow_negative_numbers = true)]
    seed: u32,
    /// Whose change: w, d or t [default: the first of w, t, d that a pair of events changes]
    #[arg(long, value_parser = target)]
    target: Option<LearningTarget>,
    /// Reward r0 and r1, held
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    reward: i32,
}

fn target(text: &str) -> Result<LearningTarget, String> {
    LearningTarget::from_name(text).ok_or_else(|| "w, d or t".into())
}

/// A rule with what belongs to it.
pub struct Rule {
    /// Terms and pre traces.
    pub rule: network::graph::Rule,
    /// Post traces.
    pub post: PostProfile,
    /// Its equations.
    pub text: String,
    /// Equations, traces, what is realised.
    pub shown: String,
    /// What was changed on the way in.
    pub notes: Vec<String>,
}

/// What a pair of events changes.
pub struct Window {
    /// Whose change.
    pub target: LearningTarget,
    /// The change for each dt.
    pub points: Vec<window::Point>,
}

impl Window {
    /// Says why it is not that of the weight where that could be expected, and why nothing changes where that is so.
    pub fn note(&self, rule: &Rule) -> Option<String> {
        let held = "the tag is held at 0, r0 and r1 at `--reward`";
        if self.points.iter().all(|p| p.mean == 0.0) {
            let targets = "`--target w|d|t` shows another";
            return Some(format!("no pair of events changes {} by itself ({held}); {targets}", self.target));
        }
        let instead = self.target != LearningTarget::W && !rule.rule.w.is_empty();
        instead.then(|| {
            format!("the window is that of {}: no pair of events changes w by itself ({held})", self.target)
        })
    }
}

impl Given {
    /// The window of the target that is asked for, or of the first of w, t, d that a pair of events changes.
    pub fn window(&self, rule: &Rule) -> Window {
        let of = |target| {
            let points = window::window(&rule.rule, &rule.post, &self.settings(target));
            Window { target, points }
        };
        let moves = |window: &Window| window.points.iter().any(|p| p.mean != 0.0);
        let all = [LearningTarget::W, LearningTarget::T, LearningTarget::D];
        match self.target {
            Some(target) => of(target),
            None => all.into_iter().map(of).find(moves).unwrap_or_else(|| of(LearningTarget::W)),
        }
    }

    /// How the window is made.
    fn settings(&self, target: LearningTarget) -> window::Settings {
        window::Settings {
            target,
            span: self.span,
            epoch: self.epoch,
            trials: self.trials,
            seed: self.seed,
            reward: [self.reward; 2],
            ..window::Settings::default()
        }
    }

    /// dt goes from minus this to this.
    pub fn span_steps(&self) -> i32 {
        self.span.cast_signed()
    }

    /// The rule.
    pub fn rule(&self) -> Result<Rule, Failure> {
        let text = self.rule.trim();
        let name = text.split_once('(').map_or(text, |(name, _)| name.trim());
        let is_name = name.len() > 2 && name.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
        if !text.contains('=') && (!is_name || matches!(name, "sgn" | "sign")) {
            // As other simulators are given it: only the right-hand side.
            return self.of_text(&format!("dw = {text}"));
        }
        if name.contains('=') { self.of_text(&self.rule) } else { self.of_name() }
    }

    fn of_text(&self, text: &str) -> Result<Rule, Failure> {
        let terms = parse(text, 0).map_err(|errors| refused(text, &errors))?;
        let notes = terms.notes.iter().map(|note| note.text.clone()).collect();
        let mut rule = terms.into_rule("rule");
        let all = profile(TRACE.0, TRACE.1);
        let (mut pre, mut post) = ([all; 2], [all; 3]);
        for text in &self.traces {
            let (name, profile) = trace(text)?;
            match name {
                "x1" => pre[0] = profile,
                "x2" => pre[1] = profile,
                "y1" => post[0] = profile,
                "y2" => post[1] = profile,
                "y3" => post[2] = profile,
                _ => {
                    return Err(
                        Failure::user(format!("no trace `{name}`")).help("traces are x1, x2, y1, y2, y3")
                    );
                }
            }
        }
        rule.pre = PreProfile(pre);
        let text = print(&rule);
        Ok(Rule { rule, post: PostProfile(post), shown: format!("{text}\n"), text, notes })
    }

    fn of_name(&self) -> Result<Rule, Failure> {
        let (name, inside) = match self.rule.trim().split_once('(') {
            Some((name, rest)) => {
                let inside = rest.trim().strip_suffix(')');
                let refuse = || Failure::user(format!("`{}`: `(` without `)`", self.rule.trim()));
                (name.trim(), inside.ok_or_else(refuse)?)
            }
            None => (self.rule.trim(), ""),
        };
        if let Some(trace) = self.traces.first() {
            let help = "its parameters set them (`seamount learn list`), e.g. 'stdp(tau_plus = 10)'; `--trace` is for equations";
            return Err(Failure::user(format!("--trace {trace}: `{name}` sets its own traces")).help(help));
        }
        let mut arguments = Vec::new();
        for part in inside.split(',').filter(|part| !part.trim().is_empty()) {
            let pair = part
                .split_once('=')
                .and_then(|(name, value)| Some((name.trim(), value.trim().parse().ok()?)));
            let help = "parameters read `name = number`, e.g. stdp(tau_plus = 10)";
            arguments.push(
                pair.ok_or_else(|| Failure::user(format!("`{}` is no parameter", part.trim())).help(help))?,
            );
        }
        let realised = library::realise(name, &arguments).map_err(|error| {
            Failure::user(error.to_string()).help("`seamount learn list` shows every named rule")
        })?;
        let shown = realised.show();
        let notes = if realised.needs_tags { vec!["its synapses need a tag".into()] } else { Vec::new() };
        Ok(Rule { rule: realised.rule, post: realised.post, text: realised.text, shown, notes })
    }
}

fn refused(text: &str, errors: &[network::rule::RuleError]) -> Failure {
    let findings = errors.iter().map(|error| Finding {
        code: Some("E0080".into()),
        message: error.to_string(),
        places: vec![Place {
            start: error.span.start as usize,
            end: error.span.end as usize,
            label: String::new(),
        }],
        help: vec![error.help()],
        ..Finding::default()
    });
    let source = Source { name: "rule".into(), text: text.into() };
    Failure { exit: Exit::User, findings: findings.collect(), source: Some(source) }
}

/// `x1=120,20`.
fn trace(text: &str) -> Result<(&str, TraceProfile), Failure> {
    let parts = text.split_once('=').and_then(|(name, rest)| Some((name.trim(), rest.split_once(',')?)));
    let parsed = parts.and_then(|(name, (impulse, tau))| {
        let (impulse, tau): (f64, f64) = (impulse.trim().parse().ok()?, tau.trim().parse().ok()?);
        ((0.0..128.0).contains(&impulse) && tau > 0.0 && tau.is_finite())
            .then(|| (name, profile(impulse, tau)))
    });
    let help = "a trace reads NAME=IMPULSE,TAU with an impulse from 0 to below 128 and steps, e.g. x1=120,20";
    parsed.ok_or_else(|| Failure::user(format!("`{text}` is no trace")).help(help))
}

fn profile(impulse: f64, tau: f64) -> TraceProfile {
    let fraction = ((impulse - impulse.floor()) * 128.0).floor() as u32;
    let decay = (4096.0 * (1.0 - (-1.0 / tau).exp())).round() as u32;
    TraceProfile { impulse: impulse.floor() as u32, fraction, decay }
}
