//! The units of one core: sweep, axons out, network interface; axons in, synapse fetch and accumulation.

use std::collections::VecDeque;

use isa::timing::{NetChoice, Timing};

use super::plan::{Packet, Plan};
use super::queue::Queue;
use crate::time::mesh::{Cycle, Flit, Kind, Ports};

/// Packets under way: slots are numbered, and a number is used again.
#[derive(Clone, Debug, Default)]
pub struct Flights {
    slots: Vec<Flight>,
    free: Vec<u32>,
}

/// A packet under way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flight {
    /// What it is.
    pub packet: Packet,
    /// Who sent it.
    pub source: u32,
    /// Its number among the source's packets.
    pub sequence: u32,
    /// Parity of its step.
    pub epoch: bool,
    /// When its first flit was sent.
    pub sent: Cycle,
}

impl Flights {
    fn add(&mut self, flight: Flight) -> u32 {
        let id = self.free.pop().unwrap_or(self.slots.len() as u32);
        match self.slots.get_mut(id as usize) {
            Some(slot) => *slot = flight,
            None => self.slots.push(flight),
        }
        id
    }

    /// The packet of a number.
    #[must_use]
    pub fn get(&self, id: u32) -> &Flight {
        &self.slots[id as usize]
    }

    /// Packets under way.
    #[must_use]
    pub const fn under_way(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}

/// When the units of a core ended their work of a step, and how long they worked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// The sweep ended.
    pub soma_end: Cycle,
    /// The last message left.
    pub sent_end: Cycle,
    /// The last synapse of a message of this step was accumulated.
    pub received_end: Cycle,
    /// Cycles of the axon-out unit.
    pub axon_out: u64,
    /// Cycles of the synapse fetch.
    pub synapse: u64,
    /// Cycles of the lookups.
    pub axon_in: u64,
}

impl Spent {
    /// Least cycles of the receive path: lookups and fetches one behind the other, or side by side.
    #[must_use]
    pub fn receive(&self, timing: &Timing) -> u64 {
        if timing.core.receive_serial { self.axon_in + self.synapse } else { self.axon_in.max(self.synapse) }
    }
}

/// Between two spikes of the sweep, or waiting to push one.
#[derive(Clone, Copy, Debug)]
enum Sweep {
    Rest,
    Until(Cycle),
    Serial,
    Done,
}

/// One core.
#[derive(Clone, Debug)]
pub struct Core {
    id: u32,
    cores: u32,
    /// Parity of the step it is in.
    pub epoch: bool,
    plan: Plan,
    span: usize,
    sweep: Sweep,
    spikes: Queue<(u32, u32)>,
    /// Next message, last message, cycle in which the next is pushed.
    axon_out: Option<(u32, u32, Cycle)>,
    host: VecDeque<Packet>,
    transmit: Vec<Queue<u32>>,
    halves: [bool; 2],
    owes_flush: [bool; 2],
    other_net: bool,
    sequence: u32,
    axon_in: Option<(u32, Cycle)>,
    axon_in_net: u32,
    half_in: Option<u32>,
    lookups: Queue<u32>,
    synapse: Option<(u32, Cycle)>,
    synapse_at: Cycle,
    accumulating: Cycle,
    /// Messages taken from the mesh and not yet accumulated, by parity of their step.
    pending: [u32; 2],
    /// Networks whose FLUSH has come.
    pub flushed: u32,
    /// When the units ended, by parity of the step.
    pub spent: [Spent; 2],
    /// The next call that was asked for.
    pub timer: Cycle,
    /// The cycle in which its units acted last.
    pub played: Cycle,
    changed: bool,
    /// Whether markers end its step.
    markers: bool,
}

