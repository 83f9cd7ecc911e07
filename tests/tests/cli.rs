//! The command as people and scripts meet it: README, help, `--json`, exit codes, errors, files whole or not at all.

use std::fs;
use std::path::Path;
use std::process::Output;

use seamount_tests::command::{json, root, run_in, scratch};
use serde_json::Value;

/// Commands that the README shows, without `cargo run --release --`.
fn readme() -> (String, Vec<Vec<String>>) {
    let text = fs::read_to_string(root().join("README.md")).expect("there is a README.md");
    let commands = text.lines().filter_map(|line| line.strip_prefix("cargo run --release -- "));
    let words = commands.map(words).collect();
    (text, words)
}

/// Words of a command line; quotes hold one together.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("one word at least").push(c),
        }
    }
    words
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a scratch folder takes folders");
    for entry in fs::read_dir(from).expect("programs are readable") {
        let entry = entry.expect("an entry is readable");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file is copied");
        }
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn readme_commands_do_what_it_says() {
    let (text, commands) = readme();
    assert!(commands.len() >= 8, "{commands:?}");
    let folder = scratch("readme");
    copy(&root().join("programs"), &folder.join("programs"));
    for command in &commands {
        let output = run_in(&folder, command);
        assert!(output.status.success(), "{command:?}: {}", stderr(&output));
        let said = stdout(&output);
        match command.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["run", "programs/digits"] => assert!(said.contains("accuracy 433/450 = 0.9622"), "{said}"),
            ["noc", ..] => {
                assert!(said.contains("saturates at 0.2501 ") && text.contains("at 0.2501 here"), "{said}")
            }
            ["build", .., "--profile", _, "--report", "-o", _] => {
                let table = text.split("```text\n").nth(1).and_then(|rest| rest.split("```").next());
                assert!(
                    table.is_some_and(|table| said.ends_with(table)),
                    "the README shows another table: {said}"
                );
            }
            _ => {}
        }
    }
    let main = fs::read_to_string(folder.join("first/main.snn")).expect("`new` makes main.snn");
    assert!(
        text.contains(&format!("```snn\n{main}```")),
        "the README shows another main.snn than `new` makes"
    );
    assert_eq!(fs::read(folder.join("first/chip.img")).ok(), fs::read(folder.join("first/again.img")).ok());
    fs::remove_dir_all(folder).expect("scratch is ours");
}

/// The README says `cargo run --release -- ...`: cargo must know which binary that is.
#[test]
fn plain_cargo_run_is_the_command() {
    let mut cargo = std::process::Command::new(env!("CARGO"));
    let output = cargo.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(root()).output();
    let metadata: Value = serde_json::from_slice(&output.expect("cargo runs").stdout).expect("an object");
    let default = metadata["workspace_default_members"].as_array().expect("default members");
    let packages = metadata["packages"].as_array().expect("packages");
    let ours = packages.iter().filter(|package| default.contains(&package["id"]));
    let targets = ours.flat_map(|package| package["targets"].as_array().expect("targets"));
    let binaries = targets.filter(|target| target["kind"][0] == "bin").map(|target| target["name"].as_str());
    assert_eq!(binaries.collect::<Vec<_>>(), [Some("seamount")]);
}

#[test]
fn every_command_has_help_with_an_example() {
    let help = stdout(&run_in(&root(), &["help"]));
    let listed =
        help.lines().skip_while(|l| !l.starts_with("Commands:")).skip(1).take_while(|l| !l.is_empty());
    let commands: Vec<&str> = listed.filter_map(|line| line.split_whitespace().next()).collect();
    let wanted =
        ["new", "build", "run", "asm", "dis", "diff", "inspect", "fmt", "isa", "explain", "completions"];
    for command in wanted {
        assert!(commands.contains(&command), "no command {command}: {help}");
    }
    assert_eq!(stdout(&run_in(&root(), &["help", "--help"])), help);
    for command in commands.into_iter().filter(|c| *c != "help") {
        let output = run_in(&root(), &["help", command]);
        assert!(stdout(&output).contains("Example"), "{command}: {}", stdout(&output));
        assert!(output.status.success());
    }
}

