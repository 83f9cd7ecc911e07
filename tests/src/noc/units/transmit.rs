//! The transmit path of a core: SOM, q_spk, AXO, q_tx, NIF tx, and the FLUSH behind it all.

use std::collections::VecDeque;

use emulator::time::mesh::{Cycle, Flit, Kind, Ports};
use isa::timing::Timing;

use super::fifo::{Fifo, Unit};
use super::message::{Now, Sender};

/// The messages of a spike.
pub type Spike = VecDeque<u32>;

/// A compartment of the sweep.
#[derive(Clone, Debug, Default)]
pub struct Compartment {
    /// Cycles of SOM.
    pub cycles: u64,
    /// What it sends.
    pub spikes: VecDeque<Spike>,
}

/// What a core has to do in a step.
#[derive(Clone, Debug, Default)]
pub struct Todo {
    /// The first cycle of the sweep.
    pub start: Cycle,
    /// Parity of the step.
    pub odd: bool,
    /// Compartments in index order.
    pub sweep: VecDeque<Compartment>,
    /// Messages of the host, which leave through this core.
    pub host: VecDeque<u32>,
    /// Whether FLUSH follows.
    pub flush: bool,
}

/// What the units of the path did in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// When the sweep ended.
    pub sweep_end: Cycle,
    /// When the last message left.
    pub end: Cycle,
    /// Cycles of AXO.
    pub axon_out: u64,
}

/// The units of the path.
#[derive(Clone, Debug)]
pub struct Transmit {
    /// The core's local ports, by network.
    locals: Vec<u32>,
    /// What is left of this step.
    todo: Todo,
    som: Unit<()>,
    /// Spikes of the compartment that is in SOM.
    fired: VecDeque<Spike>,
    /// Spikes that wait for AXO.
    pub spikes: Fifo<Spike>,
    /// Messages of the spike that AXO works at.
    destinations: Spike,
    axo: Unit<u32>,
    sender: Sender,
    /// Messages that wait for the mesh, by network.
    pub queues: Vec<Fifo<u32>>,
    /// Flits of the message at the head that are in the mesh, by network.
    halves: Vec<usize>,
    /// Networks that got their FLUSH.
    flushed: Vec<bool>,
    /// Of this step.
    pub sent: Sent,
}

impl Transmit {
    /// At rest, before the first step.
    #[must_use]
    pub fn new(timing: &Timing, locals: Vec<u32>) -> Self {
        let nets = locals.len();
        Self {
            locals,
            todo: Todo::default(),
            som: Unit::new(),
            fired: VecDeque::new(),
            spikes: Fifo::new(timing.fifo.spike),
            destinations: Spike::new(),
            axo: Unit::new(),
            sender: Sender::default(),
            queues: vec![Fifo::new(timing.nif.transmit); nets],
            halves: vec![0; nets],
            flushed: vec![true; nets],
            sent: Sent::default(),
        }
    }

    /// Begins a step.
    pub fn begin(&mut self, todo: Todo) {
        assert!(self.has_sent(), "a step begins in the middle of another");
        self.flushed.fill(!todo.flush);
        self.sent.sweep_end = todo.start;
        self.todo = todo;
    }

    /// Parity of the step.
    #[must_use]
    pub const fn is_odd(&self) -> bool {
        self.todo.odd
    }

    /// Whether SOM, q_spk and AXO are empty, and the host has nothing left.
    fn has_fired(&self) -> bool {
        let som = self.todo.sweep.is_empty() && self.som.is_empty() && self.fired.is_empty();
        let axo = self.spikes.is_empty() && self.destinations.is_empty() && self.axo.is_empty();
        som && axo && self.todo.host.is_empty()
    }

    /// Whether all messages of the step are in the mesh.
    #[must_use]
    pub fn has_sent(&self) -> bool {
        self.has_fired() && self.queues.iter().all(Fifo::is_empty)
    }

    /// Phase 2 of a cycle: the host, SOM, AXO, NIF tx.
    pub fn cycle(&mut self, now: &mut Now, ports: &mut impl Ports) {
        if now.cycle < self.todo.start {
            return;
        }
        while let Some(id) = self.todo.host.front().copied()
            && self.queue(now, id)
        {
            self.todo.host.pop_front();
        }
        if now.timing.core.transmit_serial {
            self.one_unit(now);
        } else {
            self.sweep(now.cycle);
            self.axons(now);
        }
        for net in 0..self.queues.len() {
            self.inject(now, net, ports);
        }
    }

