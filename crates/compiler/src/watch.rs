//! How far a compilation is, for whoever waits for it. Nothing here changes an image.

use std::sync::atomic::{AtomicUsize, Ordering};

/// What a compilation is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Neurons are shared out to cores.
    Partition,
    /// Parts that send to too many cores are cut.
    Outputs,
    /// Neurons move to parts that hear their sources.
    Refine,
    /// Parts are placed on the board.
    Place,
    /// Cores are written.
    Encode,
    /// It does not fit: fixes are tried.
    Fixes,
}

impl Stage {
    /// What people read.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Partition => "sharing neurons out to cores",
            Self::Outputs => "cutting for output axons",
            Self::Refine => "moving neurons nearer to their sources",
            Self::Place => "placing cores",
            Self::Encode => "writing cores",
            Self::Fixes => "does not fit; trying fixes",
        }
    }
}

/// Sees the stages, and counts.
pub struct Watch<'a> {
    /// Told the stage and how many neurons have a core so far.
    tell: &'a (dyn Fn(Stage, usize) + Sync),
    placed: AtomicUsize,
    plans: AtomicUsize,
}

impl<'a> Watch<'a> {
    /// Nobody waits.
    #[must_use]
    pub const fn nobody() -> Self {
        Self::new(&|_, _| ())
    }

    /// Tells `tell` every stage, and how many neurons have a core so far.
    #[must_use]
    pub const fn new(tell: &'a (dyn Fn(Stage, usize) + Sync)) -> Self {
        Self { tell, placed: AtomicUsize::new(0), plans: AtomicUsize::new(0) }
    }

    /// A stage begins.
    pub fn stage(&self, stage: Stage) {
        (self.tell)(stage, self.placed.load(Ordering::Relaxed));
    }

    /// So many more neurons have a core.
    pub fn placed(&self, neurons: usize) {
        let before = self.placed.fetch_add(neurons, Ordering::Relaxed);
        (self.tell)(Stage::Partition, before + neurons);
    }

    /// So many more cores are planned.
    pub fn plans(&self, plans: usize) {
        self.plans.fetch_add(plans, Ordering::Relaxed);
    }

    /// Cores planned while neurons were shared out, most of them to see whether they fit.
    #[must_use]
    pub fn planned(&self) -> usize {
        self.plans.load(Ordering::Relaxed)
    }
}
