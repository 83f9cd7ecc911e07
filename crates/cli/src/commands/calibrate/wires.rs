//! The mesh and the barrier: mb6 to mb8.
#![allow(clippy::float_arithmetic, reason = "slopes and rates")]

use emulator::time::mesh::traffic::{Departure, Engine, replay};
use emulator::time::mesh::{NoLog, Shape, Size};
use isa::chip::ChipDescription;
use isa::timing::{Barrier, Timing};

use super::bench::{Bench, Measured};
use super::fit::{Line, line};
use super::program::{Program, board};
use super::published::Unit;
use crate::failure::Failure;

/// Tiles of the mesh of pings and flows.
const TILES: [u32; 2] = [8, 4];
/// Deepest FIFO of a flow.
const DEPTH_MAX: u32 = 40;
/// Packets of a flow, a multiple of small depths and intervals.
const FLOW: u64 = 840;

fn shape(timing: &Timing, tiles: [u32; 2]) -> Result<Shape, Failure> {
    let shape = Shape::new(Size::chip(tiles[0], tiles[1], 1), timing);
    shape.map_err(|error| Failure::user(error.to_string()))
}

fn play(
    shape: Shape,
    departures: &[Departure],
) -> Result<emulator::time::mesh::traffic::Measurement, Failure> {
    let played = replay(shape, departures, 1_000_000, (Engine::Sparse, &mut NoLog));
    played.map_err(|error| Failure::internal(error.to_string()))
}

/// Pings between all tiles over every network (mb6).
pub fn pings(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (timing, shape) = (bench.timing, shape(bench.timing, TILES)?);
    let mut points = Vec::new();
    for source in 0..shape.tiles() as u32 {
        for to in 0..shape.tiles() as u32 {
            let far = [source % TILES[0], to % TILES[0], source / TILES[0], to / TILES[0]];
            let [dx, dy] = [far[0].abs_diff(far[1]), far[2].abs_diff(far[3])];
            // One after another: the networks of synthetic traffic take turns.
            let departures: Vec<Departure> = (0..timing.nets)
                .map(|net| Departure { at: u64::from(net) * 1_000_000, source, to })
                .collect();
            let played = play(shape, &departures)?;
            let latency = played.latency_max;
            if played.latency_sum != latency * u64::from(timing.nets) {
                return Err(Failure::internal(format!("networks differ from {source} to {to}")));
            }
            points.push(([f64::from(dx), f64::from(dy)], latency as f64));
        }
    }
    let described = |tiles: [(u32, u32); 2]| u64::from(shape.latency(tiles[0], tiles[1]));
    let local = described([(0, 0), (0, 0)]);
    let on_axis = |axis: usize| -> Vec<(f64, f64)> {
        points
            .iter()
            .filter(|(far, _)| far[1 - axis] == 0.0)
            .map(|(far, latency)| (far[axis], *latency))
            .collect()
    };
    let [east_west, north_south] = [on_axis(0), on_axis(1)];
    let (east, north) = (line(&east_west), line(&north_south));
    let distance = |([dx, dy], latency): &([f64; 2], f64)| {
        (latency - east.intercept - east.slope * dx - north.slope * dy).abs()
    };
    let residual = points.iter().map(distance).fold(0.0, f64::max);
    bench.keep("mb6", "tiles east or west", "cycles", &east_west);
    bench.keep("mb6", "tiles north or south", "cycles", &north_south);
    bench.time("mb6", "local", local, Line { slope: east.intercept, intercept: 0.0, residual });
    bench.time("mb6", "east_west", described([(0, 0), (1, 0)]) - local, Line { residual, ..east });
    bench.time("mb6", "north_south", described([(0, 0), (0, 1)]) - local, Line { residual, ..north });
    Ok(())
}

/// What a message costs by distance (mb6, as a program).
pub fn hops(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (chip, timing, table) = (board([1, 1], TILES)?, bench.timing, bench.timing.energy);
    let of = |core: u32| -> Result<f64, Failure> {
        let place = core.to_string();
        let step = Program::new("mb6", &[("const place = ", &place)], &chip)?.steady(timing)?;
        Ok(step.energy.network as f64 / 1000.0)
    };
    let local = of(1)?;
    let (mut east, mut north) = (vec![(0.0, local)], vec![(0.0, local)]);
    for tiles in 1..TILES[0] {
        east.push((tiles.into(), of(tiles * chip.cores_per_tile)?));
    }
    for tiles in 1..TILES[1] {
        north.push((tiles.into(), of(tiles * TILES[0] * chip.cores_per_tile)?));
    }
    bench.energy("mb6", "local", table.local.into(), Line { slope: local, intercept: 0.0, residual: 0.0 });
    bench.energy("mb6", "east_west", table.hop_east_west.into(), line(&east));
    bench.energy("mb6", "north_south", table.hop_north_south.into(), line(&north));
    Ok(())
}

/// Cycles from flit to flit of a flow to a neighbour, when it has settled: what the last packet waits longer for in a
/// flow of twice as many, which are all made a cycle apart.
fn gap(timing: &Timing, tiles: [u32; 2]) -> Result<f64, Failure> {
    let shape = shape(timing, tiles)?;
    let packets = |count: u64| (0..count).map(|at| Departure { at, source: 0, to: 1 }).collect::<Vec<_>>();
    let [first, both] = [play(shape, &packets(FLOW))?, play(shape, &packets(2 * FLOW))?];
    Ok(1.0 + (both.latency_max - first.latency_max) as f64 / FLOW as f64)
}

