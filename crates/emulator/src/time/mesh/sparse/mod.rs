//! The mesh by events: nothing is visited that does not change.
//!
//! A flit is written into its reserved slot downstream at its grant and becomes visible later; credits guarantee the
//! slot. Credits are a ring of return times per wire, and wake only an output that waits.

mod allocate;
mod bands;
mod markers;
mod one;
mod ports;
mod store;

use super::barrier::Barrier;
use super::log::Grant;
use super::wheel::Wheel;
use super::wiring::{NOWHERE, Wiring};
use super::{Cycle, Endpoint, Flit, FlitGrant, Log, Network, Origin, Shape, Wake, port};
pub use bands::Crossing;
use store::{Channels, Fifos};

/// What an event is about; the low bits number it.
const LANE: u32 = 0 << 29;
const OUTPUT: u32 = 1 << 29;
const ARRIVAL: u32 = 2 << 29;
const CREDIT: u32 = 3 << 29;
const TIMER: u32 = 4 << 29;
const FLUSHED: u32 = 5 << 29;
const TILE: u32 = 6 << 29;
const TAKE: u32 = 7 << 29;
const NUMBER: u32 = (1 << 29) - 1;

/// Rows of a router: its ports, rounded up, so that no row needs a division.
const STRIDE: usize = 8;

/// No lane holds the output.
const FREE: u8 = u8::MAX;

/// State of one output of a router.
#[derive(Clone, Debug)]
struct Output {
    /// Lanes (input * vcs + vc) whose visible head wants it.
    request: u32,
    pointer: u8,
    vc_pointer: u8,
    /// The lane of a packet that is half through, and its channel downstream.
    lock: u8,
    lock_vc: u8,
    /// The last cycle for which it stands on the list.
    queued: Cycle,
    /// Whether it owes a marker.
    owes: bool,
    /// Whether its wire leads to a router of another band.
    is_abroad: bool,
    /// Where its wire leads, as [`Wiring::target`] says.
    target: u32,
    /// Column and row of the router there.
    xy: [u16; 2],
    /// Cycles from a grant to the first request at the far end.
    flight: u32,
    /// No grant before `now * q >= allowed`.
    allowed: Cycle,
    /// No grant before this cycle either, for which it is woken; [`Cycle::MAX`] where the credit that it waits for wakes it.
    sleeps: Cycle,
}

/// State of a core's sending side in one network.
#[derive(Clone, Debug)]
struct Sender {
    /// The row of its router's input.
    row: u32,
    pointer: u8,
    /// The channel of a packet that is half sent.
    lock: u8,
    sent_at: Cycle,
}

/// The event engine.
#[derive(Clone, Debug)]
pub struct Sparse {
    shape: Shape,
    /// Cycles and grants of a mesh output that go together; 0 and 1 where it may grant in every cycle.
    interval: [Cycle; 2],
    /// Cycles from the sending of a flit to its first request.
    injection: Cycle,
    wiring: Wiring,
    wheel: Wheel,
    now: Cycle,
    /// The first cycle for which an endpoint may ask.
    wake_from: Cycle,
    halted: bool,
    fifos: Fifos,
    receive: Fifos,
    /// By local port: the first cycle in which another flit may be taken.
    pop_from: Vec<Cycle>,
    /// Whether cores send ahead of time and take behind time.
    is_loose: bool,
    /// By core: who waits for what it takes.
    watched: Vec<u8>,
    /// By core: when it is called to take a flit in time.
    takes: Vec<Cycle>,
    channels: Channels,
    outputs: Vec<Output>,
    senders: Vec<Sender>,
    /// By input: the lane of a packet that is half through.
    input_lock: Vec<u8>,
    input_pointer: Vec<u8>,
    input_vc: Vec<u8>,
    barrier: Barrier,
    flits: Vec<[u64; 2]>,
    events: Vec<u32>,
    active: Vec<u32>,
    woken: Vec<Wake>,
    marked_lanes: Vec<u32>,
    marked_locals: Vec<u32>,
    /// Routers that FLUSH leaves for cores.
    marked_routers: Vec<u32>,
    /// By router: cores that FLUSH is on the way to, ahead of its time.
    flushing: Vec<u8>,
    /// By output: markers that it owes, oldest first.
    owed: Vec<[Option<(Cycle, Flit)>; 2]>,
    /// Whether grants are told.
    records: bool,
    picks: Vec<allocate::Pick>,
    /// What is granted: when, by which output, to which input.
    granted: Vec<(Cycle, u32, u8, Flit)>,
    /// What goes over such wires, to the north and to the south.
    crossings: [Vec<Crossing>; 2],
}

