//! The receive path of a core: axon lookup, then the synapse fetch, then the accumulation where that costs something.
//!
//! Nothing that the path does depends on what the mesh will do, so it is played behind time: up to the cycle in which
//! somebody asks. Only where the mesh waits for a slot to be freed does a lookup need a call in its own cycle.

use isa::timing::Timing;

use super::accumulate::Accumulate;
use super::flights::Flights;
use super::queue::Queue;
use crate::time::mesh::{Cycle, Flit, Ports};

/// Where a core hangs.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The core.
    pub id: u32,
    /// Cores of the board.
    pub cores: u32,
}

impl Place {
    /// The core's local port in a network.
    #[inline]
    #[must_use]
    pub const fn local(self, net: u32) -> u32 {
        net * self.cores + self.id
    }
}

/// When the units of the receive path ended their work of a step.
#[derive(Clone, Copy, Debug, Default)]
pub struct Received {
    /// The last message was accumulated.
    pub end: Cycle,
    /// Cycles of the lookups.
    pub axon_in: u64,
    /// Cycles of the fetch.
    pub synapse: u64,
    /// Cycles of the accumulation.
    pub accumulate: u64,
}

/// The units and the FIFOs between them.
#[derive(Clone, Debug)]
pub struct Receive {
    /// The message that is looked up, and when that ends or, where the FIFO behind is full, has a slot.
    axon_in: Option<(u32, Cycle)>,
    /// The first cycle in which another flit may be taken.
    take_from: Cycle,
    /// The network whose turn it is.
    net: u32,
    half: Option<u32>,
    lookups: Queue<u32>,
    /// The message that is fetched, and when that ends.
    synapse: Option<(u32, Cycle)>,
    /// Where nothing is fetched: from when on something may be.
    free_from: Cycle,
    /// None where accumulation costs nothing and so is part of the fetch.
    accumulate: Option<Box<Accumulate>>,
    /// Messages taken from the mesh and not yet accumulated, by parity of their step.
    pending: [u32; 2],
    /// When the units ended, by parity of the step.
    pub spent: [Received; 2],
}

impl Receive {
    /// At rest.
    pub fn new(timing: &Timing) -> Self {
        Self {
            axon_in: None,
            take_from: 0,
            net: 0,
            half: None,
            lookups: Queue::new(timing.fifo.axon_in),
            synapse: None,
            free_from: 0,
            accumulate: (timing.core.accumulate > 0).then(|| Box::new(Accumulate::new(timing))),
            pending: [0; 2],
            spent: [Received::default(); 2],
        }
    }

    /// Whether nothing of a step's parity is left in it, as of the cycle it was last played to.
    #[inline]
    pub const fn has_received(&self, epoch: bool) -> bool {
        self.pending[epoch as usize] == 0
    }

    /// Plays the path up to cycle `now` and with it.
    #[inline]
    pub fn play(
        &mut self,
        now: Cycle,
        timing: &Timing,
        place: Place,
        (flights, ports): (&mut Flights, &mut impl Ports),
    ) {
        loop {
            let next = self.next(now, timing, place, ports);
            if next.0 > now {
                break;
            }
            self.act(next, timing, place, (flights, ports));
        }
        self.settle(now, flights);
    }

    /// The lookup does what comes next.
    #[inline]
    fn act(
        &mut self,
        (at, net): (Cycle, u32),
        timing: &Timing,
        place: Place,
        (flights, ports): (&mut Flights, &mut impl Ports),
    ) {
        self.settle(at, flights);
        if self.axon_in.is_some() {
            self.take_from = self.take_from.max(at);
            self.end_look_up(at, timing, flights);
        } else if let Some(flit) = ports.pop_behind(place.local(net), at) {
            self.take((at, net), flit, timing, flights);
        }
    }

    /// The next cycle in which a lookup ends, or one in which a flit that is there is taken, and over which network: over
    /// both in turn, but the second flit of a packet from where the first came.
    #[inline]
    pub fn next(&self, now: Cycle, timing: &Timing, place: Place, ports: &impl Ports) -> (Cycle, u32) {
        if let Some((_, ready)) = self.axon_in {
            return (ready, 0);
        }
        let from = self.free_at(timing);
        let takes = |net: u32| ports.shows(place.local(net), now).map_or(Cycle::MAX, |at| at.max(from));
        let first = self.half.unwrap_or(self.net);
        let at = takes(first);
        if at <= from || timing.nets == 1 || self.half.is_some() {
            return (at, first);
        }
        let other = takes(1 - first);
        if other < at { (other, 1 - first) } else { (at, first) }
    }

    /// The first cycle in which a flit may be taken.
    #[inline]
    fn free_at(&self, timing: &Timing) -> Cycle {
        let busy = self.busy_until().filter(|_| timing.core.receive_serial).unwrap_or(0);
        self.take_from.max(busy)
    }

