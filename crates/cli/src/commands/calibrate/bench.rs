//! What the micro-benchmarks find: points, and rows of constants.
#![allow(clippy::float_arithmetic, reason = "units and errors in percent")]

use isa::timing::provenance::origin_of;
use isa::timing::{Tier, Timing};
use serde::Serialize;

use super::fit::Line;
use super::published::{CONSTANTS, Published, Unit, published};

/// The points of a micro-benchmark.
#[derive(Clone, Debug, Serialize)]
pub struct Points {
    /// Which.
    pub benchmark: &'static str,
    /// What is varied.
    pub over: String,
    /// What is measured.
    pub of: &'static str,
    /// Pairs.
    pub points: Vec<(f64, f64)>,
}

/// A constant: what the calibration says, what is published, what came out.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Which micro-benchmark.
    pub benchmark: &'static str,
    /// Key of the constant.
    pub key: &'static str,
    /// What it is.
    pub constant: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// What the calibration's fields say.
    pub described: f64,
    /// What is published.
    pub published: Option<Published>,
    /// What came out.
    pub emulated: f64,
    /// The same in cycles; none of energies.
    pub cycles: Option<f64>,
    /// Largest distance of a point from the line, cycles or picojoules.
    pub residual: f64,
    /// From the published value to what came out.
    pub error_percent: Option<f64>,
    /// How well the calibration's field is known.
    pub tier: Option<Tier>,
    /// Where it comes from.
    pub source: Option<String>,
}

/// A measured constant.
pub struct Measured {
    /// Which micro-benchmark.
    pub benchmark: &'static str,
    /// Key of the constant.
    pub key: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// What the calibration's fields make: cycles, or femtojoules.
    pub described: u64,
    /// What came out: cycles, or picojoules.
    pub value: f64,
    /// Largest distance from the line.
    pub residual: f64,
}

/// Everything that was measured under a calibration.
pub struct Bench<'a> {
    /// The calibration.
    pub timing: &'a Timing,
    /// Constants.
    pub rows: Vec<Row>,
    /// Where they come from.
    pub points: Vec<Points>,
}

impl<'a> Bench<'a> {
    /// Nothing measured yet.
    pub const fn new(timing: &'a Timing) -> Self {
        Self { timing, rows: Vec::new(), points: Vec::new() }
    }

    /// Keeps the points of a micro-benchmark.
    pub fn keep(&mut self, benchmark: &'static str, over: &str, of: &'static str, points: &[(f64, f64)]) {
        self.points.push(Points { benchmark, over: over.into(), of, points: points.to_vec() });
    }

    /// Adds a time, found in cycles.
    pub fn time(&mut self, benchmark: &'static str, key: &'static str, described: u64, line: Line) {
        let unit = if self.timing.name == "noc-reference" { Unit::Cycles } else { Unit::Nanoseconds };
        let (value, residual) = (line.slope, line.residual);
        self.add(&Measured { benchmark, key, unit, described, value, residual });
    }

    /// Adds an energy, found in picojoules, described in femtojoules.
    pub fn energy(&mut self, benchmark: &'static str, key: &'static str, described: u64, line: Line) {
        let (value, residual) = (line.slope, line.residual);
        self.add(&Measured { benchmark, key, unit: Unit::Picojoules, described, value, residual });
    }

    /// Adds a constant.
    pub fn add(&mut self, found: &Measured) {
        let Measured { benchmark, key, unit, described, value, residual } = *found;
        let nanoseconds = f64::from(self.timing.clock_ps) / 1000.0;
        let described = described as f64;
        let (described, emulated, cycles) = match unit {
            Unit::Nanoseconds => (described * nanoseconds, value * nanoseconds, Some(value)),
            Unit::Picojoules => (described / 1000.0, value, None),
            Unit::Cycles => (described, value, Some(value)),
            // Flits per million cycles.
            Unit::Bandwidth => (described / 1e6 / nanoseconds, value / 1e6 / nanoseconds, None),
        };
        let Some(constant) = CONSTANTS.iter().find(|constant| constant.key == key) else { return };
        let field = if unit == Unit::Picojoules { constant.energy } else { constant.time };
        let origin = origin_of(&self.timing.provenance, field);
        let published = published(&self.timing.name, key, unit);
        let error = published.filter(|p| p.value > 0.0).map(|p| 100.0 * (emulated - p.value) / p.value);
        self.rows.push(Row {
            benchmark,
            key,
            constant: constant.what,
            unit,
            described,
            published,
            emulated,
            cycles,
            residual,
            error_percent: error,
            tier: origin.map(|origin| origin.tier),
            source: origin.map(|origin| origin.source.clone()),
        });
    }
}
