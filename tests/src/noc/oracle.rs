//! The mesh, slow and obvious: every router of every cycle is looked at, every queue is a queue.
//!
//! Shares with the emulator the description of a mesh and what a flit looks like; routing, credits, allocation and the
//! barrier are written again from the timing document.

use std::collections::{BTreeMap, VecDeque};

use emulator::time::mesh::log::Grant;
use emulator::time::mesh::{Cycle, Endpoint, Flit, Kind, Log, Network, Origin, Ports, Record, Shape, Wake};

const E: usize = 0;
const W: usize = 1;
const N: usize = 2;
const S: usize = 3;
const L: usize = 4;

/// Credits of one virtual channel of a wire.
#[derive(Clone, Debug)]
struct Credits {
    free: u32,
    coming: VecDeque<Cycle>,
}

impl Credits {
    fn new(depth: u32) -> Self {
        Self { free: depth, coming: VecDeque::new() }
    }

    fn arrive(&mut self, now: Cycle) {
        while self.coming.front().is_some_and(|at| *at <= now) {
            self.coming.pop_front();
            self.free += 1;
        }
    }
}

/// A flit and the cycle from which it can be seen.
type Seen = (Flit, Cycle);

#[derive(Clone, Debug)]
struct Input {
    vcs: Vec<VecDeque<Seen>>,
    pointer: usize,
    vc_pointer: usize,
    popped: Option<Cycle>,
}

#[derive(Clone, Debug)]
struct Output {
    credits: Vec<Credits>,
    pointer: usize,
    vc_pointer: usize,
    /// Input, channel there, channel downstream.
    lock: Option<(usize, usize, usize)>,
    allowed: i64,
    owed: VecDeque<Seen>,
}

#[derive(Clone, Debug, Default)]
struct Markers {
    /// By kind, parity, port.
    seen: [[[bool; 8]; 2]; 2],
    sent: [[[bool; 8]; 2]; 2],
}

#[derive(Clone, Debug)]
struct Router {
    inputs: Vec<Input>,
    outputs: Vec<Output>,
    markers: Markers,
}

/// A core's side of one network.
#[derive(Clone, Debug)]
struct Local {
    credits: Vec<Credits>,
    pointer: usize,
    lock: Option<usize>,
    received: VecDeque<Seen>,
    popped: Option<Cycle>,
    refused: bool,
}

/// The cycle-stepped model.
#[derive(Clone, Debug)]
pub struct Oracle {
    shape: Shape,
    now: Cycle,
    halted: bool,
    routers: Vec<Router>,
    locals: Vec<Local>,
    timers: BTreeMap<Cycle, Vec<u32>>,
    epochs: Vec<usize>,
    done: Vec<u32>,
    sent: Vec<u64>,
    taken: Vec<u64>,
}

impl Network for Oracle {
    fn new(shape: Shape) -> Self {
        let vcs = shape.vcs as usize;
        let fifo = |depth: u32| vec![Credits::new(depth); vcs];
        let input = Input { vcs: vec![VecDeque::new(); vcs], pointer: 0, vc_pointer: 0, popped: None };
        let output = |o: usize| Output {
            credits: fifo(if o >= L { shape.receive } else { shape.buffer }),
            pointer: 0,
            vc_pointer: 0,
            lock: None,
            allowed: 0,
            owed: VecDeque::new(),
        };
        let router = Router {
            inputs: vec![input; shape.ports()],
            outputs: (0..shape.ports()).map(output).collect(),
            markers: Markers::default(),
        };
        let local = Local {
            credits: fifo(shape.buffer),
            pointer: 0,
            lock: None,
            received: VecDeque::new(),
            popped: None,
            refused: false,
        };
        Self {
            now: 0,
            halted: false,
            routers: vec![router; shape.routers()],
            locals: vec![local; shape.locals()],
            timers: BTreeMap::new(),
            epochs: vec![0; shape.tiles()],
            done: vec![0; shape.tiles()],
            sent: vec![0; shape.nets as usize],
            taken: vec![0; shape.nets as usize],
            shape,
        }
    }