#[test]
fn json_is_one_object_with_a_schema() {
    let folder = scratch("json");
    let image = folder.join("a.img").to_string_lossy().into_owned();
    let text = folder.join("a.nms").to_string_lossy().into_owned();
    let again = folder.join("b.img").to_string_lossy().into_owned();
    let made = folder.join("made").to_string_lossy().into_owned();
    let commands: &[&[&str]] = &[
        &["new", &made],
        &["build", "programs/hello", "-o", &image],
        &["run", &image],
        &["dis", &image, "-o", &text],
        &["asm", &text, "-o", &again],
        &["diff", &image, &again],
        &["inspect", "programs/hello"],
        &["fmt", "--check", "programs/hello"],
        &["isa"],
        &["explain", "E0041"],
        &["completions", "bash"],
    ];
    for command in commands {
        assert_eq!(json(command)["schema"], 1, "{command:?}");
    }
    let summary = json(&["run", &image]);
    let names = [
        "digest",
        "steps",
        "spikes",
        "synaptic_operations",
        "updates_active",
        "updates_inactive",
        "messages",
    ];
    for name in names.into_iter().chain(["hops", "overflows", "wall_s", "spec", "version", "seed", "backend"])
    {
        assert!(!summary[name].is_null(), "no {name} in {summary}");
    }
}

/// Exit code and text of a failing command.
fn fails(arguments: &[&str]) -> (Option<i32>, String) {
    let output = run_in(&root(), arguments);
    assert_eq!(stdout(&output), "", "a failure says nothing on stdout");
    (output.status.code(), stderr(&output))
}

#[test]
fn mistakes_are_shown_at_their_place_with_a_way_out() {
    let folder = scratch("mistakes");
    let path = folder.join("net.snn").to_string_lossy().into_owned();
    fs::write(&path, "neuron lif { treshold = 1.0 }\npopulation a[4] : lif\nrun 10\n").expect("scratch");
    let (code, text) = fails(&["run", &path]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.starts_with("error[E0031]: unknown field `treshold`"), "{text}");
    assert!(
        text.contains(&format!("--> {path}:1:14")) && text.contains("^^^^^^^^ did you mean `threshold`?"),
        "{text}"
    );
    let output = run_in(&root(), &["run", &path, "--json"]);
    let object: Value = serde_json::from_str(&stdout(&output)).expect("an object");
    assert_eq!((object["exit"].as_i64(), object["errors"][0]["line"].as_i64()), (Some(1), Some(1)));
    assert_eq!(stderr(&output), "");
}

#[test]
fn exit_codes_tell_whose_fault_it_is() {
    assert_eq!(fails(&["run", "no/such/file.snn"]).0, Some(1));
    assert_eq!(fails(&["run", "programs"]).0, Some(1));
    assert_eq!(fails(&["nonsense"]).0, Some(1));
    assert_eq!(fails(&["run", "programs/hello", "--chip", "loihy"]).0, Some(1));
    assert!(fails(&["run", "programs/hello", "--chip", "loihy"]).1.contains("did you mean `loihi`?"));
    let (code, text) = fails(&["run", "programs/digits", "--chip", "tiny"]);
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("error[E01"), "{text}");
    let folder = scratch("codes");
    let [a, b] = ["a.img", "b.img"].map(|name| folder.join(name).to_string_lossy().into_owned());
    json(&["build", "programs/hello", "-o", &a]);
    json(&["build", "programs/relay", "-o", &b]);
    assert_eq!(run_in(&root(), &["diff", &a, &b]).status.code(), Some(3));
    assert_eq!(run_in(&root(), &["diff", &a, &a]).status.code(), Some(0));
}

#[test]
fn options_that_cannot_be_are_refused() {
    let folder = scratch("options");
    let at = |name: &str| folder.join(name).to_string_lossy().into_owned();
    fs::write(folder.join("endless.snn"), "population a[2]\n").expect("scratch");
    json(&["build", "programs/hello", "-o", &at("chip.img")]);
    let refused: &[(&[&str], &str)] = &[
        (&["programs/hello", "--threads", "0"], "a whole number from 1 to 1024"),
        (&["programs/hello", "--steps", "-1"], "steps are a number from 1"),
        (&["programs/hello", "--seed", "-1"], "a whole number from 0 to 4294967295"),
        (&["programs/hello", "--samples", "0"], "a whole number from 1"),
        (&["programs/hello", "--samples", "3"], "the network has no samples"),
        (&["programs/hello", "--cores-min", "0"], "a whole number from 1"),
        (&["programs/hello", "--cores-min", "100000"], "`loihi` has 128 cores"),
        (&["programs/hello", "--probe", "out.{{{v"], "`{` without `}`"),
        (&[&at("chip.img"), "--chip", "loihi"], "made for `loihi`"),
        (&[&at("endless.snn")], "error[E0033]: nothing says how many steps to run\n"),
    ];
    for (arguments, what) in refused {
        let (code, text) = fails(&[&["run"], *arguments].concat());
        assert!(code == Some(1) && text.contains(what), "{arguments:?}: {text}");
    }
}

