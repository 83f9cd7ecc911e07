//! Sums of products -> terms: parentheses multiplied out, dependencies chosen, scales normalised, limits held.

use isa::op::{Dependency, FactorCode};

use super::scale::{Scale, nearest_decimal, normalise};
use super::syntax::{Equation, Item, Node, Product};
use super::{Note, Reason, RuleError, Terms};
use crate::graph::{Factor, Span, Term};

/// Most terms that parentheses may expand to.
const TERMS_MAX: usize = 128;
/// Most factors of a term beside its dependency (contract 7).
const FACTORS_MAX: usize = 4;

/// What a name in a rule stands for.
#[derive(Clone, Copy)]
enum Symbol {
    Variable(FactorCode),
    U(u32),
}

/// A product with nothing left to multiply out.
#[derive(Clone)]
struct Flat {
    mantissa: i64,
    exponent: i64,
    symbols: Vec<(Symbol, i32)>,
}

type Outcome<T> = Result<T, RuleError>;

fn refuse<T>(span: Span, reason: Reason) -> Outcome<T> {
    Err(RuleError { span, reason })
}

/// Adds the terms of an equation; every product that has a mistake is reported by itself.
pub(super) fn equation(equation: &Equation, terms: &mut Terms, errors: &mut Vec<RuleError>) {
    for product in &equation.sum {
        match lower(product, terms) {
            Ok(mut lowered) => match equation.target {
                isa::op::LearningTarget::W => terms.w.append(&mut lowered),
                isa::op::LearningTarget::D => terms.d.append(&mut lowered),
                isa::op::LearningTarget::T => terms.t.append(&mut lowered),
            },
            Err(error) => errors.push(error),
        }
    }
}

fn lower(product: &Product, terms: &mut Terms) -> Outcome<Vec<Term>> {
    let flats = multiply_out(product)?;
    if flats.len() > 1 {
        let text = format!("the parentheses were multiplied out to {} terms", flats.len());
        terms.notes.push(Note { span: product.span, text });
    }
    flats.into_iter().map(|flat| term(flat, product.span, terms)).collect()
}

/// The product as a sum of products without parentheses.
fn multiply_out(product: &Product) -> Outcome<Vec<Flat>> {
    let sign = if product.negative { -1 } else { 1 };
    let mut flats = vec![Flat { mantissa: sign, exponent: 0, symbols: Vec::new() }];
    for item in &product.items {
        let right = expand(item)?;
        if flats.len() * right.len() > TERMS_MAX {
            return refuse(item.span, Reason::Terms(TERMS_MAX));
        }
        flats = flats.iter().flat_map(|left| right.iter().map(|right| times(left, right))).collect();
    }
    Ok(flats)
}

fn times(left: &Flat, right: &Flat) -> Flat {
    Flat {
        // Too large for any scale is odd, so that no power of two makes it fit.
        mantissa: left.mantissa.checked_mul(right.mantissa).unwrap_or(i64::MAX),
        exponent: left.exponent.saturating_add(right.exponent),
        symbols: left.symbols.iter().chain(&right.symbols).copied().collect(),
    }
}

fn number(mantissa: i64, exponent: i64) -> Flat {
    Flat { mantissa, exponent, symbols: Vec::new() }
}

fn expand(item: &Item) -> Outcome<Vec<Flat>> {
    match &item.node {
        Node::Integer(value) => Ok(vec![number(*value, 0)]),
        Node::Power(exponent) => Ok(vec![number(1, *exponent)]),
        Node::Decimal(text) => {
            refuse(item.span, Reason::Decimal { text: text.clone(), nearest: nearest_decimal(text) })
        }
        Node::BadPower => refuse(item.span, Reason::Power),
        Node::Name(name) => {
            let symbols = vec![(symbol(name, item.span)?, 0)];
            Ok(vec![Flat { mantissa: 1, exponent: 0, symbols }])
        }
        Node::Sgn(sum) => Ok(vec![sgn(sum, item.span)?]),
        Node::Group(sum) => match offset_factor(sum, item.span)? {
            Some(flat) => Ok(vec![flat]),
            None => {
                let parts: Vec<Vec<Flat>> = sum.iter().map(multiply_out).collect::<Result<_, _>>()?;
                Ok(parts.concat())
            }
        },
    }
}

