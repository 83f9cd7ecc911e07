//! A FIFO between two units: what is pushed in a cycle shows in the next, a slot freed in a cycle is filled from the next.

use std::collections::VecDeque;

use crate::time::mesh::Cycle;

/// Items with the cycle of their pushing.
#[derive(Clone, Debug)]
pub struct Queue<T> {
    items: VecDeque<(T, Cycle)>,
    depth: usize,
    popped: (Cycle, usize),
    /// An item that passed through holds a slot in the cycles before this one.
    passes: Cycle,
    /// The most it ever held.
    pub high_water: usize,
}

impl<T: Copy> Queue<T> {
    /// An empty FIFO.
    pub const fn new(depth: u32) -> Self {
        let popped = (Cycle::MAX, 0);
        Self { items: VecDeque::new(), depth: depth as usize, popped, passes: 0, high_water: 0 }
    }

    /// Adds an item if there is a slot.
    #[inline]
    pub fn push(&mut self, now: Cycle, item: T) -> bool {
        let freed = if self.popped.0 == now { self.popped.1 } else { 0 };
        let inside = self.items.len() + usize::from(self.is_passed(now));
        let room = inside + freed < self.depth;
        if room {
            self.items.push_back((item, now));
            self.high_water = self.high_water.max(inside + 1);
        }
        room
    }

    /// Pushes an item that is taken in the next cycle; only where nothing is inside.
    #[inline]
    pub fn pass(&mut self, now: Cycle) {
        self.passes = now + 2;
        self.high_water = self.high_water.max(1);
    }

    /// Whether an item that passes through holds a slot.
    #[inline]
    pub const fn is_passed(&self, now: Cycle) -> bool {
        self.passes > now
    }

    /// The item at the head, if it shows.
    #[inline]
    pub fn front(&self, now: Cycle) -> Option<T> {
        self.items.front().filter(|(_, at)| *at < now).map(|(item, _)| *item)
    }

    /// The item at the head and the cycle from which it shows.
    #[inline]
    pub fn head(&self) -> Option<(T, Cycle)> {
        self.items.front().map(|(item, at)| (*item, at + 1))
    }

    /// Takes the item at the head, if it shows.
    #[inline]
    pub fn pop(&mut self, now: Cycle) -> Option<T> {
        let item = self.front(now)?;
        self.items.pop_front();
        self.popped = (now, if self.popped.0 == now { self.popped.1 + 1 } else { 1 });
        Some(item)
    }

    /// Whether nothing is in it, shown or not.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether every slot holds an item.
    pub fn is_full(&self) -> bool {
        self.items.len() >= self.depth
    }
}
