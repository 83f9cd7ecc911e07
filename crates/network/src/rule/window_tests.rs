//! The window of a rule against numbers from outside.

use isa::op::LearningTarget;

use super::library::realise;
use super::window::{Point, Settings, plot, sparkline, svg, window};

fn stdp(parameters: &[(&str, f64)], settings: &Settings) -> Vec<Point> {
    let rule = realise("stdp", parameters).expect("parameters that fit");
    window(&rule.rule, &rule.post, settings)
}

fn at(points: &[Point], dt: i32) -> Point {
    *points.iter().find(|point| point.dt == dt).expect("a dt of the span")
}

/// Seeds R6: dt, potentiation and depression at tau 20 with alpha 1.05, potentiation at tau 10.
const IDEAL: &[(i32, f64, f64, f64)] = &[
    (1, 28.537, 29.964, 27.145),
    (5, 23.364, 24.532, 18.196),
    (10, 18.196, 19.106, 11.036),
    (20, 11.036, 11.588, 4.060),
    (30, 6.694, 7.029, 1.494),
    (40, 4.060, 4.263, 0.550),
];

#[test]
fn pair_stdp_is_the_exponential() {
    let slow = stdp(&[("alpha", 1.05)], &Settings::default());
    let fast = stdp(&[("tau_plus", 10.0)], &Settings::default());
    for &(dt, plus, minus, plus_fast) in IDEAL {
        for (point, ideal) in [(at(&slow, dt), plus), (at(&slow, -dt), -minus), (at(&fast, dt), plus_fast)] {
            assert!((point.mean - ideal).abs() <= 0.15, "{point:?}: {ideal}");
            assert!((point.ideal - ideal).abs() <= 0.05, "{point:?}: {ideal}");
            assert!(point.deviation <= 0.552, "{point:?}");
        }
    }
    assert!(slow.iter().all(|point| (point.mean - point.ideal).abs() <= 0.15));
    assert!(at(&slow, 20).deviation > 0.0, "rounding is a draw");
}

#[test]
fn a_pair_in_one_step_gets_both_terms() {
    // Both impulses are in the traces when they are read: 2^-2 * 120 - 2^-2 * 126.
    let points = stdp(&[("alpha", 1.05)], &Settings::default());
    assert_eq!((at(&points, 0).mean, at(&points, 0).deviation), (-1.5, 0.0));
}

#[test]
fn longer_epochs_give_the_same_window_as_traces_are_read_at_the_events() {
    let settings = Settings { epoch: 8, span: 12, ..Settings::default() };
    for point in stdp(&[], &settings).iter().filter(|point| point.dt != 0) {
        assert!((point.mean - point.ideal).abs() <= 0.3, "{point:?}");
    }
}

#[test]
fn eligibility_is_the_window_of_the_tag() {
    let rule = realise("rstdp", &[]).expect("defaults");
    let settings = Settings { target: LearningTarget::T, start: [64, 0, 0], ..Settings::default() };
    let points = window(&rule.rule, &rule.post, &settings);
    assert!((at(&points, 10).mean - 18.196).abs() <= 0.15);
    let weights = window(&rule.rule, &rule.post, &Settings::default());
    assert!(weights.iter().all(|point| point.mean == 0.0), "without a reward nothing is learned");
}

#[test]
fn drawings() {
    let points = stdp(&[], &Settings { span: 5, trials: 20, ..Settings::default() });
    assert_eq!(sparkline(&points), "- ▇▇▇██│██▇▇▇ +");
    let text = plot(&points);
    assert_eq!(text.lines().count(), 18);
    assert!(text.lines().next().is_some_and(|line| line.starts_with("  +28")), "{text}");
    let drawing = svg(&points, "a < b");
    assert!(drawing.starts_with("<svg ") && drawing.contains("a &lt; b") && drawing.ends_with("</svg>\n"));
    assert_eq!(drawing.matches("<circle").count(), 11);
    assert_eq!(drawing, svg(&points, "a < b"));
}
