//! A core at the mesh: its two paths, and where it is in a step.

use std::collections::VecDeque;

use isa::timing::Timing;

use super::flights::Flights;
use super::plan::{Packet, Plan};
use super::receive::{Place, Receive};
use super::send::Transmit;
use crate::time::mesh::{Cycle, Ports};

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
    /// Cycles of the accumulation.
    pub accumulate: u64,
    /// Cycles of the lookups.
    pub axon_in: u64,
}

impl Spent {
    /// Least cycles of the receive path: lookups and fetches one behind the other, or side by side; accumulation
    /// always beside them.
    #[must_use]
    pub fn receive(&self, timing: &Timing) -> u64 {
        let serial = timing.core.receive_serial;
        let fetch = if serial { self.axon_in + self.synapse } else { self.axon_in.max(self.synapse) };
        fetch.max(self.accumulate)
    }
}

/// One core.
#[derive(Clone, Debug)]
pub struct Core {
    place: Place,
    receive: Receive,
    transmit: Transmit,
    /// Networks whose FLUSH has come.
    flushed: u32,
    /// FLUSH has come on all networks, and messages of the step are still served.
    waits: bool,
    /// The next call that was asked for.
    pub timer: Cycle,
    /// The cycle in which its units acted last.
    pub played: Cycle,
    /// Whether markers end its step.
    markers: bool,
}

impl Core {
    /// A core with nothing to do.
    #[must_use]
    pub fn new(id: u32, cores: u32, timing: &Timing, markers: bool) -> Self {
        Self {
            place: Place { id, cores },
            receive: Receive::new(timing),
            transmit: Transmit::new(timing),
            flushed: 0,
            waits: false,
            timer: Cycle::MAX,
            played: Cycle::MAX,
            markers,
        }
    }

    /// Begins a step in cycle `at` with a plan, which is exchanged for that of the step before. Where markers end the
    /// step, asks for the first call.
    pub fn begin(&mut self, at: Cycle, plan: &mut Plan, host: &mut VecDeque<Packet>, ports: &mut impl Ports) {
        self.flushed = 0;
        self.transmit.begin(at, plan, host, self.markers);
        if self.markers {
            let idle = self.transmit.is_idle() && ports.flush_at(self.place.id, self.epoch(), at);
            if idle {
                self.transmit.rest(at);
            } else {
                self.ask(at, ports);
            }
        }
    }

    /// Parity of the step it is in.
    #[must_use]
    pub const fn epoch(&self) -> bool {
        self.transmit.epoch()
    }

    /// Whether all its messages of this step are in the mesh, or on the way to it ahead of time.
    #[must_use]
    pub fn has_sent(&self) -> bool {
        self.transmit.has_sent()
    }

    /// Whether in cycle `now` all its messages of this step are in the mesh.
    #[must_use]
    pub fn has_sent_by(&self, now: Cycle) -> bool {
        self.has_sent() && self.transmit.ended() <= now
    }

    /// When its receive path is done with the messages of this step that it has taken.
    #[must_use]
    pub const fn receives_until(&self) -> Cycle {
        self.receive.ends(self.epoch())
    }

    /// Whether in cycle `now` nothing of any step is left there: then learning has the synapse memory for itself.
    #[must_use]
    pub const fn is_served(&self, now: Cycle) -> bool {
        self.receive.ends(false) <= now && self.receive.ends(true) <= now
    }

    /// Cycles of learning of the current step.
    #[must_use]
    pub const fn learning(&self) -> u64 {
        self.transmit.learning()
    }

    /// Phase 2 of a cycle: every unit does what it can. Asks for the next call; whether the core has become flushed.
    #[inline]
    pub fn cycle(
        &mut self,
        now: Cycle,
        timing: &Timing,
        flights: &mut Flights,
        ports: &mut impl Ports,
    ) -> bool {
        if self.timer <= now {
            self.timer = Cycle::MAX;
        }
        self.settle(now, timing, flights, ports);
        let sends = self.transmit.cycle(now, timing, self.place, (flights, ports));
        let mut next = sends.min(self.receive.wakes(now, timing, self.place, ports));
        let flushed = self.waits && self.receives_until() <= now;
        self.waits &= !flushed;
        if self.waits {
            next = next.min(self.receives_until());
        }
        if !self.markers && self.has_sent() && !self.has_sent_by(now) {
            next = next.min(self.transmit.ended());
        }
        self.ask(next, ports);
        flushed
    }

    /// Plays the receive path up to cycle `now` and with it.
    #[inline]
    pub fn settle(&mut self, now: Cycle, timing: &Timing, flights: &mut Flights, ports: &mut impl Ports) {
        self.receive.play(now, timing, self.place, (flights, ports));
    }

    /// When it takes the next of the flits that are there.
    #[inline]
    pub fn takes(&self, now: Cycle, timing: &Timing, ports: &impl Ports) -> Cycle {
        self.receive.next(now, timing, self.place, ports).0
    }

    /// Asks for a call, unless one is asked for already.
    #[inline]
    pub fn ask(&mut self, at: Cycle, ports: &mut impl Ports) {
        if at < self.timer {
            self.timer = at;
            ports.wake(self.place.id, at);
        }
    }

    /// FLUSH has come on a network: whether it has come on all and nothing of the step is left.
    pub fn flush(
        &mut self,
        now: Cycle,
        timing: &Timing,
        flights: &mut Flights,
        ports: &mut impl Ports,
    ) -> bool {
        self.flushed += 1;
        if self.flushed < timing.nets {
            return false;
        }
        self.settle(now, timing, flights, ports);
        self.waits = self.receives_until() > now;
        if self.waits {
            self.ask(self.receives_until(), ports);
        }
        !self.waits
    }

    /// When the units ended in the step that is left; the account begins anew.
    pub fn account(&mut self) -> Spent {
        let epoch = usize::from(self.epoch());
        let received = std::mem::take(&mut self.receive.spent[epoch]);
        let sent = std::mem::take(&mut self.transmit.spent[epoch]);
        let sent_end = std::mem::take(&mut self.transmit.interface.ends[epoch]);
        Spent {
            soma_end: sent.soma_end,
            sent_end,
            received_end: received.end,
            axon_out: sent.axon_out,
            synapse: received.synapse,
            accumulate: received.accumulate,
            axon_in: received.axon_in,
        }
    }

    /// The most items that its FIFOs held: spikes, lookups, transmit queues.
    #[must_use]
    pub fn high_water(&self) -> [usize; 3] {
        let [spikes, transmit] = self.transmit.high_water();
        [spikes, self.receive.high_water(), transmit]
    }
}
