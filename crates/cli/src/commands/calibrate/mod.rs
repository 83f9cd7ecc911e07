//! `seamount calibrate`: every constant of a calibration, found by a micro-benchmark, beside what is published.
#![allow(clippy::float_arithmetic, reason = "errors in percent")]

mod bench;
mod contention;
mod fit;
mod program;
mod published;
mod show;
mod units;
mod wires;

use isa::timing::{Barrier, Timing};
use serde::Serialize;

use crate::calibration;
use crate::failure::{Exit, Failure};
use crate::ui::Ui;
use bench::{Bench, Points, Row};
use contention::{Fairness, Split};

#[derive(clap::Args)]
#[command(
    after_help = "Examples: seamount calibrate\n          seamount calibrate --calibration loihi1-nahuku --json\n\n\
Runs the programs of programs/microbenchmarks from description to cycles and fits a line to each."
)]
pub struct Arguments {
    /// Calibration: a name or a file.toml
    #[arg(long, default_value = "loihi1-davies2018")]
    calibration: String,
}

/// What was found.
#[derive(Serialize)]
pub struct Report {
    schema: u32,
    calibration: String,
    clock_ps: u32,
    rows: Vec<Row>,
    points: Vec<Points>,
    fairness: Option<Fairness>,
    splits: Vec<Split>,
}

impl Report {
    /// The row that is furthest from what is published.
    fn worst(&self) -> Option<&Row> {
        let distance = |row: &&Row| row.error_percent.map_or(0.0, f64::abs);
        let with_error = self.rows.iter().filter(|row| row.error_percent.is_some());
        with_error.max_by(|a, b| distance(a).total_cmp(&distance(b)))
    }
}

pub fn run(arguments: &Arguments, ui: &Ui) -> Result<Exit, Failure> {
    let timing = calibration::find(&arguments.calibration)?;
    ui.status("Measuring", &format!("the constants of {}", timing.name));
    let bar = ui.bar(4, "groups");
    let report = measure(&timing, &|| bar.inc(1))?;
    bar.finish_and_clear();
    ui.object(&report);
    ui.print(&show::text(&report));
    Ok(Exit::Ok)
}

/// Measures a calibration; one without a barrier has a mesh and no steps.
fn measure(timing: &Timing, done: &dyn Fn()) -> Result<Report, Failure> {
    let mut bench = Bench::new(timing);
    let has_steps = timing.barrier != Barrier::None;
    if has_steps {
        units::measure(&mut bench)?;
    }
    done();
    wires::pings(&mut bench)?;
    if has_steps {
        wires::hops(&mut bench)?;
    }
    wires::flows(&mut bench)?;
    done();
    let (mut fairness, mut splits) = (None, Vec::new());
    if has_steps {
        wires::barrier(&mut bench)?;
        done();
        fairness = Some(contention::fairness(timing)?);
        splits = contention::splits(timing)?;
    }
    done();
    let Bench { rows, points, .. } = bench;
    let (calibration, clock_ps) = (timing.name.clone(), timing.clock_ps);
    Ok(Report { schema: trace::SCHEMA, calibration, clock_ps, rows, points, fairness, splits })
}
