//! The barrier between steps for a few threads that hardly wait.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// Waiters spin this often before they give way to other programs.
const SPINS: u32 = 2000;

/// A barrier for a fixed number of threads, again and again.
#[derive(Debug)]
pub struct Barrier {
    threads: u32,
    arrived: Line<AtomicU32>,
    round: Line<AtomicU32>,
    broken: Line<AtomicBool>,
}

/// A cache line of its own: who waits for the round is not disturbed by who arrives.
#[derive(Debug)]
#[repr(align(128))]
struct Line<T>(T);

impl Barrier {
    /// For `threads` threads.
    #[must_use]
    pub fn new(threads: usize) -> Self {
        let threads = threads as u32;
        Self {
            threads,
            arrived: Line(AtomicU32::new(0)),
            round: Line(AtomicU32::new(0)),
            broken: Line(AtomicBool::new(false)),
        }
    }

    /// Waits for all threads; false if one of them ended early.
    pub fn wait(&self) -> bool {
        let round = self.round.0.load(Ordering::Relaxed);
        if self.arrived.0.fetch_add(1, Ordering::AcqRel) + 1 == self.threads {
            self.arrived.0.store(0, Ordering::Relaxed);
            self.round.0.store(round.wrapping_add(1), Ordering::Release);
        } else {
            let mut spins = 0;
            while self.round.0.load(Ordering::Acquire) == round {
                if self.broken.0.load(Ordering::Relaxed) {
                    return false;
                }
                spins += 1;
                if spins > SPINS { std::thread::yield_now() } else { std::hint::spin_loop() }
            }
        }
        true
    }
}

/// A thread's membership: when it ends, by panic too, nobody waits for it.
pub struct Member<'a>(pub &'a Barrier);

impl Drop for Member<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.broken.0.store(true, Ordering::Relaxed);
        }
    }
}
