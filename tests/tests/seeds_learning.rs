//! Rows R5 and R6 of seeds.md: traces and pair STDP against their exponentials.
#![allow(clippy::float_arithmetic, reason = "the closed forms are real-valued")]
#![allow(clippy::print_stdout, reason = "figures of the rows are printed")]

use isa::op::{Dependency, FactorCode, SignMode};
use isa::words::{PostProfile, PreProfile, TraceProfile};
use network::graph::{
    Compartment, Factor, Graph, InputSource, NO_TRACE, Node, Rule, Settings, Span, Term, Values,
};
use seamount_tests::graphs;
use seamount_tests::recording::Recording;
use seamount_tests::route::Route;
use seamount_tests::shared::{here, read_json};
use serde_json::Value;
use trace::Stimulus;

fn run(route: &Route, graph: &Graph, steps: u32, snapshots: &dyn Fn(u32) -> bool) -> Recording {
    let shown = route.record(graph, steps, &Stimulus::default(), snapshots);
    shown.unwrap_or_else(|error| panic!("{route:?}: {error}"))
}

/// d = round(4096 * (1 - exp(-1/tau))).
fn decay(tau: f64) -> u32 {
    (4096.0 * (1.0 - (-1.0 / tau).exp())).round() as u32
}

fn trace(impulse: u32, tau: f64) -> TraceProfile {
    TraceProfile { impulse, fraction: 0, decay: decay(tau) }
}

fn term(dependency: Dependency, mantissa: i32, exponent: i32, code: FactorCode) -> Term {
    Term { dependency, mantissa, exponent, factors: vec![Factor { code, constant: 0 }] }
}

/// `dw = 2^-2 * x1*y0 - 2^-2 * y1*x0`.
fn pair_rule(pre: TraceProfile) -> Rule {
    Rule {
        name: "stdp".into(),
        k: 0,
        pre: PreProfile([pre, NO_TRACE]),
        w: vec![term(Dependency::Y0, 1, -2, FactorCode::X1), term(Dependency::X0, -1, -2, FactorCode::Y1)],
        d: vec![],
        t: vec![],
        span: Span::default(),
    }
}

/// `trials` synapses on each of `targets.len()` neurons; line (neuron, trial) has its event at `pre`, neuron n fires
/// at `fires[n]`. The plastic weights do not reach the neurons (their exponent is -8).
fn pairs(rule: Rule, post: TraceProfile, events: &[(u32, Vec<u32>)], trials: u32, w0: i16) -> Graph {
    let neurons = events.len() as u32;
    let mut graph = graphs::graph("pairs", Settings::default());
    let compartment =
        Compartment { post: Some(PostProfile([post, NO_TRACE, NO_TRACE])), ..Compartment::default() };
    graph.populations.push(graphs::population("n", neurons, compartment));
    let (mut pre, mut drive, mut plastic) = (Vec::new(), Vec::new(), Vec::new());
    for (n, (pre_step, fires)) in (0u32..).zip(events) {
        drive.extend(fires.iter().map(|&t| (t, n)));
        for trial in 0..trials {
            let line = n * trials + trial;
            pre.push((*pre_step, line));
            plastic.push((line, n, w0, 0));
        }
    }
    pre.sort_unstable();
    drive.sort_unstable();
    graph.inputs.push(graphs::input("pre", neurons * trials, InputSource::Events(pre)));
    graph.inputs.push(graphs::input("drive", neurons, InputSource::Events(drive)));
    let strong: Vec<_> = (0..neurons).map(|n| (n, n, 254, 0)).collect();
    graphs::connect(&mut graph, Node::Input(1), 0, &strong);
    graph.rules.push(rule);
    let projection = graphs::connect(&mut graph, Node::Input(0), 0, &plastic);
    projection.mode = SignMode::Excitatory;
    projection.exponent = -8;
    projection.rule = Some(0);
    graph
}

fn curve() -> Vec<[f64; 4]> {
    let file: Value = read_json(&here().join("vectors/seeds/closed_form.json"));
    let rows = file["stdp_curve"].as_array().cloned().expect("a table");
    let number = |row: &Value, i: usize| row[i].as_f64().expect("a number");
    rows.iter().map(|row| [0, 1, 2, 3].map(|i| number(row, i))).collect()
}

/// 200 trials per dt: the mean change is within 0.15 of the ideal, and single trials scatter by at most 0.57 (standard deviation).
fn window_holds(graph: &Graph, steps: u32, ideal: &dyn Fn(usize) -> f64) {
    const TRIALS: usize = 200;
    for route in Route::all() {
        let shown = run(&route, graph, steps, &|t| t == steps);
        let w = &shown.snapshots[&steps].w;
        let (mut worst, mut spread) = (0.0f64, 0.0f64);
        for (n, weights) in w.chunks_exact(TRIALS).enumerate() {
            let changes: Vec<f64> = weights.iter().map(|&w| f64::from(w - 128)).collect();
            let mean = changes.iter().sum::<f64>() / TRIALS as f64;
            let variance = changes.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / TRIALS as f64;
            (worst, spread) = (worst.max((mean - ideal(n)).abs()), spread.max(variance.sqrt()));
            assert!((mean - ideal(n)).abs() <= 0.15, "{route:?}, dt {}: {mean}, ideal {}", n + 1, ideal(n));
            assert!(variance.sqrt() <= 0.57, "{route:?}, dt {}: SD {}", n + 1, variance.sqrt());
            assert!(changes.iter().all(|c| (c - ideal(n)).abs() <= 2.2), "{route:?}, dt {}", n + 1);
        }
        println!("R6, {route:?}: largest |mean - ideal| {worst:.3}, largest SD {spread:.3}");
    }
}

