//! `seamount dis`: an image as assembly text.

use std::path::PathBuf;

use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::open::{self, Input, Layout};
use crate::ui::Ui;
use crate::write;

#[derive(clap::Args)]
#[command(
    after_help = "Examples: seamount dis programs/hello\n          seamount dis programs/digits -o digits.nms"
)]
pub struct Arguments {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    layout: Layout,
    /// Write the text to a file instead of stdout
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(arguments: &Arguments, ui: &Ui) -> Result<Exit, Failure> {
    write::claim("-o", arguments.out.as_deref())?;
    let image = open::image(&arguments.input.path, &arguments.layout, ui)?;
    let text = asm::print(&image);
    match &arguments.out {
        Some(out) => {
            write::atomic(out, text.as_bytes())?;
            ui.status("Wrote", &out.display().to_string());
            ui.object(&json!({ "schema": trace::SCHEMA, "text": out, "lines": text.lines().count() }));
        }
        None => {
            ui.object(&json!({ "schema": trace::SCHEMA, "assembly": text }));
            ui.print(&text);
        }
    }
    Ok(Exit::Ok)
}
