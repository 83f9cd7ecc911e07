//! Phase 3: markers at the heads of FIFOs are consumed, the barrier's conditions evaluated.
//!
//! A marker that nothing can hold up is granted ahead of its time, and where it finds an empty FIFO it is delivered
//! ahead of its time as well: a sweep over idle tiles takes no events. Nobody can tell, for no flit comes between: what
//! is spent and given here by and by would be spent and given in the same order later.

use super::allocate::limit;
use super::{FLUSHED, FREE, OUTPUT, Output, STRIDE, Sparse, TILE};
use crate::time::mesh::marker::{Marker, Owed};
use crate::time::mesh::{Cycle, Endpoint, Flit, FlitGrant, port};

impl Sparse {
    /// Whether a marker is consumed in this cycle or a condition may have come to hold.
    pub(super) fn has_markers(&self) -> bool {
        !self.marked_lanes.is_empty()
            || !self.marked_locals.is_empty()
            || !self.marked_routers.is_empty()
            || self.barrier.is_dirty()
    }

    /// Consumes markers and evaluates conditions.
    pub(super) fn mark<E: Endpoint>(&mut self, endpoint: &mut E) {
        let mut lanes = std::mem::take(&mut self.marked_lanes);
        for lane in lanes.drain(..) {
            let flit = self.take_lane(lane as usize);
            self.show_next(lane as usize);
            let net = self.net_of_row(lane as usize);
            self.flits[net][1] += 1;
            let (router, input) = (lane as usize / STRIDE, lane as usize % STRIDE);
            self.barrier.deliver(router, input, Marker::of(flit), 0);
        }
        self.marked_lanes = lanes;
        let mut locals = std::mem::take(&mut self.marked_locals);
        for local in locals.drain(..) {
            if let Some(flit) = self.take_marker(local) {
                endpoint.flush(self.now, local, flit.epoch(), self);
            }
        }
        self.marked_locals = locals;
        let mut routers = std::mem::take(&mut self.marked_routers);
        for router in routers.drain(..) {
            self.flush_cores(router as usize, endpoint);
        }
        self.marked_routers = routers;
        self.barrier.go_to(self.now);
        while self.barrier.is_dirty() {
            while let Some(owed) = self.barrier.next_owed() {
                self.owe(owed, endpoint);
            }
            if let Some((tile, at)) = self.barrier.next_ready() {
                if at > self.now {
                    self.wheel.push(at, TILE | tile);
                } else {
                    self.barrier.advance(tile);
                    endpoint.advance(self.now, tile, self);
                }
            }
        }
    }

    /// FLUSH, granted ahead of its time, is at the cores of a router.
    fn flush_cores<E: Endpoint>(&mut self, router: usize, endpoint: &mut E) {
        let epoch = self.barrier.epoch(router);
        let first = router as u32 * self.shape.size.cores_per_tile;
        let mut slots = std::mem::take(&mut self.flushing[router]);
        while slots != 0 {
            endpoint.flush(self.now, first + slots.trailing_zeros(), epoch, self);
            slots &= slots - 1;
        }
    }

    /// Outputs owe a marker: it is granted ahead of its time, or takes part in allocation.
    #[inline]
    fn owe<E: Endpoint>(&mut self, owed: Owed, endpoint: &mut E) {
        let mut outputs = owed.outputs();
        if outputs >> port::LOCAL != 0 {
            self.owe_cores(owed, endpoint);
        }
        outputs &= (1 << port::LOCAL) - 1;
        while outputs != 0 {
            let output = outputs.trailing_zeros() as usize;
            outputs &= outputs - 1;
            let (row, at) = (owed.router() * STRIDE + output, self.barrier.eligible(owed, output));
            if self.take_for(row, owed.marker(), at) {
                self.grant_ahead(row, owed.marker(), at);
            } else {
                self.keep_owed(row, (at, owed.marker().flit()));
            }
        }
    }

    /// The outputs to the cores of a router owe FLUSH.
    fn owe_cores<E: Endpoint>(&mut self, owed: Owed, endpoint: &mut E) {
        let (first, marker) = (owed.router() * STRIDE + port::LOCAL, owed.marker());
        let at = self.barrier.eligible(owed, port::LOCAL);
        if self.barrier.is_quiet(owed.router()) {
            self.flush_quiet(first, (at, marker.flit()), endpoint);
            return;
        }
        for row in first..first + self.shape.size.cores_per_tile as usize {
            self.catch_up(self.outputs[row].target, endpoint);
            if self.take_for(row, marker, at) {
                self.flush_ahead(row, (at, marker.flit()), endpoint);
            } else {
                self.keep_owed(row, (at, marker.flit()));
            }
        }
    }

    /// A marker takes part in allocation.
    fn keep_owed(&mut self, row: usize, marker: (Cycle, Flit)) {
        self.outputs[row].owes = true;
        let owed = &mut self.owed[row];
        let free = usize::from(owed[0].is_some());
        assert!(owed[free].is_none(), "an output owes at most two markers");
        owed[free] = Some(marker);
        if marker.0 <= self.now {
            self.activate(row as u32);
        } else {
            self.wheel.push(marker.0, OUTPUT | row as u32);
        }
    }

