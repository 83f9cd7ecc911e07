//! Mistakes of a newcomer: what is taken for something else, or is not there, is named with a way out.

use std::fs;
use std::path::{Path, PathBuf};

use seamount_tests::command::{json, root, run_in, scratch};

/// A folder with a program, its image, two runs and a calibration and a chip to edit.
fn workshop(name: &str) -> PathBuf {
    let folder = scratch(name);
    for command in [
        &["new", "first"][..],
        &["build", "first", "-o", "a.img"],
        &["run", "first", "--out", "plain"],
        &["run", "first", "--timing", "cycle", "--out", "timed"],
        &["noc", "--window", "50", "--warmup", "0", "--flit-log", "a.flits"],
    ] {
        assert!(run_in(&folder, command).status.success(), "{command:?}");
    }
    for (from, to) in [("timing/loihi1-davies2018.toml", "cal.toml"), ("tiny.toml", "chip.toml")] {
        fs::copy(root().join("isa/chips").join(from), folder.join(to)).expect("it ships");
    }
    folder
}

/// Every line fails with exit code 1 and says all parts, the last of them as help.
fn refused(folder: &Path, lines: &[(&str, &[&str])]) {
    for (line, wanted) in lines {
        let words: Vec<&str> = line.split(' ').collect();
        let output = run_in(folder, &words);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{line}: {said}");
        for part in *wanted {
            assert!(said.contains(part), "{line}: no `{part}` in {said}");
        }
        let help: String = said.lines().filter(|line| line.starts_with("help: ")).collect();
        assert!(wanted.last().is_some_and(|last| help.contains(last)), "{line}: {said}");
    }
}

#[test]
fn a_thing_of_another_kind_is_told_where_it_goes() {
    let folder = workshop("kinds");
    refused(
        &folder,
        &[
            ("run first --chip cal.toml", &["cal.toml is a calibration", "--calibration cal.toml"]),
            (
                "run first --timing cycle --calibration chip.toml",
                &["chip.toml describes a chip", "--chip chip.toml"],
            ),
            ("noc --calibration chip.toml", &["chip.toml describes a chip", "--chip chip.toml"]),
            ("build first --profile a.img", &["a.img is a file", "run NETWORK --timing cycle --out DIR"]),
            ("build first --profile timed/time", &["inner folder of a run", "--profile timed"]),
            ("build first --profile plain", &["run that was not timed", "--timing cycle"]),
            ("build first --profile first", &["first is no folder of a run", "--timing cycle"]),
            ("energy timed", &["timed holds what a run left", "that was run"]),
            ("diff a.img plain", &["plain is the folder of a run, a.img is not", "two images"]),
            ("diff a.flits a.img", &["a.flits is a flit log, a.img is not", "two flit logs"]),
        ],
    );
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    assert_eq!(json(&["isa", &path("cal.toml")])["calibration"]["name"], "loihi1-davies2018");
    assert_eq!(json(&["isa", &path("chip.toml")])["chip"]["name"], "tiny");
    fs::remove_dir_all(folder).expect("scratch is ours");
}

#[test]
fn what_is_not_there_is_named_with_what_could_be_meant() {
    let folder = workshop("missing");
    refused(
        &folder,
        &[
            ("run first/mian.snn", &["cannot read first/mian.snn", "did you mean `first/main.snn`?"]),
            ("run nowhere/main.snn", &["cannot read nowhere/main.snn", "there is no folder nowhere"]),
            ("diff x.flits a.flits", &["cannot read x.flits", "did you mean `a.flits`?"]),
            ("noc --trace packets.csv", &["cannot read packets.csv", "nothing in "]),
            ("run first --save-net net.txt", &["should end in .snn or .json", "name it net.snn"]),
            ("run first --spikes a.img", &["a.img: ", "--spikes takes an event file"]),
            ("run first --chip chp.toml", &["cannot read chp.toml", "did you mean `chip.toml`?"]),
            ("noc --trace a.flits --mesh 256x256 --buffer 1024", &["up to 5.", "smaller --buffer"]),
            ("build first -o nowhere/a.img", &["cannot write nowhere/a.img", "mkdir -p nowhere"]),
            ("build first -o first", &["cannot write first: it is a folder", "first/NAME"]),
            ("run first --out a.img", &["cannot make the folder a.img", "name a place"]),
            ("energy first --calibration loihi1-nahuku,", &["a name is empty", "commas stand between names"]),
        ],
    );
    fs::remove_dir_all(folder).expect("scratch is ours");
}

#[test]
fn numbers_of_descriptions_name_their_limits() {
    let folder = workshop("limits");
    let edit = |from: &str, to: &str, edits: &[(&str, &str)]| {
        let mut text = fs::read_to_string(folder.join(from)).expect("a file");
        for (old, new) in edits {
            assert!(text.contains(old), "nothing to edit: {old}");
            text = text.replacen(old, new, 1);
        }
        fs::write(folder.join(to), text).expect("scratch takes files");
    };
    edit("chip.toml", "none.toml", &[("cores_per_tile = ", "cores_per_tile = 0 # ")]);
    edit("chip.toml", "less.toml", &[("cores_per_tile = ", "cores_per_tile = -1 # ")]);
    edit("cal.toml", "negative.toml", &[("buffer = 22", "buffer = -3")]);
    let no_barrier = [("kind = \"marker\"", "kind = \"none\""), ("base = 323\nhop = 36\nphases = 2", "")];
    edit("cal.toml", "left.toml", &no_barrier);
    let whole = "expected a whole number from 0 to 4294967295";
    refused(
        &folder,
        &[
            (
                "isa none.toml",
                &["cores_per_tile = 0, but 1..=4 is possible", "set cores_per_tile to a number from 1 to 4"],
            ),
            ("isa less.toml", &[whole, "isa/chips/loihi.toml"]),
            ("isa negative.toml", &[whole, "prints a whole calibration"]),
            (
                "noc --calibration left.toml",
                &["a field that does not exist", "remove \"barrier.base\" from [provenance]"],
            ),
        ],
    );
    fs::remove_dir_all(folder).expect("scratch is ours");
}

/// A log in the folder of a run is no record of it.
#[test]
fn runs_are_compared_by_their_own_files() {
    let folder = scratch("own-files");
    assert!(run_in(&folder, &["new", "first"]).status.success());
    for (out, calibration) in [("a", "loihi1-davies2018"), ("b", "loihi1-nahuku")] {
        let log = format!("{out}/grants.csv");
        let timed = ["--timing", "cycle", "--calibration", calibration, "--out", out, "--flit-log", &log];
        assert!(run_in(&folder, &[&["run", "first"], &timed[..]].concat()).status.success());
    }
    let output = run_in(&folder, &["diff", "a", "b"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    fs::remove_dir_all(folder).expect("scratch is ours");
}
