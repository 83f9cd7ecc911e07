//! Statements, by nom over tokens. Blocks are read line by line, so that every line can have its own error.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{cut, opt};
use nom::multi::separated_list1;

use super::ast::{
    Expr, ExprKind, Input, Name, Param, Pattern, Population, Project, Prototype, Record, Samples, Statement,
    StatementKind, Synapse, Use, When,
};
use super::expected::not_understood;
use super::expr::{all_of, args, expr, name, postfix, range, whole};
use super::stream::{Parsed, Tokens, Wanted, between, keyword, punct, span, span_of, wanted};
use super::token::{Kind, Token};
use super::{KEYWORDS, item};
use crate::diagnostic::Diagnostic;
use crate::graph::Span;

/// A block whose lines are still to be read.
type Inner<'t, 's> = &'t [Token<'s>];

/// A statement without its lines, and the block that holds them.
type Head<'t, 's> = (StatementKind, Inner<'t, 's>);

/// The statement of the tokens of one line, blocks included; what is not understood is reported.
pub fn statement(tokens: &[Token], errors: &mut Vec<Diagnostic>) -> Option<Statement> {
    let first = tokens.first()?;
    if first.kind != Kind::Ident || !KEYWORDS.contains(&first.text) {
        errors.push(no_statement(first));
        return None;
    }
    match whole(tokens, head) {
        Ok((mut kind, inner)) => {
            let lines = item::items(inner, errors);
            match &mut kind {
                StatementKind::Neuron(p) | StatementKind::Synapse(p) | StatementKind::Rule(p) => {
                    p.items = lines
                }
                StatementKind::Settings(p) | StatementKind::Reward(p) => p.items = lines,
                StatementKind::Population(p) => p.items = lines,
                StatementKind::Project(p) => p.items = lines,
                _ => {}
            }
            Some(Statement { kind, span: span_of(tokens), call: None })
        }
        Err(error) => {
            errors.push(not_understood(error, tokens));
            let (_, name) = name(Tokens(tokens.get(1..)?)).ok()?;
            Some(Statement { kind: StatementKind::Broken(name), span: span_of(tokens), call: None })
        }
    }
}

fn no_statement(first: &Token) -> Diagnostic {
    let message = format!("`{}` begins no statement", first.text.escape_debug());
    let error = Diagnostic::error("E0001", first.span, message);
    if first.kind == Kind::Ident { error.suggest(first.text, KEYWORDS.iter().copied()) } else { error }
}

fn head<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Head<'t, 's>> {
    let (rest, word) = name(input)?;
    match word.text.as_str() {
        "network" => plain(cut(name).map(StatementKind::Network).parse(rest)),
        "step" => plain(cut(expr).map(StatementKind::Step).parse(rest)),
        "seed" => plain(cut(expr).map(StatementKind::Seed).parse(rest)),
        "run" => plain(cut(expr).map(StatementKind::Run).parse(rest)),
        "const" => {
            plain(cut((name, punct("="), expr)).map(|(n, _, e)| StatementKind::Const(n, e)).parse(rest))
        }
        "neuron" => prototype(rest, StatementKind::Neuron),
        "synapse" => prototype(rest, StatementKind::Synapse),
        "rule" => prototype(rest, StatementKind::Rule),
        "settings" => prototype(rest, StatementKind::Settings),
        "reward" => prototype(rest, StatementKind::Reward),
        "population" => population(rest),
        "input" => plain(source(rest)),
        "project" => project(rest),
        "record" => plain(record(rest)),
        "samples" => plain(samples(rest)),
        "measure" => plain(measure(rest)),
        _ => wanted(input, "a statement"),
    }
}

/// A statement without a block.
fn plain<'t, 's>(parsed: Parsed<'t, 's, StatementKind>) -> Parsed<'t, 's, Head<'t, 's>> {
    parsed.map(|(rest, kind)| (rest, (kind, &[] as Inner)))
}

