//! Phases 1 and 3: what is due becomes visible, markers are consumed.

use std::cmp::Reverse;

use super::planes::{Counter, bits};
use super::{Block, Cycle, Dense, Flit};
use crate::time::mesh::log::Grant;
use crate::time::mesh::{Endpoint, FlitGrant, Log, Origin, Shape, Wake, port};

impl<const P: usize, const V: usize> Block<P, V> {
    /// Nothing in it, all credits held, all pointers at 0.
    pub fn new(shape: &Shape) -> Self {
        let depth = |o: usize| if o < port::LOCAL { shape.buffer } else { shape.receive };
        Self {
            width: (32 - shape.buffer.max(shape.receive).leading_zeros()) as usize,
            visible: [[Counter::default(); V]; P],
            credits: std::array::from_fn(|o| [Counter::filled(depth(o)); V]),
            wants: [[[0; V]; P]; P],
            marked: [0; P],
            gave: [0; P],
            from: [[u64::MAX; P]; P],
            lane_from: [[u64::MAX; V]; P],
            input_from: [[u64::MAX; P]; P],
            vc_from: [[u64::MAX; V]; P],
            locked: [0; P],
            lock_lane: [[[0; V]; P]; P],
            lock_vc: [[0; V]; P],
            blocked: [0; P],
            owes: [0; P],
        }
    }
}

/// By word and side: routers whose wire there leaves the chip.
pub fn leaves(shape: &Shape, words: usize) -> Vec<[u64; 4]> {
    let mut leaves = vec![[0; 4]; words];
    for router in 0..shape.routers() {
        for (side, plane) in leaves[router / 64].iter_mut().enumerate() {
            let leaves = shape.wire(router, side) != shape.wires[side / 2];
            *plane |= u64::from(leaves) << (router % 64);
        }
    }
    leaves
}

impl<const P: usize, const V: usize> Dense<P, V> {
    /// Phase 1.
    pub fn show(&mut self) {
        let row = self.now as usize & (self.due_any.len() - 1);
        if std::mem::take(&mut self.due_any[row]) {
            for word in 0..self.words {
                let due = std::mem::take(&mut self.due[row * self.words + word]);
                let block = &mut self.blocks[word];
                for p in 0..P {
                    for v in 0..V {
                        block.visible[p][v].add(due.arrivals[p][v]);
                        block.credits[p][v].add(due.credits[p][v]);
                    }
                    block.blocked[p] &= !due.released[p];
                    block.owes[p] |= due.owed[p];
                }
                for p in port::LOCAL..P {
                    self.show_core(word, p, due.core_credits[p], due.received[p]);
                }
            }
        }
        while self.timers.peek().is_some_and(|Reverse((at, _))| *at <= self.now) {
            if let Some(Reverse((_, core))) = self.timers.pop() {
                self.woken.push(Wake::Core(core));
            }
        }
        self.marked_locals.append(&mut self.marked_next);
    }

    fn show_core(&mut self, word: usize, p: usize, credits: [u64; V], received: u64) {
        let local = |bit: usize| (word * 64 + bit) * (P - port::LOCAL) + p - port::LOCAL;
        for (v, plane) in credits.into_iter().enumerate() {
            for local in bits(plane).map(local) {
                let core = &mut self.cores[local];
                core.credits[v] += 1;
                if std::mem::take(&mut core.waits) {
                    self.woken.push(Wake::Port(local as u32));
                }
            }
        }
        for local in bits(received).map(local) {
            self.cores[local].shown += 1;
            if self.first(local).is_marker() {
                self.marked_locals.push(local as u32);
            } else {
                self.woken.push(Wake::Port(local as u32));
            }
        }
    }

