//! What a watched run adds up to.
#![allow(clippy::float_arithmetic, reason = "means for people")]

use std::collections::BTreeMap;

use emulator::time::bill::{self, Class, Item, Support};
use emulator::time::energy::{Counts, Energy};
use emulator::time::pipeline::{Bound, StepReport};
use isa::timing::Timing;
use serde_json::{Value, json};

use super::support::TimeSupport;

/// Sums over the steps of a run.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Steps, without the one before the first.
    pub steps: u64,
    /// Cycles of them.
    pub cycles: u64,
    /// The shortest.
    pub least: u64,
    /// The longest.
    pub most: u64,
    /// Cycles of the step before the first, in which the host's first messages travel.
    pub before: u64,
    /// Steps and their cycles by what bounded them.
    pub bounds: BTreeMap<Bound, (u64, u64)>,
    /// Counts of all steps.
    pub counts: Counts,
    /// Energy of all steps.
    pub energy: Energy,
}

impl Tally {
    /// Adds a step; the first to come is the one before the first.
    pub fn add(&mut self, step: &StepReport, is_before: bool) {
        self.counts += step.counts;
        self.energy += step.energy;
        if is_before {
            self.before = step.cycles;
            return;
        }
        self.least = if self.steps == 0 { step.cycles } else { self.least.min(step.cycles) };
        self.most = self.most.max(step.cycles);
        self.steps += 1;
        self.cycles += step.cycles;
        let of = self.bounds.entry(step.bound).or_default();
        *of = (of.0 + 1, of.1 + step.cycles);
    }

    /// Cycles of a step on average.
    pub fn mean(&self) -> f64 {
        self.cycles as f64 / self.steps.max(1) as f64
    }

    /// All cycles, those before the first step included.
    pub const fn all_cycles(&self) -> u64 {
        self.cycles + self.before
    }
}

/// A run's time and energy under a calibration.
#[derive(Clone, Debug)]
pub struct Timed {
    /// The calibration.
    pub timing: Timing,
    /// What the run added up to.
    pub tally: Tally,
    /// Mapped cores, and chips of the board.
    pub boards: [u64; 2],
    /// Samples, where there are any.
    pub samples: Option<u32>,
}

impl Timed {
    /// Energy row by row.
    pub fn items(&self) -> Vec<Item> {
        bill::items(&self.tally.counts, self.tally.all_cycles() * self.boards[0], &self.timing)
    }

    /// Support of the rows of one class.
    pub fn class(items: &[Item], class: Class) -> Support {
        Support::of(items.iter().filter(|item| item.class == class))
    }

    /// Nanoseconds of some cycles.
    pub fn ns(&self, cycles: f64) -> f64 {
        cycles * f64::from(self.timing.clock_ps) / 1000.0
    }

    /// The object `time` of the summary.
    pub fn time(&self) -> Value {
        let tally = &self.tally;
        let bounds: BTreeMap<String, Value> = tally
            .bounds
            .iter()
            .map(|(bound, (steps, cycles))| {
                let share = *steps as f64 / tally.steps.max(1) as f64;
                (name(*bound), json!({ "steps": steps, "cycles": cycles, "share": share }))
            })
            .collect();
        let support = TimeSupport::of(&self.timing);
        json!({
            "calibration": self.timing.name,
            "clock_ps": self.timing.clock_ps,
            "steps": tally.steps,
            "cycles": tally.all_cycles(),
            "cycles_before": tally.before,
            "cycles_per_step": { "mean": tally.mean(), "min": tally.least, "max": tally.most },
            "ns_per_step": {
                "mean": self.ns(tally.mean()),
                "min": self.ns(tally.least as f64),
                "max": self.ns(tally.most as f64),
            },
            "total_ns": self.ns(tally.all_cycles() as f64),
            "bounded_by": bounds,
            "support": support,
            "support_text": support.text(),
            "limits": self.timing.limits,
        })
    }

    /// The object `energy` of the summary, femtojoules.
    pub fn energy(&self) -> Value {
        let items = self.items();
        let all = Support::of(&items);
        let classes: BTreeMap<&str, Value> = Class::ALL
            .into_iter()
            .map(|class| (class.name(), supported(&Self::class(&items, class))))
            .collect();
        let mut object = supported(&all);
        let per = |n: u64| all.energy_fj as f64 / n.max(1) as f64;
        object["calibration"] = json!(self.timing.name);
        object["per_step_fj"] = json!(per(self.tally.steps));
        object["per_sample_fj"] = json!(self.samples.map(|samples| per(samples.into())));
        object["classes"] = json!(classes);
        object["counts"] = json!(self.tally.counts);
        object["rows"] = json!(items);
        object["static"] = json!({
            "energy_fj": self.tally.energy.at_rest,
            "microwatts_per_chip": self.timing.energy.static_uw,
            "chips": self.boards[1],
            "note": "power at rest times the time; of another voltage, so never part of the sum",
        });
        object
    }
}

fn supported(support: &Support) -> Value {
    let mut object = json!(support);
    object["is_lower_bound"] = json!(support.is_lower_bound());
    object["support_text"] = json!(support.text());
    object
}

/// A bound's name, as in files.
pub fn name(bound: Bound) -> String {
    json!(bound).as_str().unwrap_or_default().into()
}
