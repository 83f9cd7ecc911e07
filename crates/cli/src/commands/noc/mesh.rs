//! The mesh that arguments ask for.

use emulator::time::mesh::{Shape, Size};
use isa::timing::{Barrier, FIFO_MAX, Timing, VCS_MAX};

use crate::calibration;
use crate::failure::Failure;
use crate::number;

/// Most tiles in a row or column.
const SIDE_MAX: u32 = 256;

#[derive(clap::Args)]
pub struct Options {
    /// Tiles, columns x rows
    #[arg(long, default_value = "8x8", value_parser = sides, value_name = "WxH", allow_hyphen_values = true)]
    mesh: [u32; 2],
    /// Cores of a tile, 1 to 4; each is a node
    #[arg(long, default_value_t = 1, value_parser = number::count::<4>, allow_negative_numbers = true)]
    cores: u32,
    /// Delays and depths: a name (`seamount isa calibrations`), a file.toml or an architecture.yaml of SANA-FE
    #[arg(long, default_value = "noc-reference")]
    calibration: String,
    /// Flits of an input FIFO instead of the calibration's (of the cores' too, where the calibration has them equal)
    #[arg(long, value_parser = number::count::<FIFO_MAX>, allow_negative_numbers = true)]
    buffer: Option<u32>,
    /// Virtual channels instead of the calibration's, 1 to 4
    #[arg(long, value_parser = number::count::<VCS_MAX>, allow_negative_numbers = true)]
    vcs: Option<u32>,
}

/// A mesh under a calibration.
pub struct Mesh {
    /// Its delays and depths.
    pub shape: Shape,
    /// What they come from.
    pub timing: Timing,
}

impl Mesh {
    /// `8 x 8 tiles of 1, noc-reference`.
    pub fn name(&self) -> String {
        let size = self.shape.size;
        let cores =
            if size.cores_per_tile == 1 { String::new() } else { format!(" of {}", size.cores_per_tile) };
        format!("{} x {} tiles{cores}, {}", size.width, size.height, self.timing.name)
    }
}

impl Options {
    /// The mesh.
    pub fn build(&self) -> Result<Mesh, Failure> {
        let mut timing = calibration::find(&self.calibration)?;
        if let Some(buffer) = self.buffer {
            if timing.nif.receive == timing.router.buffer {
                timing.nif.receive = buffer;
            }
            timing.router.buffer = buffer;
        }
        timing.router.vcs = self.vcs.unwrap_or(timing.router.vcs);
        if (2..=4).contains(&timing.router.vcs) && matches!(timing.barrier, Barrier::Marker { .. }) {
            let what = format!("--vcs {}: `{}` has a marker barrier", timing.router.vcs, timing.name);
            return Err(Failure::user(format!(
                "{what}, and in another channel a marker would overtake spikes"
            ))
            .help("leave --vcs out, or take `--calibration noc-reference`, which has none"));
        }
        timing
            .check()
            .map_err(|error| Failure::user(error.to_string()).help("leave --buffer and --vcs out"))?;
        let [width, height] = self.mesh;
        let shape = Shape::new(Size::chip(width, height, self.cores), &timing);
        let shape = shape.map_err(|error| Failure::user(error.to_string()).help("name a smaller --mesh"))?;
        Ok(Mesh { shape, timing })
    }
}

/// `8x4`: columns and rows.
fn sides(text: &str) -> Result<[u32; 2], String> {
    let side = |text: &str| text.parse::<u32>().ok().filter(|side| (1..=SIDE_MAX).contains(side));
    let found = text.split_once(['x', 'X']).and_then(|(width, height)| Some([side(width)?, side(height)?]));
    found.ok_or_else(|| format!("a mesh is columns x rows, 1 to {SIDE_MAX} each, e.g. 8x4"))
}

#[cfg(test)]
mod tests {
    use super::sides;

    #[test]
    fn sides_are_two_numbers() {
        assert_eq!((sides("8x4"), sides("1X256")), (Ok([8, 4]), Ok([1, 256])));
        for bad in ["8", "0x4", "8x", "8x257", "8x4x2", "axb", "-1x4"] {
            assert!(sides(bad).is_err(), "{bad}");
        }
    }
}