    fn run<X: Endpoint, G: Log>(&mut self, until: Cycle, endpoint: &mut X, log: &mut G) {
        while self.now < until {
            let woken = self.visible();
            endpoint.cycle(self.now, &woken, self);
            self.markers(endpoint);
            for grant in self.allocate() {
                let marker = grant.flit.is_marker();
                let origin = if marker { Origin::NONE } else { endpoint.origin(grant.flit.payload()) };
                log.grant(&self.shape, &Grant { origin, ..grant });
            }
            self.now += 1;
            if std::mem::take(&mut self.halted) {
                return;
            }
        }
    }

    fn now(&self) -> Cycle {
        self.now
    }

    fn flits(&self, net: u32) -> [u64; 3] {
        let mine = |router: usize| router / self.shape.tiles() == net as usize;
        let routers = self.routers.iter().enumerate().filter(|(r, _)| mine(*r));
        let inputs = routers.flat_map(|(_, router)| &router.inputs).flat_map(|input| &input.vcs);
        let cores = self.locals.iter().skip(net as usize * self.shape.cores()).take(self.shape.cores());
        let inside =
            inputs.map(VecDeque::len).sum::<usize>() + cores.map(|c| c.received.len()).sum::<usize>();
        [self.sent[net as usize], self.taken[net as usize], inside as u64]
    }

    fn audit(&self) -> Result<(), String> {
        for net in 0..self.shape.nets {
            let [sent, taken, inside] = self.flits(net);
            if sent != taken + inside {
                return Err(format!("network {net}: {sent} sent, {taken} taken, {inside} inside"));
            }
        }
        for (r, router) in self.routers.iter().enumerate() {
            for (o, output) in router.outputs.iter().enumerate() {
                for (vc, credits) in output.credits.iter().enumerate() {
                    let (inside, depth) = match self.far(r, o) {
                        Far::Router(to, input) => {
                            (self.routers[to].inputs[input].vcs[vc].len(), self.shape.buffer)
                        }
                        Far::Core(local) => {
                            let received = &self.locals[local].received;
                            (received.iter().filter(|(flit, _)| flit.vc() == vc).count(), self.shape.receive)
                        }
                        Far::Edge => continue,
                    };
                    if credits.free as usize + credits.coming.len() + inside != depth as usize {
                        return Err(format!("router {r} output {o} channel {vc}: credits do not add up"));
                    }
                }
            }
        }
        Ok(())
    }
}

enum Far {
    Router(usize, usize),
    Core(usize),
    Edge,
}

impl Ports for Oracle {
    fn send(&mut self, local: u32, flit: Flit) -> bool {
        let vcs = self.shape.vcs as usize;
        let arrives = self.now + 1 + Cycle::from(self.shape.wires[2] + self.shape.rc);
        let core = &mut self.locals[local as usize];
        let usable = |vc: &usize| core.credits[*vc].free > 0;
        let vc = match core.lock {
            Some(vc) => Some(vc).filter(usable),
            None => (0..vcs).map(|i| (core.pointer + i) % vcs).find(usable),
        };
        core.refused = vc.is_none();
        let Some(vc) = vc else { return false };
        core.credits[vc].free -= 1;
        core.pointer = (vc + 1) % vcs;
        core.lock = if flit.tail() { None } else { Some(vc) };
        let (router, slot) = self.shape.local(local as usize);
        self.routers[router].inputs[L + slot].vcs[vc].push_back((flit.routed(0, vc), arrives));
        self.sent[local as usize / self.shape.cores()] += 1;
        true
    }

    fn front(&self, local: u32) -> Option<Flit> {
        let core = &self.locals[local as usize];
        let (flit, from) = *core.received.front()?;
        (from <= self.now && core.popped != Some(self.now) && !flit.is_marker()).then_some(flit)
    }

    fn waiting(&self, local: u32) -> bool {
        let head = self.locals[local as usize].received.front();
        head.is_some_and(|(flit, from)| *from <= self.now && !flit.is_marker())
    }

    fn pop(&mut self, local: u32) -> Option<Flit> {
        let flit = self.front(local)?;
        self.take_received(local as usize);
        Some(flit)
    }