impl Network for Sparse {
    fn new(shape: Shape) -> Self {
        let rows = shape.routers() * STRIDE;
        let wiring = Wiring::new(&shape, STRIDE);
        let channels = Channels::new(&shape);
        let far = |row: usize| match wiring.target[row] {
            NOWHERE => [0; 2],
            _ if row % STRIDE >= port::LOCAL => [0; 2],
            target => wiring.xy[target as usize / STRIDE],
        };
        let output = |row: usize| Output {
            request: 0,
            pointer: 0,
            vc_pointer: 0,
            lock: FREE,
            lock_vc: 0,
            queued: Cycle::MAX,
            owes: false,
            is_abroad: false,
            target: wiring.target[row],
            xy: far(row),
            flight: wiring.flight[row],
            allowed: 0,
            sleeps: 0,
        };
        let sender = |local: usize| {
            let (router, slot) = shape.local(local);
            let row = (router * STRIDE + port::LOCAL + slot) as u32;
            Sender { row, pointer: 0, lock: FREE, sent_at: Cycle::MAX }
        };
        let [p, q] = shape.interval.map(Cycle::from);
        Self {
            interval: if p == q { [0, 1] } else { [p, q] },
            outputs: (0..rows).map(output).collect(),
            wheel: Wheel::default(),
            now: 0,
            wake_from: 0,
            halted: false,
            fifos: Fifos::of_lanes(&shape, &wiring, &channels),
            receive: Fifos::of_cores(&shape, &wiring, &channels),
            pop_from: vec![0; shape.locals()],
            is_loose: false,
            watched: vec![0; shape.cores()],
            takes: vec![Cycle::MAX; shape.cores()],
            channels,
            wiring,
            injection: shape.injection().into(),
            senders: (0..shape.locals()).map(sender).collect(),
            input_lock: vec![FREE; rows],
            input_pointer: vec![0; rows],
            input_vc: vec![0; rows],
            barrier: Barrier::new(&shape),
            flits: vec![[0; 2]; shape.nets as usize],
            events: Vec::new(),
            active: Vec::new(),
            woken: Vec::new(),
            marked_lanes: Vec::new(),
            marked_locals: Vec::new(),
            marked_routers: Vec::new(),
            flushing: vec![0; shape.routers()],
            owed: vec![[None; 2]; if shape.marker_hop.is_some() { rows } else { 0 }],
            records: false,
            picks: Vec::new(),
            granted: Vec::new(),
            crossings: [Vec::new(), Vec::new()],
            shape,
        }
    }

    fn run<E: Endpoint, L: Log>(&mut self, until: Cycle, endpoint: &mut E, log: &mut L) {
        self.records = L::RECORDS;
        self.is_loose = E::BEHIND && self.shape.vcs == 1;
        while let Some(at) = self.wheel.next().filter(|at| *at < until) {
            (self.now, self.wake_from) = (at, at + 1);
            match self.wheel.take_lone(at) {
                Some(event) if self.shape.vcs == 1 => {
                    if self.play_lone(event, endpoint) {
                        self.tell(endpoint, log);
                        continue;
                    }
                }
                Some(event) => self.show_event(event, endpoint),
                None => self.show(endpoint),
            }
            if !self.woken.is_empty() {
                let woken = std::mem::take(&mut self.woken);
                endpoint.cycle(at, &woken, self);
                self.woken = woken;
                self.woken.clear();
            }
            if self.has_markers() {
                self.mark(endpoint);
            }
            self.allocate(endpoint);
            self.tell(endpoint, log);
            if std::mem::take(&mut self.halted) {
                self.now = at + 1;
                return;
            }
        }
        self.now = self.now.max(until);
        self.wake_from = self.now;
    }

    fn now(&self) -> Cycle {
        self.now
    }

    fn flits(&self, net: u32) -> [u64; 3] {
        let [sent, taken] = self.flits[net as usize];
        let lanes = self.shape.tiles() * STRIDE * self.shape.vcs as usize;
        let (lanes, locals) = (net as usize * lanes..(net as usize + 1) * lanes, self.shape.cores());
        let locals = net as usize * locals..(net as usize + 1) * locals;
        [sent, taken, self.fifos.count(lanes) + self.receive.count(locals)]
    }

