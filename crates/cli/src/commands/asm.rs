//! `seamount asm`: assembly text becomes an image.

use std::path::PathBuf;

use serde_json::json;

use crate::failure::{Exit, Failure, Finding, Place};
use crate::open;
use crate::ui::Ui;
use crate::write;

#[derive(clap::Args)]
#[command(after_help = "Example: seamount asm chip.nms -o chip.img")]
pub struct Arguments {
    /// Assembly text, as `seamount dis` writes it
    text: PathBuf,
    /// The image to write
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
}

pub fn run(arguments: &Arguments, ui: &Ui) -> Result<Exit, Failure> {
    let source = open::text(&arguments.text)?;
    let image = asm::parse(&source.text).map_err(|errors| {
        let findings = errors.iter().map(|error| finding(error, &source.text));
        Failure { exit: Exit::User, findings: findings.collect(), source: Some(source.clone()) }
    })?;
    let bytes = open::bytes(&image)?;
    write::atomic(&arguments.out, &bytes)?;
    ui.status("Wrote", &format!("{} ({} bytes)", arguments.out.display(), bytes.len()));
    ui.object(&json!({ "schema": trace::SCHEMA, "image": arguments.out, "bytes": bytes.len() }));
    Ok(Exit::Ok)
}

fn finding(error: &asm::AsmError, text: &str) -> Finding {
    let line = text.split_inclusive('\n').nth(error.line.saturating_sub(1)).unwrap_or_default();
    let before: usize = text.split_inclusive('\n').take(error.line.saturating_sub(1)).map(str::len).sum();
    let rest: usize = line.chars().take(error.column.saturating_sub(1)).map(char::len_utf8).sum();
    let word = line.get(rest..).unwrap_or_default();
    let wide = word.find(|c: char| c.is_whitespace()).unwrap_or(word.len());
    let place = Place { start: before + rest, end: before + rest + wide, label: String::new() };
    Finding { message: error.fault.to_string(), places: vec![place], ..Finding::default() }
}
