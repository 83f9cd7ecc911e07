//! `seamount noc`: synthetic traffic over the mesh, flit by flit.
#![allow(clippy::float_arithmetic, reason = "rates for people")]

mod curve;
mod departures;
mod load;
mod mesh;
mod plot;
mod show;
mod size;
mod theory;

use std::path::PathBuf;
use std::time::Instant;

use emulator::time::mesh::traffic::{Pattern, Setup};
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::flits::Keeper;
use crate::number;
use crate::run::screen;
use crate::ui::Ui;
use crate::write;
use curve::{Curve, Player};

#[derive(clap::Args)]
#[command(after_help = "Examples: seamount noc --pattern transpose --load 0.1\n          \
seamount noc --sweep 0.02:0.44:0.02 --seeds 5 --csv uniform.csv --plot uniform.svg\n          \
seamount noc --mesh 8x4 --cores 4 --calibration loihi1-davies2018 --load 0.05 --flit-log grants.csv\n\n\
A load is packets per node and cycle; latency is from a packet's making to its arrival, in cycles; in --csv and --json\n\
latency_low and latency_high are the means of the seeds with the lowest and the highest.\n\
A trace (`--trace packets.csv`) is CSV with the columns cycle,source,destination; nodes are numbered row by row, cores\n\
within a tile.")]
pub struct Arguments {
    #[command(flatten)]
    mesh: mesh::Options,
    /// Who sends to whom: uniform, transpose, bitcomp, tornado, hotspot4, hotspot1, neighbour
    #[arg(long, default_value = "uniform", value_parser = load::pattern)]
    pattern: Pattern,
    /// Packets of a file instead of a pattern: cycle,source,destination
    #[arg(long, value_name = "FILE", conflicts_with_all = ["pattern", "load", "sweep", "seeds", "seed", "warmup", "window", "flits"])]
    trace: Option<PathBuf>,
    /// Load, packets per node and cycle [default: 0.1]
    #[arg(long, visible_alias = "rate", value_parser = load::load, allow_negative_numbers = true)]
    load: Option<u32>,
    /// Loads from:to:step, both ends included
    #[arg(long, value_parser = load::sweep, conflicts_with = "load", allow_hyphen_values = true)]
    sweep: Option<load::Sweep>,
    /// Runs of every load, with seeds from --seed on
    #[arg(long, default_value_t = 1, value_parser = number::count::<1000>, allow_negative_numbers = true)]
    seeds: u32,
    /// Seed of the first run
    #[arg(long, default_value_t = 1, value_parser = number::long_seed, allow_negative_numbers = true)]
    seed: u64,
    /// Cycles before the measurement
    #[arg(long, default_value_t = 3000, value_parser = number::cycles::<0, { load::CYCLES_MAX }>, allow_negative_numbers = true)]
    warmup: u64,
    /// Cycles of the measurement
    #[arg(long, default_value_t = 10_000, value_parser = number::cycles::<1, { load::CYCLES_MAX }>, allow_negative_numbers = true)]
    window: u64,
    /// Most cycles to wait for measured packets afterwards
    #[arg(long, default_value_t = 100_000, value_parser = number::cycles::<0, { load::CYCLES_MAX }>, allow_negative_numbers = true)]
    drain: u64,
    /// Flits of a packet
    #[arg(long, default_value_t = 1, value_parser = number::count::<2>, allow_negative_numbers = true)]
    flits: u32,
    /// Engine: bit planes for dense traffic, events for sparse; both give the same
    #[arg(long, value_enum, default_value_t = curve::Engine::Auto)]
    engine: curve::Engine,
    /// Host threads, each with some rows of the mesh and the engine for events; no result depends on them
    #[arg(long, default_value_t = 1, conflicts_with = "trace", value_parser = number::count::<256>, allow_negative_numbers = true)]
    threads: u32,
    /// Write the points
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Draw latency and throughput over load
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    /// Write every grant of every router, 20 million at most: text where the name ends in .csv, else few bytes (see
    /// docs/flit-format.md)
    #[arg(long, value_name = "FILE", conflicts_with = "sweep")]
    flit_log: Option<PathBuf>,
}