    /// FLUSH goes to all cores of a quiet tile, each alone at its output.
    fn flush_quiet<E: Endpoint>(&mut self, row: usize, (at, flit): (Cycle, Flit), endpoint: &mut E) {
        let slots = self.shape.size.cores_per_tile;
        if self.records {
            let granted = |slot| (at, row as u32 + slot, FlitGrant::MADE_HERE, flit);
            self.granted.extend((0..slots).map(granted));
        }
        let net = self.net_of_row(row);
        self.flits[net] = self.flits[net].map(|flits| flits + u64::from(slots));
        let (router, at) = (row / STRIDE, at + Cycle::from(self.outputs[row].flight));
        if let Some(at) = self.barrier.rest(router, at) {
            endpoint.rested(at, (router - net * self.shape.tiles()) as u32);
        }
    }

    /// Sees to the cores of a tile itself, which only pass markers on, unless a credit of theirs may be late for the next
    /// step.
    pub(super) fn quieten(&mut self, tile: u32) -> bool {
        let row = tile as usize * STRIDE + port::LOCAL;
        let Output { flight, target, .. } = self.outputs[row];
        let back = self.receive.of(target as usize).credit;
        // A step lasts at least from FLUSH at the router to FLUSH at the core, and the next begins a cycle later.
        let is_sure = self.shape.vcs == 1
            && self.wiring.credit[row] <= flight + 1
            && back <= self.shape.injection() + 1;
        if is_sure {
            self.barrier.set_quiet(tile);
        }
        is_sure
    }

    /// The cores of a quiet tile send FLUSH in a cycle.
    pub(super) fn inject_quiet(&mut self, tile: u32, epoch: bool, at: Cycle) {
        for (net, router) in (tile as usize..self.shape.routers()).step_by(self.shape.tiles()).enumerate() {
            let slots = u64::from(self.shape.size.cores_per_tile);
            self.flits[net] = self.flits[net].map(|flits| flits + slots);
            self.barrier.deliver_quiet(router, epoch, at + self.injection);
        }
    }

    /// Whether a marker is sure to be granted in the first cycle in which it takes part; its credit is then used.
    #[inline]
    fn take_for(&mut self, row: usize, marker: Marker, eligible: Cycle) -> bool {
        let output = &self.outputs[row];
        !output.owes
            && output.request == 0
            && output.lock == FREE
            && eligible * self.interval[1] >= output.allowed
            && self.barrier.is_unopposed(marker, eligible)
            && self.channels.take(row, eligible)
    }

    /// A mesh output grants a marker in a cycle to come.
    #[inline]
    fn grant_ahead(&mut self, row: usize, marker: Marker, at: Cycle) {
        if self.records {
            self.granted.push((at, row as u32, FlitGrant::MADE_HERE, marker.flit()));
        }
        let output = &mut self.outputs[row];
        let (target, ready) = (output.target as usize, at + Cycle::from(output.flight));
        output.allowed = limit(output.allowed, at, self.interval);
        let net = self.net_of_row(row);
        self.flits[net][0] += 1;
        let fifo = self.fifos.of(target);
        if fifo.is_empty() {
            let credit = Cycle::from(fifo.credit);
            self.flits[net][1] += 1;
            self.channels.give(row, ready + credit);
            self.barrier.deliver(target / STRIDE, target % STRIDE, marker, ready);
        } else {
            self.put_lane(target, marker.flit(), ready);
        }
    }

    /// An output grants FLUSH to its core in a cycle to come.
    fn flush_ahead<E: Endpoint>(&mut self, row: usize, (at, flit): (Cycle, Flit), endpoint: &mut E) {
        if self.records {
            self.granted.push((at, row as u32, FlitGrant::MADE_HERE, flit));
        }
        let output = &self.outputs[row];
        let (target, ready) = (output.target as usize, at + Cycle::from(output.flight));
        let net = self.net_of_row(row);
        self.flits[net][0] += 1;
        if self.receive.is_empty(target) && self.pop_from[target] <= ready {
            self.flits[net][1] += 1;
            self.channels.give(row, ready + Cycle::from(self.wiring.credit[row]));
            self.flush_later(row, ready);
        } else {
            self.watch_marker(target as u32, endpoint);
            self.put_received(target as u32, flit, ready);
        }
    }

    /// FLUSH will be at the core of a local output.
    fn flush_later(&mut self, row: usize, at: Cycle) {
        let (router, slot) = (row / STRIDE, row % STRIDE - port::LOCAL);
        if self.flushing[router] == 0 {
            self.wheel.push(at, FLUSHED | router as u32);
        }
        self.flushing[router] |= 1 << slot;
    }

    /// Lets a core send FLUSH over all networks in a cycle to come, if credits are sure to be there.
    pub(super) fn inject_flush(&mut self, core: u32, epoch: bool, at: Cycle) -> bool {
        let cores = self.shape.cores();
        let locals = (0..self.shape.nets as usize).map(|net| net * cores + core as usize);
        let row = |(router, slot): (usize, usize)| router * STRIDE + port::LOCAL + slot;
        let is_free = locals.clone().all(|local| {
            let channel = self.channels.of_core(local);
            self.fifos.is_empty(row(self.shape.local(local))) && self.channels.has(channel, at)
        });
        if is_free {
            let ready = at + Cycle::from(self.shape.injection());
            for (net, local) in locals.enumerate() {
                let lane = row(self.shape.local(local));
                let channel = self.channels.of_core(local);
                self.flits[net] = self.flits[net].map(|flits| flits + 1);
                self.channels.spend(channel);
                self.channels.give(channel, ready + Cycle::from(self.wiring.credit[lane]));
                self.barrier.deliver(lane / STRIDE, lane % STRIDE, Marker::flush(epoch), ready);
            }
        }
        is_free
    }
}
