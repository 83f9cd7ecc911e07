//! The description language as text: tokens, statements, expressions. Nothing here knows what they mean.

pub mod ast;
pub mod expected;
pub mod expr;
pub mod head;
pub mod item;
pub mod layout;
pub(crate) mod macros;
pub mod stream;
pub mod token;

use std::sync::OnceLock;

use crate::diagnostic::Diagnostic;
use ast::Statement;

/// The words that begin a statement.
pub const KEYWORDS: &[&str] = &[
    "network",
    "step",
    "seed",
    "const",
    "neuron",
    "synapse",
    "rule",
    "settings",
    "population",
    "input",
    "reward",
    "project",
    "record",
    "run",
    "samples",
    "measure",
    "macro",
];

/// All statements of a source, macros expanded, and everything that is not understood; a bad statement does not hide
/// the next.
#[must_use]
pub fn parse(source: &str) -> (Vec<Statement>, Vec<Diagnostic>) {
    let mut errors = Vec::new();
    let tokens = layout::arrange(token::tokens(source), &mut errors);
    let mut macros = macros::Macros::new(&tokens, &mut errors);
    let mut statements = Vec::new();
    for part in layout::split(&tokens, &["\n"]).filter(|part| !macros::is_macro(part)) {
        match macros.call(part, &mut errors) {
            Some(called) => statements.extend(called),
            None => statements.extend(head::statement(part, &mut errors)),
        }
    }
    (statements, errors)
}

/// The prototypes of the library, read once.
#[must_use]
pub(crate) fn library() -> &'static [Statement] {
    static STATEMENTS: OnceLock<Vec<Statement>> = OnceLock::new();
    STATEMENTS.get_or_init(|| {
        let tokens = layout::arrange(token::tokens(macros::LIBRARY), &mut Vec::new());
        let parts = layout::split(&tokens, &["\n"]).filter(|part| !macros::is_macro(part));
        parts.filter_map(|part| head::statement(part, &mut Vec::new())).collect()
    })
}
