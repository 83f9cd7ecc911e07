//! The transmit path of a core: the sweep over compartments, the output axons, the network interface.
//!
//! Sweep and axons act on the mesh only through the interface's FIFOs. They are played behind time, event by event, up
//! to the cycle in which the interface may have something to send; only that needs a call in its own cycle.

use std::collections::VecDeque;

use isa::timing::Timing;

use super::flights::{Flight, Flights};
use super::plan::{Packet, Plan};
use super::queue::Queue;
use super::receive::Place;
use crate::time::mesh::{Cycle, Flit, Kind, Ports};

/// When the units of the transmit path ended their work of a step.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sent {
    /// The sweep ended.
    pub soma_end: Cycle,
    /// The last message left.
    pub end: Cycle,
    /// Cycles of the axon-out unit.
    pub axon_out: u64,
}

/// The units and the FIFOs between them.
#[derive(Clone, Debug)]
pub struct Transmit {
    epoch: bool,
    plan: Plan,
    span: usize,
    /// The next cycle in which it may act without a credit coming; all before are played.
    next_at: Cycle,
    /// The cycle in which the sweep acts next; none where it is over or waits for the axons.
    sweep_at: Cycle,
    /// The first cycle in which it may take another compartment.
    sweep_from: Cycle,
    is_swept: bool,
    waits_for_slot: bool,
    spikes: Queue<(u32, u32)>,
    /// Next message and last message of the spike that is sent.
    axon_out: Option<(u32, u32)>,
    /// The cycle in which the axons act next; none where they have nothing to do, or wait for the interface.
    axon_at: Cycle,
    /// The first cycle in which they may take another message.
    axon_from: Cycle,
    host: VecDeque<Packet>,
    queues: Vec<Queue<u32>>,
    parts: [u32; 2],
    /// By network: the cycle in which the last flit was sent, which may be ahead.
    sent_at: [Cycle; 2],
    refused: [bool; 2],
    owes_flush: [bool; 2],
    other_net: bool,
    sequence: u32,
    /// When the units ended, by parity of the step.
    pub spent: [Sent; 2],
}

impl Transmit {
    /// At rest.
    pub fn new(timing: &Timing) -> Self {
        Self {
            epoch: true,
            plan: Plan::default(),
            span: 0,
            next_at: 0,
            sweep_at: Cycle::MAX,
            sweep_from: 0,
            is_swept: false,
            waits_for_slot: false,
            spikes: Queue::new(timing.fifo.spike),
            axon_out: None,
            axon_at: Cycle::MAX,
            axon_from: 0,
            host: VecDeque::new(),
            queues: (0..timing.nets).map(|_| Queue::new(timing.nif.transmit)).collect(),
            parts: [0; 2],
            sent_at: [0; 2],
            refused: [false; 2],
            owes_flush: [false; 2],
            other_net: false,
            sequence: 0,
            spent: [Sent::default(); 2],
        }
    }

    /// Begins a step in cycle `at` with a plan, which is exchanged for the plan of the step before; whether markers end
    /// the step.
    pub fn begin(&mut self, at: Cycle, plan: &mut Plan, host: &mut VecDeque<Packet>, flush: [bool; 2]) {
        self.epoch = !self.epoch;
        self.spent[usize::from(self.epoch)].soma_end = at;
        std::mem::swap(&mut self.plan, plan);
        std::mem::swap(&mut self.host, host);
        self.span = 0;
        self.next_at = at;
        self.owes_flush = flush;
        self.is_swept = false;
        self.go_on(at, at);
    }

    /// Whether it has nothing to do in the step that begins but to send FLUSH.
    pub fn is_idle(&self) -> bool {
        self.plan.spans.is_empty() && self.plan.rest == 0 && self.host.is_empty()
    }

    /// Does all that is left in cycle `at`, FLUSH aside, which others send.
    pub fn rest(&mut self, at: Cycle) {
        self.end_sweep(at);
        self.owes_flush = [false; 2];
    }

    /// Parity of the step it is in.
    pub const fn epoch(&self) -> bool {
        self.epoch
    }

    /// Cycles of learning of the step it is in.
    pub const fn learning(&self) -> u64 {
        self.plan.learning
    }

