//! Phase 4, second half: granted flits move, credits start back.

use super::planes::{bits, each_port, moved, shifted};
use super::{Cycle, Dense, Flit, Grants};
use crate::time::mesh::{FlitGrant, Log, port};

/// Of the head of a FIFO: the output it wants, or [`MARKER`].
#[inline]
const fn want(flit: Flit) -> usize {
    flit.out() + (flit.is_marker() as usize) * MARKER
}

/// A head that wants no output.
const MARKER: usize = 8;

impl<const P: usize, const V: usize> Dense<P, V> {
    /// Moves what a word's routers granted: first out of all FIFOs, then into the next.
    pub(super) fn go<L: Log>(&mut self, word: usize, grants: &Grants<P, V>) {
        for input in 0..P {
            for v in 0..V {
                let taken = (0..P).fold(0, |any, output| any | grants.lanes[output][input][v]);
                if taken != 0 {
                    self.blocks[word].visible[input][v].sub(taken);
                    self.give_back(word, input, v, taken);
                    self.take_heads::<L>(word, (input, v), taken, grants);
                }
            }
        }
        each_port!(P, O => self.go_output::<L, O>(word, grants));
    }

    /// Takes the heads of some routers' FIFOs to where they leave.
    #[inline]
    fn take_heads<L: Log>(
        &mut self,
        word: usize,
        (input, v): (usize, usize),
        taken: u64,
        grants: &Grants<P, V>,
    ) {
        let (shift, mask) = (self.ring_shift, (1u16 << self.ring_shift) - 1);
        let mut wants = [0u64; 16];
        let is_locked = self.blocks[word].locked.iter().any(|plane| *plane != 0);
        for bit in bits(taken) {
            let lane = ((word * 64 + bit) * P + input) * V + v;
            let ring = &mut self.rings[lane];
            let (at, next) = (usize::from(ring.0), (ring.0 + 1) & mask);
            *ring = (next, ring.1 - 1);
            let is_more = u64::from(ring.1 > 0);
            let flit = self.slots[(lane << shift) + at];
            // Without a next flit an old one is read, and noted nowhere.
            wants[want(self.slots[(lane << shift) + usize::from(next)])] |= is_more << bit;
            let output = flit.out();
            self.leaving[(output * 64 + bit) & 511] = flit;
            if !flit.tail() || is_locked && self.blocks[word].locked[output] >> bit & 1 == 1 {
                let down = downstream(&grants.vcs[output], bit);
                self.lock(word * 64 + bit, (output, down), (input, v), flit.tail());
            }
            if L::RECORDS {
                let row = (word * 64 + bit) * P + output;
                self.granted.push((row as u32, input as u8, flit));
            }
        }
        let block = &mut self.blocks[word];
        for (of_output, plane) in block.wants.iter_mut().zip(wants) {
            of_output[input][v] = of_output[input][v] & !taken | plane;
        }
        block.marked[input] |= wants[MARKER..].iter().fold(0, |any, plane| any | plane);
    }

    #[inline]
    fn go_output<L: Log, const O: usize>(&mut self, word: usize, grants: &Grants<P, V>) {
        if grants.markers[O] != 0 {
            self.go_markers::<L>(word, O, grants.markers[O]);
        }
        for (down, plane) in grants.vcs[O].into_iter().enumerate() {
            if plane == 0 {
                continue;
            }
            self.fly(word, O, down, plane);
            if O >= port::LOCAL {
                self.receive(word, O, down, plane);
            } else {
                self.put_all::<O>(word, down, plane);
            }
        }
    }

    /// The markers that some routers grant go to where they leave.
    fn go_markers<L: Log>(&mut self, word: usize, output: usize, plane: u64) {
        for bit in bits(plane) {
            let router = word * 64 + bit;
            let owed = &mut self.owed[router * P + output];
            owed.swap(0, 1);
            let Some((_, flit)) = owed[1].take() else { continue };
            if owed[0].is_none_or(|(eligible, _)| eligible > self.now) {
                self.blocks[word].owes[output] &= !(1 << bit);
            }
            self.flits[router / self.shape.tiles()][0] += 1;
            if L::RECORDS {
                self.granted.push(((router * P + output) as u32, FlitGrant::MADE_HERE, flit));
            }
            self.leaving[output * 64 + bit] = flit;
        }
    }

