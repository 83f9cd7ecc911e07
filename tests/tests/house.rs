//! The rules of the house (ARCHITECTURE.md), held: arrows between crates, heads and lengths of files, names that
//! must not occur.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What each of our crates may depend on, by folder name; crates that are not listed may depend on everything.
const ARROWS: &[(&str, &[&str])] = &[
    ("isa", &[]),
    ("network", &["isa"]),
    ("nir", &["network", "isa"]),
    ("image", &["isa"]),
    ("trace", &["isa"]),
    ("asm", &["image", "isa"]),
    ("compiler", &["network", "image", "isa"]),
    ("emulator", &["image", "trace", "isa"]),
    ("reference", &["network", "trace", "isa"]),
];

/// Crates at the top: everything is theirs to use.
const SKINS: &[&str] = &["cli", "python", "ffi", "tests", "bench"];

/// Below a folder, this text must not occur, and why.
const FORBIDDEN: &[(&str, &str, &str)] = &[
    ("crates/network/src", "isa::synapse", "the graph knows no memory"),
    ("crates/network/src", "isa::chip", "the graph knows no chip"),
    ("crates/network/src", "isa::layout", "the graph knows no memory"),
    ("crates/reference/src", "isa::synapse", "the oracle knows no memory"),
    ("crates/reference/src", "isa::chip", "the oracle knows no chip"),
    ("crates/reference/src", "isa::layout", "the oracle knows no memory"),
    ("crates/compiler/src/check", "crate::encode", "the check does not trust the compiler"),
    ("crates/compiler/src/check", "crate::allocate", "the check does not trust the compiler"),
    ("crates/compiler/src/check", "crate::partition", "the check does not trust the compiler"),
    ("crates/compiler/src/check", "crate::place", "the check does not trust the compiler"),
    ("crates/emulator/src/function", "crate::time", "function does not depend on time"),
    ("", concat!("Hash", "Map"), "its order differs from run to run: BTreeMap"),
    ("", concat!("Hash", "Set"), "its order differs from run to run: BTreeSet"),
    ("", concat!("todo", "!("), "real or not at all"),
    ("", concat!("unimplemented", "!("), "real or not at all"),
    ("", concat!("#[ign", "ore"), "nothing is skipped silently"),
    ("", concat!("FIX", "ME"), "file an issue instead"),
    ("", concat!("/work", "/"), "no path of one machine"),
];

/// Where the lint against unsafe code may be allowed.
const UNSAFE: &[&str] = &["crates/emulator/src/", "crates/ffi/", "crates/python/", "tools/bench/"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ has a parent").to_path_buf()
}

/// Every Rust source of the workspace: path from the root, with `/`, and text.
fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![root()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                open.push(path);
            } else if name.ends_with(".rs") {
                let text = fs::read_to_string(&path).expect("a readable file");
                let place =
                    path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
                found.push((place, text));
            }
        }
    }
    found.sort();
    assert!(found.len() > 30, "the sources were not found");
    found
}

fn metadata() -> Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON of cargo metadata")
}

/// Folder name of each package, with the folder names of ours that it depends on (tests and builds apart).
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let folder = |name: &str| name.strip_prefix("seamount-").map(String::from);
    let packages = metadata()["packages"].as_array().cloned().unwrap_or_default();
    let of = |package: &Value| {
        let all = package["dependencies"].as_array().cloned().unwrap_or_default();
        let normal = all.iter().filter(|d| d["kind"].is_null());
        normal.filter_map(|d| folder(d["name"].as_str().unwrap_or_default())).collect()
    };
    packages
        .iter()
        .map(|package| {
            let name = package["name"].as_str().unwrap_or_default();
            (folder(name).unwrap_or_else(|| panic!("`{name}` is not called seamount-<folder>")), of(package))
        })
        .collect()
}

/// What of `dependencies` leaves the arrows.
fn crossings(dependencies: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, uses) in dependencies {
        let Some((_, allowed)) = ARROWS.iter().find(|(ours, _)| ours == name) else {
            if !SKINS.contains(&name.as_str()) {
                found.push(format!("{name} has no row in ARROWS"));
            }
            continue;
        };
        let crossing = uses.iter().filter(|other| !allowed.contains(&other.as_str()));
        found.extend(crossing.map(|other| format!("{name} -> {other}")));
    }
    found
}

#[test]
fn the_arrows_between_crates_hold() {
    let dependencies = dependencies();
    assert!(dependencies.contains_key("isa"), "cargo metadata lists no isa");
    assert_eq!(crossings(&dependencies), Vec::<String>::new());
}

#[test]
fn a_crossing_would_be_noticed() {
    let bad =
        BTreeMap::from([("emulator".into(), vec!["isa".into(), "compiler".into()]), ("new".into(), vec![])]);
    assert_eq!(crossings(&bad), ["emulator -> compiler", "new has no row in ARROWS"]);
}

#[test]
fn every_package_takes_the_lints_of_the_workspace() {
    for package in metadata()["packages"].as_array().cloned().unwrap_or_default() {
        let manifest = package["manifest_path"].as_str().unwrap_or_default();
        let text = fs::read_to_string(manifest).expect("a manifest");
        assert!(text.contains("[lints]\nworkspace = true"), "{manifest} has no `[lints] workspace = true`");
    }
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<String> =
        sources().into_iter().filter(|(_, text)| !text.starts_with("//!")).map(|(place, _)| place).collect();
    assert_eq!(silent, Vec::<String>::new(), "files without `//!` in their first line");
}

#[test]
fn files_are_short() {
    let mut lengths: Vec<(usize, String)> =
        sources().into_iter().map(|(place, text)| (text.lines().count(), place)).collect();
    lengths.sort();
    let short = lengths.iter().filter(|(lines, _)| *lines <= 400).count();
    let long: Vec<&(usize, String)> = lengths.iter().filter(|(lines, _)| *lines > 500).collect();
    println!(
        "{} files, median {} lines, {short} of at most 400",
        lengths.len(),
        lengths[lengths.len() / 2].0
    );
    for (lines, place) in &long {
        println!("over 500 lines: {place} {lines}");
    }
    assert!(short * 10 >= lengths.len() * 9, "more than a tenth of the files is over 400 lines: {long:?}");
}

#[test]
fn nothing_forbidden_occurs() {
    let mut found = Vec::new();
    for (place, text) in sources() {
        for (below, name, why) in FORBIDDEN {
            if place.starts_with(below) && text.contains(name) {
                found.push(format!("{place}: {name} ({why})"));
            }
        }
        let allowed = UNSAFE.iter().any(|below| place.starts_with(below));
        if text.contains(concat!("allow(", "unsafe_code")) && !allowed {
            found.push(format!("{place}: unsafe code outside of {UNSAFE:?}"));
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn every_allowance_gives_a_reason() {
    let mut silent = Vec::new();
    for (place, text) in sources() {
        for (at, _) in text.match_indices("allow(").filter(|(at, _)| text[..*at].ends_with('[')) {
            let attribute = text[at..].split(']').next().unwrap_or_default();
            if !attribute.contains("reason") {
                silent.push(format!("{place}: {attribute}"));
            }
        }
    }
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn every_program_has_a_description_and_a_page() {
    let Ok(programs) = fs::read_dir(root().join("programs")) else { return };
    for program in programs.map(|entry| entry.expect("a readable entry").path()).filter(|path| path.is_dir())
    {
        for name in ["main.snn", "README.md"] {
            assert!(program.join(name).exists(), "{} has no {name}", program.display());
        }
    }
}
