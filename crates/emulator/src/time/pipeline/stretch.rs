//! A stretch of the sweep: some compartments in a row, as cycles.

use std::ops::Range;

use isa::ids::CompartmentId;
use isa::timing::Timing;

use crate::observer::CoreWork;

/// Some compartments in a row. The sweep takes one a cycle, so that one which costs nothing keeps the next waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// Cycles that they cost.
    pub cost: u64,
    /// How many cost nothing.
    free: u64,
    /// Whether the last is one of them.
    pub ends_free: bool,
}

impl Stretch {
    /// Some compartments of a core, and which of them fire.
    #[inline]
    pub fn of(work: &CoreWork, range: Range<usize>, fires: &[CompartmentId], timing: &Timing) -> Self {
        let soma = &timing.core.soma;
        let compartments = &work.active[range.clone()];
        let active = u64::from(compartments.iter().map(|active| u32::from(*active)).sum::<u32>());
        let inactive = compartments.len() as u64 - active;
        let cost = active * u64::from(soma.active)
            + inactive * u64::from(soma.inactive)
            + fires.len() as u64 * u64::from(soma.spike);
        if soma.active > 0 && soma.inactive > 0 {
            return Self { cost, ..Self::default() };
        }
        let is_free = |active: bool| if active { soma.active == 0 } else { soma.inactive == 0 };
        let costs = |fire: &&CompartmentId| soma.spike > 0 && is_free(work.active[fire.index()]);
        let updates = active * u64::from(is_free(true)) + inactive * u64::from(is_free(false));
        let last_fires = fires.last().is_some_and(|fire| fire.index() + 1 == range.end);
        Self {
            cost,
            free: updates - fires.iter().filter(costs).count() as u64,
            ends_free: compartments.last().is_some_and(|active| is_free(*active))
                && !(last_fires && soma.spike > 0),
        }
    }

    /// Cycles from the first to the end of the last.
    #[inline]
    #[must_use]
    pub const fn cycles(&self) -> u64 {
        self.cost + self.free - self.ends_free as u64
    }
}
