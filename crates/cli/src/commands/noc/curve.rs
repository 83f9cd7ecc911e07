//! Points of a curve: every load played with every seed.
#![allow(clippy::float_arithmetic, reason = "means and rates")]

use emulator::time::mesh::log::LinkLoad;
use emulator::time::mesh::traffic::{self, Departure, Measurement, Parts, Pattern, PatternError, Setup};
use indicatif::ProgressBar;
use isa::timing::Timing;
use serde::Serialize;

use super::mesh::Mesh;
use super::theory;
use crate::flits::Keeper;

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
    /// Packets that arrived, per node and cycle.
    pub accepted: f64,
    /// The same of the worst-served source.
    pub accepted_min: f64,
    /// Packets whose latency is known.
    pub packets: u64,
    /// Mean latency, cycles.
    pub latency: f64,
    /// Lowest and highest mean of a seed.
    pub latency_seeds: [f64; 2],
    /// Mean latency from the first flit's sending.
    pub network_latency: f64,
    /// Latencies that 500, 900, 990 and 999 of 1000 packets do not exceed.
    pub percentiles: [u64; 4],
    /// The longest latency.
    pub latency_max: u64,
    /// Mean number of routers passed.
    pub routers: f64,
    /// Flits per cycle of the busiest link.
    pub link_max: f64,
    /// Flits per cycle of the busiest output to a core.
    pub ejection_max: f64,
    /// Whether all measured packets arrived in time.
    pub drained: bool,
    /// Grants of all routers.
    #[serde(skip)]
    pub flit_hops: u64,
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
    /// Load that fills the busiest channel; none of a trace or a large mesh.
    pub bound: Option<f64>,
    /// By load, ascending.
    pub points: Vec<Point>,
}

impl Curve {
    /// The load at which latency is three times that without load, by lines between points.
    pub fn saturation(&self) -> Option<f64> {
        let limit = SATURATED * self.zero_load?;
        let over = self.points.iter().position(|point| point.latency >= limit)?;
        let [low, high] = [self.points.get(over.checked_sub(1)?)?, &self.points[over]];
        Some(low.load + (high.load - low.load) * (limit - low.latency) / (high.latency - low.latency))
    }

    /// Whether a point is beyond saturation.
    pub fn is_saturated(&self, point: &Point) -> bool {
        self.zero_load.is_some_and(|zero| point.latency >= SATURATED * zero)
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
            runs.push((measured, links.most(&mesh.shape)));
            bar.inc(1);
        }
        points.push(point(f64::from(*rate_ppm) / 1e6, &runs));
    }
    Ok(Curve {
        traffic: name(setup.pattern),
        mesh: mesh.name(),
        timing: mesh.timing.clone(),
        zero_load: Some(theory::zero_load(&mesh.shape, setup.pattern)? + f64::from(setup.flits - 1)),
        bound: theory::bound(&mesh.shape, setup.pattern, setup.flits)?,
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
    let end = departures.iter().map(|departure| departure.at + 1).max().unwrap_or(0);
    let mut both = (LinkLoad::new(&mesh.shape, 0, end), Keeper::default());
    let measured = match &log {
        None => traffic::replay(mesh.shape, departures, drain, (engine.into(), &mut both.0))?,
        Some(_) => traffic::replay(mesh.shape, departures, drain, (engine.into(), &mut both))?,
    };
    let (links, kept) = both;
    if let Some(log) = log {
        *log = kept;
    }
    let load = measured.offered as f64 / (measured.nodes * measured.window).max(1) as f64;
    Ok(Curve {
        traffic: "trace",
        mesh: mesh.name(),
        timing: mesh.timing.clone(),
        zero_load: None,
        bound: None,
        points: vec![point(load, &[(measured, links.most(&mesh.shape))])],
    })
}

fn point(load: f64, runs: &[(Measurement, [u64; 2])]) -> Point {
    let nodes = runs.first().map_or(0, |(run, _)| run.nodes);
    let mut all = Measurement { nodes, ..Measurement::default() };
    runs.iter().for_each(|(run, _)| all += run);
    let cycles: u64 = runs.iter().map(|(run, _)| run.window).sum();
    let rate = |packets: u64| packets as f64 / (all.nodes * cycles).max(1) as f64;
    let mean = |sum: u64| sum as f64 / all.measured.max(1) as f64;
    let means = || runs.iter().map(|(run, _)| run.latency());
    let most = |which: usize| {
        runs.iter().map(|(run, most)| most[which] as f64 / run.window.max(1) as f64).fold(0.0, f64::max)
    };
    Point {
        load,
        offered: rate(all.offered),
        accepted: rate(all.accepted),
        accepted_min: all.accepted_min as f64 / cycles.max(1) as f64,
        packets: all.measured,
        latency: mean(all.latency_sum),
        latency_seeds: [means().fold(f64::MAX, f64::min), means().fold(0.0, f64::max)],
        network_latency: mean(all.network_latency_sum),
        percentiles: [500, 900, 990, 999].map(|permille| all.percentile(permille)),
        latency_max: all.latency_max,
        routers: mean(all.routers_sum),
        link_max: most(0),
        ejection_max: most(1),
        drained: runs.iter().all(|(run, _)| run.drained),
        flit_hops: all.flit_hops,
    }
}

/// A pattern's name.
pub fn name(pattern: Pattern) -> &'static str {
    Pattern::ALL.into_iter().find(|(_, known)| *known == pattern).map_or("traffic", |(name, _)| name)
}
