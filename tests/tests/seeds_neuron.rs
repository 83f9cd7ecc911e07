//! Rows R2, R3, R7 and R12 of seeds.md: delays, the current-based neuron, refractory, dendrites; closed forms.
#![allow(clippy::float_arithmetic, reason = "the closed forms are real-valued")]

use isa::op::{Join, Mode};
use network::graph::{Compartment, Graph, InputSource, Node, Settings, Values};
use proptest::prelude::*;
use seamount_tests::graphs;
use seamount_tests::random::Source;
use seamount_tests::recording::Recording;
use seamount_tests::route::Route;
use seamount_tests::shared::{here, read_json};
use serde_json::Value;
use trace::Stimulus;

fn closed_form(table: &str) -> Vec<Value> {
    let file: Value = read_json(&here().join("vectors/seeds/closed_form.json"));
    file[table].as_array().cloned().expect("a table")
}

fn run(route: &Route, graph: &Graph, steps: u32) -> Recording {
    let shown = route.record(graph, steps, &Stimulus::default(), &|_| false);
    shown.unwrap_or_else(|error| panic!("{route:?}: {error}"))
}

fn int(value: &Value) -> i64 {
    value.as_i64().expect("an integer")
}

/// R2: n neurons behind the first, delay d each: the last spike falls at t0 + n * (1 + d).
#[test]
fn relay_chains_count_their_delays() {
    for (n, d) in [(1, 0), (5, 0), (20, 0), (5, 1), (20, 1), (1, 31), (5, 31), (1, 62), (5, 62), (20, 62)] {
        let mut graph = graphs::graph("relay", Settings { delay_bits: 6, ..Settings::default() });
        graph.populations.push(graphs::population("chain", n + 1, Compartment::default()));
        graph.inputs.push(graphs::input("in", 1, InputSource::Events(vec![(3, 0)])));
        graphs::connect(&mut graph, Node::Input(0), 0, &[(0, 0, 254, 0)]);
        let links: Vec<_> = (0..n).map(|i| (i, i + 1, 254, d)).collect();
        graphs::connect(&mut graph, Node::Population(0), 0, &links);
        let last = 3 + n * (1 + u32::from(d));
        for route in Route::all() {
            let shown = run(&route, &graph, last + 70);
            let expected = (0..=n).map(|i| (3 + i * (1 + u32::from(d)), vec![i])).collect();
            assert_eq!(shown.spikes, expected, "{route:?}, n {n}, d {d}");
        }
    }
}

/// One neuron that a single event of weight `w` reaches at step 1; it never fires.
fn impulse(du: u32, dv: u32, w: i16) -> Graph {
    let mut graph = graphs::graph("impulse", Settings::default());
    let compartment = Compartment {
        current_decay: Values::Same(du),
        voltage_decay: Values::Same(dv),
        vth: Values::Same(131_071),
        ..Compartment::default()
    };
    graph.populations.push(graphs::population("n", 1, compartment));
    graph.inputs.push(graphs::input("in", 1, InputSource::Events(vec![(1, 0)])));
    graphs::connect(&mut graph, Node::Input(0), 0, &[(0, 0, w, 0)]);
    graph
}

/// The response of the real-valued equations n steps after the event.
fn response(du: u32, dv: u32, w: i16, n: i32) -> (f64, f64) {
    let (ru, rv) = (1.0 - f64::from(du) / 4096.0, 1.0 - f64::from(dv) / 4096.0);
    let weight = 64.0 * f64::from(w);
    let v =
        if du == dv { f64::from(n + 1) * ru.powi(n) } else { (rv.powi(n + 1) - ru.powi(n + 1)) / (rv - ru) };
    (weight * ru.powi(n), weight * v)
}

