//! Rings of flits and of credits, all of one kind in one vector.

use super::STRIDE;
use crate::time::mesh::{Cycle, Flit, Shape, port};

/// FIFOs of equal depth; a flit lies in its slot from its grant on, and may be read from its own cycle on.
#[derive(Clone, Debug)]
pub struct Fifos {
    mask: usize,
    shift: u32,
    rings: Vec<(u16, u16)>,
    slots: Vec<(Flit, Cycle)>,
}

impl Fifos {
    /// `count` empty FIFOs.
    pub fn new(count: usize, depth: u32) -> Self {
        let size = depth.next_power_of_two() as usize;
        let slots = vec![(Flit::default(), 0); count * size];
        Self { mask: size - 1, shift: size.trailing_zeros(), rings: vec![(0, 0); count], slots }
    }

    pub fn is_empty(&self, fifo: usize) -> bool {
        self.rings[fifo].1 == 0
    }

    /// The head and the cycle from which it may be read.
    #[inline]
    pub fn front(&self, fifo: usize) -> (Flit, Cycle) {
        debug_assert!(!self.is_empty(fifo), "fifo {fifo} is empty");
        self.slots[(fifo << self.shift) + usize::from(self.rings[fifo].0)]
    }

    /// Adds a flit; whether it is the head.
    #[inline]
    pub fn push(&mut self, fifo: usize, flit: Flit, ready: Cycle) -> bool {
        let (head, len) = self.rings[fifo];
        debug_assert!(usize::from(len) <= self.mask, "fifo {fifo} overflows");
        self.slots[(fifo << self.shift) + ((usize::from(head) + usize::from(len)) & self.mask)] =
            (flit, ready);
        self.rings[fifo].1 = len + 1;
        len == 0
    }

    /// Takes the head.
    #[inline]
    pub fn pop(&mut self, fifo: usize) -> Flit {
        let flit = self.front(fifo).0;
        let (head, len) = self.rings[fifo];
        // An empty ring begins anew, in memory that is near.
        self.rings[fifo] = if len == 1 { (0, 0) } else { ((head + 1) & self.mask as u16, len - 1) };
        flit
    }

    /// All flits in some FIFOs.
    pub fn count(&self, fifos: std::ops::Range<usize>) -> u64 {
        self.rings[fifos].iter().map(|(_, len)| u64::from(*len)).sum()
    }

    /// Flits of a virtual channel in a FIFO.
    pub fn count_vc(&self, fifo: usize, vc: usize) -> usize {
        let (head, len) = self.rings[fifo];
        let slot =
            |i: u16| self.slots[(fifo << self.shift) + ((usize::from(head) + usize::from(i)) & self.mask)].0;
        (0..len).filter(|i| slot(*i).vc() == vc).count()
    }
}

#[derive(Clone, Debug)]
struct Channel {
    free: u16,
    head: u16,
    len: u16,
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
        let channel = |i: usize| Channel { free: depth(i / vcs) as u16, head: 0, len: 0, waits: false };
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
        let c = &mut self.channels[channel];
        while c.len > 0 && self.times[(channel << self.shift) + usize::from(c.head)] <= now {
            c.head = (c.head + 1) & self.mask as u16;
            c.len -= 1;
            c.free += 1;
        }
        if c.len == 0 {
            c.head = 0;
        }
        c.free > 0
    }

    /// Whether a credit is sure to be there in a cycle to come.
    #[inline]
    pub fn will_have(&self, channel: usize, at: Cycle) -> bool {
        let c = &self.channels[channel];
        c.free > 0 || c.len > 0 && self.times[(channel << self.shift) + usize::from(c.head)] <= at
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
        let slot = (usize::from(c.head) + usize::from(c.len)) & self.mask;
        self.times[(channel << self.shift) + slot] = at;
        c.len += 1;
        std::mem::take(&mut c.waits)
    }

    /// The cycle after `now` in which the next credit of some channels comes; without one on its way, the next to be
    /// given wakes.
    pub fn wait(&mut self, first: usize, now: Cycle) -> Option<Cycle> {
        for channel in first..first + self.vcs {
            self.has(channel, now);
        }
        let of = |channel: usize| {
            let c = &self.channels[channel];
            (c.len > 0).then(|| self.times[(channel << self.shift) + usize::from(c.head)])
        };
        let next = (first..first + self.vcs).filter_map(of).min();
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
