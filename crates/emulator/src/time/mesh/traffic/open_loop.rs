//! Nodes that make packets by chance and take what arrives.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use super::numbers::Numbers;
use super::{Departure, Measurement, Pattern, PatternError, Setup};
use crate::time::mesh::{Cycle, Endpoint, Flit, Origin, Ports, Shape, Wake};

/// A packet on its way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Packet {
    made: Cycle,
    sent: Cycle,
    source: u32,
    sequence: u32,
    to: u32,
}

/// All nodes of a mesh.
#[derive(Clone, Debug)]
pub struct OpenLoop {
    shape: Shape,
    pattern: Pattern,
    fixed: Option<Vec<u32>>,
    chance: u64,
    flits: u32,
    warmup: Cycle,
    end: Cycle,
    coins: Numbers,
    targets: Numbers,
    /// By node: a flit to it.
    address: Vec<Flit>,
    /// The next cycle in which somebody makes a packet, and who.
    next: (Cycle, Vec<u64>),
    /// What is sent instead of packets by chance, the next one last.
    departures: Option<Vec<Departure>>,
    packets: Vec<Packet>,
    free: Vec<u32>,
    /// By local port: packets that wait; whether it stands on the list of those that may send; flits sent of the first.
    queues: Vec<VecDeque<u32>>,
    listed: Vec<bool>,
    halves: Vec<bool>,
    list: Vec<u32>,
    sequence: Vec<u32>,
    accepted_from: Vec<u64>,
    measured: Measurement,
    /// Nodes that send; the others only choose, so that all choices are the same.
    sources: Range<u32>,
    /// By lane of another's engine: the packet that is half through.
    crossing: BTreeMap<u32, u32>,
}

impl OpenLoop {
    /// The nodes of a setup.
    ///
    /// # Errors
    /// [`PatternError`] where the setup does not fit the mesh.
    pub fn new(shape: Shape, setup: &Setup) -> Result<Self, PatternError> {
        for (what, value, min, max) in
            [("rate_ppm", setup.rate_ppm, 1, 1_000_000), ("flits", setup.flits, 1, 2)]
        {
            if value < min || value > max {
                return Err(PatternError::Range { what, value, min, max });
            }
        }
        let (slots, width) = (shape.size.cores_per_tile, shape.size.width);
        let address = |node: u32| Flit::spike(node / slots % width, node / slots / width, node % slots, 0);
        let nodes = shape.cores() as u32;
        Ok(Self {
            pattern: setup.pattern,
            fixed: setup.pattern.fixed(&shape)?,
            chance: (u64::from(setup.rate_ppm) << 32) / 1_000_000,
            flits: setup.flits,
            warmup: setup.warmup,
            end: setup.warmup + setup.window,
            coins: Numbers::new(setup.seed),
            targets: Numbers::new(!setup.seed),
            address: (0..nodes).map(address).collect(),
            next: (0, vec![0; shape.cores().div_ceil(64)]),
            departures: None,
            packets: Vec::new(),
            free: Vec::new(),
            queues: vec![VecDeque::new(); shape.locals()],
            listed: vec![false; shape.locals()],
            halves: vec![false; shape.locals()],
            list: Vec::new(),
            sequence: vec![0; shape.cores()],
            accepted_from: vec![0; shape.cores()],
            measured: Measurement { nodes: nodes.into(), window: setup.window, ..Default::default() },
            sources: 0..nodes,
            crossing: BTreeMap::new(),
            shape,
        })
    }

    /// Nodes that send what a list says, in packets of one flit; all of it is measured.
    ///
    /// # Errors
    /// [`PatternError::Range`] where a node is not there.
    pub fn replay(shape: Shape, departures: &[Departure]) -> Result<Self, PatternError> {
        let nodes = shape.cores() as u32;
        for departure in departures {
            for (what, value) in [("source", departure.source), ("destination", departure.to)] {
                if value >= nodes {
                    return Err(PatternError::Range { what, value, min: 0, max: nodes - 1 });
                }
            }
        }
        let mut list = departures.to_vec();
        list.sort_by_key(|departure| departure.at);
        let end = list.last().map_or(0, |last| last.at + 1);
        list.reverse();
        let setup = Setup { warmup: 0, window: end, ..Setup::latency(Pattern::Uniform, 1, 0) };
        Ok(Self { departures: Some(list), ..Self::new(shape, &setup)? })
    }

