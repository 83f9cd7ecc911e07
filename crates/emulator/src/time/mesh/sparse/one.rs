//! Phase 4 with one virtual channel: all that the pipeline and its barrier use.
//!
//! No input can be picked by two outputs here, so an output grants as soon as it has picked; and most that change do so
//! alone in their cycle, for which nothing is gathered.

use super::allocate::limit;
use super::{Cycle, Endpoint, FREE, Flit, FlitGrant, OUTPUT, STRIDE, Sparse, port};
use crate::time::mesh::wiring::route;

impl Sparse {
    /// An output that changed grants what it can; where it cannot, it is woken when it may.
    #[inline(always)]
    pub(super) fn serve<E: Endpoint>(&mut self, row: usize, endpoint: &mut E) {
        let now = self.now;
        let output = &mut self.outputs[row];
        let is_locked = output.lock != FREE;
        let request = if is_locked { output.request & 1 << output.lock } else { output.request };
        let marker = output.owes && !is_locked && self.is_owed(row);
        if request == 0 && !marker {
            return;
        }
        let [p, q] = self.interval;
        let output = &mut self.outputs[row];
        if now * q < output.allowed {
            self.wheel.push(output.allowed.div_ceil(q), OUTPUT | row as u32);
            return;
        }
        if !self.channels.take(row, now) && !self.starve(row, endpoint) {
            return;
        }
        if marker {
            self.grant_marker(row, endpoint);
            return;
        }
        let output = &mut self.outputs[row];
        let ahead = request >> output.pointer << output.pointer;
        let lane = (if ahead != 0 { ahead } else { request }).trailing_zeros() as u8;
        output.request &= !(1 << lane);
        output.pointer = (lane + 1) % STRIDE as u8;
        let flit = self.take_lane(row / STRIDE * STRIDE + usize::from(lane));
        let output = &mut self.outputs[row];
        output.lock = if flit.tail() { FREE } else { lane };
        let mesh = row % STRIDE < port::LOCAL;
        if mesh {
            output.allowed = limit(output.allowed, now, [p, q]);
        }
        let goes_on = output.request != 0 || output.owes && self.is_owed(row);
        self.pass_on(row, 0, (flit, lane), endpoint);
        if goes_on {
            self.go_on(row, endpoint);
        }
    }

    /// A marker that an output owes goes ahead of spikes.
    #[cold]
    fn grant_marker<E: Endpoint>(&mut self, row: usize, endpoint: &mut E) {
        let flit = self.take_owed(row);
        let interval = self.interval;
        let output = &mut self.outputs[row];
        if row % STRIDE < port::LOCAL {
            output.allowed = limit(output.allowed, self.now, interval);
        }
        let goes_on = output.request != 0 || output.owes && self.is_owed(row);
        self.pass_on(row, 0, (flit, FlitGrant::MADE_HERE), endpoint);
        if goes_on {
            self.go_on(row, endpoint);
        }
    }

    /// What an output granted goes over a channel of its wire.
    #[inline(always)]
    pub(super) fn pass_on<E: Endpoint>(
        &mut self,
        row: usize,
        vc: usize,
        (flit, input): (Flit, u8),
        endpoint: &mut E,
    ) {
        if self.records {
            self.granted.push((self.now, row as u32, input, flit));
        }
        let output = &self.outputs[row];
        let (target, ready) = (output.target, self.now + Cycle::from(output.flight));
        if row % STRIDE >= port::LOCAL {
            self.eject(target, flit.routed(0, vc), ready, endpoint);
            return;
        }
        let flit = flit.routed(route(output.xy, flit), vc);
        let lane = target as usize * self.shape.vcs as usize + vc;
        if output.is_abroad {
            self.leave(row, lane, Some(flit), ready);
        } else {
            self.put_lane(lane, flit, ready);
        }
    }

    /// An output finds no credit, unless a core that takes behind time has given one, which is then used; else it is woken
    /// when one comes.
    #[cold]
    fn starve<E: Endpoint>(&mut self, row: usize, endpoint: &mut E) -> bool {
        self.catch_up_behind(row, endpoint);
        let is_there = self.channels.take(row, self.now);
        if !is_there {
            self.await_credit(row, endpoint);
        }
        is_there
    }

    /// An output that has granted wants to grant again: it is woken when it may.
    fn go_on<E: Endpoint>(&mut self, row: usize, endpoint: &mut E) {
        let next = self.channels.next(row, self.now + 1).or_else(|| {
            self.catch_up_behind(row, endpoint);
            self.channels.next(row, self.now + 1)
        });
        match next {
            Some(at) => self.wheel.push(at, OUTPUT | row as u32),
            None => self.await_credit(row, endpoint),
        }
    }

    /// Plays the core behind an output, if one is there, up to now.
    fn catch_up_behind<E: Endpoint>(&mut self, row: usize, endpoint: &mut E) {
        if row % STRIDE >= port::LOCAL {
            self.catch_up(self.outputs[row].target, endpoint);
        }
    }

    /// An output waits for the next credit; a core that must take flits in time for it is called when it may.
    fn await_credit<E: Endpoint>(&mut self, row: usize, endpoint: &mut E) {
        let local = (row % STRIDE >= port::LOCAL && self.is_loose).then(|| self.outputs[row].target);
        match (self.channels.wait(row, self.now), local) {
            (Some(at), _) => self.wheel.push(at, OUTPUT | row as u32),
            (None, Some(local)) => self.watch_output(local, endpoint),
            (None, None) => {}
        }
    }

    /// Whether the marker that an output owes takes part.
    fn is_owed(&self, row: usize) -> bool {
        self.owed[row][0].is_some_and(|(eligible, _)| eligible <= self.now)
    }

    fn take_owed(&mut self, row: usize) -> Flit {
        let net = self.net_of_row(row);
        self.flits[net][0] += 1;
        let owed = &mut self.owed[row];
        owed.swap(0, 1);
        self.outputs[row].owes = owed[0].is_some();
        owed[1].take().map(|(_, flit)| flit).unwrap_or_default()
    }
}
