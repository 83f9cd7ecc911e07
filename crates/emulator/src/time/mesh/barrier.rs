//! The barrier in the mesh: which markers a router has seen, which it must send, and when a tile advances.
//!
//! FLUSH follows the spikes: a router sends it on an output once every input whose flits may leave there has
//! delivered it, and to its cores once all have. ADVANCE goes the same ways between tiles that are flushed. Flags are
//! kept per kind, parity of the step and port, and cleared when the tile advances.

use super::{Cycle, Flit, Kind, Shape, port};

const MESH: u16 = 0xf;
/// By mesh output: the mesh inputs whose flits may leave there under XY routing.
const FEEDS: [u16; 4] = [1 << port::WEST, 1 << port::EAST, 0b1011, 0b0111];

/// A marker that an output owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    /// The router.
    pub router: u32,
    /// The output.
    pub output: u32,
    /// The marker.
    pub flit: Flit,
    /// The first cycle in which it takes part in allocation.
    pub eligible: Cycle,
}

/// Ports by kind (FLUSH, ADVANCE) and parity.
type Flags = [[u16; 2]; 2];

#[derive(Clone, Debug)]
struct Tile {
    epoch: bool,
    cores_done: u32,
}

/// Flags of all routers.
#[derive(Clone, Debug)]
pub struct Barrier {
    now: Cycle,
    hop: Cycle,
    phases: u32,
    slots: u32,
    seen: Vec<Flags>,
    sent: Vec<Flags>,
    /// Mesh ports that do not exist: counted as seen, never sent to.
    edge: Vec<u16>,
    tiles: Vec<Tile>,
    dirty: Vec<u32>,
    is_dirty: Vec<bool>,
}

impl Barrier {
    /// No marker seen; nothing at all without a marker barrier.
    #[must_use]
    pub fn new(shape: &Shape) -> Self {
        let (routers, tiles) =
            if shape.marker_hop.is_some() { (shape.routers(), shape.tiles()) } else { (0, 0) };
        let edge = |router| {
            let missing = |output: &usize| shape.neighbour(router, *output).is_none();
            (0..4).filter(missing).fold(0, |mask, output| mask | 1 << output)
        };
        Self {
            now: 0,
            hop: shape.marker_hop.unwrap_or(0).into(),
            phases: shape.phases,
            slots: shape.size.cores_per_tile,
            seen: vec![Flags::default(); routers],
            sent: vec![Flags::default(); routers],
            edge: (0..routers).map(edge).collect(),
            tiles: vec![Tile { epoch: false, cores_done: 0 }; tiles],
            dirty: Vec::new(),
            is_dirty: vec![false; routers],
        }
    }

    /// A marker left the FIFO of an input.
    pub fn deliver(&mut self, router: usize, input: usize, flit: Flit) {
        let kind = usize::from(flit.kind() == Kind::Advance);
        let seen = &mut self.seen[router][kind][usize::from(flit.epoch())];
        debug_assert!(*seen >> input & 1 == 0, "router {router}: input {input} delivered its marker twice");
        *seen |= 1 << input;
        self.touch(router);
    }

    /// A core is flushed and has learned.
    pub fn done(&mut self, core: u32) {
        let tile = (core / self.slots) as usize;
        self.tiles[tile].cores_done += 1;
        if self.tiles[tile].cores_done == self.slots {
            (tile..self.seen.len()).step_by(self.tiles.len()).for_each(|router| self.touch(router));
        }
    }

    fn touch(&mut self, router: usize) {
        if !std::mem::replace(&mut self.is_dirty[router], true) {
            self.dirty.push(router as u32);
        }
    }

    /// Whether a condition may have changed.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        !self.dirty.is_empty()
    }

    /// Evaluates the conditions of the routers that changed: markers they owe, tiles that advance.
    pub fn settle(&mut self, now: Cycle, owed: &mut Vec<Owed>, advanced: &mut Vec<u32>) {
        self.now = now;
        let dirty = std::mem::take(&mut self.dirty);
        for router in &dirty {
            self.is_dirty[*router as usize] = false;
            self.flush(*router as usize, owed);
            self.announce(*router as usize, owed);
        }
        for router in &dirty {
            let tile = *router as usize % self.tiles.len();
            if self.may_advance(tile) {
                self.advance(tile);
                advanced.push(tile as u32);
            }
        }
        self.dirty = dirty;
        self.dirty.clear();
    }

    fn epoch(&self, router: usize) -> usize {
        usize::from(self.tiles[router % self.tiles.len()].epoch)
    }

    fn flush(&mut self, router: usize, owed: &mut Vec<Owed>) {
        let epoch = self.epoch(router);
        let have = self.seen[router][0][epoch] | self.edge[router];
        let locals = ((1 << self.slots) - 1) << port::LOCAL;
        if have & locals != locals {
            return;
        }
        self.sweep(router, have, Kind::Flush, owed);
        if have & MESH == MESH && self.sent[router][0][epoch] & locals == 0 {
            self.sent[router][0][epoch] |= locals;
            let flit = Flit::marker(Kind::Flush, epoch == 1);
            let outputs = port::LOCAL as u32..port::LOCAL as u32 + self.slots;
            let eligible = self.now;
            owed.extend(outputs.map(|output| Owed { router: router as u32, output, flit, eligible }));
        }
    }

    fn announce(&mut self, router: usize, owed: &mut Vec<Owed>) {
        let tile = router % self.tiles.len();
        if self.phases == 2 && self.tiles[tile].cores_done == self.slots {
            let have = self.seen[router][1][self.epoch(router)] | self.edge[router];
            self.sweep(router, have, Kind::Advance, owed);
        }
    }

    fn sweep(&mut self, router: usize, have: u16, kind: Kind, owed: &mut Vec<Owed>) {
        let epoch = self.epoch(router);
        let flit = Flit::marker(kind, epoch == 1);
        let sent = &mut self.sent[router][usize::from(kind == Kind::Advance)][epoch];
        for (output, feeds) in FEEDS.into_iter().enumerate() {
            let open = (*sent | self.edge[router]) >> output & 1 == 0;
            if open && have & feeds == feeds {
                *sent |= 1 << output;
                let eligible = self.now + self.hop;
                owed.push(Owed { router: router as u32, output: output as u32, flit, eligible });
            }
        }
    }

    fn may_advance(&self, tile: usize) -> bool {
        let epoch = usize::from(self.tiles[tile].epoch);
        let told = |router: usize| (self.seen[router][1][epoch] | self.edge[router]) & MESH == MESH;
        self.tiles[tile].cores_done == self.slots
            && (self.phases == 1 || (tile..self.seen.len()).step_by(self.tiles.len()).all(told))
    }

    fn advance(&mut self, tile: usize) {
        let epoch = usize::from(self.tiles[tile].epoch);
        for router in (tile..self.seen.len()).step_by(self.tiles.len()) {
            for kind in 0..2 {
                self.seen[router][kind][epoch] = 0;
                self.sent[router][kind][epoch] = 0;
            }
        }
        self.tiles[tile] = Tile { epoch: epoch == 0, cores_done: 0 };
    }
}
