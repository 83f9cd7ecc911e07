//! Phase 4 with one virtual channel: all that the pipeline and its barrier use.
//!
//! No input can be picked by two outputs here, so an output grants as soon as it has picked; and most that change do so
//! alone in their cycle, for which nothing is gathered.

use super::allocate::limit;
use super::{Cycle, Endpoint, FREE, Flit, FlitGrant, LANE, NUMBER, OUTPUT, STRIDE, Sparse, TAKE, port};
use crate::time::mesh::wiring::route;

impl Sparse {
    /// Plays an event that is alone in its cycle, if it needs neither cores nor barrier.
    #[inline(always)]
    pub(super) fn play_lone<E: Endpoint>(&mut self, event: u32, endpoint: &mut E) -> bool {
        let number = (event & NUMBER) as usize;
        match event & !NUMBER {
            LANE => match self.request(number) {
                Some(output) if self.outputs[output].sleeps > self.now => {}
                Some(output) => self.serve(output, endpoint),
                None => {
                    self.marked_lanes.push(number as u32);
                    return false;
                }
            },
            OUTPUT => self.serve(number, endpoint),
            _ => {
                self.show_event(event, endpoint);
                return event & !NUMBER == TAKE && self.woken.is_empty();
            }
        }
        true
    }

    /// An output that changed grants what it can; where it cannot, it sleeps until it may.
    #[inline(always)]
    pub(super) fn serve<E: Endpoint>(&mut self, row: usize, endpoint: &mut E) {
        let now = self.now;
        let output = &mut self.outputs[row];
        output.sleeps = 0;
        let is_locked = output.lock != FREE;
        let request = if is_locked { output.request & 1 << output.lock } else { output.request };
        let marker = output.owes && !is_locked && self.is_owed(row);
        if request == 0 && !marker {
            return;
        }
        let [p, q] = self.interval;
        let output = &mut self.outputs[row];
        if now * q < output.allowed {
            output.sleeps = output.allowed.div_ceil(q);
            self.wheel.push(output.sleeps, OUTPUT | row as u32);
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
        let from = row / STRIDE * STRIDE + usize::from(lane);
        let flit = self.take_lane(from);
        let output = &mut self.outputs[row];
        output.lock = if flit.tail() { FREE } else { lane };
        if row % STRIDE < port::LOCAL {
            output.allowed = limit(output.allowed, now, [p, q]);
        }
        self.pass_on(row, 0, (flit, lane), endpoint);
        self.follow(row, from);
        if self.wants_more(row) {
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
        self.pass_on(row, 0, (flit, FlitGrant::MADE_HERE), endpoint);
        if self.wants_more(row) {
            self.go_on(row, endpoint);
        }
    }

    /// Whether something wants an output that has granted.
    #[inline(always)]
    fn wants_more(&self, row: usize) -> bool {
        let output = &self.outputs[row];
        output.request != 0 || output.owes && self.is_owed(row)
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

    /// The flit behind one that was granted wants its output in the next cycle, unless it shows later or that sleeps: then it
    /// may as well want it already.
    #[inline(always)]
    fn follow(&mut self, granted: usize, lane: usize) {
        if self.fifos.is_empty(lane) {
            return;
        }
        let (flit, ready) = self.fifos.front(lane);
        let row = lane / STRIDE * STRIDE + flit.out();
        let is_asleep = row == granted || self.outputs[row].sleeps > self.now;
        if ready <= self.now + 1 && is_asleep && !flit.is_marker() {
            self.outputs[row].request |= 1 << (lane % STRIDE);
        } else {
            self.wheel.push(ready.max(self.now + 1), LANE | lane as u32);
        }
    }

    /// An output that has granted sleeps until it may grant again.
    fn go_on<E: Endpoint>(&mut self, row: usize, endpoint: &mut E) {
        let from = (self.now + 1).max(self.outputs[row].allowed.div_ceil(self.interval[1]));
        let next = self.channels.next(row, from).or_else(|| {
            self.catch_up_behind(row, endpoint);
            self.channels.next(row, from)
        });
        match next {
            Some(at) => self.sleep(row, at),
            None => self.await_credit(row, endpoint),
        }
    }

    /// An output is woken in a cycle, and not before.
    fn sleep(&mut self, row: usize, until: Cycle) {
        self.outputs[row].sleeps = until;
        self.wheel.push(until, OUTPUT | row as u32);
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
            (Some(at), _) => {
                self.sleep(row, at);
                return;
            }
            (None, Some(local)) => self.watch_output(local, endpoint),
            (None, None) => {}
        }
        self.outputs[row].sleeps = Cycle::MAX;
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
