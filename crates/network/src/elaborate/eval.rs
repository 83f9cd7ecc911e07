//! Expressions to values: constants, arithmetic, files, draws.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::value::{Number, Value, arithmetic};
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::Span;
use crate::quantise;
use crate::text::ast::{Arg, Expr, ExprKind, Name, Operator, Param, Statement, StatementKind, Unit};

/// Calls that make values.
pub(crate) const CALLS: &[&str] = &["load", "uniform", "linspace", "counting", "min", "max", "abs", "round"];

impl<'a> Elaborator<'a> {
    /// Evaluates all constants, in whatever order they use each other.
    pub(super) fn declare_constants(&mut self, statements: &'a [Statement]) {
        let mut open: Vec<(&Name, &Expr)> = Vec::new();
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for statement in statements {
            let StatementKind::Const(name, value) = &statement.kind else { continue };
            if let Some(before) = seen.insert(&name.text, name.span) {
                let message = format!("constant `{}` is defined twice", name.text);
                self.found.push(Diagnostic::error("E0011", name.span, message).also(before, "the first"));
            } else {
                open.push((name, value));
            }
        }
        loop {
            let names: BTreeSet<&str> = open.iter().map(|(name, _)| name.text.as_str()).collect();
            let waits = |value: &Expr| mentions(value, &names);
            let (ready, waiting): (Vec<_>, Vec<_>) = open.iter().partition(|(_, value)| !waits(value));
            if ready.is_empty() {
                break;
            }
            for (name, value) in ready {
                match self.eval(value, &Scope::new()) {
                    Some(value) => drop(self.constants.insert(name.text.clone(), value)),
                    None => drop(self.broken.insert(name.text.clone())),
                }
            }
            open = waiting;
        }
        for (name, _) in open {
            let message = format!("constant `{}` is defined in a circle", name.text);
            self.found.push(Diagnostic::error("E0012", name.span, message));
            self.broken.insert(name.text.clone());
        }
    }

    /// What an expression is worth; `None` after a report.
    pub(super) fn eval(&mut self, expr: &Expr, scope: &Scope) -> Option<Value> {
        let number = |n| Some(Value::Number(n));
        match &expr.kind {
            ExprKind::Int(n) => number(Number::Int(*n)),
            ExprKind::Real(x) => number(Number::Real(*x)),
            ExprKind::Quantity(x, unit) => match quantity(*x, *unit) {
                n if n.bare().is_finite() => number(n),
                _ => self.fail(Diagnostic::error("E0004", expr.span, "a number that is too large")),
            },
            ExprKind::Text(text) => Some(Value::Text(text.clone())),
            ExprKind::Name(name) => {
                let known = scope.get(name).or_else(|| self.constants.get(name)).cloned();
                match known {
                    // What is wrong with it is reported where it is defined.
                    None if self.broken.contains(name) => None,
                    found => Some(found.unwrap_or_else(|| Value::Word(name.clone()))),
                }
            }
            ExprKind::Neg(inner) => match self.eval_number(inner, scope)?.negated() {
                Some(n) => number(n),
                None => self.fail(Diagnostic::error("E0072", expr.span, "the result does not fit 64 bits")),
            },
            ExprKind::Binary(operator, a, b) => self.binary(*operator, [a, b], (expr.span, scope)),
            ExprKind::List(list) => {
                let values: Vec<Option<Value>> = list.iter().map(|e| self.eval(e, scope)).collect();
                values.into_iter().collect::<Option<Vec<_>>>().map(Value::List)
            }
            ExprKind::Call(name, args) => self.call(name, args, expr.span, scope),
            ExprKind::Member(..) | ExprKind::Index(..) | ExprKind::Range(..) => self.fail(Diagnostic::error(
                "E0032",
                expr.span,
                "a value is wanted here, not a part of something",
            )),
        }
    }

    /// Arithmetic of numbers; of an array and a number, a product or quotient of each value.
    fn binary(
        &mut self,
        operator: Operator,
        sides: [&Expr; 2],
        (span, scope): (Span, &Scope),
    ) -> Option<Value> {
        let [a, b] = sides.map(|side| self.eval(side, scope));
        match (operator, a?, b?) {
            (Operator::Mul | Operator::Div, Value::Array(array), Value::Number(by))
            | (Operator::Mul, Value::Number(by), Value::Array(array)) => {
                self.scaled(operator, array, by, span)
            }
            (_, a, b) => {
                let (a, b) = (self.as_number(a, sides[0], scope), self.as_number(b, sides[1], scope));
                match arithmetic(operator, a?, b?, span) {
                    Ok(n) => Some(Value::Number(n)),
                    Err(error) => self.fail(*error),
                }
            }
        }
    }

