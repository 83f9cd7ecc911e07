//! Points of a curve: every load played with every seed.
#![allow(clippy::float_arithmetic, reason = "means and rates")]

use std::cmp::Reverse;

use emulator::time::mesh::log::LinkLoad;
use emulator::time::mesh::traffic::{self, Departure, Measurement, Parts, Pattern, PatternError, Setup};
use emulator::time::mesh::{Cycle, port};
use indicatif::ProgressBar;
use isa::timing::Timing;
use serde::Serialize;

use super::mesh::Mesh;
use super::theory;
use crate::flits::Keeper;
use crate::time::files::link_name;

/// Latency that counts as saturated, in multiples of that without load.
pub const SATURATED: f64 = 3.0;

/// Which engine plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    /// By the load
    Auto,
    /// Bit planes
    Dense,
    /// Events
    Sparse,
}

impl From<Engine> for traffic::Engine {
    fn from(engine: Engine) -> Self {
        match engine {
            Engine::Auto => Self::Auto,
            Engine::Dense => Self::Dense,
            Engine::Sparse => Self::Sparse,
        }
    }
}

/// Who plays: an engine, on so many host threads.
#[derive(Clone, Copy, Debug)]
pub struct Player {
    /// The engine of one thread; several run events.
    pub engine: Engine,
    /// Host threads.
    pub threads: u32,
}

impl Player {
    fn play<L: Parts>(self, mesh: &Mesh, setup: &Setup, log: &mut L) -> Result<Measurement, PatternError> {
        match self.threads {
            1 => traffic::measure_logged(mesh.shape, setup, self.engine.into(), log),
            threads => traffic::measure_threads(mesh.shape, setup, threads, log),
        }
    }
}

/// What was measured at one load, over all seeds.
#[derive(Clone, Debug, Serialize)]
pub struct Point {
    /// Packets per node and cycle: asked for, or those of the trace.
    pub load: f64,
    /// Packets made, per node and cycle.
    pub offered: f64,
    /// Packets that arrived, per node and cycle: of the window, or of all cycles that a trace took.
    pub accepted: f64,
    /// The same of the worst-served source; none of a trace, whose sources need not send.
    pub accepted_min: Option<f64>,
    /// Packets whose latency is known.
    pub packets: u64,
    /// Mean latency, cycles; none, like all of latency and routers, where no packet was measured.
    pub latency: Option<f64>,
    /// Mean latency of the seed with the lowest.
    pub latency_low: Option<f64>,
    /// Mean latency of the seed with the highest.
    pub latency_high: Option<f64>,
    /// Mean latency from the first flit's sending.
    pub network_latency: Option<f64>,
    /// Latencies that 500, 900, 990 and 999 of 1000 packets do not exceed.
    pub percentiles: Option<[u64; 4]>,
    /// The longest latency.
    pub latency_max: Option<u64>,
    /// Mean number of routers passed.
    pub routers: Option<f64>,
    /// Flits per cycle of the busiest link.
    pub link_max: f64,
    /// That link, e.g. `(9,1)->N of network 1`; none where no flit left a tile.
    pub busiest_link: Option<String>,
    /// Flits per cycle of the busiest output to a core.
    pub ejection_max: f64,
    /// Whether all measured packets arrived in time.
    pub drained: bool,
    /// Grants of all routers.
    #[serde(skip)]
    pub flit_hops: u64,
}

/// One run of a load.
struct Run {
    measured: Measurement,
    /// Cycles in which links and arrivals were counted.
    cycles: u64,
    /// Most flits of a link and of an output to a core.
    most: [u64; 2],
    /// The link with the most.
    busiest: Option<String>,
}

impl Run {
    fn new(mesh: &Mesh, measured: Measurement, cycles: u64, links: &LinkLoad) -> Self {
        let (shape, flits) = (&mesh.shape, &links.flits);
        let between = (0..flits.len()).filter(|row| row % shape.ports() < port::LOCAL && flits[*row] > 0);
        let row = between.max_by_key(|row| (flits[*row], Reverse(*row)));
        Self { measured, cycles, most: links.most(shape), busiest: row.map(|row| link_name(shape, row)) }
    }

    /// Flits per cycle of the busiest link, or output to a core.
    fn most(&self, which: usize) -> f64 {
        self.most[which] as f64 / self.cycles.max(1) as f64
    }
}

/// Points with what the mesh can do at best.
pub struct Curve {
    /// What was played: a pattern's name, or `trace`.
    pub traffic: &'static str,
    /// Where.
    pub mesh: String,
    /// Under which calibration.
    pub timing: Timing,
    /// Latency without load, cycles; none of a trace.
    pub zero_load: Option<f64>,
    /// Load that fills the busiest channel; none of a trace.
    pub bound: Option<f64>,
    /// By load, ascending.
    pub points: Vec<Point>,
}

impl Curve {
    /// The load at which latency is three times that without load, by lines between points.
    pub fn saturation(&self) -> Option<f64> {
        let limit = SATURATED * self.zero_load?;
        let known: Vec<[f64; 2]> =
            self.points.iter().filter_map(|point| Some([point.load, point.latency?])).collect();
        let over = known.iter().position(|[_, latency]| *latency >= limit)?;
        let ([low, below], [high, above]) = (known.get(over.checked_sub(1)?)?, known[over]);
        Some(low + (high - low) * (limit - below) / (above - below))
    }

