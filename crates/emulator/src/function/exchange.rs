//! What threads hand to each other at a barrier: messages for the next step, and what they saw in this one.

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use isa::ids::Key;

use super::kernel::Message;
use crate::observer::CoreWork;

/// Messages on their way, by destination core.
#[derive(Debug, Default)]
pub struct Outbox(pub Vec<Vec<Message>>);

impl Outbox {
    /// Empty, for `cores` destinations.
    #[must_use]
    pub fn new(cores: usize) -> Self {
        Self(vec![Vec::new(); cores])
    }

    /// Forgets all messages.
    pub fn clear(&mut self) {
        self.0.iter_mut().for_each(Vec::clear);
    }
}

/// Messages on their way, two halves of everything: one is read while the other is filled.
///
/// Every thread fills an outbox of its own, and all threads read what is for their cores in it. Nobody ever waits for
/// a lock: who writes and who reads a thing are a barrier apart.
#[derive(Debug)]
pub struct Exchange {
    host: [RwLock<Outbox>; 2],
    threads: [Vec<Apart<RwLock<Outbox>>>; 2],
    reports: [Vec<Apart<Mutex<Report>>>; 2],
    /// The thread of each core.
    pub owners: Vec<u16>,
    /// Which half holds the messages of the next step.
    pub due: usize,
}

/// Keeps things of different threads on different cache lines.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Apart<T>(T);

/// What a thread saw in a step.
#[derive(Debug, Default)]
pub struct Report {
    /// Keys of the compartments that fired, by core and compartment.
    pub spikes: Vec<Key>,
    /// Where those of each core lie: its index, from, to.
    pub groups: Vec<(u32, u32, u32)>,
    /// Work of its cores, where it is recorded; the memory of one step serves another.
    pub work: Vec<CoreWork>,
}

impl Report {
    /// Forgets the spikes of the step before.
    pub fn clear(&mut self) {
        self.spikes.clear();
        self.groups.clear();
    }
}

impl Exchange {
    /// Nothing on its way, for cores that these threads own; threads are numbered from 0 without gaps.
    #[must_use]
    pub fn new(owners: Vec<u16>) -> Self {
        let (cores, threads) = (owners.len(), owners.iter().max().map_or(1, |&last| usize::from(last) + 1));
        let host = || RwLock::new(Outbox::new(cores));
        let outboxes = || (0..threads).map(|_| Apart(RwLock::new(Outbox::new(cores)))).collect();
        let reports = || (0..threads).map(|_| Apart::default()).collect();
        Self {
            host: [host(), host()],
            threads: [outboxes(), outboxes()],
            reports: [reports(), reports()],
            owners,
            due: 0,
        }
    }

    /// The same messages for other owners.
    pub fn hand_over(&mut self, owners: Vec<u16>) {
        if self.owners == owners {
            return;
        }
        let new = Self::new(owners);
        for thread in 0..self.threads() {
            let outbox = self.outbox(self.due, thread);
            for (all, messages) in new.outbox_mut(0, 0).0.iter_mut().zip(&outbox.0) {
                all.extend_from_slice(messages);
            }
        }
        *self = new;
    }

    /// Number of threads.
    pub const fn threads(&self) -> usize {
        self.reports[0].len()
    }

    /// What the host sends in `half`, to be read.
    pub fn host(&self, half: usize) -> RwLockReadGuard<'_, Outbox> {
        self.host[half].read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the host sends in `half`, to be written.
    pub fn host_mut(&self, half: usize) -> RwLockWriteGuard<'_, Outbox> {
        self.host[half].write().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a thread sends in `half`, to be read.
    pub fn outbox(&self, half: usize, thread: usize) -> RwLockReadGuard<'_, Outbox> {
        self.threads[half][thread].0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a thread sends in `half`, to be written.
    pub fn outbox_mut(&self, half: usize, thread: usize) -> RwLockWriteGuard<'_, Outbox> {
        self.threads[half][thread].0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// All messages that are read in `half`: the host's, then the threads' in order of their cores.
    pub fn due(&self, half: usize) -> Vec<RwLockReadGuard<'_, Outbox>> {
        let threads = (0..self.threads()).map(|thread| self.outbox(half, thread));
        std::iter::once(self.host(half)).chain(threads).collect()
    }

    /// The report of a thread in `half`.
    pub fn report(&self, half: usize, thread: usize) -> MutexGuard<'_, Report> {
        self.reports[half][thread].0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_survive_a_change_of_owners() {
        let mut exchange = Exchange::new(vec![0, 0, 1]);
        exchange.due = 1;
        exchange.outbox_mut(1, 0).0[1].push(Message::reward(1));
        exchange.outbox_mut(1, 0).0[2].push(Message::reward(2));
        exchange.outbox_mut(1, 1).0[1].push(Message::reward(3));
        exchange.hand_over(vec![0, 1, 1]);
        let due = exchange.due(exchange.due);
        let of = |core: usize| due.iter().flat_map(|from| from.0[core].clone()).collect::<Vec<_>>();
        assert_eq!(of(1), [Message::reward(1), Message::reward(3)]);
        assert_eq!(of(2), [Message::reward(2)]);
        assert_eq!(exchange.threads(), 2);
    }
}
