//! Output axons of parts: what their neurons send to all the others.

use crate::plan::Plan;
use crate::rewards;
use crate::tables::Tables;

/// Output axon slots of each part.
#[must_use]
pub fn slots(tables: &Tables, parts: &[Plan]) -> Vec<usize> {
    let mut part_of = vec![u32::MAX; tables.compartments() as usize];
    for (p, plan) in parts.iter().enumerate() {
        plan.part.visit(tables, |population, neuron, c| {
            part_of[tables.key(population, neuron, c) as usize] = p as u32
        });
    }
    let mut slots = vec![0; parts.len()];
    for (source, of_source) in of_sources(tables, parts).into_iter().enumerate() {
        // A neuron that fits no core is in no part; it is reported once all others are.
        if let Some(slots) = part_of.get(source).and_then(|&p| slots.get_mut(p as usize)) {
            *slots += of_source;
        }
    }
    slots
}

/// Output axon slots of each source, by key.
#[must_use]
pub fn of_sources(tables: &Tables, parts: &[Plan]) -> Vec<usize> {
    let mut slots = vec![0; tables.sources() as usize];
    let mut add = |source: u32, count: u32| slots[source as usize] += count as usize;
    for plan in parts {
        plan.lists.iter().for_each(|list| add(list.source, list.slots()));
        let channel = tables.graph.settings[plan.part.settings].reward;
        for (key, value) in channel.into_iter().flat_map(|channel| rewards::sources(tables.graph, channel)) {
            add(key, if value.is_some() { 2 } else { 1 });
        }
    }
    slots
}
