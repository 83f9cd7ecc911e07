//! A line that is being read: token by token, with faults that know their column.

use std::ops::RangeInclusive;

use image::KeyRun;
use isa::ids::Key;

use super::token::{Token, number};
use crate::error::{Fault, nearest};

/// A fault and the byte of the line at which it stands.
pub type Refusal = (usize, Fault);

/// The tokens of a line that are left.
pub struct Line<'a, 't> {
    tokens: &'t [Token<'a>],
    /// Behind the last token.
    end: usize,
}

impl<'a, 't> Line<'a, 't> {
    /// A line of tokens that ends at byte `end`.
    pub fn new(tokens: &'t [Token<'a>], end: usize) -> Self {
        Self { tokens, end }
    }

    /// The byte of the next token.
    pub fn at(&self) -> usize {
        self.tokens.first().map_or(self.end, |token| token.at)
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The next token, which stays.
    pub fn peek(&self) -> Option<&'t Token<'a>> {
        self.tokens.first()
    }

    /// The next token; `expected` says what it should be.
    pub fn next(&mut self, expected: &str) -> Result<&'t Token<'a>, Refusal> {
        let (token, rest) = self.tokens.split_first().ok_or_else(|| self.refuse(expected))?;
        self.tokens = rest;
        Ok(token)
    }

    /// A word without quotes.
    pub fn word(&mut self, expected: &str) -> Result<&'t str, Refusal> {
        match self.tokens.first() {
            Some(token) if !token.quoted => Ok(&self.next(expected)?.text),
            _ => Err(self.refuse(expected)),
        }
    }

    /// A string in quotes.
    pub fn string(&mut self, expected: &str) -> Result<String, Refusal> {
        match self.tokens.first() {
            Some(token) if token.quoted => Ok(self.next(expected)?.text.clone().into_owned()),
            _ => Err(self.refuse(expected)),
        }
    }

    /// One of `names`; its place among them.
    pub fn one_of(&mut self, kind: &str, names: &[&str]) -> Result<usize, Refusal> {
        let at = self.at();
        let name = self.word(kind)?;
        let found = names.iter().position(|known| *known == name);
        found.ok_or_else(|| (at, unknown(kind, name, names.iter().copied())))
    }

    /// A whole number.
    pub fn number<T: TryFrom<i128>>(
        &mut self,
        name: &str,
        range: RangeInclusive<i128>,
    ) -> Result<T, Refusal> {
        let at = self.at();
        let text = self.word(name)?;
        parse_number(name, text, range).map_err(|fault| (at, fault))
    }

    /// A `u32`.
    pub fn u32(&mut self, name: &str) -> Result<u32, Refusal> {
        self.number(name, 0..=u32::MAX.into())
    }

    /// `name=` and a `u32`.
    pub fn assigned(&mut self, name: &str) -> Result<u32, Refusal> {
        let at = self.at();
        let text = self.assigned_text(name)?;
        parse_number(name, text, 0..=u32::MAX.into()).map_err(|fault| (at, fault))
    }

    /// `name=` and any text.
    pub fn assigned_text(&mut self, name: &str) -> Result<&'t str, Refusal> {
        let at = self.at();
        let text = self.word(&format!("{name}=..."))?;
        let value = text.split_once('=').filter(|(found, _)| *found == name).map(|(_, value)| value);
        value.ok_or_else(|| (at, expected(&format!("{name}=..."), text)))
    }

    /// `key:count` or `key:count:stride`.
    pub fn run(&mut self, name: &str) -> Result<KeyRun, Refusal> {
        let (key, count, stride) = self.triple(name, Some(1))?;
        Ok(KeyRun { key: Key(key), count, stride })
    }

    /// Three numbers with colons between; the third may be missing if it has a default.
    pub fn triple(&mut self, name: &str, third: Option<u32>) -> Result<(u32, u32, u32), Refusal> {
        let at = self.at();
        let text = self.word(name)?;
        let mut parts = text.split(':').map(|part| parse_number::<u32>(name, part, 0..=u32::MAX.into()));
        let mut next = |default: Option<u32>| match (parts.next(), default) {
            (Some(part), _) => part,
            (None, Some(default)) => Ok(default),
            (None, None) => Err(expected(&format!("{name} as numbers with `:` between"), text)),
        };
        let triple = (|| Ok((next(None)?, next(None)?, next(third)?)))().map_err(|fault| (at, fault))?;
        match text.split(':').count() {
            0..=3 => Ok(triple),
            _ => Err((at, expected("at most three numbers", text))),
        }
    }

    /// Nothing more.
    pub fn end(&self) -> Result<(), Refusal> {
        if self.is_empty() { Ok(()) } else { Err(self.refuse("the end of the line")) }
    }

    /// The fault that something else was expected here.
    pub fn refuse(&self, what: &str) -> Refusal {
        let found = match self.tokens.first() {
            Some(token) => format!("`{}`", token.text),
            None => "the end of the line".into(),
        };
        (self.at(), Fault::Expected { expected: what.into(), found })
    }
}

/// The fault that `text` is not what was expected.
pub fn expected(what: &str, text: &str) -> Fault {
    Fault::Expected { expected: what.into(), found: format!("`{text}`") }
}

/// The fault that nothing is called `name`.
pub fn unknown<'n>(kind: &str, name: &str, names: impl IntoIterator<Item = &'n str>) -> Fault {
    Fault::Unknown { kind: kind.into(), name: name.into(), nearest: nearest(name, names) }
}

/// The number of a text.
///
/// # Errors
/// No number, or one out of range.
pub fn parse_number<T: TryFrom<i128>>(
    name: &str,
    text: &str,
    range: RangeInclusive<i128>,
) -> Result<T, Fault> {
    let value = number(text).ok_or_else(|| expected(&format!("a number for {name}"), text))?;
    let (min, max) = (*range.start(), *range.end());
    let refuse = || Fault::Range { name: name.into(), value, min, max };
    if range.contains(&value) { T::try_from(value).map_err(|_| refuse()) } else { Err(refuse()) }
}
