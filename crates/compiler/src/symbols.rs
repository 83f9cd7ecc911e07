//! Names, and the places of plastic synapses in list order.

use image::{NodeSymbol, PlasticProjection, Symbols, SynapsePlace};
use isa::ids::{AxonId, CoreId};
use network::graph::Graph;

/// Projection, index in list order, and place of the plastic synapses of a core.
pub type Places = Vec<(u32, u32, SynapsePlace)>;

/// The symbols of `graph`, whose plastic synapses lie at `places`.
#[must_use]
pub fn symbols(graph: &Graph, places: Vec<Places>) -> Symbols {
    let populations = graph.populations.iter().enumerate().map(|(i, p)| NodeSymbol {
        name: p.name.clone(),
        key: graph.population_key(i),
        size: p.size,
        shape: p.shape.clone(),
        compartments: p.tree.iter().map(|c| c.name.clone()).collect(),
    });
    let inputs = graph.inputs.iter().enumerate().map(|(i, input)| NodeSymbol {
        name: input.name.clone(),
        key: graph.input_key(i),
        size: input.size,
        shape: input.shape.clone(),
        compartments: vec![String::new()],
    });
    Symbols {
        name: graph.name.clone(),
        step_us: graph.step_us,
        populations: populations.collect(),
        inputs: inputs.collect(),
        rewards: graph.rewards.iter().map(|reward| reward.name.clone()).collect(),
        projections: graph.projections.iter().map(|p| p.name.clone()).collect(),
        plastic: plastic(graph, places),
    }
}

fn plastic(graph: &Graph, places: Vec<Places>) -> Vec<PlasticProjection> {
    let nowhere = SynapsePlace { core: CoreId(0), axon: AxonId(0), entry: 0 };
    let learns = |(i, p): (usize, &network::graph::Projection)| {
        p.rule.map(|_| PlasticProjection { projection: i as u32, synapses: vec![nowhere; p.synapses()] })
    };
    let mut plastic: Vec<PlasticProjection> =
        graph.projections.iter().enumerate().filter_map(learns).collect();
    for (projection, index, place) in places.into_iter().flatten() {
        if let Ok(found) = plastic.binary_search_by_key(&projection, |p| p.projection) {
            plastic[found].synapses[index as usize] = place;
        }
    }
    plastic
}
