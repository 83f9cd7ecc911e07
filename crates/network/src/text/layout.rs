//! Lines and brackets: which ends of line end a statement, and where brackets do not match.

use super::KEYWORDS;
use super::token::{Kind, Token};
use crate::diagnostic::Diagnostic;

/// Brackets that may be open at once.
pub const DEPTH_MAX: usize = 32;

/// Drops comments and the ends of line that end nothing, and makes brackets match.
///
/// A stray closing bracket is dropped; a missing one is put in before the next line that begins, without
/// indentation, with the keyword of a statement, or at the end.
#[must_use]
pub fn arrange<'s>(tokens: Vec<Token<'s>>, errors: &mut Vec<Diagnostic>) -> Vec<Token<'s>> {
    let mut out: Vec<Token<'s>> = Vec::with_capacity(tokens.len());
    let mut open: Vec<Token<'s>> = Vec::new();
    let mut tokens = tokens.into_iter().filter(|t| t.kind != Kind::Comment).peekable();
    let mut quoted = false;
    while let Some(token) = tokens.next() {
        match token.kind {
            Kind::Newline => {
                quoted = false;
                let next = tokens.peek();
                if next.is_some_and(|next| begins_statement(&token, next)) {
                    close_all(&mut open, &mut out, errors);
                }
                let inside = open.last().is_some_and(|o| !o.is("{"));
                if !inside
                    && !out.last().is_some_and(|t| goes_on_after(t))
                    && !next.is_some_and(goes_on_before)
                {
                    out.push(token);
                }
            }
            // Of a pair of quotes the first is reported.
            Kind::Unknown if quoted && token.text == "'" => quoted = false,
            Kind::Unknown => {
                quoted = token.text == "'";
                errors.push(unknown(&token));
            }
            Kind::Punct if matches!(token.text, "(" | "[" | "{") => {
                if open.len() == DEPTH_MAX {
                    errors.push(Diagnostic::error(
                        "E0003",
                        token.span,
                        format!("more than {DEPTH_MAX} brackets are open"),
                    ));
                    return Vec::new();
                }
                open.push(token);
                out.push(token);
            }
            Kind::Punct if matches!(token.text, ")" | "]" | "}") => close(token, &mut open, &mut out, errors),
            _ => out.push(token),
        }
    }
    close_all(&mut open, &mut out, errors);
    out
}

fn unknown(token: &Token) -> Diagnostic {
    let quote = token.text == "\"";
    let what = if quote {
        "a quote that is not closed on its line".into()
    } else {
        format!("`{}` means nothing here", token.text.escape_debug())
    };
    let error = Diagnostic::error("E0002", token.span, what);
    match token.text {
        "'" => error.help("drop the quotes: the terms of a rule need none (`dw = 2^-2*x1*y0`); texts and names stand in \" \""),
        _ => error,
    }
}

fn begins_statement(newline: &Token, next: &Token) -> bool {
    next.kind == Kind::Ident && next.span.start == newline.span.end && KEYWORDS.contains(&next.text)
}

/// Whether a statement goes on behind an end of line after this token.
pub(crate) fn goes_on_after(token: &Token) -> bool {
    token.kind == Kind::Punct
        && matches!(token.text, "," | ":" | "=" | "+" | "-" | "*" | "/" | "%" | "^" | "->" | "..")
        || token.kind == Kind::Newline
}

/// Whether a statement goes on behind an end of line before this token.
pub(crate) fn goes_on_before(token: &Token) -> bool {
    token.kind == Kind::Punct
        && matches!(token.text, ":" | "=" | "+" | "-" | "*" | "/" | "%" | "^" | "->" | "{" | "..")
}

fn closer(open: &Token) -> &'static str {
    match open.text {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

fn close<'s>(
    token: Token<'s>,
    open: &mut Vec<Token<'s>>,
    out: &mut Vec<Token<'s>>,
    errors: &mut Vec<Diagnostic>,
) {
    if !open.iter().any(|o| closer(o) == token.text) {
        errors.push(Diagnostic::error("E0003", token.span, format!("`{}` closes nothing", token.text)));
        return;
    }
    while let Some(last) = open.pop() {
        if closer(&last) == token.text {
            out.push(token);
            return;
        }
        missing(&last, token.span, out, errors);
    }
}

fn close_all<'s>(open: &mut Vec<Token<'s>>, out: &mut Vec<Token<'s>>, errors: &mut Vec<Diagnostic>) {
    let end = out.last().map(|t| t.span).unwrap_or_default();
    while let Some(last) = open.pop() {
        missing(&last, end, out, errors);
    }
}

fn missing<'s>(
    open: &Token<'s>,
    near: crate::graph::Span,
    out: &mut Vec<Token<'s>>,
    errors: &mut Vec<Diagnostic>,
) {
    let message = format!("`{}` is not closed: `{}` is missing", open.text, closer(open));
    errors.push(
        Diagnostic::error("E0003", open.span, message)
            .label("opened here")
            .also(near, "needed here at the latest"),
    );
    out.push(Token { kind: Kind::Punct, text: closer(open), span: near });
}

/// The parts of arranged tokens between separators outside of all brackets; empty parts are left out.
pub fn split<'t, 's>(
    tokens: &'t [Token<'s>],
    separators: &'static [&'static str],
) -> impl Iterator<Item = &'t [Token<'s>]> {
    let mut depth = 0usize;
    let parts = tokens.split(move |token| {
        if token.kind == Kind::Punct {
            match token.text {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        depth == 0 && matches!(token.kind, Kind::Punct | Kind::Newline) && separators.contains(&token.text)
    });
    parts.filter(|part| !part.is_empty())
}
