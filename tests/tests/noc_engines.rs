//! Engines and oracle agree grant by grant, on random legal meshes and random traffic; nothing is lost or overtaken.

use std::collections::BTreeMap;

use emulator::time::mesh::sparse::Sparse;
use emulator::time::mesh::{FlitGrant, HashLog, Network, Shape};
use emulator::with_dense;
use isa::timing::{FIFO_MAX, VCS_MAX};
use seamount_tests::noc::oracle::Oracle;
use seamount_tests::noc::random::{Numbers, packets, size, timing};
use seamount_tests::noc::script::Script;

/// Plays a script until the mesh is drained, auditing on the way.
fn play<N: Network>(mut script: Script, shape: Shape) -> (HashLog, Script) {
    let mut network = N::new(shape);
    let mut log = HashLog::default();
    script.start(&mut network);
    for round in 0..400 {
        network.run(network.now() + 100 + round * 50, &mut script, &mut log);
        network.audit().unwrap_or_else(|e| panic!("{shape:?}: {e}"));
        let inside: u64 = (0..shape.nets).map(|net| network.flits(net)[2]).sum();
        if inside == 0 && script.unsent() == 0 {
            return (log, script);
        }
    }
    panic!("{shape:?} is not drained");
}

fn case(seed: u64) -> (Shape, Script) {
    let mut n = Numbers(seed);
    let shape = Shape::new(size(&mut n), &timing(&mut n, false)).expect("a mesh");
    let packets = packets(&mut n, &shape, 300);
    let pause = [1, 1, 3, 10][n.below(4) as usize];
    (shape, Script::new(shape, packets, pause))
}

/// Packets of one source, destination and network arrive whole and in the order they were sent.
fn in_order(script: &Script) {
    let mut last = BTreeMap::new();
    let flits: u32 = script.packets.iter().map(|packet| packet.flits).sum();
    assert_eq!(script.arrivals.len(), flits as usize, "every flit arrives once");
    for arrival in &script.arrivals {
        let packet = script.packets[arrival.packet as usize];
        let flow = (packet.core, packet.to, packet.net);
        let before = last.insert(flow, (arrival.packet, !arrival.tail)).unwrap_or((0, false));
        assert!(before <= (arrival.packet, arrival.tail), "{flow:?}: {before:?} then {arrival:?}");
    }
}

#[test]
fn all_engines_and_the_oracle_write_one_log() {
    for seed in 0..60 {
        let (shape, script) = case(seed);
        let (oracle, played) = play::<Oracle>(script.clone(), shape);
        let (sparse, by_events) = play::<Sparse>(script.clone(), shape);
        if oracle != sparse {
            first_difference::<Sparse>(seed, script.clone(), shape);
        }
        let (dense, by_planes) = with_dense!(shape, D => play::<D>(script.clone(), shape));
        if oracle != dense {
            with_dense!(shape, D => first_difference::<D>(seed, script, shape));
        }
        let sorted = |script: &Script| {
            let mut arrivals = script.arrivals.clone();
            arrivals.sort_unstable();
            arrivals
        };
        assert_eq!(sorted(&played), sorted(&by_events), "seed {seed}");
        assert_eq!(sorted(&played), sorted(&by_planes), "seed {seed}");
        if shape.vcs == 1 {
            in_order(&by_events);
        }
    }
}

#[test]
fn the_deepest_fifos_of_every_description_work() {
    for vcs in 1..=VCS_MAX {
        let mut n = Numbers(vcs.into());
        let mut timing = timing(&mut n, false);
        (timing.router.vcs, timing.router.buffer, timing.nif.receive) = (vcs, FIFO_MAX, FIFO_MAX);
        timing.check().expect("legal");
        let shape = Shape::new(size(&mut n), &timing).expect("a mesh");
        // All to one, at once: FIFOs fill.
        let mut packets = packets(&mut n, &shape, 300);
        packets.iter_mut().for_each(|packet| packet.to = 0);
        let script = Script::new(shape, packets, 1);
        let (oracle, _) = play::<Oracle>(script.clone(), shape);
        assert_eq!(play::<Sparse>(script.clone(), shape).0, oracle, "{vcs} channels");
        assert_eq!(with_dense!(shape, D => play::<D>(script, shape).0), oracle, "{vcs} channels");
    }
}

/// Says where an engine first differs from the oracle.
fn first_difference<N: Network>(seed: u64, script: Script, shape: Shape) {
    let log = |records: &mut Vec<FlitGrant>| records.sort_unstable();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let (mut engine, mut oracle) = (N::new(shape), Oracle::new(shape));
    let (mut first, mut second) = (script.clone(), script);
    first.start(&mut engine);
    second.start(&mut oracle);
    engine.run(20_000, &mut first, &mut ours);
    oracle.run(20_000, &mut second, &mut theirs);
    log(&mut ours);
    log(&mut theirs);
    let at = ours.iter().zip(&theirs).position(|(a, b)| a != b).unwrap_or(ours.len().min(theirs.len()));
    panic!("seed {seed}, {shape:?}: record {at}: {:?} for {:?}", ours.get(at), theirs.get(at));
}
