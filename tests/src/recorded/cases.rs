//! Recordings under shared/cases: a neuron on Loihi 2 silicon, and two published networks of brian2_loihi.

use network::graph::{Compartment, Graph, InputSource, Node, Settings, Values};

use crate::graphs;
use crate::shared;

/// Rows of a CSV file of numbers, without its head if it has one.
///
/// # Panics
/// If the file cannot be read.
#[must_use]
pub fn csv(path: &std::path::Path) -> Vec<Vec<f64>> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let number = |field: &str| field.trim().parse::<f64>().ok();
    text.lines().filter_map(|line| line.split(',').map(number).collect()).collect()
}

/// The neuron of the NIR paper, mapped as its README says, and the recording: (v register, fire) by step.
#[must_use]
pub fn silicon() -> Option<(Graph, Vec<(i32, bool)>)> {
    let path = shared::find_or_say("cases/nir_lif_loihi2_hw/lif_lava_loihi_fixed.csv")?;
    let rows = csv(&path);
    let mut graph = graphs::graph("silicon", Settings::default());
    let compartment = Compartment {
        current_decay: Values::Same(4096),
        voltage_decay: Values::Same(163),
        vth: Values::Same(25),
        ..Compartment::default()
    };
    graph.populations.push(graphs::population("n", 1, compartment));
    let inputs = rows.iter().enumerate().filter(|(_, row)| row[0] != 0.0);
    let events = inputs.map(|(k, _)| (k as u32 + 1, 0)).collect();
    graph.inputs.push(graphs::input("in", 1, InputSource::Events(events)));
    graphs::connect(&mut graph, Node::Input(0), 0, &[(0, 0, 10, 0)]);
    Some((graph, rows.iter().map(|row| (row[1] as i32, row[2] != 0.0)).collect()))
}

/// Events of one line, sorted.
fn line(name: &str, times: impl IntoIterator<Item = i64>) -> network::graph::Input {
    let mut events: Vec<(u32, u32)> = times.into_iter().map(|t| (t as u32 + 1, 0)).collect();
    events.sort_unstable();
    graphs::input(name, 1, InputSource::Events(events))
}

/// The single neuron of brian2_loihi's examples, and its recording: rows t, I, v.
#[must_use]
pub fn brian_single() -> Option<(Graph, Vec<Vec<f64>>)> {
    let rows = csv(&shared::find_or_say("cases/brian2loihi_reference/b2l_single.csv")?);
    let mut graph = graphs::graph("brian", Settings::default());
    let compartment = Compartment {
        current_decay: Values::Same(1024),
        voltage_decay: Values::Same(1024),
        refractory: Values::Same(2),
        vth: Values::Same(400),
        ..Compartment::default()
    };
    graph.populations.push(graphs::population("n", 1, compartment));
    graph.inputs.push(line("exc", [12, 14, 40, 80]));
    graph.inputs.push(line("inh", [50, 60, 90]));
    graphs::connect(&mut graph, Node::Input(0), 0, &[(0, 0, 124, 0)]);
    graphs::connect(&mut graph, Node::Input(1), 0, &[(0, 0, -124, 0)]);
    Some((graph, rows))
}