    /// SOM: a compartment after the other; its spikes go to q_spk, one a cycle, where there is room.
    fn sweep(&mut self, now: Cycle) {
        self.fire(now);
        if self.next_compartment(now) {
            self.fire(now);
        }
    }

    fn next_compartment(&mut self, now: Cycle) -> bool {
        if !self.som.is_free(now) {
            return false;
        }
        let Some(compartment) = self.todo.sweep.pop_front() else { return false };
        self.som.begin(now, (), compartment.cycles);
        self.fired = compartment.spikes;
        true
    }

    fn fire(&mut self, now: Cycle) {
        if self.som.finished(now).is_none() {
            return;
        }
        if self.spikes.may_push(now)
            && let Some(spike) = self.fired.pop_front()
        {
            self.spikes.push(now, spike);
        }
        self.end_compartment(now);
    }

    fn end_compartment(&mut self, now: Cycle) {
        if self.som.finished(now).is_some() && self.fired.is_empty() {
            self.som.release();
            self.sent.sweep_end = now;
        }
    }

    /// AXO: a message after the other, a spike after the other.
    fn axons(&mut self, now: &mut Now) {
        self.address(now);
        if self.axo.is_free(now.cycle) && self.destinations.is_empty() {
            self.destinations = self.spikes.take(now.cycle).unwrap_or_default();
        }
        self.next_message(now);
    }

    fn next_message(&mut self, now: &mut Now) {
        if self.axo.is_free(now.cycle)
            && let Some(id) = self.destinations.pop_front()
        {
            let cycles = u64::from(now.timing.core.axon_out);
            self.axo.begin(now.cycle, id, cycles);
            self.sent.axon_out += cycles;
            self.address(now);
        }
    }

    /// A finished message goes to the queue of its network.
    fn address(&mut self, now: &mut Now) {
        if let Some(id) = self.axo.finished(now.cycle)
            && self.queue(now, id)
        {
            self.axo.release();
        }
    }

    /// Numbers a message and lets it wait for the mesh, where its network has room.
    fn queue(&mut self, now: &mut Now, id: u32) -> bool {
        let message = &mut now.messages[id as usize];
        let queue = &mut self.queues[self.sender.net(message, now.timing)];
        let room = queue.has_room(now.cycle);
        if room {
            self.sender.number(message);
            queue.push(now.cycle, id);
        }
        room
    }

    /// SOM and AXO as one unit: the messages of a compartment before the next compartment.
    fn one_unit(&mut self, now: &mut Now) {
        self.send(now);
        if self.next_compartment(now.cycle) {
            self.send(now);
        }
    }

    /// What the finished compartment sends; with the last message the unit is free.
    fn send(&mut self, now: &mut Now) {
        self.address(now);
        if self.som.finished(now.cycle).is_none() {
            return;
        }
        if self.axo.is_empty() && self.destinations.is_empty() {
            self.destinations = self.fired.pop_front().unwrap_or_default();
        }
        self.next_message(now);
        if self.axo.is_empty() && self.destinations.is_empty() {
            self.end_compartment(now.cycle);
        }
    }

    /// NIF tx: a flit a cycle into each network; behind the last of the step, FLUSH.
    fn inject(&mut self, now: &Now, net: usize, ports: &mut impl Ports) {
        if let Some(id) = self.queues[net].head(now.cycle).copied() {
            let flits = now.messages[id as usize].flits();
            if ports.send(self.locals[net], flits[self.halves[net]]) {
                self.sent.end = now.cycle;
                self.halves[net] += 1;
            }
            if self.halves[net] == flits.len() {
                self.halves[net] = 0;
                self.queues[net].take(now.cycle);
            }
        } else if !self.flushed[net] && self.has_fired() && self.queues[net].is_empty() {
            self.flushed[net] = ports.send(self.locals[net], Flit::marker(Kind::Flush, self.todo.odd));
        }
    }
}
