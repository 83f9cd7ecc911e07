//! Tokens as an input of nom, and an error that knows how far it came and what it wanted there.

use std::iter::{Copied, Enumerate};
use std::slice::Iter;

use nom::error::{ErrorKind, ParseError};
use nom::{Err, IResult, Input, Needed};

use super::token::{Kind, Token};
use crate::graph::Span;

/// Arranged tokens that are still to be read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tokens<'t, 's>(pub &'t [Token<'s>]);

/// Result of a parser of tokens.
pub type Parsed<'t, 's, T> = IResult<Tokens<'t, 's>, T, Wanted>;

impl<'t, 's> Input for Tokens<'t, 's> {
    type Item = Token<'s>;
    type Iter = Copied<Iter<'t, Token<'s>>>;
    type IterIndices = Enumerate<Self::Iter>;

    fn input_len(&self) -> usize {
        self.0.len()
    }
    fn take(&self, index: usize) -> Self {
        Self(&self.0[..index])
    }
    fn take_from(&self, index: usize) -> Self {
        Self(&self.0[index..])
    }
    fn take_split(&self, index: usize) -> (Self, Self) {
        (Self(&self.0[index..]), Self(&self.0[..index]))
    }
    fn position<P: Fn(Self::Item) -> bool>(&self, predicate: P) -> Option<usize> {
        self.0.iter().position(|t| predicate(*t))
    }
    fn iter_elements(&self) -> Self::Iter {
        self.0.iter().copied()
    }
    fn iter_indices(&self) -> Self::IterIndices {
        self.iter_elements().enumerate()
    }
    fn slice_index(&self, count: usize) -> Result<usize, Needed> {
        if self.0.len() >= count { Ok(count) } else { Err(Needed::new(count - self.0.len())) }
    }
}

/// What was wanted where the text did not go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Tokens that were left; the alternative that came furthest wins.
    pub left: usize,
    /// What was wanted.
    pub what: Vec<&'static str>,
    /// The place, where it is known already; then no alternative is tried.
    pub at: Option<Span>,
}

impl ParseError<Tokens<'_, '_>> for Wanted {
    fn from_error_kind(input: Tokens<'_, '_>, _: ErrorKind) -> Self {
        Self { left: input.0.len(), what: Vec::new(), at: None }
    }
    fn append(_: Tokens<'_, '_>, _: ErrorKind, other: Self) -> Self {
        other
    }
    fn or(mut self, other: Self) -> Self {
        match self.left.cmp(&other.left) {
            std::cmp::Ordering::Less => self,
            std::cmp::Ordering::Greater => other,
            std::cmp::Ordering::Equal => {
                self.what.extend(other.what);
                self
            }
        }
    }
}

/// The error that wants `what` at the head of `input`.
pub fn wanted<T>(input: Tokens<'_, '_>, what: &'static str) -> Result<T, Err<Wanted>> {
    Err(Err::Error(Wanted { left: input.0.len(), what: vec![what], at: None }))
}

/// One token that fits, else `what` is wanted.
pub fn one<'t, 's: 't>(
    what: &'static str,
    fits: impl Fn(&Token) -> bool,
) -> impl Fn(Tokens<'t, 's>) -> Parsed<'t, 's, Token<'s>> {
    move |input| match input.0.split_first() {
        Some((token, rest)) if fits(token) => Ok((Tokens(rest), *token)),
        _ => wanted(input, what),
    }
}

/// The punctuation `text`.
pub fn punct<'t, 's: 't>(text: &'static str) -> impl Fn(Tokens<'t, 's>) -> Parsed<'t, 's, Token<'s>> {
    one(text, move |token| token.is(text))
}

/// The keyword `text`.
pub fn keyword<'t, 's: 't>(text: &'static str) -> impl Fn(Tokens<'t, 's>) -> Parsed<'t, 's, Token<'s>> {
    one(text, move |token| token.is_word(text))
}

/// What stands between two matching brackets; they match, [`arrange`](super::layout::arrange) saw to it.
pub fn between<'t, 's: 't>(
    open: &'static str,
    close: &'static str,
) -> impl Fn(Tokens<'t, 's>) -> Parsed<'t, 's, &'t [Token<'s>]> {
    move |input| {
        let (_, _) = punct(open)(input)?;
        let mut depth = 0usize;
        for (i, token) in input.0.iter().enumerate() {
            if token.is(open) {
                depth += 1;
            } else if token.is(close) {
                depth -= 1;
            }
            if depth == 0 {
                return Ok((Tokens(&input.0[i + 1..]), &input.0[1..i]));
            }
        }
        wanted(input, close)
    }
}

/// The place of the tokens between `input` and `rest`.
#[must_use]
pub fn span(input: Tokens<'_, '_>, rest: Tokens<'_, '_>) -> Span {
    span_of(&input.0[..input.0.len() - rest.0.len()])
}

/// The place of tokens, ends of line at the end left out.
#[must_use]
pub fn span_of(tokens: &[Token<'_>]) -> Span {
    let last = tokens.iter().rfind(|t| t.kind != Kind::Newline).or(tokens.first());
    match (tokens.first(), last) {
        (Some(first), Some(last)) => {
            Span { start: first.span.start, end: last.span.end.max(first.span.start) }
        }
        _ => Span::default(),
    }
}
