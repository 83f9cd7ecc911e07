//! Traffic from a list instead of chance, and exact percentiles.

use emulator::time::mesh::traffic::{Departure, Engine, Measurement, Pattern, PatternError, Setup};
use emulator::time::mesh::traffic::{measure, measure_links, replay};
use emulator::time::mesh::{FlitGrant, HashLog, Shape, Size};
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

#[test]
fn one_flow_carries_what_its_credits_allow() {
    // A credit comes back after 6 cycles (timing.md 3.3), so a link carries min(1, buffer / 6).
    for buffer in [1, 2, 3, 4, 5, 6, 7, 8, 16] {
        let count = 1200;
        let departures: Vec<Departure> = (0..count).map(|at| Departure { at, source: 0, to: 1 }).collect();
        for engine in [Engine::Dense, Engine::Sparse] {
            let (measured, _) = play(mesh(buffer, 1), &departures, engine);
            let alone = 8; // 3 H + 2, two routers
            let cycles = count + measured.latency_max - alone;
            let expected = count * 6 / u64::from(buffer.min(6));
            assert!(cycles.abs_diff(expected) <= 6, "buffer {buffer}: {cycles} cycles for {expected}");
        }
    }
}

#[test]
fn below_its_bound_every_pattern_is_carried_whole() {
    let bounds_ppm = [
        (Pattern::Uniform, 500_000),
        (Pattern::Transpose, 142_857),
        (Pattern::Bitcomp, 250_000),
        (Pattern::Tornado, 333_333),
        (Pattern::Hotspot4, 62_500),
        (Pattern::Hotspot1, 15_625),
        (Pattern::Neighbour, 1_000_000),
    ];
    for (pattern, bound_ppm) in bounds_ppm {
        for (buffer, vcs) in [(4, 1), (8, 1), (16, 1), (4, 2), (8, 3), (8, 4)] {
            let setup = Setup { window: 4000, ..Setup::latency(pattern, bound_ppm * 2 / 5, 1) };
            let (measured, links) = measure_links(mesh(buffer, vcs), &setup, Engine::Auto).expect("it fits");
            let lost = measured.offered.abs_diff(measured.accepted);
            assert!(lost * 20 < measured.offered, "{pattern:?}, {vcs} x {buffer}: {lost} packets behind");
            let most = links.most(&mesh(buffer, vcs));
            assert!(most.into_iter().all(|flits| flits <= setup.window), "{pattern:?}: {most:?}");
        }
    }
}

/// A link of 3 flits in 5 cycles: grants are 1, 2, 2 cycles apart from its first on, and one that rested saves nothing
/// up (timing.md 3.3).
#[test]
fn a_slow_link_grants_evenly_and_saves_nothing_up() {
    let mut timing = Timing::shipped("noc-reference").expect("it ships");
    (timing.link.interval, timing.router.buffer, timing.nif.receive) = ([5, 3], 64, 64);
    let shape = Shape::new(Size::chip(2, 1, 1), &timing).expect("a mesh");
    let burst = |from: u64| (from..from + 30).map(|at| Departure { at, source: 0, to: 1 });
    let departures: Vec<Departure> = burst(0).chain(burst(1000)).collect();
    for engine in [Engine::Dense, Engine::Sparse] {
        let mut grants: Vec<FlitGrant> = Vec::new();
        replay(shape, &departures, 100_000, (engine, &mut grants)).expect("it fits");
        let mut at: Vec<u64> = grants.iter().filter(|g| g.output == 0).map(|g| g.cycle).collect();
        at.sort_unstable();
        let gaps: Vec<u64> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(gaps.len(), 59);
        assert_eq!(at[30] - at[0], 1000, "the second burst begins as the first");
        for burst in [&gaps[..29], &gaps[30..]] {
            let expected: Vec<u64> = [1, 2, 2].into_iter().cycle().take(29).collect();
            assert_eq!(burst, expected, "{engine:?}");
        }
    }
}
