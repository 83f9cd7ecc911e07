//! `seamount fmt`: descriptions in their canonical form.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::open;
use crate::ui::Ui;
use crate::write;

#[derive(clap::Args)]
#[command(
    after_help = "Examples: seamount fmt programs/hello/main.snn\n          seamount fmt --check programs/digits"
)]
pub struct Arguments {
    /// Descriptions, or folders whose descriptions are meant
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// Change nothing; exit code 1 where something would change
    #[arg(long)]
    check: bool,
}

pub fn run(arguments: &Arguments, ui: &Ui) -> Result<Exit, Failure> {
    let mut changed = Vec::new();
    for path in &arguments.paths {
        for file in descriptions(path)? {
            if formatted(&file, arguments.check)? {
                ui.status(if arguments.check { "Differs" } else { "Formatted" }, &file.display().to_string());
                changed.push(file);
            }
        }
    }
    let failed = arguments.check && !changed.is_empty();
    ui.object(&json!({ "schema": trace::SCHEMA, "changed": changed, "written": !arguments.check }));
    Ok(if failed { Exit::User } else { Exit::Ok })
}

/// The file itself, or every description of a folder in order of name.
fn descriptions(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let entries = std::fs::read_dir(path).map_err(|error| Failure::io("read", path, &error))?;
    let all = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> = all.filter(|file| file.extension().is_some_and(|e| e == "snn")).collect();
    files.sort();
    if files.is_empty() {
        return Err(Failure::user(format!("{} has no description", path.display()))
            .help("names of descriptions end in .snn"));
    }
    Ok(files)
}

/// Whether the canonical form differs; it is written unless only checked.
fn formatted(path: &Path, check: bool) -> Result<bool, Failure> {
    let source = open::text(path)?;
    let text = network::fmt(&source.text).map_err(|found| open::diagnosed(&found.0, source.clone()))?;
    let differs = *text != *source.text;
    if differs && !check {
        write::in_place(path, text.as_bytes())?;
    }
    Ok(differs)
}
