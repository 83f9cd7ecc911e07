//! A wheel of events: cycles that are near one by one, those ahead in blocks, and a heap beyond.
//!
//! What goes on in a mesh is mostly a few cycles ahead, so the near cycles lie in few cache lines.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Cycle;

/// Cycles of a block.
const BLOCK: Cycle = 64;
/// Blocks that are near: the current one and those behind it.
const NEAR_BLOCKS: usize = 16;
/// Cycles that are near.
const NEAR: usize = NEAR_BLOCKS * BLOCK as usize;
/// Blocks until the wheel has gone round.
const BLOCKS: usize = 256;
/// Events that the slot of a near cycle holds itself.
const EVENTS: usize = 15;

/// The events of a near cycle.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
pub struct Slot {
    /// How many; one more than it holds, where there are others.
    len: u32,
    events: [u32; EVENTS],
}

impl Slot {
    /// The events that it holds.
    #[inline]
    #[must_use]
    pub fn events(&self) -> &[u32] {
        &self.events[..EVENTS.min(self.len as usize)]
    }

    /// Whether there are others, for [`Wheel::take_more`].
    #[inline]
    #[must_use]
    pub const fn has_more(&self) -> bool {
        self.len as usize > EVENTS
    }
}

/// Events by cycle; within a cycle in no promised order.
#[derive(Clone, Debug)]
pub struct Wheel {
    /// The cycle last taken.
    now: Cycle,
    /// Its block.
    block: u64,
    /// The first cycle that is not near.
    near_until: Cycle,
    near: Vec<Slot>,
    /// What finds no place in a slot.
    more: Vec<Vec<u32>>,
    /// By near cycle: whether it has events.
    filled: [u64; NEAR_BLOCKS],
    ahead: Vec<Vec<(Cycle, u32)>>,
    /// By block ahead: whether it has events.
    filled_ahead: [u64; BLOCKS / 64],
    far: BinaryHeap<Reverse<(Cycle, u32)>>,
}

impl Default for Wheel {
    fn default() -> Self {
        Self {
            now: 0,
            block: 0,
            near_until: NEAR as Cycle,
            near: vec![Slot::default(); NEAR],
            more: vec![Vec::new(); NEAR],
            filled: [0; NEAR_BLOCKS],
            ahead: vec![Vec::new(); BLOCKS],
            filled_ahead: [0; BLOCKS / 64],
            far: BinaryHeap::new(),
        }
    }
}

impl Wheel {
    /// Adds an event at `at`, not before the cycle last taken.
    #[inline]
    pub fn push(&mut self, at: Cycle, event: u32) {
        debug_assert!(at >= self.now, "event at {at}, already {}", self.now);
        if at < self.near_until {
            self.push_near(at, event);
        } else {
            self.push_ahead(at, event);
        }
    }

    #[inline]
    fn push_near(&mut self, at: Cycle, event: u32) {
        let slot = at as usize % NEAR;
        let of = &mut self.near[slot];
        if let Some(place) = of.events.get_mut(of.len as usize) {
            *place = event;
            of.len += 1;
        } else {
            of.len = EVENTS as u32 + 1;
            self.more[slot].push(event);
        }
        self.filled[slot / 64] |= 1 << (slot % 64);
    }

    fn push_ahead(&mut self, at: Cycle, event: u32) {
        let block = at / BLOCK;
        if block - self.block < BLOCKS as u64 {
            let place = block as usize % BLOCKS;
            self.ahead[place].push((at, event));
            self.filled_ahead[place / 64] |= 1 << (place % 64);
        } else {
            self.far.push(Reverse((at, event)));
        }
    }

    /// The cycle of the first event.
    #[must_use]
    #[inline]
    pub fn next(&self) -> Option<Cycle> {
        for block in self.block..self.block + NEAR_BLOCKS as u64 {
            let filled = self.filled[block as usize % NEAR_BLOCKS];
            if filled != 0 {
                return Some(block * BLOCK + Cycle::from(filled.trailing_zeros()));
            }
        }
        self.next_ahead()
    }

