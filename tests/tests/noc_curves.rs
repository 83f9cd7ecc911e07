//! The mesh against the measured curves of BookSim2 (timing.md V3 to V6).

#![allow(clippy::float_arithmetic, reason = "errors in percent")]

use std::path::PathBuf;

use emulator::time::mesh::Shape;
use emulator::time::mesh::traffic::{Engine, Pattern, Setup, measure, measure_hashed, measure_links};
use seamount_tests::noc::curves::{self, Point, mesh, read};
use seamount_tests::shared::find_or_say;

struct Curve {
    tag: &'static str,
    buffer: u32,
    pattern: Pattern,
    /// Mean latency without load, cycles.
    zero_load: f64,
    /// Published load at three times that.
    saturation: Option<f64>,
}

const CURVES: [Curve; 5] = [
    Curve { tag: "s1b4_uniform", buffer: 4, pattern: Pattern::Uniform, zero_load: 20.75, saturation: None },
    Curve {
        tag: "s1b8_uniform",
        buffer: 8,
        pattern: Pattern::Uniform,
        zero_load: 20.75,
        saturation: Some(0.363),
    },
    Curve {
        tag: "s1b8_bitcomp",
        buffer: 8,
        pattern: Pattern::Bitcomp,
        zero_load: 29.0,
        saturation: Some(0.227),
    },
    Curve {
        tag: "s1b8_tornado",
        buffer: 8,
        pattern: Pattern::Tornado,
        zero_load: 27.5,
        saturation: Some(0.250),
    },
    Curve {
        tag: "s1b8_hotspot4",
        buffer: 8,
        pattern: Pattern::Hotspot4,
        zero_load: 17.0,
        saturation: Some(0.0558),
    },
];

impl Curve {
    fn file(&self) -> Option<PathBuf> {
        find_or_say(&format!("golden/noc/booksim2_mesh8x8_{}.csv", self.tag))
    }

    fn shape(&self) -> Shape {
        mesh(self.buffer, 1)
    }

    fn rates(points: &[Point]) -> Vec<u32> {
        points.iter().filter(|p| !p.overload).map(|p| p.rate_ppm).collect()
    }

    /// The highest load below 0.8 of what saturates the curve by its own points.
    fn calm(&self, points: &[Point]) -> f64 {
        let latency =
            |rate| points.iter().find(|p| p.rate_ppm == rate && !p.overload).map_or(0.0, |p| p.latency);
        let saturation = curves::saturation(&Self::rates(points), 3.0 * self.zero_load, latency);
        0.8 * saturation.expect("the curve saturates")
    }
}

fn error_percent(ours: f64, theirs: f64) -> f64 {
    100.0 * (ours - theirs) / theirs
}

#[test]
fn throughput_in_overload_v3() {
    for curve in &CURVES {
        let Some(file) = curve.file() else { return };
        for point in read(&file).iter().filter(|p| p.overload) {
            let ours = curves::throughput(curve.shape(), curve.pattern, point.rate_ppm, 5);
            let error = error_percent(ours, point.accepted);
            println!("V3 {}: {ours:.4} accepted for {:.4}, {error:+.2} %", curve.tag, point.accepted);
            assert!(error.abs() <= 2.0, "{}: {error} %", curve.tag);
        }
    }
}

#[test]
fn latency_below_saturation_v4() {
    for curve in &CURVES {
        let Some(file) = curve.file() else { return };
        let points = read(&file);
        let calm = curve.calm(&points);
        for point in points.iter().filter(|p| !p.overload && f64::from(p.rate_ppm) <= calm * 1e6) {
            let ours = curves::latency(curve.shape(), curve.pattern, point.rate_ppm, 3);
            let error = error_percent(ours, point.latency);
            println!(
                "V4 {} at {} ppm: {ours:.3} for {:.3}, {error:+.2} %",
                curve.tag, point.rate_ppm, point.latency
            );
            assert!(error.abs() <= 3.0, "{} at {}: {error} %", curve.tag, point.rate_ppm);
        }
    }
}

#[test]
fn saturation_v5() {
    for curve in &CURVES {
        let (Some(file), Some(theirs)) = (curve.file(), curve.saturation) else { continue };
        let latency = |rate| curves::latency(curve.shape(), curve.pattern, rate, 5);
        let ours = curves::saturation(&Curve::rates(&read(&file)), 3.0 * curve.zero_load, latency)
            .expect("it saturates");
        let error = error_percent(ours, theirs);
        println!("V5 {}: saturates at {ours:.4} for {theirs:.4}, {error:+.2} %", curve.tag);
        assert!(error.abs() <= 3.0, "{}: {error} %", curve.tag);
    }
}

#[test]
fn no_channel_carries_more_than_it_can_v6() {
    let hot = [(Pattern::Bitcomp, 250_000), (Pattern::Hotspot4, 62_500), (Pattern::Hotspot1, 15_625)];
    for (pattern, bound_ppm) in hot {
        let mut highest: f64 = 0.0;
        for percent in [60, 90, 100, 125] {
            let setup = Setup::throughput(pattern, bound_ppm / 100 * percent, 1);
            let (_, links) = measure_links(mesh(8, 1), &setup, Engine::Auto).expect("it fits");
            let most = links.most(&mesh(8, 1)).map(|flits| flits as f64 / setup.window as f64);
            assert!(most.into_iter().all(|share| share <= 1.0), "{pattern:?}: {most:?}");
            highest = most.into_iter().fold(highest, f64::max);
        }
        println!("V6 {pattern:?}: the busiest channel carries {highest:.3} flits a cycle");
        assert!(highest >= 0.9, "{pattern:?}: {highest}");
    }
}

#[test]
fn both_engines_measure_the_same() {
    for (pattern, rate) in
        [(Pattern::Uniform, 20_000), (Pattern::Tornado, 260_000), (Pattern::Neighbour, 400_000)]
    {
        for (buffer, vcs) in [(8, 1), (4, 2)] {
            let setup = Setup { flits: vcs, window: 2000, ..Setup::latency(pattern, rate, 3) };
            let dense = measure_hashed(mesh(buffer, vcs), &setup, Engine::Dense).expect("it fits");
            let sparse = measure_hashed(mesh(buffer, vcs), &setup, Engine::Sparse).expect("it fits");
            assert_eq!(dense.1, sparse.1, "{pattern:?}");
            assert_eq!(dense.0, sparse.0, "{pattern:?}");
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let setup = Setup::latency(Pattern::Uniform, 0, 1);
    let zero = measure(mesh(8, 1), &setup, Engine::Auto).expect_err("no packets").to_string();
    assert!(zero.contains("rate_ppm = 0, but 1..=1000000"), "{zero}");
    assert!(Pattern::named("bitcomp").is_ok());
    let unknown = Pattern::named("shuffle").expect_err("unknown").to_string();
    assert!(unknown.contains("uniform, transpose"), "{unknown}");
}

#[test]
fn deeper_buffers_and_more_channels_reach_the_published_share() {
    // 0.79 of the bound of 0.5, rounded as published (timing.md 1.8).
    for (buffer, vcs) in [(16, 1), (8, 2), (4, 4)] {
        let ours = curves::throughput(mesh(buffer, vcs), Pattern::Uniform, 625_000, 3);
        println!(
            "{vcs} channels of {buffer}: {ours:.4} accepted for 0.395, {:+.2} %",
            error_percent(ours, 0.395)
        );
        assert!((ours - 0.395).abs() <= 0.02 * 0.395, "{vcs} channels of {buffer}: {ours}");
    }
}
