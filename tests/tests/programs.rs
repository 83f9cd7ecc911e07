//! Every folder of `programs/` shows what its README says; the numbers come from outside (design notes, reference
//! data, closed forms), not from Seamount.

use std::ffi::OsStr;
use std::fs;

use ndarray::{ArrayD, Axis};
use seamount_tests::command::{json, root, run_in};
use seamount_tests::run::{Run, expected};
use serde_json::Value;

fn digits(path: &str, reset: &str, correct: u64) {
    let run = Run::of(path, &[]);
    assert_eq!(run.summary["accuracy_correct"], correct);
    assert_eq!((run.summary["samples"].as_u64(), run.summary["steps"].as_u64()), (Some(450), Some(450 * 64)));
    assert_eq!(run.summary["overflows"], 0);
    assert_eq!(run.counts("out.spikes", 450, 10), expected("digits", &format!("counts_{reset}_T64")));
    let sums = run.array("sums.v").remove_axis(Axis(1));
    assert_eq!(sums, expected("digits", &format!("accv_{reset}_T64")));
}

#[test]
fn digits_with_hard_reset() {
    digits("programs/digits", "hard", 433);
}

#[test]
fn digits_with_soft_reset() {
    digits("programs/digits/soft.snn", "soft", 436);
}

#[test]
fn digits_bnn_is_exact_bit_by_bit() {
    let run = Run::of("programs/digits_bnn", &[]);
    assert_eq!(run.summary["accuracy_correct"], 429);
    let spikes = run.array("hidden.spikes");
    let mut hidden = ArrayD::zeros(vec![450, 128]);
    for row in spikes.axis_iter(Axis(0)).filter(|row| row[1] == 1) {
        hidden[[row[0] as usize, row[2] as usize]] = 1;
    }
    assert_eq!(hidden, expected("digits_bnn", "hidden"));
    let logits = run.array("out.v").remove_axis(Axis(1));
    assert_eq!(logits, expected("digits_bnn", "logits").mapv(|logit| logit << 6));
}

#[test]
fn relay_arrives_when_delays_say() {
    let main =
        fs::read_to_string(root().join("programs/relay/main.snn")).expect("programs/relay has a main.snn");
    assert!(main.contains("const n = 20\nconst d = 31\n"), "the constants moved");
    for n in [1, 5, 20] {
        for d in [0, 1, 31, 62] {
            let text =
                main.replace("const n = 20\nconst d = 31\n", &format!("const n = {n}\nconst d = {d}\n"));
            let run = Run::text(&format!("relay-{n}-{d}"), &text, &[]);
            let t0 = run.steps("chain.spikes", 0);
            assert_eq!(t0, [3], "n {n}, d {d}");
            assert_eq!(run.steps("chain.spikes", n), [3 + n * (1 + d)], "n {n}, d {d}");
            let spread = Run::text(&format!("relay-spread-{n}-{d}"), &text, &["--cores-min", "4"]);
            assert_eq!(run.summary["digest"], spread.summary["digest"], "n {n}, d {d}");
        }
    }
}

#[test]
fn dendrites_join_as_the_contract_says() {
    let run = Run::of("programs/dendrites", &[]);
    let joins = ["skip", "add", "min", "max", "pass", "block", "or", "and"];
    let (u, v, spikes) =
        (expected("dendrites", "u"), expected("dendrites", "v"), expected("dendrites", "spikes"));
    for (j, join) in joins.iter().enumerate() {
        for (c, part) in ["a", "b", "soma"].iter().enumerate() {
            let name = format!("by_{join}.{part}");
            let column = |all: &ArrayD<i32>| {
                all.index_axis(Axis(0), j).index_axis(Axis(1), c).iter().copied().collect::<Vec<i32>>()
            };
            assert_eq!(
                run.array(&format!("{name}.u")).iter().copied().collect::<Vec<_>>(),
                column(&u),
                "{name}.u"
            );
            assert_eq!(
                run.array(&format!("{name}.v")).iter().copied().collect::<Vec<_>>(),
                column(&v),
                "{name}.v"
            );
            let fired =
                (1..).zip(column(&spikes)).filter(|(_, s)| *s == 1).map(|(t, _)| t).collect::<Vec<i32>>();
            assert_eq!(run.steps(&format!("{name}.spikes"), 0), fired, "{name}.spikes");
        }
    }
}

