//! How often everything fired in an earlier run, for the next placement; and what that placement saves, measured.
#![allow(clippy::float_arithmetic, reason = "means and shares for people")]

use std::fmt::Write;
use std::path::Path;

use image::Image;
use indicatif::ProgressBar;
use isa::timing::Timing;
use network::graph::Graph;
use serde::Serialize;
use serde_json::Value;

use super::run::{self as timed, Wanted};
use super::units::{difference, joules, seconds};
use crate::failure::Failure;
use crate::read;
use crate::run::session::{Overflow, Plan};
use trace::Stimulus;

/// Steps of which rates are fires.
const STEPS: u64 = 1000;
/// Most steps of each of the two runs that are compared.
const COMPARED_MAX: u32 = 1000;

/// Fires in 1,000 steps of every compartment and input line of a graph, from the folder of an earlier run.
pub fn read(folder: &Path, graph: &Graph) -> Result<Vec<u32>, Failure> {
    let how = "run the network first: seamount run NETWORK --timing cycle --out DIR";
    let path = folder.join("time").join("rates.csv");
    if !path.is_file() {
        return Err(no_run(folder, how));
    }
    let text = read::text(&path)?;
    let summary = folder.join("summary.json");
    let steps = serde_json::from_str::<Value>(&read::text(&summary)?).ok();
    let steps = steps.and_then(|summary| summary["steps"].as_u64()).filter(|steps| *steps > 0);
    let steps =
        steps.ok_or_else(|| Failure::user(format!("{} has no steps", summary.display())).help(how))?;
    let mut rates = Vec::new();
    for (row, line) in text.lines().enumerate().skip(1) {
        let fires = line.rsplit(',').next().and_then(|cell| cell.parse::<u64>().ok());
        let what = || format!("{}: line {} has no number of fires", path.display(), row + 1);
        let bad = || Failure::user(what()).help(how);
        rates.push(u32::try_from(fires.ok_or_else(bad)?.saturating_mul(STEPS) / steps).unwrap_or(u32::MAX));
    }
    let keys = keys(graph);
    if rates.len() != keys {
        let what =
            format!("{} is of another network: it has {} keys, this one {keys}", path.display(), rates.len());
        return Err(Failure::user(what).help(how));
    }
    Ok(rates)
}

/// Why a path is no folder of a timed run.
fn no_run(path: &Path, how: &str) -> Failure {
    let shown = path.display();
    let above = path.parent().filter(|_| path.join("rates.csv").is_file());
    if let Some(above) = above.map(|above| if above.as_os_str().is_empty() { Path::new(".") } else { above })
    {
        return Failure::user(format!("{shown} is the inner folder of a run"))
            .help(format!("name the run's folder: --profile {}", above.display()));
    }
    let what = if path.is_dir() && path.join("summary.json").is_file() {
        "holds a run that was not timed"
    } else if path.is_dir() {
        "is no folder of a run"
    } else if path.exists() {
        "is a file, and the folder of a run is wanted"
    } else {
        "is not there"
    };
    Failure::user(format!("--profile: {shown} {what}")).help(how)
}

/// Compartments and input lines.
fn keys(graph: &Graph) -> usize {
    graph.compartments() + graph.inputs.iter().map(|input| input.size as usize).sum::<usize>()
}

/// What a placement costs in a run.
#[derive(Clone, Debug, Serialize)]
pub struct Cost {
    /// Hops of messages, chip links included.
    pub hops: u64,
    /// Crossings between chips.
    pub chip_links: u64,
    /// Mean cycles of a step.
    pub cycles: f64,
    /// The same in picoseconds.
    pub ps: f64,
    /// Mean cycles of a packet under way.
    pub packet_cycles: f64,
    /// Femtojoules of flits and hops.
    pub network_fj: u64,
    /// Femtojoules of all, at rest apart.
    pub dynamic_fj: u64,
}

