//! Cycles, components, degrees and DOT of a small network with a loop, a part of its own and a tree.

use std::collections::BTreeSet;

use isa::ids::Key;
use seamount_network::graph::topology::{Level, components, cycles, degrees, dot, neurons, populations};
use seamount_network::graph::{Graph, Node};
use seamount_network::{NoFiles, parse};

fn graph() -> Graph {
    let text = "
network loop
neuron pair { compartment d { vth_mant = 1 }
              soma { join = add(d) } }
input in[2]
population a[2]
population b[2] : pair
population alone
project in -> a : one_to_one
project a -> b.d : all
project b -> a : { 0 -> 1, 1 -> 1 }
project alone -> alone : all
";
    parse(text, &NoFiles).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn loops_parts_degrees() {
    let g = graph();
    let net = populations(&g);
    assert_eq!(cycles(&net), vec![vec![Node::Population(0), Node::Population(1)], vec![Node::Population(2)]]);
    assert_eq!(components(&net), 2);
    assert_eq!(degrees(&net), [(2, 1), (1, 1), (1, 1), (0, 1)]);
    // Keys: a 0 1, b (d soma) 2 3 4 5, alone 6, in 7 8.
    let net = neurons(&g);
    assert_eq!(cycles(&net), vec![vec![Key(6)]], "what reaches b.d leaves b.soma: the tree is no synapse");
    assert_eq!(degrees(&net)[1], (3, 2));
}

#[test]
fn dot_lists_exactly_the_synapses() {
    let g = graph();
    let text = dot(&g, Level::Neurons);
    let edges: BTreeSet<(u32, u32)> = text
        .lines()
        .filter_map(|line| {
            let (from, rest) = line.trim().split_once(" -> ")?;
            let to = rest.split_once(' ')?.0;
            Some((from.strip_prefix('n')?.parse().ok()?, to.strip_prefix('n')?.parse().ok()?))
        })
        .collect();
    let expected = [(0, 2), (0, 4), (1, 2), (1, 4), (3, 1), (5, 1), (6, 6), (7, 0), (8, 1)];
    assert_eq!(edges, BTreeSet::from(expected));
    insta::assert_snapshot!(dot(&g, Level::Populations));
}
