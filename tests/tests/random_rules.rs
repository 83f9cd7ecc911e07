//! Row R4 of seeds.md: 10,000 random rules on random states, microcode against the reference; and the mean of rounding.
#![allow(clippy::float_arithmetic, reason = "statistics")]

use compiler::{Options, compile};
use emulator::{Chip, NoObserver};
use isa::chip::ChipDescription;
use isa::num;
use isa::op::{Dependency, SignMode};
use isa::words::PostProfile;
use network::graph::{
    Compartment, Graph, InputSource, Node, RewardChannel, Rule, Settings, Span, Term, Values,
};
use seamount_tests::graphs;
use seamount_tests::random::{Source, rule, trace};
use seamount_tests::recording;
use seamount_tests::route::Route;
use trace::Stimulus;

/// Rules of one network: a core has 7 formats, one of them drives the neurons.
const RULES: u32 = 6;
/// Synapses under each rule.
const SYNAPSES: u32 = 8;
const STEPS: u32 = 12;

/// A network in which every rule works on synapses of random weight, delay and tag, with random traces and reward.
fn network(seed: u64) -> Graph {
    let r = &mut Source::new(seed);
    let epoch = r.pick(&[1, 2, 3, 4, 6]);
    let settings = Settings { epoch, delay_bits: r.unsigned(3, 6), reward: Some(0), ..Settings::default() };
    let ring = (1u32 << settings.delay_bits) - 2;
    let mut graph = graphs::graph("rules", settings);
    graph.seed = seed as u32;
    let compartment = Compartment {
        post: Some(PostProfile(std::array::from_fn(|_| trace(r)))),
        vth: Values::Same(100),
        ..Compartment::default()
    };
    graph.populations.push(graphs::population("n", 4, compartment));
    for (name, lines) in [("pre", SYNAPSES), ("drive", 4)] {
        let mut events: Vec<(u32, u32)> =
            (0..STEPS * lines / 2).map(|_| (r.unsigned(1, STEPS), r.unsigned(0, lines - 1))).collect();
        events.sort_unstable();
        graph.inputs.push(graphs::input(name, lines, InputSource::Events(events)));
    }
    let mut events: Vec<(u32, Option<i32>)> =
        (0..8).map(|_| (r.unsigned(1, STEPS), Some(r.range(-128, 127) as i32))).collect();
    events.sort_unstable();
    let (name, decay) = ("reward".into(), r.unsigned(0, 4096));
    graph.rewards.push(RewardChannel { name, decay, events, sources: vec![], span: Span::default() });
    graphs::connect(
        &mut graph,
        Node::Input(1),
        0,
        &[(0, 0, 254, 0), (1, 1, 254, 0), (2, 2, 254, 0), (3, 3, 254, 0)],
    );
    // A core has 3 pre profiles.
    let profiles: Vec<_> = (0..3).map(|i| rule(r, i).pre).collect();
    for i in 0..RULES {
        let mut rule = rule(r, i);
        rule.pre = r.pick(&profiles);
        graph.rules.push(rule);
        let (mode, bits) = (r.pick(SignMode::ALL), r.pick(&[8, 8, 1, 2, 3, 4, 5, 6]));
        let delay_bits = r.unsigned(1, 6);
        let most = ((1 << delay_bits) - 1).min(ring);
        let lsb = num::weight_lsb(mode, bits);
        let (low, high) = num::weight_range(mode, lsb);
        let synapses: Vec<_> = (0..SYNAPSES)
            .map(|line| {
                let w = num::truncate_weight(r.range(low.into(), high.into()) as i32, lsb) as i16;
                (line, r.unsigned(0, 3), w, r.unsigned(0, most) as u8)
            })
            .collect();
        let tags = (0..SYNAPSES).map(|_| r.range(-256, 255) as i16).collect();
        let p = graphs::connect(&mut graph, Node::Input(0), 0, &synapses);
        (p.mode, p.bits, p.delay_bits, p.exponent) = (mode, bits, delay_bits, r.range(-8, 0) as i32);
        (p.tags, p.tag, p.rule) = (true, Values::Each(tags), Some(i as usize));
    }
    graph
}

