//! What does not fit says why, and offers what was tried and fits.

mod graphs;

use isa::chip::ChipDescription;
use isa::op::{AxonKind, SignMode};
use network::graph::*;
use seamount_compiler::{Failure, Misfit, Options, compile, explain};

fn misfits(graph: &Graph, chip: &str) -> Vec<Misfit> {
    let chip = ChipDescription::shipped(chip).expect("it ships");
    match compile(graph, &chip, &Options::default()) {
        Err(Failure::DoesNotFit(misfits)) => misfits,
        Err(failure) => panic!("{failure}"),
        Ok(_) => panic!("it fits"),
    }
}

fn text(misfits: &[Misfit]) -> String {
    let of = |misfit: &Misfit| {
        assert!(explain(misfit.code).is_some(), "{}", misfit.code);
        let fixes: Vec<String> = misfit.fixes.iter().map(|fix| format!("  fix: {fix}\n")).collect();
        format!("{misfit}\n{}", fixes.concat())
    };
    misfits.iter().map(of).collect()
}

#[test]
fn too_many_discrete_axons() {
    let mut graph = graphs::layers(&[("big", 5000), ("small", 1000), ("res", 1)]);
    for (name, from) in [("big->res", (0, 5000)), ("small->res", (1, 1000))] {
        let p = graphs::projection(name, from, (2, 1), Connectivity::Dense);
        graph.projections.push(Projection { axon: Some(AxonKind::Discrete), ..p });
    }
    insta::assert_snapshot!(text(&misfits(&graph, "loihi")));
}

#[test]
fn a_pin_that_is_too_small() {
    let mut graph = graphs::layers(&[("in", 10), ("out", 1500)]);
    graph.populations[1].core = Some(3);
    graph.projections.push(graphs::projection("in->out", (0, 10), (1, 1500), Connectivity::Dense));
    insta::assert_snapshot!(text(&misfits(&graph, "loihi")));
}

#[test]
fn a_network_larger_than_the_chip() {
    let mut graph = graphs::layers(&[("a", 400), ("b", 50)]);
    graph.settings[0].delay_bits = 6;
    graph.projections.push(graphs::projection("a->b", (0, 20), (1, 50), Connectivity::Dense));
    insta::assert_snapshot!(text(&misfits(&graph, "tiny")));
}

#[test]
fn more_kinds_of_synapses_than_formats() {
    let mut graph = graphs::layers(&[("a", 3), ("b", 1)]);
    for exponent in 0..8 {
        let p = graphs::projection(&format!("p{exponent}"), (0, 3), (1, 1), Connectivity::Dense);
        graph.projections.push(Projection { exponent, mode: SignMode::Excitatory, ..p });
    }
    insta::assert_snapshot!(text(&misfits(&graph, "loihi")));
}

#[test]
fn too_many_outputs_of_one_neuron() {
    let mut graph = graphs::layers(&[("hub", 1), ("far", 60)]);
    for i in 0..9 {
        let p = graphs::projection(&format!("p{i}"), (0, 1), (1, 60), Connectivity::Dense);
        graph.projections.push(Projection { rule: Some(0), ..p });
    }
    graph.rules.push(Rule { name: "none".into(), ..Rule::default() });
    insta::assert_snapshot!(text(&misfits(&graph, "tiny")));
}

#[test]
fn every_limit_that_no_layout_meets_is_told_at_once() {
    let mut graph = graphs::layers(&[("a", 3), ("b", 1)]);
    graph.populations[0].core = Some(1000);
    graph.populations[1].core = Some(4000);
    let misfits = misfits(&graph, "tiny");
    assert_eq!(misfits.iter().map(|m| m.code).collect::<Vec<_>>(), ["E0119", "E0119"]);
}

#[test]
fn a_ring_that_is_longer_than_its_delays() {
    let mut graph = graphs::layers(&[("a", 60)]);
    graph.settings[0].delay_bits = 6;
    graph.projections.push(graphs::projection("a->a", (0, 2), (0, 60), Connectivity::Dense));
    insta::assert_snapshot!(text(&misfits(&graph, "tiny")));
}
