//! The measured curves of another simulator.

#![allow(clippy::float_arithmetic, reason = "means and rates")]

use std::path::Path;

use emulator::time::mesh::traffic::{Engine, Pattern, Setup, measure};
use emulator::time::mesh::{Shape, Size};
use isa::timing::Timing;

/// A point of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Whether it is the point of overload.
    pub overload: bool,
    /// Packets per node and million cycles.
    pub rate_ppm: u32,
    /// Whether its latency settled.
    pub stable: bool,
    /// Mean latency, cycles.
    pub latency: f64,
    /// Packets accepted per node and cycle.
    pub accepted: f64,
}

/// Reads a curve.
///
/// # Panics
/// If the file is not such a curve.
#[must_use]
pub fn read(path: &Path) -> Vec<Point> {
    let text = std::fs::read_to_string(path).expect("a curve");
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |i: usize| cells[i].parse::<f64>().expect("a number");
        Point {
            overload: cells[0] == "throughput",
            rate_ppm: (number(1) * 1e6).round() as u32,
            stable: cells[3] == "stable",
            latency: number(4),
            accepted: number(8),
        }
    };
    text.lines().skip(1).map(row).collect()
}

/// The 8 x 8 mesh of the curves, with other buffers and channels.
///
/// # Panics
/// If it is not legal.
#[must_use]
pub fn mesh(buffer: u32, vcs: u32) -> Shape {
    let mut timing = Timing::shipped("noc-reference").expect("it ships");
    (timing.router.buffer, timing.nif.receive, timing.router.vcs) = (buffer, buffer, vcs);
    timing.check().expect("legal");
    Shape::new(Size::chip(8, 8, 1), &timing).expect("a mesh")
}

/// Mean latency of seeds 1 to `seeds`, each measured for `window` cycles.
///
/// # Panics
/// If the pattern does not fit.
#[must_use]
pub fn latency(shape: Shape, pattern: Pattern, rate_ppm: u32, seeds: u64) -> f64 {
    let of = |seed| {
        measure(shape, &Setup::latency(pattern, rate_ppm, seed), Engine::Auto).expect("it fits").latency()
    };
    (1..=seeds).map(of).sum::<f64>() / seeds as f64
}

/// Mean throughput of seeds 1 to `seeds`.
///
/// # Panics
/// If the pattern does not fit.
#[must_use]
pub fn throughput(shape: Shape, pattern: Pattern, rate_ppm: u32, seeds: u64) -> f64 {
    let of = |seed| {
        measure(shape, &Setup::throughput(pattern, rate_ppm, seed), Engine::Auto)
            .expect("it fits")
            .throughput()
    };
    (1..=seeds).map(of).sum::<f64>() / seeds as f64
}

/// The rate at which latency is three times its value without load, by lines between the rates given.
#[must_use]
pub fn saturation(rates_ppm: &[u32], limit: f64, mut latency: impl FnMut(u32) -> f64) -> Option<f64> {
    let mut before: Option<(f64, f64)> = None;
    for rate in rates_ppm {
        let (rate, latency) = (f64::from(*rate), latency(*rate));
        if latency >= limit {
            let (low, from) = before?;
            return Some((low + (rate - low) * (limit - from) / (latency - from)) / 1e6);
        }
        before = Some((rate, latency));
    }
    None
}