    /// Phase 3.
    pub fn mark<E: Endpoint>(&mut self, endpoint: &mut E) {
        for word in 0..self.words {
            for input in 0..P {
                let block = &self.blocks[word];
                let heads = block.marked[input] & block.visible[input][0].some(block.width);
                self.blocks[word].gave[input] = heads;
                if heads != 0 {
                    self.consume(word, input, heads);
                }
            }
        }
        for local in std::mem::take(&mut self.marked_locals) {
            if let Some(flit) = self.take_marker(local) {
                endpoint.flush(self.now, local, flit.epoch(), self);
            }
        }
        let (mut owing, mut ready) = (std::mem::take(&mut self.owing), std::mem::take(&mut self.ready));
        self.barrier.settle(self.now, &mut owing, &mut ready);
        for owed in owing.drain(..) {
            self.owe(owed.router as usize, owed.output as usize, (owed.eligible, owed.flit));
        }
        for (tile, _) in ready.drain(..) {
            self.barrier.advance(tile);
            endpoint.advance(self.now, tile, self);
        }
        (self.owing, self.ready) = (owing, ready);
    }

    fn consume(&mut self, word: usize, input: usize, heads: u64) {
        self.moved = true;
        self.blocks[word].marked[input] &= !heads;
        self.blocks[word].visible[input][0].sub(heads);
        for bit in bits(heads) {
            let router = word * 64 + bit;
            let flit = self.take_head(router, input, 0);
            self.flits[router / self.shape.tiles()][1] += 1;
            self.barrier.deliver(router, input, flit);
        }
        self.give_back(word, input, 0, heads);
    }

    fn owe(&mut self, router: usize, output: usize, marker: (Cycle, Flit)) {
        let owed = &mut self.owed[router * P + output];
        let free = usize::from(owed[0].is_some());
        assert!(owed[free].is_none(), "an output owes at most two markers");
        owed[free] = Some(marker);
        let bit = 1 << (router % 64);
        if marker.0 <= self.now {
            self.blocks[router / 64].owes[output] |= bit;
        } else {
            self.due_at(marker.0, router / 64).owed[output] |= bit;
        }
    }

    /// Tells the log what was granted in this cycle.
    pub fn tell<E: Endpoint, L: Log>(&mut self, endpoint: &E, log: &mut L) {
        for (row, input, flit) in self.granted.drain(..) {
            let marker = input == FlitGrant::MADE_HERE || flit.is_marker();
            let grant = Grant {
                cycle: self.now,
                router: row as usize / P,
                output: row as usize % P,
                input: usize::from(input),
                flit,
                origin: if marker { Origin::NONE } else { endpoint.origin(flit.payload()) },
                sent: if marker { None } else { endpoint.sent(flit.payload()) },
            };
            log.grant(&self.shape, &grant);
        }
    }

    /// Checks the credits of every wire.
    pub fn audit_wires(&self) -> Result<(), String> {
        for row in 0..self.shape.routers() * P {
            let (router, output) = (row / P, row % P);
            let (block, bit) = (&self.blocks[router / 64], router % 64);
            let target = self.wiring.target[row] as usize;
            for v in 0..V {
                let (inside, depth) = if output >= port::LOCAL {
                    (self.received_of(target, v), self.shape.receive)
                } else if self.wiring.target[row] == crate::time::mesh::wiring::NOWHERE {
                    continue;
                } else {
                    (usize::from(self.rings[target * V + v].1), self.shape.buffer)
                };
                let coming = self.due.iter().skip(router / 64).step_by(self.words);
                let coming = coming.filter(|due| due.credits[output][v] >> bit & 1 == 1).count();
                let held = block.credits[output][v].get(bit) as usize;
                if held + coming + inside != depth as usize {
                    return Err(format!(
                        "row {row} vc {v}: {held} held + {coming} coming + {inside} inside != {depth}"
                    ));
                }
            }
        }
        Ok(())
    }
}

/// Runs a plane engine that fits a mesh: `$body` sees it as the type `$engine`.
#[macro_export]
macro_rules! with_dense {
    ($shape:expr, $engine:ident => $body:expr) => {{
        use $crate::time::mesh::dense::Dense;
        macro_rules! arm {
            ($ports:literal, $vcs:literal) => {{
                type $engine = Dense<$ports, $vcs>;
                $body
            }};
        }
        macro_rules! of_ports {
            ($ports:literal) => {
                match $shape.vcs {
                    1 => arm!($ports, 1),
                    2 => arm!($ports, 2),
                    3 => arm!($ports, 3),
                    _ => arm!($ports, 4),
                }
            };
        }
        match $shape.ports() {
            5 => of_ports!(5),
            6 => of_ports!(6),
            7 => of_ports!(7),
            _ => of_ports!(8),
        }
    }};
}
