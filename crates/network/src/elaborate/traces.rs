//! Moving thresholds and traces of compartments.

use std::rc::Rc;

use isa::words::{PostProfile, TraceProfile};

use super::neuron::Part;
use super::numbers::At;
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::{Compartment, Homeostasis, NO_TRACE, Span};
use crate::quantise::{self, Method};
use crate::text::ast::{Arg, Item, ItemKind};

impl<'a> Elaborator<'a> {
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
