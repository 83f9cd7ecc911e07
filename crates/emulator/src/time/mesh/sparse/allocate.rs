//! Phase 4: every output grants at most one flit, every input gives at most one.

use super::{Cycle, Endpoint, FREE, Flit, FlitGrant, LANE, OUTPUT, Output, STRIDE, Sparse, port};

/// What an output would grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pick {
    /// Row of the input; markers come from no input and stand alone.
    input: u32,
    output: u32,
    /// The lane within the router, or [`FREE`] for a marker.
    lane: u8,
    /// The channel downstream.
    vc: u8,
}

impl Sparse {
    /// Allocates the outputs that changed; `ONE` says that there is one virtual channel.
    #[inline]
    pub fn allocate<const ONE: bool, E: Endpoint>(&mut self, endpoint: &mut E) {
        let mut active = std::mem::take(&mut self.active);
        if ONE {
            for row in &active {
                if let Some(pick) = self.pick::<ONE, E>(*row as usize, endpoint) {
                    self.grant::<ONE, E>(pick, endpoint);
                }
            }
        } else {
            let mut picks = std::mem::take(&mut self.picks);
            picks.extend(active.iter().filter_map(|row| self.pick::<ONE, E>(*row as usize, endpoint)));
            picks.sort_unstable();
            for of_input in picks.chunk_by(|a, b| a.input == b.input) {
                self.choose_output(of_input, endpoint);
            }
            picks.clear();
            self.picks = picks;
        }
        active.clear();
        self.active = active;
    }

    /// Of the outputs that picked one input, the next in turn; the others try again.
    fn choose_output<E: Endpoint>(&mut self, picks: &[Pick], endpoint: &mut E) {
        let ports = STRIDE;
        let pointer = usize::from(self.input_pointer[picks[0].input as usize]);
        let turn = |pick: &Pick| (pick.output as usize % ports + ports - pointer) % ports;
        let Some(winner) = picks.iter().copied().min_by_key(turn) else { return };
        for loser in picks.iter().filter(|pick| **pick != winner) {
            self.wheel.push(self.now + 1, OUTPUT | loser.output);
        }
        self.input_pointer[winner.input as usize] = ((winner.output as usize % ports + 1) % ports) as u8;
        self.grant::<false, E>(winner, endpoint);
    }

    /// The number of virtual channels.
    #[inline]
    const fn vcs<const ONE: bool>(&self) -> usize {
        if ONE { 1 } else { self.shape.vcs as usize }
    }

    /// What an output would grant now; where it cannot, it is woken when it may.
    #[inline]
    fn pick<const ONE: bool, E: Endpoint>(&mut self, row: usize, endpoint: &mut E) -> Option<Pick> {
        let now = self.now;
        let output = &self.outputs[row];
        let locked = output.lock != FREE;
        let marker = !locked && output.owes && self.is_owed(row);
        let request = if locked { output.request & 1 << output.lock } else { self.unlocked::<ONE>(row) };
        if !marker && request == 0 {
            return None;
        }
        let [p, q] = self.shape.interval.map(Cycle::from);
        if p != q && row % STRIDE < port::LOCAL && now * q < self.outputs[row].allowed {
            let allowed = self.outputs[row].allowed.div_ceil(q);
            self.wheel.push(allowed, OUTPUT | row as u32);
            return None;
        }
        let vc = self.choose_downstream::<ONE>(row).or_else(|| self.starve::<ONE, E>(row, endpoint))? as u8;
        let input = |lane: usize| (row / STRIDE * STRIDE + lane / self.vcs::<ONE>()) as u32;
        let pointer = u32::from(self.outputs[row].pointer);
        let ahead = request >> pointer << pointer;
        let lane = (if ahead != 0 { ahead } else { request }).trailing_zeros() as usize;
        let lane = if ONE { lane } else { self.choose_lane(row, request, lane) } as u8;
        let output = row as u32;
        Some(if marker {
            Pick { input: u32::MAX, output, lane: FREE, vc }
        } else {
            Pick { input: input(lane.into()), output, lane, vc }
        })
    }

    /// Of an input's channels that request, the next in turn.
    fn choose_lane(&self, row: usize, request: u32, lane: usize) -> usize {
        let vcs = self.shape.vcs as usize;
        let input = lane / vcs;
        let from = usize::from(self.input_vc[row / STRIDE * STRIDE + input]);
        let lanes = (from..from + vcs).map(|vc| input * vcs + vc % vcs);
        lanes.into_iter().find(|lane| request >> lane & 1 == 1).unwrap_or(lane)
    }

    /// Requests without those of inputs that another packet holds.
    #[inline]
    fn unlocked<const ONE: bool>(&self, row: usize) -> u32 {
        let request = self.outputs[row].request;
        if ONE {
            return request;
        }
        let (ports, vcs) = (STRIDE, self.shape.vcs as usize);
        let held = |input: &usize| self.input_lock[row / ports * ports + input] != FREE;
        (0..ports).filter(held).fold(request, |request, input| request & !(((1 << vcs) - 1) << (input * vcs)))
    }

