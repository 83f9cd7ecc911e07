//! Values to numbers of the kind that a field takes, one for all or one each.

use isa::draw::mix;

use super::value::{Number, Numbers, Value, of_shared};
use super::{Elaborator, Scope, VALUES_MAX};
use crate::diagnostic::{Diagnostic, list};
use crate::graph::{Span, Values};
use crate::quantise;
use crate::text::ast::Expr;

/// The stream of values that a description draws; the streams of the chip are 0 to 6 (contract 8).
const STREAM_VALUES: u32 = 16;

/// An expression, where its names are looked up, and what it is for.
#[derive(Clone, Copy)]
pub(crate) struct At<'e> {
    pub(crate) expr: &'e Expr,
    pub(crate) scope: &'e Scope,
    pub(crate) what: &'e str,
}

impl Elaborator<'_> {
    /// One number with its unit.
    pub(super) fn number(&mut self, expr: &Expr, scope: &Scope, what: &str) -> Option<Number> {
        match self.eval(expr, scope)? {
            Value::Number(n) => Some(n),
            Value::Word(word) => self.unknown_constant(&word, expr.span, scope),
            other => {
                let message = format!("{what} is a number, this is {}", other.kind());
                self.fail(Diagnostic::error("E0032", expr.span, message))
            }
        }
    }

    /// One integer within bounds.
    pub(super) fn integer(
        &mut self,
        expr: &Expr,
        scope: &Scope,
        what: &str,
        bounds: (i64, i64),
    ) -> Option<i64> {
        match self.ints(At { expr, scope, what }, 1, bounds)? {
            Values::Same(n) => Some(n),
            Values::Each(_) => {
                self.fail(Diagnostic::error("E0032", expr.span, format!("{what} is one number, not a list")))
            }
        }
    }

    /// One whole number of steps, given as such or as a time.
    pub(super) fn one_step(&mut self, at: At, bounds: (i64, i64)) -> Option<i64> {
        match self.steps(at, 1, bounds)? {
            Values::Same(n) => Some(n),
            Values::Each(_) => self.fail(Diagnostic::error(
                "E0032",
                at.expr.span,
                format!("{} is one number, not a list", at.what),
            )),
        }
    }

    /// One real number, without a unit.
    pub(super) fn real(&mut self, at: At) -> Option<f64> {
        match self.number(at.expr, at.scope, at.what)? {
            n @ (Number::Int(_) | Number::Real(_)) => Some(n.bare()),
            _ => self.fail(Diagnostic::error("E0032", at.expr.span, format!("{} has no unit", at.what))),
        }
    }

    /// A time constant in steps: a time, or a number of steps.
    pub(super) fn tau(&mut self, at: At, n: usize) -> Option<Values<f64>> {
        let value = self.eval(at.expr, at.scope)?;
        match self.numbers(value, at, n)? {
            Numbers::Ints(v) => Some(map(v, |n| n as f64)),
            Numbers::Reals(v) | Numbers::Steps(v) => Some(v),
            Numbers::Rates(_) => self.wrong_unit(at, "a time, in us, ms, s or steps"),
        }
    }

    /// Chip-level integers: taken or refused.
    pub(super) fn ints(&mut self, at: At, n: usize, bounds: (i64, i64)) -> Option<Values<i64>> {
        let value = self.eval(at.expr, at.scope)?;
        let values = match self.numbers(value, at, n)? {
            Numbers::Ints(v) => v,
            Numbers::Reals(v) => self.whole(v, at)?,
            Numbers::Steps(_) | Numbers::Rates(_) => return self.wrong_unit(at, "a number without a unit"),
        };
        self.bounded(values, at, bounds)
    }

    /// Whole steps: integers exactly, times rounded to the step and noted.
    pub(super) fn steps(&mut self, at: At, n: usize, bounds: (i64, i64)) -> Option<Values<i64>> {
        let value = self.eval(at.expr, at.scope)?;
        let values = match self.numbers(value, at, n)? {
            Numbers::Ints(v) => v,
            Numbers::Reals(v) => self.whole(v, at)?,
            Numbers::Steps(v) => {
                let rounded = try_map(v.clone(), |x| quantise::round(x).map(|r| r.value));
                let Some(rounded) = rounded else { return self.too_large(at) };
                let worst = v.iter().zip(rounded.iter()).find(|(x, n)| **x != **n as f64);
                if let Some((x, n)) = worst {
                    self.note(
                        at.expr.span,
                        at.what,
                        format!("{} steps", quantise::show(*x)),
                        format!("{n} steps"),
                    );
                }
                rounded
            }
            Numbers::Rates(_) => return self.wrong_unit(at, "a number of steps, or a time in us, ms or s"),
        };
        self.bounded(values, at, bounds)
    }

    fn too_large<T>(&mut self, at: At) -> Option<T> {
        self.fail(Diagnostic::error("E0041", at.expr.span, format!("{} is too large", at.what)))
    }

    pub(super) fn wrong_unit<T>(&mut self, at: At, wanted: &str) -> Option<T> {
        let error = Diagnostic::error("E0032", at.expr.span, format!("{} is {wanted}", at.what));
        self.fail(error.label("another unit"))
    }

    /// Reals that are whole, as files of float weights hold them.
    pub(super) fn whole(&mut self, values: Values<f64>, at: At) -> Option<Values<i64>> {
        if let Some(whole) = try_map(values.clone(), quantise::whole) {
            return Some(whole);
        }
        let bad = values.iter().find(|x| quantise::whole(**x).is_none()).copied().unwrap_or_default();
        let message = format!("{} = {} is not a whole number", at.what, quantise::show(bad));
        self.fail(
            Diagnostic::error("E0062", at.expr.span, message).help("chip-level values are exact integers"),
        )
    }

    pub(super) fn bounded(
        &mut self,
        values: Values<i64>,
        at: At,
        (low, high): (i64, i64),
    ) -> Option<Values<i64>> {
        let outside = |x: i64| if x < low { low.saturating_sub(x) } else { x.saturating_sub(high) };
        let bad: Vec<i64> = values.iter().copied().filter(|x| !(low..=high).contains(x)).collect();
        let Some(worst) = bad.iter().copied().max_by_key(|x| outside(*x)) else { return Some(values) };
        let message = match &values {
            Values::Same(_) => format!("{} = {worst} is out of range: {low}..={high}", at.what),
            Values::Each(all) => {
                let (n, of) = (bad.len(), all.len());
                format!(
                    "{}: {n} of {of} values are out of range {low}..={high}, the worst is {worst}",
                    at.what
                )
            }
        };
        self.fail(Diagnostic::error("E0041", at.expr.span, message))
    }

    /// Adds a way out to what was found out of range since there were `before` findings.
    pub(super) fn advise(&mut self, before: usize, help: &str) {
        for error in self.found.iter_mut().skip(before).filter(|e| e.code == "E0041") {
            error.help.get_or_insert_with(|| help.to_owned());
        }
    }

    /// Numbers of one kind for `n` things.
    pub(super) fn numbers(&mut self, value: Value, at: At, n: usize) -> Option<Numbers> {
        if n > VALUES_MAX && !matches!(value, Value::Number(_)) {
            let message = format!("{}: a list for {n} things, at most {VALUES_MAX} are kept", at.what);
            return self.fail(Diagnostic::error("E0071", at.expr.span, message));
        }
        let numbers = match value {
            Value::Number(one) => return self.same(one, at),
            Value::Word(word) => return self.unknown_constant(&word, at.expr.span, at.scope),
            Value::Text(_) => {
                return self.fail(Diagnostic::error(
                    "E0032",
                    at.expr.span,
                    format!("{} is a number, not a text", at.what),
                ));
            }
            Value::Array(array) => of_shared(array),
            Value::Measured(array, unit) => self.measured(array, unit, at)?,
            Value::List(list) => {
                let mut flat = Vec::new();
                self.flatten(list, at, &mut flat)?;
                self.each(&flat, at)?
            }
            Value::Uniform(low, high, seed) => {
                let drawn: Vec<Number> = (0..n).map(|i| uniform(low, high, seed, i)).collect();
                self.each(&drawn, at)?
            }
            Value::Linspace(low, high) => {
                let (a, b) = (low.bare(), high.bare());
                let spaced: Vec<Number> =
                    (0..n).map(|i| kind_of(low, quantise::spaced(a, b, i, n))).collect();
                self.each(&spaced, at)?
            }
            Value::Counting(from, by) => {
                let of = |i: usize| {
                    i64::try_from(i).ok().and_then(|i| by.checked_mul(i)).and_then(|x| from.checked_add(x))
                };
                match (0..n).map(of).collect::<Option<Vec<i64>>>() {
                    Some(all) => Numbers::Ints(Values::Each(all)),
                    None => return self.too_large(at),
                }
            }
        };
        let length = match &numbers {
            Numbers::Ints(Values::Each(v)) => v.len(),
            Numbers::Reals(Values::Each(v))
            | Numbers::Steps(Values::Each(v))
            | Numbers::Rates(Values::Each(v)) => v.len(),
            _ => n,
        };
        if let Some((i, bad)) = numbers.not_finite() {
            let message = format!("{}: value {i} is {bad}, a finite number is wanted", at.what);
            return self.fail(Diagnostic::error("E0041", at.expr.span, message));
        }
        if length == n {
            return Some(numbers);
        }
        self.fail(Diagnostic::error("E0042", at.expr.span, format!("{}: {length} values for {n}", at.what)))
    }

    fn flatten(&mut self, list: Vec<Value>, at: At, flat: &mut Vec<Number>) -> Option<()> {
        for value in list {
            match value {
                Value::Number(n) => flat.push(n),
                Value::List(inner) => self.flatten(inner, at, flat)?,
                Value::Word(word) => return self.unknown_constant(&word, at.expr.span, at.scope),
                other => {
                    let message = format!("{}: a list of numbers, but it holds {}", at.what, other.kind());
                    return self.fail(Diagnostic::error("E0032", at.expr.span, message));
                }
            }
        }
        Some(())
    }

    fn same(&mut self, one: Number, at: At) -> Option<Numbers> {
        Some(match one {
            Number::Int(n) => Numbers::Ints(Values::Same(n)),
            Number::Real(x) => Numbers::Reals(Values::Same(x)),
            Number::Steps(x) => Numbers::Steps(Values::Same(x)),
            Number::Rate(x) => Numbers::Rates(Values::Same(x)),
            Number::Time(us) => {
                let step = self.need_step(at.expr.span)?;
                Numbers::Steps(Values::Same(quantise::steps(us, step)))
            }
        })
    }

    fn each(&mut self, list: &[Number], at: At) -> Option<Numbers> {
        let all_of = |f: fn(&Number) -> bool| list.iter().all(f);
        let bare = || Values::Each(list.iter().map(|n| n.bare()).collect::<Vec<f64>>());
        if all_of(|n| matches!(n, Number::Int(_))) {
            let ints = list.iter().filter_map(|n| if let Number::Int(n) = n { Some(*n) } else { None });
            return Some(Numbers::Ints(Values::Each(ints.collect())));
        }
        if all_of(|n| matches!(n, Number::Int(_) | Number::Real(_))) {
            return Some(Numbers::Reals(bare()));
        }
        if all_of(|n| matches!(n, Number::Rate(_))) {
            return Some(Numbers::Rates(bare()));
        }
        if all_of(|n| matches!(n, Number::Steps(_))) {
            return Some(Numbers::Steps(bare()));
        }
        if all_of(|n| matches!(n, Number::Time(_))) {
            let step = self.need_step(at.expr.span)?;
            return Some(Numbers::Steps(map(bare(), |us| quantise::steps(us, step))));
        }
        self.fail(Diagnostic::error(
            "E0032",
            at.expr.span,
            format!("{}: the units of the list differ", at.what),
        ))
    }

    /// The step in microseconds, where a time or rate needs one.
    pub(super) fn need_step(&mut self, span: Span) -> Option<u32> {
        if self.graph.step_us.is_none() {
            let error = Diagnostic::error("E0036", span, "a time or rate needs the length of a step");
            return self.fail(error.help("say `step 1 ms`"));
        }
        self.graph.step_us
    }

    /// One of some words.
    pub(super) fn choice<T: Copy>(&mut self, at: At, words: &[(&str, T)]) -> Option<T> {
        let word = match self.eval(at.expr, at.scope)? {
            Value::Word(word) | Value::Text(word) => word,
            other => {
                let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
                let message = format!("{} is one of {}, this is {}", at.what, list(&names), other.kind());
                return self.fail(Diagnostic::error("E0032", at.expr.span, message));
            }
        };
        if let Some((_, value)) = words.iter().find(|(name, _)| name.eq_ignore_ascii_case(&word)) {
            return Some(*value);
        }
        let error = Diagnostic::error("E0010", at.expr.span, format!("{} is not `{word}`", at.what));
        self.fail(error.suggest(&word, words.iter().map(|(name, _)| *name)))
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, at: At) -> Option<bool> {
        self.choice(at, &[("true", true), ("false", false)])
    }
}

