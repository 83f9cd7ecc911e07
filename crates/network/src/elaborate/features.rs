//! Flags, noise, homeostasis, joins and traces of a compartment.

use std::rc::Rc;

use isa::op::{Join, NoiseTarget};
use isa::words::{PostProfile, TraceProfile};

use super::numbers::At;
use super::population::Part;
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::{Compartment, Homeostasis, NO_TRACE, Noise, Span};
use crate::quantise::{self, Method};
use crate::text::ast::{Arg, ExprKind, Item, ItemKind};

impl<'a> Elaborator<'a> {
    /// `flag`, `flag = true`.
    pub(super) fn flag(&mut self, item: &Item, scope: &Scope, what: &str) -> Option<bool> {
        match &item.kind {
            ItemKind::Flag => Some(true),
            ItemKind::Set(value) => self.boolean(At { expr: value, scope, what }),
            _ => self.fail(Diagnostic::error("E0032", item.span, format!("`{what}` is true or false"))),
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

    pub(super) fn homeostasis(
        &mut self,
        owner: &str,
        (item, scope): (&'a Item, &Rc<Scope>),
        at: (usize, usize),
    ) {
        let ItemKind::Call(args) = &item.kind else {
            let message = format!("homeostasis of `{owner}` is `homeostasis(impulse, min, max, gain, tau)`");
            self.found.push(Diagnostic::error("E0032", item.span, message));
            return;
        };
        let names = [
            ("impulse", true),
            ("min", true),
            ("max", true),
            ("gain", true),
            ("tau", false),
            ("decay", false),
        ];
        let Some(places) = self.places("homeostasis", &names, args, item.span) else { return };
        let mut values = [0u32; 4];
        for (value, (place, (name, _))) in values.iter_mut().zip(places.iter().zip(names)) {
            let Some(arg) = place else { return };
            match self.integer(&arg.value, scope, &format!("homeostasis {name}"), (0, 127)) {
                Some(got) => *value = got as u32,
                None => return,
            }
        }
        let [impulse, min, max, gain] = values;
        let h = Homeostasis { decay: 4096, impulse, min, max, gain };
        let tau = match (places[4], places[5]) {
            (Some(_), Some(_)) => {
                return self.found.push(Diagnostic::error(
                    "E0034",
                    item.span,
                    "tau and decay say the same thing",
                ));
            }
            (Some(tau), None) => self
                .tau(At { expr: &tau.value, scope, what: "homeostasis tau" }, 1)
                .and_then(|v| v.iter().next().copied()),
            (None, Some(decay)) => {
                let decay = self.integer(&decay.value, scope, "homeostasis decay", (0, 4096)).unwrap_or(0);
                self.settings.homeostasis.push((
                    at,
                    Homeostasis { decay: decay as u32, ..h },
                    None,
                    item.span,
                ));
                return;
            }
            (None, None) => {
                return self.found.push(Diagnostic::error(
                    "E0033",
                    item.span,
                    "homeostasis needs `tau` or `decay`",
                ));
            }
        };
        if let Some(tau) = tau {
            self.settings.homeostasis.push((at, h, Some(tau), item.span));
        }
    }

    pub(super) fn join(&mut self, owner: &str, names: &[String], item: &'a Item, c: &mut Compartment) {
        let ItemKind::Set(value) = &item.kind else {
            self.found.push(Diagnostic::error(
                "E0032",
                item.span,
                format!("join of `{owner}` is set with `=`: `join = add(a, b)`"),
            ));
            return;
        };
        let (op, children) = match &value.kind {
            ExprKind::Name(op) => (op, &[][..]),
            ExprKind::Call(op, args) => (&op.text, args.as_slice()),
            _ => {
                self.found.push(Diagnostic::error(
                    "E0032",
                    value.span,
                    "a join is `add(a, b)`, `pass(gate, passed)`, ..",
                ));
                return;
            }
        };
        match Join::from_name(&op.to_lowercase()) {
            Some(join) => c.join = join,
            None => {
                let error = Diagnostic::error("E0010", value.span, format!("there is no join `{op}`"));
                self.found.push(error.suggest(op, Join::ALL.iter().map(|j| j.name())));
            }
        }
        for arg in children {
            let child = match &arg.value.kind {
                ExprKind::Name(name) | ExprKind::Text(name) => name.as_str(),
                _ => "",
            };
            match names.iter().position(|name| name == child) {
                Some(at) => c.children.push(at),
                None => {
                    let error = Diagnostic::error(
                        "E0010",
                        arg.value.span,
                        format!("`{owner}` joins `{child}`, which is no compartment"),
                    );
                    self.found.push(error.suggest(child, names.iter().map(String::as_str)));
                }
            }
        }
    }

    pub(super) fn post_traces(&mut self, owner: &str, part: &Part<'a>, c: &mut Compartment) {
        for (i, found) in part.traces.iter().enumerate() {
            let Some((item, scope)) = found else { continue };
            let ItemKind::Named(_, args) = &item.kind else { continue };
            let what = format!("trace y{} of `{owner}`", i + 1);
            if let Some(trace) = self.trace(&what, args, scope, item.span) {
                c.post.get_or_insert(PostProfile([NO_TRACE; 3])).0[i] = trace;
            }
        }
    }

    /// `x1(impulse = 20, tau = 10)`; also `fraction` in 1/128 and `decay`.
    pub(super) fn trace(
        &mut self,
        what: &str,
        args: &[Arg],
        scope: &Scope,
        span: Span,
    ) -> Option<TraceProfile> {
        let names = [("impulse", true), ("tau", false), ("decay", false), ("fraction", false)];
        let places = self.places(what, &names, args, span)?;
        let impulse = self.real(At { expr: &places[0]?.value, scope, what: "impulse" })?;
        let Some(rounded) = quantise::impulse(impulse) else {
            let message = format!("{what}: impulse = {} is out of range: 0..128", quantise::show(impulse));
            return self.fail(Diagnostic::error("E0041", span, message));
        };
        let (whole, mut fraction) = rounded.value;
        let (asked, got) = (quantise::show(rounded.asked), quantise::show(rounded.got));
        self.note(span, format!("{what}: impulse"), asked, got);
        if let Some(arg) = places[3] {
            fraction = self.integer(&arg.value, scope, "fraction", (0, 127))? as u32;
        }
        let decay = match (places[1], places[2]) {
            (Some(tau), None) => {
                let what = format!("{what}: tau");
                self.tau_decay(At { expr: &tau.value, scope, what: &what }, 1, Method::Exponential)?
                    .iter()
                    .next()
                    .copied()?
            }
            (None, Some(decay)) => self.integer(&decay.value, scope, "decay", (0, 4096))?,
            _ => {
                return self.fail(Diagnostic::error(
                    "E0033",
                    span,
                    format!("{what} needs `tau` or `decay`, one of them"),
                ));
            }
        };
        Some(TraceProfile { impulse: whole, fraction, decay: decay as u32 })
    }
}
