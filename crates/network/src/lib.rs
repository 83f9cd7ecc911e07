//! Networks: the graph that compiler and reference read, and the language in which people write it.
//!
//! [`graph`] is the noun; everything else makes it or prints it.

pub mod graph;
pub mod rule;
