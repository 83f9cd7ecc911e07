//! L files (Lava): steps from 1, sample k is step k + 1.

use network::graph::{Compartment, InputSource, Node, Settings, Values};
use serde_json::Value;

use super::{Recorded, connect_effective, int, ints, table, unsigned};
use crate::graphs;

/// L01: three neurons whose input is given step by step; every entry becomes a line with one event.
#[must_use]
pub fn lif(file: &Value) -> Recorded {
    let (params, expected) = (&file["params"], &file["expected"]);
    let biases = ints(&params["bias_mant"]);
    let n = biases.len() as u32;
    let mut graph = graphs::graph("lava", Settings::default());
    let compartment = Compartment {
        current_decay: Values::Same(int(&params["effective_du"]) as u32),
        voltage_decay: Values::Same(int(&params["dv"]) as u32),
        vth: Values::Same(int(&params["vth_mant"]) as u32),
        bias_mantissa: Values::Each(biases.iter().map(|&b| b as i32).collect()),
        bias_exponent: unsigned(&ints(&params["bias_exp"])),
        ..Compartment::default()
    };
    graph.populations.push(graphs::population("n", n, compartment));
    let (mut events, mut synapses) = (Vec::new(), Vec::new());
    for (k, row) in table(&file["inputs"]["a_in"]).iter().enumerate() {
        for (neuron, &a) in row.iter().enumerate().filter(|(_, a)| **a != 0) {
            let line = events.len() as u32;
            events.push((k as u32 + 1, line));
            synapses.push((line, neuron as u32, 64 * i64::from(a)));
        }
    }
    graph.inputs.push(graphs::input("in", events.len() as u32, InputSource::Events(events)));
    connect_effective(&mut graph, Node::Input(0), 0, &synapses);
    Recorded {
        graph,
        steps: int(&params["steps"]) as u32,
        u: Some(table(&expected["u"])),
        v: Some(table(&expected["v"])),
        fires: Some(table(&expected["spike"])),
    }
}