    /// Asks for the first call.
    pub fn start(&mut self, ports: &mut impl Ports) {
        self.draw(0);
        if self.next.0 < Cycle::MAX {
            ports.wake(0, self.next.0);
        }
    }

    /// Packets made in the window that have not arrived; of a part of the nodes, wrapping around 0.
    #[must_use]
    pub const fn outstanding(&self) -> u64 {
        self.measured.offered.wrapping_sub(self.measured.measured)
    }

    /// What was measured until a cycle.
    #[must_use]
    pub fn measurement(&self, now: Cycle) -> Measurement {
        let accepted_min = self.accepted_from.iter().copied().min().unwrap_or(0);
        Measurement { accepted_min, drained: self.outstanding() == 0, cycles: now, ..self.measured.clone() }
    }

    /// Tosses the coins of cycles from `from` on until one falls.
    fn draw(&mut self, from: Cycle) {
        if let Some(departures) = &self.departures {
            self.next.0 = departures.last().map_or(Cycle::MAX, |next| next.at);
            return;
        }
        let nodes = self.shape.cores();
        let last = if nodes.is_multiple_of(64) { u64::MAX } else { (1 << (nodes % 64)) - 1 };
        let mut at = from;
        loop {
            for plane in &mut self.next.1 {
                *plane = self.coins.coins(self.chance);
            }
            if let Some(plane) = self.next.1.last_mut() {
                *plane &= last;
            }
            let any = self.next.1.iter().fold(0, |any, plane| any | plane);
            if any != 0 {
                self.next.0 = at;
                return;
            }
            at += 1;
        }
    }

    fn depart(&mut self, now: Cycle) {
        let due = |departures: &mut Vec<Departure>| departures.pop_if(|next| next.at == now);
        while let Some(departure) = self.departures.as_mut().and_then(due) {
            self.make_to(now, departure.source, departure.to);
        }
        self.draw(now + 1);
    }

    fn make_all(&mut self, now: Cycle) {
        if self.departures.is_some() {
            return self.depart(now);
        }
        let mut planes = std::mem::take(&mut self.next.1);
        for (word, plane) in planes.iter_mut().enumerate() {
            while *plane != 0 {
                let node = word * 64 + plane.trailing_zeros() as usize;
                *plane &= *plane - 1;
                self.make(now, node as u32);
            }
        }
        self.next.1 = planes;
        self.draw(now + 1);
    }

    #[inline]
    fn make(&mut self, now: Cycle, source: u32) {
        let to = match &self.fixed {
            Some(fixed) => fixed[source as usize],
            None => self.pattern.choose(&self.shape, source, &mut self.targets),
        };
        self.make_to(now, source, to);
    }

    #[inline]
    fn make_to(&mut self, now: Cycle, source: u32, to: u32) {
        if !self.sources.contains(&source) {
            return;
        }
        let sequence = self.sequence[source as usize];
        self.sequence[source as usize] = sequence + 1;
        if (self.warmup..self.end).contains(&now) {
            self.measured.offered += 1;
        }
        let packet = Packet { made: now, sent: 0, source, sequence, to };
        let id = self.keep(packet);
        let net = if self.shape.nets == 1 { 0 } else { sequence % self.shape.nets };
        let local = net * self.shape.cores() as u32 + source;
        self.queues[local as usize].push_back(id);
        self.enlist(local);
    }

    #[inline]
    fn keep(&mut self, packet: Packet) -> u32 {
        if let Some(id) = self.free.pop() {
            self.packets[id as usize] = packet;
            return id;
        }
        self.packets.push(packet);
        self.packets.len() as u32 - 1
    }

    #[inline]
    fn enlist(&mut self, local: u32) {
        if !std::mem::replace(&mut self.listed[local as usize], true) {
            self.list.push(local);
        }
    }

    /// Sends a flit of every port that may.
    fn send_all<P: Ports>(&mut self, now: Cycle, ports: &mut P) {
        let mut list = std::mem::take(&mut self.list);
        list.retain(|local| {
            let more = self.send(now, *local, ports);
            self.listed[*local as usize] = more;
            more
        });
        self.list = list;
    }