impl Core {
    /// A core with nothing to do.
    #[must_use]
    pub fn new(id: u32, cores: u32, timing: &Timing, markers: bool) -> Self {
        Self {
            id,
            cores,
            epoch: true,
            plan: Plan::default(),
            span: 0,
            sweep: Sweep::Rest,
            spikes: Queue::new(timing.fifo.spike),
            axon_out: None,
            host: VecDeque::new(),
            transmit: (0..timing.nets).map(|_| Queue::new(timing.nif.transmit)).collect(),
            halves: [false; 2],
            owes_flush: [false; 2],
            other_net: false,
            sequence: 0,
            axon_in: None,
            axon_in_net: 0,
            half_in: None,
            lookups: Queue::new(timing.fifo.axon_in),
            synapse: None,
            synapse_at: Cycle::MAX,
            accumulating: 0,
            pending: [0; 2],
            flushed: 0,
            spent: [Spent::default(); 2],
            timer: Cycle::MAX,
            played: Cycle::MAX,
            changed: false,
            markers,
        }
    }

    /// Its number on the board.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// Begins a step in cycle `at`.
    pub fn begin(&mut self, at: Cycle, plan: Plan, host: Vec<Packet>) {
        self.epoch = !self.epoch;
        self.spent[usize::from(self.epoch)].soma_end = at;
        self.plan = plan;
        self.span = 0;
        self.host = host.into();
        self.flushed = 0;
        self.owes_flush = [self.markers; 2];
        self.sweep = Sweep::Until(at + self.span_cycles());
    }

    fn span_cycles(&self) -> Cycle {
        self.plan.spans.get(self.span).map_or(self.plan.rest, |span| span.cycles)
    }

    /// Whether all its messages of this step are in the mesh.
    #[must_use]
    pub fn has_sent(&self) -> bool {
        self.has_pushed() && self.transmit.iter().all(Queue::is_empty)
    }

    fn has_pushed(&self) -> bool {
        let idle = self.axon_out.is_none() && self.spikes.is_empty() && self.host.is_empty();
        matches!(self.sweep, Sweep::Done) && idle
    }

    /// Whether nothing of the current step is left in its receive path.
    #[must_use]
    pub const fn has_received(&self) -> bool {
        self.pending[self.epoch as usize] == 0
    }

    /// Cycles of learning of the current step.
    #[must_use]
    pub const fn learning(&self) -> u64 {
        self.plan.learning
    }

    /// Phase 2 of a cycle: every unit does what it can; the next cycle to look at.
    pub fn cycle(
        &mut self,
        now: Cycle,
        timing: &Timing,
        flights: &mut Flights,
        ports: &mut impl Ports,
    ) -> Option<Cycle> {
        self.changed = false;
        self.fetch(now, timing, flights);
        self.look_up(now, timing, flights, ports);
        if matches!(self.sweep, Sweep::Until(_) | Sweep::Done) {
            self.host(now, timing, flights);
        }
        self.sweep(now, timing);
        self.send_axons(now, timing, flights);
        self.transmit(now, flights, ports);
        if self.changed {
            return Some(now + 1);
        }
        let sweep = match self.sweep {
            Sweep::Until(at) => Some(at),
            _ => None,
        };
        let ends = [sweep, self.axon_out.map(|a| a.2), self.axon_in.map(|a| a.1), self.synapse.map(|s| s.1)];
        ends.into_iter().flatten().filter(|at| *at > now).min()
    }

    /// Synapse fetch, with the accumulation behind it.
    fn fetch(&mut self, now: Cycle, timing: &Timing, flights: &mut Flights) {
        if let Some((id, ready)) = self.synapse
            && ready <= now
        {
            self.synapse = None;
            self.accumulated(now, id, flights);
        }
        if self.synapse.is_none()
            && self.synapse_at != now
            && !timing.core.receive_serial
            && let Some(id) = self.lookups.pop(now)
        {
            self.start_fetch(now, id, flights);
        }
    }

