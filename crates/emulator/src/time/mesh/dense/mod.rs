//! The mesh by planes: one bit per router, so a few dozen word operations allocate 64 routers.
//!
//! Requests, occupancy, credits, pointers and locks are planes; only a granted flit is touched by itself. What is in
//! flight waits in a ring of planes, one row a cycle. Cycles without anything are skipped.

mod allocate;
mod fifos;
mod moves;
mod planes;
mod ports;
mod show;
mod turns;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::barrier::Barrier;
use super::wiring::Wiring;
use super::{Cycle, Endpoint, Flit, Log, Network, Shape, Wake};
use fifos::Fifos;
use planes::Counters;

/// Planes of 64 routers. `[output][input][vc]` or `[port][vc]`.
#[derive(Clone, Debug)]
struct Block<const P: usize, const V: usize> {
    /// Flits that a FIFO shows.
    visible: Counters<P, V>,
    /// Flits in a FIFO, shown or not.
    stored: Counters<P, V>,
    /// A core or a neighbour wrote a flit into a FIFO in this cycle.
    got: [[u64; V]; P],
    /// The head of a FIFO is new, and what it wants is not noted yet.
    fresh: [[u64; V]; P],
    /// Credits of an output.
    credits: Counters<P, V>,
    /// Credits of a core for its router's input.
    core_credits: Counters<P, V>,
    /// A core waits for such a credit.
    waits: [u64; P],
    /// Flits that a core's FIFO shows.
    shown: Counters<P, 1>,
    /// A flit was taken from a core's FIFO in this cycle.
    popped: [[u64; V]; P],
    /// The head of a FIFO wants an output, shown or not.
    wants: [[[u64; V]; P]; P],
    /// The head of a FIFO is a marker, shown or not.
    marked: [u64; P],
    /// A FIFO gave up a marker in this cycle.
    gave: [u64; P],
    /// Round robin of an output over inputs, of an input over its channels and over outputs, of an output over channels
    /// downstream.
    from: [[u64; P]; P],
    lane_from: [[u64; V]; P],
    input_from: [[u64; P]; P],
    vc_from: [[u64; V]; P],
    /// A packet is half through an output: from which lane, into which channel.
    locked: [u64; P],
    lock_lane: [[[u64; V]; P]; P],
    lock_vc: [[u64; V]; P],
    /// The link has carried all it may for now.
    blocked: [u64; P],
    /// The output owes a marker that takes part in allocation.
    owes: [u64; P],
}

/// What becomes visible in a cycle.
#[derive(Clone, Debug)]
struct Due<const P: usize, const V: usize> {
    arrivals: [[u64; V]; P],
    credits: [[u64; V]; P],
    core_credits: [[u64; V]; P],
    received: [u64; P],
    released: [u64; P],
    owed: [u64; P],
}

impl<const P: usize, const V: usize> Default for Due<P, V> {
    fn default() -> Self {
        Self {
            arrivals: [[0; V]; P],
            credits: [[0; V]; P],
            core_credits: [[0; V]; P],
            received: [0; P],
            released: [0; P],
            owed: [0; P],
        }
    }
}

/// What the outputs of a block grant in this cycle.
#[derive(Clone, Debug)]
struct Grants<const P: usize, const V: usize> {
    lanes: [[[u64; V]; P]; P],
    markers: [u64; P],
    /// The channel downstream.
    vcs: [[u64; V]; P],
    any: u64,
}

/// The plane engine for routers of `P` ports and `V` virtual channels.
#[derive(Clone, Debug)]
pub struct Dense<const P: usize, const V: usize> {
    shape: Shape,
    wiring: Wiring,
    now: Cycle,
    wake_from: Cycle,
    halted: bool,
    words: usize,
    blocks: Vec<Block<P, V>>,
    /// By cycle modulo the ring's length, then by word.
    due: Vec<Due<P, V>>,
    due_any: Vec<bool>,
    /// By side: routers whose wire there leaves the chip.
    leaves: Vec<[u64; 4]>,
    /// Column and row of a word's routers.
    places: Vec<[(u16, u16); 64]>,
    /// The routers' FIFOs.
    fifos: Fifos,
    /// The cores' FIFOs, by local port.
    received: Fifos,
    /// By output: no grant before `now * q >= allowed`; empty without a limit.
    allowed: Vec<Cycle>,
    owed: Vec<[Option<(Cycle, Flit)>; 2]>,
    /// By local port.
    cores: Vec<Core>,
    timers: BinaryHeap<Reverse<(Cycle, u32)>>,
    barrier: Barrier,
    flits: Vec<[u64; 2]>,
    woken: Vec<Wake>,
    marked_locals: Vec<u32>,
    marked_next: Vec<u32>,
    /// Local ports whose marker was taken in the last cycle.
    uncovered: Vec<u32>,
    granted: Vec<(u32, u8, Flit)>,
    /// Something moved, so the next cycle must be looked at.
    moved: bool,
}

/// The channels into which a core sends: round robin, and the one of a packet that is half through.
#[derive(Clone, Debug)]
struct Core {
    pointer: u8,
    lock: Option<u8>,
}

