//! `seamount new`: a folder with a network that runs.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::ui::Ui;
use crate::write;

/// The network that a new folder starts with.
const MAIN: &str = include_str!("../../../../programs/hello/main.snn");

#[derive(clap::Args)]
#[command(after_help = "Example: seamount new hello && cd hello && seamount run")]
pub struct Arguments {
    /// The folder to make
    path: PathBuf,
}

pub fn run(arguments: &Arguments, ui: &Ui) -> Result<Exit, Failure> {
    let path = &arguments.path;
    if path.exists() {
        return Err(Failure::user(format!("{} exists already", path.display()))
            .help("name a folder that does not exist"));
    }
    write::folder(path)?;
    write::atomic(&path.join("main.snn"), MAIN.as_bytes())?;
    let files = [path.join("main.snn")];
    ui.object(&json!({ "schema": trace::SCHEMA, "created": files }));
    ui.status("Created", &format!("{}", files[0].display()));
    ui.status("Next", &format!("seamount run {}", shown(path)));
    Ok(Exit::Ok)
}

fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    if text.contains(' ') { format!("'{text}'") } else { text }
}
