//! Size and delays of a mesh, as one plain struct that all engines read.

use isa::chip::ChipDescription;
use isa::timing::{Barrier, Timing};

use super::{Flit, channels, port};

/// Largest width and height, tiles: a flit names its destination with 10 bits each.
pub const SIDE_MAX: u32 = 1024;
/// Most routers of all networks together.
pub const ROUTERS_MAX: u32 = 1 << 18;

/// Tiles and cores, over the whole board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Tiles in x.
    pub width: u32,
    /// Tiles in y.
    pub height: u32,
    /// Cores of a tile, 1..=4.
    pub cores_per_tile: u32,
    /// Tiles of one chip in x; wires to the next chip are longer.
    pub chip_width: u32,
    /// Tiles of one chip in y.
    pub chip_height: u32,
}

impl Size {
    /// One chip of `width` times `height` tiles.
    #[must_use]
    pub const fn chip(width: u32, height: u32, cores_per_tile: u32) -> Self {
        Self { width, height, cores_per_tile, chip_width: width, chip_height: height }
    }

    /// The board of a chip description.
    #[must_use]
    pub const fn of(chip: &ChipDescription) -> Self {
        Self {
            width: chip.board.width * chip.mesh.width,
            height: chip.board.height * chip.mesh.height,
            cores_per_tile: chip.cores_per_tile,
            chip_width: chip.mesh.width,
            chip_height: chip.mesh.height,
        }
    }
}

/// Why a mesh cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MeshError {
    /// A side, a tile or the whole is too large or empty.
    #[error("mesh: {what} = {value}, but 1..={max} is possible")]
    Size {
        /// What.
        what: &'static str,
        /// How much.
        value: u32,
        /// The most.
        max: u32,
    },
    /// Packets may wait for each other for ever.
    #[error(
        "mesh: packets may wait for each other in a circle through output {output} of tile ({x}, {y}): route x first, then y"
    )]
    Circle {
        /// A mesh output, in the order of [`port`].
        output: usize,
        /// Its column.
        x: u32,
        /// Its row.
        y: u32,
    },
}

/// A mesh: size, delays in cycles, depths in flits.
///
/// Router `r = (net * height + y) * width + x`; tile `y * width + x`; core `tile * cores_per_tile + slot`; the local
/// port of a core in a network is `net * cores + core`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Tiles and cores.
    pub size: Size,
    /// Networks.
    pub nets: u32,
    /// Cycles from a FIFO's write to its head's first request.
    pub rc: u32,
    /// Cycles from a grant to the wire: allocation and switch.
    pub switch: u32,
    /// Wires: east-west, north-south, local.
    pub wires: [u32; 3],
    /// Added to a wire between chips.
    pub chip_wire: u32,
    /// Cycles from the arrival of a credit to its use.
    pub credit_extra: u32,
    /// Depth of a router's input FIFO, per virtual channel.
    pub buffer: u32,
    /// Depth of a core's receive FIFO.
    pub receive: u32,
    /// Virtual channels.
    pub vcs: u32,
    /// Mesh outputs carry at most `interval[1]` flits in `interval[0]` cycles.
    pub interval: [u32; 2],
    /// Cycles a marker waits at a mesh output; none without a marker barrier.
    pub marker_hop: Option<u32>,
    /// Phases of the marker barrier.
    pub phases: u32,
    /// Cycles after the one of a tile's advance in which its cores send nothing yet: so every endpoint promises.
    pub rest: u32,
}

impl Shape {
    /// The mesh of a size under a calibration.
    ///
    /// # Errors
    /// [`MeshError::Size`]; [`MeshError::Circle`] where packets could block each other, which XY routing rules out.
    pub fn new(size: Size, timing: &Timing) -> Result<Self, MeshError> {
        let rows = [
            ("width", size.width, SIDE_MAX),
            ("height", size.height, SIDE_MAX),
            ("cores_per_tile", size.cores_per_tile, 4),
            ("chip_width", size.chip_width, SIDE_MAX),
            ("chip_height", size.chip_height, SIDE_MAX),
            ("routers", size.width.saturating_mul(size.height).saturating_mul(timing.nets), ROUTERS_MAX),
        ];
        if let Some((what, value, max)) = rows.into_iter().find(|(_, value, max)| *value == 0 || value > max)
        {
            return Err(MeshError::Size { what, value, max });
        }
        let (marker_hop, phases) = match timing.barrier {
            Barrier::Marker { hop, phases, .. } => (Some(hop), phases),
            _ => (None, 2),
        };
        let shape = Self {
            size,
            nets: timing.nets,
            rc: timing.router.rc,
            switch: timing.router.sa + timing.router.st,
            wires: [timing.link.east_west, timing.link.north_south, timing.link.local],
            chip_wire: timing.link.chip,
            credit_extra: timing.link.credit_extra,
            buffer: timing.router.buffer,
            receive: timing.nif.receive,
            vcs: timing.router.vcs,
            interval: timing.link.interval,
            marker_hop,
            phases,
            rest: timing.remainder(),
        };
        shape.check(|router, flit| shape.route(router, flit))?;
        Ok(shape)
    }

