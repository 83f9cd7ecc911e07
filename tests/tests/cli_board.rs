//! Placement by measured traffic, and boards of many chips, with time.

use std::fs;
use std::path::Path;

use seamount_tests::command::{json, root, run_in, scratch};
use serde_json::Value;

/// Cells of a column of a CSV.
fn column(path: &Path, name: &str) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut lines = text.lines();
    let at = lines.next().expect("a head").split(',').position(|cell| cell == name).expect("the column");
    lines.map(|line| line.split(',').nth(at).expect("as many cells").to_string()).collect()
}

fn number(cells: &[String]) -> Vec<u64> {
    cells.iter().map(|cell| cell.parse().expect("a whole number")).collect()
}

/// The same network on one chip and on 32, with messages over the links between chips, cycle by cycle.
#[test]
fn thirty_two_chips_with_traffic_between_them() {
    let folder = scratch("board");
    let out = folder.join("run").to_string_lossy().into_owned();
    let one = json(&["run", "programs/board"]);
    let asked = ["--chip", "loihi-32", "--cores-min", "4000", "--timing", "cycle", "--out", &out];
    let many = json(&[&["run", "programs/board"][..], &asked].concat());
    assert_eq!((&one["digest"], &one["spikes"]), (&many["digest"], &many["spikes"]));
    let crossings = many["chip_links"].as_u64().expect("a count");
    assert!(crossings > 1000, "{crossings} crossings");
    let time = Path::new(&out).join("time");
    // Core 128 k + i is core i of chip k.
    let cores = number(&column(&time.join("cores.csv"), "core"));
    let chips: std::collections::BTreeSet<u64> = cores.iter().map(|core| core / 128).collect();
    assert_eq!(chips.len(), 32, "{} cores on chips {chips:?}", cores.len());
    // An output leaves its chip where x or y goes from one multiple of 8 or 4 to the next.
    let links = time.join("links.csv");
    let [x, y, flits] = ["x", "y", "flits"].map(|name| number(&column(&links, name)));
    let outputs = column(&links, "output");
    let leaves = |i: usize| match outputs[i].as_str() {
        "E" => x[i] % 8 == 7,
        "W" => x[i] % 8 == 0,
        "N" => y[i] % 4 == 3,
        "S" => y[i] % 4 == 0,
        _ => false,
    };
    let over_links: u64 = (0..outputs.len()).filter(|i| leaves(*i)).map(|i| flits[i]).sum();
    println!("{crossings} crossings between 32 chips, {over_links} flits over chip links");
    println!(
        "{} ns a step, {} to {}",
        many["time"]["ns_per_step"]["mean"],
        many["time"]["ns_per_step"]["min"],
        many["time"]["ns_per_step"]["max"]
    );
    assert_eq!(Some(over_links), many["energy"]["counts"]["chip_links"].as_u64());
    // A header and a spike each. What the last step sends is under way by time, and not yet counted by function.
    assert!(
        over_links >= 2 * crossings && over_links <= 2 * crossings + crossings / 5,
        "{over_links} and {crossings}"
    );
    // No step beats the barrier of 64 x 16 tiles with its 10 links between chips along both sides, by the formula of
    // the contract's timing: base 323, two sweeps of 48 and 55 cycles a hop and 65 a link.
    let barrier = 323 + 2 * (63 * 48 + 15 * 55 + 10 * 65);
    let mean = many["time"]["cycles_per_step"]["mean"].as_f64().expect("a number");
    assert!(mean >= f64::from(barrier) * 0.999, "{mean} cycles, barrier {barrier}");
    fs::remove_dir_all(folder).expect("scratch is ours");
}

/// Pohoiki Springs' board from the command line, few of its cores mapped: the barrier of all 768 chips (V7).
#[test]
fn seven_hundred_and_sixty_eight_chips_wait_for_each_other() {
    let run = json(&["run", "programs/hello", "--steps", "3", "--chip", "loihi-768", "--timing", "cycle"]);
    let plain = json(&["run", "programs/hello", "--steps", "3"]);
    assert_eq!(run["digest"], plain["digest"]);
    let ns = run["time"]["ns_per_step"]["mean"].as_f64().expect("a number");
    println!("768 chips: {ns} ns a step, published 16,200");
    assert!((ns - 16_200.0).abs() < 16_200.0 * 0.03, "{ns}");
}

