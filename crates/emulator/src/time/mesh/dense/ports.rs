//! The cores' side.

use std::cmp::Reverse;

use super::{Cycle, Dense, Flit};
use crate::time::mesh::{Ports, port};

impl<const P: usize, const V: usize> Ports for Dense<P, V> {
    #[inline]
    fn send(&mut self, local: u32, flit: Flit) -> bool {
        let (router, slot) = Self::local(local as usize);
        let net = self.net(router);
        let core = &mut self.cores[local as usize];
        let from = usize::from(core.pointer);
        let vc = match core.lock {
            Some(vc) => Some(usize::from(vc)).filter(|vc| core.credits[*vc] > 0),
            None => (from..from + V).map(|vc| vc % V).find(|vc| core.credits[*vc] > 0),
        };
        let Some(vc) = vc else {
            core.waits = true;
            return false;
        };
        assert!(core.sent_at != self.now, "local port {local} sends one flit a cycle");
        core.sent_at = self.now;
        core.credits[vc] -= 1;
        core.pointer = ((vc + 1) % V) as u8;
        core.lock = (!flit.tail()).then_some(vc as u8);
        self.flits[net][0] += 1;
        self.put(router, port::LOCAL + slot, vc, flit);
        let at = self.now + Cycle::from(self.shape.injection());
        self.due_at(at, router / 64).arrivals[port::LOCAL + slot][vc] |= 1 << (router % 64);
        true
    }

    #[inline]
    fn front(&self, local: u32) -> Option<Flit> {
        let core = &self.cores[local as usize];
        if core.shown == 0 || core.popped_at == self.now {
            return None;
        }
        Some(self.first(local as usize)).filter(|flit| !flit.is_marker())
    }

    #[inline]
    fn waiting(&self, local: u32) -> bool {
        let shown = self.cores[local as usize].shown > 0;
        shown && !self.first(local as usize).is_marker()
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
    const fn local(local: usize) -> (usize, usize) {
        (local / (P - port::LOCAL), local % (P - port::LOCAL))
    }

    /// The network of a router; without a division in the first.
    #[inline]
    const fn net(&self, router: usize) -> usize {
        let tiles = self.shape.tiles();
        if router < tiles { 0 } else { router / tiles }
    }

    /// The head of a core's FIFO; an old one if that is empty.
    #[inline]
    pub fn first(&self, local: usize) -> Flit {
        self.received[(local << self.receive_shift) + usize::from(self.cores[local].ring.0)]
    }

    /// Flits of a virtual channel in a core's FIFO.
    pub fn received_of(&self, local: usize, vc: usize) -> usize {
        let (head, len) = self.cores[local].ring;
        let mask = (1 << self.receive_shift) - 1;
        let slot = |i: &u16| (local << self.receive_shift) + (usize::from(head + i) & mask);
        (0..len).filter(|i| self.received[slot(i)].vc() == vc).count()
    }

    #[inline]
    fn take_received(&mut self, local: usize) -> Flit {
        let flit = self.first(local);
        let mask = (1u16 << self.receive_shift) - 1;
        let core = &mut self.cores[local];
        core.ring = ((core.ring.0 + 1) & mask, core.ring.1 - 1);
        core.shown -= 1;
        core.popped_at = self.now;
        let next_is_marker = core.shown > 0 && self.first(local).is_marker();
        let (router, slot) = Self::local(local);
        let net = self.net(router);
        self.flits[net][1] += 1;
        let at = self.now + Cycle::from(self.shape.wires[2] + self.shape.credit_extra);
        self.due_at(at, router / 64).credits[port::LOCAL + slot][flit.vc()] |= 1 << (router % 64);
        if next_is_marker {
            self.marked_next.push(local as u32);
            self.moved = true;
        }
        flit
    }

    /// Takes a marker from the head of a core's FIFO, if it is shown.
    pub fn take_marker(&mut self, local: u32) -> Option<Flit> {
        let local = local as usize;
        let core = &self.cores[local];
        let due = core.shown > 0 && core.popped_at != self.now;
        (due && self.first(local).is_marker()).then(|| self.take_received(local))
    }
}