    fn wake(&mut self, core: u32, at: Cycle) {
        self.timers.entry(at).or_default().push(core);
    }

    fn halt(&mut self) {
        self.halted = true;
    }

    fn done(&mut self, core: u32) {
        self.done[(core / self.shape.size.cores_per_tile) as usize] += 1;
    }
}

impl Oracle {
    fn far(&self, router: usize, output: usize) -> Far {
        let (width, height) = (self.shape.size.width as usize, self.shape.size.height as usize);
        let (x, y) = (router % width, router / width % height);
        match output {
            E if x + 1 < width => Far::Router(router + 1, W),
            W if x > 0 => Far::Router(router - 1, E),
            N if y + 1 < height => Far::Router(router + width, S),
            S if y > 0 => Far::Router(router - width, N),
            E | W | N | S => Far::Edge,
            _ => Far::Core(router * self.shape.size.cores_per_tile as usize + output - L),
        }
    }

    /// Length of the wire on a side of a router, the same in both directions.
    fn wire(&self, router: usize, side: usize) -> Cycle {
        let (width, height) = (self.shape.size.width as usize, self.shape.size.height as usize);
        let (x, y) = (router % width, router / width % height);
        let (chip_width, chip_height) =
            (self.shape.size.chip_width as usize, self.shape.size.chip_height as usize);
        let [east_west, north_south, local] = self.shape.wires.map(Cycle::from);
        let chip = |leaves: bool| if leaves { Cycle::from(self.shape.chip_wire) } else { 0 };
        match side {
            E => east_west + chip(x % chip_width == chip_width - 1),
            W => east_west + chip(x % chip_width == 0),
            N => north_south + chip(y % chip_height == chip_height - 1),
            S => north_south + chip(y % chip_height == 0),
            _ => local,
        }
    }

    /// Phase 1: credits that are due; everybody who might act is woken.
    fn visible(&mut self) -> Vec<Wake> {
        let now = self.now;
        for router in &mut self.routers {
            router.outputs.iter_mut().flat_map(|o| &mut o.credits).for_each(|c| c.arrive(now));
        }
        let mut woken = Vec::new();
        for (local, core) in self.locals.iter_mut().enumerate() {
            core.credits.iter_mut().for_each(|c| c.arrive(now));
            let arrived = core.received.front().is_some_and(|(_, from)| *from <= now);
            if arrived || core.refused {
                woken.push(Wake::Port(local as u32));
            }
        }
        woken.extend(self.timers.remove(&now).into_iter().flatten().map(Wake::Core));
        woken
    }

    fn take_received(&mut self, local: usize) -> Option<Flit> {
        let (flit, _) = self.locals[local].received.pop_front()?;
        self.locals[local].popped = Some(self.now);
        self.taken[local / self.shape.cores()] += 1;
        let (router, slot) = self.shape.local(local);
        let at = self.now + self.wire(router, L + slot) + Cycle::from(self.shape.credit_extra);
        self.routers[router].outputs[L + slot].credits[flit.vc()].coming.push_back(at);
        Some(flit)
    }

    fn take_input(&mut self, router: usize, input: usize, vc: usize) -> Option<Flit> {
        let (flit, _) = self.routers[router].inputs[input].vcs[vc].pop_front()?;
        self.routers[router].inputs[input].popped = Some(self.now);
        let at = self.now + self.wire(router, input) + Cycle::from(self.shape.credit_extra);
        match self.far(router, input) {
            // The wire that ends in this input starts at the facing output of the router on that side.
            Far::Router(from, output) => self.routers[from].outputs[output].credits[vc].coming.push_back(at),
            Far::Core(local) => self.locals[local].credits[vc].coming.push_back(at),
            Far::Edge => unreachable!("a flit came over the edge"),
        }
        Some(flit)
    }

    /// Phase 3.
    fn markers<X: Endpoint>(&mut self, endpoint: &mut X) {
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

    /// Phase 4: picks of all outputs from what is there, then one grant an input, then the flits move.
    fn allocate(&mut self) -> Vec<Grant> {
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

const MADE_HERE: usize = Record::MADE_HERE as usize;
