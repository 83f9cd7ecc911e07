//! `seamount noc` as people and scripts meet it.

#![allow(clippy::float_arithmetic, reason = "errors in percent")]

use std::fs;

use seamount_tests::command::{json, root, run_in, scratch};
use serde_json::Value;

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// What a command that must fail with exit code 1 says.
fn refusal(arguments: &[&str]) -> String {
    let output = run_in(&root(), arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?} prints results");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_sweep_finds_the_published_saturation() {
    let folder = scratch("noc-sweep");
    let [csv, svg] = ["u.csv", "u.svg"].map(|name| folder.join(name).display().to_string());
    let curve = json(&["noc", "--sweep", "0.3:0.4:0.02", "--seeds", "3", "--csv", &csv, "--plot", &svg]);
    assert_eq!((number(&curve["zero_load"]), number(&curve["bound"])), (20.75, 0.5));
    let error = 100.0 * (number(&curve["saturation"]) - 0.363) / 0.363;
    println!("uniform saturates at {}, {error:+.2} % from BookSim2", curve["saturation"]);
    assert!(error.abs() <= 3.0, "{error} %");
    let points = curve["points"].as_array().expect("points");
    assert_eq!(points.len(), 6);
    for point in points {
        let percentiles: Vec<f64> =
            point["percentiles"].as_array().expect("four").iter().map(number).collect();
        assert!(percentiles.is_sorted() && percentiles[3] <= number(&point["latency_max"]), "{point}");
        let seeds = [number(&point["latency_low"]), number(&point["latency_high"])];
        assert!(seeds[0] <= number(&point["latency"]) && number(&point["latency"]) <= seeds[1], "{point}");
        assert!(number(&point["link_max"]) <= 1.0 && number(&point["link_max"]) > 0.5, "{point}");
    }
    let text = fs::read_to_string(&csv).expect("--csv writes");
    assert_eq!(text.lines().count(), 7);
    assert!(text.starts_with("traffic,load,offered,accepted,"), "{text}");
    let picture = fs::read_to_string(&svg).expect("--plot writes");
    assert!(
        picture.starts_with("<svg") && picture.contains("polyline") && picture.contains("uniform"),
        "no picture"
    );
    fs::remove_dir_all(folder).expect("scratch is ours");
}

#[test]
fn both_engines_and_every_run_give_the_same() {
    for mesh in
        [&["--mesh", "8x8"][..], &["--mesh", "8x4", "--cores", "4", "--calibration", "loihi1-davies2018"]]
    {
        let of = |engine| {
            let common =
                ["noc", "--pattern", "tornado", "--load", "0.05", "--window", "2000", "--engine", engine];
            json(&[&common[..], mesh].concat())
        };
        assert_eq!(of("dense"), of("sparse"));
        assert_eq!(of("auto"), of("auto"));
    }
}

#[test]
fn any_number_of_threads_gives_the_same() {
    let folder = scratch("noc-threads");
    let path = |name: &str| folder.join(name).display().to_string();
    let meshes =
        [&["--mesh", "8x8"][..], &["--mesh", "4x3", "--cores", "4", "--calibration", "loihi1-davies2018"]];
    for mesh in meshes {
        let of = |threads: &str| {
            let (csv, log) = (path("curve.csv"), path("grants.flits"));
            let common = ["noc", "--load", "0.05", "--window", "1500", "--warmup", "300"];
            let files = ["--threads", threads, "--csv", &csv, "--flit-log", &log];
            let said = json(&[&common[..], mesh, &files].concat());
            assert!(said["log_hash"].is_string() && number(&said["points"][0]["packets"]) > 1000.0, "{said}");
            (said, fs::read(csv).expect("--csv writes"), fs::read(log).expect("--flit-log writes"))
        };
        let alone = of("1");
        for threads in ["2", "8"] {
            assert!(of(threads) == alone, "{threads} threads, {mesh:?}");
        }
    }
    let refused = refusal(&["noc", "--load", "0.05", "--threads", "2", "--engine", "dense"]);
    assert!(refused.contains("--engine dense plays on one thread"), "{refused}");
    fs::remove_dir_all(folder).expect("scratch is ours");
}

