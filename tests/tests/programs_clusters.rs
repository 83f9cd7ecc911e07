//! `wta_digits`: clusters without labels (seeds R30).
#![allow(clippy::float_arithmetic, reason = "a purity is a share")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail by panic and print what they measured"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use seamount_tests::command::{root, run_in};

/// Purity of the last pass, how many neurons won a sample in it, and how many sums overflowed.
fn cluster(program: &Path, seed: u32) -> (f64, usize, u64) {
    let folder = scratch(&format!("run-{seed}-{}", program.file_name().unwrap().display()));
    let arguments = ["run", &program.display().to_string(), "--seed", &seed.to_string(), "--json", "--out"];
    let arguments: Vec<&str> = arguments.into_iter().chain([folder.to_str().unwrap()]).collect();
    let output = run_in(&root(), &arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = std::fs::read_to_string(folder.join("samples.csv")).unwrap();
    let last: Vec<&str> = rows.lines().skip(1 + 7 * 1347).collect();
    assert_eq!(last.len(), 1347, "the last of eight passes");
    let used: BTreeSet<&str> = last.iter().map(|row| row.rsplit(',').next().unwrap()).collect();
    std::fs::remove_dir_all(&folder).unwrap();
    (summary["purity"].as_f64().unwrap(), used.len(), summary["overflows"].as_u64().unwrap())
}

fn scratch(name: &str) -> PathBuf {
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("clusters-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn holds(file: &str, neurons: usize, bar: f64) {
    let program = root().join("programs/wta_digits").join(file);
    let runs: Vec<(f64, usize, u64)> = (1..=3).map(|seed| cluster(&program, seed)).collect();
    let mean = runs.iter().map(|run| run.0).sum::<f64>() / 3.0;
    println!("{neurons} neurons: purity {runs:.3?}, mean {mean:.3}");
    assert!(mean >= bar, "{mean}");
    assert!(runs.iter().all(|run| run.1 == neurons), "all neurons are used: {runs:?}");
    assert!(runs.iter().all(|run| run.2 == 0), "no sum leaves its slot: {runs:?}");

    let source = std::fs::read_to_string(&program).unwrap();
    let frozen = source.replace("learn = instar", "");
    assert_ne!(frozen, source, "the projection names its rule");
    let (start, end) = (frozen.find("rule instar").unwrap(), frozen.find("population out").unwrap());
    let folder = scratch(&format!("frozen-{file}"));
    let copy = folder.join("main.snn");
    std::fs::write(&copy, [&frozen[..start], &frozen[end..]].concat()).unwrap();
    std::fs::copy(root().join("programs/wta_digits/digits.npz"), folder.join("digits.npz")).unwrap();
    let (purity, ..) = cluster(&copy, 1);
    std::fs::remove_dir_all(&folder).unwrap();
    println!("{neurons} neurons, learning off: purity {purity:.3}");
    assert!(purity <= 0.35, "{purity}");
}

#[test]
fn thirty_neurons_find_the_digits() {
    holds("main.snn", 30, 0.81);
}

#[test]
fn ten_neurons_find_the_digits() {
    holds("ten.snn", 10, 0.70);
}
