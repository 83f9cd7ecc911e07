//! The receive path of a core: axon lookup, then the synapse fetch, then the accumulation where that costs something.
//!
//! Nothing downstream holds it up, so all times of a message are known when it is taken, and messages may be taken behind
//! time: up to the cycle in which somebody asks. Only where the mesh waits for a slot does one need a call in its own cycle.

use isa::timing::Timing;

use super::accumulate::Accumulate;
use super::flights::Flights;
use super::lookups::Lookups;
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
    /// The first cycle in which another flit may be taken.
    take_from: Cycle,
    /// The network whose turn it is.
    net: u32,
    half: Option<u32>,
    lookups: Lookups,
    /// None where accumulation costs nothing and so is part of the fetch.
    accumulate: Option<Box<Accumulate>>,
    /// When the units end, by parity of the step.
    pub spent: [Received; 2],
}

impl Receive {
    /// At rest.
    pub fn new(timing: &Timing) -> Self {
        Self {
            take_from: 0,
            net: 0,
            half: None,
            lookups: Lookups::new(timing.fifo.axon_in),
            accumulate: (timing.core.accumulate > 0).then(|| Box::new(Accumulate::new(timing))),
            spent: [Received::default(); 2],
        }
    }

    /// When all messages of a step's parity are accumulated that are taken by now.
    #[inline]
    pub const fn ends(&self, epoch: bool) -> Cycle {
        self.spent[epoch as usize].end
    }

    /// Takes messages up to cycle `now` and in it.
    #[inline]
    pub fn play(
        &mut self,
        now: Cycle,
        timing: &Timing,
        place: Place,
        (flights, ports): (&mut Flights, &mut impl Ports),
    ) {
        while self.take_from <= now {
            let (at, net) = self.next(now, timing, place, ports);
            if at > now {
                return;
            }
            if let Some(flit) = ports.pop_behind(place.local(net), at) {
                self.take((at, net), flit, timing, flights);
            }
        }
    }

    /// The next cycle in which a flit that is there is taken, and over which network: over both in turn, but the second
    /// flit of a packet from where the first came.
    #[inline]
    pub fn next(&self, now: Cycle, timing: &Timing, place: Place, ports: &impl Ports) -> (Cycle, u32) {
        let from = self.take_from;
        let takes = |net: u32| ports.shows(place.local(net), now).map_or(Cycle::MAX, |at| at.max(from));
        let first = self.half.unwrap_or(self.net);
        let at = takes(first);
        if at <= from || timing.nets == 1 || self.half.is_some() {
            return (at, first);
        }
        let other = takes(1 - first);
        if other < at { (other, 1 - first) } else { (at, first) }
    }

    /// The cycle in which a flit is taken that waits for it.
    pub fn wakes(&self, now: Cycle, timing: &Timing, place: Place, ports: &impl Ports) -> Cycle {
        let mut nets = self.half.map_or(0..timing.nets, |net| net..net + 1);
        let waits = nets.any(|net| ports.waiting(place.local(net)));
        if waits { self.take_from.max(now + 1) } else { Cycle::MAX }
    }

    /// A flit is taken from a network. With the last of its packet all times of the message are known.
    #[inline]
    fn take(&mut self, (now, net): (Cycle, u32), flit: Flit, timing: &Timing, flights: &mut Flights) {
        self.take_from = now + 1;
        if !flit.tail() {
            self.half = Some(net);
            return;
        }
        self.half = None;
        self.net = if net + 1 == timing.nets { 0 } else { net + 1 };
        let (looked_up, packet) =
            (now + Cycle::from(timing.core.axon_in), &flights.get(flit.payload()).packet);
        let spent = &mut self.spent[usize::from(flit.epoch())];
        spent.axon_in += u64::from(timing.core.axon_in);
        spent.synapse += packet.cycles;
        let (pushed, start) = match timing.core.receive_serial {
            true => (looked_up, looked_up),
            false => self.lookups.pass(looked_up),
        };
        let (fetched, end) = match &mut self.accumulate {
            None => (start + packet.cycles, start + packet.cycles),
            Some(unit) => {
                spent.accumulate += unit.cycles(packet.synapses);
                unit.follow(start, packet)
            }
        };
        spent.end = spent.end.max(end);
        if timing.core.receive_serial {
            self.take_from = self.take_from.max(fetched);
        } else {
            self.take_from = self.take_from.max(pushed);
            self.lookups.fetch_from = fetched.max(start + 1);
        }
        flights.end(flit.payload());
    }

    /// The most lookups that waited.
    pub const fn high_water(&self) -> usize {
        self.lookups.high_water
    }
}
