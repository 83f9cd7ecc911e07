//! The network interface of a core, sending side: a FIFO for each network, one flit a cycle, FLUSH behind the last.

use isa::timing::{NetChoice, Timing};

use super::flights::{Flight, Flights};
use super::plan::Packet;
use super::queue::Queue;
use super::receive::Place;
use crate::time::mesh::{Cycle, Flit, Kind, Ports};

/// A message on the way into the interface: in which cycle, from whom.
#[derive(Clone, Copy, Debug)]
pub struct Pushed {
    /// The cycle of its output axon.
    pub at: Cycle,
    /// The message.
    pub packet: Packet,
    /// The core.
    pub place: Place,
}

/// The FIFOs and what of their heads is sent.
#[derive(Clone, Debug)]
pub struct Interface {
    /// Parity of the step.
    epoch: bool,
    choice: NetChoice,
    queues: Vec<Queue<u32>>,
    /// Flits of the head that are sent.
    parts: [u32; 2],
    /// The cycle in which the last flit was sent, which may be ahead.
    sent_at: [Cycle; 2],
    refused: [bool; 2],
    owes_flush: [bool; 2],
    other_net: bool,
    sequence: u32,
    /// When the last flit of a step was sent, by parity of the step.
    pub ends: [Cycle; 2],
}

impl Interface {
    /// At rest.
    pub fn new(timing: &Timing) -> Self {
        Self {
            epoch: true,
            choice: timing.choice,
            queues: (0..timing.nets).map(|_| Queue::new(timing.nif.transmit)).collect(),
            parts: [0; 2],
            sent_at: [0; 2],
            refused: [false; 2],
            owes_flush: [false; 2],
            other_net: false,
            sequence: 0,
            ends: [0; 2],
        }
    }

    /// Begins a step; whether FLUSH ends it.
    pub fn begin(&mut self, epoch: bool, flush: bool) {
        self.epoch = epoch;
        self.owes_flush = [flush; 2];
    }

    /// Others send FLUSH.
    pub const fn rest(&mut self) {
        self.owes_flush = [false; 2];
    }

    /// Networks.
    pub const fn nets(&self) -> usize {
        self.queues.len()
    }

    /// Whether nothing is in its FIFOs.
    pub fn is_empty(&self) -> bool {
        self.queues.iter().all(Queue::is_empty)
    }

    /// Whether a flit waits for a credit.
    pub const fn is_refused(&self) -> bool {
        self.refused[0] || self.refused[1]
    }

    /// Whether nothing that is sent in a cycle to come can be refused.
    pub fn is_sure(&self, at: Cycle, place: Place, ports: &mut impl Ports) -> bool {
        (0..self.nets()).all(|net| !self.refused[net] && ports.may_send(place.local(net as u32), at))
    }

    /// The network of the next message.
    fn net(&self, packet: &Packet) -> usize {
        packet.net(self.choice, self.other_net, self.nets())
    }

    /// Whether the FIFO of a message has no slot.
    pub fn is_full(&self, packet: &Packet) -> bool {
        self.queues[self.net(packet)].is_full()
    }

    /// Whether a message that passed through still holds a slot where another goes, and frees it untold.
    pub fn is_passed(&self, now: Cycle, packet: &Packet) -> bool {
        self.queues[self.net(packet)].is_passed(now)
    }

    /// Sends a message in the next cycle, where it would be alone and the mesh is sure to take it.
    #[inline]
    pub fn pass(&mut self, message: Pushed, flights: &mut Flights, ports: &mut impl Ports) -> bool {
        let Pushed { at: now, packet, place } = message;
        let net = self.net(&packet);
        let (at, local) = (now + 1, place.local(net as u32));
        let queue = &mut self.queues[net];
        let is_alone = packet.flits == 1 && queue.is_empty() && !queue.is_passed(now);
        if !is_alone || !ports.may_send(local, at) {
            return false;
        }
        queue.pass(now);
        let (sequence, epoch) = (self.sequence, self.epoch);
        let id = flights.add(Flight { packet, source: place.id, sequence, epoch, sent: at });
        let is_sent = ports.send_ahead(local, packet.flit.carrying(id).with_epoch(epoch), at);
        debug_assert!(is_sent, "the mesh took what it was sure to take");
        self.count(net, at);
        self.follow();
        true
    }

    /// Puts a message into its FIFO, if there is a slot.
    pub fn push(&mut self, message: Pushed, flights: &mut Flights) -> bool {
        let Pushed { at, packet, place } = message;
        let (net, sequence, epoch) = (self.net(&packet), self.sequence, self.epoch);
        let id = flights.add(Flight { packet, source: place.id, sequence, epoch, sent: 0 });
        let is_pushed = self.queues[net].push(at, id);
        if is_pushed {
            self.follow();
        } else {
            flights.end(id);
        }
        is_pushed
    }

    /// Another message will be next.
    const fn follow(&mut self) {
        self.other_net = !self.other_net;
        self.sequence += 1;
    }

    /// A flit of a message is sent.
    fn count(&mut self, net: usize, at: Cycle) {
        self.sent_at[net] = at;
        let end = &mut self.ends[usize::from(self.epoch)];
        *end = at.max(*end);
    }

    /// Sends a flit of the head, or FLUSH where nothing else is left of the step; whether a slot became free.
    #[inline]
    pub fn transmit(
        &mut self,
        (now, net, is_over): (Cycle, usize, bool),
        place: Place,
        (flights, ports): (&mut Flights, &mut impl Ports),
    ) -> bool {
        if self.queues[net].is_empty() && !self.owes_flush[net] || self.sent_at[net] >= now {
            return false;
        }
        let local = place.local(net as u32);
        if let Some(id) = self.queues[net].front(now) {
            let Flight { packet, epoch, .. } = flights.get(id);
            let (part, last) = (self.parts[net], self.parts[net] + 1 == packet.flits);
            let flit = packet.flit.carrying(id).with_epoch(*epoch);
            let flit = if packet.header && part == 0 { flit.with_kind(Kind::Header) } else { flit };
            self.refused[net] = !ports.send_ahead(local, if last { flit } else { flit.head() }, now);
            if self.refused[net] {
                return false;
            }
            if part == 0 {
                flights.sent(id, now);
            }
            self.parts[net] = if last { 0 } else { part + 1 };
            self.count(net, now);
            last && self.queues[net].pop(now).is_some()
        } else {
            if self.may_flush(net, is_over) {
                self.refused[net] = !ports.send_ahead(local, Flit::marker(Kind::Flush, self.epoch), now);
                self.owes_flush[net] = self.refused[net];
            }
            false
        }
    }

    /// Whether only FLUSH is left to be sent over a network; `is_over` says that no message will come.
    fn may_flush(&self, net: usize, is_over: bool) -> bool {
        is_over && self.owes_flush[net] && self.queues[net].is_empty()
    }

    /// The next cycle in which it sends something, a refused flit aside.
    pub fn next(&self, now: Cycle, is_over: bool) -> Cycle {
        let sends = |net: usize| {
            let shows = match self.queues[net].head() {
                Some((_, shows)) => shows,
                None if self.may_flush(net, is_over) => 0,
                None => return Cycle::MAX,
            };
            if self.refused[net] { Cycle::MAX } else { shows.max(self.sent_at[net].max(now) + 1) }
        };
        (0..self.nets()).map(sends).fold(Cycle::MAX, Cycle::min)
    }

    /// The most items that its FIFOs held.
    pub fn high_water(&self) -> usize {
        self.queues.iter().map(|queue| queue.high_water).max().unwrap_or(0)
    }
}