    /// Writes what some routers grant at a mesh output into the FIFOs of their neighbours.
    #[inline]
    fn put_all<const O: usize>(&mut self, word: usize, down: usize, plane: u64) {
        let (step, input) = (self.step(O), port::opposite(O));
        let (shift, mask) = (self.ring_shift, (1u16 << self.ring_shift) - 1);
        let mut wants = [0u64; 16];
        for bit in bits(plane) {
            let to = (word * 64 + bit).wrapping_add_signed(step);
            let flit = self.leaving[(O * 64 + bit) & 511];
            let flit = flit.routed(self.wiring.route(to, flit), down);
            let lane = (to * P + input) * V + down;
            let ring = &mut self.rings[lane];
            let (head, len) = *ring;
            ring.1 = len + 1;
            debug_assert!(u32::from(len) < self.shape.buffer, "lane {lane} overflows");
            self.slots[(lane << shift) + usize::from((head + len) & mask)] = flit;
            wants[want(flit)] |= u64::from(len == 0) << bit;
        }
        let marked = wants[MARKER..].iter().fold(0, |any, plane| any | plane);
        if self.words == 1 {
            let block = &mut self.blocks[0];
            for (of_output, plane) in block.wants.iter_mut().zip(wants) {
                of_output[input][down] |= moved(plane, step);
            }
            block.marked[input] |= moved(marked, step);
        } else {
            for (output, plane) in wants.into_iter().enumerate().take(P) {
                for (to, plane) in shifted(plane, word, step).into_iter().filter(|(_, p)| *p != 0) {
                    self.blocks[to].wants[output][input][down] |= plane;
                }
            }
            for (to, plane) in shifted(marked, word, step).into_iter().filter(|(_, p)| *p != 0) {
                self.blocks[to].marked[input] |= plane;
            }
        }
        if !self.allowed.is_empty() {
            bits(plane).for_each(|bit| self.limit(word * 64 + bit, O));
        }
    }

    /// Writes what some routers grant at a local output into the FIFOs of their cores.
    #[inline]
    fn receive(&mut self, word: usize, output: usize, down: usize, plane: u64) {
        for bit in bits(plane) {
            let local = (word * 64 + bit) * (P - port::LOCAL) + output - port::LOCAL;
            let flit = self.leaving[output * 64 + bit];
            let (head, len) = self.cores[local].ring;
            self.cores[local].ring.1 = len + 1;
            let at = usize::from(head + len) & ((1 << self.receive_shift) - 1);
            self.received[(local << self.receive_shift) + at] = flit.routed(0, down);
        }
    }

    /// Takes the head of a FIFO and says what the next one wants.
    #[inline]
    pub fn take_head(&mut self, router: usize, input: usize, v: usize) -> Flit {
        let lane = (router * P + input) * V + v;
        let mask = (1u16 << self.ring_shift) - 1;
        let (head, len) = self.rings[lane];
        let flit = self.slots[(lane << self.ring_shift) + usize::from(head)];
        let next = (head + 1) & mask;
        self.rings[lane] = (next, len - 1);
        // Without a next flit an old one is read, and noted nowhere.
        let following = self.slots[(lane << self.ring_shift) + usize::from(next)];
        self.head_is((router, input, v), following, len > 1);
        flit
    }

    /// Notes what the head of a FIFO wants, if it is one.
    #[inline]
    fn head_is(&mut self, (router, input, v): (usize, usize, usize), flit: Flit, is_head: bool) {
        let block = &mut self.blocks[router / 64];
        let bit = u64::from(is_head) << (router % 64);
        if flit.is_marker() {
            block.marked[input] |= bit;
        } else {
            block.wants[flit.out()][input][v] |= bit;
        }
    }

