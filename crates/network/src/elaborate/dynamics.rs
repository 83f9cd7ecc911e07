//! Decays, thresholds, biases and noise of compartments: physical values and the chip's.

use isa::op::NoiseTarget;

use super::neuron::Part;
use super::numbers::{At, map, try_map};
use super::value::Numbers;
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::{Compartment, Noise, Span, Values};
use crate::quantise::{self, Method};
use crate::text::ast::{Arg, Item, ItemKind};

impl<'a> Elaborator<'a> {
    pub(super) fn decays(
        &mut self,
        owner: &str,
        part: &Part<'a>,
        (n, method): (usize, Method),
        c: &mut Compartment,
    ) {
        for (chip, physical) in [("current_decay", "tau_u"), ("voltage_decay", "tau_v")] {
            let decay = if let Some(found) = part.fields.get(chip) {
                let what = format!("{chip} of `{owner}`");
                let value = self.set_of(owner, found.0);
                value.and_then(|value| self.ints(self.at(found, &value, &what), n, (0, 4096)))
            } else if let Some(found) = part.fields.get(physical) {
                let what = format!("{physical} of `{owner}`");
                let value = self.set_of(owner, found.0);
                value.and_then(|value| self.tau_decay(self.at(found, &value, &what), n, method))
            } else {
                None
            };
            let field = if chip == "current_decay" { &mut c.current_decay } else { &mut c.voltage_decay };
            if let Some(decay) = decay {
                *field = map(decay, |d| d as u32);
            }
        }
    }

    /// Decays of time constants; what came out is noted.
    pub(super) fn tau_decay(&mut self, at: At, n: usize, method: Method) -> Option<Values<i64>> {
        let tau = self.tau(at, n)?;
        if let Some(bad) = tau.iter().find(|tau| tau.is_nan() || **tau < 0.0) {
            let message = format!("{} = {} is negative", at.what, quantise::show(*bad));
            return self.fail(Diagnostic::error("E0041", at.expr.span, message));
        }
        let (asked, got) =
            (tau.iter().next().copied()?, quantise::decay(tau.iter().next().copied()?, method));
        let more =
            if let Values::Each(all) = &tau { format!(" (first of {})", all.len()) } else { String::new() };
        let (asked, got) = (self.time(asked), format!("{}, decay {}", self.time(got.got), got.value));
        self.note(at.expr.span, at.what, format!("{asked}{more}"), got);
        self.warn_lost(&tau, at, method);
        Some(map(tau, |tau| i64::from(quantise::decay(tau, method).value)))
    }

    /// Warns of time constants whose decay is rounded to never or at once.
    pub(super) fn warn_lost(&mut self, tau: &Values<f64>, at: At, method: Method) {
        let lost = |tau: f64| match quantise::decay(tau, method).value {
            0 if tau.is_finite() => Some("decay 0: it never decays"),
            4096 if tau > 0.0 && tau < 1.0 => Some("decay 4096: it forgets at once"),
            _ => None,
        };
        let Some((tau, what)) = tau.iter().find_map(|tau| Some((*tau, lost(*tau)?))) else { return };
        let mut asked = self.time(tau);
        if self.graph.step_us.is_some() {
            asked += &format!(", {} steps,", quantise::show(tau));
        }
        let fact = format!(" = {asked} becomes {what}");
        let place = (at.expr.span.start, at.expr.span.end);
        // A prototype's line is one, however many populations use it.
        let told = |d: &Diagnostic| {
            d.code == "W0002" && (d.span.start, d.span.end) == place && d.message.ends_with(&fact)
        };
        if self.found.iter().any(told) {
            return;
        }
        let warning = Diagnostic::warning("W0002", at.expr.span, format!("{}{fact}", at.what));
        let help = "a decay is a multiple of 1/4096 a step: longer or shorter steps (`step`) hold others; where it is meant, say the decay itself";
        self.found.push(warning.help(help));
    }

    /// Steps as the report says them: in ms where a step is declared.
    pub(super) fn time(&self, steps: f64) -> String {
        match self.graph.step_us {
            Some(us) => format!("{} ms", quantise::show(quantise::milliseconds(steps, us))),
            None => format!("{} steps", quantise::show(steps)),
        }
    }

    pub(super) fn integers(&mut self, owner: &str, part: &Part<'a>, n: usize, c: &mut Compartment) {
        let physical = part.fields.contains_key("threshold");
        let fields = [("vth_mant", (0, 131_071)), ("bias_mant", (-4096, 4095)), ("bias_exp", (0, 7))];
        for (field, bounds) in fields {
            let Some(found) = part.fields.get(field) else { continue };
            let what = format!("{field} of `{owner}`");
            let Some(value) = self.set_of(owner, found.0) else { continue };
            let Some(values) = self.ints(self.at(found, &value, &what), n, bounds) else { continue };
            match field {
                "vth_mant" => c.vth = map(values, |x| x as u32),
                "bias_mant" => c.bias_mantissa = map(values, |x| x as i32),
                _ => c.bias_exponent = map(values, |x| x as u32),
            }
        }
        for field in ["initial_v", "initial_u"] {
            let Some(found) = part.fields.get(field).filter(|_| !physical) else { continue };
            let what = format!("{field} of `{owner}`");
            let Some(value) = self.set_of(owner, found.0) else { continue };
            let bounds = (-(1 << 23), (1 << 23) - 1);
            let Some(values) = self.ints(self.at(found, &value, &what), n, bounds) else { continue };
            let values = map(values, |x| x as i32);
            *(if field == "initial_v" { &mut c.initial_v } else { &mut c.initial_u }) = values;
        }
        if let Some(found) = part.fields.get("refractory") {
            let what = format!("refractory of `{owner}`");
            let value = self.set_of(owner, found.0);
            let before = self.found.len();
            let steps = value.and_then(|value| self.steps(self.at(found, &value, &what), n, (1, 63)));
            self.advise(before, "1 is no pause: the next spike can come a step later; 63 is the longest");
            c.refractory = steps.map_or(Values::Same(1), |steps| map(steps, |x| x as u32));
        }
        if let Some(found) = part.fields.get("axon_delay") {
            let what = format!("axon_delay of `{owner}`");
            let value = self.set_of(owner, found.0);
            c.axon_delay = value
                .and_then(|value| self.one_step(self.at(found, &value, &what), (0, 63)))
                .unwrap_or(0) as u32;
        }
    }

