//! docs/language.md: what it says about other crates than the language. `BLESS=1` rewrites the table of codes.

use std::fmt::Write as _;
use std::fs;

use seamount_tests::command::root;
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
