//! Two images, field by field: what a person wants to know of two files that differ.

mod structures;
mod synapses;

use std::fmt;

use isa::ids::CoreId;
use serde::Serialize;

use crate::{CoreImage, Image, Layout, Memory, Row};

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Where: core and compartment, axon or row; or a part of the image that belongs to no core.
    pub place: String,
    /// Which field.
    pub field: String,
    /// Its value in the first image.
    pub before: String,
    /// Its value in the second image.
    pub after: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} -> {}", self.place, self.field, self.before, self.after)
    }
}

/// Every field that differs, the board first, then core by core; empty exactly if the images are equal.
#[must_use]
pub fn diff(before: &Image, after: &Image) -> Vec<Difference> {
    let mut found = Differences { found: Vec::new() };
    structures::compare_board(before, after, &mut found);
    let mut ids: Vec<CoreId> = before.cores.iter().chain(&after.cores).map(|core| core.core).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        let of =
            |image: &Image| image.cores.iter().filter(|core| core.core == id).cloned().collect::<Vec<_>>();
        match (&of(before)[..], &of(after)[..]) {
            (a, b) if a == b => {}
            ([a], [b]) => compare_core(a, b, &mut found),
            (a, b) => found.add(id, "cores", a.len(), b.len()),
        }
    }
    let order =
        |image: &Image| image.cores.iter().map(|core| core.core.to_string()).collect::<Vec<_>>().join(" ");
    if found.found.is_empty() && before != after {
        found.add("board", "cores", order(before), order(after));
    }
    found.found
}

/// Collects differences.
struct Differences {
    found: Vec<Difference>,
}

impl Differences {
    fn add(
        &mut self,
        place: impl fmt::Display,
        field: impl fmt::Display,
        before: impl fmt::Display,
        after: impl fmt::Display,
    ) {
        let (place, field) = (place.to_string(), field.to_string());
        self.found.push(Difference { place, field, before: before.to_string(), after: after.to_string() });
    }
}

fn compare_core(before: &CoreImage, after: &CoreImage, found: &mut Differences) {
    for &memory in Memory::ALL.iter().filter(|memory| **memory != Memory::Synapses) {
        match (before.decoded(memory), after.decoded(memory)) {
            (Ok(a), Ok(b)) => compare_rows(before, memory, (&a, &b), found),
            (Err(a), Err(b)) if a == b => {}
            (a, b) => {
                let show = |side: Result<_, crate::memory::Misfit>| {
                    side.map_or_else(
                        |misfit| format!("row {}: {}", misfit.row, misfit.error),
                        |_| "fits".into(),
                    )
                };
                found.add(before.core, memory.name(), show(a), show(b));
            }
        }
    }
    synapses::compare(before, after, found);
    structures::compare_keys(before, after, found);
}

/// What the row of a memory is called: `cx17`, `axon3`, `vth_profiles[2]`.
#[must_use]
pub fn row_name(memory: Memory, row: usize) -> String {
    match memory {
        Memory::CompartmentConfig
        | Memory::CompartmentState
        | Memory::HomeostasisState
        | Memory::PostTraceState
        | Memory::AxonMap => format!("cx{row}"),
        Memory::SynapseMap => format!("axon{row}"),
        Memory::SharedConfig | Memory::LearningConfig | Memory::RewardState => memory.name().into(),
        _ => format!("{}[{row}]", memory.name()),
    }
}

/// Compares rows; a row that is missing counts as 0.
fn compare_rows(core: &CoreImage, memory: Memory, rows: (&[Row], &[Row]), found: &mut Differences) {
    let (a, b) = rows;
    if a.len() != b.len() {
        found.add(core.core, format_args!("{} rows", memory.name()), a.len(), b.len());
    }
    for row in 0..a.len().max(b.len()) {
        let place = || format!("{} {}", core.core, row_name(memory, row));
        match (a.get(row), b.get(row)) {
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => compare_row(&place(), *a, *b, found),
            (Some(a), None) => compare_row(&place(), *a, Row { bits: 0, ..*a }, found),
            (None, Some(b)) => compare_row(&place(), Row { bits: 0, ..*b }, *b, found),
            (None, None) => {}
        }
    }
}

fn compare_row(place: &str, before: Row, after: Row, found: &mut Differences) {
    match (before.layout, after.layout) {
        (Some(layout), Some(other))
            if layout == other && (before.bits ^ after.bits) & layout.unused() == 0 =>
        {
            for field in layout.fields {
                let (a, b) = (field.get(before.bits), field.get(after.bits));
                if a != b {
                    found.add(place, field.name, layout.show(field, a), layout.show(field, b));
                }
            }
        }
        _ => found.add(place, "word", show(before), show(after)),
    }
}

/// A whole word: its name and bits.
fn show(row: Row) -> String {
    let name = row.layout.map_or("word", |layout: Layout| layout.name);
    format!("{name} {:#x}", row.bits)
}
