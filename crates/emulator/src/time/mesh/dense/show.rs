//! Phases 1 and 3: what is due becomes visible, markers are consumed.

use std::cmp::Reverse;

use super::planes::{Counters, any_of, bits};
use super::{Block, Cycle, Dense, Due, Flit};
use crate::time::mesh::log::Grant;
use crate::time::mesh::marker::Marker;
use crate::time::mesh::wiring::NOWHERE;
use crate::time::mesh::{Endpoint, FlitGrant, Log, Origin, Shape, Wake, port};

impl<const P: usize, const V: usize> Block<P, V> {
    /// Nothing in it, all credits held, all pointers at 0.
    pub fn new(shape: &Shape) -> Self {
        let most = shape.buffer.max(shape.receive * V as u32);
        let depth = |o: usize| if o < port::LOCAL { shape.buffer } else { shape.receive };
        Self {
            visible: Counters::new(shape.buffer, |_| 0),
            stored: Counters::new(shape.buffer, |_| 0),
            got: [[0; V]; P],
            fresh: [[0; V]; P],
            credits: Counters::new(most, depth),
            core_credits: Counters::new(shape.buffer, |_| shape.buffer),
            waits: [0; P],
            shown: Counters::new(most, |_| 0),
            popped: [[0; V]; P],
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

    /// Takes a flit from FIFOs.
    #[inline]
    pub fn give(&mut self, taken: &[[u64; V]; P]) {
        self.visible.sub(*taken);
        self.stored.sub(*taken);
        for wants in &mut self.wants {
            let planes = wants.as_flattened_mut().iter_mut().zip(taken.as_flattened());
            planes.for_each(|(wants, taken)| *wants &= !taken);
        }
        let more = self.stored.some();
        let planes = self
            .fresh
            .as_flattened_mut()
            .iter_mut()
            .zip(taken.as_flattened().iter().zip(more.as_flattened()));
        planes.for_each(|(fresh, (taken, more))| *fresh |= taken & more);
    }

    /// Adds the flits that FIFOs got in this cycle, and returns where heads are new.
    #[inline]
    pub fn take_fresh(&mut self) -> [[u64; V]; P] {
        let none = [[0; V]; P];
        let mut fresh = std::mem::replace(&mut self.fresh, none);
        let got = std::mem::replace(&mut self.got, none);
        let some = self.stored.some();
        let planes =
            fresh.as_flattened_mut().iter_mut().zip(got.as_flattened().iter().zip(some.as_flattened()));
        planes.for_each(|(fresh, (got, some))| *fresh |= got & !some);
        self.stored.add(got);
        fresh
    }

    /// Holds the way of packets that are half through, and lets it go behind the last flit: of the flits of `plane`,
    /// those of `split` are not the last of theirs.
    #[inline]
    pub fn lock(&mut self, (output, down): (usize, usize), (input, v): (usize, usize), flits: (u64, u64)) {
        let (plane, split) = flits;
        if split | plane & self.locked[output] != 0 {
            let ways = [
                &mut self.locked[output],
                &mut self.lock_lane[output][input][v],
                &mut self.lock_vc[output][down],
            ];
            ways.into_iter().for_each(|way| *way = *way & !plane | split);
        }
    }
}

/// Column and row of a word's routers.
pub fn places(shape: &Shape, words: usize) -> Vec<[(u16, u16); 64]> {
    let mut places = vec![[(0, 0); 64]; words];
    for router in 0..shape.routers() {
        let (_, y, x) = shape.place(router);
        places[router / 64][router % 64] = (x as u16, y as u16);
    }
    places
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
                block.visible.add(due.arrivals);
                block.credits.add(due.credits);
                block.core_credits.add(due.core_credits);
                block.shown.add(due.received.map(|plane| [plane]));
                for p in 0..P {
                    block.blocked[p] &= !due.released[p];
                    block.owes[p] |= due.owed[p];
                }
                for p in port::LOCAL..P {
                    self.show_core(word, p, any_of(&due.core_credits[p]), due.received[p]);
                }
            }
        }
        while self.timers.peek().is_some_and(|Reverse((at, _))| *at <= self.now) {
            if let Some(Reverse((_, core))) = self.timers.pop() {
                self.woken.push(Wake::Core(core));
            }
        }
        self.marked_locals.append(&mut self.marked_next);
        while let Some(local) = self.uncovered.pop() {
            let (router, slot) = Self::local(local as usize);
            let shown = self.blocks[router / 64].shown.some_of(port::LOCAL + slot, 0);
            if shown >> (router % 64) & 1 == 1 {
                self.woken.push(Wake::Port(local));
            }
        }
    }

    fn show_core(&mut self, word: usize, p: usize, credits: u64, received: u64) {
        let local = |bit: usize| ((word * 64 + bit) * (P - port::LOCAL) + p - port::LOCAL) as u32;
        let block = &mut self.blocks[word];
        let woken = credits & block.waits[p];
        block.waits[p] &= !woken;
        self.woken.extend(bits(woken).map(|bit| Wake::Port(local(bit))));
        let has_markers = self.shape.marker_hop.is_some();
        for local in bits(received).map(local) {
            if has_markers && self.received.first(local as usize).is_marker() {
                self.marked_locals.push(local);
            } else {
                self.woken.push(Wake::Port(local));
            }
        }
    }

    /// Phase 3.
    pub fn mark<E: Endpoint>(&mut self, endpoint: &mut E) {
        for word in 0..self.words {
            for input in 0..P {
                let block = &self.blocks[word];
                let heads = block.marked[input] & block.visible.some_of(input, 0);
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
        self.barrier.go_to(self.now);
        while let Some(owed) = self.barrier.next_owed() {
            for output in bits(owed.outputs().into()) {
                let eligible = self.barrier.eligible(owed, output);
                self.owe(owed.router(), output, (eligible, owed.marker().flit()));
            }
        }
        while let Some((tile, _)) = self.barrier.next_ready() {
            self.barrier.advance(tile);
            endpoint.advance(self.now, tile, self);
        }
    }

    fn consume(&mut self, word: usize, input: usize, heads: u64) {
        self.moved = true;
        self.blocks[word].marked[input] &= !heads;
        let mut taken = [[0; V]; P];
        taken[input][0] = heads;
        self.blocks[word].give(&taken);
        for bit in bits(heads) {
            let router = word * 64 + bit;
            let flit = self.fifos.pop(self.row(input, 0, router));
            self.flits[router / self.shape.tiles()][1] += 1;
            self.barrier.deliver(router, input, Marker::of(flit), 0);
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
        let rows = (0..self.shape.routers() * P).flat_map(|row| (0..V).map(move |v| (row, v)));
        rows.into_iter().try_for_each(|(row, v)| {
            let (router, port) = (row / P, row % P);
            let (block, bit) = (&self.blocks[router / 64], router % 64);
            let held = block.credits.get(port, v, bit) as usize;
            let coming = self.coming(router, |due| due.credits[port][v]);
            let target = self.wiring.target[row] as usize;
            if port >= port::LOCAL {
                let inside = self.received.len_of(target, v);
                conserved((row, v), [held, coming, inside], self.shape.receive)?;
                let held = block.core_credits.get(port, v, bit) as usize;
                let coming = self.coming(router, |due| due.core_credits[port][v]);
                let inside = usize::from(self.fifos.len(self.row(port, v, router)));
                conserved((row, v), [held, coming, inside], self.shape.buffer)
            } else if self.wiring.target[row] == NOWHERE {
                Ok(())
            } else {
                let inside = usize::from(self.fifos.len(self.row(target % P, v, target / P)));
                conserved((row, v), [held, coming, inside], self.shape.buffer)
            }
        })
    }

    /// Credits of a router that are on their way.
    fn coming(&self, router: usize, plane: impl Fn(&Due<P, V>) -> u64) -> usize {
        let due = self.due.iter().skip(router / 64).step_by(self.words);
        due.filter(|due| plane(due) >> (router % 64) & 1 == 1).count()
    }
}

/// Credits held, credits on their way and flits of a wire make up the depth of its FIFO.
fn conserved((row, vc): (usize, usize), parts: [usize; 3], depth: u32) -> Result<(), String> {
    let [held, coming, inside] = parts;
    if held + coming + inside == depth as usize {
        return Ok(());
    }
    Err(format!("row {row} vc {vc}: {held} held + {coming} coming + {inside} inside != {depth}"))
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