/// Steps between spikes, all of which must be equal, and equal to the first spike's step.
fn interval(steps: &[i32]) -> Option<i32> {
    let first = *steps.first()?;
    assert!(steps.iter().zip(1..).all(|(&t, k)| t == k * first), "not regular: {steps:?}");
    Some(first)
}

/// `b / (1 - r) * (1 - r^n) > theta`: the least n; the closed form of the f-I table (decay, bias, interval).
const INTERVALS: [(u32, u32, Option<i32>); 28] = [
    (0, 100, Some(65)),
    (0, 200, Some(33)),
    (0, 400, Some(17)),
    (0, 800, Some(9)),
    (0, 1600, Some(5)),
    (0, 3200, Some(3)),
    (0, 6400, Some(2)),
    (64, 100, None),
    (64, 200, Some(45)),
    (64, 400, Some(19)),
    (64, 800, Some(9)),
    (64, 1600, Some(5)),
    (64, 3200, Some(3)),
    (64, 6400, Some(2)),
    (256, 100, None),
    (256, 200, None),
    (256, 400, None),
    (256, 800, Some(11)),
    (256, 1600, Some(5)),
    (256, 3200, Some(3)),
    (256, 6400, Some(2)),
    (1024, 100, None),
    (1024, 200, None),
    (1024, 400, None),
    (1024, 800, None),
    (1024, 1600, None),
    (1024, 3200, Some(3)),
    (1024, 6400, Some(2)),
];

#[test]
fn winner_silences_the_rest() {
    let run = Run::of("programs/winner", &[]);
    let intervals = |name: &str| (0..3).map(|i| interval(&run.steps(name, i))).collect::<Vec<_>>();
    assert_eq!(intervals("alone.spikes"), [Some(45), Some(19), Some(9)]);
    assert_eq!(intervals("rivals.spikes"), [None, None, Some(9)]);
}

#[test]
fn intervals_follow_the_closed_form() {
    let list = |value: fn(&(u32, u32, Option<i32>)) -> u32| {
        INTERVALS.iter().map(|row| value(row).to_string()).collect::<Vec<_>>().join(", ")
    };
    let (decays, biases) = (list(|row| row.0), list(|row| row.1 / 4));
    let text = format!(
        "population cells[28] {{ vth_mant = 100, voltage_decay = [{decays}], \
         bias_mant = [{biases}], bias_exp = 2 }}\nrecord cells.spikes\nrun 1000\n"
    );
    let run = Run::text("intervals", &text, &[]);
    for (i, (decay, bias, isi)) in INTERVALS.iter().enumerate() {
        assert_eq!(interval(&run.steps("cells.spikes", i as i32)), *isi, "decay {decay}, bias {bias}");
    }
}

#[test]
fn hello_fires_and_repeats() {
    let seeds: Vec<Value> = ["0", "0", "1"]
        .iter()
        .map(|seed| json(&["run", "programs/hello", "--seed", seed])["digest"].clone())
        .collect();
    assert_eq!(seeds[0], seeds[1]);
    assert_ne!(seeds[0], seeds[2]);
    let run = Run::of("programs/hello", &[]);
    assert!(run.summary["spikes"].as_u64().is_some_and(|n| n > 0), "{}", run.summary);
    let report = fs::read_to_string(run.folder.join("index.html")).expect("a report");
    assert!(report.contains("<svg") && report.contains(run.summary["digest"].as_str().expect("a digest")));
}

#[test]
fn every_program_has_a_readme_and_is_canonical() {
    for entry in fs::read_dir(root().join("programs")).expect("there are programs") {
        let folder = entry.expect("a folder is readable").path();
        let readme = fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        assert!(readme.contains("seamount run"), "{}: its README shows no command", folder.display());
        assert!(readme.contains("Source") || readme.contains("Data:"), "{}: no source", folder.display());
        for command in [&["inspect"][..], &["fmt", "--check"]] {
            let mut words: Vec<_> = command.iter().map(OsStr::new).collect();
            words.extend([folder.as_os_str(), OsStr::new("--json")]);
            let output = run_in(&root(), &words);
            assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stdout));
        }
    }
}
