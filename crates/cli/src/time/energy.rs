//! The energy of one run under several calibrations: counted once, timed by each.

use std::collections::BTreeMap;

use emulator::time::energy::Counts;
use emulator::time::mesh::NoLog;
use emulator::time::shares::Shares;
use emulator::{Observer, StepWork};
use image::Image;
use indicatif::ProgressBar;
use isa::ids::{CoreId, Step};
use isa::timing::Timing;
use serde_json::{Value, json};

use super::run::{model, refused};
use super::tally::Timed;
use super::watch::Watch;
use crate::failure::Failure;
use crate::run::names;
use crate::run::session::{self, Plan};

/// What a run's work costs.
pub struct Bill {
    /// Name of the network.
    pub network: String,
    /// Digest of the run.
    pub digest: String,
    /// Under each calibration.
    pub timed: Vec<Timed>,
    /// Counts by core.
    pub of_core: Vec<(CoreId, Counts)>,
    /// Counts by population: updates, spikes and all that its messages cause; learning and the host apart.
    pub of_population: Vec<(String, Counts)>,
}

/// Everybody who watches.
struct Watchers {
    shares: Shares,
    watches: Vec<Watch<NoLog>>,
}

impl Observer for Watchers {
    const RECORDS: bool = true;
    const RECEIVED: bool = false;

    fn step(&mut self, step: Step, work: &StepWork) {
        self.shares.step(step, work);
        self.watches.iter_mut().for_each(|watch| watch.step(step, work));
    }
}

/// Runs an image as planned and adds up.
pub fn run(image: Image, plan: &Plan, timings: &[Timing], bar: &ProgressBar) -> Result<Bill, Failure> {
    let boards = [image.cores.len() as u64, u64::from(image.chip.board.count())];
    let sampled = image.session.samples.is_some();
    let names: Vec<String> = image.symbols.populations.iter().map(|node| node.name.clone()).collect();
    let models: Result<Vec<_>, Failure> = timings.iter().map(|timing| model(&image, timing, NoLog)).collect();
    let mut watchers = Watchers {
        shares: shares(&image),
        watches: models?.into_iter().map(|model| Watch::new(model, None)).collect(),
    };
    let (outcome, _) = session::run(image, plan, &mut watchers, bar)?;
    let Watchers { shares, mut watches } = watchers;
    watches.iter_mut().try_for_each(Watch::end).map_err(|error| refused(&error))?;
    let samples = sampled.then_some(outcome.summary.samples);
    let timed = watches.into_iter().zip(timings);
    let timed =
        timed.map(|(watch, timing)| Timed { timing: timing.clone(), tally: watch.tally, boards, samples });
    let others = ["(learning)", "(host)"].map(String::from);
    Ok(Bill {
        network: outcome.summary.network.clone(),
        digest: outcome.summary.digest.clone(),
        timed: timed.collect(),
        of_core: shares.cores.iter().copied().zip(shares.of_core.iter().copied()).collect(),
        of_population: names.into_iter().chain(others).zip(shares.of_group).collect(),
    })
}

/// Counts by core and population.
fn shares(image: &Image) -> Shares {
    let populations = &image.symbols.populations;
    let population = |key: isa::ids::Key| {
        let end = |node: &image::NodeSymbol| node.key.0 + names::width(node);
        populations.partition_point(|node| end(node) <= key.0).min(populations.len().saturating_sub(1)) as u32
    };
    let of_core = |core: &image::CoreImage| {
        (core.core, core.compartment_keys.iter().flat_map(|run| run.keys()).map(population).collect())
    };
    Shares::new(&image.chip, image.cores.iter().map(of_core).collect(), populations.len())
}

impl Bill {
    /// Dynamic femtojoules of counts under each calibration, the clock left out.
    pub fn energies(&self, counts: &Counts) -> Vec<u64> {
        self.timed.iter().map(|timed| counts.energy(&timed.timing, 0, [0, 0]).dynamic()).collect()
    }

    /// The object of `--json`.
    pub fn object(&self) -> Value {
        let by = |counts: &Counts| {
            let energies = self.energies(counts).into_iter();
            let named = self.timed.iter().map(|timed| timed.timing.name.as_str()).zip(energies);
            json!({ "counts": counts, "energy_fj": named.collect::<BTreeMap<_, _>>() })
        };
        let cores = self.of_core.iter().map(|(core, counts)| (core.0.to_string(), by(counts)));
        let populations = self.of_population.iter().map(|(name, counts)| (name.clone(), by(counts)));
        let calibrations =
            self.timed.iter().map(|timed| json!({ "time": timed.time(), "energy": timed.energy() }));
        json!({
            "network": self.network,
            "digest": self.digest,
            "steps": self.timed.first().map(|timed| timed.tally.steps),
            "samples": self.timed.first().and_then(|timed| timed.samples),
            "calibrations": calibrations.collect::<Vec<_>>(),
            "cores": cores.collect::<serde_json::Map<_, _>>(),
            "populations": populations.collect::<serde_json::Map<_, _>>(),
        })
    }
}
