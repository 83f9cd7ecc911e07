//! The barrier in the mesh: which markers a router has seen, which it must send, and when a tile advances.
//!
//! FLUSH follows the spikes: a router sends it on an output once every input whose flits may leave there has
//! delivered it, and to its cores once all have. ADVANCE goes the same ways between tiles that are flushed. What was
//! seen is kept per kind, parity of the step and port, and forgotten when the tile advances.
//!
//! An engine may deliver a marker ahead of its time, once nothing can hold it up any more. What follows is then known
//! ahead of its time as well, and the sweep goes on without an event on the way.

use super::{Cycle, Flit, Kind, Shape, port};

const MESH: u16 = 0xf;
/// By mesh output: the mesh inputs whose flits may leave there under XY routing.
const FEEDS: [u16; 4] = [1 << port::WEST, 1 << port::EAST, 0b1011, 0b0111];
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

/// The markers of one kind and parity at a router, by port.
#[derive(Clone, Copy, Debug, Default)]
struct Marks {
    seen: u16,
    sent: u16,
    /// When a marker comes that was delivered ahead of its time, else 0: by mesh port, and the last of the local ports.
    at: [Cycle; 5],
}

impl Marks {
    /// When the local ports and some mesh ports have all delivered their markers; 0 if they have.
    #[inline]
    fn complete(&self, ports: u16) -> Cycle {
        let of = |port: usize| if ports >> port & 1 == 1 { self.at[port] } else { 0 };
        (0..4).map(of).fold(self.at[4], Cycle::max)
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
    /// Cycles from a tile's advance to the first request of a spike of its next step.
    calm: Cycle,
    /// By router, kind (FLUSH, ADVANCE) and parity.
    marks: Vec<[[Marks; 2]; 2]>,
    /// Mesh ports that do not exist: counted as seen, never sent to.
    edge: Vec<u16>,
    tiles: Vec<Tile>,
    /// By parity.
    left: [Left; 2],
    /// Markers that are owed since the last call of [`Barrier::settle`], eligible when their condition holds.
    owed: Vec<Owed>,
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
            calm: Cycle::from(1 + shape.rest + shape.injection()),
            marks: vec![Default::default(); routers],
            edge: (0..routers).map(edge).collect(),
            tiles: vec![Tile::default(); tiles],
            left: [Left::default(); 2],
            owed: Vec::new(),
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
        let marks = &mut self.marks[router][0][usize::from(epoch)];
        marks.seen |= ((1 << self.slots) - 1) << port::LOCAL;
        marks.at[port::LOCAL] = at;
        self.flush(router);
    }

    /// FLUSH of a network comes to the cores of a quiet tile in a cycle to come. With the last network they are done: when.
    pub fn rest(&mut self, router: usize, at: Cycle) -> Option<Cycle> {
        let (tile, nets) = (self.tile(router), self.marks.len() / self.tiles.len());
        let of = &mut self.tiles[tile];
        of.flushed = (of.flushed.0 + 1, of.flushed.1.max(at));
        let (epoch, (flushed, done_at)) = (usize::from(of.epoch), of.flushed);
        if flushed as usize != nets {
            return None;
        }
        of.cores_done = self.slots;
        for router in (tile..self.marks.len()).step_by(self.tiles.len()) {
            self.marks[router][1][epoch].at[port::LOCAL] = done_at;
            if self.phases == 2 {
                self.sweep(router, Kind::Advance);
            }
        }
        self.consider(tile);
        Some(done_at)
    }

    /// A marker leaves the FIFO of an input in this cycle.
    pub fn deliver(&mut self, router: usize, input: usize, flit: Flit) {
        self.deliver_at(router, input, flit, 0);
    }

    /// A marker leaves the FIFO of an input in a cycle to come, or in this one.
    pub fn deliver_at(&mut self, router: usize, input: usize, flit: Flit, at: Cycle) {
        let kind = usize::from(flit.kind() == Kind::Advance);
        let marks = &mut self.marks[router][kind][usize::from(flit.epoch())];
        debug_assert!(
            marks.seen >> input & 1 == 0,
            "router {router}: input {input} delivered its marker twice"
        );
        marks.seen |= 1 << input;
        let when = &mut marks.at[input.min(port::LOCAL)];
        *when = at.max(*when);
        let tile = self.tile(router);
        if self.tiles[tile].epoch != flit.epoch() {
            // Of the next step, which the tile's cores are not in yet.
        } else if kind == 0 {
            self.flush(router);
        } else if self.tiles[tile].cores_done == self.slots {
            self.sweep(router, Kind::Advance);
            self.consider(tile);
        }
    }

