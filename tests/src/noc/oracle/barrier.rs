//! Phase 3: markers are consumed, the barrier's conditions are looked at in every router.

use emulator::time::mesh::{Cycle, Endpoint, Flit, Kind};

use super::{E, Far, L, N, Oracle, S, W};

impl Oracle {
    /// Phase 3.
    pub fn markers<X: Endpoint>(&mut self, endpoint: &mut X) {
        for router in 0..self.routers.len() {
            for input in 0..self.shape.ports() {
                let head = self.routers[router].inputs[input].vcs[0].front().copied();
                if head.is_some_and(|(flit, from)| flit.is_marker() && from <= self.now) {
                    let flit = self.take_input(router, input, 0).expect("a head");
                    self.taken[router / self.shape.tiles()] += 1;
                    let kind = usize::from(flit.kind() == Kind::Advance);
                    let seen = &mut self.routers[router].markers.seen[kind][usize::from(flit.epoch())][input];
                    assert!(!std::mem::replace(seen, true), "a marker came twice");
                }
            }
        }
        for local in 0..self.locals.len() {
            let core = &self.locals[local];
            let due = core.received.front().is_some_and(|(flit, from)| flit.is_marker() && *from <= self.now);
            if due && core.popped != Some(self.now) {
                let flit = self.take_received(local).expect("a head");
                endpoint.flush(self.now, local as u32, flit.epoch(), self);
            }
        }
        if self.shape.marker_hop.is_some() {
            self.conditions(endpoint);
        }
    }

    fn conditions<X: Endpoint>(&mut self, endpoint: &mut X) {
        for router in 0..self.routers.len() {
            let tile = router % self.shape.tiles();
            let cores = (0..self.shape.size.cores_per_tile as usize).map(|slot| L + slot);
            let local = cores.clone().all(|port| self.has_seen(router, 0, port));
            self.send_markers(router, Kind::Flush, local);
            let all = [E, W, N, S].into_iter().all(|port| self.has_seen(router, 0, port));
            if local && all {
                cores.for_each(|port| self.owe(router, Kind::Flush, port, 0));
            }
            let ready = self.done[tile] == self.shape.size.cores_per_tile && self.shape.phases == 2;
            self.send_markers(router, Kind::Advance, ready);
        }
        for tile in 0..self.shape.tiles() {
            let routers = (tile..self.routers.len()).step_by(self.shape.tiles());
            let told = |r: usize| [E, W, N, S].into_iter().all(|port| self.has_seen(r, 1, port));
            let told = self.shape.phases == 1 || routers.clone().all(told);
            if told && self.done[tile] == self.shape.size.cores_per_tile {
                for router in routers {
                    for kind in 0..2 {
                        self.routers[router].markers.seen[kind][self.epochs[tile]] = [false; 8];
                        self.routers[router].markers.sent[kind][self.epochs[tile]] = [false; 8];
                    }
                }
                self.epochs[tile] ^= 1;
                self.done[tile] = 0;
                endpoint.advance(self.now, tile as u32, self);
            }
        }
    }

    fn has_seen(&self, router: usize, kind: usize, port: usize) -> bool {
        let epoch = self.epochs[router % self.shape.tiles()];
        let edge = matches!(self.far(router, port), Far::Edge);
        edge || self.routers[router].markers.seen[kind][epoch][port]
    }

    fn send_markers(&mut self, router: usize, kind: Kind, local: bool) {
        let of = usize::from(kind == Kind::Advance);
        let seen = |port| self.has_seen(router, of, port);
        let ready = [
            (E, seen(W)),
            (W, seen(E)),
            (N, seen(W) && seen(E) && seen(S)),
            (S, seen(W) && seen(E) && seen(N)),
        ];
        for (output, inputs) in ready {
            if local && inputs && !matches!(self.far(router, output), Far::Edge) {
                self.owe(router, kind, output, self.shape.marker_hop.unwrap_or(0).into());
            }
        }
    }

    fn owe(&mut self, router: usize, kind: Kind, output: usize, wait: Cycle) {
        let epoch = self.epochs[router % self.shape.tiles()];
        let of = usize::from(kind == Kind::Advance);
        if !std::mem::replace(&mut self.routers[router].markers.sent[of][epoch][output], true) {
            let marker = Flit::marker(kind, epoch == 1);
            self.routers[router].outputs[output].owed.push_back((marker, self.now + wait));
        }
    }
}
