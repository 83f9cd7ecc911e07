//! docs/language.md: what it says about other crates than the language. `BLESS=1` rewrites the table of codes.
//! docs/migration.md: every description runs, and the first does what another simulator did.

use std::fmt::Write as _;
use std::fs;

use seamount_tests::command::{json, root, run_in, scratch};
use trace::Counters;

/// Code, what it is about, the way out: the first paragraph of its explanation, and what follows `Fix:`.
fn codes() -> String {
    let mut out = String::from("\n| code | | way out |\n| --- | --- | --- |\n");
    for code in compiler::codes() {
        let text = compiler::explain(code).expect("every code is explained").replace("\r\n", "\n");
        let (before, fix) = text.split_once("Fix:").unwrap_or((&text, "report it"));
        let about = before.split("\n\n").next().unwrap_or_default();
        let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
        let _ = writeln!(out, "| {code} | {} | {} |", line(about), line(fix));
    }
    out + "\n"
}

#[test]
fn the_codes_of_the_compiler_stand_in_the_page() {
    let path = root().join("docs/language.md");
    let page = fs::read_to_string(&path).expect("docs/language.md");
    let (before, rest) = page.split_once("<!-- compiler -->\n").expect("a marker");
    let (found, after) = rest.split_once("<!-- end -->").expect("an end");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, format!("{before}<!-- compiler -->\n{}<!-- end -->{after}", codes()))
            .expect("written");
    } else {
        assert!(
            found == codes(),
            "docs/language.md is stale: BLESS=1 cargo test -p seamount-tests --test docs"
        );
    }
}

#[test]
fn every_counter_is_explained() {
    let page = fs::read_to_string(root().join("docs/language.md")).expect("docs/language.md");
    for (name, _) in Counters::default().rows() {
        let rows = page.lines().filter(|line| line.starts_with("| `"));
        let head = format!("`{name}`");
        assert!(
            rows.into_iter().any(|row| row.split('|').nth(1).is_some_and(|cell| cell.contains(&head))),
            "{name}"
        );
    }
}

/// Descriptions of docs/migration.md, as they stand.
fn migrated() -> Vec<String> {
    let page = fs::read_to_string(root().join("docs/migration.md")).expect("docs/migration.md");
    let blocks = page.split("```snn\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap_or_default().to_string()).collect()
}

#[test]
fn every_migrated_network_runs_and_keeps_its_meaning() {
    let folder = scratch("migration");
    let path = folder.join("main.snn");
    let blocks = migrated();
    assert_eq!(blocks.len(), 5);
    for text in blocks {
        fs::write(&path, &text).expect("scratch takes files");
        let run = || json(&["run".as_ref(), path.as_os_str()]);
        let before = run();
        assert!(before["spikes"].as_u64() > Some(0), "{text}");
        assert!(run_in(&folder, &["fmt", "main.snn"]).status.success(), "{text}");
        assert_eq!(before["digest"], run()["digest"], "{text}");
    }
    fs::remove_dir_all(folder).expect("scratch is ours");
}

/// The first network of docs/migration.md, and what brian2_loihi 0.5.2 recorded of it.
#[test]
fn the_first_migrated_network_does_what_brian2_loihi_does() {
    const V: [[i32; 2]; 13] = [
        [0, 0],
        [0, 0],
        [7936, 5760],
        [13392, 9720],
        [24955, 18112],
        [0, 23730],
        [0, 0],
        [5231, 0],
        [8827, 2847],
        [11217, 17092],
        [12721, 23000],
        [13579, 0],
        [13970, 0],
    ];
    const U: [[i32; 2]; 13] = [
        [0, 0],
        [0, 0],
        [7936, 5760],
        [5952, 4320],
        [12400, 9000],
        [9300, 6750],
        [6975, 5062],
        [5231, 3796],
        [3923, 2847],
        [2942, 14423],
        [2206, 6977],
        [1654, 5232],
        [1240, 3924],
    ];
    let folder = scratch("brian");
    fs::write(folder.join("main.snn"), &migrated()[0]).expect("scratch takes files");
    assert!(run_in(&folder, &["run", "main.snn", "--out", "data"]).status.success());
    let rows = |name: &str, from: usize| -> Vec<Vec<i32>> {
        let text = fs::read_to_string(folder.join("data").join(name)).expect("a table");
        let numbers = |line: &str| line.split(',').skip(from).map_while(|cell| cell.parse().ok()).collect();
        text.lines().skip(1).map(numbers).collect()
    };
    for (name, expected) in [("cells.v.csv", V), ("cells.u.csv", U)] {
        for (step, (row, expected)) in rows(name, 2).iter().zip(expected).enumerate() {
            assert_eq!(row, &expected, "{name}, step {}", step + 1);
        }
    }
    let spikes = [[6, 0], [7, 1], [12, 1], [22, 0], [22, 1], [27, 1]];
    assert_eq!(rows("cells.spikes.csv", 1), spikes);
    fs::remove_dir_all(folder).expect("scratch is ours");
}