    fn eval_number(&mut self, expr: &Expr, scope: &Scope) -> Option<Number> {
        let value = self.eval(expr, scope)?;
        self.as_number(value, expr, scope)
    }

    fn as_number(&mut self, value: Value, expr: &Expr, scope: &Scope) -> Option<Number> {
        match value {
            Value::Number(n) => Some(n),
            Value::Word(word) => self.unknown_constant(&word, expr.span, scope),
            other => {
                let message = format!("a number is wanted here, this is {}", other.kind());
                let error = Diagnostic::error("E0032", expr.span, message);
                let one_each =
                    matches!(other, Value::Uniform(..) | Value::Linspace(..) | Value::Counting(..));
                self.fail(if one_each { error.help("arithmetic is of single numbers: put it inside, e.g. uniform(2*low, 2*high, seed = 1)") } else { error })
            }
        }
    }

    /// A word where a number was wanted.
    pub(super) fn unknown_constant<T>(&mut self, word: &str, span: Span, scope: &Scope) -> Option<T> {
        if self.broken.contains(word) {
            return None;
        }
        let names: Vec<String> = scope.keys().chain(self.constants.keys()).cloned().collect();
        let error = Diagnostic::error("E0010", span, format!("there is no constant `{word}`"));
        self.fail(error.suggest(word, names.iter().map(String::as_str)))
    }

    fn call(&mut self, name: &Name, args: &[Arg], span: Span, scope: &Scope) -> Option<Value> {
        match name.text.as_str() {
            "load" => self.load(args, span, scope).map(|array| Value::Array(Rc::new(array))),
            "uniform" => {
                let [low, high, seed] = self.arguments(name, &["low", "high", "seed"], args, scope)?;
                let seed = self.seed(seed, span)?;
                Some(Value::Uniform(self.plain(low, span)?, self.plain(high, span)?, seed))
            }
            "linspace" => {
                let [low, high] = self.arguments(name, &["low", "high"], args, scope)?;
                Some(Value::Linspace(self.plain(low, span)?, self.plain(high, span)?))
            }
            "counting" => {
                let [from, by] = self.arguments(name, &["from", "by"], args, scope)?;
                match (self.plain(from, span)?, self.plain(by, span)?) {
                    (Number::Int(from), Number::Int(by)) => Some(Value::Counting(from, by)),
                    _ => self.fail(Diagnostic::error("E0032", span, "counting(from, by) takes integers")),
                }
            }
            "min" | "max" => self.extreme(name, args, span, scope),
            "abs" | "round" => {
                let [x] = self.arguments(name, &["x"], args, scope)?;
                let x = self.plain(x, span)?;
                let result = match (name.text.as_str(), x) {
                    ("abs", x) if x.bare() < 0.0 => x.negated(),
                    ("round", Number::Real(x)) => quantise::round(x).map(|r| Number::Int(r.value)),
                    (_, x) => Some(x),
                };
                result
                    .map(Value::Number)
                    .or_else(|| self.fail(Diagnostic::error("E0072", span, "this does not fit 64 bits")))
            }
            other => {
                let error = Diagnostic::error("E0010", name.span, format!("there is no function `{other}`"));
                self.fail(error.suggest(other, CALLS.iter().copied()))
            }
        }
    }

    fn extreme(&mut self, name: &Name, args: &[Arg], span: Span, scope: &Scope) -> Option<Value> {
        let [a, b] = self.arguments(name, &["a", "b"], args, scope)?;
        let (a, b) = (self.plain(a, span)?, self.plain(b, span)?);
        let difference = arithmetic(Operator::Sub, a, b, span).map_err(|e| self.found.push(*e)).ok()?;
        let first = (difference.bare() < 0.0) == (name.text == "min");
        Some(Value::Number(if first { a } else { b }))
    }

    fn plain(&mut self, value: Value, span: Span) -> Option<Number> {
        match value {
            Value::Number(n) => Some(n),
            other => {
                let message = format!("a number is wanted here, this is {}", other.kind());
                self.fail(Diagnostic::error("E0032", span, message))
            }
        }
    }

    /// A seed: 32 bits.
    pub(super) fn seed(&mut self, value: Value, span: Span) -> Option<u32> {
        match value {
            Value::Number(Number::Int(n)) if u32::try_from(n).is_ok() => u32::try_from(n).ok(),
            other => {
                let message = format!("a seed is an integer 0..=4294967295, this is {}", other.kind());
                self.fail(Diagnostic::error("E0041", span, message))
            }
        }
    }

