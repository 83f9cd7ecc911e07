//! A run under a timing model: chosen, checked before it starts, played, written.

use std::path::{Path, PathBuf};

use emulator::time::mesh::sparse::Sparse;
use emulator::time::mesh::{Links, Log, MeshError, NoLog, Shape, Size};
use emulator::time::pipeline::{TimeError, Timed as Model};
use image::Image;
use indicatif::ProgressBar;
use isa::chip::ChipDescription;
use isa::ids::CoreId;
use isa::timing::{Barrier, Timing};

use super::files::{self, Table};
use super::screen;
use super::tally::Timed;
use super::watch::Watch;
use super::watched::Watched;
use crate::calibration;
use crate::failure::Failure;
use crate::flits::Keeper;
use crate::run::machine::Machine;
use crate::run::outcome::Outcome;
use crate::run::session::{self, Plan};

/// Whether a run is timed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Mode {
    /// Function alone.
    #[default]
    None,
    /// Cycle by cycle: units of the cores, mesh, barrier, energy.
    Cycle,
}

/// How a run is timed.
#[derive(clap::Args)]
pub struct Asked {
    /// Whether and how the run is timed; no spike depends on it
    #[arg(long, value_enum, default_value_t = Mode::None)]
    timing: Mode,
    #[arg(long, value_name = "NAME|FILE", help = calibration::HELP)]
    calibration: Option<String>,
    /// Write every grant of every router, 20 million at most: as text (.csv), else in few bytes (`docs/flit-format.md`)
    #[arg(long, value_name = "FILE")]
    flit_log: Option<PathBuf>,
}

impl Asked {
    /// Whether the run is timed.
    pub fn is_cycle(&self) -> bool {
        self.timing == Mode::Cycle
    }

    /// Where the flit log goes, if one is wanted.
    pub fn flit_log(&self) -> Option<&Path> {
        self.flit_log.as_deref()
    }

    /// The calibration, if the run is timed.
    pub fn find(&self) -> Result<Option<Timing>, Failure> {
        if let (Mode::None, Some(path)) = (self.timing, &self.flit_log) {
            let what = format!("--flit-log {}: the run is not timed", path.display());
            return Err(Failure::user(what).help("say `--timing cycle` as well"));
        }
        match (self.timing, &self.calibration) {
            (Mode::Cycle, name) => {
                calibration::for_steps(name.as_deref().unwrap_or(calibration::DEFAULT)).map(Some)
            }
            (Mode::None, None) => Ok(None),
            (Mode::None, Some(name)) => {
                calibration::for_steps(name)?;
                Err(Failure::user(format!("--calibration {name}: the run is not timed"))
                    .help("say `--timing cycle` as well"))
            }
        }
    }
}

/// The model of an image's cores, or why they cannot be timed.
pub fn model<L: Log>(image: &Image, timing: &Timing, log: L) -> Result<Model<Sparse, L>, Failure> {
    let learns = image.cores.iter().find(|core| core.formats.iter().any(|format| format.learning != 0));
    if let (Some(core), Barrier::Marker { phases: 1, .. }) = (learns, &timing.barrier) {
        return Err(refused(&TimeError::Learning(timing.name.clone(), core.core)));
    }
    let cores: Vec<CoreId> = image.cores.iter().map(|core| core.core).collect();
    Model::new(&image.chip, timing, &cores, log).map_err(|error| refused(&error))
}

/// Why work cannot be timed, with a way out.
pub fn refused(error: &TimeError) -> Failure {
    let help = match error {
        TimeError::Mesh(MeshError::Circle { .. }) => {
            "no description leads here: report it as a fault of the emulator"
        }
        TimeError::Mesh(_) => "take a smaller board: `--chip loihi-32` has 1,024 tiles",
        TimeError::NoBarrier(_) => "take `--calibration loihi1-davies2018`",
        TimeError::Learning(..) => {
            "set barrier.phases = 2 in the calibration, or switch learning off in the description"
        }
    };
    Failure::user(error.to_string()).help(help)
}

