//! Programs whose weights, thresholds and delays move: the numbers are closed forms.

use std::fs;

use ndarray::{ArrayD, Axis};
use seamount_tests::command::{root, run_in, scratch};
use seamount_tests::run::{Run, Spike};

/// Seeds R6: 200 trials a distance, every mean within 0.15.
#[test]
fn stdp_window_is_the_curve() {
    let run = Run::of("programs/stdp_window", &[]);
    for (name, amplitude) in [("pre-later.weight", 30.0), ("pre-earlier.weight", -31.5)] {
        let weights = run.array(name);
        assert_eq!(weights.len(), 8000);
        let mut worst = 0.0f64;
        for k in 1..=40 {
            let trials = weights.iter().skip(k - 1).step_by(40).map(|w| f64::from(w - 64));
            let mean = trials.sum::<f64>() / 200.0;
            let ideal = amplitude * (-(k as f64) / 20.0).exp();
            worst = worst.max((mean - ideal).abs());
            assert!((mean - ideal).abs() <= 0.15, "{name}, distance {k}: {mean} instead of {ideal}");
        }
        println!("{name}: largest |mean - ideal| {worst:.3} of 0.15");
    }
}

/// Weights of `n` synapses after `steps` steps in which the source fires at `pre` and the target, made to, at `post`,
/// every 100 steps.
fn pairs(rule: &str, steps: u32, (pre, post): (u32, u32)) -> ArrayD<i32> {
    let name = format!("pairs-{steps}-{pre}-{post}-{}", rule.len());
    let text = format!(
        "rule pair {{ trace x1(impulse = 120, tau = 20), trace y1(impulse = 126, tau = 20), {rule} }}\n\
         input pre[400] = regular(period = 100, first = {pre})\ninput force = regular(period = 100, first = {post})\n\
         population cells[400]\n\
         project pre -> cells : one_to_one {{ weight = 64, sign = excitatory, exponent = -8, learn = pair }}\n\
         project force -> cells : all {{ weight = 200 }}\nrecord pre->cells.weight every {steps}\nrun {steps}\n"
    );
    Run::text(&name, &text, &[]).array("pre-cells.weight")
}

#[test]
fn stdp_ends_at_the_bounds_exactly() {
    let up = pairs("dw = 2^-2*x1*y0", 100_000, (10, 10));
    assert!(up.iter().all(|&w| w == 255), "1,000 pairs that only strengthen");
    let down = pairs("dw = -2^-2*y1*x0", 100_000, (20, 10));
    assert!(down.iter().all(|&w| w == 0), "1,000 pairs that only weaken");
}

#[test]
fn stdp_of_one_step_counts_both_terms() {
    // Recorded in the same step: the target fires one step before the source's spike is serviced.
    let weights = pairs("dw = 2^-2*x1*y0 - 2^-2*y1*x0", 50, (11, 10));
    let mean = weights.iter().map(|w| f64::from(w - 64)).sum::<f64>() / weights.len() as f64;
    assert!((mean + 1.5).abs() <= 4.0 * 0.5 / 20.0, "(120 - 126)/4 within four standard errors: {mean}");
}

#[test]
fn homeostasis_makes_rates_equal() {
    let run = Run::of("programs/homeostasis", &[]);
    let (fixed, steady) = (run.array("fixed.spikes"), run.array("steady.spikes"));
    let late =
        |array: &ArrayD<i32>, i: i32| array.axis_iter(Axis(0)).filter(|r| r[2] == i && r[1] > 24_000).count();
    let vth = run.array("steady.vth");
    for i in 0..8 {
        let drive = 100 * (i + 1);
        let alone = 6400 / drive + 1;
        let expected = 30_000 / alone - 24_000 / alone;
        assert_eq!(late(&fixed, i), expected as usize, "alone, drive {drive}: every {alone} steps");
        assert_eq!(late(&steady, i), 400, "with homeostasis, drive {drive}: every 15 steps");
        let last = vth[[vth.shape()[0] - 1, i as usize]];
        assert_eq!(64 * last / drive + 1, 15, "threshold {last} of drive {drive}");
    }
}

