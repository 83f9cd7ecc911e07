//! Networks: the graph that compiler and reference read, and the language in which people write it.
//!
//! [`graph`] is the noun; everything else makes it or prints it. [`parse`] reads a description, [`read`] also tells
//! what was quantised.

pub mod codes;
pub mod diagnostic;
mod elaborate;
mod fmt;
pub mod graph;
pub mod load;
mod print;
pub mod quantise;
pub mod rule;
pub mod text;

pub use diagnostic::{Color, Diagnostic, Diagnostics, explain};
pub use elaborate::{FIELDS, FieldSpec, FieldTable, Note, Reading};
pub use fmt::fmt;
pub use load::{Array, Data, LoadError, Loader, Memory, NoFiles};
pub use print::print;
pub use text::expand;

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
    elaborate::elaborate(&statements, &text::library(), loader, errors)
}
