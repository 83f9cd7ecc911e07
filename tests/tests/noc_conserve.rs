//! Invariants 2, 3, 4 and 12 of timing.md 3.9, after every single cycle: flits sent are taken or inside, credits and
//! flits of every wire make up its FIFO, and a mesh played cycle by cycle writes the log of one played in one go.

use emulator::time::mesh::sparse::Sparse;
use emulator::time::mesh::{Cycle, HashLog, Network, Shape, Size};
use emulator::with_dense;
use seamount_tests::noc::oracle::Oracle;
use seamount_tests::noc::random::{Numbers, packets, timing};
use seamount_tests::noc::script::Script;
use seamount_tests::noc::steps::Steps;

/// What a mesh was seen to do.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    log: HashLog,
    cycles: Cycle,
    /// The most flits that were inside.
    most: u64,
}

/// A small mesh, some of two chips; one virtual channel with a barrier, else up to four.
fn shape(n: &mut Numbers, barrier: bool) -> Shape {
    let (across, chip_width, height) = (n.within(1, 2), n.within(1, 2), n.within(1, 3));
    let size = Size {
        width: chip_width * across,
        height,
        cores_per_tile: n.within(1, 4),
        chip_width,
        chip_height: height,
    };
    Shape::new(size, &timing(n, barrier)).expect("a mesh")
}

fn inside<N: Network>(network: &N, shape: &Shape) -> u64 {
    (0..shape.nets).map(|net| network.flits(net)[2]).sum()
}

/// Plays a cycle and audits the mesh.
fn cycle<N: Network>(
    network: &mut N,
    shape: &Shape,
    seen: &mut Seen,
    play: impl FnOnce(&mut N, &mut HashLog),
) {
    let now = network.now();
    play(network, &mut seen.log);
    assert_eq!(network.now(), now + 1, "one cycle");
    network.audit().unwrap_or_else(|error| panic!("{shape:?}, cycle {now}: {error}"));
    seen.most = seen.most.max(inside(network, shape));
    seen.cycles = network.now();
}

/// A script, cycle by cycle, until the mesh is drained: flits the endpoint knows of are those the mesh knows of.
fn drained<N: Network>(shape: Shape, mut script: Script) -> Seen {
    let (mut network, mut seen) = (N::new(shape), Seen::default());
    let total: u64 = script.packets.iter().map(|packet| u64::from(packet.flits)).sum();
    script.start(&mut network);
    while script.arrivals.len() < total as usize {
        cycle(&mut network, &shape, &mut seen, |network, log| {
            network.run(network.now() + 1, &mut script, log);
        });
        let taken: u64 = (0..shape.nets).map(|net| network.flits(net)[1]).sum();
        assert_eq!(taken, script.arrivals.len() as u64, "{shape:?}: what is taken arrives");
        assert!(seen.cycles < 100_000, "{shape:?}: no end");
    }
    assert_eq!(inside(&network, &shape), 0, "{shape:?}");
    seen
}

/// The same in one go.
fn in_one_go<N: Network>(shape: Shape, mut script: Script, until: Cycle) -> HashLog {
    let (mut network, mut log) = (N::new(shape), HashLog::default());
    script.start(&mut network);
    network.run(until, &mut script, &mut log);
    log
}

/// Steps with markers, cycle by cycle.
fn stepped<N: Network>(shape: Shape, mut steps: Steps) -> (Seen, Vec<Vec<Cycle>>) {
    let (mut network, mut seen) = (N::new(shape), Seen::default());
    steps.start(&mut network);
    while !steps.over() {
        cycle(&mut network, &shape, &mut seen, |network, log| {
            network.run(network.now() + 1, &mut steps, log);
        });
        assert!(seen.cycles < 100_000, "{shape:?}: no end");
    }
    assert_eq!(inside(&network, &shape), 0, "{shape:?}");
    (seen, steps.advances)
}

/// The same in one go.
fn stepped_in_one_go<N: Network>(shape: Shape, mut steps: Steps, until: Cycle) -> HashLog {
    let (mut network, mut log) = (N::new(shape), HashLog::default());
    steps.start(&mut network);
    network.run(until, &mut steps, &mut log);
    assert!(steps.over());
    log
}

#[test]
fn flits_and_credits_are_conserved_in_every_cycle() {
    let (mut cycles, mut flits, mut channels) = (0, 0, [0; 5]);
    for seed in 0..100 {
        let mut n = Numbers(seed ^ 0xc0_115e);
        let shape = shape(&mut n, false);
        let script = Script::new(shape, packets(&mut n, &shape, 60), [1, 1, 2, 7][n.below(4) as usize]);
        let sparse = drained::<Sparse>(shape, script.clone());
        let dense = with_dense!(shape, D => drained::<D>(shape, script.clone()));
        assert_eq!(sparse, dense, "seed {seed}, {shape:?}");
        let until = sparse.cycles;
        assert_eq!(sparse.log, in_one_go::<Sparse>(shape, script.clone(), until), "seed {seed}: events");
        let planes = with_dense!(shape, D => in_one_go::<D>(shape, script.clone(), until));
        assert_eq!(sparse.log, planes, "seed {seed}: planes");
        assert_eq!(sparse.log, in_one_go::<Oracle>(shape, script, until), "seed {seed}: oracle");
        cycles += 2 * until;
        flits += sparse.most;
        channels[shape.vcs as usize] += 1;
    }
    println!("{cycles} cycles audited, {flits} flits inside at most, all meshes together");
    assert!(cycles > 20_000 && flits > 2_000, "{cycles} cycles, {flits} flits");
    assert!(channels[1..].iter().all(|cases| *cases > 10), "{channels:?}");
}

#[test]
fn markers_are_conserved_in_every_cycle() {
    let (mut cycles, mut flits) = (0, 0);
    for seed in 0..60 {
        let mut n = Numbers(seed ^ 0x000f_1a66);
        let shape = shape(&mut n, true);
        let steps = Steps::new(shape, shape.rest, 3, [8, 3, 0][seed as usize % 3], &mut n);
        let sparse = stepped::<Sparse>(shape, steps.clone());
        let dense = with_dense!(shape, D => stepped::<D>(shape, steps.clone()));
        // When a marker in a router counts as made is each engine's own affair; when it moves is not.
        assert_eq!((&sparse.0.log, &sparse.1), (&dense.0.log, &dense.1), "seed {seed}, {shape:?}");
        let until = sparse.0.cycles;
        let events = stepped_in_one_go::<Sparse>(shape, steps.clone(), until);
        let planes = with_dense!(shape, D => stepped_in_one_go::<D>(shape, steps.clone(), until));
        assert_eq!((&sparse.0.log, &sparse.0.log), (&events, &planes), "seed {seed}");
        cycles += 2 * until;
        flits += sparse.0.most;
    }
    println!("{cycles} cycles audited, {flits} flits and markers inside at most, all meshes together");
    assert!(cycles > 20_000 && flits > 500, "{cycles} cycles, {flits} flits");
}
