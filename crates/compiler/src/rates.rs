//! How often sources are expected to fire: the weights of the search for a partition and a placement.

use network::graph::{Graph, Input, InputSource, Values};

use crate::Options;
use crate::tables::Tables;

/// Rates are counted in fires per so many steps.
const STEPS: u64 = 1000;
/// Rate assumed of a compartment.
const COMPARTMENT: u32 = 50;

/// Expected fires per 1,000 steps of every compartment and input line, by key; at least 1.
///
/// Options may give them, say from the counts of a run; else inputs are known and compartments are taken as equal.
#[must_use]
pub fn rates(tables: &Tables, options: &Options) -> Vec<u32> {
    let sources = tables.sources() as usize;
    if options.rates.len() == sources {
        return options.rates.iter().map(|&rate| rate.max(1)).collect();
    }
    let mut rates = vec![COMPARTMENT; tables.compartments() as usize];
    for input in &tables.graph.inputs {
        rates.extend(lines(tables.graph, input).into_iter().map(|rate| rate.clamp(1, STEPS * STEPS) as u32));
    }
    rates
}

fn lines(graph: &Graph, input: &Input) -> Vec<u64> {
    let size = input.size as usize;
    match &input.source {
        InputSource::External => vec![COMPARTMENT.into(); size],
        InputSource::Events(events) => {
            let steps = u64::from(graph.session.steps.max(1));
            let mut counts = vec![0; size];
            events.iter().for_each(|&(_, line)| counts[line as usize] += STEPS);
            counts.into_iter().map(|count: u64| count / steps).collect()
        }
        InputSource::Poisson(Values::Same(p)) => vec![(p * STEPS) >> 32; size],
        InputSource::Poisson(Values::Each(p)) => p.iter().map(|p| (p * STEPS) >> 32).collect(),
        InputSource::Regular { period, .. } => vec![STEPS / u64::from(*period); size],
    }
}