pub fn run(arguments: &Arguments, ui: &Ui) -> Result<Exit, Failure> {
    if arguments.plot.is_some() && arguments.sweep.is_none() {
        return Err(Failure::user("--plot draws a curve, but one load is one point")
            .help("say `--sweep 0.02:0.5:0.02`"));
    }
    if arguments.threads > 1 && arguments.engine == curve::Engine::Dense {
        return Err(
            Failure::user("--engine dense plays on one thread").help("leave --threads or --engine out")
        );
    }
    let outputs =
        [("--csv", &arguments.csv), ("--plot", &arguments.plot), ("--flit-log", &arguments.flit_log)];
    outputs.into_iter().try_for_each(|(option, path)| write::claim(option, path.as_deref()))?;
    if arguments.flit_log.is_some() && arguments.seeds > 1 {
        return Err(Failure::user(format!(
            "--flit-log keeps one run, --seeds {} are several",
            arguments.seeds
        ))
        .help("leave --seeds out; --seed N says which"));
    }
    #[allow(clippy::disallowed_methods, reason = "how long it took is for people")]
    let start = Instant::now();
    let mut log = arguments.flit_log.as_ref().map(|_| Keeper::default());
    let curve = curve(arguments, log.as_mut(), ui)?;
    let seconds = start.elapsed().as_secs_f64();
    let mut object = show::object(&curve);
    // The log first: it may be too long.
    let mut written = Vec::new();
    if let (Some(log), Some(path)) = (&log, &arguments.flit_log) {
        let hash = format!("{:016x}", log.write(path)?);
        ui.status("Hash", &hash);
        object["log_hash"] = json!(hash);
        written.push(path.clone());
    }
    written.extend(write(arguments, &curve)?);
    object["files"] = json!(written);
    ui.object(&object);
    ui.print(&show::text(&curve));
    let hops: u64 = curve.points.iter().map(|point| point.flit_hops).sum();
    let rate = screen::short(hops as f64 / seconds.max(1e-9));
    ui.status("Played", &format!("{hops} flit-hops in {}, {rate} a second", screen::time(seconds)));
    for path in written {
        ui.status("Wrote", &path.display().to_string());
    }
    Ok(Exit::Ok)
}

fn curve(arguments: &Arguments, log: Option<&mut Keeper>, ui: &Ui) -> Result<Curve, Failure> {
    let mesh = arguments.mesh.build()?;
    if let Some(path) = &arguments.trace {
        size::check_mesh(&mesh.shape)?;
        let departures = departures::read(path, mesh.shape.cores() as u32)?;
        return curve::of_trace(&mesh, &departures, (arguments.drain, arguments.engine), log)
            .map_err(|error| load::refused(&error));
    }
    let rates = match (&arguments.sweep, arguments.load) {
        (Some(sweep), _) => sweep.rates_ppm(),
        (None, load) => vec![load.unwrap_or(100_000)],
    };
    let setup = Setup {
        pattern: arguments.pattern,
        rate_ppm: rates[0],
        flits: arguments.flits,
        seed: arguments.seed,
        warmup: arguments.warmup,
        window: arguments.window,
        drain: arguments.drain,
    };
    size::check(&mesh.shape, &setup, (&rates, arguments.seeds, arguments.threads))?;
    let what = format!("{} loads x {} seeds of {}", rates.len(), arguments.seeds, curve::name(setup.pattern));
    ui.status("Playing", &format!("{what} on {}", mesh.name()));
    let player = Player { engine: arguments.engine, threads: arguments.threads };
    let bar = ui.bar(rates.len() as u64 * u64::from(arguments.seeds), "runs");
    let curve = curve::sweep(&mesh, &setup, &rates, (arguments.seeds, player, &bar), log);
    bar.finish_and_clear();
    curve.map_err(|error| load::refused(&error))
}

fn write(arguments: &Arguments, curve: &Curve) -> Result<Vec<PathBuf>, Failure> {
    let mut written = Vec::new();
    if let Some(path) = &arguments.csv {
        write::atomic(path, show::csv(curve).as_bytes())?;
        written.push(path.clone());
    }
    if let Some(path) = &arguments.plot {
        let svg = plot::svg(curve).map_err(Failure::internal)?;
        write::atomic(path, svg.as_bytes())?;
        written.push(path.clone());
    }
    Ok(written)
}