#[test]
fn potentiation_follows_its_exponential() {
    let curve = curve();
    for (tau, column) in [(20.0, 1), (10.0, 3)] {
        // The pre event falls at 5, the fire at 4 + dt, the post event at 5 + dt.
        let events: Vec<_> = (1..=40).map(|dt| (5, vec![4 + dt])).collect();
        let graph = pairs(pair_rule(trace(120, tau)), trace(126, tau), &events, 200, 128);
        window_holds(&graph, 46, &|n| curve[n][column]);
    }
}

#[test]
fn depression_follows_its_exponential() {
    let curve = curve();
    // The fire falls at 4, the post event at 5, the pre event at 5 + dt; every trial has a post trace of its own.
    let events: Vec<_> = (1..=40).flat_map(|dt| vec![(5 + dt, vec![4]); 200]).collect();
    let graph = pairs(pair_rule(trace(120, 20.0)), trace(126, 20.0), &events, 1, 128);
    window_holds(&graph, 46, &|n| -curve[n][2]);
}

/// Both events in one step: each term reads the other's trace behind its impulse, so both count: 30 - 31.5.
#[test]
fn a_pair_in_one_step_counts_both_ways() {
    let graph = pairs(pair_rule(trace(120, 20.0)), trace(126, 20.0), &[(5, vec![4])], 200, 128);
    window_holds(&graph, 10, &|_| -1.5);
}

/// 1,000 pairs drive the weight to its bound exactly, either way.
#[test]
fn weights_end_at_their_bounds() {
    let period = 3;
    for (order, bound) in [(Dependency::Y0, 255), (Dependency::X0, 0)] {
        let steps = 1000 * period + 5;
        let mut rule = pair_rule(trace(120, 2.0));
        rule.w.retain(|term| term.dependency == order);
        let fires = (0..1000).map(|i| 4 + period * i).collect();
        let mut graph = pairs(rule, trace(126, 2.0), &[(5, fires)], 4, 128);
        graph.inputs[0].source = InputSource::Regular { period, first: 5 };
        for route in Route::all() {
            let shown = run(&route, &graph, steps, &|t| t == steps);
            assert_eq!(shown.snapshots[&steps].w, [bound; 4], "{route:?}");
            assert!(shown.spikes.len() == 1000);
        }
    }
}

/// R5: the mean of 4,000 traces is the exponential of the 12-bit decay; they scatter, saturate and repeat.
#[test]
fn traces_decay_as_exponentials_on_average() {
    const N: u32 = 4000;
    let (impulse, d) = (100, decay(20.0));
    let mut graph = graphs::graph("traces", Settings::default());
    graph.populations.push(graphs::population("n", 8, Compartment::default()));
    graph.inputs.push(graphs::input("in", N, InputSource::Regular { period: 1000, first: 1 }));
    graph.rules.push(pair_rule(TraceProfile { impulse, fraction: 0, decay: d }));
    let plastic: Vec<_> = (0..N).map(|i| (i, i % 8, 100, 0)).collect();
    let projection = graphs::connect(&mut graph, Node::Input(0), 0, &plastic);
    projection.mode = SignMode::Excitatory;
    projection.exponent = -8;
    projection.rule = Some(0);
    for route in Route::all() {
        let mut worst = 0.0f64;
        let shown = run(&route, &graph, 61, &|_| true);
        for dt in [0u32, 1, 5, 10, 20, 40, 60] {
            let x: Vec<f64> = shown.snapshots[&(1 + dt)].pre.iter().map(|row| f64::from(row[3])).collect();
            assert_eq!(x.len(), N as usize);
            let ideal = f64::from(impulse) * (1.0 - f64::from(d) / 4096.0).powi(dt as i32);
            let mean = x.iter().sum::<f64>() / f64::from(N);
            let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(N);
            worst = worst.max((mean - ideal).abs());
            assert!((mean - ideal).abs() <= 0.10, "{route:?}, dt {dt}: {mean}, ideal {ideal}");
            assert_eq!(variance > 0.0, dt > 0, "{route:?}, dt {dt}: rounding is stochastic");
        }
        println!("R5, {route:?}: largest |mean - ideal| {worst:.3} of 0.10");
    }
}

#[test]
fn traces_saturate() {
    let mut graph = graphs::graph("saturation", Settings { epoch: 4, ..Settings::default() });
    graph.populations.push(graphs::population("n", 1, Compartment::default()));
    graph.inputs.push(graphs::input("in", 1, InputSource::Regular { period: 1, first: 1 }));
    graph.rules.push(pair_rule(trace(100, 50.0)));
    let projection = graphs::connect(&mut graph, Node::Input(0), 0, &[(0, 0, 100, 0)]);
    projection.mode = SignMode::Excitatory;
    projection.exponent = -8;
    projection.rule = Some(0);
    graph.populations[0].tree[0].vth = Values::Same(131_071);
    for route in Route::all() {
        let shown = run(&route, &graph, 40, &|_| true);
        let x: Vec<i32> = shown.snapshots.values().map(|snapshot| snapshot.pre[0][3]).collect();
        assert!(x.iter().all(|&x| x <= 127) && x[3..].iter().filter(|&&x| x == 127).count() > 20, "{x:?}");
    }
}
