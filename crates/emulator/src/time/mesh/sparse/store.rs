//! FIFOs of flits, and credits on their way back. What every flit looks at lies together, in few cache lines.

use super::STRIDE;
use crate::time::mesh::wiring::{NOWHERE, Wiring};
use crate::time::mesh::{Cycle, Flit, Shape, port};

/// A FIFO: its head, and where the credit of the head goes.
#[derive(Clone, Debug)]
pub struct Fifo {
    /// The head, if there is one.
    pub head: Flit,
    /// The cycle from which it may be read.
    pub ready: Cycle,
    /// The channel that a credit goes back to: that of virtual channel 0, where the FIFO takes all.
    pub back: u32,
    /// Cycles until it may be used.
    pub credit: u32,
    len: u16,
    /// Where in the ring the flit behind the head is.
    next: u16,
    /// Whether the wire comes from a router of another band.
    pub is_abroad: bool,
}

impl Fifo {
    /// Whether nothing is in it, shown or not.
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// FIFOs of equal depth; a flit lies in its slot from its grant on, and may be read from its own cycle on.
#[derive(Clone, Debug)]
pub struct Fifos {
    fifos: Vec<Fifo>,
    mask: usize,
    shift: u32,
    /// What is behind the heads.
    rings: Vec<(Flit, Cycle)>,
}

impl Fifos {
    /// The FIFOs of routers, a lane for each row and virtual channel; credits go to outputs or cores.
    pub fn of_lanes(shape: &Shape, wiring: &Wiring, channels: &Channels) -> Self {
        let vcs = shape.vcs as usize;
        let wire = |lane: usize| {
            let (row, vc) = (lane / vcs, lane % vcs);
            let back = match wiring.source[row] {
                NOWHERE => return (NOWHERE, 0),
                output if row % STRIDE < port::LOCAL => channels.of_output(output as usize) + vc,
                local => channels.of_core(local as usize) + vc,
            };
            (back as u32, wiring.credit[row])
        };
        Self::new(shape.routers() * STRIDE * vcs, shape.buffer, wire)
    }

    /// The FIFOs of cores, by local port.
    pub fn of_cores(shape: &Shape, wiring: &Wiring, channels: &Channels) -> Self {
        let wire = |local: usize| {
            let (router, slot) = shape.local(local);
            let row = router * STRIDE + port::LOCAL + slot;
            (channels.of_output(row) as u32, wiring.credit[row])
        };
        Self::new(shape.locals(), shape.receive * shape.vcs, wire)
    }

    fn new(count: usize, depth: u32, wire: impl Fn(usize) -> (u32, u32)) -> Self {
        let size = depth.next_power_of_two() as usize;
        let fifo = |(back, credit)| Fifo {
            head: Flit::default(),
            ready: 0,
            back,
            credit,
            len: 0,
            next: 0,
            is_abroad: false,
        };
        Self {
            fifos: (0..count).map(|at| fifo(wire(at))).collect(),
            mask: size - 1,
            shift: size.trailing_zeros(),
            rings: vec![(Flit::default(), 0); count * size],
        }
    }

    #[inline]
    pub fn is_empty(&self, fifo: usize) -> bool {
        self.fifos[fifo].is_empty()
    }

    /// A FIFO, of which the head is looked at.
    #[inline]
    pub fn of(&self, fifo: usize) -> &Fifo {
        &self.fifos[fifo]
    }

    /// Says that the wire of a FIFO comes from another band.
    pub fn set_abroad(&mut self, fifo: usize) {
        self.fifos[fifo].is_abroad = true;
    }

    /// The head and the cycle from which it may be read.
    #[inline]
    pub fn front(&self, fifo: usize) -> (Flit, Cycle) {
        debug_assert!(!self.is_empty(fifo), "fifo {fifo} is empty");
        (self.fifos[fifo].head, self.fifos[fifo].ready)
    }

    /// Adds a flit; whether it is the head.
    #[inline]
    pub fn push(&mut self, fifo: usize, flit: Flit, ready: Cycle) -> bool {
        let of = &mut self.fifos[fifo];
        let ahead = usize::from(of.len);
        of.len += 1;
        if ahead == 0 {
            (of.head, of.ready) = (flit, ready);
            return true;
        }
        debug_assert!(ahead <= self.mask, "fifo {fifo} overflows");
        let slot = (usize::from(of.next) + ahead - 1) & self.mask;
        self.rings[(fifo << self.shift) + slot] = (flit, ready);
        false
    }

    /// Takes the head.
    #[inline]
    pub fn pop(&mut self, fifo: usize) -> Flit {
        let of = &mut self.fifos[fifo];
        debug_assert!(of.len > 0, "fifo {fifo} is empty");
        let flit = of.head;
        of.len -= 1;
        if of.len > 0 {
            (of.head, of.ready) = self.rings[(fifo << self.shift) + usize::from(of.next)];
            of.next = (of.next + 1) & self.mask as u16;
        } else {
            // An empty ring begins anew, in memory that is near.
            of.next = 0;
        }
        flit
    }

    /// All flits in some FIFOs.
    pub fn count(&self, fifos: std::ops::Range<usize>) -> u64 {
        self.fifos[fifos].iter().map(|of| u64::from(of.len)).sum()
    }