#[test]
fn delays_settle_where_the_rule_is_at_rest() {
    let mut mean_of_means = 0.0;
    for seed in 0..=20 {
        let run = Run::of("programs/delay_learning", &["--seed", &seed.to_string()]);
        let delays = run.array("volley.delay");
        assert_eq!(delays.shape(), [100, 1, 5]);
        let firsts = [10, 18, 26, 34, 42];
        for (i, first) in firsts.into_iter().enumerate() {
            let rest = 127.0 * (1.0 - (-f64::from(51 - first) / 100.0).exp());
            let off: Vec<f64> = (60..99).map(|trial| f64::from(delays[[trial, 0, i]]) - rest).collect();
            let (mean, most) =
                (off.iter().sum::<f64>() / 39.0, off.iter().fold(0.0, |m: f64, x| m.max(x.abs())));
            assert!(
                mean.abs() <= 1.3 && most <= 2.4,
                "seed {seed}, source at {first}: off by {mean}, {most}"
            );
            mean_of_means += mean / 105.0;
        }
        let arrivals = firsts.iter().enumerate().map(|(i, first)| first + delays[[99, 0, i]]);
        let (first, last) = (arrivals.clone().min(), arrivals.max());
        assert!(last <= first.map(|t| t + 4), "seed {seed}: from {first:?} to {last:?}");
        volley_is_learned(&run, seed);
    }
    assert!(mean_of_means.abs() <= 0.3, "over all seeds no delay is biased: {mean_of_means}");
}

fn volley_is_learned(run: &Run, seed: i32) {
    let spikes = run.spikes("cell.spikes", 0);
    let silent = spikes.iter().all(|spike| spike.sample != 0);
    assert!(silent, "seed {seed}: untrained, the volley is not enough");
    let early = |trial: &i32| !spikes.contains(&Spike { sample: *trial, step: 50 });
    assert_eq!((20..99).find(early), None, "seed {seed}: in the end the teacher decides");
    let last: Vec<i32> = spikes.iter().filter(|spike| spike.sample == 99).map(|spike| spike.step).collect();
    assert!(matches!(last[..], [52..=57]), "seed {seed}: trained, the volley is: {last:?}");
}

#[test]
fn a_run_prints_the_delays_it_learned() {
    let out = scratch("delays-printed").to_string_lossy().into_owned();
    let output = run_in(&root(), &["run", "programs/delay_learning", "--out", &out]);
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("volley.delay at the end: 45 35 29 20 11\n"), "{shown}");
}

#[test]
fn pes_follows_the_target() {
    let run = Run::of("programs/pes", &[]);
    let (out, target) = (run.spikes("out.spikes", 0), run.spikes("target.spikes", 0));
    let late = |spikes: &[Spike], s: i32| {
        spikes.iter().filter(|spike| spike.sample == s && spike.step > 6000).count()
    };
    for (sample, bias) in [(0, 640), (1, 1920), (2, 320), (3, 1280)] {
        assert_eq!(late(&target, sample), 2000 * bias / 6400, "the target itself: bias over threshold");
        let difference = late(&out, sample).abs_diff(late(&target, sample));
        assert!(difference <= 2, "sample {sample}: {difference} spikes apart");
    }
    let main = fs::read_to_string(root().join("programs/pes/main.snn")).expect("pes has a main.snn");
    assert!(main.contains("const value = 4"), "the constant moved");
    let unpaid = Run::text("pes-unpaid", &main.replace("const value = 4", "const value = 0"), &[]);
    assert!(unpaid.array("basis-out.weight").iter().all(|&w| w == 0), "without error no weight moves");
    assert!(unpaid.spikes("out.spikes", 0).is_empty());
    assert_eq!(unpaid.summary["overflows"], 0);
}