/// `(V + C)` in any order and with any signs, as one factor; `None` where the sum is something else.
fn offset_factor(sum: &[Product], span: Span) -> Outcome<Option<Flat>> {
    let name = |p: &Product| match p.items.as_slice() {
        [Item { node: Node::Name(name), .. }] => Some(name.clone()),
        _ => None,
    };
    let constant = |p: &Product| match p.items.as_slice() {
        [Item { node: Node::Integer(value), .. }] => Some(if p.negative { -value } else { *value }),
        _ => None,
    };
    let [a, b] = sum else { return Ok(None) };
    let (variable, name, value) = match (name(a), constant(b), constant(a), name(b)) {
        (Some(name), Some(value), ..) => (a, name, value),
        (.., Some(value), Some(name)) => (b, name, value),
        _ => return Ok(None),
    };
    let sign = if variable.negative { -1 } else { 1 };
    let symbol = symbol(&name, variable.span)?;
    let code = match symbol {
        Symbol::U(_) => return refuse(span, Reason::NoConstant("u_k")),
        Symbol::Variable(code) if !code.takes_constant() => {
            return refuse(span, Reason::NoConstant(code.name()));
        }
        Symbol::Variable(code) => code,
    };
    let value = value * sign;
    let Some(constant) = i32::try_from(value).ok().filter(|c| (-256..=255).contains(c)) else {
        return refuse(span, Reason::Constant(value));
    };
    Ok(Some(Flat { mantissa: sign, exponent: 0, symbols: vec![(Symbol::Variable(code), constant)] }))
}

/// sgn(V), sgn(V + C): the sign comes out, sgn(C - V) is -sgn(V - C).
fn sgn(sum: &[Product], span: Span) -> Outcome<Flat> {
    let inner = match (offset_factor(sum, span)?, sum) {
        (Some(flat), _) => flat,
        (None, [Product { items, .. }]) if matches!(items.as_slice(), [Item { node: Node::Name(_), .. }]) => {
            multiply_out(&sum[0])?.remove(0)
        }
        _ => return refuse(span, Reason::Sgn),
    };
    let code = match inner.symbols.as_slice() {
        [(Symbol::Variable(FactorCode::W), _)] => FactorCode::SgnW,
        [(Symbol::Variable(FactorCode::D), _)] => FactorCode::SgnD,
        [(Symbol::Variable(FactorCode::T), _)] => FactorCode::SgnT,
        _ => return refuse(span, Reason::Sgn),
    };
    Ok(Flat { symbols: vec![(Symbol::Variable(code), inner.symbols[0].1)], ..inner })
}

/// Names of variables, as of NxSDK, brian2_loihi and Lava, and long ones.
const NAMES: &[(&str, FactorCode)] = &[
    ("x0", FactorCode::X0),
    ("x1", FactorCode::X1),
    ("x2", FactorCode::X2),
    ("y0", FactorCode::Y0),
    ("y1", FactorCode::Y1),
    ("y2", FactorCode::Y2),
    ("y3", FactorCode::Y3),
    ("r0", FactorCode::R0),
    ("r1", FactorCode::R1),
    ("w", FactorCode::W),
    ("wgt", FactorCode::W),
    ("weight", FactorCode::W),
    ("d", FactorCode::D),
    ("dly", FactorCode::D),
    ("delay", FactorCode::D),
    ("t", FactorCode::T),
    ("tag", FactorCode::T),
    ("c", FactorCode::C),
];

fn symbol(name: &str, span: Span) -> Outcome<Symbol> {
    if let Some((_, code)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Ok(Symbol::Variable(*code));
    }
    let k = name.strip_prefix('u').map(|k| k.strip_prefix('_').unwrap_or(k));
    match k.filter(|k| !k.is_empty() && k.chars().all(|c| c.is_ascii_digit())) {
        Some(k) => match k.parse::<u64>() {
            Ok(k @ 0..=15) => Ok(Symbol::U(k as u32)),
            other => refuse(span, Reason::KRange(other.unwrap_or(u64::MAX))),
        },
        None => refuse(span, Reason::Unknown { name: name.into(), nearest: nearest_name(name) }),
    }
}

/// The variable that differs from `name` in case or in one character.
fn nearest_name(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase().replace('_', "");
    let mut names = NAMES.iter().map(|(known, _)| *known);
    let near = |known: &&str| {
        let differing = known.chars().zip(lower.chars()).filter(|(a, b)| a != b).count();
        known.len() == lower.len() && known.len() > 1 && differing <= 1
    };
    names.clone().find(|known| *known == lower).or_else(|| names.find(near))
}