    /// The channel downstream for the next flit of an output, if one has a credit.
    #[inline]
    fn choose_downstream<const ONE: bool>(&mut self, row: usize) -> Option<usize> {
        let (vcs, now) = (self.vcs::<ONE>(), self.now);
        let first = row * vcs;
        if ONE {
            return self.channels.has(first, now).then_some(0);
        }
        let output = &self.outputs[row];
        if output.lock != FREE {
            let vc = usize::from(output.lock_vc);
            return self.channels.has(first + vc, now).then_some(vc);
        }
        let from = usize::from(output.vc_pointer);
        (from..from + vcs).map(|vc| vc % vcs).find(|vc| self.channels.has(first + vc, now))
    }

    /// An output finds no credit, unless a core that takes behind time has given one; it is woken when one comes.
    #[cold]
    fn starve<const ONE: bool, E: Endpoint>(&mut self, row: usize, endpoint: &mut E) -> Option<usize> {
        let local = (row % STRIDE >= port::LOCAL).then(|| self.outputs[row].target);
        if let Some(local) = local.filter(|_| self.is_loose) {
            self.catch_up(local, endpoint);
            if let Some(vc) = self.choose_downstream::<ONE>(row) {
                return Some(vc);
            }
        }
        match (self.channels.wait(self.channels.of_output(row), self.now), local) {
            (Some(at), _) => self.wheel.push(at, OUTPUT | row as u32),
            (None, Some(local)) => self.watch_output(local),
            (None, None) => {}
        }
        None
    }

    #[inline]
    fn grant<const ONE: bool, E: Endpoint>(&mut self, pick: Pick, endpoint: &mut E) {
        let row = pick.output as usize;
        let ports = STRIDE;
        let (vcs, vc) = (self.vcs::<ONE>(), if ONE { 0 } else { usize::from(pick.vc) });
        self.channels.spend(row * vcs + vc);
        let (flit, input) = if pick.lane == FREE {
            (self.take_owed(row), FlitGrant::MADE_HERE)
        } else {
            (self.take_granted::<ONE>(pick), pick.lane / vcs as u8)
        };
        let mesh = row % ports < port::LOCAL;
        let output = &mut self.outputs[row];
        output.vc_pointer = if vc + 1 == vcs { 0 } else { vc as u8 + 1 };
        if output.request != 0 || output.owes && self.is_owed(row) {
            self.wheel.push(self.now + 1, OUTPUT | row as u32);
        }
        if mesh {
            self.limit(row, self.now);
        }
        if self.records {
            self.granted.push((self.now, row as u32, input, flit));
        }
        let &Output { target, flight, is_abroad, .. } = &self.outputs[row];
        let ready = self.now + Cycle::from(flight);
        if mesh {
            let router = target as usize / ports;
            let flit = flit.routed(self.wiring.route(router, flit), vc);
            let lane = target as usize * vcs + vc;
            if is_abroad {
                self.leave(row, lane, Some(flit), ready);
            } else {
                self.put_lane(lane, flit, ready);
            }
        } else {
            if flit.is_marker() {
                self.catch_up(target, endpoint);
                self.watch_marker(target);
            }
            self.put_received(target, flit.routed(0, vc), ready);
        }
    }

    /// A mesh output grants in cycle `at`: for some cycles it may not again.
    #[inline]
    pub(super) fn limit(&mut self, row: usize, at: Cycle) {
        let [p, q] = self.shape.interval.map(Cycle::from);
        if p != q {
            let allowed = &mut self.outputs[row].allowed;
            *allowed = (*allowed).max((at * q + 1).saturating_sub(q)) + p;
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

    /// Takes the granted flit from its lane and moves locks and pointer.
    #[inline]
    fn take_granted<const ONE: bool>(&mut self, pick: Pick) -> Flit {
        let (ports, vcs) = (STRIDE, self.vcs::<ONE>());
        let lanes = ports * vcs;
        let row = pick.output as usize;
        let router = row / ports;
        let flit = self.take_lane(router * lanes + usize::from(pick.lane));
        let output = &mut self.outputs[row];
        output.request &= !(1 << pick.lane);
        let next = (usize::from(pick.lane) / vcs + 1) * vcs;
        output.pointer = if next == lanes { 0 } else { next as u8 };
        let was_locked = output.lock != FREE;
        output.lock = if flit.tail() { FREE } else { pick.lane };
        output.lock_vc = pick.vc;
        if vcs > 1 {
            self.input_vc[pick.input as usize] = ((usize::from(pick.lane) + 1) % vcs) as u8;
            self.input_lock[pick.input as usize] = output.lock;
            if was_locked && flit.tail() {
                self.wake_input(pick.input as usize);
            }
        }
        flit
    }

    /// The other lanes of an input may request again.
    fn wake_input(&mut self, input: usize) {
        let vcs = self.shape.vcs as usize;
        for lane in input * vcs..(input + 1) * vcs {
            if !self.fifos.is_empty(lane) && self.fifos.front(lane).1 <= self.now {
                self.wheel.push(self.now + 1, LANE | lane as u32);
            }
        }
    }
}
