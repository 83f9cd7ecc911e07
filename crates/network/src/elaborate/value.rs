//! Values of expressions, and their arithmetic.

use std::rc::Rc;

use crate::diagnostic::Diagnostic;
use crate::graph::{Span, Values};
use crate::load::{Array, Data};
use crate::quantise;
use crate::text::ast::Operator;

/// What an expression is worth.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A number, time or rate.
    Number(Number),
    /// Text.
    Text(String),
    /// A word that is no constant: `true`, `mixed`, the name of something.
    Word(String),
    /// A list.
    List(Vec<Value>),
    /// From a file.
    Array(Rc<Array>),
    /// From a file, times a unit: values in the base of the unit that the number has.
    Measured(Rc<Array>, Number),
    /// Drawn: from, to, seed.
    Uniform(Number, Number, u32),
    /// Evenly spaced: from, to, both included.
    Linspace(Number, Number),
    /// From, and the difference of neighbours.
    Counting(i64, i64),
}

/// A number and its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    /// An integer.
    Int(i64),
    /// A real.
    Real(f64),
    /// A time in microseconds.
    Time(f64),
    /// A rate in Hz.
    Rate(f64),
    /// Steps.
    Steps(f64),
}

/// Numbers of one kind, one for all or one each.
#[derive(Clone, Debug)]
pub(crate) enum Numbers {
    /// Integers.
    Ints(Values<i64>),
    /// Reals.
    Reals(Values<f64>),
    /// Times, in steps.
    Steps(Values<f64>),
    /// Rates, in Hz.
    Rates(Values<f64>),
}

impl Value {
    /// What it is, for messages.
    pub(crate) fn kind(&self) -> String {
        match self {
            Self::Number(Number::Int(n)) => format!("the integer {n}"),
            Self::Number(Number::Real(x)) => format!("the number {}", quantise::show(*x)),
            Self::Number(Number::Time(_)) => "a time".into(),
            Self::Number(Number::Rate(_)) => "a rate".into(),
            Self::Number(Number::Steps(_)) => "a number of steps".into(),
            Self::Text(text) => format!("the text {text:?}"),
            Self::Word(word) => format!("`{word}`"),
            Self::List(list) => format!("a list of {}", list.len()),
            Self::Array(array) => format!("an array of shape {:?}", array.shape),
            Self::Measured(array, _) => format!("an array of shape {:?} with a unit", array.shape),
            Self::Uniform(..) => "`uniform(..)`, one number each".into(),
            Self::Linspace(..) => "`linspace(..)`, one number each".into(),
            Self::Counting(..) => "`counting(..)`, one number each".into(),
        }
    }
}

impl Numbers {
    /// The first value that is infinite or no number, and where.
    pub(crate) fn not_finite(&self) -> Option<(usize, f64)> {
        match self {
            Self::Ints(_) => None,
            Self::Reals(v) | Self::Steps(v) | Self::Rates(v) => {
                v.iter().copied().enumerate().find(|(_, x)| !x.is_finite())
            }
        }
    }
}

impl Number {
    /// The number alone, in the unit's base.
    pub(crate) fn bare(self) -> f64 {
        match self {
            Self::Int(n) => n as f64,
            Self::Real(x) | Self::Time(x) | Self::Rate(x) | Self::Steps(x) => x,
        }
    }

    /// The same unit with another number.
    fn with(self, x: f64) -> Self {
        match self {
            Self::Int(_) | Self::Real(_) => Self::Real(x),
            Self::Time(_) => Self::Time(x),
            Self::Rate(_) => Self::Rate(x),
            Self::Steps(_) => Self::Steps(x),
        }
    }

    fn is_plain(self) -> bool {
        matches!(self, Self::Int(_) | Self::Real(_))
    }

    pub(crate) fn negated(self) -> Option<Self> {
        match self {
            Self::Int(n) => n.checked_neg().map(Self::Int),
            other => Some(other.with(quantise::negated(other.bare()))),
        }
    }
}

/// `a operator b`, with units.
pub(crate) fn arithmetic(
    operator: Operator,
    a: Number,
    b: Number,
    span: Span,
) -> Result<Number, Box<Diagnostic>> {
    let error = |message: &str| Box::new(Diagnostic::error("E0072", span, message));
    if let (Number::Int(a), Number::Int(b)) = (a, b)
        && let Some(result) = integers(operator, a, b)
    {
        return result.ok_or_else(|| error("the result does not fit 64 bits, or is divided by 0"));
    }
    let same = std::mem::discriminant(&a) == std::mem::discriminant(&b);
    let of = |unit: Number| {
        let result = quantise::arithmetic(operator, a.bare(), b.bare());
        result.map(|x| unit.with(x)).ok_or_else(|| error("the result is not a finite number"))
    };
    match operator {
        _ if a.is_plain() && b.is_plain() => of(Number::Real(0.0)),
        Operator::Add | Operator::Sub | Operator::Rem if same => of(a),
        Operator::Div if same => of(Number::Real(0.0)),
        Operator::Mul | Operator::Div if b.is_plain() => of(a),
        Operator::Mul if a.is_plain() => of(b),
        _ => Err(error("these units do not go together")),
    }
}

/// Integers stay integers, except where a division leaves a rest or an exponent is negative: `None`.
fn integers(operator: Operator, a: i64, b: i64) -> Option<Option<Number>> {
    let result = match operator {
        Operator::Add => a.checked_add(b),
        Operator::Sub => a.checked_sub(b),
        Operator::Mul => a.checked_mul(b),
        Operator::Div if b != 0 && a.checked_rem(b) != Some(0) => return None,
        Operator::Div => a.checked_div(b),
        Operator::Rem => a.checked_rem_euclid(b),
        Operator::Pow if b < 0 => return None,
        Operator::Pow => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
    };
    Some(result.map(Number::Int))
}

/// The values of an array as numbers.
pub(crate) fn of_array(array: Array) -> Numbers {
    match (array.data, array.shape.is_empty()) {
        (Data::Ints(v), true) if v.len() == 1 => Numbers::Ints(Values::Same(v[0])),
        (Data::Reals(v), true) if v.len() == 1 => Numbers::Reals(Values::Same(v[0])),
        (Data::Ints(v), _) => Numbers::Ints(Values::Each(v)),
        (Data::Reals(v), _) => Numbers::Reals(Values::Each(v)),
    }
}

/// The values of a loaded array, without a copy where nothing else holds it.
pub(crate) fn of_shared(array: Rc<Array>) -> Numbers {
    of_array(Rc::unwrap_or_clone(array))
}
