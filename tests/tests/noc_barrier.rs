//! The barrier in the mesh: published times, no spike late, the same on all engines (timing.md 3.6, V2, V7).

#![allow(clippy::float_arithmetic, reason = "errors in percent")]

use emulator::time::mesh::sparse::Sparse;
use emulator::time::mesh::{Cycle, FlitGrant, HashLog, Network, Shape, Size};
use emulator::with_dense;
use isa::timing::{Barrier, Timing};
use seamount_tests::noc::oracle::Oracle;
use seamount_tests::noc::random::{Numbers, size, timing};
use seamount_tests::noc::script::{Packet, Script};
use seamount_tests::noc::steps::Steps;

fn davies() -> Timing {
    Timing::shipped("loihi1-davies2018").expect("it ships")
}

/// Plays steps to their end.
fn play<N: Network>(shape: Shape, mut steps: Steps) -> (HashLog, Steps) {
    let (mut network, mut log) = (N::new(shape), HashLog::default());
    steps.start(&mut network);
    for _ in 0..4000 {
        network.run(network.now() + 500, &mut steps, &mut log);
        if steps.over() {
            network.audit().unwrap_or_else(|e| panic!("{shape:?}: {e}"));
            return (log, steps);
        }
    }
    panic!("{shape:?}: the barrier does not end");
}

fn empty_steps(size: Size, timing: &Timing) -> Vec<Cycle> {
    let shape = Shape::new(size, timing).expect("a mesh");
    let steps = Steps::new(shape, timing.remainder(), 3, 0, &mut Numbers(1));
    play::<Sparse>(shape, steps).1.lengths()
}

#[test]
fn empty_steps_take_the_published_cycles() {
    let published =
        [(1, 1, 323), (2, 1, 419), (1, 2, 433), (2, 2, 529), (4, 2, 721), (4, 4, 941), (8, 4, 1325)];
    for (width, height, cycles) in published {
        for (nets, cores) in [(1, 1), (2, 1), (2, 4)] {
            let timing = Timing { nets, ..davies() };
            let lengths = empty_steps(Size::chip(width, height, cores), &timing);
            assert_eq!(lengths, [cycles; 3], "{width} x {height}, {nets} networks, {cores} cores per tile");
        }
    }
    let mut timing = davies();
    timing.barrier = Barrier::Marker { base: 323, hop: 36, phases: 1 };
    assert_eq!(empty_steps(Size::chip(8, 4, 4), &timing)[0], 824);
    timing.barrier = Barrier::Marker { base: 7, hop: 36, phases: 2 };
    assert_eq!(empty_steps(Size::chip(1, 1, 4), &timing), [7; 3]);
}

#[test]
fn barriers_of_tiles_and_chips_meet_the_published_times_v7() {
    let timing = davies();
    let chips = |across: u32, down: u32| Size {
        width: 8 * across,
        height: 4 * down,
        cores_per_tile: 4,
        chip_width: 8,
        chip_height: 4,
    };
    let cases = [
        (Size::chip(1, 1, 4), 113.0, 1.0),
        (Size::chip(8, 4, 4), 465.0, 1.0),
        (chips(4, 64), 14_300.0, 3.0),
        (chips(12, 64), 16_200.0, 3.0),
    ];
    for (size, published_ns, percent) in cases {
        let ns = empty_steps(size, &timing)[0] as f64 * f64::from(timing.clock_ps) / 1000.0;
        let error = 100.0 * (ns - published_ns) / published_ns;
        println!("V7 {} x {} tiles: {ns:.1} ns for {published_ns}, {error:+.2} %", size.width, size.height);
        assert!(error.abs() <= percent, "{error} %");
    }
}

#[test]
fn no_spike_is_late_and_all_engines_agree() {
    for seed in 0..80 {
        let mut n = Numbers(1000 + seed);
        let timing = timing(&mut n, true);
        let shape = Shape::new(size(&mut n), &timing).expect("a mesh");
        // Steps with and almost without spikes, for markers that meet none.
        let most = [12, 12, 1, 0][seed as usize % 4];
        let steps = Steps::new(shape, timing.remainder(), 4, most, &mut n);
        let oracle = play::<Oracle>(shape, steps.clone());
        let sparse = play::<Sparse>(shape, steps.clone());
        let dense = with_dense!(shape, D => play::<D>(shape, steps));
        for (engine, (log, steps)) in [("sparse", &sparse), ("dense", &dense)] {
            assert_eq!(steps.advances, oracle.1.advances, "{engine}, seed {seed}, {shape:?}");
            assert_eq!(*log, oracle.0, "{engine}, seed {seed}, {shape:?}");
        }
    }
}

#[test]
fn no_spike_is_late_on_many_small_meshes_without_slack() {
    for seed in 0..10_000 {
        let mut n = Numbers(50_000 + seed);
        let mut timing = timing(&mut n, true);
        let base = timing.empty_step();
        timing.barrier = Barrier::Marker { base, hop: 0, phases: n.within(1, 2) };
        let (width, height, cores) = (n.within(1, 4), n.within(1, 3), n.within(1, 2));
        let shape = Shape::new(Size::chip(width, height, cores), &timing).expect("a mesh");
        let steps = Steps::new(shape, timing.remainder(), 3, 8, &mut n);
        play::<Sparse>(shape, steps);
    }
}

/// Cycles from sending to arrival of a lone flit.
fn ping(shape: Shape, core: u32, to: u32, net: u32) -> Cycle {
    let mut script = Script::new(shape, vec![Packet { at: 0, core, net, to, flits: 1 }], 1);
    let mut network = Sparse::new(shape);
    script.start(&mut network);
    let mut records: Vec<FlitGrant> = Vec::new();
    network.run(2000, &mut script, &mut records);
    script.arrivals[0].at
}

#[test]
fn a_lone_flit_takes_the_published_cycles_between_all_tiles_v2() {
    let davies = Shape::new(Size::chip(8, 4, 1), &davies()).expect("a mesh");
    let reference = Timing::shipped("noc-reference").expect("it ships");
    let reference = Shape::new(Size::chip(8, 8, 1), &reference).expect("a mesh");
    for (shape, east_west, north_south, local) in [(davies, 12, 19, 6), (reference, 3, 3, 5)] {
        let (tiles, width) = (shape.tiles() as u32, shape.size.width);
        for from in 0..tiles {
            for to in 0..tiles {
                let dx = (from % width).abs_diff(to % width);
                let dy = (from / width).abs_diff(to / width);
                let expected = local + east_west * dx + north_south * dy;
                for net in 0..shape.nets {
                    assert_eq!(ping(shape, from, to, net), Cycle::from(expected), "{from} to {to}");
                }
                assert_eq!(shape.latency((from % width, from / width), (to % width, to / width)), expected);
            }
        }
    }
}
