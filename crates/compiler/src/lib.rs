//! From a graph to a chip image, in a straight line.

pub mod allocate;
pub mod axons;
pub mod check;
pub mod coding;
pub mod curve;
pub mod cuts;
pub mod dedup;
pub mod encode;
pub mod error;
mod explain;
mod fixes;
pub mod gather;
pub mod incoming;
pub mod list;
pub mod microcode;
mod misfit;
mod missing;
pub mod nets;
pub mod outputs;
pub mod packing;
pub mod partition;
pub mod parts;
pub mod place;
pub mod plan;
pub mod rates;
pub mod refine;
pub mod report;
pub mod resource;
pub mod rewards;
pub mod session;
mod sketch;
pub mod soma;
pub mod symbols;
pub mod tables;
mod terms;
pub mod traffic;
pub mod validate;
pub mod watch;

pub use check::{CheckError, check};
pub use error::{Failure, Misfit, Term};
pub use explain::{codes, explain};
pub use report::Report;
pub use tables::{End, Tables};
pub use watch::{Stage, Watch};

use image::Image;
use isa::chip::ChipDescription;
use network::graph::Graph;
use serde::Serialize;

/// How a graph is laid out. Nothing here changes a spike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Seed of the search for a placement.
    pub seed: u64,
    /// Spread over at least so many cores, as far as there are neurons.
    pub cores_min: u32,
    /// How neurons are shared out to cores.
    pub partition: Search,
    /// Where on the board those cores are.
    pub placement: Search,
    /// Fires of every compartment and input line, by key, in a run of 1,000 steps; empty to estimate them.
    pub rates: Vec<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 0, cores_min: 1, partition: Search::Auto, placement: Search::Auto, rates: Vec::new() }
    }
}

/// Whether a stage looks for something better than index order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Search {
    /// It does.
    #[default]
    Auto,
    /// Index order.
    InOrder,
}

/// An image and how it came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Compiled {
    /// The image.
    pub image: Image,
    /// How full the chip is, and what binds.
    pub report: Report,
}

/// Compiles a graph for a chip.
///
/// # Errors
/// [`Failure::Invalid`] or [`Failure::DoesNotFit`], with every problem.
///
/// # Panics
/// If a stage breaks what it promises to the next; never because of the graph.
pub fn compile(graph: &Graph, chip: &ChipDescription, options: &Options) -> Result<Compiled, Failure> {
    compile_watched(graph, chip, options, &Watch::nobody())
}

/// As [`compile`], for somebody who waits.
///
/// # Errors
/// As [`compile`].
///
/// # Panics
/// As [`compile`].
pub fn compile_watched(
    graph: &Graph,
    chip: &ChipDescription,
    options: &Options,
    watch: &Watch,
) -> Result<Compiled, Failure> {
    let suggest = |failure| {
        watch.stage(Stage::Fixes);
        fixes::suggest(failure, graph, chip)
    };
    validate::validate(graph, chip).map_err(suggest)?;
    watch.stage(Stage::Partition);
    let tables = Tables::new(graph, chip);
    let plans = partition::partition(&tables, options, watch).map_err(suggest)?;
    watch.stage(Stage::Place);
    let placement = place::place(&tables, &plans, options);
    watch.stage(Stage::Encode);
    let allocation = allocate::allocate(&tables, plans, &placement.cores);
    let image = encode::encode(&tables, &allocation).expect("every value was checked before it is encoded");
    Ok(Compiled { image, report: Report::new(&tables, &allocation, &placement) })
}
