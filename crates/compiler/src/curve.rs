//! A space-filling order of the cores of a board: cores that follow each other are near each other.

use isa::chip::{ChipDescription, Grid};
use isa::ids::CoreId;

/// Every core: chips along a Hilbert curve, tiles of a chip along one, the cores of a tile one after another.
#[must_use]
pub fn curve(chip: &ChipDescription) -> Vec<CoreId> {
    let tiles = hilbert(chip.mesh);
    let mut cores = Vec::with_capacity(chip.cores() as usize);
    for at in hilbert(chip.board) {
        for &tile in &tiles {
            let first = at * chip.cores_per_chip() + tile * chip.cores_per_tile;
            cores.extend((first..first + chip.cores_per_tile).map(CoreId));
        }
    }
    cores
}

/// Cells of a grid, row by row numbers, in the order of the Hilbert curve of the square around it.
fn hilbert(grid: Grid) -> Vec<u32> {
    let side = grid.width.max(grid.height).next_power_of_two();
    // The first half of the curve fills a half of the square: the one that a flat or a tall grid is.
    let turned = |(x, y)| if grid.width > grid.height { (y, x) } else { (x, y) };
    let cells = (0..u64::from(side) * u64::from(side)).map(|d| turned(cell(side, d)));
    cells.filter(|&(x, y)| x < grid.width && y < grid.height).map(|(x, y)| y * grid.width + x).collect()
}

/// Column and row of the point at distance `d` along the Hilbert curve of a square.
fn cell(side: u32, d: u64) -> (u32, u32) {
    let (mut x, mut y, mut rest, mut size) = (0u32, 0u32, d, 1u32);
    while size < side {
        let (right, up) = (((rest / 2) & 1) as u32, ((rest ^ (rest / 2)) & 1) as u32);
        if up == 0 {
            if right == 1 {
                (x, y) = (size - 1 - x, size - 1 - y);
            }
            (x, y) = (y, x);
        }
        (x, y) = (x + size * right, y + size * up);
        rest /= 4;
        size *= 2;
    }
    (x, y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_core_once_and_neighbours_follow() {
        for name in ["loihi", "loihi-8", "tiny"] {
            let chip = ChipDescription::shipped(name).unwrap();
            let order = curve(&chip);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..chip.cores()).map(CoreId).collect::<Vec<_>>());
            let step = |pair: &[CoreId]| {
                let (a, b) = (chip.place(pair[0]), chip.place(pair[1]));
                a.x.abs_diff(b.x) + a.y.abs_diff(b.y)
            };
            let on_chip = |pair: &&[CoreId]| chip.place(pair[0]).chip == chip.place(pair[1]).chip;
            assert!(order.windows(2).filter(on_chip).all(|pair| step(pair) <= 1), "{name}");
        }
    }
}