#[test]
fn ten_thousand_rules_run_as_written() {
    let chip = ChipDescription::shipped("loihi").expect("loihi ships");
    let (mut rules, mut changed, mut clamped) = (0, 0, 0);
    for seed in 0..1700 {
        let graph = network(seed);
        let compiled =
            compile(&graph, &chip, &Options::default()).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        let mut emulated = Chip::load(&compiled.image).expect("it loads");
        emulated.run(STEPS, 1, &mut NoObserver, &mut |_, _| {});
        let run = reference::run(&graph, STEPS, &Stimulus::default(), &mut |_, _| {});
        let plastic: Vec<usize> =
            (0..graph.projections.len()).filter(|&p| graph.projections[p].rule.is_some()).collect();
        for (index, &p) in plastic.iter().enumerate() {
            let projection = &graph.projections[p];
            let (low, high) =
                num::weight_range(projection.mode, num::weight_lsb(projection.mode, projection.bits));
            for (i, expected) in run.state.synapses[p].iter().enumerate() {
                let s = emulated.synapse(index, i).expect("a plastic synapse");
                let shown = reference::Synapse { w: s.w, d: s.d, t: s.tag };
                let rule = &graph.rules[index];
                assert_eq!(shown, *expected, "seed {seed}, rule {index}, synapse {i}: {rule:?}");
                changed += u32::from(s.w != i32::from(projection.weight.get(i)));
                clamped += u32::from(s.w == low || s.w == high || s.tag == 255 || s.tag == -256);
            }
            rules += 1;
        }
        assert_eq!(emulated.digest(), recording::digest(&graph, &run), "seed {seed}");
    }
    println!("{rules} rules, {changed} synapses changed, {clamped} at a bound");
    assert!(rules >= 10_000 && changed > 10_000 && clamped > 5_000);
}

/// `dw = m * 2^(x)` once, on 4,000 synapses: their mean is exact within 4 standard errors.
#[test]
fn rounding_is_right_on_average() {
    const N: u32 = 4000;
    for (m, x, mode, bits) in [
        (1, -7, SignMode::Excitatory, 8),
        (3, -3, SignMode::Excitatory, 8),
        (-7, -5, SignMode::Inhibitory, 8),
        (5, -2, SignMode::Mixed, 8),
        (-3, 1, SignMode::Mixed, 4),
        (7, 1, SignMode::Excitatory, 3),
    ] {
        let mut graph = graphs::graph("rounding", Settings::default());
        let silent = Compartment { vth: Values::Same(131_071), ..Compartment::default() };
        graph.populations.push(graphs::population("n", 8, silent));
        graph.inputs.push(graphs::input("in", N, InputSource::External));
        let term = Term { dependency: Dependency::Uk, mantissa: m, exponent: x, factors: vec![] };
        graph.rules.push(Rule { name: "u".into(), w: vec![term], ..Rule::default() });
        let start: i16 = if mode == SignMode::Inhibitory { -128 } else { 128 };
        let synapses: Vec<_> = (0..N).map(|i| (i, i % 8, start, 0)).collect();
        let p = graphs::connect(&mut graph, Node::Input(0), 0, &synapses);
        (p.mode, p.bits, p.rule) = (mode, bits, Some(0));
        let (dw, lsb) = (f64::from(m) * 2f64.powi(x), 2f64.powi(num::weight_lsb(mode, bits) as i32));
        let fraction = (dw / lsb).rem_euclid(1.0);
        let error = lsb * (fraction * (1.0 - fraction) / f64::from(N)).sqrt();
        for route in Route::all() {
            let shown = route.record(&graph, 1, &Stimulus::default(), &|_| true).expect("it runs");
            let changes = shown.snapshots[&1].w.iter().map(|&w| f64::from(w - i32::from(start)));
            let mean = changes.sum::<f64>() / f64::from(N);
            assert!((mean - dw).abs() <= 4.0 * error + 1e-9, "{route:?}, {m} * 2^{x}: mean {mean}, not {dw}");
            let distinct: std::collections::BTreeSet<i32> = shown.snapshots[&1].w.iter().copied().collect();
            assert_eq!(distinct.len(), 2, "{route:?}: {distinct:?}");
        }
    }
}
