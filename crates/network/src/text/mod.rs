//! The description language as text: tokens, statements, expressions. Nothing here knows what they mean.

pub mod ast;
pub mod expr;
pub mod head;
pub mod item;
pub mod layout;
pub mod stream;
pub mod token;

use crate::diagnostic::Diagnostic;
use ast::Statement;
use token::Token;

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

/// All statements of a source, and everything that is not understood; a bad statement does not hide the next.
#[must_use]
pub fn parse(source: &str) -> (Vec<Statement>, Vec<Diagnostic>) {
    let mut errors = Vec::new();
    let tokens = layout::arrange(token::tokens(source), &mut errors);
    let statements = statements(&tokens, &mut errors);
    (statements, errors)
}

/// The statements of arranged tokens.
pub(crate) fn statements(tokens: &[Token], errors: &mut Vec<Diagnostic>) -> Vec<Statement> {
    layout::split(tokens, &["\n"]).filter_map(|part| head::statement(part, errors)).collect()
}