    /// Plays fetch and accumulation up to a cycle and with it.
    #[inline]
    fn settle(&mut self, now: Cycle, flights: &mut Flights) {
        loop {
            if let Some((id, end)) = self.synapse {
                if end > now {
                    return;
                }
                self.synapse = None;
                self.free_from = end;
                self.accumulated(end, id, flights);
            }
            let next = self.lookups.head().map(|(id, shows)| (id, shows.max(self.free_from)));
            let Some((id, start)) = next.filter(|(_, start)| *start <= now) else { break };
            self.lookups.pop(start);
            self.free_from = start + 1;
            self.fetch(start, id, flights);
        }
        if self.accumulate.is_some() {
            self.settle_accumulation(now, flights);
        }
    }

    /// Lets go of what the accumulation has done by now.
    fn settle_accumulation(&mut self, now: Cycle, flights: &mut Flights) {
        while let Some((id, end)) = self.accumulate.as_mut().and_then(|unit| unit.pop(now)) {
            self.accumulated(end, id, flights);
        }
    }

    fn fetch(&mut self, start: Cycle, id: u32, flights: &mut Flights) {
        let flight = flights.get(id);
        let cycles = flight.packet.cycles;
        let spent = &mut self.spent[usize::from(flight.epoch)];
        spent.synapse += cycles;
        if let Some(unit) = &mut self.accumulate {
            spent.accumulate += unit.cycles(flight.packet.synapses);
            self.free_from = self.free_from.max(unit.follow(start, id, &flight.packet));
        } else if cycles == 0 {
            self.accumulated(start, id, flights);
        } else {
            self.synapse = Some((id, start + cycles));
        }
    }

    fn accumulated(&mut self, at: Cycle, id: u32, flights: &mut Flights) {
        let epoch = usize::from(flights.get(id).epoch);
        self.pending[epoch] -= 1;
        self.spent[epoch].end = at;
        flights.end(id);
    }

    /// The next cycle in which a lookup ends, a fetch begins or a message is accumulated.
    pub fn next_end(&self) -> Cycle {
        let start = |(_, shows): (u32, Cycle)| shows.max(self.free_from);
        let accumulated = || self.accumulate.as_ref().and_then(|unit| unit.next());
        let next = self.synapse.map(|(_, end)| end).or_else(accumulated);
        let next = next.unwrap_or_else(|| self.lookups.head().map_or(Cycle::MAX, start));
        self.axon_in.map_or(next, |(_, ready)| next.min(ready))
    }

    /// The cycle in which a flit is taken that waits for it.
    pub fn wakes(&self, now: Cycle, timing: &Timing, place: Place, ports: &impl Ports) -> Cycle {
        let mut nets = self.half.map_or(0..timing.nets, |net| net..net + 1);
        if !nets.any(|net| ports.waiting(place.local(net))) {
            return Cycle::MAX;
        }
        let busy = self.busy_until().filter(|_| timing.core.receive_serial).unwrap_or(0);
        self.axon_in.map_or(busy.max(self.take_from).max(now + 1), |(_, ready)| ready)
    }

    /// Until when the fetch works, if it does.
    #[inline]
    fn busy_until(&self) -> Option<Cycle> {
        match self.accumulate {
            Some(_) => Some(self.free_from),
            None => self.synapse.map(|(_, end)| end),
        }
    }

    /// The first cycle in which the FIFO of lookups, which refused one, takes it.
    fn slot_free(&self, now: Cycle) -> Cycle {
        if !self.lookups.is_full() {
            return now + 1;
        }
        let busy = self.synapse.map_or(self.free_from, |(_, end)| end);
        self.lookups.head().map_or(now + 1, |(_, shows)| shows.max(busy) + 1)
    }

    /// A flit is taken from a network.
    #[inline]
    fn take(&mut self, (now, net): (Cycle, u32), flit: Flit, timing: &Timing, flights: &mut Flights) {
        self.take_from = now + 1;
        if self.half.is_none() {
            self.pending[usize::from(flit.epoch())] += 1;
        }
        if !flit.tail() {
            self.half = Some(net);
            return;
        }
        self.half = None;
        self.net = if net + 1 == timing.nets { 0 } else { net + 1 };
        self.axon_in = Some((flit.payload(), now + Cycle::from(timing.core.axon_in)));
        self.spent[usize::from(flit.epoch())].axon_in += u64::from(timing.core.axon_in);
        self.end_look_up(now, timing, flights);
    }

    #[inline]
    fn end_look_up(&mut self, now: Cycle, timing: &Timing, flights: &mut Flights) {
        let Some((id, ready)) = self.axon_in else { return };
        if ready > now {
            return;
        }
        if timing.core.receive_serial {
            self.axon_in = None;
            self.fetch(now, id, flights);
            if self.accumulate.is_some() {
                self.settle_accumulation(now, flights);
            }
        } else if self.lookups.push(now, id) {
            self.axon_in = None;
        } else {
            self.axon_in = Some((id, self.slot_free(now)));
        }
    }

    /// The most lookups that waited.
    pub const fn high_water(&self) -> usize {
        self.lookups.high_water
    }
}