    /// Whether all messages of the step are in the mesh, as of the cycle it was last played to.
    pub fn has_sent(&self) -> bool {
        self.has_pushed() && self.queues.iter().all(Queue::is_empty)
    }

    /// When the units ended their work of the step, as of the cycle it was last played to.
    pub fn ended(&self) -> Cycle {
        let spent = &self.spent[usize::from(self.epoch)];
        spent.soma_end.max(spent.end)
    }

    fn has_pushed(&self) -> bool {
        self.is_swept && self.axon_out.is_none() && self.spikes.is_empty() && self.host.is_empty()
    }

    /// Phase 2 of a cycle, and of those to come in which the mesh is sure to take what is sent; the next cycle in which it
    /// may act without a credit coming.
    #[inline]
    pub fn cycle(
        &mut self,
        now: Cycle,
        timing: &Timing,
        place: Place,
        (flights, ports): (&mut Flights, &mut impl Ports),
    ) -> Cycle {
        let mut at = if self.refused[0] || self.refused[1] { now } else { now.max(self.next_at) };
        while at == now || at < Cycle::MAX && self.is_sure(at, place, ports) {
            if !self.host.is_empty() {
                self.play(at.saturating_sub(1), timing, place, (flights, ports));
                self.host(at, timing, (place.id, flights));
            }
            self.play(at, timing, place, (flights, ports));
            for net in 0..self.queues.len() {
                self.transmit(at, net, place, (flights, ports));
            }
            at = self.next(at, timing);
        }
        self.next_at = at;
        at
    }

    /// Whether nothing that is sent in a cycle to come can be refused.
    fn is_sure(&self, at: Cycle, place: Place, ports: &mut impl Ports) -> bool {
        (0..self.queues.len()).all(|net| !self.refused[net] && ports.may_send(place.local(net as u32), at))
    }

    /// Plays sweep and axons up to a cycle and with it.
    fn play(
        &mut self,
        until: Cycle,
        timing: &Timing,
        place: Place,
        (flights, ports): (&mut Flights, &mut impl Ports),
    ) {
        loop {
            let at = self.sweep_at.min(self.axon_at);
            if at > until {
                return;
            }
            if self.sweep_at == at {
                self.sweep(at, timing);
            }
            if self.axon_at == at {
                self.send_axons(at, timing, place, (flights, ports));
            }
        }
    }

    /// The sweep over compartments; it halts where a spike finds no slot.
    fn sweep(&mut self, now: Cycle, timing: &Timing) {
        let Some(span) = self.plan.spans.get(self.span).copied() else {
            self.end_sweep(now);
            return;
        };
        if timing.core.transmit_serial {
            self.span += 1;
            self.sweep_at = Cycle::MAX;
            self.start_spike(now, span.packets, timing);
        } else if self.spikes.push(now, span.packets) {
            if self.axon_out.is_none() && self.axon_at == Cycle::MAX {
                self.axon_at = now + 1;
            }
            self.span += 1;
            self.go_on(now, now + 1);
        } else {
            self.sweep_at = Cycle::MAX;
            self.waits_for_slot = true;
        }
    }

    /// Takes the next compartment, in the next cycle where one was taken in this. No spike leaves before cycle
    /// `leaves`.
    fn go_on(&mut self, now: Cycle, leaves: Cycle) {
        let from = now.max(self.sweep_from);
        self.sweep_at = match self.plan.spans.get(self.span) {
            Some(span) if span.again => leaves,
            Some(span) => {
                self.sweep_from = from + span.cycles + Cycle::from(span.free);
                leaves.max(from + span.cycles)
            }
            None if self.plan.has_rest => from + self.plan.rest,
            None => now,
        };
    }

    fn end_sweep(&mut self, now: Cycle) {
        self.sweep_at = Cycle::MAX;
        self.is_swept = true;
        self.spent[usize::from(self.epoch)].soma_end = now;
    }

