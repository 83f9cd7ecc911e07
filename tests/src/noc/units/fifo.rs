//! The two bricks of a core: a FIFO, and a unit that is busy with one item at a time.

use std::collections::VecDeque;

use emulator::time::mesh::Cycle;

/// A FIFO. What is pushed in a cycle can be taken from the next; a slot freed in a cycle can be filled from the next.
#[derive(Clone, Debug)]
pub struct Fifo<T> {
    /// Items, and when each was pushed.
    items: VecDeque<(T, Cycle)>,
    depth: usize,
    /// When the last item was taken.
    taken: Option<Cycle>,
    /// When the last item was pushed.
    pushed: Option<Cycle>,
    /// The most items it ever held.
    pub most: usize,
}

impl<T> Fifo<T> {
    /// An empty FIFO of some slots.
    #[must_use]
    pub const fn new(depth: u32) -> Self {
        Self { items: VecDeque::new(), depth: depth as usize, taken: None, pushed: None, most: 0 }
    }

    /// Whether an item may be pushed.
    #[must_use]
    pub fn has_room(&self, now: Cycle) -> bool {
        self.items.len() + usize::from(self.taken == Some(now)) < self.depth
    }

    /// Whether an item may be pushed by a unit that pushes one a cycle.
    #[must_use]
    pub fn may_push(&self, now: Cycle) -> bool {
        self.has_room(now) && self.pushed != Some(now)
    }

    /// Pushes an item; there must be room.
    ///
    /// # Panics
    /// Where there is none.
    pub fn push(&mut self, now: Cycle, item: T) {
        assert!(self.has_room(now), "pushed into a full FIFO");
        self.items.push_back((item, now));
        self.pushed = Some(now);
        self.most = self.most.max(self.items.len());
    }

    /// The item at the head, if it can be taken.
    #[must_use]
    pub fn head(&self, now: Cycle) -> Option<&T> {
        self.items.front().filter(|(_, pushed)| *pushed < now).map(|(item, _)| item)
    }

    /// Takes the item at the head.
    pub fn take(&mut self, now: Cycle) -> Option<T> {
        self.head(now)?;
        assert_ne!(self.taken.replace(now), Some(now), "two items taken in one cycle");
        self.items.pop_front().map(|(item, _)| item)
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

/// A unit: takes an item, is busy for its cost, and holds the result until somebody takes that. It takes at most one
/// item a cycle.
#[derive(Clone, Copy, Debug)]
pub struct Unit<T> {
    /// The item and when it is finished.
    item: Option<(T, Cycle)>,
    began: Option<Cycle>,
}

impl<T: Copy> Unit<T> {
    /// A unit at rest.
    #[must_use]
    pub const fn new() -> Self {
        Self { item: None, began: None }
    }

    /// Whether it may begin an item.
    #[must_use]
    pub fn is_free(&self, now: Cycle) -> bool {
        self.item.is_none() && self.began != Some(now)
    }

    /// Whether nothing is in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.item.is_none()
    }

    /// Begins an item.
    pub fn begin(&mut self, now: Cycle, item: T, cost: u64) {
        assert!(self.is_free(now), "a busy unit begins an item");
        (self.item, self.began) = (Some((item, now + cost)), Some(now));
    }

    /// The item that is in it, finished or not.
    #[must_use]
    pub fn item(&self) -> Option<T> {
        self.item.map(|(item, _)| item)
    }

    /// The item that is finished, if one is.
    #[must_use]
    pub fn finished(&self, now: Cycle) -> Option<T> {
        self.item.filter(|(_, end)| *end <= now).map(|(item, _)| item)
    }

    /// Lets the finished item go.
    pub const fn release(&mut self) {
        self.item = None;
    }
}
