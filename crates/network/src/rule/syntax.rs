//! Grammar of rules: text -> equations of sums of products, with spans. Nothing is resolved here.
//!
//! ```text
//! equation = target "=" sum                       target: dw dd dt (also dwgt ddly dtag; a sum may stand in quotes)
//! sum      = ["+" | "-"] product { ("+" | "-") product }
//! product  = item { "*" item }
//! item     = ["-"] ( number | power | name | ("sgn" | "sign") "(" sum ")" | "(" sum ")" )
//! power    = "2" ("^" | "**") ( integer | "(" integer ")" )
//! ```

use isa::op::LearningTarget;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::{char, digit1, multispace0, one_of, satisfy};
use nom::combinator::{opt, recognize};
use nom::multi::many0;
use nom::sequence::pair;
use nom::{IResult, Parser};

use super::{Reason, RuleError};
use crate::graph::Span;

/// `target = sum`.
pub(super) struct Equation {
    pub target: LearningTarget,
    pub sum: Vec<Product>,
    pub span: Span,
}

/// Items multiplied; -1 or 1 times them.
#[derive(Clone)]
pub(super) struct Product {
    pub negative: bool,
    pub items: Vec<Item>,
    pub span: Span,
}

/// One item of a product.
#[derive(Clone)]
pub(super) struct Item {
    pub node: Node,
    pub span: Span,
}

#[derive(Clone)]
pub(super) enum Node {
    Integer(i64),
    /// A number with a point, as written.
    Decimal(String),
    /// 2^k.
    Power(i64),
    Name(String),
    Sgn(Vec<Product>),
    Group(Vec<Product>),
    /// Something else than 2 with an exponent.
    BadPower,
}

/// Deepest nesting of parentheses.
const DEPTH_MAX: u32 = 16;

#[derive(Clone, Copy)]
struct Place<'a> {
    text: &'a str,
    offset: u32,
}

impl Place<'_> {
    fn at(&self, rest: &str) -> u32 {
        self.offset + (self.text.len() - rest.len()) as u32
    }
    fn span(&self, from: &str, to: &str) -> Span {
        Span { start: self.at(from), end: self.at(to) }
    }
}

/// A failure: where, and what was expected.
struct Stop<'a> {
    at: &'a str,
    expected: &'static str,
}

type Parsed<'a, T> = Result<(&'a str, T), Stop<'a>>;

/// All equations of a text, and the syntax errors; after one, reading goes on at the next equation.
pub(super) fn equations(text: &str, offset: u32) -> (Vec<Equation>, Vec<RuleError>) {
    let place = Place { text, offset };
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    let mut rest = separators(text);
    if rest.is_empty() {
        errors.push(syntax_error(&place, &Stop { at: rest, expected: "an equation `dw = ...`" }));
    }
    while !rest.is_empty() {
        match equation(rest, &place) {
            Ok((after, equation)) => {
                found.push(equation);
                rest = separators(after);
            }
            Err(stop) => {
                errors.push(syntax_error(&place, &stop));
                rest = recover(stop.at);
            }
        }
    }
    (found, errors)
}

fn syntax_error(place: &Place<'_>, stop: &Stop<'_>) -> RuleError {
    let width = stop.at.chars().next().map_or(0, char::len_utf8);
    let found = match stop.at.chars().next() {
        None => "the end".into(),
        Some('/') => "`/` (multiply by 2^-k instead)".into(),
        Some(c) => format!("`{c}`"),
    };
    let start = place.at(stop.at);
    let span = Span { start, end: start + width as u32 };
    RuleError { span, reason: Reason::Syntax { expected: stop.expected, found } }
}

/// What stands between equations.
fn separators(text: &str) -> &str {
    let mut rest = space(text);
    while let Some(behind) = rest.strip_prefix([';', ',']) {
        rest = space(behind);
    }
    rest
}

/// The next place after an error where an equation can start.
fn recover(text: &str) -> &str {
    let starts = text.char_indices().skip(1).map(|(i, _)| &text[i..]);
    starts.into_iter().find(|rest| target(rest).is_ok_and(|(_, (_, after))| after)).unwrap_or("")
}

/// A target and whether `=` follows; the rest starts behind the `=`.
fn target(text: &str) -> IResult<&str, (LearningTarget, bool)> {
    let (rest, name) = identifier(text)?;
    let target = match name {
        "dw" | "dwgt" => LearningTarget::W,
        "dd" | "ddly" => LearningTarget::D,
        "dt" | "dtag" => LearningTarget::T,
        _ => return Err(nom::Err::Error(nom::error::Error::new(text, nom::error::ErrorKind::Tag))),
    };
    let (rest, equals) = opt((multispace0, char('='))).parse(rest)?;
    Ok((rest, (target, equals.is_some())))
}

fn equation<'a>(text: &'a str, place: &Place<'_>) -> Parsed<'a, Equation> {
    let (rest, target) = match target(text) {
        Ok((rest, (target, true))) => (rest, target),
        Ok((rest, (_, false))) => return Err(Stop { at: space(rest), expected: "`=`" }),
        Err(_) => return Err(Stop { at: text, expected: "`dw =`, `dd =` or `dt =`" }),
    };
    let rest = space(rest);
    let quote = rest.chars().next().filter(|c| *c == '\'' || *c == '"');
    let inner = quote.map_or(rest, |_| &rest[1..]);
    let (rest, sum) = sum(inner, place, 0)?;
    let after = space(rest);
    let (rest, after) = match quote {
        None => (rest, after),
        Some(quote) => match after.strip_prefix(quote) {
            Some(closed) => (closed, space(closed)),
            None => return Err(Stop { at: after, expected: "the closing quote" }),
        },
    };
    let ends = after.is_empty() || after.starts_with([';', ',']) || target_follows(after);
    if !ends {
        return Err(Stop { at: after, expected: "`+`, `-` or `*`" });
    }
    Ok((rest, Equation { target, sum, span: place.span(text, rest) }))
}

