//! Row R20 of seeds.md: the statistics of the keyed draws, stream by stream, and of Poisson inputs.
#![allow(clippy::float_arithmetic, reason = "statistics")]

use isa::draw::{Stream, StreamKey, mix};
use network::graph::{Compartment, InputSource, Node, Settings, Values};
use seamount_tests::graphs;
use seamount_tests::route::Route;
use trace::Stimulus;

const SEED: u32 = 20_240_607;

/// Whether Poisson input `key` fires at each of `steps` steps.
fn train(key: u32, p: f64, steps: u32) -> Vec<bool> {
    let threshold = (p * 2f64.powi(32)) as u64;
    (1..=steps).map(|t| StreamKey::new(SEED, Stream::Input, t, 0).draw(key, 0).fires(threshold)).collect()
}

fn intervals(train: &[bool]) -> Vec<u32> {
    let steps: Vec<u32> = (0u32..).zip(train).filter(|(_, fires)| **fires).map(|(t, _)| t).collect();
    steps.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn variance(x: &[f64]) -> f64 {
    let m = mean(x);
    x.iter().map(|x| (x - m).powi(2)).sum::<f64>() / (x.len() - 1) as f64
}

/// Correlation of two equally long lists.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let (ma, mb) = (mean(a), mean(b));
    let covariance = a.iter().zip(b).map(|(a, b)| (a - ma) * (b - mb)).sum::<f64>() / (a.len() - 1) as f64;
    covariance / (variance(a) * variance(b)).sqrt()
}

/// The value that chi-square with `df` degrees exceeds as seldom as a normal exceeds `z` (Wilson and Hilferty).
fn chi_square_limit(df: f64, z: f64) -> f64 {
    let k = 2.0 / (9.0 * df);
    df * (1.0 - k + z * k.sqrt()).powi(3)
}

/// Once in 1,000 times.
const ONE_TEST: f64 = 3.09;
/// Once in 1,000 times in one of 56 tests (7 streams of 8 bytes).
const ALL_BYTES: f64 = 4.14;

#[test]
fn poisson_inputs_are_geometric() {
    for (key, p, steps) in
        [(0, 0.005, 2_100_000), (1, 0.02, 520_000), (2, 0.05, 2_000_000), (3, 0.1, 2_000_000)]
    {
        let train = train(key, p, steps);
        let rate = train.iter().filter(|f| **f).count() as f64 / f64::from(steps);
        assert!((rate - p).abs() < 4.0 * (p * (1.0 - p) / f64::from(steps)).sqrt(), "rate {rate} of {p}");
        let isi: Vec<f64> = intervals(&train).into_iter().take(10_000).map(f64::from).collect();
        assert_eq!(isi.len(), 10_000);
        let cv = variance(&isi).sqrt() / mean(&isi);
        assert!((cv - (1.0 - p).sqrt()).abs() <= 0.03, "CV {cv} of {p}");
        chi_square_against_geometric(&isi, p);
        for lag in 1..=20 {
            let r = correlation(&isi[lag..], &isi[..isi.len() - lag]);
            assert!(r.abs() < 4.0 / (isi.len() as f64).sqrt(), "lag {lag} of {p}: {r}");
        }
        if steps >= 2_000_000 {
            let counts: Vec<f64> = (train.chunks_exact(1000).take(2000))
                .map(|window| window.iter().filter(|f| **f).count() as f64)
                .collect();
            let fano = variance(&counts) / mean(&counts);
            assert!((fano / (1.0 - p) - 1.0).abs() < 0.1, "Fano {fano} of {p}");
        }
    }
}

/// Intervals in bins of equal probability, as far as whole steps allow.
fn chi_square_against_geometric(isi: &[f64], p: f64) {
    let tail = |k: u32| (1.0 - p).powi(k as i32);
    let (mut edges, mut from) = (vec![0u32], 0);
    while tail(from) > 0.02 {
        let to = (from + 1..).find(|&to| tail(from) - tail(to) >= 0.02).expect("an edge");
        edges.push(to);
        from = to;
    }
    let mut chi = 0.0;
    for (i, &low) in edges.iter().enumerate() {
        let high = edges.get(i + 1).copied();
        let expected = (tail(low) - high.map_or(0.0, tail)) * isi.len() as f64;
        let within = |x: &&f64| **x > f64::from(low) && high.is_none_or(|high| **x <= f64::from(high));
        let found = isi.iter().filter(within).count() as f64;
        chi += (found - expected).powi(2) / expected;
    }
    let df = (edges.len() - 1) as f64;
    assert!(chi < chi_square_limit(df, ONE_TEST), "chi-square {chi} of {df} degrees for p {p}");
}

