//! What does not fit says why, and offers what was tried and fits.

mod graphs;

use isa::chip::ChipDescription;
use isa::op::{AxonKind, SignMode};
use network::graph::*;
use seamount_compiler::partition::partition;
use seamount_compiler::{Failure, Misfit, Options, Tables, Watch, compile, explain};

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

fn random(name: &str, neurons: u32, each: u32) -> Graph {
    let mut graph = graphs::layers(&[("p", neurons)]);
    let (mut pre, mut post) = (Vec::new(), Vec::new());
    for target in 0..neurons {
        // Sources spread evenly, from another start for each target; ascending pairs are not needed.
        let mut sources: Vec<u32> =
            (0..each).map(|i| (target * 37 + i * (neurons / each)) % neurons).collect();
        sources.sort_unstable();
        pre.extend(sources);
        post.extend(std::iter::repeat_n(target, each as usize));
    }
    let mut pairs: Vec<(u32, u32)> = pre.into_iter().zip(post).collect();
    pairs.sort_unstable();
    let (pre, post) = pairs.into_iter().unzip();
    let list = Connectivity::List { pre, post };
    graph.projections.push(graphs::projection(name, (0, neurons), (0, neurons), list));
    graph
}

#[test]
fn no_more_is_planned_than_shows_that_cores_are_missing() {
    let chip = ChipDescription::shipped("tiny").expect("it ships");
    let graph = random("p->p", 3000, 30);
    let watch = Watch::new(&|_, _| ());
    let tables = Tables::new(&graph, &chip);
    let failure = partition(&tables, &Options::default(), &watch).expect_err("3,000 neurons on 4 cores");
    let Failure::DoesNotFit(misfits) = failure else { panic!("{failure}") };
    assert_eq!(misfits[0].code, "E0118");
    assert!(misfits[0].need > 100, "{}", misfits[0]);
    // One candidate for each of five parts, and halving it; the cuts for output axons are only counted.
    assert!(watch.planned() <= 5 * 12, "{} cores planned", watch.planned());
}

#[test]
fn output_axons_are_named_where_they_cut() {
    let mut graph = graphs::layers(&[("x", 3000), ("y", 3000)]);
    let dense = graphs::projection("x->y", (0, 3000), (1, 3000), Connectivity::Dense);
    graph.projections.push(Projection { weight: Values::Same(5), ..dense });
    let chip = ChipDescription::shipped("loihi").expect("it ships");
    let failure = partition(&Tables::new(&graph, &chip), &Options::default(), &Watch::nobody());
    let Err(Failure::DoesNotFit(misfits)) = failure else { panic!("it fits") };
    let of_x = misfits[0].terms.iter().find(|term| term.text.contains("`x`")).expect("a term of x");
    let names: Vec<&str> = of_x.terms.iter().map(|term| term.text.as_str()).collect();
    assert_eq!(names, ["where output axon slots are scarcest"]);
    assert_eq!(misfits[0].terms.iter().map(|term| term.amount).sum::<u64>(), misfits[0].need);
}

#[test]
fn shared_profiles_are_counted_once() {
    let mut graph = graphs::layers(&[("a", 40), ("b", 20)]);
    for population in &mut graph.populations {
        population.core = Some(0);
        let decays = (0..population.size).map(|n| 100 + n).collect();
        population.tree[0].voltage_decay = Values::Each(decays);
    }
    let misfits = misfits(&graph, "loihi");
    assert_eq!((misfits[0].code, misfits[0].need), ("E0106", 40));
    assert_eq!(misfits[0].terms.iter().map(|term| term.amount).sum::<u64>(), misfits[0].need);
    assert!(misfits[0].terms[1].text.ends_with("besides 20 shared with others"), "{}", misfits[0]);
}