fn prototype<'t, 's>(
    input: Tokens<'t, 's>,
    of: fn(Prototype) -> StatementKind,
) -> Parsed<'t, 's, Head<'t, 's>> {
    let (rest, name) = cut(name).parse(input)?;
    let (rest, params) = opt(params).parse(rest)?;
    let (rest, base) = opt(base).parse(rest)?;
    let (rest, inner) = block(rest, base.is_none())?;
    let params = params.unwrap_or_default();
    Ok((rest, (of(Prototype { name, params, base, items: Vec::new() }), inner)))
}

/// `{ .. }`; may be missing where not `needed`.
fn block<'t, 's>(input: Tokens<'t, 's>, needed: bool) -> Parsed<'t, 's, Inner<'t, 's>> {
    match input.0.first() {
        Some(t) if t.is("{") => between("{", "}")(input),
        _ if needed => cut(between("{", "}")).parse(input),
        _ => Ok((input, &[])),
    }
}

/// `(a, b = 3)`: parameters.
pub fn params<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Vec<Param>> {
    let (rest, inner) = between("(", ")")(input)?;
    let param = |input| {
        let (rest, name) = name(input)?;
        let (rest, default) = opt((punct("="), range)).parse(rest)?;
        Ok((rest, Param { name, default: default.map(|(_, value)| value) }))
    };
    Ok((rest, all_of(inner, param)?))
}

/// `: lif(tau = 3 ms)`
fn base<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Use> {
    let (rest, _) = punct(":")(input)?;
    cut(used).parse(rest)
}

/// `lif(tau = 3 ms)`
pub fn used<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Use> {
    let (rest, name) = name(input)?;
    let (rest, args) = opt(args).parse(rest)?;
    Ok((rest, Use { name, args: args.unwrap_or_default() }))
}

/// `out[4, 4]`
fn shaped<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, (Name, Vec<Expr>)> {
    let (rest, name) = name(input)?;
    let square: Parsed<'t, 's, _> = between("[", "]")(rest);
    match square {
        Ok((rest, inner)) => Ok((rest, (name, all_of(inner, expr)?))),
        Err(_) => Ok((rest, (name, Vec::new()))),
    }
}

fn population<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Head<'t, 's>> {
    let (rest, (name, shape)) = cut(shaped).parse(input)?;
    let (rest, base) = opt(base).parse(rest)?;
    let (rest, inner) = block(rest, false)?;
    let (rest, core) = opt((keyword("on"), cut((keyword("core"), expr)))).parse(rest)?;
    let core = core.map(|(_, (_, core))| core);
    Ok((rest, (StatementKind::Population(Population { name, shape, base, items: Vec::new(), core }), inner)))
}

fn source<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, StatementKind> {
    let (rest, (name, shape)) = cut(shaped).parse(input)?;
    let (rest, source) = opt((punct("="), cut(expr))).parse(rest)?;
    let source = source.map(|(_, source)| source);
    Ok((rest, StatementKind::Input(Input { name, shape, source })))
}

fn project<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Head<'t, 's>> {
    let views = |input| cut(separated_list1(punct(","), postfix)).parse(input);
    let (rest, pre) = views(input)?;
    let (rest, _) = cut(punct("->")).parse(rest)?;
    let (rest, post) = views(rest)?;
    let (rest, _) = cut(punct(":")).parse(rest)?;
    let (rest, pattern) = cut(alt((synapses, used.map(Pattern::Named)))).parse(rest)?;
    let (rest, base) = opt((keyword("using"), cut(used))).parse(rest)?;
    let (rest, inner) = block(rest, false)?;
    let base = base.map(|(_, base)| base);
    Ok((rest, (StatementKind::Project(Project { pre, post, pattern, base, items: Vec::new() }), inner)))
}

/// `{ 0 -> 1: 5, 2 -> 3: -7 delay 4 }`
fn synapses<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Pattern> {
    let (rest, inner) = between("{", "}")(input)?;
    let parts = super::layout::split(inner, &[",", "\n"]);
    let list = parts.map(|tokens| whole(tokens, synapse)).collect::<Result<_, _>>()?;
    Ok((rest, Pattern::List(list, span(input, rest))))
}