    /// Whether a point is beyond saturation.
    pub fn is_saturated(&self, point: &Point) -> bool {
        let limit = self.zero_load.map(|zero| SATURATED * zero);
        limit.zip(point.latency).is_some_and(|(limit, latency)| latency >= limit)
    }
}

/// Plays all loads with `seeds` seeds each.
pub fn sweep(
    mesh: &Mesh,
    setup: &Setup,
    rates_ppm: &[u32],
    (seeds, player, bar): (u32, Player, &ProgressBar),
    mut log: Option<&mut Keeper>,
) -> Result<Curve, PatternError> {
    let mut points = Vec::new();
    for rate_ppm in rates_ppm {
        let mut runs = Vec::new();
        for seed in 0..u64::from(seeds) {
            let setup = Setup { rate_ppm: *rate_ppm, seed: setup.seed.wrapping_add(seed), ..setup.clone() };
            let mut links = LinkLoad::new(&mesh.shape, setup.warmup, setup.warmup + setup.window);
            let measured = match log.as_deref_mut() {
                None => player.play(mesh, &setup, &mut links)?,
                Some(log) => {
                    let mut both = (links, std::mem::take(log));
                    let measured = player.play(mesh, &setup, &mut both)?;
                    (links, *log) = both;
                    measured
                }
            };
            runs.push(Run::new(mesh, measured, setup.window, &links));
            bar.inc(1);
        }
        points.push(point(f64::from(*rate_ppm) / 1e6, &runs));
    }
    Ok(Curve {
        traffic: name(setup.pattern),
        mesh: mesh.name(),
        timing: mesh.timing.clone(),
        zero_load: Some(theory::zero_load(&mesh.shape, setup.pattern)? + f64::from(setup.flits - 1)),
        bound: Some(theory::bound(&mesh.shape, setup.pattern, setup.flits)?),
        points,
    })
}

/// Plays the packets of a list.
pub fn of_trace(
    mesh: &Mesh,
    departures: &[Departure],
    (drain, engine): (u64, Engine),
    log: Option<&mut Keeper>,
) -> Result<Curve, PatternError> {
    let mut both = (LinkLoad::new(&mesh.shape, 0, Cycle::MAX), Keeper::default());
    let mut measured = match &log {
        None => traffic::replay(mesh.shape, departures, drain, (engine.into(), &mut both.0))?,
        Some(_) => traffic::replay(mesh.shape, departures, drain, (engine.into(), &mut both))?,
    };
    let (links, kept) = both;
    if let Some(log) = log {
        *log = kept;
    }
    let load = measured.offered as f64 / (measured.nodes * measured.window).max(1) as f64;
    // Most packets of a trace arrive behind its last departure: what counts is what arrived over all that was played.
    measured.accepted = measured.measured;
    let cycles = measured.cycles;
    let run = Run::new(mesh, measured, cycles, &links);
    Ok(Curve {
        traffic: "trace",
        mesh: mesh.name(),
        timing: mesh.timing.clone(),
        zero_load: None,
        bound: None,
        points: vec![Point { accepted_min: None, ..point(load, &[run]) }],
    })
}

fn point(load: f64, runs: &[Run]) -> Point {
    let nodes = runs.first().map_or(0, |run| run.measured.nodes);
    let mut all = Measurement { nodes, ..Measurement::default() };
    runs.iter().for_each(|run| all += &run.measured);
    let sum = |cycles: fn(&Run) -> u64| runs.iter().map(cycles).sum::<u64>().max(1) as f64;
    let (window, cycles) = (sum(|run| run.measured.window), sum(|run| run.cycles));
    let rate = |packets: u64, cycles: f64| packets as f64 / (all.nodes.max(1) as f64 * cycles);
    let is_known = all.measured > 0;
    let mean = |sum: u64| is_known.then(|| sum as f64 / all.measured as f64);
    let measured = || runs.iter().map(|run| &run.measured).filter(|run| run.measured > 0);
    let means = || measured().map(Measurement::latency);
    let busiest = runs.iter().max_by(|a, b| a.most(0).total_cmp(&b.most(0)));
    Point {
        load,
        offered: rate(all.offered, window),
        accepted: rate(all.accepted, cycles),
        accepted_min: Some(all.accepted_min as f64 / cycles),
        packets: all.measured,
        latency: mean(all.latency_sum),
        latency_low: means().reduce(f64::min),
        latency_high: means().reduce(f64::max),
        network_latency: mean(all.network_latency_sum),
        percentiles: is_known.then(|| [500, 900, 990, 999].map(|permille| all.percentile(permille))),
        latency_max: is_known.then_some(all.latency_max),
        routers: mean(all.routers_sum),
        link_max: busiest.map_or(0.0, |run| run.most(0)),
        busiest_link: busiest.and_then(|run| run.busiest.clone()),
        ejection_max: runs.iter().map(|run| run.most(1)).fold(0.0, f64::max),
        drained: runs.iter().all(|run| run.measured.drained),
        flit_hops: all.flit_hops,
    }
}

/// A pattern's name.
pub fn name(pattern: Pattern) -> &'static str {
    Pattern::ALL.into_iter().find(|(_, known)| *known == pattern).map_or("traffic", |(name, _)| name)
}
