//! Traffic from a list instead of chance, and exact percentiles.

use emulator::time::mesh::traffic::{Departure, Engine, Measurement, Pattern, PatternError, Setup};
use emulator::time::mesh::traffic::{measure, replay};
use emulator::time::mesh::{HashLog, Shape, Size};
use isa::timing::Timing;
use seamount_tests::noc::curves::mesh;
use seamount_tests::noc::random::Numbers;

fn play(shape: Shape, departures: &[Departure], engine: Engine) -> (Measurement, HashLog) {
    let mut log = HashLog::default();
    let measured = replay(shape, departures, 100_000, (engine, &mut log)).expect("it fits");
    (measured, log)
}

#[test]
fn a_lone_packet_of_a_list_takes_its_time() {
    let davies = Timing::shipped("loihi1-davies2018").expect("it ships");
    let shape = Shape::new(Size::chip(8, 4, 4), &davies).expect("a mesh");
    for (source, to) in [(0, 0), (0, 3), (5, 126), (127, 0), (64, 31)] {
        let departures = [0, 700].map(|at| Departure { at, source, to });
        let (measured, _) = play(shape, &departures, Engine::Auto);
        let tile = |core: u32| (core / 4 % 8, core / 4 / 8);
        let latency = u64::from(shape.latency(tile(source), tile(to)));
        assert_eq!((measured.latency_sum, measured.latency_max), (2 * latency, latency), "{source} to {to}");
        assert_eq!(measured.percentile(1), latency);
        assert!(measured.drained);
    }
}

#[test]
fn both_engines_play_a_list_alike() {
    let mut n = Numbers(5);
    let mut departures: Vec<Departure> = (0..3000)
        .map(|_| Departure { at: n.below(4000).into(), source: n.below(64), to: n.below(64) })
        .collect();
    departures.push(Departure { at: 900_000, source: 63, to: 0 });
    let dense = play(mesh(4, 2), &departures, Engine::Dense);
    assert_eq!(dense, play(mesh(4, 2), &departures, Engine::Sparse));
    // The window ends with the last departure, so its packet arrives behind it.
    assert_eq!((dense.0.offered, dense.0.accepted, dense.0.measured), (3001, 3000, 3001));
    assert_eq!(dense.0.latencies.iter().sum::<u64>(), 3001);
}

#[test]
fn a_node_that_is_not_there_is_refused() {
    let departures = [Departure { at: 0, source: 3, to: 64 }];
    let refused = replay(mesh(8, 1), &departures, 0, (Engine::Auto, &mut HashLog::default()));
    assert_eq!(refused, Err(PatternError::Range { what: "destination", value: 64, min: 0, max: 63 }));
}

#[test]
fn percentiles_are_latencies_that_occur() {
    let setup = Setup { window: 2000, ..Setup::latency(Pattern::Hotspot4, 50_000, 1) };
    let measured = measure(mesh(8, 1), &setup, Engine::Auto).expect("it fits");
    assert_eq!(measured.latencies.iter().sum::<u64>(), measured.measured);
    let sum: u64 = measured.latencies.iter().zip(0..).map(|(count, latency)| count * latency).sum();
    assert_eq!(sum, measured.latency_sum);
    assert_eq!(measured.percentile(1000), measured.latency_max);
    let median = measured.percentile(500);
    let below: u64 = measured.latencies[..median as usize].iter().sum();
    assert!(
        2 * below < measured.measured
            && 2 * (below + measured.latencies[median as usize]) >= measured.measured
    );
}

#[test]
fn targets_are_what_nodes_send_to() {
    let shape = mesh(8, 1);
    assert_eq!(Pattern::Hotspot4.targets(&shape, 9), Ok(vec![27, 28, 35, 36]));
    assert_eq!(Pattern::Bitcomp.targets(&shape, 9), Ok(vec![54]));
    assert_eq!(Pattern::Uniform.targets(&shape, 9), Ok((0..64).collect()));
}