    /// `bias` of a chip-level neuron: an integer that mantissa and exponent give exactly.
    pub(super) fn chip_bias(&mut self, owner: &str, part: &Part<'a>, n: usize, c: &mut Compartment) {
        let Some(found) = part.fields.get("bias") else { return };
        let what = format!("bias of `{owner}`");
        let Some(value) = self.set_of(owner, found.0) else { return };
        let at = self.at(found, &value, &what);
        let Some(values) = self.ints(at, n, (-(4096 << 7), 4095 << 7)) else { return };
        let exact = |b: i64| {
            (0..8).find(|e| b % (1 << e) == 0 && (-4096..=4095).contains(&(b >> e))).map(|e| (b >> e, e))
        };
        match try_map(values.clone(), exact) {
            Some(pairs) => {
                c.bias_mantissa = map(pairs.clone(), |(m, _)| m as i32);
                c.bias_exponent = map(pairs, |(_, e)| e as u32);
            }
            None => {
                let bad = values.iter().find(|b| exact(**b).is_none()).copied().unwrap_or_default();
                let error = Diagnostic::error(
                    "E0041",
                    value.span,
                    format!("{what} = {bad} is no 13-bit mantissa times 2^0..2^7"),
                );
                self.found.push(error.help("give bias_mant and bias_exp"));
            }
        }
    }

    pub(super) fn noise(&mut self, population: usize, item: &'a Item, scope: &Scope, c: &mut Compartment) {
        match &item.kind {
            ItemKind::Call(args) => {
                c.noise = true;
                if let Some(noise) = self.noise_settings(args, item.span, scope) {
                    self.plan_noise(population, noise, item.span);
                }
            }
            _ => c.noise = self.flag(item, scope, "noise").unwrap_or(false),
        }
    }

    /// `noise(exponent, offset = 0, target = voltage)`
    pub(super) fn noise_settings(&mut self, args: &[Arg], span: Span, scope: &Scope) -> Option<Noise> {
        let places =
            self.places("noise", &[("exponent", true), ("offset", false), ("target", false)], args, span)?;
        let exponent = self.integer(&places[0]?.value, scope, "noise exponent", (0, 23));
        let offset = places[1].map_or(Some(0), |arg| self.integer(&arg.value, scope, "noise offset", (0, 7)));
        let targets = [("current", NoiseTarget::Current), ("voltage", NoiseTarget::Voltage)];
        let target = match places[2] {
            None => Some(NoiseTarget::Voltage),
            Some(arg) => self.choice(At { expr: &arg.value, scope, what: "noise target" }, &targets),
        };
        Some(Noise { exponent: exponent? as u32, offset: offset? as u32, target: target? })
    }

    /// Physical threshold, bias and start of a compartment; quantised when the weights are known.
    pub(super) fn physical_of(&mut self, owner: &str, part: &Part<'a>, n: usize, at: (usize, usize)) {
        let mut pending = super::physical::Compartment::default();
        for field in ["threshold", "bias", "initial_v", "initial_u"] {
            let Some(found) = part.fields.get(field) else { continue };
            let what = format!("{field} of `{owner}`");
            let Some(value) = self.set_of(owner, found.0) else { continue };
            let place = self.at(found, &value, &what);
            let Some(evaluated) = self.eval(&value, place.scope) else { continue };
            let values = match self.numbers(evaluated, place, n) {
                Some(Numbers::Ints(v)) => map(v, |x| x as f64),
                Some(Numbers::Reals(v)) => v,
                Some(_) => {
                    let _: Option<()> = self.wrong_unit(place, "a number without a unit");
                    continue;
                }
                None => continue,
            };
            pending.span = value.span;
            pending.owner = owner.to_owned();
            match field {
                "threshold" => pending.threshold = values,
                "bias" => pending.bias = values,
                "initial_v" => pending.initial_v = values,
                _ => pending.initial_u = values,
            }
        }
        if let Some(bad) = pending.threshold.iter().find(|t| t.is_nan() || **t < 0.0) {
            let message = format!("threshold of `{owner}` = {} is negative", quantise::show(*bad));
            self.found.push(Diagnostic::error("E0041", pending.span, message));
            return;
        }
        self.physical.compartments.insert(at, pending);
    }
}