#[test]
fn all_patterns_play() {
    for pattern in ["uniform", "transpose", "bitcomp", "tornado", "hotspot4", "hotspot1", "neighbour"] {
        let curve = json(&["noc", "--pattern", pattern, "--load", "0.005", "--window", "2000"]);
        let latency = number(&curve["points"][0]["latency"]);
        let zero = number(&curve["zero_load"]);
        assert!(
            latency >= 0.95 * zero && latency < 1.2 * zero,
            "{pattern}: {latency} cycles, {zero} without load"
        );
    }
}

#[test]
fn a_trace_is_played_packet_by_packet() {
    let folder = scratch("noc-trace");
    let file = folder.join("packets.csv");
    fs::write(&file, "cycle,source,destination\n0,0,63\n1000,63,0\n").expect("a scratch file");
    let curve = json(&["noc", "--trace", &file.display().to_string()]);
    let point = &curve["points"][0];
    // 15 routers at 3 cycles each, and 2.
    assert_eq!((number(&point["latency"]), number(&point["latency_max"])), (47.0, 47.0));
    assert_eq!((point["packets"].as_u64(), point["drained"].as_bool()), (Some(2), Some(true)));
    // Both arrived, over 64 nodes and the 1,047 cycles that it took, or a few more.
    let cycles = 2.0 / (64.0 * number(&point["accepted"]));
    assert!((1047.0..1300.0).contains(&cycles), "{point}");
    assert_eq!(
        (point["busiest_link"].as_str(), point["accepted_min"].is_null()),
        (Some("(0,0)->E of network 0"), true)
    );
    fs::write(&file, "0,0,63\n7,1\n").expect("a scratch file");
    let refused = refusal(&["noc", "--trace", &file.display().to_string()]);
    assert!(
        refused.contains("line 2: `7,1` is no packet") && refused.contains("cycle,source,destination"),
        "{refused}"
    );
    fs::write(&file, "0,0,64\n").expect("a scratch file");
    let refused = refusal(&["noc", "--trace", &file.display().to_string()]);
    assert!(
        refused.contains("line 1: destination = 64, but 0..=63 is possible") && refused.contains("--mesh"),
        "{refused}"
    );
    fs::remove_dir_all(folder).expect("scratch is ours");
}

#[test]
fn what_was_not_measured_is_no_zero() {
    let none = ["noc", "--flits", "2", "--load", "1", "--window", "100", "--drain", "10"];
    let point = &json(&none)["points"][0];
    assert_eq!((point["packets"].as_u64(), point["drained"].as_bool()), (Some(0), Some(false)));
    for field in
        ["latency", "latency_low", "latency_high", "network_latency", "percentiles", "latency_max", "routers"]
    {
        assert!(point[field].is_null(), "{field} of {point}");
    }
    let text = String::from_utf8_lossy(&run_in(&root(), &none).stdout).into_owned();
    let row = text.lines().find(|line| line.contains("not drained")).expect("a row");
    assert_eq!(row.split_whitespace().filter(|cell| *cell == "-").count(), 5, "{row}");
}

