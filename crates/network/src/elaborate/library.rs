//! Rules of the library: `learn = stdp(lambda = 30, tau_plus = 20 ms)`.

use super::numbers::At;
use super::rule::Built;
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::{NO_TRACE, Span, Values};
use crate::quantise;
use crate::rule::library::{LibraryError, realise};
use crate::text::ast::Arg;

impl Elaborator<'_> {
    /// The rule `name` of the library with its parameters; what it realises is noted.
    pub(super) fn library_rule(
        &mut self,
        name: &str,
        args: &[Arg],
        (scope, span): (&Scope, Span),
    ) -> Option<usize> {
        let mut given = Vec::new();
        for arg in args {
            let Some(parameter) = &arg.name else {
                let message = format!("parameters of rule `{name}` are given by name: lambda = 30");
                return self.fail(Diagnostic::error("E0032", arg.value.span, message));
            };
            let at = At { expr: &arg.value, scope, what: &parameter.text };
            let Values::Same(value) = self.tau(at, 1)? else {
                let message = format!("{} is one number, not a list", parameter.text);
                return self.fail(Diagnostic::error("E0032", arg.value.span, message));
            };
            given.push((parameter.text.as_str(), value));
        }
        let realised = match realise(name, &given) {
            Ok(realised) => realised,
            Err(error) => return self.fail(refusal(&error, args, span)),
        };
        for row in &realised.report {
            let thing = format!("rule `{name}`, {}", row.what);
            self.note(span, thing, quantise::show(row.asked), quantise::show(row.got));
        }
        let uses_reward = realised.text.contains("r0") || realised.text.contains("r1");
        let post = realised.post.0.map(|trace| (trace != NO_TRACE).then_some(trace));
        let changes = [false, realised.needs_tags];
        let mut rule = realised.rule;
        rule.span = span;
        Some(self.keep_rule(rule, Built { post, uses_reward, changes, ..Built::default() }, true))
    }
}

/// The diagnostic of a refusal, at the parameter that is meant where it was given.
fn refusal(error: &LibraryError, args: &[Arg], span: Span) -> Diagnostic {
    let parameter = match error {
        LibraryError::Unknown { .. } => None,
        LibraryError::Parameter { name, .. } => Some(name.as_str()),
        LibraryError::Range { parameter, .. } => Some(*parameter),
    };
    let named = |arg: &&Arg| arg.name.as_ref().is_some_and(|name| Some(name.text.as_str()) == parameter);
    let place = args.iter().find(named).map_or(span, |arg| arg.value.span);
    Diagnostic::error("E0080", place, error.to_string())
}