/// A network whose busy part no estimate can know: inputs fire as the run gives them.
const UNEVEN: &str = "
input busy[40] = poisson(p = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01,
  0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01,
  0.01, 0.01, 0.01, 0.01, 0.01])
population first[40] { vth_mant = 100 }
population far[2000] { vth_mant = 3000 }
population near[2000] { vth_mant = 150 }
project busy -> first : one_to_one { weight = 200 }
project first[0..10] -> near : random(p = 0.3, seed = 1) { weight = 60 }
project first[10..40] -> far : random(p = 0.3, seed = 2) { weight = 60 }
project near -> far : random(p = 0.01, seed = 3) { weight = 2 }
project far -> near : random(p = 0.01, seed = 4) { weight = 2 }
record near.spikes
run 60
";

#[test]
fn a_profile_moves_cores_and_no_spike() {
    let folder = scratch("profile");
    let net = folder.join("uneven.snn").to_string_lossy().into_owned();
    fs::write(&net, UNEVEN).expect("scratch takes files");
    let at = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let (run, plain, guided) = (at("run"), at("plain.img"), at("guided.img"));
    let layout = ["--cores-min", "24"];
    let first = json(&[&["run", &net, "--timing", "cycle", "--out", &run][..], &layout].concat());
    json(&[&["build", &net, "-o", &plain][..], &layout].concat());
    let built = json(&[&["build", &net, "-o", &guided, "--profile", &run, "--report"][..], &layout].concat());
    assert_ne!(fs::read(&plain).ok(), fs::read(&guided).ok(), "the profile placed nothing anew");
    let digest = |image: &str| json(&["run", image])["digest"].clone();
    assert_eq!((digest(&plain), digest(&guided)), (first["digest"].clone(), first["digest"].clone()));
    let profile = &built["profile"];
    assert_eq!(profile["digest"], first["digest"]);
    let of = |which: &str, what: &str| profile[which][what].as_f64().expect("a number");
    for what in ["hops", "cycles", "packet_cycles", "network_fj", "dynamic_fj"] {
        println!("{what}: {} without, {} with the profile", of("without", what), of("with", what));
    }
    // What is reported is what a run of the image itself counts.
    let again = json(&["run", &guided]);
    let hops = again["hops"].as_u64().zip(again["chip_links"].as_u64()).map(|(hops, links)| hops + links);
    assert_eq!(hops, profile["with"]["hops"].as_u64());
    assert!(of("with", "hops") < of("without", "hops"), "the profile saved no hop");
    assert!(of("with", "network_fj") < of("without", "network_fj"));
    rates_are_counts(&folder, &first);
    fs::remove_dir_all(folder).expect("scratch is ours");
}

fn rates_are_counts(folder: &Path, run: &Value) {
    let rates = folder.join("run/time/rates.csv");
    let (names, fires) = (column(&rates, "name"), number(&column(&rates, "fires")));
    assert_eq!(names.len(), 40 + 2000 + 2000 + 40);
    let of = |name: &str| -> u64 {
        names.iter().zip(&fires).filter(|(n, _)| n.starts_with(name)).map(|(_, fires)| *fires).sum()
    };
    assert_eq!(Some(of("first") + of("near") + of("far")), run["spikes"].as_u64());
    // Ten lines at 0.5 and thirty at 0.01 for 60 steps: 318 events, give or take five deviations.
    assert!((250..=390).contains(&of("busy")), "{}", of("busy"));
}

#[test]
fn a_profile_of_something_else_is_refused() {
    let folder = scratch("profile-bad");
    let run = folder.join("run").to_string_lossy().into_owned();
    let image = folder.join("a.img").to_string_lossy().into_owned();
    let refused = |said: &str| {
        let output = run_in(&root(), &["build", "programs/digits", "-o", &image, "--profile", &run]);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && text.contains(said), "no `{said}` in {text}");
        assert!(text.contains("--timing cycle --out"), "{text}");
    };
    refused("run is not there");
    json(&["run", "programs/hello", "--timing", "cycle", "--out", &run]);
    refused("is of another network");
    fs::remove_dir_all(folder).expect("scratch is ours");
}