#[test]
fn what_is_refused_names_the_thing_and_a_way_out() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["--pattern", "tornato"], &["did you mean `tornado`?"]),
        (
            &["--pattern", "transpose", "--mesh", "8x4"],
            &["as many rows as columns", "8 x 4", "help: ", "`--mesh 4x4`", "uniform, bitcomp"],
        ),
        (&["--load", "1.5"], &["0.000001 to 1"]),
        (&["--load", "-1"], &["'--load <LOAD>'", "0.000001 to 1"]),
        (&["--sweep", "0.5:0.1:0.1"], &["0.5 is above 0.1"]),
        (&["--sweep", "0.1:0.5:0"], &["the step, `0`: 0.000001 to 1"]),
        (&["--sweep", "-0.1:0.5:0.1"], &["the first load, `-0.1`", "0.000001 to 1"]),
        (&["--seed", "-1"], &["a whole number from 0 to 18446744073709551615"]),
        (&["--seed", "18446744073709551616"], &["a whole number from 0 to 18446744073709551615"]),
        (&["--window", "1.5"], &["a whole number from 1 to 1000000000, e.g. 10000 or 1e4"]),
        (&["--mesh", "8"], &["columns x rows"]),
        (&["--mesh", "-8x8"], &["columns x rows"]),
        (&["--buffer", "0"], &["--buffer", "a whole number from 1 to 1024"]),
        (&["--vcs", "5"], &["--vcs", "a whole number from 1 to 4"]),
        (&["--vcs", "2", "--calibration", "loihi1-davies2018"], &["--vcs", "marker"]),
        (&["--calibration", "noc-referense"], &["did you mean `noc-reference`?"]),
        (&["--plot", "x.svg"], &["--sweep 0.02:0.5:0.02"]),
    ];
    for (arguments, wanted) in cases {
        let said = refusal(&[&["noc"], *arguments].concat());
        for part in *wanted {
            assert!(said.contains(part), "{arguments:?} says {said}");
        }
    }
}

#[test]
fn runs_too_large_for_memory_or_patience_do_not_start() {
    let large = ["--mesh", "256x256", "--cores", "4"];
    let memory = refusal(&[&["noc", "--load", "1"], &large[..]].concat());
    for part in [
        "up to 1185 GB",
        "at most 4 GB",
        "x load 1 are 29,622,272,000 packets",
        "help: loads to 0.003375 fit",
    ] {
        assert!(memory.contains(part), "no `{part}` in {memory}");
    }
    let long = refusal(&["noc", "--window", "1e9"]);
    assert!(long.contains("plays at most 20,000,000,000") && long.contains("help: say --window"), "{long}");
    let quiet = ["noc", "--load", "0.000001", "--warmup", "0", "--window", "2e3", "--drain", "1e3"];
    assert_eq!(number(&json(&[&quiet[..], &large].concat())["bound"]), 1.0 / 256.0);
}

#[test]
fn flit_logs_are_written_read_and_compared() {
    let folder = scratch("noc-log");
    let path = |name: &str| folder.join(name).display().to_string();
    let play = |engine: &str, seed: &str, file: &str| {
        let common =
            ["noc", "--load", "0.2", "--window", "300", "--warmup", "0", "--engine", engine, "--seed", seed];
        json(&[&common[..], &["--flit-log", &path(file)]].concat())["log_hash"].clone()
    };
    let hash = play("dense", "1", "a.flits");
    assert_eq!(hash, play("sparse", "1", "b.flits"));
    assert_eq!(hash, play("sparse", "1", "b.csv"));
    assert_eq!(fs::read(path("a.flits")).ok(), fs::read(path("b.flits")).ok());
    let same = json(&["diff", &path("a.flits"), &path("b.csv")]);
    assert_eq!((&same["equal"], &same["hashes"][0], &same["hashes"][1]), (&true.into(), &hash, &hash));
    assert_ne!(hash, play("sparse", "2", "c.flits"));
    let output = run_in(&root(), &["diff", &path("a.flits"), &path("c.flits")]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("first difference behind") && said.contains("cycle ") && said.contains("tile ("),
        "{said}"
    );
    let mut bytes = fs::read(path("a.flits")).expect("--flit-log writes");
    bytes.truncate(bytes.len() / 2);
    fs::write(path("cut.flits"), bytes).expect("a scratch file");
    let said = refusal(&["diff", &path("a.flits"), &path("cut.flits")]);
    assert!(said.contains("cut.flits: byte 32: checksum"), "{said}");
    fs::write(path("d.csv"), "cycle,net,y,x,output,input,kind,epoch,source,sequence\n1,0,0\n")
        .expect("a scratch file");
    let said = refusal(&["diff", &path("a.flits"), &path("d.csv")]);
    assert!(said.contains("line 2: `1,0,0` is no grant"), "{said}");
    fs::remove_dir_all(folder).expect("scratch is ours");
}
