//! `seamount learn`: what a learning rule says, costs and does.

mod given;
mod listing;

use std::path::PathBuf;

use clap::Subcommand;
use network::rule::{library, window};
use serde_json::{Value, json};

use crate::failure::{Exit, Failure};
use crate::ui::Ui;
use crate::write;
use given::{Given, Rule, Window};

#[derive(clap::Args)]
#[command(after_help = "Examples: seamount learn check 'dw = 2^-2*x1*y0 - 2^-3*y1*x0'\n          \
seamount learn show 'stdp(tau_plus = 10)' --svg window.svg\n          seamount learn list")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Check a rule: its terms, words, precision and window on a few lines
    #[command(after_help = "Example: seamount learn check 'dw = 2^-2*x1*y0 - 2^-3*y1*x0' --trace x1=120,20")]
    Check(Given),
    /// Show a rule: its microcode, its precision and its window as a plot
    #[command(after_help = "Example: seamount learn show 'stdp(lambda = 30, alpha = 1.05)' --svg window.svg")]
    Show {
        #[command(flatten)]
        given: Given,
        /// Write the window as SVG
        #[arg(long, value_name = "FILE")]
        svg: Option<PathBuf>,
    },
    /// List the named rules and their parameters
    #[command(after_help = "Example: seamount learn list")]
    List,
}

pub fn run(arguments: &Arguments, ui: &Ui) -> Result<Exit, Failure> {
    match &arguments.action {
        Action::Check(given) => check(given, ui)?,
        Action::Show { given, svg } => show(given, svg.as_ref(), ui)?,
        Action::List => list(ui),
    }
    Ok(Exit::Ok)
}

fn check(given: &Given, ui: &Ui) -> Result<(), Failure> {
    let rule = given.rule()?;
    let window = given.window(&rule);
    ui.object(&object(&rule, &window));
    let words = listing::words(&rule.rule)?.len();
    let terms = rule.rule.w.len() + rule.rule.d.len() + rule.rule.t.len();
    ui.print(&format!("{}\n", rule.text));
    ui.print(&format!("terms {terms}, microcode {words} words\n"));
    ui.print(&format!("{}\n", listing::precision(&rule.rule)));
    ui.print(&format!(
        "window {}  (dt {} to {}, change of {})\n",
        window::sparkline(&window.points),
        -given.span_steps(),
        given.span_steps(),
        window.target
    ));
    notes(&rule, &window, ui);
    Ok(())
}

fn show(given: &Given, svg: Option<&PathBuf>, ui: &Ui) -> Result<(), Failure> {
    write::claim("--svg", svg.map(PathBuf::as_path))?;
    let rule = given.rule()?;
    let window = given.window(&rule);
    let points = &window.points;
    ui.object(&object(&rule, &window));
    ui.print(&rule.shown);
    ui.print(&format!("\n{}\n{}\n", listing::listing(&rule.rule)?, listing::precision(&rule.rule)));
    ui.print(&format!("\n{}", window::plot(points)));
    notes(&rule, &window, ui);
    if let Some(path) = svg {
        write::atomic(path, window::svg(points, &rule.text).as_bytes())?;
        ui.status("Wrote", &path.display().to_string());
    }
    Ok(())
}

fn notes(rule: &Rule, window: &Window, ui: &Ui) {
    rule.notes.iter().chain(&window.note(rule)).for_each(|note| ui.print(&format!("note: {note}\n")));
}

fn object(rule: &Rule, window: &Window) -> Value {
    let point =
        |p: &window::Point| json!({ "dt": p.dt, "ideal": p.ideal, "mean": p.mean, "deviation": p.deviation });
    let words = listing::words(&rule.rule).unwrap_or_default();
    json!({
        "schema": trace::SCHEMA,
        "text": rule.text,
        "rule": rule.rule,
        "post": rule.post,
        "microcode": words.iter().map(|word| format!("{word:04x}")).collect::<Vec<_>>(),
        "notes": rule.notes,
        "target": window.target.name(),
        "window": window.points.iter().map(point).collect::<Vec<_>>(),
    })
}

fn list(ui: &Ui) {
    let definitions = library::definitions();
    let parameter = |p: &library::Parameter| json!({ "name": p.name, "default": p.default, "doc": p.doc });
    let rule = |d: &library::Definition| json!({ "name": d.name, "doc": d.doc, "parameters": d.parameters.iter().map(parameter).collect::<Vec<_>>() });
    ui.object(&json!({ "schema": trace::SCHEMA, "rules": definitions.iter().map(rule).collect::<Vec<_>>() }));
    for definition in definitions {
        ui.print(&format!("{}: {}\n", definition.name, definition.doc));
        for p in definition.parameters {
            ui.print(&format!("    {} = {}  {}\n", p.name, p.default, p.doc));
        }
    }
}
