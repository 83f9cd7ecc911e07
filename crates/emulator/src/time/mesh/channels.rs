//! Deadlock freedom, checked for a description: the graph of channels that wait for each other has no cycle.

use super::{Flit, Shape, port};

/// An order of all channels (`router * ports + output`) in which every channel comes before those that its flits may
/// wait for; or a channel on a cycle.
///
/// # Errors
/// A channel that waits for itself.
pub fn order(shape: &Shape) -> Result<Vec<usize>, usize> {
    let rows = shape.routers() * shape.ports();
    let next: Vec<Vec<usize>> = (0..rows).map(|row| waits_for(shape, row)).collect();
    let mut entries = vec![0; rows];
    next.iter().flatten().for_each(|row| entries[*row] += 1);
    let mut open: Vec<usize> = (0..rows).filter(|row| entries[*row] == 0).collect();
    let mut sorted = Vec::with_capacity(rows);
    while let Some(row) = open.pop() {
        sorted.push(row);
        for to in &next[row] {
            entries[*to] -= 1;
            if entries[*to] == 0 {
                open.push(*to);
            }
        }
    }
    match (0..rows).find(|row| entries[*row] > 0) {
        Some(row) => Err(row),
        None => Ok(sorted),
    }
}

/// The outputs that a flit on a channel may want next, by routing it to every column, row and core.
fn waits_for(shape: &Shape, row: usize) -> Vec<usize> {
    let (router, output) = (row / shape.ports(), row % shape.ports());
    let Some(far) = (output < port::LOCAL).then(|| shape.neighbour(router, output)).flatten() else {
        return Vec::new();
    };
    let mut wants = Vec::new();
    for (x, y) in turns(shape, router, far) {
        for slot in 0..shape.size.cores_per_tile {
            let flit = Flit::spike(x, y, slot, 0);
            if shape.route(router, flit) == output {
                wants.push(far * shape.ports() + shape.route(far, flit));
            }
        }
    }
    wants.sort_unstable();
    wants.dedup();
    wants
}

/// Destinations that tell all turns apart: columns and rows at and beside both routers, and the corners.
fn turns(shape: &Shape, router: usize, far: usize) -> impl Iterator<Item = (u32, u32)> {
    let around = |a: u32, b: u32, side: u32| {
        let mut all: Vec<u32> =
            [0, side - 1, a, b].into_iter().flat_map(|c| [c.saturating_sub(1), c, c + 1]).collect();
        all.retain(|c| *c < side);
        all.sort_unstable();
        all.dedup();
        all
    };
    let ((_, y, x), (_, far_y, far_x)) = (shape.place(router), shape.place(far));
    let (columns, rows) = (around(x, far_x, shape.size.width), around(y, far_y, shape.size.height));
    columns.into_iter().flat_map(move |x| rows.clone().into_iter().map(move |y| (x, y)))
}