    fn audit(&self) -> Result<(), String> {
        self.audit_wires()?;
        let lost = (0..self.shape.nets).find(|net| {
            let [sent, taken, inside] = self.flits(*net);
            sent != taken + inside
        });
        lost.map_or(Ok(()), |net| Err(format!("network {net}: sent, taken, inside {:?}", self.flits(net))))
    }
}

impl Sparse {
    /// Phase 1: what is due becomes visible.
    fn show<E: Endpoint>(&mut self, endpoint: &mut E) {
        let slot = self.wheel.take();
        slot.events().iter().for_each(|event| self.show_event(*event, endpoint));
        if slot.has_more() {
            let mut events = std::mem::take(&mut self.events);
            self.wheel.take_more(&mut events);
            events.drain(..).for_each(|event| self.show_event(event, endpoint));
            self.events = events;
        }
    }

    #[inline]
    fn show_event<E: Endpoint>(&mut self, event: u32, endpoint: &mut E) {
        let number = event & NUMBER;
        match event & !NUMBER {
            LANE => match self.request(number as usize) {
                Some(output) if self.outputs[output].sleeps > self.now => {}
                Some(output) => self.activate(output as u32),
                None => self.marked_lanes.push(number),
            },
            OUTPUT => {
                self.outputs[number as usize].sleeps = 0;
                self.activate(number);
            }
            ARRIVAL => self.show_arrival(number, endpoint),
            TAKE => self.take_in_time(number as usize, endpoint),
            CREDIT => self.woken.push(Wake::Port(number)),
            FLUSHED => self.marked_routers.push(number),
            TILE => self.barrier.push_ready(number, self.now),
            _ => self.woken.push(Wake::Core(number)),
        }
    }

    /// The head of a lane wants an output, unless it is a marker.
    #[inline]
    fn request(&mut self, lane: usize) -> Option<usize> {
        let flit = self.fifos.front(lane).0;
        if flit.is_marker() {
            return None;
        }
        let (row, vc) = self.split(lane);
        let output = row / STRIDE * STRIDE + flit.out();
        self.outputs[output].request |= 1 << (row % STRIDE * self.shape.vcs as usize + vc);
        Some(output)
    }

    fn show_arrival<E: Endpoint>(&mut self, local: u32, endpoint: &mut E) {
        if self.receive.is_empty(local as usize) {
            // Taken behind time, before somebody waited for it.
        } else if self.receive.front(local as usize).0.is_marker() {
            self.marked_locals.push(local);
        } else if self.is_loose {
            self.take_in_time(self.core(local), endpoint);
        } else {
            self.woken.push(Wake::Port(local));
        }
    }

    fn activate(&mut self, output: u32) {
        let queued = &mut self.outputs[output as usize].queued;
        if *queued != self.now {
            *queued = self.now;
            self.active.push(output);
        }
    }

    /// The row of a lane, and its virtual channel.
    #[inline]
    const fn split(&self, lane: usize) -> (usize, usize) {
        let vcs = self.shape.vcs as usize;
        if vcs == 1 { (lane, 0) } else { (lane / vcs, lane % vcs) }
    }

    /// The network of a router's input or output row.
    fn net_of_row(&self, row: usize) -> usize {
        // Two at most.
        usize::from(row >= self.shape.tiles() * STRIDE)
    }

    /// Tells the log what was granted in this cycle.
    fn tell<E: Endpoint, L: Log>(&mut self, endpoint: &E, log: &mut L) {
        if L::RECORDS {
            for (cycle, row, input, flit) in &self.granted {
                let made_here = *input == FlitGrant::MADE_HERE;
                let marker = made_here || flit.is_marker();
                let grant = Grant {
                    cycle: *cycle,
                    router: *row as usize / STRIDE,
                    output: *row as usize % STRIDE,
                    input: usize::from(*input),
                    flit: *flit,
                    origin: if marker { Origin::NONE } else { endpoint.origin(flit.payload()) },
                    sent: if marker { None } else { endpoint.sent(flit.payload()) },
                };
                log.grant(&self.shape, &grant);
            }
        }
        self.granted.clear();
    }
}
