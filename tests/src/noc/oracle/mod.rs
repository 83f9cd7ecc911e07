//! The mesh, slow and obvious: every router of every cycle is looked at, every queue is a queue.
//!
//! Shares with the emulator the description of a mesh and what a flit looks like; routing, credits, allocation and the
//! barrier are written again from the timing document.

mod allocate;
mod barrier;

use std::collections::{BTreeMap, VecDeque};

use emulator::time::mesh::log::Grant;
use emulator::time::mesh::{Cycle, Endpoint, Flit, Log, Network, Origin, Ports, Shape, Wake};

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
}
