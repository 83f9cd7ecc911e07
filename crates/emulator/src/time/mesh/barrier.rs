//! The barrier in the mesh: which markers a router has seen, which it must send, and when a tile advances.
//!
//! FLUSH follows the spikes: a router sends it on an output once every input whose flits may leave there has
//! delivered it, and to its cores once all have. ADVANCE goes the same ways between tiles that are flushed. What was
//! seen is kept per kind, parity of the step and port, and forgotten when the tile advances.
//!
//! An engine may deliver a marker ahead of its time, once nothing can hold it up any more. What follows is then known
//! ahead of its time as well, and the sweep goes on without an event on the way.

use super::marker::{Marker, Owed};
use super::{Cycle, Shape, port};

const MESH: u16 = 0xf;
/// By mesh output: the mesh inputs whose flits may leave there under XY routing.
const FEEDS: [u16; 4] = [1 << port::WEST, 1 << port::EAST, 0b1011, 0b0111];
/// The same, one by one.
const FEEDERS: [[usize; 3]; 4] = [
    [port::WEST; 3],
    [port::EAST; 3],
    [port::EAST, port::WEST, port::SOUTH],
    [port::EAST, port::WEST, port::NORTH],
];
/// By mesh inputs: the mesh outputs whose flits come from these alone.
const FED: [u16; 16] = fed();

const fn fed() -> [u16; 16] {
    let mut fed = [0; 16];
    let mut i = 0;
    while i < 16 * FEEDS.len() {
        let (have, output) = (i / FEEDS.len(), i % FEEDS.len());
        fed[have] |= ((have as u16 & FEEDS[output] == FEEDS[output]) as u16) << output;
        i += 1;
    }
    fed
}

/// The markers of one kind and parity at a router, by port.
#[derive(Clone, Copy, Debug, Default)]
struct Marks {
    seen: u16,
    sent: u16,
    /// When a marker comes that was delivered ahead of its time, else 0: by mesh port, and the last of the local ports.
    at: [Cycle; 5],
}

impl Marks {
    /// When all ports have delivered their markers; 0 if they have.
    #[inline]
    fn complete(&self) -> Cycle {
        self.at.into_iter().fold(0, Cycle::max)
    }

    /// When the local ports and those that feed a mesh output have delivered their markers; 0 if they have.
    #[inline]
    fn fed(&self, output: usize) -> Cycle {
        FEEDERS[output].into_iter().fold(self.at[port::LOCAL], |at, port| at.max(self.at[port]))
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Tile {
    epoch: bool,
    cores_done: u32,
    /// Whether its cores only ever pass markers on.
    is_quiet: bool,
    /// Of a quiet tile: networks over which its cores are flushed, and when the last is.
    flushed: (u32, Cycle),
}

/// Tiles that have left a step already.
#[derive(Clone, Copy, Debug, Default)]
struct Left {
    tiles: usize,
    /// When the first did, if one has.
    first: Option<Cycle>,
}

/// Markers of all routers.
#[derive(Clone, Debug)]
pub struct Barrier {
    now: Cycle,
    hop: Cycle,
    phases: u32,
    slots: u32,
    /// The ports of a router's cores.
    locals: u16,
    nets: usize,
    /// Cycles from a tile's advance to the first request of a spike of its next step.
    calm: Cycle,
    /// By router and marker.
    marks: Vec<[Marks; 4]>,
    /// Mesh ports that do not exist: counted as seen, never sent to.
    edge: Vec<u16>,
    tiles: Vec<Tile>,
    /// By parity.
    left: [Left; 2],
    /// Markers that are owed.
    owed: Vec<Owed>,
    /// How many of them are told.
    told: usize,
    /// Tiles whose condition to advance holds from some cycle on.
    ready: Vec<(u32, Cycle)>,
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
            locals: ((1 << shape.size.cores_per_tile) - 1) << port::LOCAL,
            nets: shape.nets as usize,
            calm: Cycle::from(1 + shape.rest + shape.injection()),
            marks: vec![Default::default(); routers],
            edge: (0..routers).map(edge).collect(),
            tiles: vec![Tile::default(); tiles],
            left: [Left::default(); 2],
            owed: Vec::new(),
            told: 0,
            ready: Vec::new(),
        }
    }

