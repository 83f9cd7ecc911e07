//! Whether a chip can run an image: ids within tables, pointers within memories, codes assigned, lists that decode.
//!
//! An image without problems can be trusted: whoever runs it needs no check of its own. The rules are those of
//! contract 2 to 7; whether it computes the network that was meant is the question of `compiler::check`.

mod host;
mod learning;
mod neurons;
mod routing;
mod session;
mod synapses;
mod tables;

use std::fmt;

use isa::ids::CoreId;

use crate::{CoreImage, Image};

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// Core, memory and row, or the part of the image.
    pub place: String,
    /// What is wrong, the limit and the need.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// Most problems that are reported; the count goes on.
const REPORTED_MAX: usize = 100;

/// Every problem of the image, at most the first 100 of them.
#[must_use]
pub fn validate(image: &Image) -> Vec<Problem> {
    let mut problems = Problems { place: "board".into(), found: Vec::new() };
    if let Err(error) = image.chip.check() {
        problems.add("chip", error);
        return problems.found;
    }
    let mut after: Option<CoreId> = None;
    for core in &image.cores {
        problems.place = core.core.to_string();
        if core.core.0 >= image.chip.cores() {
            problems.add(
                "core",
                format_args!("the board `{}` has {} cores", image.chip.name, image.chip.cores()),
            );
        }
        if after >= Some(core.core) {
            problems.add("core", "cores must be listed once, ascending");
        }
        after = Some(core.core);
        check_core(core, image, &mut problems);
    }
    problems.place = "board".into();
    host::check(image, &mut problems);
    session::check(image, &mut problems);
    problems.found
}

fn check_core(core: &CoreImage, image: &Image, problems: &mut Problems) {
    if !tables::rows_fit(core, problems) {
        return;
    }
    tables::check(core, &image.chip.limits, problems);
    neurons::check(core, &image.chip.limits, problems);
    learning::check(core, &image.chip.limits, problems);
    routing::check(core, image, problems);
    synapses::check(core, problems);
}

/// Problems as one text, a line each.
pub(crate) fn list(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}

/// Collects problems of one place after another.
struct Problems {
    place: String,
    found: Vec<Problem>,
}

impl Problems {
    fn add(&mut self, at: impl fmt::Display, what: impl fmt::Display) {
        if self.found.len() < REPORTED_MAX {
            self.found.push(Problem { place: format!("{} {at}", self.place), what: what.to_string() });
        }
    }

    /// Adds a problem unless `holds`.
    fn demand(&mut self, holds: bool, at: impl fmt::Display, what: impl fmt::Display) {
        if !holds {
            self.add(at, what);
        }
    }
}
