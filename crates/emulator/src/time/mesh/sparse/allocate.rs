//! Phase 4: every output grants at most one flit, every input gives at most one.
//!
//! Several virtual channels never meet markers: those would overtake spikes there.

use super::{Cycle, Endpoint, FREE, Flit, LANE, OUTPUT, STRIDE, Sparse, port};

/// What an output would grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pick {
    /// Row of the input.
    input: u32,
    output: u32,
    /// The lane within the router.
    lane: u8,
    /// The channel downstream.
    vc: u8,
}

/// From when on an output may grant again that grants in cycle `at`, times `q`: `p` cycles in `q` (none: 0 in 1).
#[inline]
pub fn limit(allowed: Cycle, at: Cycle, [p, q]: [Cycle; 2]) -> Cycle {
    allowed.max((at * q + 1).saturating_sub(q)) + p
}

impl Sparse {
    /// Allocates the outputs that changed.
    #[inline]
    pub fn allocate<E: Endpoint>(&mut self, endpoint: &mut E) {
        let mut active = std::mem::take(&mut self.active);
        if self.shape.vcs == 1 {
            for row in &active {
                self.serve(*row as usize, endpoint);
            }
        } else {
            let mut picks = std::mem::take(&mut self.picks);
            picks.extend(active.iter().filter_map(|row| self.pick(*row as usize)));
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
        self.grant(winner, endpoint);
    }

    /// What an output would grant now; where it cannot, it is woken when it may.
    fn pick(&mut self, row: usize) -> Option<Pick> {
        let output = &self.outputs[row];
        let locked = output.lock != FREE;
        let request = if locked { output.request & 1 << output.lock } else { self.unlocked(row) };
        if request == 0 {
            return None;
        }
        let q = self.interval[1];
        if self.now * q < output.allowed {
            self.wheel.push(output.allowed.div_ceil(q), OUTPUT | row as u32);
            return None;
        }
        let Some(vc) = self.choose_downstream(row) else {
            if let Some(at) = self.channels.wait(self.channels.of_output(row), self.now) {
                self.wheel.push(at, OUTPUT | row as u32);
            }
            return None;
        };
        let pointer = u32::from(self.outputs[row].pointer);
        let ahead = request >> pointer << pointer;
        let lane = (if ahead != 0 { ahead } else { request }).trailing_zeros() as usize;
        let lane = self.choose_lane(row, request, lane);
        let input = (row / STRIDE * STRIDE + lane / self.shape.vcs as usize) as u32;
        Some(Pick { input, output: row as u32, lane: lane as u8, vc: vc as u8 })
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
    fn unlocked(&self, row: usize) -> u32 {
        let request = self.outputs[row].request;
        let (ports, vcs) = (STRIDE, self.shape.vcs as usize);
        let held = |input: &usize| self.input_lock[row / ports * ports + input] != FREE;
        (0..ports).filter(held).fold(request, |request, input| request & !(((1 << vcs) - 1) << (input * vcs)))
    }

    /// The channel downstream for the next flit of an output, if one has a credit.
    fn choose_downstream(&mut self, row: usize) -> Option<usize> {
        let (vcs, now) = (self.shape.vcs as usize, self.now);
        let first = self.channels.of_output(row);
        let output = &self.outputs[row];
        if output.lock != FREE {
            let vc = usize::from(output.lock_vc);
            return self.channels.has(first + vc, now).then_some(vc);
        }
        let from = usize::from(output.vc_pointer);
        (from..from + vcs).map(|vc| vc % vcs).find(|vc| self.channels.has(first + vc, now))
    }

    fn grant<E: Endpoint>(&mut self, pick: Pick, endpoint: &mut E) {
        let row = pick.output as usize;
        let (vcs, vc) = (self.shape.vcs as usize, usize::from(pick.vc));
        self.channels.spend(self.channels.of_output(row) + vc);
        let flit = self.take_granted(pick);
        let mesh = row % STRIDE < port::LOCAL;
        let output = &mut self.outputs[row];
        output.vc_pointer = if vc + 1 == vcs { 0 } else { vc as u8 + 1 };
        if mesh {
            output.allowed = limit(output.allowed, self.now, self.interval);
        }
        if output.request != 0 {
            self.wheel.push(self.now + 1, OUTPUT | row as u32);
        }
        self.pass_on(row, vc, (flit, pick.lane / vcs as u8), endpoint);
    }

    /// Takes the granted flit from its lane and moves locks and pointer.
    fn take_granted(&mut self, pick: Pick) -> Flit {
        let vcs = self.shape.vcs as usize;
        let lanes = STRIDE * vcs;
        let row = pick.output as usize;
        let lane = row / STRIDE * lanes + usize::from(pick.lane);
        let flit = self.take_lane(lane);
        self.show_next(lane);
        let output = &mut self.outputs[row];
        output.request &= !(1 << pick.lane);
        let next = (usize::from(pick.lane) / vcs + 1) * vcs;
        output.pointer = if next == lanes { 0 } else { next as u8 };
        let was_locked = output.lock != FREE;
        output.lock = if flit.tail() { FREE } else { pick.lane };
        output.lock_vc = pick.vc;
        self.input_vc[pick.input as usize] = ((usize::from(pick.lane) + 1) % vcs) as u8;
        self.input_lock[pick.input as usize] = output.lock;
        if was_locked && flit.tail() {
            self.wake_input(pick.input as usize);
        }
        flit
    }

    /// What is behind the flit that was taken from a lane comes to its head.
    pub fn show_next(&mut self, lane: usize) {
        if !self.fifos.is_empty(lane) {
            let ready = self.fifos.front(lane).1;
            self.wheel.push(ready.max(self.now + 1), LANE | lane as u32);
        }
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
