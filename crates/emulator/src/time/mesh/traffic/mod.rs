//! Synthetic traffic: open loop, Bernoulli, the patterns of the textbooks.
//!
//! Every node makes a packet in a cycle with a given probability, whatever the mesh does; packets wait in a queue
//! without bound at their source, and a sink takes each flit as it comes. The same setup gives the same packets on
//! both engines. Instead of chance a list can say who sends to whom and when: [`replay`].

mod bands;
mod log_parts;
mod numbers;
mod open_loop;
mod pattern;

use serde::{Deserialize, Serialize};

use super::sparse::Sparse;
use super::{Cycle, HashLog, Log, Network, NoLog, Shape, log::LinkLoad};
use crate::with_dense;
pub use log_parts::Parts;
pub use open_loop::OpenLoop;
pub use pattern::{Pattern, PatternError};

/// While measured packets are under way, one looks after so many cycles.
const DRAIN_STEP: Cycle = 200;

/// What is offered, and how long one looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// Who sends to whom.
    pub pattern: Pattern,
    /// Packets per node and million cycles, at most a million.
    pub rate_ppm: u32,
    /// Flits of a packet, 1 or 2.
    pub flits: u32,
    /// Seed of all choices.
    pub seed: u64,
    /// Cycles before the measurement.
    pub warmup: Cycle,
    /// Cycles of the measurement.
    pub window: Cycle,
    /// Most cycles to wait for measured packets afterwards; 0 measures throughput only.
    pub drain: Cycle,
}

impl Setup {
    /// A measurement of latency as the published curves are made: 3,000 cycles of warm-up, a window of 10,000, drain.
    #[must_use]
    pub const fn latency(pattern: Pattern, rate_ppm: u32, seed: u64) -> Self {
        Self { pattern, rate_ppm, flits: 1, seed, warmup: 3000, window: 10_000, drain: 100_000 }
    }

    /// A measurement of throughput: the same without waiting for packets.
    #[must_use]
    pub const fn throughput(pattern: Pattern, rate_ppm: u32, seed: u64) -> Self {
        Self { pattern, rate_ppm, flits: 1, seed, warmup: 3000, window: 10_000, drain: 0 }
    }
}

/// A packet that a list asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departure {
    /// The cycle in which it is made.
    pub at: Cycle,
    /// Node that sends it.
    pub source: u32,
    /// Node that it goes to.
    pub to: u32,
}

/// What was measured: counts; ratios are the reader's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measurement {
    /// Nodes.
    pub nodes: u64,
    /// Cycles of the window.
    pub window: Cycle,
    /// Packets made in the window.
    pub offered: u64,
    /// Flits that nodes sent into the mesh in the window.
    pub injected: u64,
    /// Packets that arrived in the window.
    pub accepted: u64,
    /// The same at the node where the fewest arrived from: packets of the worst-served source.
    pub accepted_min: u64,
    /// Packets made in the window whose latency is known.
    pub measured: u64,
    /// Their latencies, making to arrival of the last flit, added up.
    pub latency_sum: u64,
    /// Their latencies from the first flit's sending, added up.
    pub network_latency_sum: u64,
    /// The longest.
    pub latency_max: u64,
    /// Routers on their ways (hops + 1), added up.
    pub routers_sum: u64,
    /// Row `i` counts packets whose latency was `i` cycles, up to the longest.
    pub latencies: Vec<u64>,
    /// Whether all packets made in the window arrived.
    pub drained: bool,
    /// Cycles played.
    pub cycles: Cycle,
    /// Grants of all routers in all cycles played: flits times routers passed, of those that arrived.
    pub flit_hops: u64,
}

/// Counts of two runs, or of two parts of one, together.
impl std::ops::AddAssign<&Self> for Measurement {
    fn add_assign(&mut self, other: &Self) {
        self.offered += other.offered;
        self.injected += other.injected;
        self.accepted += other.accepted;
        self.accepted_min += other.accepted_min;
        self.measured += other.measured;
        self.latency_sum += other.latency_sum;
        self.network_latency_sum += other.network_latency_sum;
        self.latency_max = self.latency_max.max(other.latency_max);
        self.routers_sum += other.routers_sum;
        self.flit_hops += other.flit_hops;
        self.latencies.resize(self.latencies.len().max(other.latencies.len()), 0);
        self.latencies.iter_mut().zip(&other.latencies).for_each(|(sum, count)| *sum += count);
    }
}

#[allow(clippy::float_arithmetic, reason = "a report")]
impl Measurement {
    /// Mean latency, cycles; of nothing, 0.
    #[must_use]
    pub fn latency(&self) -> f64 {
        self.latency_sum as f64 / self.measured.max(1) as f64
    }

    /// The least latency that at least `permille` of a thousand packets do not exceed; of nothing, 0.
    #[must_use]
    pub fn percentile(&self, permille: u64) -> u64 {
        let wanted = (self.measured * permille).div_ceil(1000).max(1);
        let mut seen = 0;
        let reached = |count: &u64| {
            seen += count;
            seen >= wanted
        };
        self.latencies.iter().position(reached).unwrap_or(0) as u64
    }

    /// Packets accepted per node and cycle.
    #[must_use]
    pub fn throughput(&self) -> f64 {
        self.accepted as f64 / (self.nodes * self.window).max(1) as f64
    }

