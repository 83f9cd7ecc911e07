//! Checks an image against the graph it was made from: an independent reading, word by word.
//!
//! Nothing of the compiler is used here but the noun [`Graph`], the words of `isa` and its reading of synapse memory.
//! An image passes if it is this graph on this chip, and holds nothing else.

mod axons;
mod finding;
mod host;
mod index;
mod limits;
mod neurons;
mod plastic;
mod rules;
mod session;
mod synapses;
mod trees;

pub use finding::CheckError;

use image::{CoreImage, Image};
use isa::ids::CoreId;
use network::graph::{Graph, Settings};
use rayon::prelude::*;

use finding::Findings;
use index::Index;

/// Checks that `image` is `graph`.
///
/// # Errors
/// Everything that differs, at most `finding::MOST` of it for each core.
pub fn check(graph: &Graph, image: &Image) -> Result<(), Vec<CheckError>> {
    let mut all = Findings::default();
    let problems = network::graph::problems(graph);
    all.extend(problems.into_iter().map(|problem| CheckError::Graph(problem.to_string())));
    if all.is_empty() {
        limits::check(image, &mut all);
    }
    if all.is_empty() {
        check_parts(graph, image, &mut all);
    }
    let found = all.into_vec();
    if found.is_empty() { Ok(()) } else { Err(found) }
}

fn check_parts(graph: &Graph, image: &Image, all: &mut Findings) {
    let index = Index::new(graph, image);
    index.check_keys(all);
    if !all.is_empty() {
        return;
    }
    let routes = axons::Routes::new(graph, image, all);
    host::check(graph, image, &index, all);
    session::check(graph, image, all);
    plastic::check_places(graph, image, all);
    if !all.is_empty() {
        return;
    }
    let found: Vec<Findings> =
        (0..image.cores.len()).into_par_iter().map(|at| check_core(&index, &routes, at)).collect();
    found.into_iter().for_each(|findings| all.extend(findings.into_vec()));
}

/// A core, with what the checks of its parts share.
struct Core<'a> {
    graph: &'a Graph,
    image: &'a CoreImage,
    index: &'a Index<'a>,
    /// Index into the image's cores.
    at: usize,
    /// Settings of its first compartment.
    settings: &'a Settings,
    /// Keys of its compartments.
    keys: &'a [u32],
}

impl Core<'_> {
    fn place(&self) -> CoreId {
        self.image.core
    }
}

fn check_core(index: &Index, routes: &axons::Routes, at: usize) -> Findings {
    let mut found = Findings::default();
    let (image, keys) = (&index.image.cores[at], index.keys[at].as_slice());
    let Some(settings) = keys.first().map(|&key| index.settings(key)) else {
        found.broken(image.core, "it holds no compartment".into());
        return found;
    };
    let core = Core { graph: index.graph, image, index, at, settings, keys };
    neurons::check(&core, &mut found);
    trees::check(&core, &mut found);
    let rules = rules::read(&core, &mut found);
    let lists = axons::check_core(&core, routes, &mut found);
    if found.is_empty() {
        synapses::check(&core, &rules, &lists, &mut found);
        plastic::check(&core, &rules, &lists, &mut found);
    }
    found
}
