//! `seamount diff`: two images field by field, or two runs up to their first difference.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::failure::{Exit, Failure};
use crate::flits;
use crate::open::{self, Given};
use crate::read;
use crate::run::compare::{self, Divergence};
use crate::ui::Ui;

/// Most differences that people are shown.
const SHOWN: usize = 50;

#[derive(clap::Args)]
#[command(
    after_help = "Examples: seamount build programs/hello -o a.img && seamount diff a.img a.img\n          \
seamount run programs/hello --out a && seamount run programs/hello --seed 2 --out b && seamount diff a b\n          \
seamount noc --flit-log a.flits && seamount noc --seed 2 --flit-log b.flits && seamount diff a.flits b.flits\n\n\
Runs are equal if their spikes, states, weights and counts are; how they were spread over cores (messages, hops,\n\
chip_links, updates_inactive), the names of network and program and the time they took may differ.\n\
Exit code 3 where they differ."
)]
pub struct Arguments {
    /// An image, the folder of a run (`--out`), or a flit log
    first: PathBuf,
    /// The other
    second: PathBuf,
}

pub fn run(arguments: &Arguments, ui: &Ui) -> Result<Exit, Failure> {
    let (a, b) = (&arguments.first, &arguments.second);
    match (flits::read(a)?, flits::read(b)?) {
        (Some(first), Some(second)) => return Ok(flits::diff(&first, &second, ui)),
        (None, None) => {}
        (first, _) => return Err(unlike([a, b], first.is_some(), "a flit log")),
    }
    match (summary(a)?, summary(b)?) {
        (Some(first), Some(second)) => runs((a, &first), (b, &second), ui),
        (None, None) => images(a, b, ui),
        (first, _) => Err(unlike([a, b], first.is_some(), "the folder of a run")),
    }
}

/// Two of different kinds, of which one is `what`.
fn unlike([a, b]: [&Path; 2], is_first: bool, what: &str) -> Failure {
    let [it, other] = if is_first { [a, b] } else { [b, a] }.map(Path::display);
    Failure::user(format!("{it} is {what}, {other} is not"))
        .help("name two images, two folders of runs (`--out`), or two flit logs")
}

/// The summary of a run's folder; none for what is no such folder.
fn summary(path: &Path) -> Result<Option<Value>, Failure> {
    let file = path.join("summary.json");
    if !file.is_file() {
        return Ok(None);
    }
    let text = read::text(&file)?;
    let value = serde_json::from_str(&text);
    let help = "make the run anew: seamount run NETWORK --out DIR";
    let value: Value =
        value.map_err(|error| Failure::user(format!("{}: {error}", file.display())).help(help))?;
    if !value["digest"].is_string() {
        let what = format!("{} is no summary of a run: it has no digest", file.display());
        return Err(Failure::user(what).help(help));
    }
    Ok(Some(value))
}

fn image(path: &Path, ui: &Ui) -> Result<image::Image, Failure> {
    match open::open(path, ui)? {
        Given::Image(image) => Ok(*image),
        Given::Network(_) => Err(Failure::user(format!("{} is a network, not an image", path.display()))
            .help("compile it first: seamount build NETWORK -o chip.img")),
    }
}

fn images(a: &Path, b: &Path, ui: &Ui) -> Result<Exit, Failure> {
    let differences = image::diff::diff(&image(a, ui)?, &image(b, ui)?);
    ui.object(
        &json!({ "schema": trace::SCHEMA, "equal": differences.is_empty(), "differences": differences }),
    );
    for difference in differences.iter().take(SHOWN) {
        ui.print(&format!("{difference}\n"));
    }
    let rest = differences.len().saturating_sub(SHOWN);
    if rest > 0 {
        ui.print(&format!("and {rest} more; `--json` lists all\n"));
    }
    let fields = if differences.len() == 1 { "field differs" } else { "fields differ" };
    ui.print(&if differences.is_empty() {
        "equal\n".into()
    } else {
        format!("{} {fields}\n", differences.len())
    });
    Ok(if differences.is_empty() { Exit::Ok } else { Exit::Divergence })
}

fn runs(a: (&Path, &Value), b: (&Path, &Value), ui: &Ui) -> Result<Exit, Failure> {
    let [fields, circumstances] = compare::summaries(a.1, b.1);
    let first = compare::first(a.0, b.0)?;
    let equal = fields.is_empty() && first.is_none();
    ui.object(&json!({
        "schema": trace::SCHEMA, "equal": equal, "summary": fields, "circumstances": circumstances, "first": first,
    }));
    for field in &fields {
        ui.print(&format!("{} {} -> {}\n", field.name, field.before, field.after));
    }
    if let Some(Divergence { record, sample, step, name, before, after }) = &first {
        let show = |value: &Option<i32>| value.map_or("nothing".to_string(), |v| v.to_string());
        let (before, after) = (show(before), show(after));
        ui.print(&format!(
            "first difference: {record}, sample {sample}, t={step}, {name} {before} -> {after}\n"
        ));
    }
    // Time and energy are objects: too long for a line.
    let note = |field: &compare::Field| match (&field.before, &field.after) {
        (Value::Object(_), _) | (_, Value::Object(_)) => format!("{} (`--json` shows it)", field.name),
        (before, after) => format!("{} {before} -> {after}", field.name),
    };
    let notes = circumstances.iter().map(note).collect::<Vec<_>>().join(", ");
    if !equal && !notes.is_empty() {
        ui.print(&format!("beside that: {notes}\n"));
    }
    if equal {
        ui.print(&if notes.is_empty() {
            "equal\n".into()
        } else {
            format!("equal, only circumstances differ: {notes}\n")
        });
    }
    Ok(if equal { Exit::Ok } else { Exit::Divergence })
}
