//! The networks of the contract's vectors, by every route.

use seamount_tests::contract::expect::Expected;
use seamount_tests::contract::net::NetworkCase;
use seamount_tests::contract::{all_hold, cases};
use seamount_tests::route::Route;

fn networks_hold(file: &str) {
    all_hold(&cases(file, "network"), |case| {
        let (given, expected): (NetworkCase, Expected) = (case.given(), case.expected());
        let (graph, stimulus) = (given.graph(), given.stimulus());
        for route in Route::all() {
            route
                .record(&graph, given.steps, &stimulus, &|t| expected.looks_at(t))
                .and_then(|shown| expected.check(&given, &graph, &shown))
                .map_err(|error| format!("{route:?}: {error}"))?;
        }
        Ok(())
    });
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
