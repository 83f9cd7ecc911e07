//! Arrays of files: loaded, checked, times a number or a unit.

use std::rc::Rc;

use super::numbers::{At, map};
use super::value::{Number, Numbers, Value, of_shared};
use super::{Elaborator, Scope};
use crate::diagnostic::{Diagnostic, nearest};
use crate::graph::{Span, Values};
use crate::load::{Array, Data, LoadError};
use crate::quantise;
use crate::text::ast::{Arg, Operator};

impl Elaborator<'_> {
    /// `load("file")`, `load("file.npz", "array")`
    pub(super) fn load(&mut self, args: &[Arg], span: Span, scope: &Scope) -> Option<Array> {
        let mut texts = Vec::new();
        for arg in args {
            match self.eval(&arg.value, scope)? {
                Value::Text(text) => texts.push(text),
                other => {
                    let message = format!(
                        "load takes a path and the name of an array in quotes, this is {}",
                        other.kind()
                    );
                    return self.fail(Diagnostic::error("E0032", arg.value.span, message));
                }
            }
        }
        let (path, array) = match texts.as_slice() {
            [path] => (path, None),
            [path, array] => (path, Some(array.as_str())),
            _ => {
                return self.fail(Diagnostic::error(
                    "E0033",
                    span,
                    "load(\"file\") or load(\"file.npz\", \"array\")",
                ));
            }
        };
        match self.loader.load(path, array) {
            Ok(loaded) if !loaded.is_sound() => {
                let message = format!("`{path}`: shape {:?}, but {} values", loaded.shape, loaded.len());
                self.fail(Diagnostic::error("E0061", span, message))
            }
            Ok(loaded) => self.finite(loaded, path, array, span),
            Err(error) => self.not_loaded(&error, span),
        }
    }

    /// An array whose values are all finite numbers.
    fn finite(&mut self, loaded: Array, path: &str, array: Option<&str>, span: Span) -> Option<Array> {
        let Some((place, bad, count)) = loaded.not_finite() else { return Some(loaded) };
        let name = array.map_or(String::new(), |array| format!(", array `{array}`"));
        let message = format!("`{path}`{name}: {place} is {bad}, a finite number is wanted");
        let error = Diagnostic::error("E0041", span, message);
        let of = loaded.len();
        self.fail(if count > 1 {
            error.label(format!("{count} of {of} values are not finite"))
        } else {
            error
        })
    }

    /// Reports a file once, however often the description names it.
    fn not_loaded(&mut self, error: &LoadError, span: Span) -> Option<Array> {
        let message = error.to_string();
        if self.found.iter().any(|d| d.code == "E0060" && d.message == message) {
            return None;
        }
        let found = Diagnostic::error("E0060", span, message);
        let LoadError::File { path, .. } = error else { return self.fail(found) };
        let known = self.loader.beside(path);
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        // One that is there was not misspelt.
        let near = if names.contains(&path.as_str()) { None } else { nearest(path, &names) };
        self.fail(match near {
            Some(name) => found.label(format!("did you mean `{name}`?")),
            None => found,
        })
    }

    /// Every value of an array times `by`, or divided by it. A unit of `by` becomes that of the values.
    pub(super) fn scaled(
        &mut self,
        operator: Operator,
        array: Rc<Array>,
        by: Number,
        span: Span,
    ) -> Option<Value> {
        let Array { shape, data } = Rc::unwrap_or_clone(array);
        let plain = matches!(by, Number::Int(_) | Number::Real(_));
        if operator == Operator::Div && !plain {
            let error = Diagnostic::error("E0072", span, "values of a file have no unit to divide");
            return self.fail(error.help("`load(..) * 1 Hz` or `load(..) * 1 ms` gives them one"));
        }
        let of = |x: f64| quantise::arithmetic(operator, x, by.bare());
        let data = match (data, by) {
            (Data::Ints(v), Number::Int(by)) if operator == Operator::Mul => {
                v.into_iter().map(|x| x.checked_mul(by)).collect::<Option<_>>().map(Data::Ints)
            }
            (Data::Ints(v), _) => v.into_iter().map(|x| of(x as f64)).collect::<Option<_>>().map(Data::Reals),
            (Data::Reals(v), _) => v.into_iter().map(of).collect::<Option<_>>().map(Data::Reals),
        };
        let Some(data) = data else {
            let message = "a result does not fit 64 bits, or is not a finite number";
            return self.fail(Diagnostic::error("E0072", span, message));
        };
        let array = Rc::new(Array { shape, data });
        Some(if plain { Value::Array(array) } else { Value::Measured(array, by) })
    }

    /// The values of an array that has a unit.
    pub(super) fn measured(&mut self, array: Rc<Array>, unit: Number, at: At) -> Option<Numbers> {
        let values = match of_shared(array) {
            Numbers::Ints(v) => map(v, |x| x as f64),
            Numbers::Reals(v) | Numbers::Steps(v) | Numbers::Rates(v) => v,
        };
        Some(match unit {
            Number::Rate(_) => Numbers::Rates(values),
            Number::Steps(_) => Numbers::Steps(values),
            Number::Time(_) => {
                let step = self.need_step(at.expr.span)?;
                Numbers::Steps(map(values, |us| quantise::steps(us, step)))
            }
            Number::Int(_) | Number::Real(_) => Numbers::Reals(values),
        })
    }

    /// Probabilities of a step in 1/2^16, of `values` that are probabilities or, with `hz`, rates in Hz.
    pub(super) fn chances(&mut self, values: Values<f64>, hz: bool, at: At) -> Option<Values<i64>> {
        let step = if hz { self.need_step(at.expr.span)? } else { 0 };
        let chance = |x: f64| if hz { quantise::per_step(x, step) } else { x };
        let outside = |x: &&f64| !(0.0..=1.0).contains(&chance(**x));
        let worst = values.iter().filter(outside).copied().max_by(|a, b| a.abs().total_cmp(&b.abs()));
        if let Some(worst) = worst {
            let (n, of) = (values.iter().filter(outside).count(), values.iter().count());
            let (shown, what) = (quantise::show(worst), at.what);
            let (message, help) = if hz {
                let a_step = quantise::show(chance(worst));
                (
                    format!(
                        "{what}: {n} of {of} rates are no probability 0..=1 of a step, the worst is {shown} Hz, {a_step} a step"
                    ),
                    "a shorter `step` makes it smaller",
                )
            } else {
                (
                    format!(
                        "{what}: a rate is a probability of a step, 0..=1; {n} of {of} values are none, the worst is {shown}"
                    ),
                    "rates in Hz say so: `load(..) * 1 Hz`, or `[50 Hz, 200 Hz]` in a list",
                )
            };
            return self.fail(Diagnostic::error("E0041", at.expr.span, message).help(help));
        }
        let parts = map(values, |x| quantise::round(quantise::times(chance(x), 65536.0)));
        let error = quantise::worst(parts.iter().flatten().map(|r| (r.asked, r.got)));
        if hz && error > 0.0 {
            let percent = quantise::show(quantise::times(error, 100.0));
            let got = format!("probabilities of 1/65536, worst error {percent} % of the largest");
            self.note(at.expr.span, at.what, "rates in Hz".into(), got);
        }
        Some(map(parts, |r| r.map_or(0, |r| r.value)))
    }
}
