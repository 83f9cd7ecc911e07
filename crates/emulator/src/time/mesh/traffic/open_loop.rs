//! Nodes that make packets by chance and take what arrives.
//!
//! What happens to every packet is always inlined: calls alone cost a twentieth of a run of the planes.

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
    /// Routers on its way.
    routers: u32,
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
    /// 1 in a cycle that is measured, else 0.
    counts: u64,
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
    /// By local port: packets that wait; whether the first is half sent.
    queues: Vec<VecDeque<u32>>,
    halves: Vec<bool>,
    /// Ports with packets that may send the next time, and whether a port is among them. The others with packets wait
    /// for a credit.
    list: Vec<u32>,
    listed: Vec<bool>,
    /// The list of the time before, for its memory.
    old_list: Vec<u32>,
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
            counts: 0,
            coins: Numbers::new(setup.seed),
            targets: Numbers::new(!setup.seed),
            address: (0..nodes).map(address).collect(),
            next: (0, vec![0; shape.cores().div_ceil(64)]),
            departures: None,
            packets: Vec::new(),
            free: Vec::new(),
            queues: vec![VecDeque::new(); shape.locals()],
            halves: vec![false; shape.locals()],
            list: Vec::new(),
            listed: vec![false; shape.locals()],
            old_list: Vec::new(),
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
        let mut measured = self.measured.clone();
        measured.cycles = now;
        measured.drained = self.outstanding() == 0;
        measured.accepted = self.accepted_from.iter().sum();
        measured.accepted_min = self.accepted_from.iter().copied().min().unwrap_or(0);
        measured.latency_sum =
            measured.latencies.iter().zip(0..).map(|(count, latency)| count * latency).sum();
        measured.latency_max = measured.latencies.len().saturating_sub(1) as u64;
        measured
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

    /// Makes the packets that a list asks for.
    fn depart(&mut self, now: Cycle) {
        let due = |departures: &mut Vec<Departure>| departures.pop_if(|next| next.at == now);
        while let Some(Departure { source, to, .. }) = self.departures.as_mut().and_then(due) {
            let (local, id) = self.make(now, source, to);
            self.queues[local as usize].push_back(id);
            self.enlist(local);
        }
        self.draw(now + 1);
    }

    /// Makes the packets that chance asks for.
    fn make_all<P: Ports>(&mut self, now: Cycle, ports: &mut P) {
        let mut planes = std::mem::take(&mut self.next.1);
        for (word, plane) in planes.iter_mut().enumerate() {
            while *plane != 0 {
                let node = word * 64 + plane.trailing_zeros() as usize;
                *plane &= *plane - 1;
                self.depart_by_chance(now, node as u32, ports);
            }
        }
        self.next.1 = planes;
        self.draw(now + 1);
    }

    /// Makes a packet, and sends its first flit at once unless others wait before it.
    #[inline]
    fn depart_by_chance<P: Ports>(&mut self, now: Cycle, source: u32, ports: &mut P) {
        let to = match &self.fixed {
            Some(fixed) => fixed[source as usize],
            None => self.pattern.choose(&self.shape, source, &mut self.targets),
        };
        if !self.sources.contains(&source) {
            return;
        }
        let (local, id) = self.make(now, source, to);
        let is_sent = self.queues[local as usize].is_empty() && self.send(now, (local, id), ports);
        if is_sent && self.halves[local as usize] {
            self.enlist(local);
        } else if is_sent {
            return;
        }
        self.queues[local as usize].push_back(id);
    }

    /// A packet, and the local port that it leaves by.
    #[inline(always)]
    fn make(&mut self, now: Cycle, source: u32, to: u32) -> (u32, u32) {
        let sequence = self.sequence[source as usize];
        self.sequence[source as usize] = sequence + 1;
        self.measured.offered += self.counts;
        let (from, address) = (self.address[source as usize], self.address[to as usize]);
        let routers = from.x().abs_diff(address.x()) + from.y().abs_diff(address.y()) + 1;
        let id = self.keep(Packet { made: now, sent: now, source, sequence, to, routers });
        let net = if self.shape.nets == 1 { 0 } else { sequence % self.shape.nets };
        (net * self.shape.cores() as u32 + source, id)
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
        let mut list = std::mem::take(&mut self.old_list);
        for local in list.drain(..) {
            self.listed[local as usize] = false;
            let Some(id) = self.queues[local as usize].front().copied() else { continue };
            if self.send(now, (local, id), ports) {
                if !self.halves[local as usize] {
                    self.queues[local as usize].pop_front();
                }
                if !self.queues[local as usize].is_empty() {
                    self.enlist(local);
                }
            }
        }
        self.old_list = list;
    }

    /// Sends the next flit of a packet.
    #[inline(always)]
    fn send<P: Ports>(&mut self, now: Cycle, (local, id): (u32, u32), ports: &mut P) -> bool {
        let packet = &mut self.packets[id as usize];
        let flit = Flit(self.address[packet.to as usize].0 | u64::from(id) << 32);
        let half = &mut self.halves[local as usize];
        let is_last = self.flits == 1 || *half;
        if !ports.send(local, if is_last { flit } else { flit.head() }) {
            return false;
        }
        if !*half {
            packet.sent = now;
        }
        *half = !is_last;
        self.measured.injected += self.counts;
        true
    }

    #[inline(always)]
    fn take(&mut self, now: Cycle, flit: Flit) {
        let id = flit.payload();
        let packet = self.packets[id as usize];
        let measured = &mut self.measured;
        measured.flit_hops += u64::from(packet.routers);
        if !flit.tail() {
            return;
        }
        self.free.push(id);
        self.accepted_from[packet.source as usize] += self.counts;
        if (self.warmup..self.end).contains(&packet.made) {
            measured.measured += 1;
            measured.network_latency_sum += now - packet.sent;
            measured.routers_sum += u64::from(packet.routers);
            let latency = (now - packet.made) as usize;
            if latency >= measured.latencies.len() {
                measured.latencies.resize(latency + 1, 0);
            }
            measured.latencies[latency] += 1;
        }
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
        self.counts = u64::from((self.warmup..self.end).contains(&now));
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
        let is_due = now == self.next.0;
        if is_due && self.departures.is_some() {
            self.depart(now);
        }
        std::mem::swap(&mut self.list, &mut self.old_list);
        if is_due && self.departures.is_none() {
            self.make_all(now, ports);
        }
        if is_due && self.next.0 < Cycle::MAX {
            ports.wake(0, self.next.0);
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
