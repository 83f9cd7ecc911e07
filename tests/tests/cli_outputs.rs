//! Files that commands write: never an input, never one another, none left of a run that failed.

use std::fs;
use std::path::{Path, PathBuf};

use seamount_tests::command::{json, run_in, scratch};

/// A folder with a program, its image, its text and a trace.
fn workshop(name: &str) -> PathBuf {
    let folder = scratch(name);
    for command in
        [&["new", "first"][..], &["build", "first", "-o", "a.img"], &["dis", "a.img", "-o", "a.nms"]]
    {
        assert!(run_in(&folder, command).status.success(), "{command:?}");
    }
    fs::write(folder.join("x.csv"), "0,0,63\n").expect("scratch takes files");
    fs::write(folder.join("first/w.csv"), "100\n100\n").expect("scratch takes files");
    let weights = "input i[2]\npopulation p[1]\nproject i -> p : dense(load(\"w.csv\"))\nrun 5\n";
    fs::write(folder.join("first/weights.snn"), weights).expect("scratch takes files");
    folder
}

/// What a command that must fail with exit code 1, and before it does anything, says.
fn refusal(folder: &Path, line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let output = run_in(folder, &words);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{line}: {said}");
    let way_out = said.contains("help: ") || said.contains("--> ");
    assert!(output.stdout.is_empty() && way_out && !said.contains("did you mean"), "{line}: {said}");
    for done in ["Running", "Playing", "Wrote"] {
        assert!(!said.contains(done), "{line}: {said}");
    }
    said
}

/// All files below a folder, with their bytes.
fn all(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(all(&path));
        } else {
            found.push((path.clone(), fs::read(&path).expect("a file")));
        }
    }
    found.sort();
    found
}

#[test]
fn no_output_is_an_input() {
    let folder = workshop("inputs");
    json(&["run", &folder.join("first").to_string_lossy(), "--out", &folder.join("d").to_string_lossy()]);
    let before = all(&folder);
    for (line, input) in [
        ("build first -o first/main.snn", "first/main.snn"),
        ("build first -o first/../first/./main.snn", "first/main.snn"),
        ("build first --placement-svg first/main.snn", "first/main.snn"),
        ("build first/weights.snn -o first/w.csv", "w.csv"),
        ("run first --timing cycle --flit-log first/main.snn --out first", "first/main.snn"),
        ("run first --save-net first/main.snn", "first/main.snn"),
        ("run a.img --save-image ./a.img", "a.img"),
        ("run first --spikes d/spikes.evt --out d", "d/spikes.evt"),
        ("run first --spikes d/out.spikes.npy --out d/../d", "d/out.spikes.npy"),
        ("dis a.img -o a.img", "a.img"),
        ("asm a.nms -o ./a.nms", "a.nms"),
        ("inspect first --graph first/main.snn", "first/main.snn"),
        ("noc --trace x.csv --csv ./x.csv", "x.csv"),
        ("noc --trace x.csv --flit-log x.csv", "x.csv"),
    ] {
        let said = refusal(&folder, line);
        assert!(said.contains("would overwrite") && said.contains(input), "{line}: {said}");
    }
    assert!(all(&folder) == before, "nothing is written");
    fs::remove_dir_all(folder).expect("scratch is ours");
}

#[test]
fn no_two_outputs_are_one_file() {
    let folder = workshop("outputs");
    let before = all(&folder);
    for (line, both) in [
        ("noc --sweep 0.1:0.2:0.1 --csv s --plot s", ["--csv s", "--plot s"]),
        ("noc --csv s --flit-log ./s", ["--csv s", "--flit-log ./s"]),
        ("build first -o s --placement-svg s", ["-o s", "--placement-svg s"]),
        ("build first --placement-svg first.img", ["the image first.img", "--placement-svg first.img"]),
        ("run first --save-net s.snn --save-image s.snn", ["--save-net s.snn", "--save-image s.snn"]),
        ("run first --save-image d/index.html --out d", ["--save-image d/index.html", "--out d"]),
        ("run first --save-image d/out.spikes.csv --out d", ["--save-image d/out.spikes.csv", "--out d"]),
        ("run first --save-image d --out d", ["--save-image d", "--out d"]),
    ] {
        let said = refusal(&folder, line);
        assert!(both.iter().all(|name| said.contains(name)), "{line}: {said}");
    }
    assert!(all(&folder) == before && !folder.join("d").exists(), "nothing is written");
    fs::remove_dir_all(folder).expect("scratch is ours");
}

#[test]
#[cfg(unix)]
fn a_link_is_the_file_it_leads_to_and_a_device_takes_several() {
    let folder = workshop("links");
    std::os::unix::fs::symlink(folder.join("first"), folder.join("link")).expect("a link");
    let said = refusal(&folder, "build first -o link/main.snn");
    assert!(said.contains("-o link/main.snn would overwrite first/main.snn"), "{said}");
    let null = ["noc", "--window", "100", "--csv", "/dev/null", "--flit-log", "/dev/null"];
    assert!(run_in(&folder, &null).status.success());
    fs::remove_dir_all(folder).expect("scratch is ours");
}

/// A run writes its single files first: one that cannot be written leaves no folder that looks like a whole run.
#[test]
#[cfg(unix)]
fn a_run_whose_log_cannot_be_written_leaves_nothing() {
    let folder = workshop("log-full");
    let before = all(&folder);
    let full = ["run", "first", "--timing", "cycle", "--out", "d/e", "--flit-log", "/dev/full"];
    let output = run_in(&folder, &full);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && said.contains("/dev/full"), "{said}");
    assert!(all(&folder) == before && !folder.join("d").exists(), "{said}");
    let noc = ["noc", "--window", "100", "--csv", "s.csv", "--flit-log", "/dev/full"];
    assert_eq!(run_in(&folder, &noc).status.code(), Some(1));
    assert!(all(&folder) == before);
    fs::remove_dir_all(folder).expect("scratch is ours");
}

#[test]
fn single_files_may_lie_in_the_folder_of_the_run() {
    let folder = workshop("log-inside");
    let files = ["--flit-log", "d/e/log.flits", "--save-image", "d/e/end.img"];
    let run = [&["run", "first", "--timing", "cycle", "--out", "d/e"][..], &files].concat();
    for _ in 0..2 {
        let output = run_in(&folder, &run);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        for name in ["log.flits", "end.img", "summary.json", "time/timing.csv"] {
            assert!(folder.join("d/e").join(name).exists(), "{name}");
        }
    }
    fs::remove_dir_all(folder).expect("scratch is ours");
}
