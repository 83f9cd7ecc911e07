//! The lines of a block.

use super::ast::{Item, ItemKind, Name};
use super::expected::not_understood;
use super::expr::{args, expr, name, whole};
use super::layout::split;
use super::stream::{Parsed, Tokens, between, punct, span_of, wanted};
use super::token::{Kind, Token, unquote};
use crate::diagnostic::Diagnostic;
use crate::graph::Span;

/// Keys whose values are the terms of a learning rule.
pub const TERMS: [&str; 3] = ["dw", "dd", "dt"];

/// All lines of a block; a bad one is reported and left out.
pub fn items(inner: &[Token], errors: &mut Vec<Diagnostic>) -> Vec<Item> {
    split(inner, &[",", "\n"]).filter_map(|tokens| item(tokens, errors)).collect()
}

fn item(tokens: &[Token], errors: &mut Vec<Diagnostic>) -> Option<Item> {
    match whole(tokens, line) {
        Ok((key, Line::Done(kind))) => Some(Item { kind, key, span: span_of(tokens) }),
        Ok((key, Line::Block(name, inner))) => {
            let kind = ItemKind::Block(name, items(inner, errors));
            Some(Item { kind, key, span: span_of(tokens) })
        }
        Err(error) => {
            errors.push(not_understood(error, tokens));
            None
        }
    }
}

/// A line whose inner block, if it has one, is still to be read.
enum Line<'t, 's> {
    Done(ItemKind),
    Block(Option<Name>, &'t [Token<'s>]),
}

fn line<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, (Name, Line<'t, 's>)> {
    let (rest, key) = name(input)?;
    let Some(next) = rest.0.first() else { return Ok((rest, (key, Line::Done(ItemKind::Flag)))) };
    let (rest, line) = match (next.kind, next.text) {
        (Kind::Punct, "=") => {
            let (rest, _) = punct("=")(rest)?;
            let (rest, kind) = if TERMS.contains(&key.text.as_str()) { terms(rest)? } else { set(rest)? };
            (rest, Line::Done(kind))
        }
        (Kind::Punct, "(") => {
            let (rest, args) = args(rest)?;
            (rest, Line::Done(ItemKind::Call(args)))
        }
        (Kind::Punct, "{") => {
            let (rest, inner) = between("{", "}")(rest)?;
            (rest, Line::Block(None, inner))
        }
        (Kind::Ident | Kind::Text, _) => named(rest)?,
        _ => return wanted(rest, "`=`, `(` or `{`"),
    };
    Ok((rest, (key, line)))
}

fn set<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, ItemKind> {
    let (rest, value) = expr(input)?;
    Ok((rest, ItemKind::Set(value)))
}

/// After a keyword: a name with arguments or a block.
fn named<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, Line<'t, 's>> {
    let (rest, name) = name(input)?;
    if rest.0.first().is_some_and(|t| t.is("{")) {
        let (rest, inner) = between("{", "}")(rest)?;
        return Ok((rest, Line::Block(Some(name), inner)));
    }
    let (rest, args) = args(rest)?;
    Ok((rest, Line::Done(ItemKind::Named(name, args))))
}

/// The terms of a learning rule up to the end of the line, as they were written; in quotes as well.
fn terms<'t, 's>(input: Tokens<'t, 's>) -> Parsed<'t, 's, ItemKind> {
    let none = Tokens(&input.0[input.0.len()..]);
    match input.0 {
        [] => wanted(input, "the terms of a learning rule"),
        [one] if one.kind == Kind::Text => {
            let span = Span { start: one.span.start + 1, end: one.span.end - 1 };
            Ok((none, ItemKind::Terms(unquote(one.text), span)))
        }
        tokens => Ok((none, ItemKind::Terms(rejoin(tokens), span_of(tokens)))),
    }
}

/// The text of tokens with the distances that they had in their source.
fn rejoin(tokens: &[Token]) -> String {
    let mut text = String::new();
    let start = tokens.first().map_or(0, |t| t.span.start as usize);
    for token in tokens {
        let gap = (token.span.start as usize).saturating_sub(start + text.len()).min(256);
        text.push_str(&" ".repeat(gap));
        text.push_str(if token.kind == Kind::Newline { " " } else { token.text });
    }
    text
}