    fn next_ahead(&self) -> Option<Cycle> {
        let (start, words) = (self.block as usize % BLOCKS, self.filled_ahead.len());
        let filled = |step: usize| {
            let word = (start / 64 + step) % words;
            let bits = self.filled_ahead[word];
            // The first word is looked at twice: from the current block on, and at the end up to it.
            let bits = match step {
                0 => bits >> (start % 64) << (start % 64),
                _ => bits,
            };
            (bits != 0).then(|| word * 64 + bits.trailing_zeros() as usize)
        };
        let block = (0..=words).find_map(filled);
        let first = block.and_then(|block| self.ahead[block].iter().map(|(at, _)| *at).min());
        // A block that is not full circle away comes before all that is beyond.
        first.or_else(|| self.far.peek().map(|Reverse((at, _))| *at))
    }

    /// Goes on to cycle `at`, and takes its event if there is but one.
    #[inline]
    pub fn take_lone(&mut self, at: Cycle) -> Option<u32> {
        if at / BLOCK != self.block {
            self.go_to(at / BLOCK);
        }
        self.now = at;
        let slot = at as usize % NEAR;
        let of = &mut self.near[slot];
        if of.len != 1 {
            return None;
        }
        of.len = 0;
        self.filled[slot / 64] &= !(1 << (slot % 64));
        Some(of.events[0])
    }

    /// Takes the events of the cycle it has gone on to. Events added for that cycle from now on are taken by the next
    /// call.
    #[inline]
    pub fn take(&mut self) -> Slot {
        let slot = self.now as usize % NEAR;
        let of = self.near[slot];
        self.near[slot].len = 0;
        self.filled[slot / 64] &= !(1 << (slot % 64));
        of
    }

    /// Moves the events of the cycle last taken that its slot does not hold behind those of `events`.
    #[cold]
    pub fn take_more(&mut self, events: &mut Vec<u32>) {
        events.append(&mut self.more[self.now as usize % NEAR]);
    }

    /// Goes on to a block: what is in it and in those behind it becomes near.
    #[cold]
    fn go_to(&mut self, block: u64) {
        let from = (self.block + NEAR_BLOCKS as u64).max(block);
        self.block = block;
        self.near_until = block * BLOCK + NEAR as Cycle;
        while let Some(Reverse((at, event))) = self.far.peek().copied() {
            if at / BLOCK - block >= BLOCKS as u64 {
                break;
            }
            self.far.pop();
            self.push(at, event);
        }
        for near in from..block + NEAR_BLOCKS as u64 {
            let place = near as usize % BLOCKS;
            let bit = 1 << (place % 64);
            if self.filled_ahead[place / 64] & bit == 0 {
                continue;
            }
            self.filled_ahead[place / 64] &= !bit;
            let mut events = std::mem::take(&mut self.ahead[place]);
            events.drain(..).for_each(|(at, event)| self.push_near(at, event));
            self.ahead[place] = events;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Wheel;

    #[test]
    fn events_come_in_time_near_and_far() {
        let mut wheel = Wheel::default();
        let times = [5, 4099, 4100, 70, 0, 1_000_000, 8200, 63, 64, 4095, 4096];
        for (event, at) in times.into_iter().enumerate() {
            wheel.push(at, event as u32);
        }
        let mut seen = Vec::new();
        while let Some(at) = wheel.next() {
            let mut events = Vec::from_iter(wheel.take_lone(at));
            events.extend(wheel.take().events());
            wheel.take_more(&mut events);
            seen.extend(events.iter().map(|event| (at, times[*event as usize])));
        }
        let mut sorted = times;
        sorted.sort_unstable();
        assert_eq!(seen, sorted.map(|at| (at, at)));
    }
}
