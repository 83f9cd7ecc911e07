//! Files that `seamount run --out` and `seamount asm` write, and those that they do not.

use std::fs;
use std::path::Path;

use seamount_tests::command::{json, root, run_in, scratch};

/// Names in a folder and in `time/` below it.
fn names(folder: &Path) -> Vec<String> {
    let of = |folder: &Path| -> Vec<String> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    };
    let mut names = of(folder);
    names.extend(of(&folder.join("time")).into_iter().map(|name| format!("time/{name}")));
    names.sort();
    names
}

#[test]
fn a_folder_holds_the_files_of_one_run() {
    let folder = scratch("again");
    let [once, twice] = ["once", "twice"].map(|name| folder.join(name));
    let [a, b] = [&once, &twice].map(|path| path.display().to_string());
    let first = ["run", "programs/hello", "--timing", "cycle", "--probe", "out[0].v at 5,6,199", "--out", &b];
    json(&first);
    assert!(names(&twice).contains(&"time/timing.csv".to_string()));
    fs::write(twice.join("mine.csv"), "x").expect("a scratch file");
    json(&["run", "programs/hello", "--out", &b]);
    json(&["run", "programs/hello", "--out", &a]);
    let mut expected = names(&once);
    expected.push("mine.csv".into());
    expected.sort();
    assert_eq!(names(&twice), expected);
    let page = fs::read_to_string(once.join("index.html")).expect("a report");
    assert!(page.contains("out[0].v"), "{page}");
    fs::remove_dir_all(folder).expect("scratch is ours");
}

#[test]
fn a_run_that_fails_leaves_no_folder() {
    let folder = scratch("nothing");
    let out = folder.join("deep/out");
    let text = "population out[2] { bias = 640 }\nrun 20\n";
    fs::write(folder.join("main.snn"), text).expect("a scratch file");
    let net = folder.join("main.snn").display().to_string();
    let command = ["run", &net, "--probe", "nix.v", "--timing", "cycle", "--out", &out.display().to_string()];
    assert_eq!(run_in(&root(), &command).status.code(), Some(1));
    assert!(!folder.join("deep").exists());
    fs::write(folder.join("file"), "x").expect("a scratch file");
    let blocked = folder.join("file/out").display().to_string();
    assert_eq!(run_in(&root(), &["run", &net, "--out", &blocked]).status.code(), Some(1));
    fs::remove_dir_all(folder).expect("scratch is ours");
}

#[test]
fn asm_writes_no_image_that_nobody_can_load() {
    let folder = scratch("asm");
    let [text, image] = ["a.nms", "a.img"].map(|name| folder.join(name).display().to_string());
    json(&["dis", "programs/hello", "-o", &text]);
    let good = fs::read_to_string(&text).expect("dis writes");
    let bad = good.replace("\ncore 0\n", "\ncore 999\n");
    assert_ne!(good, bad);
    fs::write(&text, &bad).expect("a scratch file");
    let output = run_in(&root(), &["asm", &text, "-o", &image]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = bad.lines().position(|line| line == "core 999").expect("it is there") + 1;
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("has 128 cores") && said.contains(&format!("a.nms:{line}:1")), "{said}");
    assert!(!Path::new(&image).exists());
    fs::remove_dir_all(folder).expect("scratch is ours");
}
