//! How often parts would be cut for their output axons, without a plan: what a part hears is counted, not laid out.

use crate::gather::ListKind;
use crate::incoming::{Arrival, Incoming};
use crate::parts::Part;
use crate::rewards;
use crate::tables::Tables;

/// How many pieces each of `parts` would be cut into at least.
///
/// Every list is taken to cost one slot, which population axons of 32 bits exceed. Fewer slots cut less, and parts
/// cut less have fewer: so cutting by plans would end in no fewer pieces.
#[must_use]
pub fn pieces(tables: &Tables, parts: Vec<Part>) -> Vec<usize> {
    let limit = tables.chip.limits.axons_out as usize;
    let whole = parts.len();
    let mut parts: Vec<(usize, Part)> = parts.into_iter().enumerate().collect();
    loop {
        let slots = slots_min(tables, &parts);
        let before = parts.len();
        let mut cut = Vec::with_capacity(2 * before);
        for ((whole, mut part), slots) in parts.into_iter().zip(slots) {
            if slots > limit && part.pin.is_none() && part.neurons() > 1 {
                let back = part.split();
                cut.extend([(whole, part), (whole, back)]);
            } else {
                cut.push((whole, part));
            }
        }
        parts = cut;
        if parts.len() == before {
            break;
        }
    }
    let mut pieces = vec![0; whole];
    parts.iter().for_each(|(whole, _)| pieces[*whole] += 1);
    pieces
}

/// Output axon slots of each part at least.
fn slots_min(tables: &Tables, parts: &[(usize, Part)]) -> Vec<usize> {
    let mut part_of = vec![u32::MAX; tables.sources() as usize];
    for (p, (_, part)) in parts.iter().enumerate() {
        part.keys(tables).into_iter().for_each(|key| part_of[key as usize] = p as u32);
    }
    let mut slots = vec![0; parts.len()];
    let mut add = |source: u32, count: usize| {
        if let Some(slots) = slots.get_mut(part_of[source as usize] as usize) {
            *slots += count;
        }
    };
    let mut seen = vec![(u32::MAX, ListKind::ANY); tables.sources() as usize];
    for (p, (_, part)) in parts.iter().enumerate() {
        for (projection, post) in ends(tables, part) {
            let plastic = tables.graph.projections[projection].rule;
            // The lists of what does not learn may be one, so they are one here.
            let list = ListKind::new(projection, None, plastic);
            let mut hear = |source: u32| {
                let last = &mut seen[source as usize];
                if *last != (p as u32, list) {
                    *last = (p as u32, list);
                    add(source, 1);
                }
            };
            match &tables.incoming[projection] {
                Incoming::Dense(keys) => keys.iter().for_each(|&key| hear(key)),
                incoming => {
                    let whole = &tables.graph.projections[projection];
                    incoming.visit(whole, post, |_, arrival: Arrival| hear(arrival.source));
                }
            }
        }
        let channel = tables.graph.settings[part.settings].reward;
        for (key, worth) in channel.into_iter().flat_map(|channel| rewards::sources(tables.graph, channel)) {
            add(key, if worth.is_some() { 2 } else { 1 });
        }
    }
    slots
}

/// Projections that end on a part, and which of their targets are there: those of one list together.
fn ends(tables: &Tables, part: &Part) -> Vec<(usize, std::ops::Range<usize>)> {
    let mut ends = Vec::new();
    for run in &part.runs {
        for end in tables.ends[run.population].iter().filter(|end| end.start < run.end && end.end > run.start)
        {
            let neurons = end.start.max(run.start)..end.end.min(run.end);
            let first = end.offset + (neurons.start - end.start) as usize;
            ends.push((end.projection, first..first + neurons.len()));
        }
    }
    let plastic = |projection: usize| tables.graph.projections[projection].rule.map(|_| projection);
    ends.sort_by_key(|(projection, _)| plastic(*projection));
    ends
}
