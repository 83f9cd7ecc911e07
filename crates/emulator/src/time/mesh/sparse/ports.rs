//! The cores' side, and what both sides share: popping a FIFO and giving the credit back.

use super::{ARRIVAL, CREDIT, FREE, LANE, OUTPUT, STRIDE, Sparse, TIMER};
use crate::time::mesh::wiring::NOWHERE;
use crate::time::mesh::{Cycle, Flit, Ports, port};

impl Ports for Sparse {
    fn send(&mut self, local: u32, flit: Flit) -> bool {
        let first = self.channels.of_core(local as usize);
        let Some(vc) = self.choose_vc(local as usize, first) else {
            if let Some(at) = self.channels.wait(first, self.now) {
                self.wheel.push(at, CREDIT | local);
            }
            return false;
        };
        let sender = &mut self.senders[local as usize];
        assert!(sender.sent_at != self.now, "local port {local} sends one flit a cycle");
        sender.sent_at = self.now;
        sender.lock = if flit.tail() { FREE } else { vc as u8 };
        sender.pointer = (vc + 1) as u8 % self.shape.vcs as u8;
        self.channels.spend(first + vc);
        let (router, slot) = self.shape.local(local as usize);
        let lane = (router * STRIDE + port::LOCAL + slot) * self.shape.vcs as usize + vc;
        self.flits[local as usize / self.shape.cores()][0] += 1;
        let flit = flit.routed(self.wiring.route(router, flit), vc);
        self.put_lane(lane, flit, self.now + Cycle::from(self.shape.injection()));
        true
    }

    fn front(&self, local: u32) -> Option<Flit> {
        let local = local as usize;
        if self.receive.is_empty(local) || self.popped_at[local] == self.now {
            return None;
        }
        let (flit, ready) = self.receive.front(local);
        (ready <= self.now && !flit.is_marker()).then_some(flit)
    }

    #[inline]
    fn waiting(&self, local: u32) -> bool {
        let local = local as usize;
        if self.receive.is_empty(local) {
            return false;
        }
        let (flit, ready) = self.receive.front(local);
        ready <= self.now && !flit.is_marker()
    }

    fn pop(&mut self, local: u32) -> Option<Flit> {
        self.front(local)?;
        Some(self.take_received(local))
    }

    fn wake(&mut self, core: u32, at: Cycle) {
        self.wheel.push(at.max(self.wake_from), TIMER | core);
    }

    fn flush_at(&mut self, core: u32, epoch: bool, at: Cycle) -> bool {
        self.inject_flush(core, epoch, at)
    }

    fn halt(&mut self) {
        self.halted = true;
    }

    fn done(&mut self, core: u32) {
        self.barrier.done(core);
    }
}

impl Sparse {
    /// The channel for the next flit of a core, if one has a credit.
    fn choose_vc(&mut self, local: usize, first: usize) -> Option<usize> {
        let (vcs, now) = (self.shape.vcs as usize, self.now);
        let sender = &self.senders[local];
        if sender.lock != FREE {
            let vc = usize::from(sender.lock);
            return self.channels.has(first + vc, now).then_some(vc);
        }
        let from = usize::from(sender.pointer);
        (from..from + vcs).map(|vc| vc % vcs).find(|vc| self.channels.has(first + vc, now))
    }

    /// Writes a flit into a router's FIFO; it may be read from `ready` on.
    #[inline]
    pub fn put_lane(&mut self, lane: usize, flit: Flit, ready: Cycle) {
        if self.fifos.push(lane, flit, ready) {
            self.wheel.push(ready, LANE | lane as u32);
        }
    }

    /// Writes a flit into a core's FIFO.
    pub fn put_received(&mut self, local: u32, flit: Flit, ready: Cycle) {
        if self.receive.push(local as usize, flit, ready) {
            self.wheel.push(ready, ARRIVAL | local);
        }
    }

