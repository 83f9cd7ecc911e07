//! How many cores are missing: what neurons that were not laid out would take, judged by those that were.

use network::graph::Population;

use crate::parts::{Part, Run};
use crate::plan::Plan;
use crate::tables::Tables;

/// Shares of a core are counted in units of 1/1,048,576.
const CORE: u64 = 1 << 20;

/// Parts for the neurons that no part holds, about as large as those of their populations.
#[must_use]
pub fn missing(tables: &Tables, plans: &[Plan]) -> Vec<Part> {
    let populations = &tables.graph.populations;
    // Neurons laid out of each population, its first, and the shares of cores that they take.
    let mut made = vec![(0u64, 0u64); populations.len()];
    for part in plans.iter().map(|plan| &plan.part) {
        for run in &part.runs {
            let (neurons, share) = &mut made[run.population];
            let here = u64::from(run.end - run.start);
            *neurons += here;
            *share += here * CORE / part.neurons() as u64;
        }
    }
    let (mut parts, mut room): (Vec<Part>, u64) = (Vec::new(), 0);
    for (population, &(done, share)) in made.iter().enumerate() {
        let Population { size, settings, .. } = populations[population];
        let each = match done {
            0 => least(tables, population) / u64::from(size.max(1)),
            _ => share / done,
        };
        let each = each.clamp(1, CORE);
        let mut start = done as u32;
        while start < size {
            if room < each || parts.last().is_none_or(|part| part.settings != settings) {
                parts.push(Part { settings, ..Part::default() });
                room = CORE;
            }
            let end = size.min(start + (room / each) as u32);
            room -= u64::from(end - start) * each;
            if let Some(part) = parts.last_mut() {
                part.runs.push(Run { population, start, end });
            }
            start = end;
        }
    }
    parts
}

/// What a population takes at least, by its accumulators and the weight bits of its synapses.
fn least(tables: &Tables, population: usize) -> u64 {
    let (p, limits) = (&tables.graph.populations[population], &tables.chip.limits);
    let accumulators = limits.accumulators >> tables.graph.settings[p.settings].delay_bits;
    let compartments = u64::from(limits.compartments.min(accumulators).max(1));
    let bits = tables.ends[population].iter().map(|end| {
        let posts = end.offset..end.offset + (end.end - end.start) as usize;
        let synapses: usize = posts.map(|post| tables.incoming[end.projection].count(post)).sum();
        synapses as u64 * u64::from(tables.graph.projections[end.projection].bits)
    });
    let words = bits.sum::<u64>() / 64;
    let by_compartments = u64::from(p.size) * p.tree.len() as u64 * CORE / compartments;
    by_compartments.max(words.saturating_mul(CORE) / u64::from(limits.synapse_words.max(1)))
}