    /// Sends one flit; whether the port may send another in the next cycle.
    #[inline]
    fn send<P: Ports>(&mut self, now: Cycle, local: u32, ports: &mut P) -> bool {
        let queue = &mut self.queues[local as usize];
        let Some(id) = queue.front().copied() else { return false };
        let packet = &mut self.packets[id as usize];
        let flit = Flit(self.address[packet.to as usize].0 | u64::from(id) << 32);
        let half = &mut self.halves[local as usize];
        let last = self.flits == 1 || *half;
        if !ports.send(local, if last { flit } else { flit.head() }) {
            return false;
        }
        if !*half {
            packet.sent = now;
        }
        if (self.warmup..self.end).contains(&now) {
            self.measured.injected += 1;
        }
        *half = !last;
        if last {
            queue.pop_front();
        }
        !queue.is_empty()
    }

    #[inline]
    fn take(&mut self, now: Cycle, flit: Flit) {
        let id = flit.payload();
        let packet = self.packets[id as usize];
        let routers = self.routers(&packet);
        let measured = &mut self.measured;
        measured.flit_hops += u64::from(routers);
        if !flit.tail() {
            return;
        }
        self.free.push(id);
        if (self.warmup..self.end).contains(&now) {
            measured.accepted += 1;
            self.accepted_from[packet.source as usize] += 1;
        }
        if (self.warmup..self.end).contains(&packet.made) {
            let latency = now - packet.made;
            measured.measured += 1;
            measured.latency_sum += latency;
            measured.network_latency_sum += now - packet.sent;
            measured.latency_max = measured.latency_max.max(latency);
            measured.routers_sum += u64::from(routers);
            let row = latency as usize;
            if row >= measured.latencies.len() {
                measured.latencies.resize(row + 1, 0);
            }
            measured.latencies[row] += 1;
        }
    }

    fn routers(&self, packet: &Packet) -> u32 {
        let (from, to) = (self.address[packet.source as usize], self.address[packet.to as usize]);
        from.x().abs_diff(to.x()) + from.y().abs_diff(to.y()) + 1
    }
}

/// Parts of the nodes, each on an engine of its own.
impl OpenLoop {
    /// The same nodes, of which only some send.
    pub fn of_sources(&self, sources: Range<u32>) -> Self {
        Self { sources, ..self.clone() }
    }

    /// The packet of a flit that leaves for another part; forgotten with its last flit.
    pub fn hand_over(&mut self, flit: Flit) -> Packet {
        if flit.tail() {
            self.free.push(flit.payload());
        }
        self.packets[flit.payload() as usize]
    }

    /// Takes over a flit of another part, which comes over a lane; returns it under its number here.
    pub fn take_over(&mut self, lane: u32, flit: Flit, packet: Packet) -> Flit {
        let id = self.crossing.remove(&lane).unwrap_or_else(|| self.keep(packet));
        if !flit.tail() {
            self.crossing.insert(lane, id);
        }
        Flit(flit.0 & u64::from(u32::MAX) | u64::from(id) << 32)
    }

    /// Adds what another part measured.
    pub fn join(&mut self, part: &Self) {
        self.measured += &part.measured;
        self.accepted_from.iter_mut().zip(&part.accepted_from).for_each(|(sum, count)| *sum += count);
    }
}

impl Endpoint for OpenLoop {
    fn cycle<P: Ports>(&mut self, now: Cycle, woken: &[Wake], ports: &mut P) {
        for wake in woken {
            if let Wake::Port(local) = wake {
                if let Some(flit) = ports.pop(*local) {
                    self.take(now, flit);
                }
                if !self.queues[*local as usize].is_empty() {
                    self.enlist(*local);
                }
            }
        }
        if now == self.next.0 {
            self.make_all(now);
            if self.next.0 < Cycle::MAX {
                ports.wake(0, self.next.0);
            }
        }
        self.send_all(now, ports);
        if !self.list.is_empty() {
            ports.wake(0, now + 1);
        }
    }

    fn flush<P: Ports>(&mut self, _now: Cycle, _local: u32, _epoch: bool, _ports: &mut P) {}

    fn advance<P: Ports>(&mut self, _now: Cycle, _tile: u32, _ports: &mut P) {}

    fn origin(&self, payload: u32) -> Origin {
        let packet = &self.packets[payload as usize];
        Origin { source: packet.source, sequence: packet.sequence }
    }
}
