//! An endpoint that sends what a script says and takes what arrives, at once or with pauses.

use emulator::time::mesh::{Cycle, Endpoint, Flit, Origin, Ports, Shape, Wake};

/// One packet to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// When it is made.
    pub at: Cycle,
    /// Who sends it.
    pub core: u32,
    /// Over which network.
    pub net: u32,
    /// To which core.
    pub to: u32,
    /// In one flit or two.
    pub flits: u32,
}

/// A flit that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival {
    /// When it was taken.
    pub at: Cycle,
    /// At which local port.
    pub local: u32,
    /// Which packet.
    pub packet: u32,
    /// Whether it was its last flit.
    pub tail: bool,
}

/// Plays packets.
#[derive(Clone, Debug)]
pub struct Script {
    shape: Shape,
    /// The packets, by time.
    pub packets: Vec<Packet>,
    /// By local port: its packets, the next of them, flits of it that are sent.
    queues: Vec<(Vec<u32>, usize, u32)>,
    sequence: Vec<u32>,
    /// A core takes a flit in one of so many cycles; 1 takes all at once.
    pub pause: u64,
    /// What arrived.
    pub arrivals: Vec<Arrival>,
}

impl Script {
    /// A script for a mesh; packets must be sorted by time.
    #[must_use]
    pub fn new(shape: Shape, packets: Vec<Packet>, pause: u64) -> Self {
        let mut queues = vec![(Vec::new(), 0, 0); shape.locals()];
        let mut next = vec![0; shape.cores()];
        let mut sequence = Vec::new();
        for (i, packet) in packets.iter().enumerate() {
            queues[packet.net as usize * shape.cores() + packet.core as usize].0.push(i as u32);
            sequence.push(next[packet.core as usize]);
            next[packet.core as usize] += 1;
        }
        Self { shape, packets, queues, sequence, pause, arrivals: Vec::new() }
    }

    /// Asks for the first call of every core.
    pub fn start(&self, ports: &mut impl Ports) {
        (0..self.shape.cores() as u32).for_each(|core| ports.wake(core, 0));
    }

    /// Flits that are neither sent nor dropped: none, once the mesh is drained.
    #[must_use]
    pub fn unsent(&self) -> usize {
        self.queues.iter().map(|(packets, next, _)| packets.len() - next).sum()
    }

    fn send(&mut self, now: Cycle, local: u32, ports: &mut impl Ports) {
        let (packets, next, flits) = &mut self.queues[local as usize];
        let Some(i) = packets.get(*next) else { return };
        let packet = self.packets[*i as usize];
        let core = local % self.shape.cores() as u32;
        if packet.at > now {
            return ports.wake(core, packet.at);
        }
        let slots = self.shape.size.cores_per_tile;
        let (tile, width) = (packet.to / slots, self.shape.size.width);
        let flit = Flit::spike(tile % width, tile / width, packet.to % slots, *i);
        let last = *flits + 1 == packet.flits;
        if ports.send(local, if last { flit } else { flit.head() }) {
            (*next, *flits) = if last { (*next + 1, 0) } else { (*next, *flits + 1) };
            ports.wake(core, now + 1);
        }
    }

    fn take(&mut self, now: Cycle, local: u32, ports: &mut impl Ports) {
        let core = local % self.shape.cores() as u32;
        if ports.front(local).is_none() {
            return;
        }
        if mix(now ^ u64::from(local) << 40).is_multiple_of(self.pause) {
            let flit = ports.pop(local).expect("a flit is there");
            self.arrivals.push(Arrival { at: now, local, packet: flit.payload(), tail: flit.tail() });
        }
        ports.wake(core, now + 1);
    }
}

impl Endpoint for Script {
    fn cycle<P: Ports>(&mut self, now: Cycle, woken: &[Wake], ports: &mut P) {
        let cores = self.shape.cores() as u32;
        let mut locals: Vec<u32> = Vec::new();
        for wake in woken {
            match wake {
                Wake::Port(local) => locals.push(*local),
                Wake::Core(core) => locals.extend((0..self.shape.nets).map(|net| net * cores + core)),
            }
        }
        locals.sort_unstable();
        locals.dedup();
        for local in locals {
            self.take(now, local, ports);
            self.send(now, local, ports);
        }
    }

    fn flush<P: Ports>(&mut self, _now: Cycle, _local: u32, _epoch: bool, _ports: &mut P) {}

    fn advance<P: Ports>(&mut self, _now: Cycle, _tile: u32, _ports: &mut P) {}

    fn origin(&self, payload: u32) -> Origin {
        Origin { source: self.packets[payload as usize].core, sequence: self.sequence[payload as usize] }
    }
}

/// A hash, for choices that must not depend on the order of calls.
#[must_use]
pub const fn mix(x: u64) -> u64 {
    let x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}