    fn start_fetch(&mut self, now: Cycle, id: u32, flights: &mut Flights) {
        let packet = flights.get(id).packet;
        self.changed = true;
        // A message is accumulated while it is fetched; the slower of both is what it takes.
        let end = (now + packet.synapse).max(self.accumulating.max(now) + packet.accumulate);
        self.accumulating = end;
        let spent = &mut self.spent[usize::from(flights.get(id).epoch)];
        spent.synapse += packet.synapse.max(packet.accumulate);
        if end == now {
            self.synapse_at = now;
            self.accumulated(now, id, flights);
        } else {
            self.synapse = Some((id, end));
        }
    }

    fn accumulated(&mut self, now: Cycle, id: u32, flights: &mut Flights) {
        let epoch = usize::from(flights.get(id).epoch);
        self.changed = true;
        self.pending[epoch] -= 1;
        self.spent[epoch].received_end = now;
        flights.free.push(id);
    }

    /// Input axon lookup: takes from the networks in turn.
    fn look_up(&mut self, now: Cycle, timing: &Timing, flights: &mut Flights, ports: &mut impl Ports) {
        self.end_look_up(now, timing, flights);
        let serial = timing.core.receive_serial;
        if self.axon_in.is_some() || serial && self.synapse.is_some() {
            return;
        }
        let nets = timing.nets;
        let found = match self.half_in {
            Some(net) => Some(net).filter(|net| ports.front(net * self.cores + self.id).is_some()),
            None => (0..nets)
                .map(|i| (self.axon_in_net + i) % nets)
                .find(|net| ports.front(net * self.cores + self.id).is_some()),
        };
        let Some(net) = found else { return };
        let Some(flit) = ports.pop(net * self.cores + self.id) else { return };
        self.changed = true;
        if self.half_in.is_none() {
            self.pending[usize::from(flit.epoch())] += 1;
        }
        if !flit.tail() {
            self.half_in = Some(net);
            return;
        }
        self.half_in = None;
        self.axon_in_net = (net + 1) % nets;
        self.axon_in = Some((flit.payload(), now + Cycle::from(timing.core.axon_in)));
        self.spent[usize::from(flit.epoch())].axon_in += u64::from(timing.core.axon_in);
        self.end_look_up(now, timing, flights);
    }

    fn end_look_up(&mut self, now: Cycle, timing: &Timing, flights: &mut Flights) {
        let Some((id, ready)) = self.axon_in else { return };
        if ready > now {
            return;
        }
        if timing.core.receive_serial {
            self.axon_in = None;
            self.start_fetch(now, id, flights);
        } else if self.lookups.push(now, id) {
            self.axon_in = None;
            self.changed = true;
        }
    }

    /// The sweep over compartments; it halts where a spike finds no slot.
    fn sweep(&mut self, now: Cycle, timing: &Timing) {
        let Sweep::Until(ready) = self.sweep else { return };
        if ready > now {
            return;
        }
        let Some(span) = self.plan.spans.get(self.span).copied() else {
            self.end_sweep(now);
            return;
        };
        if timing.core.transmit_serial {
            self.axon_out = Some((span.packets.0, span.packets.1, now + Cycle::from(timing.core.axon_out)));
            self.spent[usize::from(self.epoch)].axon_out +=
                u64::from(span.packets.1 - span.packets.0) * u64::from(timing.core.axon_out);
            self.sweep = Sweep::Serial;
            self.span += 1;
        } else if self.spikes.push(now, span.packets) {
            self.changed = true;
            self.go_on(now);
        }
    }

    /// Goes on behind a spike.
    fn go_on(&mut self, now: Cycle) {
        if !matches!(self.sweep, Sweep::Serial) {
            self.span += 1;
        }
        let next = now + self.span_cycles();
        if self.span == self.plan.spans.len() && next == now {
            self.end_sweep(now);
        } else {
            self.sweep = Sweep::Until(next.max(now + 1));
        }
    }

