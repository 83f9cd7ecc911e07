//! Any number of host threads writes the log of the oracle and of both engines, and measures the same.

use emulator::time::mesh::traffic::{Engine, OpenLoop, Pattern, Setup};
use emulator::time::mesh::traffic::{measure_hashed, measure_logged, measure_threads};
use emulator::time::mesh::{FlitGrant, HashLog, Network, Shape, Size};
use isa::timing::Timing;
use seamount_tests::noc::curves::mesh;
use seamount_tests::noc::oracle::Oracle;
use seamount_tests::noc::random::{Numbers, size, timing};

/// A random mesh and a random setup for it.
fn case(seed: u64) -> (Shape, Setup) {
    let mut n = Numbers(seed ^ 0x7_4ead);
    let shape = Shape::new(size(&mut n), &timing(&mut n, false)).expect("a mesh");
    let patterns = [Pattern::Uniform, Pattern::Hotspot4, Pattern::Bitcomp, Pattern::Neighbour];
    let setup = Setup {
        pattern: patterns[n.below(4) as usize],
        rate_ppm: [2_000, 30_000, 200_000][n.below(3) as usize],
        flits: n.within(1, 2),
        seed,
        warmup: n.below(100).into(),
        window: n.within(50, 400).into(),
        drain: [0, 0, 300, 2000][n.below(4) as usize],
    };
    (shape, setup)
}

/// The oracle's log of the warm-up and the window.
fn oracle(shape: Shape, setup: &Setup) -> HashLog {
    let mut endpoint = OpenLoop::new(shape, setup).expect("it fits");
    let (mut network, mut log) = (Oracle::new(shape), HashLog::default());
    endpoint.start(&mut network);
    network.run(setup.warmup + setup.window, &mut endpoint, &mut log);
    log
}

#[test]
fn threads_write_the_log_of_the_oracle() {
    let (mut cut, mut records) = (0, 0);
    for seed in 0..40 {
        let (shape, setup) = case(seed);
        let window = Setup { drain: 0, ..setup.clone() };
        let expected = oracle(shape, &window);
        let (dense, by_planes) = measure_hashed(shape, &window, Engine::Dense).expect("it fits");
        assert_eq!(by_planes, expected, "seed {seed}, {shape:?}: planes");
        for threads in [1, 2, 3, 8] {
            let mut log = HashLog::default();
            let measured = measure_threads(shape, &window, threads, &mut log).expect("it fits");
            assert_eq!(log, expected, "seed {seed}, {threads} threads, {shape:?}");
            assert_eq!(measured, dense, "seed {seed}, {threads} threads");
        }
        cut += u32::from(shape.size.height > 1);
        records += expected.records;
    }
    assert!(cut > 20 && records > 50_000, "{cut} meshes of several rows, {records} grants");
}

#[test]
fn threads_wait_for_measured_packets_alike() {
    for seed in 40..60 {
        let (shape, setup) = case(seed);
        let alone = measure_hashed(shape, &setup, Engine::Sparse).expect("it fits");
        for threads in [1, 2, 8] {
            let mut log = HashLog::default();
            let measured = measure_threads(shape, &setup, threads, &mut log).expect("it fits");
            assert_eq!((measured, log), alone, "seed {seed}, {threads} threads, {shape:?}");
        }
    }
}

#[test]
fn threads_tell_every_grant_once() {
    let setup = Setup { window: 500, warmup: 0, ..Setup::latency(Pattern::Uniform, 200_000, 3) };
    let (mut alone, mut together): (Vec<FlitGrant>, Vec<FlitGrant>) = (Vec::new(), Vec::new());
    measure_logged(mesh(4, 2), &setup, Engine::Dense, &mut alone).expect("it fits");
    measure_threads(mesh(4, 2), &setup, 8, &mut together).expect("it fits");
    alone.sort_unstable();
    together.sort_unstable();
    assert_eq!(alone, together);
}

#[test]
fn a_calibrated_board_of_chips_is_cut_alike() {
    let davies = Timing::shipped("loihi1-davies2018").expect("it ships");
    let board = Size { width: 4, height: 8, cores_per_tile: 4, chip_width: 4, chip_height: 4 };
    let shape = Shape::new(board, &davies).expect("a mesh");
    let setup = Setup { window: 1500, warmup: 200, ..Setup::latency(Pattern::Uniform, 20_000, 5) };
    let alone = measure_hashed(shape, &setup, Engine::Dense).expect("it fits");
    for threads in [2, 8] {
        let mut log = HashLog::default();
        let measured = measure_threads(shape, &setup, threads, &mut log).expect("it fits");
        assert_eq!((measured, log), alone, "{threads} threads");
    }
}