impl<const P: usize, const V: usize> Network for Dense<P, V> {
    fn new(shape: Shape) -> Self {
        assert!(
            shape.ports() == P && shape.vcs as usize == V,
            "an engine of {P} ports, {V} channels for {shape:?}"
        );
        let (words, routers) = (shape.routers().div_ceil(64), shape.routers());
        let ring = (shape.delay_max() as usize + 2).next_power_of_two();
        let interval = shape.interval[0] != shape.interval[1];
        let core = Core { pointer: 0, lock: None };
        Self {
            wiring: Wiring::new(&shape, P),
            now: 0,
            wake_from: 0,
            halted: false,
            words,
            blocks: (0..words).map(|_| Block::new(&shape)).collect(),
            due: vec![Due::default(); ring * words],
            due_any: vec![false; ring],
            leaves: show::leaves(&shape, words),
            places: show::places(&shape, words),
            fifos: Fifos::new(words * 64 * P * V, shape.buffer),
            received: Fifos::new(shape.locals(), shape.receive * V as u32),
            allowed: vec![0; if interval { routers * P } else { 0 }],
            owed: vec![[None; 2]; if shape.marker_hop.is_some() { routers * P } else { 0 }],
            cores: vec![core; shape.locals()],
            timers: BinaryHeap::new(),
            barrier: Barrier::new(&shape),
            flits: vec![[0; 2]; shape.nets as usize],
            woken: Vec::new(),
            marked_locals: Vec::new(),
            marked_next: Vec::new(),
            uncovered: Vec::new(),
            granted: Vec::new(),
            moved: false,
            shape,
        }
    }

    fn run<E: Endpoint, L: Log>(&mut self, until: Cycle, endpoint: &mut E, log: &mut L) {
        // What was sent or taken before the run.
        self.settle();
        (0..self.words).for_each(|word| self.note_heads(word));
        while let Some(at) = self.next().filter(|at| *at < until) {
            (self.now, self.wake_from, self.moved) = (at, at + 1, false);
            self.show();
            if !self.woken.is_empty() {
                let woken = std::mem::take(&mut self.woken);
                endpoint.cycle(at, &woken, self);
                self.woken = woken;
                self.woken.clear();
            }
            if self.shape.marker_hop.is_some() {
                self.mark(endpoint);
            }
            self.settle();
            for word in 0..self.words {
                let grants = self.allocate(word);
                if grants.any != 0 {
                    self.go::<L>(word, &grants);
                }
            }
            (0..self.words).for_each(|word| self.note_heads(word));
            if L::RECORDS {
                self.tell(endpoint, log);
            }
            if std::mem::take(&mut self.halted) {
                self.now = at + 1;
                return;
            }
        }
        self.now = self.now.max(until);
        self.wake_from = self.now;
    }

    fn now(&self) -> Cycle {
        self.now
    }

    fn flits(&self, net: u32) -> [u64; 3] {
        let [sent, taken] = self.flits[net as usize];
        let (tiles, cores) = (self.shape.tiles(), self.shape.cores());
        let lanes = (0..P).flat_map(|input| (0..V).map(move |v| (input, v)));
        let routers = lanes.flat_map(|(input, v)| {
            (net as usize * tiles..(net as usize + 1) * tiles)
                .map(move |r| self.fifos.len(self.row(input, v, r)))
        });
        let cores = (net as usize * cores..(net as usize + 1) * cores).map(|local| self.received.len(local));
        [sent, taken, routers.chain(cores).map(u64::from).sum()]
    }

    fn audit(&self) -> Result<(), String> {
        self.audit_wires()?;
        let lost = (0..self.shape.nets).find(|net| {
            let [sent, taken, inside] = self.flits(*net);
            sent != taken + inside
        });
        lost.map_or(Ok(()), |net| Err(format!("network {net}: sent, taken, inside {:?}", self.flits(net))))
    }
}

impl<const P: usize, const V: usize> Dense<P, V> {
    /// The next cycle in which anything can happen.
    fn next(&self) -> Option<Cycle> {
        if self.moved {
            return Some(self.wake_from);
        }
        let ring = self.due_any.len() as Cycle;
        // Nothing is due further ahead than the ring is long; the current cycle itself may not be played yet.
        let due = (self.now..self.now + ring).find(|at| self.due_any[(at % ring) as usize]);
        match (due, self.timers.peek().map(|Reverse((at, _))| *at)) {
            (Some(due), Some(timer)) => Some(due.min(timer)),
            (due, timer) => due.or(timer),
        }
    }

    /// The planes that become visible at a later cycle.
    #[inline]
    fn due_at(&mut self, at: Cycle, word: usize) -> &mut Due<P, V> {
        debug_assert!(at > self.now && at - self.now < self.due_any.len() as Cycle, "{at} from {}", self.now);
        let row = at as usize & (self.due_any.len() - 1);
        self.due_any[row] = true;
        &mut self.due[row * self.words + word]
    }
}
