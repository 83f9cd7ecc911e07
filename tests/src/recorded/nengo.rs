//! N files (nengo-loihi): sample k is our step k + 1, an input at time t acts at sample t.

use isa::op::{AxonKind, NoiseTarget, SignMode};
use network::graph::{Compartment, Graph, Input, InputSource, Node, Noise, Settings, Values};
use serde_json::Value;

use super::{Recorded, connect_effective, each, entries, int, ints, set_bias, table, unsigned};
use crate::graphs;

/// Events of `spike_times`, line by line, as steps of ours.
fn input(times: &Value, lines: usize) -> Input {
    let mut events = Vec::new();
    for line in 0..lines {
        let times = times.get(line.to_string()).map(ints).unwrap_or_default();
        events.extend(times.into_iter().map(|t| (t as u32 + 1, line as u32)));
    }
    events.sort_unstable();
    graphs::input("in", lines as u32, InputSource::Events(events))
}

/// vmin = -(2^e) + 1 and vmax = 2^(9 + 2e) - 1.
fn settings(params: &Value) -> Settings {
    let vmin_exponent = (1 - int(&params["vmin"])).ilog2();
    let vmax_exponent = ((int(&params["vmax"]) + 1).ilog2() - 9) / 2;
    Settings { vmin_exponent, vmax_exponent, ..Settings::default() }
}

fn compartment(params: &Value, n: usize) -> Compartment {
    let thresholds: Vec<i64> = each(&params["vth"], n).into_iter().map(|vth| vth / 64).collect();
    let mut compartment = Compartment {
        current_decay: unsigned(&each(&params["effective_decay_u"], n)),
        voltage_decay: unsigned(&each(&params["decay_v"], n)),
        refractory: unsigned(&each(&params["refract_delay"], n)),
        vth: unsigned(&thresholds),
        ..Compartment::default()
    };
    set_bias(&mut compartment, &each(&params["bias"], n));
    compartment
}

fn recorded(file: &Value, graph: Graph, steps: u32) -> Recorded {
    let expected = &file["expected"];
    Recorded {
        graph,
        steps,
        u: Some(table(&expected["u"])),
        v: Some(table(&expected["v"])),
        fires: Some(table(&expected["spike"])),
    }
}

/// N01 to N08: one population, inputs with effective weights.
#[must_use]
pub fn single(file: &Value) -> Recorded {
    let params = &file["params"];
    let n = int(&params["n_compartments"]) as usize;
    let mut graph = graphs::graph("nengo", settings(params));
    graph.populations.push(graphs::population("n", n as u32, compartment(params, n)));
    let weights = &file["inputs"]["effective_weights"];
    if weights.is_array() {
        let weights = table(weights);
        graph.inputs.push(input(&file["inputs"]["spike_times"], weights.len()));
        connect_effective(&mut graph, Node::Input(0), 0, &entries(&weights));
    }
    let steps = int(&params["steps"]) as u32;
    recorded(file, graph, steps)
}

/// N12, N13: as [`single`], with noise; the samples that were drawn are its second part.
#[must_use]
pub fn noisy(file: &Value) -> (Recorded, Vec<i32>) {
    let (mut recorded, noise) = (single(file), &file["params"]["noise"]);
    recorded.graph.settings[0].noise = Some(Noise {
        exponent: int(&noise["exp"]) as u32,
        offset: int(&noise["offset"]) as u32,
        target: if int(&noise["at_membrane"]) == 0 { NoiseTarget::Current } else { NoiseTarget::Voltage },
    });
    recorded.graph.populations[0].tree[0].noise = true;
    (recorded, table(&file["random_log"]).into_iter().map(|row| row[0]).collect())
}

/// N14: two populations, recurrent.
#[must_use]
pub fn recurrent(file: &Value) -> Recorded {
    let mut graph = graphs::graph("nengo", Settings::default());
    for (i, params) in file["params"]["populations"].as_array().into_iter().flatten().enumerate() {
        let n = int(&params["n"]) as usize;
        graph.populations.push(graphs::population(["a", "b"][i], n as u32, compartment(params, n)));
    }
    let inputs = &file["inputs"];
    let weights = table(&inputs["W_in_to_A"]);
    graph.inputs.push(input(&inputs["spike_times"], weights.len()));
    connect_effective(&mut graph, Node::Input(0), 0, &entries(&weights));
    for (name, pre, post) in [("W_A_to_B", 0, 1), ("W_B_to_A", 1, 0), ("W_A_to_A", 0, 0)] {
        connect_effective(&mut graph, Node::Population(pre), post, &entries(&table(&inputs[name])));
    }
    let steps = int(&file["params"]["steps"]) as u32;
    recorded(file, graph, steps)
}

/// N16: sources that share an axon and differ by atom; `axon` is the kind that the compiler must take.
#[must_use]
pub fn population_axons(file: &Value, axon: Option<AxonKind>) -> Recorded {
    let (params, inputs) = (&file["params"], &file["inputs"]);
    let n = int(&params["n_compartments"]) as u32;
    let mut graph = graphs::graph("nengo", Settings::default());
    let compartment = Compartment {
        current_decay: Values::Same(int(&params["effective_decay_u"]) as u32),
        voltage_decay: Values::Same(int(&params["decay_v"]) as u32),
        vth: Values::Same((int(&params["vth"]) / 64) as u32),
        ..Compartment::default()
    };
    graph.populations.push(graphs::population("n", n, compartment));
    let (axons, atoms) = (ints(&inputs["axon_of_source"]), ints(&inputs["atom_of_source"]));
    let mut events = Vec::new();
    for (time, sources) in inputs["spikes"].as_object().into_iter().flatten() {
        let step = time.parse::<u32>().expect("a time") + 1;
        events.extend(ints(sources).into_iter().map(|source| (step, source as u32)));
    }
    events.sort_unstable();
    graph.inputs.push(graphs::input("in", axons.len() as u32, InputSource::Events(events)));
    let (weights, indices) = (table(&inputs["weights_by_atom"]), table(&inputs["indices"]));
    let bases = ints(&inputs["axon_base"]);
    let mut synapses = Vec::new();
    for (source, (&a, &atom)) in axons.iter().zip(&atoms).enumerate() {
        for (&w, &index) in weights[atom as usize].iter().zip(&indices[atom as usize]) {
            let target = bases[a as usize] as u32 + index as u32;
            synapses.push((source as u32, target, (w / 64) as i16, 0));
        }
    }
    let projection = graphs::connect(&mut graph, Node::Input(0), 0, &synapses);
    // One list an atom needs one format: mixed weights, doubled in the mantissa and halved by the exponent.
    projection.weight = Values::Each(synapses.iter().map(|s| 2 * s.2).collect());
    projection.exponent = -1;
    projection.mode = SignMode::Mixed;
    projection.axon = axon;
    let steps = int(&params["steps"]) as u32;
    recorded(file, graph, steps)
}
