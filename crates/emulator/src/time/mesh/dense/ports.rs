//! The cores' side.

use std::cmp::Reverse;

use super::planes::{any, any_of, bits, join};
use super::{Core, Cycle, Dense, Flit};
use crate::time::mesh::{Ports, port};

impl<const P: usize, const V: usize> Ports for Dense<P, V> {
    #[inline]
    fn send(&mut self, local: u32, flit: Flit) -> bool {
        let (router, slot) = Self::local(local as usize);
        let (word, bit, input) = (router / 64, 1 << (router % 64), port::LOCAL + slot);
        let block = &mut self.blocks[word];
        let has = |vc: &usize| block.core_credits.some_of(input, *vc) & bit != 0;
        let vc = if V == 1 { Some(0).filter(has) } else { self.cores[local as usize].next::<V>(flit, has) };
        let Some(vc) = vc else {
            block.waits[input] |= bit;
            return false;
        };
        assert!(any_of(&block.got[input]) & bit == 0, "local port {local} sends one flit a cycle");
        block.got[input][vc] |= bit;
        let net = self.net(router);
        self.flits[net][0] += 1;
        self.fifos.push(self.row(input, vc, router), flit);
        true
    }

    #[inline]
    fn front(&self, local: u32) -> Option<Flit> {
        let (router, slot) = Self::local(local as usize);
        let (block, p) = (&self.blocks[router / 64], port::LOCAL + slot);
        if (block.shown.some_of(p, 0) & !any_of(&block.popped[p])) >> (router % 64) & 1 == 0 {
            return None;
        }
        Some(self.received.first(local as usize)).filter(|flit| !flit.is_marker())
    }

    #[inline]
    fn waiting(&self, local: u32) -> bool {
        let (router, slot) = Self::local(local as usize);
        let (block, p, bit) = (&self.blocks[router / 64], port::LOCAL + slot, router % 64);
        let popped = any_of(&block.popped[p]) >> bit & 1;
        u64::from(block.shown.get(p, 0, bit)) > popped && !self.received.first(local as usize).is_marker()
    }

    #[inline]
    fn pop(&mut self, local: u32) -> Option<Flit> {
        self.front(local)?;
        Some(self.take_received(local as usize))
    }

    fn wake(&mut self, core: u32, at: Cycle) {
        self.timers.push(Reverse((at.max(self.wake_from), core)));
    }

    fn halt(&mut self) {
        self.halted = true;
    }

    fn done(&mut self, core: u32) {
        self.barrier.done(core);
    }
}

impl<const P: usize, const V: usize> Dense<P, V> {
    /// The router and port slot of a local port, without a division.
    #[inline]
    pub(super) const fn local(local: usize) -> (usize, usize) {
        (local / (P - port::LOCAL), local % (P - port::LOCAL))
    }

    /// The network of a router; without a division in the first.
    #[inline]
    const fn net(&self, router: usize) -> usize {
        let tiles = self.shape.tiles();
        if router < tiles { 0 } else { router / tiles }
    }

    #[inline]
    fn take_received(&mut self, local: usize) -> Flit {
        let flit = self.received.pop(local);
        let (router, slot) = Self::local(local);
        self.blocks[router / 64].popped[port::LOCAL + slot][flit.vc()] |= 1 << (router % 64);
        let net = self.net(router);
        self.flits[net][1] += 1;
        flit
    }

    /// Takes a marker from the head of a core's FIFO, if it is shown.
    pub fn take_marker(&mut self, local: u32) -> Option<Flit> {
        let (router, slot) = Self::local(local as usize);
        let (block, p) = (&self.blocks[router / 64], port::LOCAL + slot);
        let due = (block.shown.some_of(p, 0) & !any_of(&block.popped[p])) >> (router % 64) & 1 == 1;
        if !due || !self.received.first(local as usize).is_marker() {
            return None;
        }
        // Nobody but the mesh looks behind a marker.
        self.uncovered.push(local);
        self.moved = true;
        Some(self.take_received(local as usize))
    }

    /// Notes in the planes what cores sent and took in this cycle.
    #[inline]
    pub(super) fn settle(&mut self) {
        let sent_at = self.now + Cycle::from(self.shape.injection());
        let taken_at = self.now + Cycle::from(self.shape.wires[2] + self.shape.credit_extra);
        for word in 0..self.words {
            let block = &mut self.blocks[word];
            // Neighbours write later in a cycle.
            let (sent, popped) = (block.got, std::mem::replace(&mut block.popped, [[0; V]; P]));
            if any(&sent) {
                block.core_credits.sub(sent);
                join(&mut self.due_at(sent_at, word).arrivals, &sent);
            }
            if any(&popped) {
                self.blocks[word].shown.sub(popped.map(|planes| [any_of(&planes)]));
                join(&mut self.due_at(taken_at, word).credits, &popped);
                if self.shape.marker_hop.is_some() {
                    self.find_markers(word, &popped);
                }
            }
        }
    }

    /// Notes which cores' FIFOs show a marker behind what was taken from them.
    fn find_markers(&mut self, word: usize, popped: &[[u64; V]; P]) {
        for (p, planes) in popped.iter().enumerate().skip(port::LOCAL) {
            for bit in bits(any_of(planes) & self.blocks[word].shown.some_of(p, 0)) {
                let local = (word * 64 + bit) * (P - port::LOCAL) + p - port::LOCAL;
                if self.received.first(local).is_marker() {
                    self.marked_next.push(local as u32);
                    self.moved = true;
                }
            }
        }
    }
}

impl Core {
    /// The channel for its next flit, of those that have credits.
    #[inline]
    fn next<const V: usize>(&mut self, flit: Flit, has: impl Fn(&usize) -> bool) -> Option<usize> {
        let from = usize::from(self.pointer);
        let vc = match self.lock {
            Some(vc) => Some(usize::from(vc)).filter(has),
            None => (from..from + V).map(|vc| vc % V).find(has),
        }?;
        self.pointer = ((vc + 1) % V) as u8;
        self.lock = (!flit.tail()).then_some(vc as u8);
        Some(vc)
    }
}
