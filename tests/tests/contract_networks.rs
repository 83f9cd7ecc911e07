//! The networks of the contract's vectors, by every route.

use seamount_tests::contract::{all_hold, cases, kept, network_holds};

fn networks_hold(file: &str) {
    all_hold(&cases(file, "network"), network_holds);
}

#[test]
fn compartments() {
    networks_hold("C02_compartment");
}
#[test]
fn delays() {
    networks_hold("C04_delays");
}
#[test]
fn noise() {
    networks_hold("C05_noise");
}
#[test]
fn trees() {
    networks_hold("C06_trees");
}
#[test]
fn homeostasis() {
    networks_hold("C07_homeostasis");
}
#[test]
fn axon_delay() {
    networks_hold("C08_axon_delay");
}
#[test]
fn traces() {
    networks_hold("C09_traces");
}
#[test]
fn learning() {
    networks_hold("C11_learning_networks");
}
#[test]
fn everything() {
    networks_hold("C13_everything");
}

/// The stimuli of other simulators' learning, under our contract: whoever has a quirk, what is expected here has none.
#[test]
fn stimuli_of_other_simulators() {
    for (file, n) in [("brian", 7), ("lava", 5), ("nengo", 2)] {
        let cases = kept(&format!("learning/{file}"));
        assert_eq!(cases.len(), n, "{file}");
        all_hold(&cases, network_holds);
    }
}