    fn end_sweep(&mut self, now: Cycle) {
        self.sweep = Sweep::Done;
        self.changed = true;
        self.spent[usize::from(self.epoch)].soma_end = now;
    }

    /// Output axons: one message after the other.
    fn send_axons(&mut self, now: Cycle, timing: &Timing, flights: &mut Flights) {
        let cost = Cycle::from(timing.core.axon_out);
        if self.axon_out.is_none() && !timing.core.transmit_serial {
            self.take_spike(now, cost);
        }
        let Some((next, end, ready)) = self.axon_out else { return };
        if ready > now {
            return;
        }
        if next < end && !self.push_packet(now, self.plan.packets[next as usize], timing, flights) {
            return;
        }
        self.changed = true;
        if next + 1 < end {
            self.axon_out = Some((next + 1, end, (now + cost).max(now + 1)));
            return;
        }
        self.axon_out = None;
        if timing.core.transmit_serial {
            self.go_on(now);
        } else if cost > 0 {
            self.take_spike(now, cost);
        }
    }

    fn take_spike(&mut self, now: Cycle, cost: Cycle) {
        if let Some((first, end)) = self.spikes.pop(now) {
            self.changed = true;
            self.spent[usize::from(self.epoch)].axon_out += u64::from(end - first) * cost;
            self.axon_out = Some((first, end, now + cost));
        }
    }

    fn push_packet(&mut self, now: Cycle, packet: Packet, timing: &Timing, flights: &mut Flights) -> bool {
        let net = match timing.choice {
            NetChoice::Alternate => usize::from(self.other_net) % self.transmit.len(),
            NetChoice::Hash => (packet.hash >> 16) as usize % self.transmit.len(),
            NetChoice::Fixed => 0,
        };
        let id = flights.add(Flight {
            packet,
            source: self.id,
            sequence: self.sequence,
            epoch: self.epoch,
            sent: 0,
        });
        if self.transmit[net].push(now, id) {
            self.other_net = !self.other_net;
            self.sequence += 1;
            true
        } else {
            flights.free.push(id);
            false
        }
    }

    /// The network interface: one flit a cycle and network, FLUSH behind the last.
    fn transmit(&mut self, now: Cycle, flights: &mut Flights, ports: &mut impl Ports) {
        for net in 0..self.transmit.len() {
            let local = net as u32 * self.cores + self.id;
            if let Some(id) = self.transmit[net].front(now) {
                let Flight { packet, epoch, .. } = *flights.get(id);
                let last = packet.flits == 1 || self.halves[net];
                let flit = Flit(packet.flit.0 | u64::from(id) << 32).with_epoch(epoch);
                if ports.send(local, if last { flit } else { flit.head() }) {
                    self.changed = true;
                    if !self.halves[net] {
                        flights.slots[id as usize].sent = now;
                    }
                    self.halves[net] = !last;
                    self.spent[usize::from(self.epoch)].sent_end = now;
                    if last {
                        self.transmit[net].pop(now);
                    }
                }
            } else if self.owes_flush[net] && self.transmit[net].is_empty() && self.has_pushed() {
                let sent = ports.send(local, Flit::marker(Kind::Flush, self.epoch));
                self.owes_flush[net] = !sent;
            }
        }
    }

    /// Moves a message of the host into the transmit queue, ahead of the core's own.
    fn host(&mut self, now: Cycle, timing: &Timing, flights: &mut Flights) {
        while let Some(packet) = self.host.front().copied() {
            if !self.push_packet(now, packet, timing, flights) {
                return;
            }
            self.changed = true;
            self.host.pop_front();
        }
    }

    /// The most items that its FIFOs held: spikes, lookups, transmit queues.
    #[must_use]
    pub fn high_water(&self) -> [usize; 3] {
        let transmit = self.transmit.iter().map(|queue| queue.high_water).max().unwrap_or(0);
        [self.spikes.high_water, self.lookups.high_water, transmit]
    }
}
