//! Why a graph cannot be compiled: everything at once, as data.

use network::graph::Span;
use serde::Serialize;

pub use crate::misfit::{Misfit, Term};

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

fn lines<T: std::fmt::Display>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
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
