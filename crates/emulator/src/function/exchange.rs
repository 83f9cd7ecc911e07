//! What threads hand to each other at a barrier: messages for the next step, and what they saw in this one.

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use isa::ids::Key;

use super::step::Outbox;
use crate::observer::CoreWork;

/// Outboxes of the host and of every thread, two of each: one is read while the other is filled.
///
/// Nobody ever waits for a lock: a box has one writer, and its readers are a barrier away.
#[derive(Debug)]
pub struct Exchange {
    boxes: [Vec<RwLock<Outbox>>; 2],
    reports: [Vec<Mutex<Report>>; 2],
    /// Which half holds the messages of the next step.
    pub due: usize,
}

/// What a thread saw in a step.
#[derive(Debug, Default)]
pub struct Report {
    /// Keys of the compartments that fired, by core and compartment.
    pub spikes: Vec<Key>,
    /// Where those of each core lie: its index, from, to.
    pub groups: Vec<(u32, u32, u32)>,
    /// Work of its cores, where it is recorded.
    pub work: Vec<CoreWork>,
}

impl Exchange {
    /// Empty boxes for `cores` destinations and `threads` threads.
    #[must_use]
    pub fn new(cores: usize, threads: usize) -> Self {
        let boxes = || (0..=threads).map(|_| RwLock::new(Outbox::new(cores))).collect();
        let reports = || (0..threads).map(|_| Mutex::default()).collect();
        Self { boxes: [boxes(), boxes()], reports: [reports(), reports()], due: 0 }
    }

    /// The same messages for another number of threads.
    pub fn resize(&mut self, cores: usize, threads: usize) {
        if self.boxes[0].len() == threads + 1 {
            return;
        }
        let new = Self::new(cores, threads);
        {
            let mut first = new.write(0, 1);
            for writer in 1..self.boxes[self.due].len() {
                let old = self.read(self.due, writer);
                for (to, from) in first.0.iter_mut().zip(&old.0) {
                    to.extend_from_slice(from);
                }
            }
        }
        *self = new;
    }

    /// The messages of all writers in `half`.
    pub fn read_all(&self, half: usize) -> Vec<RwLockReadGuard<'_, Outbox>> {
        (0..self.boxes[half].len()).map(|writer| self.read(half, writer)).collect()
    }

    fn read(&self, half: usize, writer: usize) -> RwLockReadGuard<'_, Outbox> {
        self.boxes[half][writer].read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The box of `writer` in `half`: 0 is the host, then the threads.
    pub fn write(&self, half: usize, writer: usize) -> RwLockWriteGuard<'_, Outbox> {
        self.boxes[half][writer].write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Number of threads.
    pub const fn threads(&self) -> usize {
        self.reports[0].len()
    }

    /// The report of a thread in `half`.
    pub fn report(&self, half: usize, thread: usize) -> MutexGuard<'_, Report> {
        self.reports[half][thread].lock().unwrap_or_else(PoisonError::into_inner)
    }
}
