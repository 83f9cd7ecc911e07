//! The network as a directed graph of petgraph: cycles, components, degrees, DOT.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use isa::ids::Key;
use petgraph::algo::{connected_components, tarjan_scc};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use super::{Graph, Node, View};

/// Populations and inputs, in order of declaration, populations first; an edge is a projection, by index, from every
/// node among its sources to every node among its targets.
#[must_use]
pub fn populations(graph: &Graph) -> DiGraph<Node, usize> {
    let mut net = DiGraph::new();
    for p in 0..graph.populations.len() {
        net.add_node(Node::Population(p));
    }
    for i in 0..graph.inputs.len() {
        net.add_node(Node::Input(i));
    }
    let index = |node: Node| match node {
        Node::Population(p) => NodeIndex::new(p),
        Node::Input(i) => NodeIndex::new(graph.populations.len() + i),
    };
    let nodes = |views: &[View]| views.iter().map(|v| v.node).collect::<BTreeSet<Node>>();
    for (i, projection) in graph.projections.iter().enumerate() {
        for pre in nodes(&projection.pre) {
            for post in nodes(&projection.post) {
                net.add_edge(index(pre), index(post), i);
            }
        }
    }
    net
}

/// Compartments and input lines, by key; an edge is a synapse and carries the index of its projection.
///
/// The graph must be valid and small: it holds every synapse.
#[must_use]
pub fn neurons(graph: &Graph) -> DiGraph<Key, usize> {
    let mut net = DiGraph::new();
    let lines: usize = graph.inputs.iter().map(|i| i.size as usize).sum();
    for key in 0..graph.compartments() + lines {
        net.add_node(Key(key as u32));
    }
    for (i, projection) in graph.projections.iter().enumerate() {
        let (pre, post) = (graph.side_keys(&projection.pre), graph.side_keys(&projection.post));
        for synapse in 0..projection.synapses() {
            let (source, target) = projection.ends(synapse);
            net.add_edge(NodeIndex::new(pre[source].index()), NodeIndex::new(post[target].index()), i);
        }
    }
    net
}

/// The loops: every set of nodes each of which reaches all others, and every node that reaches itself at once.
#[must_use]
pub fn cycles<N: Copy + Ord, E>(net: &DiGraph<N, E>) -> Vec<Vec<N>> {
    let is_loop = |nodes: &Vec<NodeIndex>| nodes.len() > 1 || net.contains_edge(nodes[0], nodes[0]);
    let sets = tarjan_scc(net).into_iter().filter(is_loop);
    let mut loops: Vec<Vec<N>> = sets.map(|set| set.into_iter().map(|n| net[n]).collect()).collect();
    loops.iter_mut().for_each(|set| set.sort());
    loops.sort();
    loops
}

/// Number of parts that no edge joins.
#[must_use]
pub fn components<N, E>(net: &DiGraph<N, E>) -> usize {
    connected_components(net)
}

/// Edges in and out of every node, in order.
#[must_use]
pub fn degrees<N, E>(net: &DiGraph<N, E>) -> Vec<(usize, usize)> {
    let count = |node, direction| net.edges_directed(node, direction).count();
    net.node_indices()
        .map(|n| (count(n, petgraph::Direction::Incoming), count(n, petgraph::Direction::Outgoing)))
        .collect()
}

/// What a DOT file shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Populations, inputs and projections.
    Populations,
    /// Compartments, input lines and synapses.
    Neurons,
}

/// The network in the language of Graphviz.
#[must_use]
pub fn dot(graph: &Graph, level: Level) -> String {
    let mut out = format!("digraph {:?} {{\n", graph.name);
    match level {
        Level::Populations => population_lines(graph, &mut out),
        Level::Neurons => neuron_lines(graph, &mut out),
    }
    out.push_str("}\n");
    out
}

fn population_lines(graph: &Graph, out: &mut String) {
    let net = populations(graph);
    for node in net.node_indices() {
        let (name, size, shape) = match net[node] {
            Node::Population(p) => (&graph.populations[p].name, graph.populations[p].size, "ellipse"),
            Node::Input(i) => (&graph.inputs[i].name, graph.inputs[i].size, "box"),
        };
        let _ = writeln!(out, "  n{} [label={:?}, shape={shape}];", node.index(), format!("{name}[{size}]"));
    }
    for edge in net.edge_references() {
        let projection = &graph.projections[*edge.weight()];
        let label = format!("{} ({} synapses)", projection.name, projection.synapses());
        let _ =
            writeln!(out, "  n{} -> n{} [label={label:?}];", edge.source().index(), edge.target().index());
    }
}

fn neuron_lines(graph: &Graph, out: &mut String) {
    let net = neurons(graph);
    let mut key = 0;
    for p in &graph.populations {
        for neuron in 0..p.size {
            for c in &p.tree {
                let dot = if p.tree.len() > 1 { format!(".{}", c.name) } else { String::new() };
                let _ = writeln!(out, "  n{key} [label={:?}];", format!("{}[{neuron}]{dot}", p.name));
                key += 1;
            }
        }
    }
    for i in &graph.inputs {
        for line in 0..i.size {
            let _ = writeln!(out, "  n{key} [label={:?}, shape=box];", format!("{}[{line}]", i.name));
            key += 1;
        }
    }
    for edge in net.edge_references() {
        let projection = &graph.projections[*edge.weight()].name;
        let (from, to) = (edge.source().index(), edge.target().index());
        let _ = writeln!(out, "  n{from} -> n{to} [tooltip={projection:?}];");
    }
}