fn synapse<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Synapse> {
    let (rest, (pre, _, post)) = (expr, punct("->"), expr).parse(input)?;
    let (rest, weight) = opt((punct(":"), expr)).parse(rest)?;
    let (rest, delay) = opt((keyword("delay"), expr)).parse(rest)?;
    let (rest, tag) = opt((keyword("tag"), expr)).parse(rest)?;
    let value = |found: Option<(Token, Expr)>| found.map(|(_, value)| value);
    Ok((rest, Synapse { pre, post, weight: value(weight), delay: value(delay), tag: value(tag) }))
}

fn record<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, StatementKind> {
    let one = |input| {
        let (rest, of) = postfix(input)?;
        let (rest, to) = opt((punct("->"), postfix)).parse(rest)?;
        let to = to.map(|(_, to)| to);
        if rest.0.first().is_some_and(|t| t.is(".")) {
            let (rest, variables) = variables(rest)?;
            return Ok((rest, variables.into_iter().map(|v| several(&of, to.as_ref(), v)).collect()));
        }
        let (rest, name) = opt(named_as).parse(rest)?;
        Ok((rest, vec![Record { of, to, name }]))
    };
    let (rest, records) = cut(separated_list1(punct(","), one)).parse(input)?;
    let every = (keyword("every"), cut(expr)).map(|(_, every)| When::Every(every));
    let steps = (keyword("at"), cut(separated_list1(punct(","), expr))).map(|(_, steps)| When::At(steps));
    let (rest, when) = opt(alt((every, steps))).parse(rest)?;
    let more = match &when {
        Some(When::Every(_)) => rest.0.first().filter(|t| t.is(",")).map(|t| t.span),
        Some(When::At(steps)) => {
            steps.iter().find(|step| matches!(step.kind, ExprKind::Member(..))).map(|step| step.span)
        }
        _ => None,
    };
    if more.is_some() {
        return Err(nom::Err::Failure(Wanted { left: 0, what: vec![ONE_WHEN], at: more }));
    }
    Ok((rest, StatementKind::Record(records.concat(), when.unwrap_or(When::Always))))
}

/// What is wanted behind the `every` or `at` of a record.
const ONE_WHEN: &str =
    "the end of the line: a record has one `every` or `at`, at its end; others are another `record`";

/// `.{u, v}`
fn variables<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Vec<Name>> {
    let (rest, _) = punct(".")(input)?;
    let (rest, inner) = cut(between("{", "}")).parse(rest)?;
    let names = all_of(inner, name)?;
    if names.is_empty() {
        cut(name).parse(Tokens(inner)).map(|(_, one)| (rest, vec![one]))
    } else {
        Ok((rest, names))
    }
}

/// One of several variables of a thing.
fn several(of: &Expr, to: Option<&Expr>, variable: Name) -> Record {
    let member = |owner: &Expr| {
        let span = Span { start: owner.span.start, end: variable.span.end };
        Expr { kind: ExprKind::Member(Box::new(owner.clone()), variable.clone()), span }
    };
    match to {
        Some(to) => Record { of: of.clone(), to: Some(member(to)), name: None },
        None => Record { of: member(of), to: None, name: None },
    }
}

fn named_as<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Name> {
    let (rest, _) = keyword("as")(input)?;
    cut(name).parse(rest)
}

fn samples<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, StatementKind> {
    let (rest, (target, _, values)) = cut((postfix, punct("="), expr)).parse(input)?;
    let (rest, steps) = opt((keyword("steps"), cut(expr))).parse(rest)?;
    let (rest, passes) = opt((keyword("passes"), cut(expr))).parse(rest)?;
    let (rest, reset) = opt(keyword("reset")).parse(rest)?;
    let (steps, passes) = (steps.map(|(_, steps)| steps), passes.map(|(_, passes)| passes));
    Ok((rest, StatementKind::Samples(Samples { target, values, steps, passes, reset: reset.is_some() })))
}

fn measure<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, StatementKind> {
    let (rest, what) = cut(postfix).parse(input)?;
    let (rest, name) = opt(named_as).parse(rest)?;
    Ok((rest, StatementKind::Measure(what, name)))
}
