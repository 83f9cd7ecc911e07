//! Phase 4: picks of all outputs from what is there, then one grant an input.

use emulator::time::mesh::log::Grant;
use emulator::time::mesh::{Cycle, FlitGrant, Origin};

use super::{E, Far, L, N, Oracle, Output, S, W};

const MADE_HERE: usize = FlitGrant::MADE_HERE as usize;

impl Oracle {
    /// Phase 4: picks of all outputs from what is there, then one grant an input, then the flits move.
    pub fn allocate(&mut self) -> Vec<Grant> {
        let mut grants = Vec::new();
        for router in 0..self.routers.len() {
            let picks: Vec<Option<(usize, usize, usize)>> =
                (0..self.shape.ports()).map(|output| self.pick(router, output)).collect();
            for input in 0..self.shape.ports() {
                let ports = self.shape.ports();
                let pointer = self.routers[router].inputs[input].pointer;
                let mine = |o: &usize| picks[*o].is_some_and(|(i, ..)| i == input);
                let Some(output) = (0..ports).map(|i| (pointer + i) % ports).find(mine) else { continue };
                self.routers[router].inputs[input].pointer = (output + 1) % ports;
                grants.extend(picks[output].map(|pick| (router, output, pick)));
            }
            let markers = (0..self.shape.ports()).filter(|o| picks[*o].is_some_and(|(i, ..)| i == MADE_HERE));
            grants.extend(markers.filter_map(|o| picks[o].map(|pick| (router, o, pick))));
        }
        grants.into_iter().map(|(router, output, pick)| self.grant(router, output, pick)).collect()
    }

    /// Input, channel there, channel downstream.
    fn pick(&self, r: usize, o: usize) -> Option<(usize, usize, usize)> {
        let (output, vcs, now) = (&self.routers[r].outputs[o], self.shape.vcs as usize, self.now);
        let [_, q] = self.shape.interval.map(i64::from);
        if o < L && (now as i64) * q < output.allowed {
            return None;
        }
        let usable = |vc: &usize| output.credits[*vc].free > 0;
        if let Some((input, vc, down)) = output.lock {
            return (usable(&down) && self.wants(r, input, vc) == Some(o)).then_some((input, vc, down));
        }
        let down = (0..vcs).map(|i| (output.vc_pointer + i) % vcs).find(usable)?;
        if output.owed.front().is_some_and(|(_, eligible)| *eligible <= now) {
            return Some((MADE_HERE, 0, down));
        }
        let held = |input: usize| {
            let holds = |out: &Output| out.lock.is_some_and(|(i, ..)| i == input);
            self.routers[r].outputs.iter().any(holds)
        };
        // Inputs in turn; of an input's channels that want this output, the next in turn.
        let ports = self.shape.ports();
        let channel = |input: usize| {
            let from = self.routers[r].inputs[input].vc_pointer;
            (0..vcs).map(|i| (from + i) % vcs).find(|vc| self.wants(r, input, *vc) == Some(o))
        };
        let inputs = (0..ports).map(|i| (output.pointer + i) % ports).filter(|input| !held(*input));
        let (input, vc) = inputs.into_iter().find_map(|input| Some((input, channel(input)?)))?;
        Some((input, vc, down))
    }

    /// The output that the head of a FIFO wants now.
    fn wants(&self, r: usize, input: usize, vc: usize) -> Option<usize> {
        let input = &self.routers[r].inputs[input];
        let (flit, from) = *input.vcs[vc].front()?;
        if from > self.now || flit.is_marker() || input.popped == Some(self.now) && self.shape.vcs == 1 {
            return None;
        }
        let (width, height) = (self.shape.size.width as usize, self.shape.size.height as usize);
        let (x, y) = ((r % width) as u32, (r / width % height) as u32);
        Some(match (flit.x(), flit.y()) {
            (to, _) if to > x => E,
            (to, _) if to < x => W,
            (_, to) if to > y => N,
            (_, to) if to < y => S,
            _ => L + flit.slot() as usize,
        })
    }

    fn grant(&mut self, router: usize, output: usize, pick: (usize, usize, usize)) -> Grant {
        let (input, vc, down) = pick;
        let (vcs, now) = (self.shape.vcs as usize, self.now);
        let [p, q] = self.shape.interval.map(i64::from);
        let out = &mut self.routers[router].outputs[output];
        out.credits[down].free -= 1;
        out.vc_pointer = (down + 1) % vcs;
        if output < L {
            out.allowed = out.allowed.max((now as i64 - 1) * q + 1) + p;
        }
        let flit = if input == MADE_HERE {
            self.sent[router / self.shape.tiles()] += 1;
            out.owed.pop_front().expect("a marker").0
        } else {
            out.pointer = (input + 1) % self.shape.ports();
            self.routers[router].inputs[input].vc_pointer = (vc + 1) % vcs;
            let flit = self.take_input(router, input, vc).expect("a head");
            self.routers[router].outputs[output].lock = (!flit.tail()).then_some((input, vc, down));
            flit
        };
        let arrives = now + Cycle::from(self.shape.switch) + self.wire(router, output);
        let moved = flit.routed(0, down);
        match self.far(router, output) {
            Far::Router(to, at) => {
                let from = arrives + Cycle::from(self.shape.rc);
                self.routers[to].inputs[at].vcs[down].push_back((moved, from));
            }
            Far::Core(local) => self.locals[local].received.push_back((moved, arrives)),
            Far::Edge => panic!("router {router} grants output {output}, which leads nowhere"),
        }
        Grant { cycle: now, router, output, input, flit, origin: Origin::NONE, sent: None }
    }
}
