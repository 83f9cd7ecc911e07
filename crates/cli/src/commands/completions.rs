//! `seamount completions`: completion scripts for shells.

use clap::{CommandFactory, ValueEnum};
use clap_complete::Shell;
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::ui::Ui;

#[derive(clap::Args)]
#[command(
    after_help = "Example: seamount completions bash > ~/.local/share/bash-completion/completions/seamount"
)]
pub struct Arguments {
    /// The shell
    shell: Shell,
}

pub fn run(arguments: &Arguments, ui: &Ui) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut crate::Arguments::command(), "seamount", &mut script);
    let script = String::from_utf8_lossy(&script);
    let shell = arguments.shell.to_possible_value().map(|v| v.get_name().to_string());
    ui.object(&json!({ "schema": trace::SCHEMA, "shell": shell, "script": script }));
    ui.print(&script);
    Ok(Exit::Ok)
}
