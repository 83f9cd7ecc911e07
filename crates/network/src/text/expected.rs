//! What was expected where tokens do not go on.

use nom::Err;

use super::expr::{TOO_LARGE, after};
use super::stream::{Wanted, span_of};
use super::token::Token;
use crate::diagnostic::Diagnostic;

/// The error of tokens that do not go on as they should.
pub fn not_understood(error: Err<Wanted>, tokens: &[Token]) -> Diagnostic {
    let (Err::Error(wanted) | Err::Failure(wanted)) = error else {
        return Diagnostic::error("E0001", span_of(tokens), "this is cut off");
    };
    let at = wanted.left.min(tokens.len());
    let place =
        wanted.at.unwrap_or_else(|| tokens.get(tokens.len() - at).map_or_else(|| after(tokens), |t| t.span));
    let mut what = wanted.what;
    what.sort_unstable();
    what.dedup();
    if what == [TOO_LARGE] {
        return Diagnostic::error("E0004", place, "a number that is too large")
            .help(format!("write {TOO_LARGE}"));
    }
    let what = if what.is_empty() { "something else".into() } else { what.join(" or ") };
    Diagnostic::error("E0001", place, format!("expected {what}")).label(format!("expected {what}"))
}
