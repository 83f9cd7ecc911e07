//! Time and energy as people and scripts meet them: function untouched, tables that add up, numbers with their support.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use seamount_tests::command::{json, root, run_in, scratch};
use serde_json::Value;

const CALIBRATIONS: [&str; 3] = ["loihi1-davies2018", "loihi1-nahuku", "loihi2-scaled"];

/// Rows of a CSV by the names of its columns.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut lines = text.lines();
    let head: Vec<String> = lines.next().expect("a head").split(',').map(String::from).collect();
    let row = |line: &str| {
        let cells: Vec<String> = line.split(',').map(String::from).collect();
        assert_eq!(cells.len(), head.len(), "{}: {line}", path.display());
        head.iter().cloned().zip(cells).collect()
    };
    lines.map(row).collect()
}

fn sum(rows: &[BTreeMap<String, String>], column: &str) -> u64 {
    let cell = |row: &BTreeMap<String, String>| row[column].parse::<u64>().expect("a whole number");
    rows.iter().map(cell).sum()
}

fn refusal(arguments: &[&str]) -> (Option<i32>, String) {
    let output = run_in(&root(), arguments);
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// V9 at the command line: the same digest, counts and accuracy with timing off, on, under every calibration, on
/// any number of threads.
#[test]
fn digits_compute_the_same_whatever_their_time() {
    let plain = json(&["run", "programs/digits", "--samples", "12"]);
    for calibration in CALIBRATIONS {
        for threads in ["1", "2"] {
            let more = ["--timing", "cycle", "--calibration", calibration, "--threads", threads];
            let timed = json(&[&["run", "programs/digits", "--samples", "12"][..], &more].concat());
            let mut timed = timed.as_object().expect("an object").clone();
            let (time, energy) =
                (timed.remove("time").expect("time"), timed.remove("energy").expect("energy"));
            timed.remove("wall_s");
            let mut expected = plain.as_object().expect("an object").clone();
            expected.remove("wall_s");
            assert_eq!(timed, expected, "{calibration}, {threads} threads");
            assert_eq!(time["steps"], plain["steps"]);
            assert_eq!(energy["counts"]["spikes"], plain["spikes"]);
            assert_eq!(energy["counts"]["active"], plain["updates_active"]);
        }
    }
}

#[test]
fn time_does_not_depend_on_threads_and_grows_with_the_calibration() {
    let time = |calibration: &str, threads: &str| {
        let asked = ["--timing", "cycle", "--calibration", calibration, "--threads", threads];
        json(&[&["run", "programs/digits", "--samples", "3"][..], &asked].concat())["time"].clone()
    };
    let [davies, nahuku, scaled] = CALIBRATIONS.map(|name| time(name, "1"));
    assert_eq!(davies, time(CALIBRATIONS[0], "3"));
    let ns = |time: &Value| time["ns_per_step"]["mean"].as_f64().expect("a number");
    println!("ns a step: davies {}, nahuku {}, loihi2-scaled {}", ns(&davies), ns(&nahuku), ns(&scaled));
    assert!(ns(&scaled) < ns(&davies) && ns(&davies) < ns(&nahuku));
    let bounds = davies["bounded_by"].as_object().expect("bounds");
    let steps: u64 = bounds.values().map(|bound| bound["steps"].as_u64().expect("steps")).sum();
    assert_eq!(Some(steps), davies["steps"].as_u64());
}

#[test]
fn tables_add_up_to_the_summary() {
    let folder = scratch("time-tables");
    let out = folder.join("run").to_string_lossy().into_owned();
    let asked =
        ["run", "programs/digits", "--samples", "4", "--cores-min", "6", "--timing", "cycle", "--out", &out];
    let summary = json(&asked);
    let table = |name: &str| rows(&Path::new(&out).join("time").join(name));
    let text = fs::read_to_string(Path::new(&out).join("time/timing.csv")).expect("a table");
    let columns: Vec<&str> = text.lines().next().expect("a head").split(',').collect();
    let names: BTreeSet<&str> = columns.iter().copied().collect();
    assert_eq!(names.len(), columns.len(), "every column has a name of its own: {columns:?}");
    let steps = table("timing.csv");
    assert_eq!(steps.len(), 4 * 64 + 1, "a row a step, and one before the first");
    assert_eq!(Some(sum(&steps, "cycles")), summary["time"]["cycles"].as_u64());
    for count in
        ["active", "inactive", "spikes", "messages_out", "dense", "flits", "east_west", "north_south"]
    {
        assert_eq!(Some(sum(&steps, count)), summary["energy"]["counts"][count].as_u64(), "{count}");
    }
    let classes = ["soma_fj", "axon_fj", "synapse_fj", "learning_fj", "network_fj", "clock_fj"];
    let dynamic: u64 = classes.iter().map(|class| sum(&steps, class)).sum();
    assert_eq!(Some(dynamic), summary["energy"]["energy_fj"].as_u64());
    let page = fs::read_to_string(Path::new(&out).join("index.html")).expect("a report");
    assert!(
        page.contains("Time and energy") && page.contains("a published minimum"),
        "the report tells no time"
    );
    let last = steps.last().expect("steps");
    assert_eq!((last["sample"].as_str(), last["step"].as_str()), ("3", "64"));
    for step in &steps[1..] {
        let number = |column: &str| step[column].parse::<u64>().expect("a number");
        let most = ["soma", "axon_out", "synapse", "link", "learning_cycles"].map(number).into_iter().max();
        assert!(number("cycles") + number("lead") >= most.unwrap_or(0), "{step:?}");
    }
    let cores = table("cores.csv");
    assert!(cores.len() >= 6);
    assert_eq!(
        sum(&cores, "bounded_steps") as usize,
        steps[1..].iter().filter(|s| !s["core"].is_empty()).count()
    );
    links_carry_every_packet(&table("links.csv"), &table("latency.csv"), &summary);
    fs::remove_dir_all(folder).expect("scratch is ours");
}

fn links_carry_every_packet(
    links: &[BTreeMap<String, String>],
    latency: &[BTreeMap<String, String>],
    summary: &Value,
) {
    let counts = &summary["energy"]["counts"];
    let of = |outputs: &[&str]| {
        let mine: Vec<_> =
            links.iter().filter(|row| outputs.contains(&row["output"].as_str())).cloned().collect();
        sum(&mine, "flits")
    };
    assert_eq!(Some(of(&["E", "W"])), counts["east_west"].as_u64());
    assert_eq!(Some(of(&["N", "S"])), counts["north_south"].as_u64());
    assert_eq!(Some(of(&["L0", "L1", "L2", "L3"])), counts["flits"].as_u64());
    for row in links {
        let share: f64 = row["utilisation"].parse().expect("a number");
        assert!(share <= 1.0, "V6: {row:?}");
    }
    let packets = |what: &str| {
        let mine: Vec<_> = latency.iter().filter(|row| row["what"] == what).cloned().collect();
        (sum(&mine, "packets"), mine)
    };
    let (all, histogram) = packets("latency");
    assert_eq!(Some(all), counts["messages_in"].as_u64());
    assert_eq!(all, packets("waited").0);
    // Within a tile it takes 6 cycles, and none is faster (V2).
    let least = histogram.iter().map(|row| row["cycles"].parse::<u64>().expect("cycles")).min();
    assert!(least >= Some(6), "{least:?}");
}

/// A flit log of a run: text and bytes say the same, on any number of threads, and it holds what the tables count.
#[test]
fn flit_logs_of_a_run_are_equal_whatever_the_threads() {
    let folder = scratch("flit-log");
    let at = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let run = |log: &str, threads: &str| {
        let asked = ["--timing", "cycle", "--threads", threads, "--flit-log", log];
        let digits = ["run", "programs/digits", "--samples", "1", "--steps", "12", "--cores-min", "5"];
        json(&[&digits[..], &asked].concat())
    };
    let (text, bytes) = (at("a.csv"), at("b.flits"));
    let counts = run(&text, "1")["energy"]["counts"].clone();
    run(&bytes, "3");
    let equal = json(&["diff", &text, &bytes]);
    assert_eq!(equal["equal"], Value::Bool(true), "{equal}");
    let grants = rows(Path::new(&text));
    let spikes: Vec<_> = grants.iter().filter(|grant| grant["kind"] == "spike").collect();
    let to = |ports: &[&str]| {
        spikes.iter().filter(|grant| ports.contains(&grant["output"].as_str())).count() as u64
    };
    assert_eq!(Some(to(&["E", "W"])), counts["east_west"].as_u64());
    assert_eq!(Some(to(&["N", "S"])), counts["north_south"].as_u64());
    assert_eq!(Some(to(&["L0", "L1", "L2", "L3"])), counts["flits"].as_u64());
    let (code, text) = refusal(&["run", "programs/hello", "--flit-log", &bytes]);
    assert!(code == Some(1) && text.contains("--timing cycle"), "{text}");
    fs::remove_dir_all(folder).expect("scratch is ours");
}

#[test]
fn no_number_stands_without_its_support() {
    for (calibration, said) in [
        ("loihi1-davies2018", ["a published minimum", "not published, counted as 0", "pre-silicon", "≥"]),
        ("loihi1-nahuku", ["± 11.7 %", "± 24.3 %", "no silicon trace", "no sum"]),
        ("loihi2-scaled", ["scaled, never measured", "vendor's ratios", "another", "assumptions"]),
    ] {
        let asked =
            ["run", "programs/digits", "--samples", "2", "--timing", "cycle", "--calibration", calibration];
        let folder = scratch(calibration);
        let path =
            root().join("programs/digits").canonicalize().expect("digits").to_string_lossy().into_owned();
        let asked: Vec<&str> =
            asked.iter().map(|word| if *word == "programs/digits" { &path } else { *word }).collect();
        let output = run_in(&folder, &asked);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        for what in said {
            assert!(text.contains(what), "{calibration}: no `{what}` in\n{text}");
        }
        fs::remove_dir_all(folder).expect("scratch is ours");
    }
}

#[test]
fn energy_is_one_run_under_two_calibrations() {
    let both = json(&["energy", "programs/digits", "--samples", "3"]);
    let calibrations = both["calibrations"].as_array().expect("calibrations");
    assert_eq!(calibrations.len(), 2);
    for (ours, name) in calibrations.iter().zip(CALIBRATIONS) {
        let asked = ["run", "programs/digits", "--samples", "3", "--timing", "cycle", "--calibration", name];
        let run = json(&asked);
        assert_eq!(ours["energy"], run["energy"], "{name}");
        assert_eq!((&both["digest"], &both["steps"]), (&run["digest"], &run["steps"]));
        for by in ["cores", "populations"] {
            let shares = both[by].as_object().expect("shares").values();
            let shares: u64 = shares.map(|share| share["energy_fj"][name].as_u64().expect("energy")).sum();
            let all = ours["energy"]["energy_fj"].as_u64().expect("energy");
            // Cores do not own the way of the host's messages; digits has none.
            assert_eq!(shares, all, "{name} by {by}");
        }
        let rows = ours["energy"]["rows"].as_array().expect("rows");
        let product = |row: &Value| row["count"].as_u64().unwrap_or(0) * row["each_fj"].as_u64().unwrap_or(0);
        assert_eq!(rows.iter().map(product).sum::<u64>(), ours["energy"]["energy_fj"].as_u64().unwrap_or(0));
    }
    // Static power is exactly power times time, and apart (V11).
    let first = &calibrations[0];
    let ps = first["time"]["cycles"].as_u64().unwrap_or(0) * 350;
    assert_eq!(
        first["energy"]["static"]["energy_fj"].as_u64().map(|fj| fj / 1000),
        Some(ps * 104_400 / 1_000_000)
    );
}

#[test]
fn what_cannot_be_timed_is_refused_with_a_way_out() {
    let digits = ["run", "programs/digits", "--samples", "1", "--timing", "cycle", "--calibration"];
    let with = |name: &str| refusal(&[&digits[..], &[name]].concat());
    let (code, text) = with("noc-reference");
    assert!(code == Some(1) && text.contains("no barrier") && text.contains("seamount noc"), "{text}");
    let (code, text) = with("loihi1-davis2018");
    assert!(code == Some(1) && text.contains("did you mean `loihi1-davies2018`?"), "{text}");
    let (code, text) = refusal(&["run", "programs/digits", "--calibration", "loihi1-nahuku"]);
    assert!(code == Some(1) && text.contains("--timing cycle"), "{text}");
    let (code, text) = refusal(&["energy", "programs/digits", "--calibration", "noc-reference"]);
    assert!(code == Some(1) && text.contains("no barrier"), "{text}");
}

#[test]
fn boards_beyond_the_mesh_are_refused_with_the_limit() {
    let folder = scratch("board-large");
    let path = folder.join("wide.toml").to_string_lossy().into_owned();
    let text = fs::read_to_string(root().join("isa/chips/loihi.toml")).expect("it ships");
    let wide = text.replacen("width = 1", "width = 128", 1).replacen("width = 8", "width = 64", 1);
    assert_ne!(wide, text, "nothing to edit");
    fs::write(&path, wide).expect("scratch takes files");
    let plain = ["run", "programs/hello", "--steps", "2", "--chip", &path];
    let (code, text) = refusal(&[&plain[..], &["--timing", "cycle"]].concat());
    assert!(code == Some(1) && text.contains("mesh: width = 8192, but 1..=1024"), "{text}");
    assert!(text.contains("loihi-32"), "{text}");
    fs::remove_dir_all(folder).expect("scratch is ours");
}

/// What is wrong with a calibration's text, by what the command says.
fn illegal(folder: &Path, edit: (&str, &str), program: &str) -> String {
    let text = fs::read_to_string(root().join("isa/chips/timing/loihi1-davies2018.toml")).expect("it ships");
    assert!(text.contains(edit.0), "nothing to edit: {}", edit.0);
    let path = folder.join("own.toml");
    fs::write(&path, text.replacen(edit.0, edit.1, 1)).expect("scratch takes files");
    let path = path.to_string_lossy().into_owned();
    let (code, text) =
        refusal(&["run", program, "--steps", "4", "--timing", "cycle", "--calibration", &path]);
    assert_eq!(code, Some(1), "{edit:?}: {text}");
    text
}

#[test]
fn illegal_calibrations_are_refused_with_the_reason() {
    let folder = scratch("illegal");
    let cases = [
        (("vcs = 1", "vcs = 2"), ["a marker would overtake spikes", "router.vcs = 2"]),
        (("interval = [5, 3]", "interval = [2, 3]"), ["at most one flit a cycle", "p >= q >= 1"]),
        (("buffer = 22", "buffer = 0"), ["router.buffer = 0", "1..=1024"]),
        (("base = 323", "base = 3"), ["barrier.base = 3", "7..="]),
        (("nets = { tier", "nits = { tier"), ["no origin in [provenance]", "tier = \"assumed\""]),
        (("clock_ps = 350", "clock_ps = 350\nspeed = 2"), ["unknown field `speed`", "seamount isa"]),
    ];
    for (edit, said) in cases {
        let text = illegal(&folder, edit, "programs/hello");
        for what in said {
            assert!(text.contains(what), "{edit:?}: no `{what}` in {text}");
        }
    }
    let text = illegal(&folder, ("phases = 2", "phases = 1"), "programs/stdp_window");
    assert!(text.contains("leaves no time to learn") && text.contains("barrier.phases = 2"), "{text}");
    fs::remove_dir_all(folder).expect("scratch is ours");
}

/// Costs of an architecture in the documented structure of SANA-FE's files, with the figures of `loihi1-nahuku`.
fn architecture(soma: &str, sync: &str) -> String {
    let hops = |side: &str, ns: &str, pj: &str| {
        format!("        latency_{side}_hop: {ns}e-9\n        energy_{side}_hop: {pj}e-12\n")
    };
    let unit = |kind: &str, name: &str, fields: &str| {
        format!("          {kind}:\n            - name: {name}\n              attributes: {{ {fields} }}\n")
    };
    let synapse = |name: &str, ns: &str, pj: &str| {
        format!(
            "            - name: {name}\n              attributes: {{ latency_process_spike: {ns}e-9, energy_process_spike: {pj}e-12 }}\n"
        )
    };
    let lif = "model: leaky_integrate_fire, latency_access_neuron: 6.0e-9, energy_access_neuron: 51.2e-12, \
               latency_update_neuron: 3.7e-9, energy_update_neuron: 21.6e-12, latency_spike_out: 30.0e-9, \
               energy_spike_out: 69.3e-12";
    [
        "# Written for this test.\narchitecture:\n  name: mine\n  attributes:\n    width: 8\n    height: 4\n"
            .into(),
        format!("    link_buffer_size: 16\n    {sync}\n"),
        "  tile:\n    - name: t[0..31]\n      attributes:\n".into(),
        hops("north", "6.5", "4.2") + &hops("south", "6.5", "4.2"),
        hops("east", "4.1", "3.0") + &hops("west", "4.1", "3.0"),
        "      core:\n        - name: c[0..3]\n          attributes: { buffer_position: soma }\n".into(),
        unit("axon_in", "in", "latency_message_in: 16.0e-9, energy_message_in: 0.0"),
        "          synapse:\n".into(),
        synapse("a_dense_one", "3.8", "35.5")
            + &synapse("sparse", "4.7", "33.6")
            + &synapse("conv", "3.1", "24.0"),
        unit("dendrite", "sums", "latency_update: 0.0, energy_update: 0"),
        unit("soma", soma, lif),
        unit("axon_out", "out", "latency_message_out: 5.1e-9, energy_message_out: 111.0e-12"),
    ]
    .concat()
}

const TABLE: &str = "sync_model: table\n    latency_sync: { 1: 0.6e-6, 2: 1.0e-6, 4: 1.4e-6, 29: 1.8e-6 }";

/// The file that SANA-FE's fit is in carries the figures of `loihi1-nahuku`: read, it must become that calibration.
#[test]
fn an_architecture_of_sanafe_is_a_calibration() {
    let folder = scratch("sanafe");
    let path = folder.join("arch.yaml").to_string_lossy().into_owned();
    fs::write(&path, architecture("lif", TABLE)).expect("scratch takes files");
    let read = |topic: &str| json(&["isa", topic])["calibration"].clone();
    let (mut ours, mut nahuku) = (read(&path), read("loihi1-nahuku"));
    for calibration in [&mut ours, &mut nahuku] {
        let all = calibration.as_object_mut().expect("a calibration");
        ["name", "limits", "provenance"].into_iter().for_each(|field| drop(all.remove(field)));
        // Neither is in such files.
        all["energy"]["static_uw"] = Value::Null;
        all["energy"]["learning"] = Value::Null;
        all["core"]["learning"] = Value::Null;
    }
    assert_eq!(ours, nahuku);
    // As a file of ours it says the same, and a run under it takes as long and costs as much as under the fit.
    let toml = String::from_utf8(run_in(&root(), &["isa", &path]).stdout).expect("text");
    let own = folder.join("own.toml").to_string_lossy().into_owned();
    fs::write(&own, toml).expect("scratch takes files");
    let run = |calibration: &str| {
        let asked = ["--timing", "cycle", "--calibration", calibration];
        let run = json(&[&["run", "programs/digits", "--samples", "2"][..], &asked].concat());
        (run["time"]["cycles"].clone(), run["energy"]["energy_fj"].clone(), run["digest"].clone())
    };
    assert_eq!(run(&own), run("loihi1-nahuku"));
    assert_eq!(run(&path), run("loihi1-nahuku"));
    fs::remove_dir_all(folder).expect("scratch is ours");
}

#[test]
fn architectures_that_cannot_be_read_name_the_place() {
    let folder = scratch("sanafe-bad");
    let path = folder.join("arch.yaml").to_string_lossy().into_owned();
    let text = architecture("lif", TABLE);
    let cases = [
        (text.replace("latency_access_neuron", "latency_neuron"), "no `latency_access_neuron`"),
        (text.replace("6.5e-9", "fast"), "`architecture.tile[0].attributes.latency_north_hop`"),
        (text.replace("111.0e-12", "-1.0"), "energy_message_out`: a number of seconds or joules"),
        (text.replace("30.0e-9", "30.0"), "this is more than one"),
        (text.replace("architecture:", "chip:"), "the file has no `architecture`"),
        ("architecture: [".into(), "no YAML"),
        (String::new(), "empty"),
    ];
    for (text, said) in cases {
        fs::write(&path, &text).expect("scratch takes files");
        let (code, told) = refusal(&["isa", &path]);
        if let Some(line) = text.lines().position(|line| line.contains("fast")) {
            assert!(told.contains(&format!("arch.yaml:{}: ", line + 1)), "line {} in {told}", line + 1);
        }
        assert!(code == Some(1) && told.contains(said), "no `{said}` in {told}");
    }
    // What our units cannot tell apart is named, not hidden.
    let mixed = text
        .replace("latency_west_hop: 4.1", "latency_west_hop: 4.3")
        .replace("latency_update: 0.0", "latency_update: 1e-9");
    fs::write(&path, mixed.replace(TABLE, "sync_model: fixed\n    latency_sync: 2.0e-7"))
        .expect("scratch takes files");
    let limits = json(&["isa", &path])["calibration"]["limits"].to_string();
    assert!(
        limits.contains("hops east and west differ") && limits.contains("accumulation costs nothing"),
        "{limits}"
    );
    assert_eq!(json(&["isa", &path])["calibration"]["barrier"]["rows"], serde_json::json!([[1, 2000]]));
    fs::remove_dir_all(folder).expect("scratch is ours");
}