    /// Takes the head of a router's FIFO, gives the credit back and looks at the next.
    #[inline]
    pub fn take_lane(&mut self, lane: usize) -> Flit {
        let flit = self.fifos.pop(lane);
        if !self.fifos.is_empty(lane) {
            let ready = self.fifos.front(lane).1.max(self.now + 1);
            self.wheel.push(ready, LANE | lane as u32);
        }
        let (row, vc) = self.split(lane);
        let at = self.now + Cycle::from(self.wiring.credit[row]);
        let source = self.wiring.source[row] as usize;
        debug_assert!(source != NOWHERE as usize, "row {row} has no source");
        if row % STRIDE < port::LOCAL {
            let channel = self.channels.of_output(source) + vc;
            if self.abroad[row] {
                self.leave(row, channel, None, at);
            } else if self.channels.give(channel, at) {
                self.wheel.push(at, OUTPUT | source as u32);
            }
        } else {
            let channel = self.channels.of_core(source) + vc;
            if self.channels.give(channel, at) {
                self.wheel.push(at, CREDIT | source as u32);
            }
        }
        flit
    }

    /// Takes the head of a core's FIFO.
    fn take_received(&mut self, local: u32) -> Flit {
        let flit = self.receive.pop(local as usize);
        self.popped_at[local as usize] = self.now;
        self.flits[local as usize / self.shape.cores()][1] += 1;
        let (router, slot) = self.shape.local(local as usize);
        let row = router * STRIDE + port::LOCAL + slot;
        let at = self.now + Cycle::from(self.wiring.credit[row]);
        if self.channels.give(self.channels.of_output(row) + flit.vc(), at) {
            self.wheel.push(at, OUTPUT | row as u32);
        }
        if !self.receive.is_empty(local as usize) {
            let (next, ready) = self.receive.front(local as usize);
            // Of a spike that shows behind a spike, the core knows.
            if ready > self.now || next.is_marker() || flit.is_marker() {
                self.wheel.push(ready.max(self.now + 1), ARRIVAL | local);
            }
        }
        flit
    }

    /// Takes a marker from the head of a core's FIFO, if it is there and may be read.
    pub fn take_marker(&mut self, local: u32) -> Option<Flit> {
        if self.receive.is_empty(local as usize) || self.popped_at[local as usize] == self.now {
            return None;
        }
        let (flit, ready) = self.receive.front(local as usize);
        (flit.is_marker() && ready <= self.now).then(|| self.take_received(local))
    }

    /// Checks the credits of every wire.
    pub fn audit_wires(&self) -> Result<(), String> {
        let vcs = self.shape.vcs as usize;
        for row in 0..self.outputs.len() * 2 {
            let (to_core, row) = (row < self.outputs.len(), row % self.outputs.len());
            let local_port = row % STRIDE >= port::LOCAL;
            for vc in 0..vcs {
                let target = self.wiring.target[row] as usize;
                let (channel, inside, depth) = match (to_core, local_port) {
                    _ if self.wiring.target[row] == NOWHERE => continue,
                    (true, false) => {
                        let inside = self.fifos.count(target * vcs + vc..target * vcs + vc + 1) as usize;
                        (self.channels.of_output(row) + vc, inside, self.shape.buffer)
                    }
                    (true, true) => (
                        self.channels.of_output(row) + vc,
                        self.receive.count_vc(target, vc),
                        self.shape.receive,
                    ),
                    (false, true) => {
                        let inside = self.fifos.count(row * vcs + vc..row * vcs + vc + 1) as usize;
                        (self.channels.of_core(target) + vc, inside, self.shape.buffer)
                    }
                    (false, false) => continue,
                };
                let [held, coming] = self.channels.held(channel);
                if held + coming + inside != depth as usize {
                    return Err(format!(
                        "row {row} vc {vc}: {held} held + {coming} coming + {inside} inside != {depth}"
                    ));
                }
            }
        }
        Ok(())
    }
}
