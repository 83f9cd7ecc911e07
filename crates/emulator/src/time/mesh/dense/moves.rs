//! Phase 4, second half: granted flits move, credits start back, heads say what they want.

use super::allocate::legal;
use super::planes::{bits, each_port, join, shifted};
use super::turns::Turns;
use super::{Cycle, Dense, Flit, Grants};
use crate::time::mesh::{FlitGrant, Log, port};

impl<const P: usize, const V: usize> Dense<P, V> {
    /// Moves what a word's routers granted: first the planes of the FIFOs that give, then flits and the planes of
    /// those that get.
    pub(super) fn go<L: Log>(&mut self, word: usize, grants: &Grants<P, V>) {
        let mut taken = [[0; V]; P];
        grants.lanes.iter().for_each(|lanes| join(&mut taken, lanes));
        self.blocks[word].give(&taken);
        for (input, planes) in taken.into_iter().enumerate() {
            for (v, plane) in planes.into_iter().enumerate().filter(|(_, plane)| *plane != 0) {
                self.give_back(word, input, v, plane);
            }
        }
        each_port!(P, O => self.go_output::<L, O>(word, grants));
    }

    #[inline]
    fn go_output<L: Log, const O: usize>(&mut self, word: usize, grants: &Grants<P, V>) {
        if grants.markers[O] != 0 {
            self.go_markers::<L, O>(word, grants.markers[O]);
        }
        for (down, plane) in grants.vcs[O].into_iter().enumerate() {
            if plane == 0 {
                continue;
            }
            for input in (0..P).filter(|input| legal(O, *input)) {
                for v in 0..V {
                    let plane = plane & grants.lanes[O][input][v];
                    if plane != 0 {
                        self.carry::<L, O>(word, (input, v), (down, plane));
                    }
                }
            }
            if O >= port::LOCAL {
                let wire = Cycle::from(self.shape.switch + self.shape.wires[2]);
                self.due_at(self.now + wire, word).received[O] |= plane;
            } else {
                self.land::<O>(word, down, plane);
            }
        }
    }

    /// Takes flits of one lane of some routers to where they leave.
    #[inline]
    fn carry<L: Log, const O: usize>(
        &mut self,
        word: usize,
        (input, v): (usize, usize),
        (down, plane): (usize, u64),
    ) {
        let first = word * 64;
        let from = self.row(input, v, first);
        let to = if O < port::LOCAL {
            self.row(port::opposite(O), down, first).wrapping_add_signed(self.step(O))
        } else {
            0
        };
        let mut all = Flit(u64::MAX);
        for bit in bits(plane) {
            let flit = self.fifos.pop(from + bit);
            all.0 &= flit.0;
            if L::RECORDS {
                self.granted.push((((first + bit) * P + O) as u32, input as u8, flit));
            }
            if O < port::LOCAL {
                self.fifos.push(to.wrapping_add(bit), flit);
            } else {
                let local = (first + bit) * (P - port::LOCAL) + O - port::LOCAL;
                self.received.push(local, flit.routed(0, down));
            }
        }
        if !all.tail() || self.blocks[word].locked[O] & plane != 0 {
            let split = bits(plane).filter(|bit| !self.written::<O>(word, down, *bit).tail());
            let split = split.fold(0, |split, bit| split | 1 << bit);
            self.blocks[word].lock((O, down), (input, v), (plane, split));
        }
    }

    /// The flit last written to where an output leads.
    fn written<const O: usize>(&self, word: usize, down: usize, bit: usize) -> Flit {
        let router = word * 64 + bit;
        if O < port::LOCAL {
            self.fifos.last(self.row(port::opposite(O), down, router.wrapping_add_signed(self.step(O))))
        } else {
            self.received.last(router * (P - port::LOCAL) + O - port::LOCAL)
        }
    }

    /// The markers that some routers grant go to where they leave.
    fn go_markers<L: Log, const O: usize>(&mut self, word: usize, plane: u64) {
        for bit in bits(plane) {
            let router = word * 64 + bit;
            let owed = &mut self.owed[router * P + O];
            owed.swap(0, 1);
            let Some((_, flit)) = owed[1].take() else { continue };
            if owed[0].is_none_or(|(eligible, _)| eligible > self.now) {
                self.blocks[word].owes[O] &= !(1 << bit);
            }
            self.flits[router / self.shape.tiles()][0] += 1;
            if L::RECORDS {
                self.granted.push(((router * P + O) as u32, FlitGrant::MADE_HERE, flit));
            }
            if O < port::LOCAL {
                let to = router.wrapping_add_signed(self.step(O));
                self.fifos.push(self.row(port::opposite(O), 0, to), flit);
            } else {
                self.received.push(router * (P - port::LOCAL) + O - port::LOCAL, flit);
            }
        }
    }

    /// Notes in the planes what some routers granted at a mesh output.
    #[inline]
    fn land<const O: usize>(&mut self, word: usize, down: usize, plane: u64) {
        let (step, input) = (self.step(O), port::opposite(O));
        let at = self.now + Cycle::from(self.shape.switch + self.shape.wires[O / 2] + self.shape.rc);
        let far = plane & self.leaves[word][O];
        for (at, plane) in [(at, plane & !far), (at + Cycle::from(self.shape.chip_wire), far)] {
            for (to, plane) in shifted(plane, word, step) {
                if plane != 0 {
                    self.blocks[to].got[input][down] |= plane;
                    self.due_at(at, to).arrivals[input][down] |= plane;
                }
            }
        }
        if !self.allowed.is_empty() {
            bits(plane).for_each(|bit| self.limit(word * 64 + bit, O));
        }
    }

    /// Notes what the new heads of a word's FIFOs want.
    #[inline]
    pub(super) fn note_heads(&mut self, word: usize) {
        let fresh = self.blocks[word].take_fresh();
        each_port!(P, I => {
            for v in (0..V).filter(|v| fresh[I][*v] != 0) {
                self.note::<I>(word, v, fresh[I][v]);
            }
        });
    }

    #[inline]
    fn note<const I: usize>(&mut self, word: usize, v: usize, heads: u64) {
        let (row, places) = (self.row(I, v, word * 64), &self.places[word]);
        let has_markers = self.shape.marker_hop.is_some();
        let (mut turns, mut marked) = (Turns::<P>::default(), 0);
        for bit in bits(heads) {
            let flit = self.fifos.first(row + bit);
            if has_markers && flit.is_marker() {
                marked |= 1 << bit;
            } else {
                turns.note::<I>(bit, flit, places[bit]);
            }
        }
        let block = &mut self.blocks[word];
        block.marked[I] |= marked;
        for (wants, plane) in block.wants.iter_mut().zip(turns.wants(heads & !marked)) {
            wants[I][v] |= plane;
        }
    }

    /// The row of a router's FIFO.
    #[inline]
    pub const fn row(&self, input: usize, v: usize, router: usize) -> usize {
        (input * V + v) * self.words * 64 + router
    }

    /// Routers from one to its neighbour at an output.
    #[inline]
    const fn step(&self, output: usize) -> isize {
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
        for (at, plane) in [(at, plane & !far), (at + Cycle::from(self.shape.chip_wire), far)] {
            for (to, plane) in shifted(plane, word, step) {
                if plane != 0 {
                    self.due_at(at, to).credits[output][v] |= plane;
                }
            }
        }
    }
}