    /// A core is flushed and has learned.
    pub fn done(&mut self, core: u32) {
        let tile = (core / self.slots) as usize;
        self.tiles[tile].cores_done += 1;
        if self.tiles[tile].cores_done < self.slots {
            return;
        }
        if self.phases == 2 {
            (tile..self.marks.len())
                .step_by(self.tiles.len())
                .for_each(|router| self.sweep(router, Kind::Advance));
        }
        self.consider(tile);
    }

    /// Whether a marker is owed or a tile may advance.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        !self.owed.is_empty() || !self.ready.is_empty()
    }

    /// The markers that are owed since the last call; the tiles that may advance, and when.
    pub fn settle(&mut self, now: Cycle, owed: &mut Vec<Owed>, ready: &mut Vec<(u32, Cycle)>) {
        self.now = now;
        for marker in self.owed.drain(..) {
            let hop = if (marker.output as usize) < port::LOCAL { self.hop } else { 0 };
            owed.push(Owed { eligible: marker.eligible.max(now) + hop, ..marker });
        }
        ready.append(&mut self.ready);
    }

    /// A tile advances, in the cycle that was last settled.
    pub fn advance(&mut self, tile: u32) {
        let Tile { epoch, is_quiet, .. } = self.tiles[tile as usize];
        for router in (tile as usize..self.marks.len()).step_by(self.tiles.len()) {
            self.marks[router].iter_mut().for_each(|of_kind| of_kind[usize::from(epoch)] = Marks::default());
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
    pub fn is_unopposed(&self, marker: &Owed) -> bool {
        let Left { first, .. } = self.left[usize::from(marker.flit.epoch())];
        let spikes_from = first.unwrap_or(self.now) + self.calm;
        self.phases == 2 && marker.flit.kind() == Kind::Flush || marker.eligible < spikes_from
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

    /// FLUSH follows the spikes, behind the last core's first.
    fn flush(&mut self, router: usize) {
        let epoch = self.epoch(router);
        let locals = ((1 << self.slots) - 1) << port::LOCAL;
        if self.marks[router][0][usize::from(epoch)].seen & locals != locals {
            return;
        }
        self.sweep(router, Kind::Flush);
        let marks = &mut self.marks[router][0][usize::from(epoch)];
        if (marks.seen | self.edge[router]) & MESH == MESH && marks.sent & locals == 0 {
            marks.sent |= locals;
            let (flit, eligible) = (Flit::marker(Kind::Flush, epoch), marks.complete(MESH));
            // The first stands for all of a quiet tile.
            let slots = if self.is_quiet(router) { 1 } else { self.slots };
            let outputs = port::LOCAL as u32..port::LOCAL as u32 + slots;
            self.owed.extend(outputs.map(|output| Owed { router: router as u32, output, flit, eligible }));
        }
    }

    /// The mesh outputs that may send a marker of a kind, now that the local ports may.
    fn sweep(&mut self, router: usize, kind: Kind) {
        let (epoch, edge) = (self.epoch(router), self.edge[router]);
        let marks = &mut self.marks[router][usize::from(kind == Kind::Advance)][usize::from(epoch)];
        let mut outputs = FED[usize::from((marks.seen | edge) & MESH)] & !(marks.sent | edge);
        marks.sent |= outputs;
        while outputs != 0 {
            let output = outputs.trailing_zeros();
            outputs &= outputs - 1;
            let eligible = marks.complete(FEEDS[output as usize]);
            let flit = Flit::marker(kind, epoch);
            self.owed.push(Owed { router: router as u32, output, flit, eligible });
        }
    }

    /// A tile whose cores are done advances when ADVANCE is in on all mesh ports.
    fn consider(&mut self, tile: usize) {
        let epoch = usize::from(self.tiles[tile].epoch);
        let told = |router: usize| {
            let marks = &self.marks[router][1][epoch];
            ((marks.seen | self.edge[router]) & MESH == MESH).then(|| marks.complete(MESH))
        };
        let mut routers = (tile..self.marks.len()).step_by(self.tiles.len());
        let at = match self.phases {
            1 => Some(self.marks[tile][1][epoch].at[port::LOCAL]),
            _ => routers.try_fold(0, |at, router| Some(told(router)?.max(at))),
        };
        self.ready.extend(at.map(|at| (tile as u32, at)));
    }
}