fn target_follows(text: &str) -> bool {
    target(text).is_ok_and(|(_, (_, equals))| equals)
}

/// Behind white space and comments (`// ...` to the end of the line).
fn space(text: &str) -> &str {
    let mut rest = text.trim_start();
    while let Some(comment) = rest.strip_prefix("//") {
        rest = comment.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
    }
    rest
}

fn sign(text: &str) -> (&str, Option<bool>) {
    let text = space(text);
    let parsed: IResult<&str, char> = one_of("+-").parse(text);
    parsed.map_or((text, None), |(rest, c)| (rest, Some(c == '-')))
}

fn sum<'a>(text: &'a str, place: &Place<'_>, depth: u32) -> Parsed<'a, Vec<Product>> {
    if depth > DEPTH_MAX {
        return Err(Stop { at: text, expected: "fewer parentheses inside one another" });
    }
    let (mut rest, mut negative) = sign(text);
    let mut products = Vec::new();
    loop {
        let start = space(rest);
        let (after, items) = product(start, place, depth)?;
        let span = place.span(start, after);
        products.push(Product { negative: negative == Some(true), items, span });
        (rest, negative) = sign(after);
        if negative.is_none() {
            return Ok((after, products));
        }
    }
}

fn product<'a>(text: &'a str, place: &Place<'_>, depth: u32) -> Parsed<'a, Vec<Item>> {
    let mut items = Vec::new();
    let mut rest = text;
    loop {
        let (unsigned, negative) = sign(rest);
        let start = space(unsigned);
        if negative == Some(true) {
            items.push(Item { node: Node::Integer(-1), span: place.span(rest, unsigned) });
        }
        let (after, node) = item(start, place, depth)?;
        items.push(Item { node, span: place.span(start, after) });
        match space(after).strip_prefix('*') {
            Some(next) => rest = space(next),
            None => return Ok((after, items)),
        }
    }
}

fn item<'a>(text: &'a str, place: &Place<'_>, depth: u32) -> Parsed<'a, Node> {
    if let Some(inner) = text.strip_prefix('(') {
        let (rest, sum) = parenthesised(inner, place, depth)?;
        return no_power(rest, Node::Group(sum));
    }
    if let Ok((rest, name)) = identifier(text) {
        let inner = space(rest).strip_prefix('(');
        return match (name, inner) {
            ("sgn" | "sign", Some(inner)) => {
                let (rest, sum) = parenthesised(inner, place, depth)?;
                no_power(rest, Node::Sgn(sum))
            }
            _ => no_power(rest, Node::Name(name.into())),
        };
    }
    number(text).ok_or(Stop { at: text, expected: "a factor, an integer or 2^k" })
}

fn parenthesised<'a>(inner: &'a str, place: &Place<'_>, depth: u32) -> Parsed<'a, Vec<Product>> {
    let (rest, sum) = sum(inner, place, depth + 1)?;
    let rest = space(rest);
    let closed = rest.strip_prefix(')').ok_or(Stop { at: rest, expected: "`+`, `-`, `*` or `)`" })?;
    Ok((closed, sum))
}

/// `node`, or a bad power where `^` follows it.
fn no_power(rest: &str, node: Node) -> Parsed<'_, Node> {
    match power_of(rest) {
        Some((rest, _)) => Ok((rest, Node::BadPower)),
        None => Ok((rest, node)),
    }
}

fn number(text: &str) -> Option<(&str, Node)> {
    let (rest, digits) = digits(text)?;
    if let Some((rest, _)) = rest.strip_prefix('.').and_then(digits_or_none) {
        return Some((rest, Node::Decimal(text[..text.len() - rest.len()].into())));
    }
    match power_of(rest) {
        Some((rest, exponent)) if digits == "2" => Some((rest, Node::Power(exponent))),
        Some((rest, _)) => Some((rest, Node::BadPower)),
        None => Some((rest, Node::Integer(digits.parse().unwrap_or(i64::MAX)))),
    }
}

fn digits(text: &str) -> Option<(&str, &str)> {
    let parsed: IResult<&str, &str> = digit1(text);
    parsed.ok()
}

fn digits_or_none(text: &str) -> Option<(&str, &str)> {
    Some(digits(text).unwrap_or((text, "")))
}

/// `^ k`, `** k`, `^(k)`.
fn power_of(text: &str) -> Option<(&str, i64)> {
    let operator = (multispace0, alt((tag("^"), tag("**"))), multispace0);
    let signed = |text| recognize(pair(opt(one_of("+-")), digit1)).parse(text);
    let parsed: IResult<&str, &str> = nom::sequence::preceded(
        operator,
        alt((signed, nom::sequence::delimited((char('('), multispace0), signed, (multispace0, char(')'))))),
    )
    .parse(text);
    let (rest, exponent) = parsed.ok()?;
    let far = if exponent.starts_with('-') { -FAR } else { FAR };
    Some((rest, exponent.parse::<i64>().map_or(far, |value| value.clamp(-FAR, FAR))))
}

/// An exponent that no scale holds; larger ones are cut to it.
const FAR: i64 = 1 << 20;

fn identifier(text: &str) -> IResult<&str, &str> {
    let first = satisfy(|c| c.is_ascii_alphabetic() || c == '_');
    let more = take_while1(|c: char| c.is_ascii_alphanumeric() || c == '_');
    recognize(pair(first, many0(more))).parse(text)
}