    /// From now on the cores of a tile only pass markers on.
    pub fn set_quiet(&mut self, tile: u32) {
        self.tiles[tile as usize].is_quiet = true;
    }

    /// Whether the cores of a router only pass markers on.
    #[must_use]
    pub fn is_quiet(&self, router: usize) -> bool {
        self.tiles[self.tile(router)].is_quiet
    }

    /// FLUSH leaves the local FIFOs of a quiet tile's router in a cycle to come.
    pub fn deliver_quiet(&mut self, router: usize, epoch: bool, at: Cycle) {
        let locals = self.locals;
        let marks = self.marks_mut(router, Marker::flush(epoch));
        marks.at[port::LOCAL] = at;
        marks.seen |= locals;
        self.sweep(router, Marker::flush(epoch));
    }

    /// FLUSH of a network comes to the cores of a quiet tile in a cycle to come. With the last network they are done: when.
    pub fn rest(&mut self, router: usize, at: Cycle) -> Option<Cycle> {
        let tile = self.tile(router);
        let of = &mut self.tiles[tile];
        of.flushed = (of.flushed.0 + 1, of.flushed.1.max(at));
        let (epoch, (flushed, done_at)) = (of.epoch, of.flushed);
        if flushed as usize != self.nets {
            return None;
        }
        of.cores_done = self.slots;
        for net in 0..self.nets {
            let router = net * self.tiles.len() + tile;
            self.marks_mut(router, Marker::advance(epoch)).at[port::LOCAL] = done_at;
        }
        self.end(tile);
        Some(done_at)
    }

    /// A marker leaves the FIFO of an input in a cycle to come; at 0 in this one.
    #[inline]
    pub fn deliver(&mut self, router: usize, input: usize, marker: Marker, at: Cycle) {
        let marks = self.marks_mut(router, marker);
        debug_assert!(
            marks.seen >> input & 1 == 0,
            "router {router}: input {input} delivered its marker twice"
        );
        marks.seen |= 1 << input;
        let when = &mut marks.at[input.min(port::LOCAL)];
        *when = at.max(*when);
        let tile = self.tile(router);
        let Tile { epoch, cores_done, .. } = self.tiles[tile];
        // Of the next step, which the tile's cores are not in yet, nothing follows.
        let may_send = epoch == marker.epoch() && (!marker.is_advance() || cores_done == self.slots);
        if may_send && self.sweep(router, marker) && marker.is_advance() {
            self.consider(tile);
        }
    }

    /// A core is flushed and has learned.
    pub fn done(&mut self, core: u32) {
        let tile = (core / self.slots) as usize;
        self.tiles[tile].cores_done += 1;
        if self.tiles[tile].cores_done == self.slots {
            self.end(tile);
        }
    }

    /// All cores of a tile are done.
    fn end(&mut self, tile: usize) {
        let epoch = self.tiles[tile].epoch;
        for net in 0..if self.phases == 2 { self.nets } else { 0 } {
            self.sweep(net * self.tiles.len() + tile, Marker::advance(epoch));
        }
        self.consider(tile);
    }

