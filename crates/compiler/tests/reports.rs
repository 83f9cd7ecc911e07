//! Reports read well and count what is there.

mod graphs;

use isa::chip::ChipDescription;
use network::graph::Connectivity;
use seamount_compiler::{Options, compile};

#[test]
fn a_report_counts_what_the_image_holds() {
    for seed in 0..30 {
        let graph = graphs::random(seed, graphs::SMALL);
        let chip = ChipDescription::shipped("loihi-2").unwrap();
        let Ok(compiled) = compile(&graph, &chip, &Options { cores_min: 4, ..Options::default() }) else {
            continue;
        };
        let used = |core: usize, name: &str| compiled.report.cores[core].usage[name].used as usize;
        for (i, core) in compiled.image.cores.iter().enumerate() {
            assert_eq!(used(i, "compartments"), core.compartments.len());
            assert_eq!(used(i, "input axons"), core.synapse_map.len());
            assert_eq!(used(i, "output axon slots"), core.axons.len());
            assert_eq!(used(i, "words of synapse memory"), core.synapses.len());
            assert_eq!(used(i, "synapse formats"), core.formats.len() - 1);
            assert_eq!(used(i, "compartment profiles"), core.profiles.len());
            assert_eq!(used(i, "threshold profiles"), core.vth_profiles.len());
            assert_eq!(used(i, "pre-trace profiles"), core.pre_profiles.len());
            assert_eq!(used(i, "post-trace profiles"), core.post_profiles.len());
            assert_eq!(used(i, "learning rules"), core.rules.len());
            assert_eq!(used(i, "words of microcode"), core.microcode.len());
        }
        let synapses: u64 = compiled.report.cores.iter().map(|core| core.synapses).sum();
        assert_eq!(synapses, graph.projections.iter().map(|p| p.synapses() as u64).sum::<u64>());
    }
}

#[test]
fn the_table_of_a_layered_network() {
    let mut graph = graphs::layers(&[("in", 600), ("hidden", 1000), ("out", 10)]);
    graph.projections.push(graphs::projection("in->hidden", (0, 600), (1, 1000), Connectivity::Dense));
    graph.projections.push(graphs::projection("hidden->out", (1, 1000), (2, 10), Connectivity::Dense));
    let chip = ChipDescription::shipped("loihi").unwrap();
    let compiled = compile(&graph, &chip, &Options::default()).unwrap();
    insta::assert_snapshot!(compiled.report.text());
    insta::assert_snapshot!(compiled.report.svg());
}
