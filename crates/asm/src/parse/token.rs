//! Tokens of a line: words, strings in quotes, comments.

use std::borrow::Cow;

use nom::branch::alt;
use nom::bytes::complete::{take_till, take_while, take_while_m_n, take_while1};
use nom::character::complete::{anychar, char};
use nom::combinator::{map_opt, value, verify};
use nom::multi::fold_many0;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

/// A token and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// First byte in its line.
    pub at: usize,
    /// Its text; of a string, what it means.
    pub text: Cow<'a, str>,
    /// Whether it is a string in quotes.
    pub quoted: bool,
}

/// Reads the tokens of a line into `tokens`; comments are left out.
///
/// # Errors
/// The byte at which a string begins that does not end, or holds a wrong escape.
pub fn tokens<'a>(line: &'a str, tokens: &mut Vec<Token<'a>>) -> Result<(), usize> {
    tokens.clear();
    let mut rest = line;
    loop {
        rest = rest.trim_start();
        let at = line.len() - rest.len();
        if rest.is_empty() || rest.starts_with(';') {
            return Ok(());
        }
        let (after, (text, quoted)) = token(rest).map_err(|_| at)?;
        tokens.push(Token { at, text, quoted });
        rest = after;
    }
}

fn token(text: &str) -> IResult<&str, (Cow<'_, str>, bool)> {
    let plain = take_while1(|c: char| !c.is_whitespace() && c != ';' && c != '"')
        .map(|text| (Cow::Borrowed(text), false));
    let quoted = string.map(|text| (Cow::Owned(text), true));
    alt((plain, quoted)).parse(text)
}

/// `"..."` with the escapes `\"`, `\\`, `\n` and `\u{hex}`.
fn string(text: &str) -> IResult<&str, String> {
    let plain = verify(anychar, |c| *c != '"' && *c != '\\');
    let digits = take_while_m_n(1, 6, |c: char| c.is_ascii_hexdigit());
    let code = map_opt(delimited((char('u'), char('{')), digits, char('}')), |digits| {
        u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
    });
    let escape = preceded(char('\\'), alt((char('"'), char('\\'), value('\n', char('n')), code)));
    let push = |mut text: String, letter| {
        text.push(letter);
        text
    };
    delimited(char('"'), fold_many0(alt((plain, escape)), String::new, push), char('"')).parse(text)
}

/// A whole number of a token: decimal or, with `0x`, hexadecimal; a sign is taken.
pub fn number(text: &str) -> Option<i128> {
    let (rest, minus) = sign(text).ok()?;
    let (digits, radix) = match rest.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None => (rest, 10),
    };
    let all: IResult<&str, &str> = take_while(|c: char| c.is_digit(radix)).parse(digits);
    let (left, digits) = all.ok()?;
    if !left.is_empty() || digits.is_empty() || digits.len() > 30 {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    Some(if minus { -value } else { value })
}

fn sign(text: &str) -> IResult<&str, bool> {
    let minus = value(true, char('-'));
    let none = take_till(|_| true).map(|_| false);
    alt((minus, none)).parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fall_into_tokens() {
        let mut found = Vec::new();
        tokens("  a=1 \"x \\\"\\u{3b}\\n\" b ; c \"", &mut found).unwrap();
        let texts: Vec<(usize, &str, bool)> = found.iter().map(|t| (t.at, &*t.text, t.quoted)).collect();
        assert_eq!(texts, [(2, "a=1", false), (6, "x \";\n", true), (21, "b", false)]);
        assert_eq!(tokens("a \"b", &mut found), Err(2));
        assert_eq!(tokens("\"\\x\"", &mut found), Err(0));
    }

    #[test]
    fn numbers_are_whole() {
        assert_eq!(number("-12"), Some(-12));
        assert_eq!(number("0xff"), Some(255));
        assert_eq!(
            (number(""), number("-"), number("1a"), number("0x"), number("+1")),
            (None, None, None, None, None)
        );
    }
}