    /// Mean number of routers passed.
    #[must_use]
    pub fn routers(&self) -> f64 {
        self.routers_sum as f64 / self.measured.max(1) as f64
    }
}

/// Which engine plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Engine {
    /// Planes: for dense traffic.
    Dense,
    /// Events: for sparse traffic.
    Sparse,
    /// Planes where more than a few flits are about in every cycle, else events.
    Auto,
}

impl Engine {
    /// The engine for a rate: they cross where about two packets are made in a cycle of 64 routers.
    #[must_use]
    pub const fn resolve(self, shape: &Shape, rate_ppm: u32) -> Self {
        match self {
            Self::Auto => {
                let words = shape.routers().div_ceil(64) as u64;
                let packets = rate_ppm as u64 * shape.cores() as u64;
                if packets >= words * 250_000 { Self::Dense } else { Self::Sparse }
            }
            known => known,
        }
    }
}

/// Plays a setup.
///
/// # Errors
/// [`PatternError`] where the pattern does not fit the mesh.
pub fn measure(shape: Shape, setup: &Setup, engine: Engine) -> Result<Measurement, PatternError> {
    measure_logged(shape, setup, engine, &mut NoLog)
}

/// As [`measure`], with the hash of the log.
///
/// # Errors
/// As [`measure`].
pub fn measure_hashed(
    shape: Shape,
    setup: &Setup,
    engine: Engine,
) -> Result<(Measurement, HashLog), PatternError> {
    let mut log = HashLog::default();
    Ok((measure_logged(shape, setup, engine, &mut log)?, log))
}

/// As [`measure`], with the flits of every output in the window.
///
/// # Errors
/// As [`measure`].
pub fn measure_links(
    shape: Shape,
    setup: &Setup,
    engine: Engine,
) -> Result<(Measurement, LinkLoad), PatternError> {
    let mut log = LinkLoad::new(&shape, setup.warmup, setup.warmup + setup.window);
    Ok((measure_logged(shape, setup, engine, &mut log)?, log))
}

/// As [`measure`], told to a log.
///
/// # Errors
/// As [`measure`].
pub fn measure_logged<L: Log>(
    shape: Shape,
    setup: &Setup,
    engine: Engine,
    log: &mut L,
) -> Result<Measurement, PatternError> {
    let endpoint = OpenLoop::new(shape, setup)?;
    Ok(match engine.resolve(&shape, setup.rate_ppm) {
        Engine::Sparse => play::<Sparse, L>(shape, setup, endpoint, log),
        _ => with_dense!(shape, D => play::<D, L>(shape, setup, endpoint, log)),
    })
}

/// As [`measure_logged`], on several host threads: bands of rows, each on an event engine. Grants and measurement are
/// those of one thread; more threads than rows do nothing.
///
/// # Errors
/// As [`measure`].
pub fn measure_threads<L: Parts>(
    shape: Shape,
    setup: &Setup,
    threads: u32,
    log: &mut L,
) -> Result<Measurement, PatternError> {
    Ok(bands::play(shape, setup, &OpenLoop::new(shape, setup)?, (threads, log)))
}

/// Plays a list of packets of one flit to its end, or for `drain` cycles behind its last departure.
///
/// # Errors
/// [`PatternError::Range`] where a node is not there.
pub fn replay<L: Log>(
    shape: Shape,
    departures: &[Departure],
    drain: Cycle,
    (engine, log): (Engine, &mut L),
) -> Result<Measurement, PatternError> {
    let endpoint = OpenLoop::replay(shape, departures)?;
    let window = departures.iter().map(|departure| departure.at + 1).max().unwrap_or(0);
    let setup = Setup { warmup: 0, window, drain, ..Setup::latency(Pattern::Uniform, 1, 0) };
    let packets = departures.len() as u64 * 1_000_000 / (window * shape.cores() as u64).max(1);
    Ok(match engine.resolve(&shape, packets.min(1_000_000) as u32) {
        Engine::Sparse => play::<Sparse, L>(shape, &setup, endpoint, log),
        _ => with_dense!(shape, D => play::<D, L>(shape, &setup, endpoint, log)),
    })
}

/// A setup at several rates.
///
/// # Errors
/// As [`measure`].
pub fn sweep(
    shape: Shape,
    setup: &Setup,
    rates_ppm: &[u32],
    engine: Engine,
) -> Result<Vec<Measurement>, PatternError> {
    let at = |rate_ppm: &u32| measure(shape, &Setup { rate_ppm: *rate_ppm, ..setup.clone() }, engine);
    rates_ppm.iter().map(at).collect()
}

fn play<N: Network, L: Log>(shape: Shape, setup: &Setup, mut endpoint: OpenLoop, log: &mut L) -> Measurement {
    let mut network = N::new(shape);
    endpoint.start(&mut network);
    let end = setup.warmup + setup.window;
    network.run(end, &mut endpoint, log);
    while endpoint.outstanding() > 0 && network.now() < end + setup.drain {
        let step = (end + setup.drain - network.now()).min(DRAIN_STEP);
        network.run(network.now() + step, &mut endpoint, log);
    }
    endpoint.measurement(network.now())
}
