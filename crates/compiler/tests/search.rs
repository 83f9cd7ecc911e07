//! Partition and placement look for less traffic, and never lose what index order had.

mod graphs;

use isa::chip::ChipDescription;
use isa::op::{AxonKind, Compression};
use network::graph::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use seamount_compiler::nets::Nets;
use seamount_compiler::outputs::slots;
use seamount_compiler::partition::partition;
use seamount_compiler::place::place;
use seamount_compiler::rates::rates;
use seamount_compiler::{Options, Search, Tables, Watch, check, compile};

/// `groups` communities of `size` neurons, each neuron with 10 targets in its own, numbered at random.
fn scrambled(groups: u32, size: u32) -> Graph {
    let mut rng = Pcg64Mcg::seed_from_u64(5);
    let n = groups * size;
    let mut name: Vec<u32> = (0..n).collect();
    for i in (1..n as usize).rev() {
        name.swap(i, rng.random_range(0..=i));
    }
    let (mut pre, mut post) = (Vec::new(), Vec::new());
    for neuron in 0..n {
        for _ in 0..10 {
            pre.push(name[neuron as usize]);
            post.push(name[(neuron / size * size + rng.random_range(0..size)) as usize]);
        }
    }
    let mut graph =
        Graph { name: "scrambled".into(), settings: vec![Settings::default()], ..Graph::default() };
    graph.populations.push(population("cells", n));
    graph.projections.push(graphs::projection("rec", (0, n), (0, n), Connectivity::List { pre, post }));
    graph
}

fn population(name: &str, size: u32) -> Population {
    let tree = vec![Compartment::default()];
    Population {
        name: name.into(),
        size,
        shape: vec![size],
        settings: 0,
        tree,
        core: None,
        span: Span::default(),
    }
}

fn connectivity(graph: &Graph, chip: &ChipDescription, options: &Options) -> u64 {
    let tables = Tables::new(graph, chip);
    let plans = partition(&tables, options, &Watch::nobody()).expect("it fits");
    Nets::new(&tables, &plans, &rates(&tables, options)).cost()
}

#[test]
fn refinement_finds_communities() {
    let graph = scrambled(8, 256);
    let chip = ChipDescription::shipped("loihi").unwrap();
    let options = Options { cores_min: 8, ..Options::default() };
    let in_order = connectivity(&graph, &chip, &Options { partition: Search::InOrder, ..options.clone() });
    let refined = connectivity(&graph, &chip, &options);
    println!("connectivity - 1: {in_order} in index order, {refined} refined");
    assert!(refined * 2 < in_order, "{refined} of {in_order}");
    let compiled = compile(&graph, &chip, &options).unwrap();
    assert_eq!(compiled.image.cores.len(), 8);
    assert_eq!(check(&graph, &compiled.image), Ok(()));
}

#[test]
fn placement_shortens_ways_and_keeps_to_its_seed() {
    let graph = scrambled(40, 50);
    for chip in ["loihi", "loihi-2"] {
        let chip = ChipDescription::shipped(chip).unwrap();
        let options = Options { cores_min: 100, ..Options::default() };
        let tables = Tables::new(&graph, &chip);
        let plans = partition(&tables, &options, &Watch::nobody()).unwrap();
        let placement = place(&tables, &plans, &options);
        println!("{}: {} in index order, {} placed", chip.name, placement.cost.0, placement.cost.1);
        assert!(placement.cost.1 * 10 < placement.cost.0 * 9);
        assert_eq!(placement, place(&tables, &plans, &options));
        let in_order = place(&tables, &plans, &Options { placement: Search::InOrder, ..options });
        assert!(in_order.cores.iter().enumerate().all(|(i, core)| core.0 as usize == i));
    }
}

#[test]
fn pins_hold() {
    let mut graph = scrambled(2, 30);
    graph.populations.push(population("here", 7));
    graph.populations[1].core = Some(77);
    graph.populations.push(population("too", 5));
    graph.populations[2].core = Some(77);
    let chip = ChipDescription::shipped("loihi").unwrap();
    let compiled = compile(&graph, &chip, &Options { cores_min: 3, ..Options::default() }).unwrap();
    let pinned = compiled.image.cores.iter().find(|core| core.core.0 == 77).unwrap();
    assert_eq!(pinned.compartments.len(), 12);
    assert_eq!(check(&graph, &compiled.image), Ok(()));
}

#[test]
fn output_axons_fit_after_partition() {
    // 256 sources that reach 40 cores each: 10,240 slots, 4,096 a core.
    let mut graph = scrambled(1, 256);
    for i in 0..40 {
        graph.populations.push(population(&format!("pinned{i}"), 1));
        graph.populations[i + 1].core = Some(i as u32);
        let p = graphs::projection(&format!("p{i}"), (0, 256), (i + 1, 1), Connectivity::Dense);
        graph.projections.push(p);
    }
    let chip = ChipDescription::shipped("loihi").unwrap();
    let tables = Tables::new(&graph, &chip);
    let plans = partition(&tables, &Options::default(), &Watch::nobody()).unwrap();
    assert!(slots(&tables, &plans).iter().all(|&slots| slots <= 4096));
    let compiled = compile(&graph, &chip, &Options::default()).unwrap();
    assert!(compiled.image.cores.len() >= 43);
    assert_eq!(check(&graph, &compiled.image), Ok(()));
}

#[test]
fn sources_share_axons_where_there_are_too_few() {
    let mut graph = graphs::layers(&[("many", 6000), ("few", 3)]);
    graph.projections.push(graphs::projection("many->few", (0, 6000), (1, 3), Connectivity::Dense));
    let chip = ChipDescription::shipped("loihi").unwrap();
    let compiled = compile(&graph, &chip, &Options::default()).unwrap();
    assert_eq!(check(&graph, &compiled.image), Ok(()));
    let shared: u32 = compiled.report.cores.iter().map(|core| core.axons.pop16).sum();
    let discrete: u32 = compiled.report.cores.iter().map(|core| core.axons.discrete).sum();
    // 6,000 lists of one length: twelve populations of up to 512 atoms.
    assert_eq!((shared, discrete), (12, 0));
}

#[test]
fn a_kind_of_axon_and_a_compression_can_be_insisted_on() {
    for (axon, compression) in
        [(AxonKind::Pop16, Compression::Sparse), (AxonKind::Pop32, Compression::RunLength)]
    {
        let mut graph = graphs::layers(&[("a", 40), ("b", 30)]);
        let p = graphs::projection("a->b", (0, 40), (1, 30), Connectivity::Dense);
        graph.projections.push(Projection { axon: Some(axon), compression: Some(compression), ..p });
        let chip = ChipDescription::shipped("loihi").unwrap();
        let compiled = compile(&graph, &chip, &Options::default()).unwrap();
        assert_eq!(check(&graph, &compiled.image), Ok(()));
        let core = &compiled.report.cores[0];
        assert_eq!((core.axons.discrete, core.axons.pop16 + core.axons.pop32), (0, 1));
        assert!(compiled.image.cores[0].formats[1..].iter().all(|f| f.compression() == Some(compression)));
    }
}

#[test]
fn every_neuron_may_have_its_own_threshold() {
    let mut graph = graphs::layers(&[("a", 1000)]);
    graph.populations[0].tree[0].vth = Values::Each((0..1000).map(|i| 131 * i).collect());
    let chip = ChipDescription::shipped("loihi").unwrap();
    let compiled = compile(&graph, &chip, &Options::default()).unwrap();
    assert_eq!(compiled.image.cores.len(), 1);
    assert_eq!(check(&graph, &compiled.image), Ok(()));
}
