//! Expressions, by nom over tokens.

use nom::branch::alt;
use nom::combinator::opt;
use nom::multi::{many0, many0_count};
use nom::{Err, Parser};

use super::ast::{Arg, Expr, ExprKind, Name, Operator, Unit};
use super::stream::{Parsed, Tokens, Wanted, between, one, punct, span, span_of};
use super::token::{Kind, unquote};
use super::{layout, token};
use crate::graph::Span;
use crate::quantise::negated;

/// Operators or members in a row.
const CHAIN_MAX: usize = 48;

/// An expression: sums, products, powers, signs, members, indices, calls, lists.
pub fn expr<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Expr> {
    let (mut rest, mut left) = product(input)?;
    let sign = |i| alt((punct("+").map(|_| Operator::Add), punct("-").map(|_| Operator::Sub))).parse(i);
    let mut chain = 0;
    while let Ok((after, operator)) = sign(rest) {
        chain = longer(after, chain)?;
        let (after, right) = product(after)?;
        left = binary(operator, left, right);
        rest = after;
    }
    Ok((rest, left))
}

/// A range `a..b` or an expression.
pub fn range<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Expr> {
    let (rest, from) = opt(expr).parse(input)?;
    let dots: Parsed<'t, 's, _> = punct("..")(rest);
    match (dots, from) {
        (Ok((rest, _)), from) => {
            let (rest, to) = opt(expr).parse(rest)?;
            let kind = ExprKind::Range(from.map(Box::new), to.map(Box::new));
            Ok((rest, Expr { kind, span: span(input, rest) }))
        }
        (Err(_), Some(one)) => Ok((rest, one)),
        (Err(_), None) => expr(input),
    }
}

fn product<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Expr> {
    let (mut rest, mut left) = signed(input)?;
    let operator = |i| {
        let of = |text, operator| punct(text).map(move |_| operator);
        alt((of("*", Operator::Mul), of("/", Operator::Div), of("%", Operator::Rem))).parse(i)
    };
    let mut chain = 0;
    while let Ok((after, operator)) = operator(rest) {
        chain = longer(after, chain)?;
        let (after, right) = signed(after)?;
        left = binary(operator, left, right);
        rest = after;
    }
    Ok((rest, left))
}

fn signed<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Expr> {
    let (rest, signs) = many0_count(punct("-")).parse(input)?;
    let (rest, value) = power(rest)?;
    if signs % 2 == 0 {
        return Ok((rest, value));
    }
    let kind = match value.kind {
        ExprKind::Int(n) => ExprKind::Int(-n),
        ExprKind::Real(x) => ExprKind::Real(negated(x)),
        ExprKind::Quantity(x, unit) => ExprKind::Quantity(negated(x), unit),
        _ => ExprKind::Neg(Box::new(value)),
    };
    Ok((rest, Expr { kind, span: span(input, rest) }))
}

fn power<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Expr> {
    let (rest, base) = postfix(input)?;
    let hat: Parsed<'t, 's, _> = punct("^")(rest);
    let Ok((rest, _)) = hat else { return Ok((rest, base)) };
    let (rest, signs) = many0_count(punct("-")).parse(rest)?;
    let (rest, mut exponent) = postfix(rest)?;
    if signs % 2 == 1 {
        exponent = Expr { span: exponent.span, kind: ExprKind::Neg(Box::new(exponent)) };
    }
    Ok((rest, binary(Operator::Pow, base, exponent)))
}

/// One more link of a chain of operators or members; the tree must not grow too deep to walk.
fn longer(input: Tokens<'_, '_>, chain: usize) -> Result<usize, nom::Err<super::stream::Wanted>> {
    let at = input.0.first().map(|t| t.span);
    let what = vec!["at most 48 operators or members in a row"];
    if chain < CHAIN_MAX {
        Ok(chain + 1)
    } else {
        Err(nom::Err::Failure(super::stream::Wanted { left: 0, what, at }))
    }
}

fn binary(operator: Operator, left: Expr, right: Expr) -> Expr {
    let span = Span { start: left.span.start, end: right.span.end.max(left.span.start) };
    Expr { kind: ExprKind::Binary(operator, Box::new(left), Box::new(right)), span }
}

/// A name, number, list or call, and the members and indices that follow it.
pub fn postfix<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Expr> {
    let (mut rest, mut value) = atom(input)?;
    let mut chain = 0;
    loop {
        chain = longer(rest, chain)?;
        let dot: Parsed<'t, 's, _> = punct(".")(rest);
        let square: Parsed<'t, 's, _> = between("[", "]")(rest);
        let kind = match (dot, square) {
            // `a.{u, v}`: where several members are legal, they are read there.
            (Ok((after, _)), _) if !after.0.first().is_some_and(|next| next.is("{")) => {
                let (after, member) = name(after)?;
                rest = after;
                ExprKind::Member(Box::new(value), member)
            }
            (_, Ok((after, inner))) if refers(&value) => {
                let index = all_of(inner, range)?;
                rest = after;
                ExprKind::Index(Box::new(value), index)
            }
            _ => return Ok((rest, value)),
        };
        value = Expr { kind, span: span(input, rest) };
    }
}

fn refers(value: &Expr) -> bool {
    matches!(value.kind, ExprKind::Name(_) | ExprKind::Text(_) | ExprKind::Member(..) | ExprKind::Index(..))
}

fn atom<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Expr> {
    alt((number, text, named, list, parenthesis)).parse(input)
}

/// What may follow a number.
const UNIT: &str = "a unit (us, ms, s, Hz, kHz, steps), `,` or an operator";

/// What is wanted instead of a number that neither 63 bits nor a double hold.
pub const TOO_LARGE: &str = "an integer of at most 63 bits, or a real number below 1.8e308";