/// The mesh of a board under a calibration.
pub fn shape(chip: &ChipDescription, timing: &Timing) -> Result<Shape, Failure> {
    Shape::new(Size::of(chip), timing).map_err(|error| refused(&TimeError::Mesh(error)))
}

/// What is wanted of a timed run.
pub struct Wanted<'a> {
    /// Its calibration.
    pub timing: &'a Timing,
    /// Tables per step, core and link.
    pub tables: bool,
    /// Every grant.
    pub flits: bool,
}

/// Runs an image as planned under a calibration.
pub fn run<'a>(
    image: Image,
    plan: &'a Plan,
    wanted: &Wanted,
    bar: &ProgressBar,
) -> Result<(Outcome, Machine<'a>, Watched), Failure> {
    let timing = wanted.timing;
    if !wanted.tables && !wanted.flits {
        return watch(image, plan, (timing, None, NoLog), bar);
    }
    let links = if wanted.tables { Some(Links::new(&shape(&image.chip, timing)?)) } else { None };
    let logs = (links, wanted.flits.then(Keeper::default));
    let table = wanted.tables.then(|| Table::new(timing.clock_ps, plan.steps));
    let (outcome, machine, mut watched) = watch(image, plan, (timing, table, logs), bar)?;
    if let Some(links) = &watched.links {
        let cycles = watched.timed.tally.all_cycles();
        let rates = files::rates(&outcome.fires, &machine.chip().image().symbols);
        let [.., rates_csv, links_csv, latency_csv] = files::TABLES;
        watched.tables.push((rates_csv, rates));
        watched.tables.push((links_csv, files::links(links, &watched.shape, cycles)));
        watched.tables.push((latency_csv, files::latency(links)));
    }
    Ok((outcome, machine, watched))
}

/// Links and grants, where they are logged.
type Logs = (Option<Links>, Option<Keeper>);

/// A log that gives away what it holds when the run is over.
trait Logged: Log {
    fn logs(self) -> Logs;
}

impl Logged for NoLog {
    fn logs(self) -> Logs {
        (None, None)
    }
}

impl Logged for Logs {
    fn logs(self) -> Logs {
        self
    }
}

fn watch<'a, L: Logged>(
    image: Image,
    plan: &'a Plan,
    (timing, table, log): (&Timing, Option<Table>, L),
    bar: &ProgressBar,
) -> Result<(Outcome, Machine<'a>, Watched), Failure> {
    let boards = [image.cores.len() as u64, u64::from(image.chip.board.count())];
    let sampled = image.session.samples.is_some();
    let mut watch = Watch::new(model(&image, timing, log)?, table);
    let (mut outcome, machine) = session::run(image, plan, &mut watch, bar)?;
    watch.end().map_err(|error| refused(&error))?;
    let model = watch.timed();
    let mut tables = Vec::new();
    if let Some(table) = &watch.table {
        let [timing_csv, cores_csv, ..] = files::TABLES;
        tables = vec![(timing_csv, table.csv().to_string()), (cores_csv, files::cores(model))];
    }
    let samples = sampled.then_some(outcome.summary.samples);
    let timed = Timed { timing: timing.clone(), tally: watch.tally.clone(), boards, samples };
    let (high_water, shape) = (model.high_water(), *model.shape());
    let (links, flits) = watch.into_log().logs();
    let watched = Watched { high_water, links, flits, shape, tables, timed };
    let mut time = watched.timed.time();
    time["fifo_high_water"] = screen::high_water(&watched);
    if let Some(links) = &watched.links {
        time["packets"] = screen::packets(links, &watched);
    }
    outcome.notes.push(("Time and energy".into(), screen::run(&watched).trim_start().into()));
    outcome.summary.measure("time", time);
    outcome.summary.measure("energy", watched.timed.energy());
    Ok((outcome, machine, watched))
}
