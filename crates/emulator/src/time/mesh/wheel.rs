//! A wheel of events: some cycles near, a heap beyond. A wheel no longer than the usual delay stays in the cache.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Cycle;

/// Events by cycle; within a cycle in no promised order.
#[derive(Clone, Debug)]
pub struct Wheel {
    slots: Vec<Vec<u32>>,
    filled: Vec<u64>,
    far: BinaryHeap<Reverse<(Cycle, u32)>>,
    now: Cycle,
}

impl Wheel {
    /// A wheel of at least `cycles` near cycles.
    #[must_use]
    pub fn new(cycles: u32) -> Self {
        let slots = cycles.next_power_of_two().max(64) as usize;
        Self { slots: vec![Vec::new(); slots], filled: vec![0; slots / 64], far: BinaryHeap::new(), now: 0 }
    }

    #[inline]
    const fn slot(&self, at: Cycle) -> usize {
        at as usize & (self.slots.len() - 1)
    }

    /// Adds an event at `at`, not before the cycle last taken.
    #[inline]
    pub fn push(&mut self, at: Cycle, event: u32) {
        debug_assert!(at >= self.now, "event at {at}, already {}", self.now);
        if at - self.now < self.slots.len() as Cycle {
            let slot = self.slot(at);
            self.slots[slot].push(event);
            self.filled[slot / 64] |= 1 << (slot % 64);
        } else {
            self.far.push(Reverse((at, event)));
        }
    }

    /// The cycle of the first event.
    #[must_use]
    pub fn next(&self) -> Option<Cycle> {
        let far = self.far.peek().map(|Reverse((at, _))| *at);
        let near = self.next_near();
        match (near, far) {
            (Some(near), Some(far)) => Some(near.min(far)),
            (near, far) => near.or(far),
        }
    }

    fn next_near(&self) -> Option<Cycle> {
        let (start, words) = (self.slot(self.now), self.filled.len());
        let (first, bit) = (start / 64, start % 64);
        let found = |word: usize, bits: u64| word * 64 + bits.trailing_zeros() as usize;
        let ahead = self.filled[first] >> bit << bit;
        let slot = if ahead != 0 {
            found(first, ahead)
        } else {
            let word = (1..=words).map(|step| (first + step) % words).find(|word| self.filled[*word] != 0)?;
            found(word, self.filled[word])
        };
        Some(self.now + ((slot + self.slots.len() - start) & (self.slots.len() - 1)) as Cycle)
    }

    /// Moves the events of cycle `at` into `events` (which is cleared) and goes on to that cycle. Events added for
    /// `at` from now on are taken by the next call for it.
    pub fn take(&mut self, at: Cycle, events: &mut Vec<u32>) {
        self.now = at;
        events.clear();
        while let Some(Reverse((due, event))) = self.far.peek().copied() {
            if due - at >= self.slots.len() as Cycle {
                break;
            }
            self.far.pop();
            self.push(due, event);
        }
        let slot = self.slot(at);
        std::mem::swap(&mut self.slots[slot], events);
        self.filled[slot / 64] &= !(1 << (slot % 64));
    }
}

#[cfg(test)]
mod tests {
    use super::Wheel;

    #[test]
    fn events_come_in_time_near_and_far() {
        let mut wheel = Wheel::new(4096);
        let times = [5, 4099, 4100, 70, 0, 1_000_000, 8200, 63, 64, 4095, 4096];
        for (event, at) in times.into_iter().enumerate() {
            wheel.push(at, event as u32);
        }
        let (mut seen, mut events) = (Vec::new(), Vec::new());
        while let Some(at) = wheel.next() {
            wheel.take(at, &mut events);
            seen.extend(events.iter().map(|event| (at, times[*event as usize])));
        }
        let mut sorted = times;
        sorted.sort_unstable();
        assert_eq!(seen, sorted.map(|at| (at, at)));
    }
}
