//! The cores' side, and what both sides share: popping a FIFO and giving the credit back.

use super::store::Fifo;
use super::{ARRIVAL, CREDIT, FREE, LANE, OUTPUT, STRIDE, Sparse, TAKE, TIMER};
use crate::time::mesh::wiring::NOWHERE;
use crate::time::mesh::{Cycle, Endpoint, Flit, Ports, Wake, port};

/// Why a core that takes flits behind time must take them in time: an output of network 0 or 1 waits for its credit.
const OUTPUT_WAITS: u8 = 1;
/// A marker stands behind spikes in its FIFO of network 0 or 1.
const MARKER_INSIDE: u8 = 1 << 2;
/// It asked for that.
const ASKED: u8 = 1 << 4;

impl Ports for Sparse {
    fn send(&mut self, local: u32, flit: Flit) -> bool {
        self.send_ahead(local, flit, self.now)
    }

    fn may_send(&mut self, local: u32, at: Cycle) -> bool {
        self.is_loose && self.channels.will_have(self.channels.of_core(local as usize), at)
    }

    fn send_ahead(&mut self, local: u32, flit: Flit, at: Cycle) -> bool {
        let (first, vcs) = (self.channels.of_core(local as usize), self.shape.vcs as usize);
        let vc = if vcs == 1 {
            self.channels.has(first, at).then_some(0)
        } else {
            self.choose_vc(local as usize, first, at)
        };
        let Some(vc) = vc else {
            if let Some(at) = self.channels.wait(first, self.now) {
                self.wheel.push(at, CREDIT | local);
            }
            return false;
        };
        let sender = &mut self.senders[local as usize];
        assert!(sender.sent_at != at, "local port {local} sends one flit a cycle");
        sender.sent_at = at;
        sender.lock = if flit.tail() { FREE } else { vc as u8 };
        sender.pointer = if vc + 1 == vcs { 0 } else { vc as u8 + 1 };
        let row = sender.row as usize;
        self.channels.spend(first + vc);
        let net = self.net_of_local(local);
        self.flits[net][0] += 1;
        let flit = flit.routed(self.wiring.route(row / STRIDE, flit), vc);
        self.put_lane(row * vcs + vc, flit, at + self.injection);
        true
    }

    fn front(&self, local: u32) -> Option<Flit> {
        let shows = self.shows(local, self.now)?;
        (shows <= self.now).then(|| self.receive.front(local as usize).0)
    }

    #[inline]
    fn shows(&self, local: u32, _now: Cycle) -> Option<Cycle> {
        let local = local as usize;
        if self.receive.is_empty(local) {
            return None;
        }
        let (flit, ready) = self.receive.front(local);
        (!flit.is_marker()).then(|| ready.max(self.pop_from[local]))
    }

    #[inline]
    fn waiting(&self, local: u32) -> bool {
        if self.receive.is_empty(local as usize)
            || self.is_loose && self.watched[self.core(local)] & ASKED == 0
        {
            return false;
        }
        let (flit, ready) = self.receive.front(local as usize);
        ready <= self.now && !flit.is_marker()
    }

    fn pop(&mut self, local: u32) -> Option<Flit> {
        self.pop_behind(local, self.now)
    }

    #[inline]
    fn pop_behind(&mut self, local: u32, at: Cycle) -> Option<Flit> {
        let shows = self.shows(local, at)?;
        (shows <= at).then(|| self.take_received(local, at))
    }

    fn watch(&mut self, core: u32, on: bool) {
        if !on {
            self.watched[core as usize] &= !ASKED;
        } else if self.is_loose {
            self.watched[core as usize] |= ASKED;
            self.tell_of(core as usize);
        }
    }

    fn wake(&mut self, core: u32, at: Cycle) {
        self.wheel.push(at.max(self.wake_from), TIMER | core);
    }

    fn flush_at(&mut self, core: u32, epoch: bool, at: Cycle) -> bool {
        self.inject_flush(core, epoch, at)
    }

    fn quieten(&mut self, tile: u32) -> bool {
        self.quieten(tile)
    }