fn term(flat: Flat, span: Span, terms: &mut Terms) -> Outcome<Term> {
    let (dependency, factors) = dependency(&flat, span, terms)?;
    if factors.len() > FACTORS_MAX {
        return refuse(span, Reason::Factors(factors.len()));
    }
    let (mantissa, exponent) = (flat.mantissa, flat.exponent);
    let Some(scale) = normalise(mantissa, exponent) else {
        return refuse(span, Reason::Scale { mantissa, exponent });
    };
    note_scale(&flat, scale, span, terms);
    Ok(Term { dependency, mantissa: scale.mantissa, exponent: scale.exponent, factors })
}

fn note_scale(flat: &Flat, scale: Scale, span: Span, terms: &mut Terms) {
    if scale.mantissa == 0 {
        terms.notes.push(Note { span, text: "this term is always 0".into() });
    } else if (flat.mantissa, flat.exponent) != (scale.mantissa.into(), scale.exponent.into()) {
        let text = format!("the scale {}*2^{} is stored as {scale}", flat.mantissa, flat.exponent);
        terms.notes.push(Note { span, text });
    }
}

/// x0 if it is there, else y0, else u_k (contract 7); and what is left as factors.
fn dependency(flat: &Flat, span: Span, terms: &mut Terms) -> Outcome<(Dependency, Vec<Factor>)> {
    let mut factors: Vec<Factor> = Vec::new();
    let mut ks = Vec::new();
    for &(symbol, constant) in &flat.symbols {
        match symbol {
            Symbol::Variable(code) => factors.push(Factor { code, constant }),
            Symbol::U(k) => ks.push(k),
        }
    }
    let event = [(FactorCode::X0, Dependency::X0), (FactorCode::Y0, Dependency::Y0)].into_iter();
    let event = event.clone().find_map(|(code, dependency)| {
        factors.iter().position(|factor| factor.code == code).map(|at| (at, dependency))
    });
    match (event, ks.as_slice()) {
        (Some((at, dependency)), []) => {
            factors.remove(at);
            Ok((dependency, factors))
        }
        (None, [k]) => {
            let first = *terms.k.get_or_insert(*k);
            if first == *k {
                Ok((Dependency::Uk, factors))
            } else {
                refuse(span, Reason::TwoK { first, second: *k })
            }
        }
        (Some((_, dependency)), [k, ..]) => {
            refuse(span, Reason::TwoDependencies { k: *k, other: dependency.to_string() })
        }
        (None, [k, other, ..]) => refuse(span, Reason::TwoDependencies { k: *k, other: format!("u{other}") }),
        (None, []) => refuse(span, Reason::NoDependency),
    }
}

/// Why a term of the graph cannot be one of contract 7; see [`super::term_problem`].
pub(super) fn term_problem(term: &Term) -> Option<Reason> {
    let Term { dependency, mantissa, exponent, factors } = term;
    let (mantissa, exponent) = (i64::from(*mantissa), i64::from(*exponent));
    let has = |code| factors.iter().any(|factor| factor.code == code);
    let beside = |other: FactorCode| Reason::TwoDependencies { k: 0, other: other.name().into() };
    if normalise(mantissa, exponent).map(|s| (i64::from(s.mantissa), i64::from(s.exponent)))
        != Some((mantissa, exponent))
    {
        return Some(Reason::Scale { mantissa, exponent });
    }
    if factors.len() > FACTORS_MAX {
        return Some(Reason::Factors(factors.len()));
    }
    match dependency {
        Dependency::X0 => {}
        Dependency::Y0 if has(FactorCode::X0) => return Some(Reason::NoConstant("x0")),
        Dependency::Y0 => {}
        Dependency::Uk if has(FactorCode::X0) => return Some(beside(FactorCode::X0)),
        Dependency::Uk if has(FactorCode::Y0) => return Some(beside(FactorCode::Y0)),
        Dependency::Uk => {}
    }
    factors.iter().find_map(|factor| match factor {
        Factor { code, constant } if !code.takes_constant() && *constant != 0 => {
            Some(Reason::NoConstant(code.name()))
        }
        Factor { constant, .. } if !(-256..=255).contains(constant) => {
            Some(Reason::Constant((*constant).into()))
        }
        _ => None,
    })
}