#[test]
fn a_run_whose_result_cannot_be_kept_does_not_start() {
    let folder = scratch("kept");
    let at = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let refused: &[(&str, String, &str)] = &[
        ("--save-net", at("net.txt"), "should end in .snn or .json"),
        ("--save-net", at("no/net.snn"), "cannot write"),
        ("--save-image", folder.to_string_lossy().into_owned(), "it is a folder"),
    ];
    for (option, path, what) in refused {
        let (code, text) = fails(&["run", "programs/hello", option, path]);
        assert!(
            code == Some(1) && text.contains(what) && !text.contains("Running"),
            "{option} {path}: {text}"
        );
    }
    fs::write(folder.join("run"), "in the way of the report").expect("scratch");
    let hello = root().join("programs/hello").to_string_lossy().into_owned();
    let output = run_in(&folder, &["run", &hello]);
    assert!(output.status.success() && stdout(&output).contains("digest"), "{}", stderr(&output));
    assert!(stderr(&output).contains("warning: cannot make the folder"), "{}", stderr(&output));
}

#[test]
fn what_has_no_effect_is_warned_of() {
    let folder = scratch("effect");
    let at = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let text = "input a[3]\npopulation b[3]\nproject a -> b : one_to_one { weight = 200 }\nrun 10\n";
    fs::write(folder.join("main.snn"), text).expect("scratch");
    fs::write(folder.join("empty.csv"), "").expect("scratch");
    fs::write(folder.join("late.csv"), "10,0\n11,1\n500,2\n").expect("scratch");
    let (empty, late) = (at("empty.csv"), at("late.csv"));
    let warned: &[(&[&str], &str)] = &[
        (&["--spikes", &empty], "holds no events"),
        (&["--spikes", &late], "2 of 3 events come after the last step, 10"),
        (&["--cores-min", "100"], "only 3 are used"),
        (&["--probe", "b.v at 900"], "`b.v`: step 900 comes after the last, 10"),
        (&["--probe", "b.v every 50", "--steps", "40"], "`b.v`: every 50, but the last step is 40"),
    ];
    for (arguments, what) in warned {
        let output = run_in(&folder, &[&["run", "."], *arguments].concat());
        assert!(output.status.success() && stderr(&output).contains(what), "{}", stderr(&output));
    }
}

#[test]
fn programs_are_read_without_a_warning() {
    let programs = fs::read_dir(root().join("programs")).expect("programs");
    let folders = programs.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).expect("a folder"));
    let paths = files.map(|file| file.expect("a file").path());
    let mut seen = 0;
    for path in paths.filter(|path| path.extension().is_some_and(|e| e == "snn")) {
        let output = run_in(&root(), &["inspect", &path.to_string_lossy()]);
        assert!(
            output.status.success() && stderr(&output).is_empty(),
            "{}: {}",
            path.display(),
            stderr(&output)
        );
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn probes_at_chosen_steps() {
    let folder = scratch("chosen");
    let at = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let text = "population out[2] { bias = 640 }\nrecord out.vth at 3, 9\nrun 20\n";
    fs::write(folder.join("main.snn"), text).expect("scratch");
    let probes = ["--probe", "out.{v,spikes} at 2, 9, 15", "--probe", "out.u every 10"];
    json(&[&["run", &at("main.snn"), "--out", &at("out")], &probes[..]].concat());
    let steps = |name: &str| {
        let csv = fs::read_to_string(folder.join("out").join(name)).expect("a table");
        csv.lines().skip(1).filter_map(|line| line.split(',').nth(1)?.parse().ok()).collect::<Vec<u32>>()
    };
    assert_eq!(steps("out.vth.csv"), [3, 9]);
    assert_eq!(steps("out.v.csv"), [2, 9, 15]);
    assert_eq!(steps("out.u.csv"), [10, 20]);
    assert!(steps("out.spikes.csv").iter().all(|t| [2, 9, 15].contains(t)));
    json(&["build", &at("main.snn"), "-o", &at("a.img")]);
    json(&["dis", &at("a.img"), "-o", &at("a.nms")]);
    json(&["asm", &at("a.nms"), "-o", &at("b.img")]);
    assert_eq!(fs::read(folder.join("a.img")).ok(), fs::read(folder.join("b.img")).ok());
}

#[test]
#[cfg(unix)]
fn files_without_end_are_refused() {
    let folder = scratch("endless");
    std::os::unix::fs::symlink("/dev/zero", folder.join("main.snn")).expect("a link");
    let zero = folder.join("main.snn").to_string_lossy().into_owned();
    for arguments in [["dis", "/dev/zero"], ["run", "/dev/zero"], ["inspect", &zero], ["fmt", &zero]] {
        let (code, text) = fails(&arguments);
        let clear = text.contains("not a Seamount image") || text.contains("more than 256 MiB");
        assert!(code == Some(1) && clear, "{arguments:?}: {text}");
    }
}

#[test]
fn a_failing_command_leaves_no_file() {
    let folder = scratch("atomic");
    let out = folder.join("chip.img");
    let (code, _) = fails(&["build", "programs/digits", "--chip", "tiny", "-o", &out.to_string_lossy()]);
    assert_eq!(code, Some(4));
    assert_eq!(fs::read_dir(&folder).expect("scratch").count(), 0);
    json(&["build", "programs/hello", "-o", &out.to_string_lossy()]);
    assert_eq!(fs::read_dir(&folder).expect("scratch").count(), 1, "one file and no part of one");
}

#[test]
fn damaged_images_are_refused() {
    let folder = scratch("damaged");
    let path = folder.join("chip.img").to_string_lossy().into_owned();
    json(&["build", "programs/relay", "-o", &path]);
    let bytes = fs::read(&path).expect("an image");
    for cut in [0, 1, 7, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&path, &bytes[..cut]).expect("scratch");
        let (code, text) = fails(&["run", &path]);
        assert_eq!(code, Some(1), "cut at {cut}: {text}");
    }
}