    fn rest(&mut self, tile: u32, epoch: bool, at: Cycle) {
        self.inject_quiet(tile, epoch, at);
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
    fn choose_vc(&mut self, local: usize, first: usize, now: Cycle) -> Option<usize> {
        let vcs = self.shape.vcs as usize;
        let sender = &self.senders[local];
        if sender.lock != FREE {
            let vc = usize::from(sender.lock);
            return self.channels.has(first + vc, now).then_some(vc);
        }
        let from = usize::from(sender.pointer);
        (from..from + vcs).map(|vc| vc % vcs).find(|vc| self.channels.has(first + vc, now))
    }

    /// Writes a flit into a router's FIFO; it may be read from `ready` on.
    #[inline(always)]
    pub fn put_lane(&mut self, lane: usize, flit: Flit, ready: Cycle) {
        if self.fifos.push(lane, flit, ready) {
            self.wheel.push(ready, LANE | lane as u32);
        }
    }

    /// A flit goes to a core; a marker stands behind spikes there.
    #[inline(always)]
    pub fn eject<E: Endpoint>(&mut self, local: u32, flit: Flit, ready: Cycle, endpoint: &mut E) {
        if flit.is_marker() {
            self.catch_up(local, endpoint);
            self.watch_marker(local, endpoint);
        }
        self.put_received(local, flit, ready);
    }

    /// Writes a flit into a core's FIFO.
    #[inline(always)]
    pub fn put_received(&mut self, local: u32, flit: Flit, ready: Cycle) {
        let is_head = self.receive.push(local as usize, flit, ready);
        if is_head && (!self.is_loose || flit.is_marker() || self.watched[self.core(local)] != 0) {
            let shows = ready.max(self.pop_from[local as usize]);
            self.wheel.push(shows, ARRIVAL | local);
        }
    }

    /// The core of a local port.
    #[inline]
    pub fn core(&self, local: u32) -> usize {
        local as usize - self.net_of_local(local) * self.watched.len()
    }

    /// The network of a local port: of two at most.
    #[inline]
    fn net_of_local(&self, local: u32) -> usize {
        usize::from(local as usize >= self.watched.len())
    }

    /// Plays a core up to now, ahead of a look at its FIFO.
    #[inline]
    pub fn catch_up<E: Endpoint>(&mut self, local: u32, endpoint: &mut E) {
        if self.is_loose {
            endpoint.settle(self.now, self.core(local) as u32, self);
        }
    }

    /// An output waits for the credit of a flit that is not taken yet.
    pub fn watch_output<E: Endpoint>(&mut self, local: u32, endpoint: &mut E) {
        self.watch_for(local, OUTPUT_WAITS, endpoint);
    }

    /// A marker comes behind the spikes in a FIFO.
    pub fn watch_marker<E: Endpoint>(&mut self, local: u32, endpoint: &mut E) {
        self.watch_for(local, MARKER_INSIDE, endpoint);
    }

    /// From now on tells of what comes at a core, which sees to what is there.
    fn watch_for<E: Endpoint>(&mut self, local: u32, why: u8, endpoint: &mut E) {
        let (core, why) = (self.core(local), why << self.net_of_local(local));
        let is_new = self.watched[core] == 0;
        self.watched[core] |= why;
        if is_new && self.is_loose {
            self.hurry(core, endpoint);
        }
    }

    /// A core that must take flits in time is called when it may take the next of those that are there.
    fn hurry<E: Endpoint>(&mut self, core: usize, endpoint: &mut E) {
        let at = endpoint.takes(self.now, core as u32, self).max(self.now + 1);
        if at < self.takes[core] {
            self.takes[core] = at;
            self.wheel.push(at, TAKE | core as u32);
        }
    }

    /// A core takes what it may in this cycle, and is called again while somebody waits for what it takes.
    pub fn take_in_time<E: Endpoint>(&mut self, core: usize, endpoint: &mut E) {
        if self.takes[core] <= self.now {
            self.takes[core] = Cycle::MAX;
        }
        if self.watched[core] & ASKED != 0 {
            self.woken.push(Wake::Core(core as u32));
            return;
        }
        endpoint.settle(self.now, core as u32, self);
        if self.watched[core] != 0 {
            self.hurry(core, endpoint);
        }
    }

    /// Tells of the flits at a core.
    fn tell_of(&mut self, core: usize) {
        for local in (core..self.shape.locals()).step_by(self.watched.len()) {
            if let Some(at) = self.shows(local as u32, self.now) {
                self.wheel.push(at.max(self.now + 1), ARRIVAL | local as u32);
            }
        }
    }

    /// Takes the head of a router's FIFO and gives the credit back.
    #[inline(always)]
    pub fn take_lane(&mut self, lane: usize) -> Flit {
        let flit = self.fifos.pop(lane);
        let &Fifo { back, credit, is_abroad, .. } = self.fifos.of(lane);
        let at = self.now + Cycle::from(credit);
        debug_assert!(back != NOWHERE, "lane {lane} has no source");
        if is_abroad {
            self.leave(self.split(lane).0, back as usize, None, at);
        } else if self.channels.give(back as usize, at) {
            let waits = match self.channels.core_of(back as usize) {
                Some(local) => CREDIT | local,
                None => OUTPUT | self.split(back as usize).0 as u32,
            };
            self.wheel.push(at, waits);
        }
        flit
    }

    /// Takes the head of a core's FIFO as of cycle `now`.
    fn take_received(&mut self, local: u32, now: Cycle) -> Flit {
        let flit = self.receive.pop(local as usize);
        self.pop_from[local as usize] = now + 1;
        let &Fifo { ready, back, credit, .. } = self.receive.of(local as usize);
        let at = now + Cycle::from(credit);
        let (core, net) = (self.core(local), self.net_of_local(local));
        self.flits[net][1] += 1;
        if self.channels.give(back as usize + flit.vc(), at) {
            self.wheel.push(at, OUTPUT | self.split(back as usize).0 as u32);
            self.watched[core] &= !(OUTPUT_WAITS << net);
        }
        if flit.is_marker() {
            self.watched[core] &= !(MARKER_INSIDE << net);
        }
        if !self.receive.is_empty(local as usize) {
            let next = self.receive.of(local as usize).head;
            // Of a spike that shows behind a spike, the core knows.
            let is_due = ready > now || next.is_marker() || flit.is_marker();
            let is_asked = !self.is_loose || self.watched[core] & ASKED != 0;
            if next.is_marker() || flit.is_marker() && self.watched[core] != 0 || is_due && is_asked {
                self.wheel.push(ready.max(now + 1), ARRIVAL | local);
            }
        }
        flit
    }

    /// Takes a marker from the head of a core's FIFO, if it is there and may be read.
    pub fn take_marker(&mut self, local: u32) -> Option<Flit> {
        if self.receive.is_empty(local as usize) || self.pop_from[local as usize] > self.now {
            return None;
        }
        let (flit, ready) = self.receive.front(local as usize);
        (flit.is_marker() && ready <= self.now).then(|| self.take_received(local, self.now))
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