    /// Whether a marker is owed or a tile may advance.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        !self.owed.is_empty() || !self.ready.is_empty()
    }

    /// Goes on to a cycle, in which markers are owed and tiles advance.
    pub const fn go_to(&mut self, now: Cycle) {
        self.now = now;
    }

    /// Markers that are owed, in the order in which their conditions came to hold: ADVANCE behind FLUSH. Each is told once.
    #[inline]
    pub fn next_owed(&mut self) -> Option<Owed> {
        let owed = self.owed.get(self.told).copied();
        self.told += 1;
        if owed.is_none() {
            self.told = 0;
            self.owed.clear();
        }
        owed
    }

    /// The first cycle in which a marker that an output owes takes part in allocation.
    #[inline]
    #[must_use]
    pub fn eligible(&self, owed: Owed, output: usize) -> Cycle {
        let marks = self.marks(owed.router(), owed.marker());
        if output < port::LOCAL {
            marks.fed(output).max(self.now) + self.hop
        } else {
            marks.complete().max(self.now)
        }
    }

    /// A tile may advance in a cycle, and is told of.
    pub fn push_ready(&mut self, tile: u32, at: Cycle) {
        self.ready.push((tile, at));
    }

    /// A tile that may advance, and when; each is told once.
    pub fn next_ready(&mut self) -> Option<(u32, Cycle)> {
        self.ready.pop()
    }

    /// A tile advances in this cycle.
    pub fn advance(&mut self, tile: u32) {
        let Tile { epoch, is_quiet, .. } = self.tiles[tile as usize];
        for net in 0..self.nets {
            let router = net * self.tiles.len() + tile as usize;
            *self.marks_mut(router, Marker::flush(epoch)) = Marks::default();
            *self.marks_mut(router, Marker::advance(epoch)) = Marks::default();
        }
        self.tiles[tile as usize] = Tile { epoch: !epoch, is_quiet, ..Tile::default() };
        let left = &mut self.left[usize::from(epoch)];
        left.tiles += 1;
        left.first = left.first.or(Some(self.now));
        if left.tiles == self.tiles.len() {
            *left = Left::default();
        }
    }

    /// Whether no spike can want an output of a router before a marker that it owes.
    ///
    /// With FLUSH, the last spike of the step is gone; one of the next step comes from a tile that has advanced, and
    /// with two phases none has before FLUSH is everywhere.
    #[must_use]
    pub fn is_unopposed(&self, marker: Marker, eligible: Cycle) -> bool {
        let Left { first, .. } = self.left[usize::from(marker.epoch())];
        let spikes_from = first.unwrap_or(self.now) + self.calm;
        self.phases == 2 && !marker.is_advance() || eligible < spikes_from
    }

    /// Parity of the step that a router's tile is in.
    #[must_use]
    pub fn epoch(&self, router: usize) -> bool {
        self.tiles[self.tile(router)].epoch
    }

    const fn tile(&self, router: usize) -> usize {
        // Two networks at most.
        if router < self.tiles.len() { router } else { router - self.tiles.len() }
    }

    /// Finds the outputs that may send a marker of a kind, now that another input has delivered it: FLUSH follows the spikes,
    /// behind the last core's first, and goes to the cores at last; ADVANCE follows the tile's cores. Whether all mesh ports
    /// have delivered it.
    #[inline]
    fn sweep(&mut self, router: usize, marker: Marker) -> bool {
        let (edge, locals) = (self.edge[router], self.locals);
        let marks = self.marks_mut(router, marker);
        if !marker.is_advance() && marks.seen & locals != locals {
            return false;
        }
        let seen = (marks.seen | edge) & MESH;
        let to_cores = if marker.is_advance() || seen != MESH { 0 } else { locals };
        let outputs = (FED[usize::from(seen)] & !edge | to_cores) & !marks.sent;
        marks.sent |= outputs;
        if outputs != 0 {
            self.owed.push(Owed::new(router, outputs, marker));
        }
        seen == MESH
    }

    #[inline]
    fn marks(&self, router: usize, marker: Marker) -> &Marks {
        &self.marks[router][marker.place()]
    }

    #[inline]
    fn marks_mut(&mut self, router: usize, marker: Marker) -> &mut Marks {
        &mut self.marks[router][marker.place()]
    }

    /// A tile whose cores are done advances when ADVANCE is in on all mesh ports.
    fn consider(&mut self, tile: usize) {
        let marker = Marker::advance(self.tiles[tile].epoch);
        let told = |net: usize| {
            let router = net * self.tiles.len() + tile;
            let marks = self.marks(router, marker);
            ((marks.seen | self.edge[router]) & MESH == MESH).then(|| marks.complete())
        };
        let at = match self.phases {
            1 => Some(self.marks(tile, marker).at[port::LOCAL]),
            _ => (0..self.nets).try_fold(0, |at, net| Some(told(net)?.max(at))),
        };
        self.ready.extend(at.map(|at| (tile as u32, at)));
    }
}
