//! Characters to tokens, by nom. Nothing is lost: comments and ends of lines are tokens too.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while, take_while1};
use nom::character::complete::{anychar, char, digit1, none_of, one_of};
use nom::combinator::{opt, recognize};
use nom::multi::many0_count;
use nom::sequence::{delimited, pair, preceded};
use nom::{IResult, Parser};

use crate::graph::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or keyword.
    Ident,
    /// An integer, decimal or `0x`.
    Int,
    /// A number with a point or an exponent.
    Real,
    /// Text in quotes, quotes included.
    Text,
    /// `->`, `..`, brackets, operators.
    Punct,
    /// An end of line.
    Newline,
    /// `// ...`, without the end of line.
    Comment,
    /// A character that means nothing.
    Unknown,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Token<'s> {
    /// What it is.
    pub kind: Kind,
    /// Its characters.
    pub text: &'s str,
    /// Its place.
    pub span: Span,
}

impl Token<'_> {
    /// Whether it is the punctuation `text`.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.kind == Kind::Punct && self.text == text
    }

    /// Whether it is the name `text`.
    #[must_use]
    pub fn is_word(&self, text: &str) -> bool {
        self.kind == Kind::Ident && self.text == text
    }
}

/// All tokens of a source of less than 4 GiB; what is beyond is not read.
#[must_use]
pub fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut list = Vec::with_capacity(source.len() / 3);
    let mut rest = source;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\u{feff}']);
        let Ok((after, (kind, text))) = token(rest) else { return list };
        let start = source.len() - rest.len();
        let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(start + text.len())) else {
            return list;
        };
        list.push(Token { kind, text, span: Span { start, end } });
        rest = after;
    }
}

fn token(input: &str) -> IResult<&str, (Kind, &str)> {
    let of = |kind| move |text| (kind, text);
    alt((
        recognize(char('\n')).map(of(Kind::Newline)),
        recognize(pair(tag("//"), take_till(|c| c == '\n' || c == '\r'))).map(of(Kind::Comment)),
        text.map(of(Kind::Text)),
        number,
        word.map(of(Kind::Ident)),
        alt((tag("->"), tag(".."), recognize(one_of("()[]{},:=.+-*/%^")))).map(of(Kind::Punct)),
        recognize(anychar).map(of(Kind::Unknown)),
    ))
    .parse(input)
}

fn word(input: &str) -> IResult<&str, &str> {
    let first = take_while1(|c: char| c.is_alphabetic() || c == '_');
    recognize(pair(first, take_while(|c: char| c.is_alphanumeric() || c == '_'))).parse(input)
}

/// Quoted text on one line; `\"` and `\\` are escapes.
fn text(input: &str) -> IResult<&str, &str> {
    let piece = alt((recognize(pair(char('\\'), none_of("\n"))), recognize(none_of("\"\\\n"))));
    recognize(delimited(char('"'), many0_count(piece), char('"'))).parse(input)
}

fn digits(input: &str) -> IResult<&str, &str> {
    recognize(pair(digit1, take_while(|c: char| c.is_ascii_digit() || c == '_'))).parse(input)
}

fn number(input: &str) -> IResult<&str, (Kind, &str)> {
    let hex = recognize(pair(tag("0x"), take_while1(|c: char| c.is_ascii_hexdigit() || c == '_')));
    let fraction = preceded(char('.'), digits);
    let exponent = preceded(one_of("eE"), pair(opt(one_of("+-")), digit1));
    alt((
        hex.map(|text| (Kind::Int, text)),
        recognize((digits, fraction, opt(exponent))).map(|text| (Kind::Real, text)),
        recognize((digits, preceded(one_of("eE"), pair(opt(one_of("+-")), digit1))))
            .map(|text| (Kind::Real, text)),
        digits.map(|text| (Kind::Int, text)),
    ))
    .parse(input)
}

/// The characters of a quoted text, escapes resolved.
#[must_use]
pub fn unquote(text: &str) -> String {
    let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some(escaped)) => out.push(escaped),
            _ => out.push(c),
        }
    }
    out
}

/// Text in quotes, escaped.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Words that mean something where a name may stand.
const RESERVED: [&str; 9] = ["none", "true", "false", "on", "as", "at", "every", "using", "flat"];

/// A name as the language writes it: bare where it can be, quoted otherwise.
#[must_use]
pub fn name(text: &str) -> String {
    let bare =
        matches!(word(text), Ok(("", _))) && !super::KEYWORDS.contains(&text) && !RESERVED.contains(&text);
    if bare { text.to_owned() } else { quote(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_units_and_reals_are_told_apart() {
        let kinds: Vec<_> = tokens("0..80 1.5e-3 20 ms -> x_1 \"a\\\"b\" // c\n0xff §")
            .iter()
            .map(|t| (t.kind, t.text))
            .collect();
        let want = [
            (Kind::Int, "0"),
            (Kind::Punct, ".."),
            (Kind::Int, "80"),
            (Kind::Real, "1.5e-3"),
            (Kind::Int, "20"),
            (Kind::Ident, "ms"),
            (Kind::Punct, "->"),
            (Kind::Ident, "x_1"),
            (Kind::Text, "\"a\\\"b\""),
            (Kind::Comment, "// c"),
            (Kind::Newline, "\n"),
            (Kind::Int, "0xff"),
            (Kind::Unknown, "§"),
        ];
        assert_eq!(kinds, want);
    }

    #[test]
    fn quotes_come_back() {
        for text in ["", "a\"b", "\\", "x\ny", "lif1.lif"] {
            assert_eq!(unquote(&quote(text)), text);
        }
    }
}
