//! What is attached to the mesh, and what it may do there.

use super::{Cycle, Flit, Log, Shape};

/// Who made a flit, for the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The core, or [`Origin::NONE`] for a marker.
    pub source: u32,
    /// Which of its messages, from 0; both flits of a pair have the same.
    pub sequence: u32,
}

impl Origin {
    /// The origin of a marker.
    pub const NONE: Self = Self { source: u32::MAX, sequence: 0 };
}

/// Why an endpoint is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// At this local port a flit came to the head of an empty receive FIFO, or the credit came that a refused sending
    /// waits for.
    Port(u32),
    /// The time that was asked for with [`Ports::wake`] has come for this core.
    Core(u32),
}

/// The cores' side of the mesh.
pub trait Ports {
    /// Sends a flit over a local port, at most one a cycle. Without a credit it is refused, and the port is woken when
    /// one comes.
    fn send(&mut self, local: u32, flit: Flit) -> bool;

    /// Whether a flit may be sent over a local port in a cycle to come, because a credit is sure to be there by then. An
    /// engine that cannot tell says no.
    fn may_send(&mut self, _local: u32, _at: Cycle) -> bool {
        false
    }

    /// Sends a flit as of cycle `at`: now or, where [`Ports::may_send`] allows it, later.
    fn send_ahead(&mut self, local: u32, flit: Flit, _at: Cycle) -> bool {
        self.send(local, flit)
    }

    /// The cycle from which the flit at the head of a local port's receive FIFO may be taken, `now` or, in an engine
    /// that lets cores take behind time, earlier or later.
    fn shows(&self, local: u32, now: Cycle) -> Option<Cycle> {
        self.front(local).map(|_| now)
    }

    /// Takes that flit as of cycle `at`: not after now.
    fn pop_behind(&mut self, local: u32, _at: Cycle) -> Option<Flit> {
        self.pop(local)
    }

    /// Tells, or no longer, of every flit that comes to the head of a core's receive FIFOs, though it may be taken behind
    /// time.
    fn watch(&mut self, _core: u32, _on: bool) {}

    /// The flit at the head of a local port's receive FIFO, if one is there.
    fn front(&self, local: u32) -> Option<Flit>;

    /// Whether a flit has been at the head of a local port's receive FIFO, or will be in the next cycle, though nothing
    /// arrives, and must be taken in time: no other call comes for it.
    fn waiting(&self, local: u32) -> bool;

    /// Takes the flit at the head, at most one a cycle, and frees its slot. Markers are not taken; they come with
    /// [`Endpoint::flush`].
    fn pop(&mut self, local: u32) -> Option<Flit>;

    /// Asks for a call at a later cycle.
    fn wake(&mut self, core: u32, at: Cycle);

    /// Promises that a core sends nothing before cycle `at`, and then FLUSH of a parity over every network at once.
    /// Whether the mesh sees to that itself; else the core must.
    fn flush_at(&mut self, _core: u32, _epoch: bool, _at: Cycle) -> bool {
        false
    }

    /// Promises that the cores of a tile never send or take anything but markers, and never learn. Whether the mesh sees to
    /// them itself: it is told with [`Ports::rest`] when they begin a step, and tells with [`Endpoint::rested`] when they are
    /// done.
    fn quieten(&mut self, _tile: u32) -> bool {
        false
    }

    /// The cores of a tile that the mesh sees to send FLUSH of a parity in cycle `at`.
    fn rest(&mut self, _tile: u32, _epoch: bool, _at: Cycle) {}

    /// Ends [`Network::run`] after this cycle.
    fn halt(&mut self);

    /// Says that a core is flushed and has learned: it may advance.
    fn done(&mut self, core: u32);
}

/// What is attached to the local ports.
pub trait Endpoint {
    /// Whether it may take flits behind time. An engine that lets it then tells only of flits whose taking somebody waits
    /// for, and calls [`Endpoint::settle`] before it looks at a core's receive FIFOs.
    const BEHIND: bool = false;

    /// Takes what a core would have taken up to cycle `now` and with it.
    fn settle<P: Ports>(&mut self, _now: Cycle, _core: u32, _ports: &mut P) {}

    /// When a core takes the next of the flits that are at it.
    fn takes<P: Ports>(&mut self, _now: Cycle, _core: u32, _ports: &mut P) -> Cycle {
        Cycle::MAX
    }

    /// Phase 2 of a cycle in which something woke.
    fn cycle<P: Ports>(&mut self, now: Cycle, woken: &[Wake], ports: &mut P);

    /// Phase 3: a FLUSH of this parity left the receive FIFO of a local port.
    fn flush<P: Ports>(&mut self, now: Cycle, local: u32, epoch: bool, ports: &mut P);

    /// The cores of a tile that the mesh sees to are flushed and done in cycle `at`, which may be to come.
    fn rested(&mut self, _at: Cycle, _tile: u32) {}

    /// Phase 3: a tile advances to the next step.
    fn advance<P: Ports>(&mut self, now: Cycle, tile: u32, ports: &mut P);

    /// Who made the flit of this payload.
    fn origin(&self, payload: u32) -> Origin;

    /// When its first flit was sent, where the endpoint keeps that.
    fn sent(&self, _payload: u32) -> Option<Cycle> {
        None
    }
}

/// An engine.
pub trait Network: Ports {
    /// An empty mesh at cycle 0.
    fn new(shape: Shape) -> Self;

    /// Plays all cycles before `until`, or until the endpoint halts; cycles in which nothing can happen are skipped.
    fn run<E: Endpoint, L: Log>(&mut self, until: Cycle, endpoint: &mut E, log: &mut L);

    /// The first cycle that is not played yet.
    fn now(&self) -> Cycle;

    /// Flits sent into the mesh, taken out of it, and in it, of one network. Markers that routers make or consume
    /// count as sent or taken.
    fn flits(&self, net: u32) -> [u64; 3];

    /// Checks that on every wire credits held, credits in flight and flits in or on the way to the FIFO make up its
    /// depth, and that no flit got lost.
    ///
    /// # Errors
    /// The first wire where they do not.
    fn audit(&self) -> Result<(), String>;
}
