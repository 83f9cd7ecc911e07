//! Phase 4, second half: granted flits move, credits start back.

use super::allocate::legal;
use super::planes::{bits, each_port, moved, shifted};
use super::{Cycle, Dense, Flit, Grants};
use crate::time::mesh::{Log, Record, port};

impl<const P: usize, const V: usize> Dense<P, V> {
    /// Moves what a word's routers granted.
    pub(super) fn go<L: Log>(&mut self, word: usize, grants: &Grants<P, V>) {
        for input in 0..P {
            for v in 0..V {
                let taken = (0..P).fold(0, |any, output| any | grants.lanes[output][input][v]);
                if taken != 0 {
                    self.blocks[word].visible[input][v].sub(taken);
                    self.give_back(word, input, v, taken);
                }
            }
        }
        each_port!(P, O => self.go_output::<L, O>(word, grants));
    }

    #[inline]
    fn go_output<L: Log, const O: usize>(&mut self, word: usize, grants: &Grants<P, V>) {
        let output = O;
        for (v, plane) in grants.vcs[output].into_iter().enumerate() {
            if plane != 0 {
                self.fly(word, output, v, plane);
            }
        }
        for input in 0..P {
            for v in 0..V {
                let plane = grants.lanes[output][input][v];
                if !legal(output, input) || plane == 0 {
                    continue;
                }
                self.blocks[word].wants[output][input][v] &= !plane;
                for bit in bits(plane) {
                    let router = word * 64 + bit;
                    let flit = self.take_head(router, input, v);
                    let down = downstream(&grants.vcs[output], bit);
                    if !flit.tail() || self.blocks[word].locked[output] >> bit & 1 == 1 {
                        self.lock(router, (output, down), (input, v), flit.tail());
                    }
                    if L::RECORDS {
                        self.granted.push(((router * P + output) as u32, input as u8, flit));
                    }
                    self.arrive(router, output, down, flit);
                }
            }
        }
        self.go_markers::<L>(word, output, grants.markers[output]);
    }

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
                self.granted.push(((router * P + output) as u32, Record::MADE_HERE, flit));
            }
            self.arrive(router, output, 0, flit);
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

    #[inline]
    fn arrive(&mut self, router: usize, output: usize, down: usize, flit: Flit) {
        if output >= port::LOCAL {
            let local = router * (P - port::LOCAL) + output - port::LOCAL;
            self.received[local].push_back(flit.routed(0, down));
            return;
        }
        if !self.allowed.is_empty() {
            self.limit(router, output);
        }
        let to = router.wrapping_add_signed(self.step(output));
        self.put(to, port::opposite(output), down, flit);
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
