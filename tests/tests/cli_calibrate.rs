//! `seamount calibrate`: every published constant comes out of a program, from description to cycles (V1, V2, V7).

#![allow(clippy::float_arithmetic, reason = "errors in percent")]

use seamount_tests::command::{json, root, run_in};
use serde_json::Value;

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn rows(report: &Value) -> &[Value] {
    report["rows"].as_array().expect("rows")
}

/// Cycles of a constant.
fn cycles(report: &Value, key: &str) -> f64 {
    let row = rows(report).iter().find(|row| row["key"] == key && row["unit"] != "pJ");
    number(&row.unwrap_or_else(|| panic!("no row {key}"))["cycles"])
}

/// Points of a micro-benchmark over something.
fn points(report: &Value, benchmark: &str, over: &str) -> Vec<(f64, f64)> {
    let all = report["points"].as_array().expect("points");
    let found = all.iter().find(|points| points["benchmark"] == benchmark && points["over"] == over);
    let pairs = found.unwrap_or_else(|| panic!("no points of {benchmark} over {over}"))["points"].as_array();
    pairs.expect("pairs").iter().map(|pair| (number(&pair[0]), number(&pair[1]))).collect()
}

fn calibrate(name: &str) -> Value {
    let report = json(&["calibrate", "--calibration", name]);
    for row in rows(&report) {
        // Exact in cycles and picojoules, whatever is published.
        assert!((number(&row["emulated"]) - number(&row["described"])).abs() < 1e-6, "{row}");
        assert!(number(&row["residual"]) < 1e-6, "{row}");
    }
    report
}

/// Errors in percent of rows with a published value.
fn errors(report: &Value) -> Vec<(&str, &str, f64)> {
    let text = |value: &Value| -> &'static str { value.as_str().map_or("", |text| text.to_string().leak()) };
    let published = rows(report).iter().filter(|row| !row["error_percent"].is_null());
    published.map(|row| (text(&row["key"]), text(&row["unit"]), number(&row["error_percent"]))).collect()
}

#[test]
fn davies2018_meets_table_2() {
    let report = calibrate("loihi1-davies2018");
    let errors = errors(&report);
    assert!(errors.len() >= 22, "{errors:?}");
    for (key, unit, error) in errors {
        let most = match (key, unit) {
            (_, "pJ") => 1e-6,
            ("barrier_1" | "barrier_32", _) => 1.0,
            ("barrier_256_chips" | "barrier_768_chips", _) => 3.0,
            _ => 2.5,
        };
        println!("{key}: {error:+.2} % from the published {unit}");
        assert!(error.abs() <= most, "{key}: {error} %");
    }
    let exact = [("inactive", 15.0), ("active", 24.0), ("sparse", 10.0), ("dense", 10.0), ("axon_out", 3.0)];
    let more =
        [("message", 10.0), ("learning_2", 17.0), ("local", 6.0), ("east_west", 12.0), ("north_south", 19.0)];
    let trips = [("round_trip_east_west", 22.0), ("round_trip_north_south", 36.0), ("barrier_32", 1325.0)];
    for (key, expected) in exact.into_iter().chain(more).chain(trips) {
        assert!((cycles(&report, key) - expected).abs() < 1e-6, "{key}: {}", cycles(&report, key));
    }
}

#[test]
fn every_point_is_where_the_closed_form_says() {
    for (name, base, inactive, active, fires) in
        [("loihi1-davies2018", 323.0, 15.0, 24.0, 24.0), ("loihi1-nahuku", 6000.0, 60.0, 97.0, 397.0)]
    {
        let report = calibrate(name);
        for (over, benchmark, each) in [
            ("compartments at rest", "mb1", inactive),
            ("compartments with a bias", "mb2", active),
            ("compartments that fire", "mb2", fires),
        ] {
            for (n, cycles) in points(&report, benchmark, over) {
                assert_eq!(cycles, base + each * n, "{name}, {n} {over}");
            }
        }
    }
    let report = calibrate("loihi1-davies2018");
    let barriers = points(&report, "mb8", "tiles");
    assert_eq!(barriers.iter().map(|p| p.1).collect::<Vec<_>>(), [323.0, 419.0, 529.0, 721.0, 941.0, 1325.0]);
    for (depth, rate) in points(&report, "mb7", "flits of a FIFO, 2 x 1 tiles") {
        let bound = f64::min(0.6, depth / 22.0);
        // 840 flits are no whole number of bursts of every depth.
        assert!((0.98 * bound..1.002 * bound).contains(&rate), "{depth} flits: {rate}, {bound} at best");
    }
    for (epoch, cycles) in points(&report, "mb9", "steps of an epoch") {
        assert_eq!(cycles, 17.0, "an epoch of {epoch} steps");
    }
}

#[test]
fn nahuku_is_its_own_fit() {
    let report = calibrate("loihi1-nahuku");
    let errors = errors(&report);
    assert!(errors.len() >= 22, "{errors:?}");
    for (key, _, error) in errors {
        assert!(error.abs() < 1e-6, "{key}: {error} %");
    }
}

#[test]
fn a_mesh_without_steps_is_measured_too() {
    let report = calibrate("noc-reference");
    assert_eq!(rows(&report).len(), 6);
    assert_eq!((cycles(&report, "local"), cycles(&report, "round_trip_east_west")), (5.0, 6.0));
}

#[test]
fn cores_are_served_alike_and_the_most_work_is_not_enough() {
    let report = calibrate("loihi1-davies2018");
    let fairness = &report["fairness"];
    assert!(number(&fairness["ahead_max"]) <= 2.0, "{fairness}");
    for split in report["splits"].as_array().expect("three") {
        println!("mb11 on {} cores: {} %", split["cores"], split["error_percent"]);
        assert!(number(&split["emulated"]) + 50.0 >= number(&split["simple"]), "{split}");
    }
    let four = number(&report["splits"][2]["error_percent"]);
    assert!(four < -15.0, "FIFOs stall nobody: {four} %");
}

#[test]
fn an_unknown_calibration_is_refused() {
    let output = run_in(&root(), &["calibrate", "--calibration", "loihi1-nahuka"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && said.contains("did you mean `loihi1-nahuku`?"), "{said}");
}