/// The draw of index `i` between two numbers, both included where they are integers.
fn uniform(low: Number, high: Number, seed: u32, i: usize) -> Number {
    let share = mix([seed, STREAM_VALUES], [i as u32, (i as u64 >> 32) as u32])[0];
    match (low, high) {
        (Number::Int(low), Number::Int(high)) => {
            let (low, high) = (low.min(high), low.max(high));
            let width = u128::from(high.abs_diff(low)) + 1;
            Number::Int(low.saturating_add(((u128::from(share) * width) >> 32) as i64))
        }
        (low, high) => kind_of(low, quantise::between(low.bare(), high.bare(), share)),
    }
}

/// `x` in the unit of `of`.
fn kind_of(of: Number, x: f64) -> Number {
    match of {
        Number::Int(_) | Number::Real(_) => Number::Real(x),
        Number::Time(_) => Number::Time(x),
        Number::Rate(_) => Number::Rate(x),
        Number::Steps(_) => Number::Steps(x),
    }
}

/// Every value changed.
pub(crate) fn map<A, B>(values: Values<A>, f: impl FnMut(A) -> B) -> Values<B> {
    let mut f = f;
    match values {
        Values::Same(one) => Values::Same(f(one)),
        Values::Each(all) => Values::Each(all.into_iter().map(f).collect()),
    }
}

/// Every value changed, or `None` if one cannot be.
pub(crate) fn try_map<A, B>(values: Values<A>, f: impl FnMut(A) -> Option<B>) -> Option<Values<B>> {
    let mut f = f;
    Some(match values {
        Values::Same(one) => Values::Same(f(one)?),
        Values::Each(all) => Values::Each(all.into_iter().map(f).collect::<Option<_>>()?),
    })
}