#[test]
fn impulse_responses_are_those_of_the_table() {
    for row in closed_form("cuba_impulse") {
        let [du, dv, w] = ["du", "dv", "w"].map(|name| int(&row[name]));
        let graph = impulse(du as u32, dv as u32, w as i16);
        for route in Route::all() {
            let shown = run(&route, &graph, 200);
            for (name, columns) in [("u_first8", &shown.u), ("v_first8", &shown.v)] {
                let first: Vec<i64> = columns[..8].iter().map(|row| row[0].into()).collect();
                let expected: Vec<i64> = row[name].as_array().into_iter().flatten().map(int).collect();
                assert_eq!(first, expected, "{route:?}, du {du}, dv {dv}, w {w}: {name}");
            }
            let v: Vec<i64> = shown.v.iter().map(|row| row[0].into()).collect();
            let most = v.iter().map(|v| v.abs()).max().expect("steps");
            let at = v.iter().position(|v| v.abs() == most).expect("a peak");
            assert_eq!(v[at], int(&row["v_peak_int"]));
            assert_eq!(at as i64, int(&row["t_peak_int"]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// Each step loses less than 1 by truncation: |err u| <= 4096/du, |err v| <= (1 + 4096/du) * 4096/dv.
    #[test]
    fn truncation_is_bounded(du in 1u32..=4096, dv in 1u32..=4096, w in -127i16..=127) {
        let graph = impulse(du, dv, 2 * w);
        let shown = run(&Route::Reference, &graph, 300);
        let (of_u, per_v) = (4096.0 / f64::from(du), 4096.0 / f64::from(dv));
        let bound = (1.0 + of_u) * per_v;
        for (n, (u, v)) in shown.u.iter().zip(&shown.v).enumerate() {
            let (ideal_u, ideal_v) = response(du, dv, 2 * w, n as i32);
            prop_assert!((f64::from(u[0]) - ideal_u).abs() <= of_u + 1e-6, "u at {}", n);
            prop_assert!((f64::from(v[0]) - ideal_v).abs() <= bound + 1e-3, "v at {}", n);
        }
    }
}

/// One neuron under constant drive.
fn driven(dv: u32, bias: (i32, u32), vth: u32, refractory: u32) -> Graph {
    let mut graph = graphs::graph("driven", Settings::default());
    let compartment = Compartment {
        voltage_decay: Values::Same(dv),
        vth: Values::Same(vth),
        refractory: Values::Same(refractory),
        bias_mantissa: Values::Same(bias.0),
        bias_exponent: Values::Same(bias.1),
        ..Compartment::default()
    };
    graph.populations.push(graphs::population("n", 1, compartment));
    graph
}

fn intervals(shown: &Recording) -> Vec<u32> {
    let steps: Vec<u32> = shown.spikes.keys().copied().collect();
    steps.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// The table counts from the reset: an interval is the steps to the threshold and the step of the reset itself.
#[test]
fn rates_follow_the_drive() {
    for row in closed_form("f_i") {
        let [dv, bias, vth] = [0, 1, 2].map(|i| int(&row[i]));
        let exponent = (0..8).find(|e| bias >> e <= 4095 && (bias >> e) << e == bias).expect("a bias");
        let graph = driven(dv as u32, ((bias >> exponent) as i32, exponent), vth as u32, 1);
        for route in Route::all() {
            let found = intervals(&run(&route, &graph, 400));
            match row[3].as_i64() {
                None => assert!(found.is_empty(), "{route:?}, dv {dv}, bias {bias}"),
                Some(isi) => {
                    assert!(
                        !found.is_empty() && found.iter().all(|&i| i64::from(i) == isi),
                        "{row}: {found:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn refractory_is_the_least_interval() {
    for row in closed_form("refractory_isi") {
        let (refractory, isi) = (int(&row[0]) as u32, int(&row[1]) as u32);
        let graph = driven(0, (2500, 3), 100, refractory);
        for route in Route::all() {
            let found = intervals(&run(&route, &graph, 10 * isi + 2));
            assert!(found.len() >= 9 && found.iter().all(|&i| i == isi), "{route:?}: {isi}, {found:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// R7: no interval below the field, whatever comes in; u goes on while v is held.
    #[test]
    fn no_interval_is_below_the_refractory(seed: u64, refractory in 1u32..=63) {
        let r = &mut Source::new(seed);
        let mut graph = driven(r.unsigned(0, 4095), (r.unsigned(0, 4000) as i32, 2), 100, refractory);
        graph.populations[0].tree[0].current_decay = Values::Same(r.unsigned(0, 4095));
        let mut events: Vec<(u32, u32)> = (0..150).map(|_| (r.unsigned(1, 300), 0)).collect();
        events.sort_unstable();
        graph.inputs.push(graphs::input("in", 1, InputSource::Events(events)));
        graphs::connect(&mut graph, Node::Input(0), 0, &[(0, 0, 100, 0)]);
        let shown = run(&Route::Reference, &graph, 300);
        prop_assert!(intervals(&shown).iter().all(|&i| i >= refractory));
        let mut free = graph.clone();
        free.populations[0].tree[0].vth = Values::Same(131_071);
        prop_assert_eq!(&run(&Route::Reference, &free, 300).u, &shown.u);
    }
}

/// R12: a child that passes its voltage on is the same as its input at the parent, bit for bit.
#[test]
fn an_added_dendrite_is_its_input() {
    for (seed, dv) in [(1, 1), (2, 128), (3, 1000), (4, 4095), (5, 4096)] {
        let r = &mut Source::new(seed);
        let mut events: Vec<(u32, u32)> = (0..200).map(|_| (r.unsigned(1, 150), r.unsigned(0, 3))).collect();
        events.sort_unstable();
        let soma = Compartment {
            voltage_decay: Values::Same(dv),
            vth: Values::Same(190),
            refractory: Values::Same(2),
            ..Compartment::default()
        };
        let weights = [201, -100, 150, 77].map(|w: i16| w / 2 * 2);
        let build = |tree: Vec<Compartment>, of_line: fn(u32) -> u32| {
            let mut graph = graphs::graph("dendrite", Settings::default());
            let mut population = graphs::population("n", 1, soma.clone());
            population.tree = tree;
            graph.populations.push(population);
            graph.inputs.push(graphs::input("in", 4, InputSource::Events(events.clone())));
            for line in 0..4 {
                let projection =
                    graphs::connect(&mut graph, Node::Input(0), 0, &[(line, 0, weights[line as usize], 0)]);
                projection.post[0].compartment = of_line(line);
            }
            graph
        };
        let single = build(vec![soma.clone()], |_| 0);
        let dendrite = Compartment { name: "dendrite".into(), mode: Mode::PassV, ..Compartment::default() };
        let joined = Compartment { join: Join::Add, children: vec![1], ..soma.clone() };
        let tree = build(vec![joined, dendrite], |line| line % 2);
        for route in Route::all() {
            let (one, two) = (run(&route, &single, 160), run(&route, &tree, 160));
            let first = |rows: &[Vec<i32>]| rows.iter().map(|row| row[0]).collect::<Vec<_>>();
            assert_eq!(first(&one.v), first(&two.v), "{route:?}, dv {dv}");
            assert!(one.spikes.len() > 3);
            assert_eq!(one.spikes, two.spikes);
        }
    }
}

/// R12: soft reset under constant drive counts floor((T * I - 1) / theta) +- 1; hard reset 1 / (floor(theta/I) + 1).
#[test]
fn soft_reset_keeps_the_residual() {
    let steps = 2000u32;
    for (bias, vth) in [(100, 3), (700, 20), (1000, 16), (63, 1), (4000, 100)] {
        let (theta, mut graph) = (64 * vth, driven(0, (bias, 0), vth, 1));
        for route in Route::all() {
            graph.populations[0].tree[0].soft_reset = true;
            let soft = run(&route, &graph, steps).spikes.len() as i64;
            let closed = (i64::from(steps) * i64::from(bias) - 1) / i64::from(theta);
            assert!((soft - closed).abs() <= 1, "{route:?}, {bias}, {vth}: {soft}, {closed}");
            graph.populations[0].tree[0].soft_reset = false;
            let hard = run(&route, &graph, steps).spikes.len() as u32;
            assert_eq!(hard, steps / (theta / bias as u32 + 1), "{route:?}, {bias}, {vth}");
        }
    }
}