/// One flow at full rate through FIFOs of every depth (mb7).
pub fn flows(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let stages = bench.timing.router.rc + bench.timing.router.sa + bench.timing.router.st;
    for (key, wire, tiles) in [
        ("round_trip_east_west", bench.timing.link.east_west, [2, 1]),
        ("round_trip_north_south", bench.timing.link.north_south, [1, 2]),
    ] {
        let trip = stages + 2 * wire + bench.timing.link.credit_extra;
        let mut timing = Timing { nets: 1, ..bench.timing.clone() };
        let mut points = Vec::new();
        for depth in (1..=DEPTH_MAX).chain((trip > DEPTH_MAX).then_some(trip)) {
            (timing.router.buffer, timing.nif.receive) = (depth, timing.nif.receive.max(depth));
            points.push((f64::from(depth), 1.0 / gap(&timing, tiles)?));
        }
        let over = format!("flits of a FIFO, {} x {} tiles", tiles[0], tiles[1]);
        bench.keep("mb7", &over, "flits per cycle", &points);
        // With one slot, the next flit waits for its credit.
        let (slope, residual) = (1.0 / points[0].1, 0.0);
        bench.time("mb7", key, trip.into(), Line { slope, intercept: 0.0, residual });
        if tiles == [2, 1] {
            add_bandwidth(bench, points.iter().map(|p| p.1).fold(0.0, f64::max));
        }
    }
    Ok(())
}

/// Adds what all networks carry over a link, from flits per cycle of one.
fn add_bandwidth(bench: &mut Bench<'_>, most: f64) {
    let (nets, [p, q]) = (bench.timing.nets, bench.timing.link.interval.map(u64::from));
    let described = q * 1_000_000 / p * u64::from(nets);
    let value = most * f64::from(nets) * 1e6;
    bench.add(&Measured {
        benchmark: "mb7",
        key: "bandwidth",
        unit: Unit::Bandwidth,
        described,
        value,
        residual: 0.0,
    });
}

/// The step of no compartments, by the steps of 4 and 8.
fn empty(
    name: &str,
    changes: &[(&str, &str)],
    chip: &ChipDescription,
    timing: &Timing,
) -> Result<f64, Failure> {
    let of = |n: &str| -> Result<f64, Failure> {
        let changes: Vec<(&str, &str)> = changes.iter().copied().chain([("const n = ", n)]).collect();
        Ok(Program::new(name, &changes, chip)?.steady(timing)?.cycles as f64)
    };
    Ok(2.0 * of("4")? - of("8")?)
}

/// The step of nothing, by tiles and by chips (mb8).
pub fn barrier(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let timing = bench.timing;
    let mut points = Vec::new();
    for (key, tiles) in [
        ("barrier_1", [1, 1]),
        ("barrier_2", [2, 1]),
        ("barrier_4", [2, 2]),
        ("barrier_8", [4, 2]),
        ("barrier_16", [4, 4]),
        ("barrier_32", [8, 4]),
    ] {
        let count = tiles[0] * tiles[1];
        let out = format!("on{count}(first = 0)");
        let cycles = empty("mb8", &[("tiles = ", &out)], &board([1, 1], tiles)?, timing)?;
        points.push((f64::from(count), cycles));
        add_barrier(bench, key, ([1, 1], tiles), cycles);
    }
    bench.keep("mb8", "tiles", "cycles", &points);
    if !matches!(timing.barrier, Barrier::Marker { .. }) {
        return Ok(());
    }
    let mut points = Vec::new();
    for (key, chips) in [("barrier_256_chips", [4, 64]), ("barrier_768_chips", [12, 64])] {
        let chip = ChipDescription { cores_per_tile: 1, ..board(chips, [8, 4])? };
        let cycles = empty("mb1", &[], &chip, &Timing { nets: 1, ..timing.clone() })?;
        points.push((f64::from(chips[0] * chips[1]), cycles));
        add_barrier(bench, key, (chips, [8, 4]), cycles);
    }
    bench.keep("mb8", "chips", "cycles", &points);
    Ok(())
}

/// Adds a barrier beside what the calibration's fields make: two sweeps from edge to edge, or a row of a table.
fn add_barrier(bench: &mut Bench<'_>, key: &'static str, (chips, tiles): ([u32; 2], [u32; 2]), cycles: f64) {
    let timing = bench.timing;
    let described = match &timing.barrier {
        Barrier::Marker { base, hop, phases } => {
            let stages = timing.router.rc + timing.router.sa + timing.router.st + hop;
            let [across, down] = [chips[0] * tiles[0] - 1, chips[1] * tiles[1] - 1];
            let way = across * (stages + timing.link.east_west)
                + down * (stages + timing.link.north_south)
                + (chips[0] + chips[1] - 2) * timing.link.chip;
            base + phases * way
        }
        _ => timing.table_cycles(tiles[0] * tiles[1]),
    };
    bench.time("mb8", key, described.into(), Line { slope: cycles, intercept: 0.0, residual: 0.0 });
}