fn number<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Expr> {
    let (rest, token) = one("a number", |t| matches!(t.kind, Kind::Int | Kind::Real))(input)?;
    let digits: String = token.text.chars().filter(|c| *c != '_').collect();
    let int = match digits.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    };
    let value = match (token.kind, int, digits.parse::<f64>()) {
        (Kind::Int, Some(n), _) => ExprKind::Int(n),
        (Kind::Real, _, Ok(x)) if x.is_finite() => ExprKind::Real(x),
        _ => {
            let at = Some(token.span);
            return Err(Err::Failure(Wanted { left: input.0.len(), what: vec![TOO_LARGE], at }));
        }
    };
    let unit = rest.0.first().filter(|t| t.kind == Kind::Ident).and_then(|t| Unit::from_name(t.text));
    let (kind, rest) = match (unit, value) {
        (Some(unit), ExprKind::Int(_)) => (quantity(&digits, unit), Tokens(&rest.0[1..])),
        (Some(unit), ExprKind::Real(x)) => (ExprKind::Quantity(x, unit), Tokens(&rest.0[1..])),
        (_, value) => (value, rest),
    };
    Ok((rest, Expr { kind, span: span(input, rest) }))
}

fn quantity(digits: &str, unit: Unit) -> ExprKind {
    ExprKind::Quantity(digits.parse().unwrap_or_default(), unit)
}

fn text<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Expr> {
    let (rest, token) = one("text", |t| t.kind == Kind::Text)(input)?;
    Ok((rest, Expr { kind: ExprKind::Text(unquote(token.text)), span: token.span }))
}

/// A name, or a call where arguments follow.
fn named<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Expr> {
    let (rest, token) = one("a name", |t| t.kind == Kind::Ident)(input)?;
    let name = Name { text: token.text.to_owned(), span: token.span };
    let (rest, args) = opt(args).parse(rest)?;
    let kind = match args {
        Some(args) => ExprKind::Call(name, args),
        None => ExprKind::Name(name.text),
    };
    Ok((rest, Expr { kind, span: span(input, rest) }))
}

fn list<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Expr> {
    let (rest, inner) = between("[", "]")(input)?;
    let kind = ExprKind::List(all_of(inner, expr)?);
    Ok((rest, Expr { kind, span: span(input, rest) }))
}

fn parenthesis<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Expr> {
    let (rest, inner) = between("(", ")")(input)?;
    let value = whole(inner, expr)?;
    Ok((rest, Expr { kind: value.kind, span: span(input, rest) }))
}

/// `(a, key = b)`
pub fn args<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Vec<Arg>> {
    let (rest, inner) = between("(", ")")(input)?;
    Ok((rest, all_of(inner, arg)?))
}

fn arg<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Arg> {
    let key: Parsed<'t, 's, _> = (name, punct("=")).parse(input);
    let (rest, name) = match key {
        Ok((rest, (name, _))) => (rest, Some(name)),
        Err(_) => (input, None),
    };
    let (rest, value) = range(rest)?;
    Ok((rest, Arg { name, value }))
}

/// A name, quoted or not.
pub fn name<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Name> {
    let (rest, token) = one("a name", |t| matches!(t.kind, Kind::Ident | Kind::Text))(input)?;
    let text = if token.kind == Kind::Text { unquote(token.text) } else { token.text.to_owned() };
    Ok((rest, Name { text, span: token.span }))
}

/// All of the parts between commas; errors point into them.
pub fn all_of<'t, 's, T>(
    inner: &'t [token::Token<'s>],
    part: impl Fn(Tokens<'t, 's>) -> Parsed<'t, 's, T>,
) -> Result<Vec<T>, nom::Err<super::stream::Wanted>> {
    layout::split(inner, &[","]).map(|tokens| whole(tokens, &part)).collect()
}

/// All of `tokens`, nothing may follow. An error is final and tells its place.
pub fn whole<'t, 's, T>(
    tokens: &'t [token::Token<'s>],
    parser: impl Fn(Tokens<'t, 's>) -> Parsed<'t, 's, T>,
) -> Result<T, nom::Err<super::stream::Wanted>> {
    let place = |left: usize, what| {
        let at = tokens.get(tokens.len() - left.min(tokens.len())).map_or_else(|| after(tokens), |t| t.span);
        nom::Err::Failure(super::stream::Wanted { left: 0, what, at: Some(at) })
    };
    match parser(Tokens(tokens)) {
        Ok((rest, value)) if rest.0.is_empty() => Ok(value),
        Ok((rest, _)) => {
            let before = tokens.len().checked_sub(rest.0.len() + 1).map(|at| tokens[at].kind);
            let unit = matches!(before, Some(Kind::Int | Kind::Real)) && rest.0[0].kind == Kind::Ident;
            let what = if unit { UNIT } else { "`,` or an operator" };
            Err(place(rest.0.len(), vec![what]))
        }
        Err(nom::Err::Failure(done)) => Err(nom::Err::Failure(done)),
        Err(nom::Err::Error(e)) => Err(place(e.left, e.what)),
        Err(nom::Err::Incomplete(_)) => Err(place(0, vec!["more"])),
    }
}

/// The place right after tokens.
pub fn after(tokens: &[token::Token<'_>]) -> Span {
    let end = span_of(tokens).end;
    Span { start: end.saturating_sub(1), end }
}

/// Many of `part`, as long as they come.
pub fn many<'t, 's, T>(
    part: impl Fn(Tokens<'t, 's>) -> Parsed<'t, 's, T>,
    input: Tokens<'t, 's>,
) -> Parsed<'t, 's, Vec<T>> {
    many0(part).parse(input)
}