    /// Output axons: one message after the other.
    fn send_axons(
        &mut self,
        now: Cycle,
        timing: &Timing,
        place: Place,
        (flights, ports): (&mut Flights, &mut impl Ports),
    ) {
        let cost = Cycle::from(timing.core.axon_out);
        if self.axon_out.is_none() {
            self.take_spike(now, timing);
            if self.axon_at > now {
                return;
            }
        }
        let Some((next, end)) = self.axon_out else { return };
        if next < end {
            let packet = self.plan.packets[next as usize];
            let is_sent = self.send_packet((now, packet), timing, place, (flights, ports));
            if !is_sent && !self.push_packet(now, packet, timing, (place.id, flights)) {
                // Of the slot that is freed next, its message tells; what passes through frees it at once, untold.
                let net = packet.net(timing.choice, self.other_net, self.queues.len());
                self.axon_at = if self.queues[net].is_passed(now) { now + 1 } else { Cycle::MAX };
                return;
            }
        }
        if next + 1 < end {
            self.axon_out = Some((next + 1, end));
            self.take_message(now, cost);
            return;
        }
        self.axon_out = None;
        self.axon_at = Cycle::MAX;
        if timing.core.transmit_serial {
            self.go_on(now, now);
        } else if self.axon_from <= now {
            self.take_spike(now, timing);
        } else if let Some((_, shows)) = self.spikes.head() {
            self.axon_at = shows.max(self.axon_from);
        }
    }

    /// Takes the next message of the spike, in the next cycle where one was taken in this.
    fn take_message(&mut self, now: Cycle, cost: Cycle) {
        let from = now.max(self.axon_from);
        (self.axon_from, self.axon_at) = (from + 1, from + cost);
    }

    /// Takes the next spike, or says when that may be.
    fn take_spike(&mut self, now: Cycle, timing: &Timing) {
        if let Some(packets) = self.spikes.pop(now) {
            self.start_spike(now, packets, timing);
            if std::mem::take(&mut self.waits_for_slot) {
                self.sweep_at = now + 1;
            }
        } else {
            self.axon_at = self.spikes.head().map_or(Cycle::MAX, |(_, shows)| shows.max(now + 1));
        }
    }

    fn start_spike(&mut self, now: Cycle, packets: (u32, u32), timing: &Timing) {
        let cost = Cycle::from(timing.core.axon_out);
        self.spent[usize::from(self.epoch)].axon_out += u64::from(packets.1 - packets.0) * cost;
        self.axon_out = Some(packets);
        self.take_message(now, cost);
    }

    /// Sends a message in the next cycle, where it would be alone in the interface and the mesh is sure to take it.
    #[inline]
    fn send_packet(
        &mut self,
        (now, packet): (Cycle, Packet),
        timing: &Timing,
        place: Place,
        (flights, ports): (&mut Flights, &mut impl Ports),
    ) -> bool {
        let net = packet.net(timing.choice, self.other_net, self.queues.len());
        let (at, local) = (now + 1, place.local(net as u32));
        let queue = &mut self.queues[net];
        let is_alone = packet.flits == 1 && queue.is_empty() && !queue.is_passed(now);
        if !is_alone || !ports.may_send(local, at) {
            return false;
        }
        queue.pass(now);
        let (source, sequence, epoch) = (place.id, self.sequence, self.epoch);
        let id = flights.add(Flight { packet, source, sequence, epoch, sent: at });
        let is_sent = ports.send_ahead(local, packet.flit.carrying(id).with_epoch(epoch), at);
        debug_assert!(is_sent, "the mesh took what it was sure to take");
        self.sent_at[net] = at;
        let end = &mut self.spent[usize::from(epoch)].end;
        *end = at.max(*end);
        self.other_net = !self.other_net;
        self.sequence += 1;
        true
    }

    fn push_packet(
        &mut self,
        now: Cycle,
        packet: Packet,
        timing: &Timing,
        (source, flights): (u32, &mut Flights),
    ) -> bool {
        let net = packet.net(timing.choice, self.other_net, self.queues.len());
        let id = flights.add(Flight { packet, source, sequence: self.sequence, epoch: self.epoch, sent: 0 });
        if self.queues[net].push(now, id) {
            self.other_net = !self.other_net;
            self.sequence += 1;
            true
        } else {
            flights.end(id);
            false
        }
    }

