//! docs/language.md: every example is read, is canonical, prints back, and stands in the page as it is; the tables are
//! those of the parser. `BLESS=1` rewrites the page.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use seamount_network::codes::CODES;
use seamount_network::graph::problems;
use seamount_network::{Array, Color, Data, FIELDS, LoadError, Loader, fmt, parse, print, read};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// CSV files beside the examples.
struct Csv;

impl Loader for Csv {
    fn load(&self, path: &str, array: Option<&str>) -> Result<Array, LoadError> {
        let missing = |why: String| LoadError::File { path: path.into(), why };
        if array.is_some() {
            return Err(missing("a CSV file has no named arrays".into()));
        }
        let text =
            fs::read_to_string(docs().join("language").join(path)).map_err(|e| missing(e.to_string()))?;
        let rows: Vec<Vec<f64>> = text
            .lines()
            .map(|line| line.split(',').filter_map(|cell| cell.trim().parse().ok()).collect())
            .collect();
        let columns = rows.first().map_or(0, Vec::len);
        let shape = if columns == 1 { vec![rows.len()] } else { vec![rows.len(), columns] };
        Ok(Array { shape, data: Data::Reals(rows.concat()) })
    }
}

fn examples() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(docs().join("language")).expect("docs/language") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".snn") {
            all.push((name, fs::read_to_string(&path).expect("text")));
        }
    }
    all.sort();
    all
}

#[test]
fn every_example_is_understood_and_prints_back() {
    let all = examples();
    assert!(all.len() >= 19, "one per construct: {}", all.len());
    for (name, text) in all {
        let reading = read(&text, &Csv).unwrap_or_else(|e| panic!("{}", e.render(&name, &text, Color::Off)));
        let graph = reading.graph;
        assert_eq!(problems(&graph), vec![], "{name}");
        let warned: Vec<&str> = reading.warnings.0.iter().map(|warning| warning.code).collect();
        // It shows what clips, and says that this warns.
        let meant: &[&str] = if name == "synapses.snn" { &["E0044"] } else { &[] };
        assert_eq!(warned, meant, "{name}");
        assert!(graph.session.steps > 0, "{name} does not say how long it runs");
        let printed = print(&graph);
        let again = parse(&printed, &Csv)
            .unwrap_or_else(|e| panic!("{name}: {}", e.render(&name, &printed, Color::Off)));
        assert_eq!(again, graph, "{name}");
    }
}

#[test]
fn every_example_is_canonical() {
    for (name, text) in examples() {
        let canonical = fmt(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        if std::env::var_os("BLESS").is_some() {
            fs::write(docs().join("language").join(&name), canonical).expect("written");
        } else {
            assert_eq!(canonical, text, "{name}");
        }
    }
}

/// What examples amount to: a change of the language that changes their meaning shows here.
#[test]
fn what_the_examples_mean() {
    let mut out = String::new();
    for (name, text) in examples() {
        let reading = read(&text, &Csv).unwrap_or_else(|e| panic!("{}", e.render(&name, &text, Color::Off)));
        let g = &reading.graph;
        let synapses: Vec<usize> = g.projections.iter().map(|p| p.synapses()).collect();
        let weights: Vec<i64> = g
            .projections
            .iter()
            .map(|p| (0..p.synapses()).map(|i| i64::from(p.weight.get(i))).sum())
            .collect();
        let _ = writeln!(
            out,
            "{name}: {} compartments, {} settings, steps {}",
            g.compartments(),
            g.settings.len(),
            g.session.steps
        );
        let _ = writeln!(out, "  synapses {synapses:?}, sums of mantissas {weights:?}");
        for note in &reading.notes {
            let _ = writeln!(out, "  {}: asked {}, got {}", note.thing, note.asked, note.got);
        }
    }
    insta::assert_snapshot!(out);
}

fn fields(table: &str) -> String {
    let table = FIELDS.iter().find(|t| t.name == table).unwrap_or_else(|| panic!("no table {table}"));
    let mut out = String::from("\n| field | default | |\n| --- | --- | --- |\n");
    for f in table.fields {
        let also =
            if f.aliases.is_empty() { String::new() } else { format!(" (also {})", f.aliases.join(", ")) };
        let _ = writeln!(out, "| `{}` | {} | {}{also} |", f.name, f.default, f.doc);
    }
    out.push('\n');
    out
}

fn codes() -> String {
    let mut out = String::from("\n| code | | |\n| --- | --- | --- |\n");
    for (code, title, text) in CODES {
        let _ = writeln!(out, "| {code} | {title} | {text} |");
    }
    out.push('\n');
    out
}

fn rules() -> String {
    let mut out = String::from("\n| rule | parameters and defaults | |\n| --- | --- | --- |\n");
    for rule in seamount_network::rule::library::definitions() {
        let parameters: Vec<String> =
            rule.parameters.iter().map(|p| format!("{} = {}", p.name, p.default)).collect();
        let _ = writeln!(out, "| `{}` | {} | {} |", rule.name, parameters.join(", "), rule.doc);
    }
    out.push('\n');
    out
}

/// Takes the lines up to an end.
fn until_end<'p>(lines: &mut impl Iterator<Item = &'p str>) -> String {
    lines.take_while(|line| *line != "<!-- end -->").map(|line| format!("{line}\n")).collect()
}

/// The page with everything between a marker and its end made anew.
fn fresh(page: &str, examples: &[(String, String)]) -> String {
    let mut out = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let Some(what) = line.strip_prefix("<!-- ").and_then(|l| l.strip_suffix(" -->")) else { continue };
        let made = match what.split_once(' ') {
            Some(("example", name)) => {
                let (_, text) =
                    examples.iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("no example {name}"));
                format!("\n```\n{text}```\n\n")
            }
            Some(("fields", table)) => fields(table),
            None if what == "codes" => codes(),
            None if what == "rules" => rules(),
            // The compiler's; tests/tests/docs.rs makes them.
            None if what == "compiler" => until_end(&mut lines),
            _ => panic!("unknown marker {what}"),
        };
        out.push_str(&made);
        if what != "compiler" {
            until_end(&mut lines);
        }
        out.push_str("<!-- end -->\n");
    }
    out
}

#[test]
fn the_page_is_fresh() {
    let path = docs().join("language.md");
    let page = fs::read_to_string(&path).expect("docs/language.md");
    let all = examples();
    for (name, _) in &all {
        assert!(page.contains(&format!("<!-- example {name} -->")), "{name} is not in the page");
    }
    let made = fresh(&page, &all);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, made).expect("written");
    } else {
        assert!(
            made == page,
            "docs/language.md is stale: BLESS=1 cargo test -p seamount-network --test reference"
        );
    }
}
