//! Small builders of graphs for tests.

use isa::op::SignMode;
use network::graph::{
    Compartment, Connectivity, Graph, Input, InputSource, Node, Population, Projection, Settings, Span,
    Values, View,
};

/// A projection without synapses: pulses, excitatory, 8 bits, no delays, not plastic.
#[must_use]
pub fn empty_projection(name: &str) -> Projection {
    Projection {
        name: name.into(),
        pre: Vec::new(),
        post: Vec::new(),
        connectivity: Connectivity::List { pre: Vec::new(), post: Vec::new() },
        weight: Values::Same(0),
        delay: Values::Same(0),
        tag: Values::Same(0),
        mode: SignMode::Excitatory,
        bits: 8,
        exponent: 0,
        delay_bits: 0,
        tags: false,
        boxed: false,
        limit: (0, 0),
        rule: None,
        compression: None,
        axon: None,
        span: Span::default(),
    }
}

/// A population of single compartments.
#[must_use]
pub fn population(name: &str, size: u32, compartment: Compartment) -> Population {
    Population {
        name: name.into(),
        size,
        shape: vec![size],
        settings: 0,
        tree: vec![compartment],
        core: None,
        span: Span::default(),
    }
}

/// An input of `size` lines.
#[must_use]
pub fn input(name: &str, size: u32, source: InputSource) -> Input {
    Input { name: name.into(), size, shape: vec![size], source, span: Span::default() }
}

/// All neurons of a population, or lines of an input.
#[must_use]
pub fn whole(graph: &Graph, node: Node) -> View {
    let end = match node {
        Node::Population(p) => graph.populations[p].size,
        Node::Input(i) => graph.inputs[i].size,
    };
    View { node, compartment: 0, start: 0, end }
}

/// A graph of one setting and nothing else.
#[must_use]
pub fn graph(name: &str, settings: Settings) -> Graph {
    Graph { name: name.into(), seed: 1, settings: vec![settings], ..Graph::default() }
}

/// Adds a projection of listed synapses (source, target, mantissa, delay) between whole nodes.
pub fn connect<'a>(
    graph: &'a mut Graph,
    pre: Node,
    post: usize,
    synapses: &[(u32, u32, i16, u8)],
) -> &'a mut Projection {
    let mut projection = empty_projection(&format!("p{}", graph.projections.len()));
    projection.pre = vec![whole(graph, pre)];
    projection.post = vec![whole(graph, Node::Population(post))];
    projection.connectivity = Connectivity::List {
        pre: synapses.iter().map(|s| s.0).collect(),
        post: synapses.iter().map(|s| s.1).collect(),
    };
    projection.weight = Values::Each(synapses.iter().map(|s| s.2).collect());
    projection.delay = Values::Each(synapses.iter().map(|s| s.3).collect());
    projection.delay_bits = if synapses.iter().any(|s| s.3 != 0) { 6 } else { 0 };
    projection.mode = SignMode::Mixed;
    graph.projections.push(projection);
    graph.projections.last_mut().expect("just pushed")
}