#[test]
fn no_result_depends_on_threads_or_cores() {
    let digest = |more: &[&str]| {
        json(&[&["run", "programs/digits", "--samples", "20"], more].concat())["digest"].clone()
    };
    let one = digest(&[]);
    for more in
        [&["--threads", "4"][..], &["--cores-min", "8"], &["--chip", "loihi-2", "--placement-seed", "9"]]
    {
        assert_eq!(digest(more), one, "{more:?}");
    }
}

#[test]
fn nothing_of_the_terminal_goes_into_a_pipe() {
    let output = run_in(&scratch("pipe"), &["run".as_ref(), root().join("programs/hello").as_os_str()]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(!stdout(&output).contains('\x1b') && !stderr(&output).contains('\x1b'));
    assert!(stdout(&output).contains("report run/hello/index.html"), "{}", stdout(&output));
    assert!(stderr(&output).contains("Finished"));
}

#[test]
fn learned_weights_come_back_as_a_description_and_an_image() {
    let folder = scratch("learned");
    let at = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let text = "input a[3] = poisson(p = 0.2)\npopulation b[2] { vth_mant = 60 }\n\
                project a -> b : all { weight = 64, sign = excitatory, learn = stdp }\n\
                record a->b.weight every 200\nrun 200\n";
    fs::write(folder.join("net.snn"), text).expect("scratch");
    let first = &[&at("net.snn"), "--out", &at("out"), "--save-net", &at("learned.snn")];
    json(&[&["run"][..], first, &["--save-image", &at("learned.img")]].concat());
    let weights: Vec<i64> = fs::read_to_string(folder.join("out/a-b.weight.csv"))
        .expect("weights are recorded")
        .lines()
        .nth(1)
        .expect("a row")
        .split(',')
        .skip(2)
        .map(|cell| cell.parse().expect("a weight"))
        .collect();
    assert!(weights.iter().any(|&w| w != 64), "something was learned: {weights:?}");
    let graph = json(&["inspect", &at("learned.snn")]);
    assert_eq!(graph["graph"]["projections"][0]["weight"], serde_json::json!(weights));
    let image = stdout(&run_in(&root(), &["dis", &at("learned.img")]));
    assert!(weights.iter().all(|w| image.contains(&format!(":{w}"))), "{weights:?} in {image}");
    let (code, text) = fails(&["run", &at("learned.img"), "--save-net", &at("x.snn")]);
    assert!(code == Some(1) && text.contains("use --save-image"), "{text}");
}

#[test]
fn spikes_of_one_run_drive_another() {
    let folder = scratch("spikes");
    let at = |name: &str| folder.join(name).to_string_lossy().into_owned();
    json(&["run", "programs/relay", "--out", &at("relay")]);
    let text = "input line[21]\npopulation echo[21]\nproject line -> echo : one_to_one { weight = 200 }\n\
                record echo.spikes\nrun 650\n";
    fs::write(folder.join("echo.snn"), text).expect("scratch");
    for file in ["relay/spikes.evt", "plain.csv"] {
        if file == "plain.csv" {
            let csv = fs::read_to_string(folder.join("relay/chain.spikes.csv")).expect("a table");
            let rows =
                csv.lines().skip(1).map(|line| line.split(',').skip(1).take(2).collect::<Vec<_>>().join(","));
            fs::write(folder.join(file), rows.collect::<Vec<_>>().join("\n")).expect("scratch");
        }
        json(&["run", &at("echo.snn"), "--spikes", &at(file), "--out", &at("echo")]);
        let [chain, echo] =
            ["relay/chain.spikes.npy", "echo/echo.spikes.npy"].map(|f| fs::read(folder.join(f)).ok());
        assert_eq!(chain, echo, "{file}: an input line of weight 200 fires its neuron in the same step");
    }
    let (code, text) = fails(&["run", &at("echo.snn"), "--spikes", "other=x.csv"]);
    assert!(code == Some(1) && text.contains("no input `other`"), "{text}");
}

#[test]
fn rules_are_checked_and_shown() {
    let rule = "dw = 2^-2*x1*y0 - 2^-3*y1*x0";
    let checked = stdout(&run_in(&root(), &["learn", "check", rule]));
    assert!(checked.contains("terms 2, microcode 4 words") && checked.contains('│'), "{checked}");
    let shown = stdout(&run_in(&root(), &["learn", "show", rule]));
    assert!(shown.contains("w += 1 * 2^-2  when y0") && shown.contains("dt -40 to 40"), "{shown}");
    assert_eq!(json(&["learn", "check", rule])["microcode"].as_array().map(Vec::len), Some(4));
    let tag = stdout(&run_in(&root(), &["learn", "check", "rstdp"]));
    assert!(tag.contains("change of t)") && tag.contains("█│█"), "{tag}");
    assert!(stdout(&run_in(&root(), &["learn", "check", "dt = x1*y0"])).contains("change of t)"));
    let (code, text) = fails(&["learn", "show", "stdp", "--trace", "x1=20,20"]);
    assert!(code == Some(1) && text.contains("`stdp` sets its own traces"), "{text}");
    let (code, text) = fails(&["learn", "check", "dw = 2^-2*x1"]);
    assert!(
        code == Some(1) && text.contains("no dependency factor") && text.contains("add x0, y0 or u_k"),
        "{text}"
    );
    assert!(fails(&["learn", "check", "stdq(tau_plus = 3)"]).1.contains("no rule `stdq`"));
}

#[test]
fn two_runs_are_compared_up_to_their_first_difference() {
    let folder = scratch("compare");
    let at = |name: &str| folder.join(name).to_string_lossy().into_owned();
    for (name, seed) in [("a", "0"), ("b", "0"), ("c", "1")] {
        json(&["run", "programs/hello", "--seed", seed, "--out", &at(name)]);
    }
    assert_eq!(run_in(&root(), &["diff", &at("a"), &at("b")]).status.code(), Some(0));
    json(&["run", "programs/hello", "--chip", "loihi-2", "--cores-min", "3", "--out", &at("spread")]);
    let output = run_in(&root(), &["diff", &at("a"), &at("spread")]);
    assert_eq!(output.status.code(), Some(0), "the same function on more cores: {}", stdout(&output));
    assert!(stdout(&output).contains("messages"), "{}", stdout(&output));
    let output = run_in(&root(), &["diff", &at("a"), &at("c")]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stdout(&output).contains("first difference: out"), "{}", stdout(&output));
}

#[test]
fn a_build_tells_how_full_the_chip_is() {
    let folder = scratch("report");
    let [image, svg] = ["a.img", "a.svg"].map(|name| folder.join(name).to_string_lossy().into_owned());
    let build = ["build", "programs/digits", "-o", &image, "--report", "--placement-svg", &svg];
    let output = run_in(&root(), &build);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("bottleneck"), "{}", stdout(&output));
    assert!(fs::read_to_string(&svg).is_ok_and(|text| text.starts_with("<svg")));
    let object = json(&build);
    assert_eq!(object["report"]["cores"].as_array().map(Vec::len), Some(1), "{object}");
}
