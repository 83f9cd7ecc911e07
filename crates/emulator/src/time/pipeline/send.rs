//! The transmit path of a core: the sweep over compartments, then the output axons, then the network interface.
//!
//! Sweep and axons act on the mesh only through the interface's FIFOs. They are played behind time, event by event, up
//! to the cycle in which the interface may have something to send; only that needs a call in its own cycle.

use std::collections::VecDeque;

use isa::timing::Timing;

use super::flights::Flights;
use super::interface::{Interface, Pushed};
use super::plan::{Packet, Plan};
use super::queue::Queue;
use super::receive::Place;
use crate::time::mesh::{Cycle, Ports};

/// When the units of the transmit path ended their work of a step.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sent {
    /// The sweep ended.
    pub soma_end: Cycle,
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
    /// Where messages leave.
    pub interface: Interface,
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
            interface: Interface::new(timing),
            spent: [Sent::default(); 2],
        }
    }

    /// Begins a step in cycle `at` with a plan, which is exchanged for the plan of the step before; whether markers end
    /// the step.
    pub fn begin(&mut self, at: Cycle, plan: &mut Plan, host: &mut VecDeque<Packet>, flush: bool) {
        self.epoch = !self.epoch;
        self.spent[usize::from(self.epoch)].soma_end = at;
        std::mem::swap(&mut self.plan, plan);
        std::mem::swap(&mut self.host, host);
        self.span = 0;
        self.next_at = at;
        self.interface.begin(self.epoch, flush);
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
        self.interface.rest();
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
        self.has_pushed() && self.interface.is_empty()
    }

    /// When the units ended their work of the step, as of the cycle it was last played to.
    pub fn ended(&self) -> Cycle {
        let step = usize::from(self.epoch);
        self.spent[step].soma_end.max(self.interface.ends[step])
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
        let mut at = if self.interface.is_refused() { now } else { now.max(self.next_at) };
        while at == now || at < Cycle::MAX && self.interface.is_sure(at, place, ports) {
            if !self.host.is_empty() {
                self.play(at.saturating_sub(1), timing, place, (flights, ports));
                self.host(at, place, flights);
            }
            self.play(at, timing, place, (flights, ports));
            let is_over = self.has_pushed();
            for net in 0..self.interface.nets() {
                let is_free = self.interface.transmit((at, net, is_over), place, (flights, ports));
                if is_free && self.axon_out.is_some() && self.axon_at == Cycle::MAX {
                    self.axon_at = at + 1;
                }
            }
            at = self.next(at, timing);
        }
        self.next_at = at;
        at
    }

    /// Plays sweep and axons up to a cycle and with it, and on as long as messages pass the interface.
    fn play(
        &mut self,
        until: Cycle,
        timing: &Timing,
        place: Place,
        (flights, ports): (&mut Flights, &mut impl Ports),
    ) {
        loop {
            let at = self.sweep_at.min(self.axon_at);
            if at > until && (at == Cycle::MAX || !self.may_run_on()) {
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

    /// Whether what comes next concerns nobody else, or only the mesh, which is sure to take what passes: messages wait
    /// nowhere, and the step does not end with it.
    fn may_run_on(&self) -> bool {
        let is_last_span = self.span >= self.plan.spans.len();
        let is_last = match self.axon_out {
            _ if self.sweep_at <= self.axon_at => is_last_span,
            Some((next, end)) => next + 1 >= end && self.spikes.is_empty() && is_last_span,
            None => is_last_span,
        };
        !is_last && self.interface.is_empty() && self.host.is_empty()
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
            let message = Pushed { at: now, packet: self.plan.packets[next as usize], place };
            if !self.interface.pass(message, flights, ports) && !self.interface.push(message, flights) {
                // The message that frees the next slot tells, but not one that only passes.
                let is_passed = self.interface.is_passed(now, &message.packet);
                self.axon_at = if is_passed { now + 1 } else { Cycle::MAX };
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

    /// Moves messages of the host into the interface, ahead of the core's own.
    fn host(&mut self, at: Cycle, place: Place, flights: &mut Flights) {
        while let Some(packet) = self.host.front().copied() {
            if !self.interface.push(Pushed { at, packet, place }, flights) {
                return;
            }
            self.host.pop_front();
        }
    }

    /// A cycle before which nothing reaches the mesh and no FLUSH is due, and not the sweep's end; a refused flit aside.
    fn next(&self, now: Cycle, timing: &Timing) -> Cycle {
        let sends = self.interface.next(now, self.has_pushed());
        let host = self.host.front().is_some_and(|packet| !self.interface.is_full(packet));
        if host || sends == now + 1 {
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
        axons.min(sweep).min(sends)
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
        [self.spikes.high_water, self.interface.high_water()]
    }
}
