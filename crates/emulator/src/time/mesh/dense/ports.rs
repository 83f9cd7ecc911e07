//! The cores' side.

use std::cmp::Reverse;

use super::{Cycle, Dense, Flit};
use crate::time::mesh::{Ports, port};

impl<const P: usize, const V: usize> Ports for Dense<P, V> {
    #[inline]
    fn send(&mut self, local: u32, flit: Flit) -> bool {
        let (router, slot) = self.shape.local(local as usize);
        let net = router / self.shape.tiles();
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
        self.received[local as usize].front().copied().filter(|flit| !flit.is_marker())
    }

    #[inline]
    fn waiting(&self, local: u32) -> bool {
        let shown = self.cores[local as usize].shown > 0;
        shown && self.received[local as usize].front().is_some_and(|flit| !flit.is_marker())
    }

    #[inline]
    fn pop(&mut self, local: u32) -> Option<Flit> {
        self.front(local)?;
        self.take_received(local as usize)
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
    #[inline]
    fn take_received(&mut self, local: usize) -> Option<Flit> {
        let flit = self.received[local].pop_front()?;
        let core = &mut self.cores[local];
        core.shown -= 1;
        core.popped_at = self.now;
        let next_is_marker =
            core.shown > 0 && self.received[local].front().is_some_and(|flit| flit.is_marker());
        let (router, slot) = self.shape.local(local);
        self.flits[router / self.shape.tiles()][1] += 1;
        let at = self.now + Cycle::from(self.shape.wires[2] + self.shape.credit_extra);
        self.due_at(at, router / 64).credits[port::LOCAL + slot][flit.vc()] |= 1 << (router % 64);
        if next_is_marker {
            self.marked_next.push(local as u32);
            self.moved = true;
        }
        Some(flit)
    }

    /// Takes a marker from the head of a core's FIFO, if it is shown.
    pub fn take_marker(&mut self, local: u32) -> Option<Flit> {
        let local = local as usize;
        let core = &self.cores[local];
        let due = core.shown > 0 && core.popped_at != self.now;
        let marker = self.received[local].front().is_some_and(|flit| flit.is_marker());
        if due && marker { self.take_received(local) } else { None }
    }
}