/// Two placements of one network, run alike.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// Calibration of both.
    pub calibration: String,
    /// Steps of each.
    pub steps: u64,
    /// Digest of both.
    pub digest: String,
    /// Placed without the profile.
    pub without: Cost,
    /// Placed with it.
    pub with: Cost,
}

/// Runs both images and compares; that they compute the same is part of it.
pub fn compare(
    images: [Image; 2],
    stimulus: &Stimulus,
    timing: &Timing,
    bar: &ProgressBar,
) -> Result<Comparison, Failure> {
    let wanted = Wanted { timing, tables: true, flits: false };
    let mut costs = Vec::new();
    for image in images {
        let session = &image.session;
        let steps = if session.steps == 0 { COMPARED_MAX } else { session.steps.min(COMPARED_MAX) };
        let samples =
            session.samples.as_ref().map(|samples| samples.count.min((COMPARED_MAX / steps).max(1)));
        let plan = Plan {
            steps,
            samples,
            threads: 1,
            records: Vec::new(),
            stimulus: stimulus.clone(),
            overflow: Overflow::Count,
            fires: false,
        };
        let (outcome, _, watched) = timed::run(image, &plan, &wanted, bar)?;
        let tally = &watched.timed.tally;
        let packets = watched.links.as_ref().map(|links| &links.latency);
        let sums = packets.into_iter().flatten();
        let (cycles, count) =
            sums.fold((0, 0), |(c, n), (cycles, packets)| (c + cycles * packets, n + packets));
        let counters = outcome.summary.counters;
        costs.push((
            outcome.summary.digest.clone(),
            tally.steps,
            Cost {
                hops: counters.hops + counters.chip_links,
                chip_links: counters.chip_links,
                cycles: tally.mean(),
                ps: tally.mean() * f64::from(timing.clock_ps),
                packet_cycles: cycles as f64 / count.max(1) as f64,
                network_fj: tally.energy.network,
                dynamic_fj: tally.energy.dynamic(),
            },
        ));
    }
    let [(digest, steps, without), (with_digest, _, with)]: [(String, u64, Cost); 2] =
        costs.try_into().unwrap_or_else(|_| unreachable!("two images were run"));
    if digest != with_digest {
        return Err(Failure::internal(format!(
            "placement changed function: digest {digest} without the profile, {with_digest} with it"
        )));
    }
    Ok(Comparison { calibration: timing.name.clone(), steps, digest, without, with })
}

impl Comparison {
    /// For the terminal.
    pub fn text(&self) -> String {
        let (a, b) = (&self.without, &self.with);
        let mut text = format!(
            "\nprofile: both placements run for {} steps under {}, digest {} of both\n{:<16}{:>16}{:>16}{:>10}\n",
            self.steps, self.calibration, self.digest, "", "without", "with", "saved"
        );
        let mut row = |what: &str, cells: [String; 2], [before, after]: [f64; 2]| {
            let saved = if before > 0.0 { (before - after) * 100.0 / before } else { 0.0 };
            let [before, after] = cells;
            let saved = difference(saved, 1);
            let _ = writeln!(text, "{what:<16}{before:>16}{after:>16}{:>10}", saved.trim_start_matches('+'));
        };
        let whole = |n: u64| n.to_string();
        row("hops", [whole(a.hops), whole(b.hops)], [a.hops as f64, b.hops as f64]);
        row(
            "chip links",
            [whole(a.chip_links), whole(b.chip_links)],
            [a.chip_links as f64, b.chip_links as f64],
        );
        row(
            "a packet",
            [a, b].map(|c| format!("{:.1} cycles", c.packet_cycles)),
            [a.packet_cycles, b.packet_cycles],
        );
        row("a step", [a, b].map(|c| seconds(c.ps)), [a.ps, b.ps]);
        row(
            "network energy",
            [a, b].map(|c| joules(c.network_fj)),
            [a.network_fj as f64, b.network_fj as f64],
        );
        row("all energy", [a, b].map(|c| joules(c.dynamic_fj)), [a.dynamic_fj as f64, b.dynamic_fj as f64]);
        text
    }
}