    /// The network interface: one flit a cycle and network, FLUSH behind the last.
    #[inline]
    fn transmit(
        &mut self,
        now: Cycle,
        net: usize,
        place: Place,
        (flights, ports): (&mut Flights, &mut impl Ports),
    ) {
        if self.queues[net].is_empty() && !self.owes_flush[net] {
            return;
        }
        let local = place.local(net as u32);
        if self.sent_at[net] >= now {
            return;
        }
        if let Some(id) = self.queues[net].front(now) {
            let Flight { packet, epoch, .. } = flights.get(id);
            let (part, last) = (self.parts[net], self.parts[net] + 1 == packet.flits);
            let flit = packet.flit.carrying(id).with_epoch(*epoch);
            let flit = if packet.header && part == 0 { flit.with_kind(Kind::Header) } else { flit };
            self.refused[net] = !ports.send_ahead(local, if last { flit } else { flit.head() }, now);
            if self.refused[net] {
                return;
            }
            if part == 0 {
                flights.sent(id, now);
            }
            self.sent_at[net] = now;
            self.parts[net] = if last { 0 } else { part + 1 };
            let end = &mut self.spent[usize::from(self.epoch)].end;
            *end = now.max(*end);
            if last {
                self.queues[net].pop(now);
                if self.axon_out.is_some() && self.axon_at == Cycle::MAX {
                    self.axon_at = now + 1;
                }
            }
        } else if self.may_flush(net) {
            self.refused[net] = !ports.send_ahead(local, Flit::marker(Kind::Flush, self.epoch), now);
            self.owes_flush[net] = self.refused[net];
        }
    }

    /// Whether only FLUSH is left to be sent over a network.
    fn may_flush(&self, net: usize) -> bool {
        self.owes_flush[net] && self.queues[net].is_empty() && self.has_pushed()
    }

    /// Moves messages of the host into the interface, ahead of the core's own.
    fn host(&mut self, now: Cycle, timing: &Timing, (id, flights): (u32, &mut Flights)) {
        while let Some(packet) = self.host.front().copied() {
            if !self.push_packet(now, packet, timing, (id, flights)) {
                return;
            }
            self.host.pop_front();
        }
    }

    /// A cycle before which nothing reaches the mesh and no FLUSH is due, and not the sweep's end; a refused flit aside.
    fn next(&self, now: Cycle, timing: &Timing) -> Cycle {
        let acts = |net: usize| {
            let sends = !self.queues[net].is_empty() || self.may_flush(net);
            if sends && !self.refused[net] { self.sent_at[net].max(now) + 1 } else { Cycle::MAX }
        };
        let acts = (0..self.queues.len()).map(acts).fold(Cycle::MAX, Cycle::min);
        let net = |packet: &Packet| packet.net(timing.choice, self.other_net, self.queues.len());
        let host = self.host.front().is_some_and(|packet| !self.queues[net(packet)].is_full());
        if host || acts == now + 1 {
            return now + 1;
        }
        let cost = Cycle::from(timing.core.axon_out);
        let axons = match (self.axon_out, self.spikes.head()) {
            (Some(packets), _) => self.reaches(self.axon_at, packets, self.span),
            (None, Some((packets, _))) => self.reaches(self.axon_at.saturating_add(cost), packets, self.span),
            (None, None) => Cycle::MAX,
        };
        let to_axons = Cycle::from(!timing.core.transmit_serial) + cost;
        let sweep = self.plan.spans.get(self.span).map_or(self.sweep_at, |span| {
            self.reaches(self.sweep_at.saturating_add(to_axons), span.packets, self.span + 1)
        });
        axons.min(sweep).min(acts)
    }

    /// From when on the mesh may see the messages of a spike, of which the axons push the first in cycle `at` or later:
    /// a cycle later, but with the last message of a step FLUSH may leave over the other network. `span` is the stretch
    /// of the sweep behind the spike.
    fn reaches(&self, at: Cycle, packets: (u32, u32), span: usize) -> Cycle {
        let rest = if span == self.span { 0 } else { self.plan.rest };
        // A sweep that is one unit with the axons ends with them.
        let swept_by = self.sweep_at == Cycle::MAX || self.sweep_at + rest <= at;
        let over = self.is_swept || span == self.plan.spans.len() && swept_by;
        let waits = if over { packets.0 + 1 < packets.1 } else { packets.0 < packets.1 };
        at.saturating_add(Cycle::from(waits))
    }

    /// The most items that its FIFOs held: spikes, interface.
    pub fn high_water(&self) -> [usize; 2] {
        [self.spikes.high_water, self.queues.iter().map(|queue| queue.high_water).max().unwrap_or(0)]
    }
}