    /// The values of a call's arguments, by position and name; all are needed.
    pub(super) fn arguments<const N: usize>(
        &mut self,
        call: &Name,
        names: &[&str; N],
        args: &[Arg],
        scope: &Scope,
    ) -> Option<[Value; N]> {
        let known: Vec<(&str, bool)> = names.iter().map(|name| (*name, true)).collect();
        let places = self.places(&call.text, &known, args, call.span)?;
        let mut values = Vec::with_capacity(N);
        for place in places {
            values.push(self.eval(&place?.value, scope)?);
        }
        values.try_into().ok()
    }

    /// Sorts arguments to names, by position and by name; a name with `true` is needed.
    pub(super) fn places<'e>(
        &mut self,
        call: &str,
        names: &[(&str, bool)],
        args: &'e [Arg],
        span: Span,
    ) -> Option<Vec<Option<&'e Arg>>> {
        let mut places: Vec<Option<&Arg>> = vec![None; names.len()];
        let mut good = true;
        for (i, arg) in args.iter().enumerate() {
            let at = match &arg.name {
                None => (i < names.len()).then_some(i),
                Some(name) => names.iter().position(|(known, _)| *known == name.text),
            };
            let span = arg.name.as_ref().map_or(arg.value.span, |name| name.span);
            let error = match (at, &arg.name) {
                (Some(at), _) if places[at].is_none() => {
                    places[at] = Some(arg);
                    continue;
                }
                (Some(at), _) => {
                    Diagnostic::error("E0011", span, format!("{call}: `{}` is given twice", names[at].0))
                }
                (None, Some(name)) => {
                    let error =
                        Diagnostic::error("E0031", span, format!("{call} has no argument `{}`", name.text));
                    error.suggest(&name.text, names.iter().map(|(name, _)| *name))
                }
                (None, None) => Diagnostic::error(
                    "E0031",
                    span,
                    format!("{call} takes at most {} arguments", names.len()),
                ),
            };
            self.found.push(error);
            good = false;
        }
        for ((name, needed), place) in names.iter().zip(&places) {
            if *needed && place.is_none() && good {
                self.found.push(Diagnostic::error("E0033", span, format!("{call} needs `{name}`")));
                good = false;
            }
        }
        good.then_some(places)
    }

    /// The names that the body of a prototype may use.
    pub(super) fn bind(
        &mut self,
        what: &str,
        params: &[Param],
        args: &[Arg],
        scope: (&Scope, Span),
    ) -> Option<Scope> {
        let names: Vec<(&str, bool)> =
            params.iter().map(|p| (p.name.text.as_str(), p.default.is_none())).collect();
        let places = self.places(what, &names, args, scope.1)?;
        let mut bound = Scope::new();
        for (param, place) in params.iter().zip(places) {
            let value = match (place, &param.default) {
                (Some(arg), _) => self.eval(&arg.value, scope.0),
                (None, Some(default)) => self.eval(default, &bound.clone()),
                (None, None) => None,
            };
            bound.insert(param.name.text.clone(), value?);
        }
        Some(bound)
    }
}

fn quantity(x: f64, unit: Unit) -> Number {
    match unit {
        Unit::Us => Number::Time(x),
        Unit::Ms => Number::Time(quantise::times(x, 1e3)),
        Unit::S => Number::Time(quantise::times(x, 1e6)),
        Unit::Hz => Number::Rate(x),
        Unit::KHz => Number::Rate(quantise::times(x, 1e3)),
        Unit::Steps => Number::Steps(x),
    }
}

/// Whether an expression uses one of some names.
fn mentions(expr: &Expr, names: &BTreeSet<&str>) -> bool {
    match &expr.kind {
        ExprKind::Name(used) => names.contains(used.as_str()),
        ExprKind::Neg(inner) | ExprKind::Member(inner, _) => mentions(inner, names),
        ExprKind::Binary(_, a, b) => mentions(a, names) || mentions(b, names),
        ExprKind::List(list) => list.iter().any(|e| mentions(e, names)),
        ExprKind::Index(of, list) => mentions(of, names) || list.iter().any(|e| mentions(e, names)),
        ExprKind::Call(_, args) => args.iter().any(|arg| mentions(&arg.value, names)),
        ExprKind::Range(a, b) => [a, b].into_iter().flatten().any(|e| mentions(e, names)),
        ExprKind::Int(_) | ExprKind::Real(_) | ExprKind::Quantity(..) | ExprKind::Text(_) => false,
    }
}
