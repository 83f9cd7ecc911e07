//! Where the cores of a board are, looked up by their numbers.

use isa::chip::ChipDescription;
use isa::ids::CoreId;

use crate::time::mesh::{Flit, Shape};

/// By core number of the image.
#[derive(Clone, Debug)]
pub struct Board {
    chip: ChipDescription,
    /// Whether there is but one chip.
    is_chip: bool,
    flits: Vec<Flit>,
    locals: Vec<u32>,
}

impl Board {
    /// All cores of a board.
    #[must_use]
    pub fn new(chip: &ChipDescription, shape: &Shape) -> Self {
        let places = (0..chip.cores()).map(|core| chip.place(CoreId(core)));
        let local = |x: u32, y: u32, slot: u32| (y * shape.size.width + x) * chip.cores_per_tile + slot;
        Self {
            chip: chip.clone(),
            is_chip: chip.board.count() == 1,
            flits: places.clone().map(|place| Flit::spike(place.x, place.y, place.slot, 0)).collect(),
            locals: places.map(|place| local(place.x, place.y, place.slot)).collect(),
        }
    }

    /// Links between chips on the way from tile to tile, by column and row.
    #[inline]
    #[must_use]
    pub const fn links(&self, [from, to]: [(u32, u32); 2]) -> u32 {
        if self.is_chip { 0 } else { self.chip.chip_links(from, to) }
    }

    /// A flit to a core.
    #[inline]
    #[must_use]
    pub fn flit(&self, core: CoreId) -> Flit {
        self.flits[core.0 as usize]
    }

    /// A core's number at the mesh.
    #[inline]
    #[must_use]
    pub fn local(&self, core: CoreId) -> u32 {
        self.locals[core.0 as usize]
    }
}
