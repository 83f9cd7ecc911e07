//! Rules of the library: `learn = stdp(lambda = 30, tau_plus = 20 ms)`.

use super::numbers::At;
use super::rule::Built;
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::{NO_TRACE, Rule, Span, Values};
use crate::quantise;
use crate::rule::library::{LibraryError, realise};
use crate::text::ast::Arg;

impl Elaborator<'_> {
    /// The rule `name` of the library with its parameters, `epoch` and `reward`; what it realises is noted.
    pub(super) fn library_rule(
        &mut self,
        name: &str,
        args: &[Arg],
        (scope, span): (&Scope, Span),
    ) -> Option<(Rule, Built)> {
        let (mut given, mut built) = (Vec::new(), Built::default());
        for arg in args {
            let Some(parameter) = &arg.name else {
                let message = format!("parameters of rule `{name}` are given by name: lambda = 30");
                return self.fail(Diagnostic::error("E0032", arg.value.span, message));
            };
            let at = At { expr: &arg.value, scope, what: &parameter.text };
            match parameter.text.as_str() {
                "epoch" => built.epoch = Some(self.one_step(at, (1, 63))? as u32),
                "reward" => built.reward = Some(self.channel(&arg.value)?),
                other => match self.tau(at, 1)? {
                    Values::Same(value) => given.push((other, value)),
                    Values::Each(_) => {
                        let message = format!("{other} is one number, not a list");
                        return self.fail(Diagnostic::error("E0032", arg.value.span, message));
                    }
                },
            }
        }
        let realised = match realise(name, &given) {
            Ok(realised) => realised,
            Err(error) => return self.fail(refusal(&error, args, span)),
        };
        for row in &realised.report {
            let thing = format!("rule `{name}`, {}", row.what);
            self.note(span, thing, quantise::show(row.asked), quantise::show(row.got));
        }
        if let Some(beyond) = realised.beyond() {
            let warning = Diagnostic::warning("E0041", span, format!("rule `{name}`: {beyond}"));
            self.found.push(warning.help("`seamount learn show` draws the curve of a rule"));
        }
        let post = realised.post.0.map(|trace| (trace != NO_TRACE).then_some(trace));
        Some((Rule { span, ..realised.rule }, Built { post, ..built }))
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
