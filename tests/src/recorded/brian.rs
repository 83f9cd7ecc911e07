//! B files (brian2_loihi): steps from 0, so sample t is our step t + 1; decays are effective.

use isa::num;
use isa::op::SignMode;
use network::graph::{Compartment, Graph, InputSource, Node, Settings, Values};
use serde_json::Value;

use super::{Recorded, int, ints, table};
use crate::graphs;

/// The sign mode of a code of the file.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn mode(code: &Value) -> SignMode {
    SignMode::from_code(int(code) as u32).expect("a sign mode")
}

fn compartment(params: &Value) -> Compartment {
    Compartment {
        current_decay: Values::Same(int(&params["decay_I"]) as u32),
        voltage_decay: Values::Same(int(&params["decay_v"]) as u32),
        refractory: Values::Same(int(&params["refractory"]) as u32),
        vth: Values::Same(int(&params["vth_mant"]) as u32),
        ..Compartment::default()
    }
}

/// Rows by neuron become rows by step.
fn transposed(rows: &[Vec<i32>]) -> Vec<Vec<i32>> {
    (0..rows[0].len()).map(|t| rows.iter().map(|row| row[t]).collect()).collect()
}

/// 1 where a neuron fired, by step.
fn fires(times: &[Vec<i64>], steps: u32) -> Vec<Vec<i32>> {
    let fired = |t: i64| times.iter().map(|times| times.contains(&t).into()).collect();
    (0..i64::from(steps)).map(fired).collect()
}

/// B01 to B05 (not B02): one neuron, each synapse with a generator of its own.
///
/// # Panics
/// If an effective weight differs from the one that was recorded.
#[must_use]
pub fn single(file: &Value) -> Recorded {
    let params = &file["params"];
    let mut graph = graphs::graph("brian", Settings { delay_bits: 6, ..Settings::default() });
    graph.populations.push(graphs::population("n", 1, compartment(params)));
    let synapses = file["inputs"]["synapses"].as_array().cloned().unwrap_or_default();
    let mut events = Vec::new();
    for (line, synapse) in synapses.iter().enumerate() {
        events.extend(ints(&synapse["times"]).into_iter().map(|t| (t as u32 + 1, line as u32)));
    }
    events.sort_unstable();
    graph.inputs.push(graphs::input("in", synapses.len() as u32, InputSource::Events(events)));
    for (line, synapse) in synapses.iter().enumerate() {
        let (mode, bits) = (mode(&synapse["sign_mode"]), int(&synapse["num_weight_bits"]) as u32);
        let exponent = int(&synapse["w_exp"]) as i32;
        let w = num::truncate_weight(int(&synapse["w"]) as i32, num::weight_lsb(mode, bits));
        assert_eq!(i64::from(num::eff_weight(w, exponent)), int(&synapse["w_act"]), "{synapse}");
        let listed = [(line as u32, 0, w as i16, int(&synapse["delay"]) as u8)];
        let projection = graphs::connect(&mut graph, Node::Input(0), 0, &listed);
        (projection.mode, projection.bits, projection.exponent) = (mode, bits, exponent);
    }
    let (steps, expected) = (int(&params["steps"]) as u32, &file["expected"]);
    let times: Vec<Vec<i64>> = expected["spike_times"].as_array().into_iter().flatten().map(ints).collect();
    Recorded {
        graph,
        steps,
        u: Some(transposed(&table(&expected["I"]))),
        v: Some(transposed(&table(&expected["v"]))),
        fires: Some(fires(&times, steps)),
    }
}

/// B07: a reservoir of excitatory and inhibitory neurons; u and v of the excitatory ones were recorded.
#[must_use]
pub fn reservoir(file: &Value) -> Recorded {
    let (params, inputs, expected) = (&file["params"], &file["inputs"], &file["expected"]);
    let v_exc = table(&expected["v_exc"]);
    let (n_exc, n_inh) = (v_exc.len(), 4);
    let mut graph = graphs::graph("brian", Settings::default());
    for (name, n) in [("exc", n_exc), ("inh", n_inh)] {
        graph.populations.push(graphs::population(name, n as u32, compartment(params)));
    }
    let spikes = table(&inputs["generator_spikes"]);
    let mut events: Vec<(u32, u32)> = spikes.iter().map(|row| (row[1] as u32 + 1, row[0] as u32)).collect();
    events.sort_unstable();
    let lines = spikes.iter().map(|row| row[0]).max().unwrap_or(0) as u32 + 1;
    graph.inputs.push(graphs::input("in", lines, InputSource::Events(events)));
    for (name, pre, post) in [
        ("gen_to_exc", Node::Input(0), 0),
        ("exc_to_exc", Node::Population(0), 0),
        ("exc_to_inh", Node::Population(0), 1),
        ("inh_to_exc", Node::Population(1), 0),
        ("inh_to_inh", Node::Population(1), 1),
    ] {
        connect(&mut graph, pre, post, &table(&inputs[name]));
    }
    let steps = int(&params["steps"]) as u32;
    let mut times = vec![Vec::new(); n_exc + n_inh];
    for (name, first) in [("exc_spikes", 0), ("inh_spikes", n_exc)] {
        for row in table(&expected[name]) {
            times[first + row[0] as usize].push(i64::from(row[1]));
        }
    }
    Recorded {
        graph,
        steps,
        u: Some(transposed(&table(&expected["I_exc"]))),
        v: Some(transposed(&v_exc)),
        fires: Some(fires(&times, steps)),
    }
}

/// Synapses \[pre, post, mantissa\], excitatory or inhibitory as their first weight is.
fn connect(graph: &mut Graph, pre: Node, post: usize, rows: &[Vec<i32>]) {
    let synapses: Vec<_> = rows.iter().map(|row| (row[0] as u32, row[1] as u32, row[2] as i16, 0)).collect();
    let mode = if rows[0][2] < 0 { SignMode::Inhibitory } else { SignMode::Excitatory };
    graphs::connect(graph, pre, post, &synapses).mode = mode;
}
