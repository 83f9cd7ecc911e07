//! Why a graph cannot be compiled: everything at once, as data.

use std::fmt;

use network::graph::Span;
use serde::Serialize;

use crate::resource::Resource;

/// Why a graph is not compiled.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Failure {
    /// The contract refuses the graph, whatever the chip.
    #[error("{}", lines(.0))]
    Invalid(Vec<network::graph::Problem>),
    /// The chip has too little of something.
    #[error("{}", lines(.0))]
    DoesNotFit(Vec<Misfit>),
}

fn lines<T: fmt::Display>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The chip has too little of something.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{code}: {message}{}", tree(.terms, 1))]
pub struct Misfit {
    /// Code for `seamount explain`.
    pub code: &'static str,
    /// The thing, the need and the limit, in one sentence.
    pub message: String,
    /// The resource, where it is one that is counted.
    pub resource: Option<Resource>,
    /// What is needed.
    pub need: u64,
    /// What there is.
    pub limit: u64,
    /// Where the culprit was declared.
    pub span: Span,
    /// The sum that makes up the need, largest first.
    pub terms: Vec<Term>,
    /// What would fix it; each was tried, and the graph compiles with it, or says that it was not tried.
    pub fixes: Vec<String>,
}

/// A term of the sum.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// How much.
    pub amount: u64,
    /// Of what.
    pub text: String,
    /// Where that was declared.
    pub span: Span,
    /// What it is made of.
    pub terms: Vec<Term>,
}

fn tree(terms: &[Term], depth: usize) -> String {
    let mut text = String::new();
    for (i, term) in terms.iter().enumerate() {
        let sign = if i == 0 { '=' } else { '+' };
        let indent = "  ".repeat(depth);
        text += &format!("\n{indent}{sign} {:<8} {}{}", term.amount, term.text, tree(&term.terms, depth + 1));
    }
    text
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.text)
    }
}

/// A span as it is written into reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl From<Span> for Place {
    fn from(span: Span) -> Self {
        Self { start: span.start, end: span.end }
    }
}