    /// Writes a flit into a router's FIFO; it is shown when its plane is due.
    #[inline]
    pub fn put(&mut self, router: usize, input: usize, v: usize, flit: Flit) {
        let lane = (router * P + input) * V + v;
        let mask = (1u16 << self.ring_shift) - 1;
        let (head, len) = self.rings[lane];
        debug_assert!(u32::from(len) < self.shape.buffer, "lane {lane} overflows");
        let flit = flit.routed(self.wiring.route(router, flit), v);
        self.slots[(lane << self.ring_shift) + usize::from((head + len) & mask)] = flit;
        self.rings[lane].1 = len + 1;
        self.head_is((router, input, v), flit, len == 0);
    }

    /// Routers from one to its neighbour at an output.
    #[inline]
    fn step(&self, output: usize) -> isize {
        let width = self.shape.size.width as isize;
        [1, -1, width, -width][output]
    }

    /// The link rests until its interval is over.
    fn limit(&mut self, router: usize, output: usize) {
        let [p, q] = self.shape.interval.map(Cycle::from);
        let allowed = &mut self.allowed[router * P + output];
        *allowed = (*allowed).max((self.now * q + 1).saturating_sub(q)) + p;
        let at = allowed.div_ceil(q);
        if at > self.now + 1 {
            let bit = 1 << (router % 64);
            self.blocks[router / 64].blocked[output] |= bit;
            self.due_at(at, router / 64).released[output] |= bit;
        }
    }

    fn lock(&mut self, router: usize, to: (usize, usize), from: (usize, usize), tail: bool) {
        let block = &mut self.blocks[router / 64];
        let bit = 1 << (router % 64);
        let ((output, down), (input, v)) = (to, from);
        if tail {
            block.locked[output] &= !bit;
            block.lock_lane[output][input][v] &= !bit;
            block.lock_vc[output][down] &= !bit;
        } else {
            block.locked[output] |= bit;
            block.lock_lane[output][input][v] |= bit;
            block.lock_vc[output][down] |= bit;
        }
    }

    /// Schedules the arrival of the flits that some routers grant at an output.
    #[inline]
    fn fly(&mut self, word: usize, output: usize, v: usize, plane: u64) {
        let wire = self.shape.switch + self.shape.wires[if output < port::LOCAL { output / 2 } else { 2 }];
        if output >= port::LOCAL {
            self.due_at(self.now + Cycle::from(wire), word).received[output] |= plane;
            return;
        }
        let at = self.now + Cycle::from(wire + self.shape.rc);
        let far = plane & self.leaves[word][output];
        let (step, input) = (self.step(output), port::opposite(output));
        if self.words == 1 && far == 0 {
            self.due_at(at, 0).arrivals[input][v] |= moved(plane, step);
            return;
        }
        for (at, plane) in [(at, plane & !far), (at + Cycle::from(self.shape.chip_wire), far)] {
            for (to, plane) in shifted(plane, word, step) {
                if plane != 0 {
                    self.due_at(at, to).arrivals[input][v] |= plane;
                }
            }
        }
    }

    /// Schedules the return of the credits of the flits that some routers took from an input.
    #[inline]
    pub fn give_back(&mut self, word: usize, input: usize, v: usize, plane: u64) {
        let wire = self.shape.wires[if input < port::LOCAL { input / 2 } else { 2 }];
        let at = self.now + Cycle::from(wire + self.shape.credit_extra);
        if input >= port::LOCAL {
            self.due_at(at, word).core_credits[input][v] |= plane;
            return;
        }
        let far = plane & self.leaves[word][input];
        // The wire that ends in this input starts at the router on that side.
        let (step, output) = (self.step(input), port::opposite(input));
        if self.words == 1 && far == 0 {
            self.due_at(at, 0).credits[output][v] |= moved(plane, step);
            return;
        }
        for (at, plane) in [(at, plane & !far), (at + Cycle::from(self.shape.chip_wire), far)] {
            for (to, plane) in shifted(plane, word, step) {
                if plane != 0 {
                    self.due_at(at, to).credits[output][v] |= plane;
                }
            }
        }
    }
}

/// The channel that a router's grant goes into.
#[inline]
fn downstream<const V: usize>(vcs: &[u64; V], bit: usize) -> usize {
    if V == 1 { 0 } else { vcs.iter().position(|plane| plane >> bit & 1 == 1).unwrap_or(0) }
}
