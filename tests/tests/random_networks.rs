//! Random networks are valid, and do reach the corners that the laws are about.

use isa::num;
use isa::op::Mode;
use seamount_tests::random::{self, Shape};
use seamount_tests::recording;
use trace::Counters;

#[test]
fn every_random_network_is_valid() {
    for seed in 0..300 {
        for shape in [Shape::SMALL, Shape::FIXED] {
            let case = random::case(seed, shape);
            let problems = network::graph::problems(&case.graph);
            assert!(problems.is_empty(), "seed {seed}: {}", problems[0]);
        }
    }
}

/// What the corners are, and how often 300 random networks reach them.
#[derive(Debug, Default)]
struct Corners {
    counters: Counters,
    v_equals_threshold: u64,
    held: u64,
    saturated_traces: u64,
    weights_at_bounds: u64,
    weights_changed: u64,
    delays_changed: u64,
    tags_changed: u64,
    thresholds_moved: u64,
    rewards: u64,
}

impl Corners {
    fn see(&mut self, case: &random::Case) {
        let graph = &case.graph;
        let cells: Vec<_> =
            graph.populations.iter().flat_map(|p| (0..p.size).flat_map(move |_| p.tree.iter())).collect();
        let run = reference::run(graph, case.steps, &case.stimulus, &mut |_, state| {
            for (cell, c) in cells.iter().zip(&state.compartments) {
                let spiking = cell.mode == Mode::SpikeAndReset && !c.fired;
                self.v_equals_threshold += u64::from(spiking && c.v == num::threshold(c.vth) && c.v != 0);
                self.held += u64::from(c.refractory > 0);
                self.saturated_traces += c.post.x.iter().filter(|&&y| y == num::TRACE_MAX).count() as u64;
            }
            self.rewards += state.rewards.iter().filter(|r| r.r0 != 0 && r.r1 != r.r0).count() as u64;
        });
        self.counters += run.counters;
        for (p, synapses) in graph.projections.iter().zip(&run.state.synapses) {
            let (low, high) = num::weight_range(p.mode, num::weight_lsb(p.mode, p.bits));
            for (i, s) in synapses.iter().enumerate().filter(|_| p.rule.is_some()) {
                self.weights_changed += u64::from(s.w != i32::from(p.weight.get(i)));
                self.weights_at_bounds +=
                    u64::from(s.w != i32::from(p.weight.get(i)) && (s.w == low || s.w == high));
                self.delays_changed += u64::from(s.d != i32::from(p.delay.get(i)));
                self.tags_changed += u64::from(p.tags && s.t != i32::from(p.tag.get(i)));
            }
        }
        let declared = graph
            .populations
            .iter()
            .flat_map(|p| (0..p.size as usize).flat_map(move |n| p.tree.iter().map(move |c| c.vth.get(n))));
        let moved = declared.zip(&run.state.compartments).filter(|(vth, c)| *vth != c.vth);
        self.thresholds_moved += moved.count() as u64;
    }
}

#[test]
fn random_networks_reach_the_corners() {
    let mut corners = Corners::default();
    for seed in 0..300 {
        corners.see(&random::case(seed, Shape::SMALL));
    }
    println!("{corners:?}");
    let c = &corners.counters;
    for (name, count) in [
        ("spikes", c.spikes),
        ("q_wrap", c.q_wrap),
        ("u_wrap", c.u_wrap),
        ("x_wrap", c.x_wrap),
        ("v_limit", c.v_limit),
        ("v_range", c.v_range),
        ("v equal to the threshold", corners.v_equals_threshold),
        ("held", corners.held),
        ("saturated traces", corners.saturated_traces),
        ("weights at their bounds", corners.weights_at_bounds),
        ("weights changed", corners.weights_changed),
        ("delays changed", corners.delays_changed),
        ("tags changed", corners.tags_changed),
        ("thresholds moved", corners.thresholds_moved),
        ("rewards", corners.rewards),
    ] {
        assert!(count >= 20, "{name}: only {count} in 300 networks");
    }
}

#[test]
fn a_network_is_a_function_of_its_seed() {
    let (a, b) = (random::case(5, Shape::SMALL), random::case(5, Shape::SMALL));
    assert_eq!((a.graph.clone(), a.stimulus), (b.graph, b.stimulus));
    let other = random::case(6, Shape::SMALL);
    assert_ne!(a.graph, other.graph);
    let _ = recording::of_reference(&other.graph, 5, &other.stimulus, |_| true);
}
