//! What a mesh can do at best: latency without load, and the load that fills its busiest channel.
#![allow(clippy::float_arithmetic, reason = "means and rates")]

use emulator::time::mesh::traffic::{Pattern, PatternError};
use emulator::time::mesh::{Flit, Shape, port};

/// Mean latency of a pattern's packets of one flit without load, cycles.
pub fn zero_load(shape: &Shape, pattern: Pattern) -> Result<f64, PatternError> {
    if pattern == Pattern::Uniform {
        return Ok(zero_load_uniform(shape));
    }
    let (mut sum, mut pairs) = (0, 0u64);
    each_pair(shape, pattern, |from, to, _| {
        sum += u64::from(shape.latency(tile(shape, from), tile(shape, to)));
        pairs += 1;
    })?;
    Ok(sum as f64 / pairs.max(1) as f64)
}

/// The load in packets per node and cycle that fills the busiest channel, by the routes.
pub fn bound(shape: &Shape, pattern: Pattern, flits: u32) -> Result<f64, PatternError> {
    let mut load = vec![0.0f64; shape.tiles() * shape.ports()];
    match pattern {
        Pattern::Uniform => add_uniform(shape, &mut load),
        _ => each_pair(shape, pattern, |from, to, share| add_route(shape, (from, to), share, &mut load))?,
    }
    let [p, q] = shape.interval.map(f64::from);
    let rate = |(at, load): (usize, f64)| {
        let capacity = if at % shape.ports() < port::LOCAL { q / p } else { 1.0 };
        capacity * f64::from(shape.nets) / (load * f64::from(flits))
    };
    Ok(load.into_iter().enumerate().filter(|(_, load)| *load > 0.0).map(rate).fold(1.0, f64::min))
}

/// Of all pairs of tiles, those at a distance together: a large mesh has too many pairs.
fn zero_load_uniform(shape: &Shape) -> f64 {
    let (width, height) = (shape.size.width, shape.size.height);
    // Ordered pairs of places on a line of `side` that are `by` apart.
    let pairs = |side: u32, by: u32| u64::from(side - by) * if by == 0 { 1 } else { 2 };
    let all = (0..width).flat_map(|dx| (0..height).map(move |dy| (dx, dy)));
    let each = |(dx, dy)| pairs(width, dx) * pairs(height, dy) * u64::from(shape.latency((0, 0), (dx, dy)));
    let tiles = shape.tiles() as f64;
    all.map(each).sum::<u64>() as f64 / (tiles * tiles)
}

/// What uniform traffic puts on every output at load 1: first in x, then in y, in each of which all places are alike.
fn add_uniform(shape: &Shape, load: &mut [f64]) {
    let (width, height) = (shape.size.width, shape.size.height);
    let cores = f64::from(shape.size.cores_per_tile);
    // Packets between the `near` places on one side of a link of a line and the others.
    let over = |near: u32, side: u32| f64::from(near) * f64::from(side - near) / f64::from(side) * cores;
    for router in 0..shape.tiles() {
        let (_, y, x) = shape.place(router);
        let outputs = &mut load[router * shape.ports()..(router + 1) * shape.ports()];
        outputs[port::EAST] = over(x + 1, width);
        outputs[port::WEST] = over(x, width);
        outputs[port::NORTH] = over(y + 1, height);
        outputs[port::SOUTH] = over(y, height);
        outputs[port::LOCAL..port::LOCAL + shape.size.cores_per_tile as usize].fill(1.0);
    }
}

/// Calls `visit` with every node, everybody it sends to, and the share of its packets.
fn each_pair(
    shape: &Shape,
    pattern: Pattern,
    mut visit: impl FnMut(u32, u32, f64),
) -> Result<(), PatternError> {
    let fixed = pattern.fixed(shape)?;
    for from in 0..shape.cores() as u32 {
        let targets = match &fixed {
            Some(fixed) => vec![fixed[from as usize]],
            None => pattern.targets(shape, from)?,
        };
        let share = 1.0 / targets.len() as f64;
        targets.into_iter().for_each(|to| visit(from, to, share));
    }
    Ok(())
}

fn tile(shape: &Shape, node: u32) -> (u32, u32) {
    let tile = node / shape.size.cores_per_tile;
    (tile % shape.size.width, tile / shape.size.width)
}

fn add_route(shape: &Shape, (from, to): (u32, u32), share: f64, load: &mut [f64]) {
    let (x, y) = tile(shape, to);
    let flit = Flit::spike(x, y, to % shape.size.cores_per_tile, 0);
    let mut router = (from / shape.size.cores_per_tile) as usize;
    loop {
        let output = shape.route(router, flit);
        load[router * shape.ports() + output] += share;
        match shape.neighbour(router, output) {
            Some(next) if output < port::LOCAL => router = next,
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use emulator::time::mesh::Size;
    use isa::timing::Timing;

    /// The table of enumerated bounds that comes with the published curves.
    #[test]
    fn bounds_are_those_enumerated_elsewhere() {
        let timing = Timing::shipped("noc-reference").unwrap();
        let shape = Shape::new(Size::chip(8, 8, 1), &timing).unwrap();
        let rows = [
            (Pattern::Uniform, 0.5, 20.75),
            (Pattern::Transpose, 1.0 / 7.0, 20.75),
            (Pattern::Bitcomp, 0.25, 29.0),
            (Pattern::Tornado, 1.0 / 3.0, 27.5),
            (Pattern::Hotspot4, 0.0625, 17.0),
            (Pattern::Hotspot1, 0.015_625, 17.0),
        ];
        for (pattern, limit, latency) in rows {
            let found = bound(&shape, pattern, 1).unwrap();
            assert!((found - limit).abs() < 1e-9, "{pattern:?}: {found}");
            let found = zero_load(&shape, pattern).unwrap();
            assert!((found - latency).abs() < 1e-9, "{pattern:?}: {found}");
        }
        assert!((bound(&shape, Pattern::Uniform, 2).unwrap() - 0.25).abs() < 1e-9);
    }

    /// Uniform traffic by sums is that of all pairs.
    #[test]
    fn uniform_traffic_is_that_of_all_pairs() {
        for (calibration, width, height, cores) in
            [("noc-reference", 5, 3, 2), ("noc-reference", 1, 6, 1), ("loihi1-davies2018", 8, 4, 4)]
        {
            let timing = Timing::shipped(calibration).unwrap();
            let shape = Shape::new(Size::chip(width, height, cores), &timing).unwrap();
            let mut by_pair = vec![0.0; shape.tiles() * shape.ports()];
            let (mut latency, mut by_sum) = (0.0, by_pair.clone());
            each_pair(&shape, Pattern::Uniform, |from, to, share| {
                add_route(&shape, (from, to), share, &mut by_pair);
                latency += share * f64::from(shape.latency(tile(&shape, from), tile(&shape, to)));
            })
            .unwrap();
            add_uniform(&shape, &mut by_sum);
            for (row, (one, other)) in by_pair.iter().zip(&by_sum).enumerate() {
                assert!((one - other).abs() < 1e-9, "{calibration}, row {row}: {one} and {other}");
            }
            let mean = latency / shape.cores() as f64;
            assert!((mean - zero_load(&shape, Pattern::Uniform).unwrap()).abs() < 1e-9, "{mean}");
        }
    }
}
