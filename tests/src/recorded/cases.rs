//! Recordings under shared/cases: a neuron on Loihi 2 silicon, and two published networks of brian2_loihi.

use isa::op::{Dependency, FactorCode, SignMode};
use isa::words::{PostProfile, PreProfile, TraceProfile};
use network::graph::{Compartment, Factor, Graph, InputSource, NO_TRACE, Node, Rule, Settings, Term, Values};

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

/// What was recorded of the plastic synapse of brian2_loihi's examples.
#[derive(Debug)]
pub struct BrianStdp {
    /// Steps of the fires, from 0.
    pub spikes: Vec<u32>,
    /// The weight after each step.
    pub weights: Vec<i32>,
}

/// E-STDP `dw = 2^-3*x1*y0 - 2^-3*y1*x0`, impulse 127, tau 10, and its recording.
///
/// # Panics
/// If the file holds something else.
#[must_use]
pub fn brian_stdp() -> Option<(Graph, BrianStdp)> {
    let path = shared::find_or_say("cases/brian2loihi_reference/b2l_stdp.npz")?;
    let file = std::fs::File::open(path).expect("the file opens");
    let mut npz = ndarray_npy::NpzReader::new(file).expect("an npz file");
    let mut column = |name: &str| -> Vec<i64> {
        npz.by_name::<ndarray::OwnedRepr<i64>, ndarray::Ix1>(name).expect("a column").to_vec()
    };
    let (pre, drive, spikes) = (column("pre"), column("post_drive"), column("spikes"));
    let weights = npz.by_name::<ndarray::OwnedRepr<i16>, ndarray::Ix1>("w").expect("a column");
    let mut graph = graphs::graph("brian", Settings::default());
    let trace = TraceProfile { impulse: 127, fraction: 0, decay: 410 };
    let compartment = Compartment {
        vth: Values::Same(250),
        refractory: Values::Same(2),
        post: Some(PostProfile([trace, NO_TRACE, NO_TRACE])),
        ..Compartment::default()
    };
    graph.populations.push(graphs::population("n", 1, compartment));
    graph.inputs.push(line("pre", pre));
    graph.inputs.push(line("drive", drive));
    let term = |dependency, mantissa, code| Term {
        dependency,
        mantissa,
        exponent: -3,
        factors: vec![Factor { code, constant: 0 }],
    };
    graph.rules.push(Rule {
        name: "stdp".into(),
        pre: PreProfile([trace, NO_TRACE]),
        w: vec![term(Dependency::Y0, 1, FactorCode::X1), term(Dependency::X0, -1, FactorCode::Y1)],
        ..Rule::default()
    });
    let plastic = graphs::connect(&mut graph, Node::Input(0), 0, &[(0, 0, 128, 0)]);
    plastic.mode = SignMode::Excitatory;
    plastic.rule = Some(0);
    graphs::connect(&mut graph, Node::Input(1), 0, &[(0, 0, 254, 0)]);
    let spikes = spikes.into_iter().map(|t| t as u32).collect();
    Some((graph, BrianStdp { spikes, weights: weights.iter().map(|&w| w.into()).collect() }))
}
