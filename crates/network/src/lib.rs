//! Networks: the graph that compiler and reference read, and the language in which people write it.
//!
//! [`graph`] is the noun; everything else makes it or prints it. [`parse`] reads a description, [`read`] also tells
//! what was quantised.

pub mod codes;
pub mod diagnostic;
mod elaborate;
mod expand;
mod fmt;
pub mod graph;
pub mod load;
mod print;
pub mod quantise;
pub mod rule;
pub mod text;

pub use diagnostic::{Color, Diagnostic, Diagnostics, explain};
pub use elaborate::{FIELDS, FieldSpec, FieldTable, Note, Reading};
pub use expand::expand;
pub use fmt::fmt;
pub use load::{Array, Data, LoadError, Loader, Memory, NoFiles};
pub use print::print;

/// The graph of a description in the language of `docs/language.md`; files are read through `loader`.
///
/// # Errors
/// Everything that is wrong with it, each with a code and its place.
pub fn parse(source: &str, loader: &dyn Loader) -> Result<graph::Graph, Diagnostics> {
    read(source, loader).map(|reading| reading.graph)
}

/// As [`parse`], with what was quantised and what is worth a warning.
///
/// # Errors
/// As [`parse`].
pub fn read(source: &str, loader: &dyn Loader) -> Result<Reading, Diagnostics> {
    let (statements, errors) = text::parse(source);
    elaborate::elaborate(&statements, text::library(), loader, errors)
}

/// The graph of a description in JSON, as [`to_json`] writes it.
///
/// # Errors
/// Where the text is no JSON of a graph, or everything that [`graph::problems`] finds.
pub fn from_json(text: &str) -> Result<graph::Graph, Diagnostics> {
    let graph: graph::Graph = serde_json::from_str(text).map_err(|error| {
        let start: usize =
            text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
        let end = (start + error.column()).min(text.len()) as u32;
        let span = graph::Span { start: end.saturating_sub(1), end };
        Diagnostics(vec![Diagnostic::error("E0001", span, error.to_string())])
    })?;
    let found: Vec<Diagnostic> = graph::problems(&graph).into_iter().map(Diagnostic::from).collect();
    if found.is_empty() { Ok(graph) } else { Err(Diagnostics::sorted(found)) }
}

/// A graph as JSON.
#[must_use]
pub fn to_json(graph: &graph::Graph) -> String {
    // A graph holds strings, integers and lists only: nothing that JSON cannot say.
    serde_json::to_string_pretty(graph).unwrap_or_default()
}