#[test]
fn inputs_are_independent() {
    let n = 200_000;
    let as_numbers =
        |key| -> Vec<f64> { train(key, 0.1, n).into_iter().map(|f| f64::from(u8::from(f))).collect() };
    let trains: Vec<Vec<f64>> = (0..5).map(as_numbers).collect();
    for a in 0..5 {
        for b in 0..a {
            let r = correlation(&trains[a], &trains[b]);
            assert!(r.abs() < 4.0 / f64::from(n).sqrt(), "inputs {a} and {b}: {r}");
        }
    }
}

/// Every stream's words: each byte is uniform, times and units and streams are uncorrelated.
#[test]
fn every_stream_is_uniform_and_independent() {
    let streams = [
        Stream::Noise,
        Stream::Pre,
        Stream::Post,
        Stream::Synapse,
        Stream::Homeostasis,
        Stream::Reward,
        Stream::Input,
    ];
    let n = 40_000u32;
    let of_time = |stream, unit| -> Vec<u64> {
        (1..=n).map(|t| StreamKey::new(SEED, stream, t, 0).draw(unit, 0).0).collect()
    };
    let low = |words: &[u64]| -> Vec<f64> { words.iter().map(|z| (z & 0xffff_ffff) as f64).collect() };
    let first = low(&of_time(Stream::Noise, 7));
    for stream in streams {
        let words = of_time(stream, 3);
        for byte in 0..8 {
            let mut counts = [0u32; 256];
            words.iter().for_each(|z| counts[(z >> (8 * byte)) as usize & 255] += 1);
            let expected = f64::from(n) / 256.0;
            let chi: f64 = counts.iter().map(|&c| (f64::from(c) - expected).powi(2) / expected).sum();
            assert!(chi < chi_square_limit(255.0, ALL_BYTES), "{stream:?}, byte {byte}: {chi}");
        }
        let x = low(&words);
        let limit = 4.0 / f64::from(n).sqrt();
        for lag in 1..=20 {
            let r = correlation(&x[lag..], &x[..x.len() - lag]);
            assert!(r.abs() < limit, "{stream:?}, lag {lag}: {r}");
        }
        let r = correlation(&x, &first);
        assert!(r.abs() < limit, "{stream:?} against another unit's noise: {r}");
    }
}

/// Noise samples: -127..=127, all of them, with mean 0 and the variance of their 255 values.
#[test]
fn noise_samples_are_uniform() {
    let n = 255 * 400;
    let samples: Vec<i32> =
        (0..n).map(|t| StreamKey::new(SEED, Stream::Noise, t, 0).draw(11, 0).noise_sample()).collect();
    let mut counts = [0u32; 255];
    samples.iter().for_each(|&s| counts[(s + 127) as usize] += 1);
    let chi: f64 = counts.iter().map(|&c| (f64::from(c) - 400.0).powi(2) / 400.0).sum();
    assert!(chi < chi_square_limit(254.0, ONE_TEST), "chi-square {chi}");
}

/// A neuron behind each line fires exactly when the line's draw says so; 0 never and 2^32 always.
#[test]
fn poisson_inputs_follow_their_draws() {
    let thresholds = [0, 1 << 32, 429_496_729, 85_899_345];
    let mut graph = graphs::graph("poisson", Settings::default());
    graph.seed = SEED;
    graph.populations.push(graphs::population("n", 4, Compartment::default()));
    graph.inputs.push(graphs::input("in", 4, InputSource::Poisson(Values::Each(thresholds.to_vec()))));
    graphs::connect(
        &mut graph,
        Node::Input(0),
        0,
        &[(0, 0, 254, 0), (1, 1, 254, 0), (2, 2, 254, 0), (3, 3, 254, 0)],
    );
    let key = graph.input_key(0).0;
    for route in Route::all() {
        let shown = route.record(&graph, 500, &Stimulus::default(), &|_| false).expect("it runs");
        for t in 1..=500 {
            let drawn: Vec<u32> = (0..4)
                .filter(|&i| {
                    let [o0, _] = mix(mix([SEED, 6], [t, 0]), [key + i, 0]);
                    u64::from(o0) < thresholds[i as usize]
                })
                .collect();
            assert_eq!(shown.spikes.get(&t).cloned().unwrap_or_default(), drawn, "{route:?}, step {t}");
        }
    }
}