    /// Checks that packets that are routed like this never wait for each other in a circle.
    ///
    /// # Errors
    /// [`MeshError::Circle`].
    pub fn check(&self, route: impl Fn(usize, Flit) -> usize) -> Result<(), MeshError> {
        channels::order(self, route).map(drop).map_err(|channel| {
            let (_, y, x) = self.place(channel / port::LOCAL);
            MeshError::Circle { output: channel % port::LOCAL, x, y }
        })
    }

    /// Tiles of the board.
    #[must_use]
    pub const fn tiles(&self) -> usize {
        (self.size.width * self.size.height) as usize
    }

    /// Routers of all networks.
    #[must_use]
    pub const fn routers(&self) -> usize {
        self.tiles() * self.nets as usize
    }

    /// Cores of the board.
    #[must_use]
    pub const fn cores(&self) -> usize {
        self.tiles() * self.size.cores_per_tile as usize
    }

    /// Local ports of all networks.
    #[must_use]
    pub const fn locals(&self) -> usize {
        self.cores() * self.nets as usize
    }

    /// Ports of a router.
    #[must_use]
    pub const fn ports(&self) -> usize {
        port::LOCAL + self.size.cores_per_tile as usize
    }

    /// Network, row and column of a router.
    #[must_use]
    pub const fn place(&self, router: usize) -> (u32, u32, u32) {
        let (net, tile) = (router / self.tiles(), (router % self.tiles()) as u32);
        (net as u32, tile / self.size.width, tile % self.size.width)
    }

    /// The router and port slot of a local port.
    #[must_use]
    pub const fn local(&self, local: usize) -> (usize, usize) {
        let slots = self.size.cores_per_tile as usize;
        (local / slots, local % slots)
    }

    /// The router at the far end of a mesh output, if there is one.
    #[must_use]
    pub const fn neighbour(&self, router: usize, output: usize) -> Option<usize> {
        let (_, y, x) = self.place(router);
        let width = self.size.width as usize;
        match output {
            port::EAST if x + 1 < self.size.width => Some(router + 1),
            port::WEST if x > 0 => Some(router - 1),
            port::NORTH if y + 1 < self.size.height => Some(router + width),
            port::SOUTH if y > 0 => Some(router - width),
            _ => None,
        }
    }

    /// The wire of an output, cycles; the same for the credits that come back over it.
    #[must_use]
    pub const fn wire(&self, router: usize, output: usize) -> u32 {
        let (_, y, x) = self.place(router);
        let (wide, high) = (self.size.chip_width, self.size.chip_height);
        let leaves = match output {
            port::EAST => (x + 1) % wide == 0,
            port::WEST => x % wide == 0,
            port::NORTH => (y + 1) % high == 0,
            port::SOUTH => y % high == 0,
            _ => false,
        };
        let wire = if output < port::LOCAL { self.wires[output / 2] } else { self.wires[2] };
        wire + if leaves { self.chip_wire } else { 0 }
    }

    /// The output a flit wants at a router: first x, then y, then its core.
    #[must_use]
    pub const fn route(&self, router: usize, flit: Flit) -> usize {
        let (_, y, x) = self.place(router);
        if flit.x() > x {
            port::EAST
        } else if flit.x() < x {
            port::WEST
        } else if flit.y() > y {
            port::NORTH
        } else if flit.y() < y {
            port::SOUTH
        } else {
            port::LOCAL + flit.slot() as usize
        }
    }

    /// Cycles from a grant to the first request (mesh) or to the core (local) at the far end.
    #[must_use]
    pub const fn flight(&self, router: usize, output: usize) -> u32 {
        let wire = self.switch + self.wire(router, output);
        if output < port::LOCAL { wire + self.rc } else { wire }
    }

    /// Cycles from a core's sending to the first request in its router.
    #[must_use]
    pub const fn injection(&self) -> u32 {
        1 + self.wires[2] + self.rc
    }

    /// Cycles from a pop to the use of its credit, over the wire of `output` of `router` that filled the FIFO.
    #[must_use]
    pub const fn credit(&self, router: usize, output: usize) -> u32 {
        self.wire(router, output) + self.credit_extra
    }

    /// The longest delay of anything in flight, cycles.
    #[must_use]
    pub fn delay_max(&self) -> u32 {
        let wire = self.wires.into_iter().max().unwrap_or(0) + self.chip_wire;
        let flight = wire + self.switch + self.rc + 1;
        let interval = self.interval[0] / self.interval[1].max(1) + 2;
        flight.max(wire + self.credit_extra).max(self.marker_hop.unwrap_or(0)).max(interval)
    }

    /// Cycles a lone flit takes between two tiles, sending to arrival.
    #[must_use]
    pub fn latency(&self, from: (u32, u32), to: (u32, u32)) -> u32 {
        let stages = self.rc + self.switch;
        let (dx, dy) = (from.0.abs_diff(to.0), from.1.abs_diff(to.1));
        let crossings = |a: u32, b: u32, chip: u32| (a / chip).abs_diff(b / chip);
        let chips =
            crossings(from.0, to.0, self.size.chip_width) + crossings(from.1, to.1, self.size.chip_height);
        (1 + self.wires[2])
            + dx * (stages + self.wires[0])
            + dy * (stages + self.wires[1])
            + chips * self.chip_wire
            + stages
            + self.wires[2]
    }
}
