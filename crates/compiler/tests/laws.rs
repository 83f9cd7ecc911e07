//! Laws of the compiler on random graphs.

mod graphs;

use isa::chip::ChipDescription;
use network::graph::problems;
use proptest::prelude::*;
use seamount_compiler::{Failure, Options, Search, check, compile};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn random_graphs_are_valid(seed: u64) {
        prop_assert_eq!(problems(&graphs::random(seed, graphs::SMALL)), vec![]);
        prop_assert_eq!(problems(&graphs::random(seed, graphs::MEDIUM)), vec![]);
    }

    #[test]
    fn small_graphs_compile_or_say_why(seed: u64, cores_min in 1u32..20, index_order: bool) {
        let graph = graphs::random(seed, graphs::SMALL);
        let search = if index_order { Search::InOrder } else { Search::Auto };
        let options = Options { cores_min, seed, partition: search, placement: search, ..Options::default() };
        for chip in ["tiny", "loihi"] {
            let chip = ChipDescription::shipped(chip).unwrap();
            match compile(&graph, &chip, &options) {
                Ok(compiled) => prop_assert_eq!(check(&graph, &compiled.image), Ok(())),
                Err(Failure::Invalid(problems)) => prop_assert_eq!(problems, vec![]),
                Err(Failure::DoesNotFit(misfits)) => { prop_assert!(!misfits.is_empty()); prop_assert!(chip.name == "tiny", "{misfits:?}"); }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn larger_graphs_compile_and_check(seed: u64, cores_min in 1u32..100) {
        let graph = graphs::random(seed, graphs::MEDIUM);
        for chip in ["loihi", "loihi-2"] {
            let chip = ChipDescription::shipped(chip).unwrap();
            match compile(&graph, &chip, &Options { cores_min, ..Options::default() }) {
                Ok(compiled) => prop_assert_eq!(check(&graph, &compiled.image), Ok(())),
                // A neuron that 8 kinds of synapses end on fits no core.
                Err(Failure::DoesNotFit(misfits)) => prop_assert!(misfits.iter().all(|m| m.code == "E0108"), "{misfits:?}"),
                Err(failure) => prop_assert!(false, "{failure}"),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_same_image_on_any_number_of_threads(seed: u64, cores_min in 1u32..60) {
        let graph = graphs::random(seed, graphs::MEDIUM);
        let chip = ChipDescription::shipped("loihi").unwrap();
        let options = Options { cores_min, seed, ..Options::default() };
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| compile(&graph, &chip, &options))
        };
        prop_assert_eq!(on(1), on(3));
    }
}

/// Found by the law above: sources of spikes that are in no part, since their neuron fits no core.
#[test]
fn a_neuron_that_fits_no_core_is_an_error() {
    let seed = 669_301_828_846_880_438;
    let chip = ChipDescription::shipped("loihi").unwrap();
    let options = Options { seed, ..Options::default() };
    match compile(&graphs::random(seed, graphs::MEDIUM), &chip, &options) {
        Err(Failure::DoesNotFit(misfits)) => assert!(!misfits.is_empty()),
        other => panic!("{:?}", other.map(|compiled| compiled.report)),
    }
}
