//! What a step took, and what bounded it.

use isa::ids::{CoreId, Step};
use isa::timing::Timing;
use serde::{Deserialize, Serialize};

use super::core::Spent;
use super::machine::Ended;
use super::plan::Plan;
use crate::time::energy::{Counts, Energy};

/// The unit that bounded a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// The markers alone: no unit works for longer than they are under way.
    Barrier,
    /// The sweep over compartments.
    Soma,
    /// Output axons.
    AxonOut,
    /// The busiest link.
    Link,
    /// Input axons and synapses.
    Synapse,
    /// Learning.
    Learning,
}

/// Least cycles of a step, by unit: the most over all cores, or links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The longest sweep.
    pub soma: u64,
    /// The most work of an axon-out unit.
    pub axon_out: u64,
    /// The most work of a synapse unit, with the lookups.
    pub synapse: u64,
    /// The most flits over one link of one network, times its interval.
    pub link: u64,
    /// The longest learning.
    pub learning: u64,
}

impl Terms {
    /// The unit with the most work; the barrier where nothing works.
    #[must_use]
    pub fn bound(&self) -> (Bound, u64) {
        let terms = [
            (Bound::Soma, self.soma),
            (Bound::AxonOut, self.axon_out),
            (Bound::Link, self.link),
            (Bound::Synapse, self.synapse),
            (Bound::Learning, self.learning),
        ];
        let most = terms.into_iter().max_by_key(|(bound, cycles)| (*cycles, std::cmp::Reverse(*bound)));
        most.filter(|(_, cycles)| *cycles > 0).unwrap_or((Bound::Barrier, 0))
    }

    pub(super) fn add(&mut self, plan: &Plan, timing: &Timing) {
        self.soma = self.soma.max(plan.sweep);
        self.axon_out = self.axon_out.max(plan.packets.len() as u64 * u64::from(timing.core.axon_out));
        self.learning = self.learning.max(plan.learning);
    }
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepReport {
    /// Which; 0 carries the host's first messages only.
    pub step: Step,
    /// From the last tile's advance into the step to the last tile's advance out of it.
    pub cycles: u64,
    /// From the first tile's advance into the step to the last's; tiles may work ahead by that.
    pub lead: u64,
    /// From the last tile's advance into the step to the end of the last sweep, the last sending, the last accumulation, the last tile's flush.
    pub ends: [u64; 4],
    /// The unit that bounded the step.
    pub bound: Bound,
    /// The core whose unit that was, counted over the board's tiles; none for links and the barrier.
    pub core: Option<u32>,
    /// Least cycles by unit.
    pub terms: Terms,
    /// Counts.
    pub counts: Counts,
    /// Counts times the table, femtojoules.
    pub energy: Energy,
}

impl StepReport {
    pub(super) fn new(
        step: Step,
        ended: &Ended,
        work: (Terms, Counts, Energy),
        (mapped, timing, barrier): (&[u32], &Timing, u64),
    ) -> Self {
        let (mut terms, counts, energy) = work;
        terms.synapse = ended.spent.iter().map(|spent| spent.receive(timing)).max().unwrap_or(0);
        let last =
            |of: fn(&Spent) -> u64| ended.spent.iter().map(of).max().unwrap_or(0).saturating_sub(ended.from);
        let (bound, most_cycles) = terms.bound();
        let bound = if barrier >= most_cycles { Bound::Barrier } else { bound };
        let most = |of: &dyn Fn(&Spent) -> u64| {
            let core = ended
                .spent
                .iter()
                .zip(mapped)
                .max_by_key(|(spent, core)| (of(spent), std::cmp::Reverse(**core)));
            core.map(|(_, core)| *core)
        };
        let core = match bound {
            Bound::Soma => most(&|spent| spent.soma_end),
            Bound::AxonOut => most(&|spent| spent.axon_out),
            Bound::Synapse => most(&|spent| spent.receive(timing)),
            Bound::Barrier | Bound::Link | Bound::Learning => None,
        };
        let flushed = ended.flushed.saturating_sub(ended.from);
        Self {
            step,
            cycles: ended.until - ended.from,
            lead: ended.from.saturating_sub(ended.first),
            ends: [last(|s| s.soma_end), last(|s| s.sent_end), last(|s| s.received_end), flushed],
            bound,
            core,
            terms,
            counts,
            energy,
        }
    }
}

/// Cycles that the units of one core worked, over all steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoreTime {
    /// Which core.
    pub core: CoreId,
    /// The sweep over compartments.
    pub sweep: u64,
    /// Output axons.
    pub axon_out: u64,
    /// Input axon lookups.
    pub axon_in: u64,
    /// Synapse fetch; accumulation goes beside it.
    pub synapse: u64,
    /// Learning.
    pub learning: u64,
    /// Steps in which one of its units had the most to do of all.
    pub bounded: u64,
}

impl CoreTime {
    pub(super) const fn of(core: CoreId) -> Self {
        Self { core, sweep: 0, axon_out: 0, axon_in: 0, synapse: 0, learning: 0, bounded: 0 }
    }

    pub(super) const fn add(&mut self, spent: &Spent) {
        self.axon_out += spent.axon_out;
        self.axon_in += spent.axon_in;
        self.synapse += spent.synapse;
    }
}

/// Sums over steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Cycles.
    pub cycles: u64,
    /// Counts.
    pub counts: Counts,
    /// Femtojoules.
    pub energy: Energy,
}

impl Totals {
    /// The sums of some steps.
    #[must_use]
    pub fn of(steps: &[StepReport]) -> Self {
        let mut totals = Self::default();
        for step in steps {
            totals.cycles += step.cycles;
            totals.counts += step.counts;
            totals.energy += step.energy;
        }
        totals
    }
}