    /// Flits of a virtual channel in a FIFO.
    pub fn count_vc(&self, fifo: usize, vc: usize) -> usize {
        let of = &self.fifos[fifo];
        let behind = (1..usize::from(of.len)).map(|i| {
            let slot = (usize::from(of.next) + i - 1) & self.mask;
            self.rings[(fifo << self.shift) + slot].0
        });
        let head = (of.len > 0).then_some(of.head);
        head.into_iter().chain(behind).filter(|flit| flit.vc() == vc).count()
    }
}

/// Credits of one wire: those there, and those on their way back.
#[derive(Clone, Debug)]
struct Channel {
    /// When the last on its way comes.
    last: Cycle,
    /// There when they were last counted.
    free: u16,
    /// On their way since then, or there by now.
    len: u16,
    /// Where in the ring the first of them is.
    next: u16,
    waits: bool,
}

/// Credits of every wire: those of router outputs `(row * vcs + vc)`, then those of cores `(local * vcs + vc)`.
#[derive(Clone, Debug)]
pub struct Channels {
    mask: usize,
    shift: u32,
    vcs: usize,
    cores_from: usize,
    channels: Vec<Channel>,
    times: Vec<Cycle>,
}

impl Channels {
    pub fn new(shape: &Shape) -> Self {
        let vcs = shape.vcs as usize;
        let rows = shape.routers() * STRIDE;
        let size = shape.buffer.max(shape.receive).next_power_of_two() as usize;
        let depth = |row: usize| {
            let to_core = row < rows && row % STRIDE >= port::LOCAL;
            if to_core { shape.receive } else { shape.buffer }
        };
        let channel =
            |i: usize| Channel { last: 0, free: depth(i / vcs) as u16, len: 0, next: 0, waits: false };
        let count = (rows + shape.locals()) * vcs;
        Self {
            mask: size - 1,
            shift: size.trailing_zeros(),
            vcs,
            cores_from: rows * vcs,
            channels: (0..count).map(channel).collect(),
            times: vec![0; count * size],
        }
    }

    /// The local port whose core a channel belongs to, if it does.
    pub const fn core_of(&self, channel: usize) -> Option<u32> {
        if channel < self.cores_from { None } else { Some(((channel - self.cores_from) / self.vcs) as u32) }
    }

    /// The first channel of a core's local port.
    pub fn of_core(&self, local: usize) -> usize {
        self.cores_from + local * self.vcs
    }

    /// The first channel of a router's output.
    pub fn of_output(&self, row: usize) -> usize {
        row * self.vcs
    }

    /// Whether a credit is there now.
    #[inline]
    pub fn has(&mut self, channel: usize, now: Cycle) -> bool {
        self.channels[channel].free > 0 || self.count(channel, now)
    }

    /// Counts the credits that have come; whether one has. Rare, for it is due only when those counted are spent.
    #[cold]
    fn count(&mut self, channel: usize, now: Cycle) -> bool {
        let c = &mut self.channels[channel];
        if c.last <= now {
            (c.free, c.len, c.next) = (c.free + c.len, 0, 0);
        }
        while c.len > 0 && self.times[(channel << self.shift) + usize::from(c.next)] <= now {
            c.free += 1;
            c.len -= 1;
            c.next = (c.next + 1) & self.mask as u16;
        }
        c.free > 0
    }

    /// The first cycle from `from` on in which a credit is sure to be there, if one is known.
    pub fn next(&self, channel: usize, from: Cycle) -> Option<Cycle> {
        let is_there = self.channels[channel].free > 0;
        if is_there { Some(from) } else { self.first(channel).map(|first| first.max(from)) }
    }

    /// When the first credit of a channel comes that is not counted.
    fn first(&self, channel: usize) -> Option<Cycle> {
        let c = &self.channels[channel];
        (c.len > 0).then(|| self.times[(channel << self.shift) + usize::from(c.next)])
    }

    /// Uses a credit, if one is there now.
    #[inline]
    pub fn take(&mut self, channel: usize, now: Cycle) -> bool {
        if self.channels[channel].free == 0 && !self.count(channel, now) {
            return false;
        }
        self.channels[channel].free -= 1;
        true
    }

    /// Whether a credit is sure to be there in a cycle to come.
    #[inline]
    pub fn will_have(&self, channel: usize, at: Cycle) -> bool {
        self.channels[channel].free > 0 || self.first(channel).is_some_and(|first| first <= at)
    }

    /// Uses a credit that is there.
    #[inline]
    pub fn spend(&mut self, channel: usize) {
        self.channels[channel].free -= 1;
    }

    /// A credit comes back at a cycle; whether somebody waits for it.
    #[inline]
    pub fn give(&mut self, channel: usize, at: Cycle) -> bool {
        let c = &mut self.channels[channel];
        let slot = usize::from(c.next + c.len) & self.mask;
        self.times[(channel << self.shift) + slot] = at;
        c.last = at;
        c.len += 1;
        std::mem::take(&mut c.waits)
    }

    /// The cycle after `now` in which the next credit of some channels comes; without one on its way, the next to be
    /// given wakes.
    pub fn wait(&mut self, first: usize, now: Cycle) -> Option<Cycle> {
        // One alone was counted when it was found empty.
        for channel in first..first + if self.vcs == 1 { 0 } else { self.vcs } {
            self.count(channel, now);
        }
        let next = (first..first + self.vcs).filter_map(|channel| self.first(channel)).min();
        if next.is_none() {
            self.channels[first..first + self.vcs].iter_mut().for_each(|c| c.waits = true);
        }
        next
    }

    /// Credits held and on their way.
    pub fn held(&self, channel: usize) -> [usize; 2] {
        let c = &self.channels[channel];
        [usize::from(c.free), usize::from(c.len)]
    }
}
