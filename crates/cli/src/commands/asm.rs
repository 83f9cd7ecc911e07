//! `seamount asm`: assembly text becomes an image.

use std::path::PathBuf;

use serde_json::json;

use crate::failure::{Exit, Failure, Finding, Place};
use crate::open;
use crate::ui::Ui;
use crate::write;

#[derive(clap::Args)]
#[command(
    after_help = "Example: seamount dis programs/hello -o hello.nms && seamount asm hello.nms -o hello.img"
)]
pub struct Arguments {
    /// Assembly text, as `seamount dis` writes it
    text: PathBuf,
    /// The image to write
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
}

pub fn run(arguments: &Arguments, ui: &Ui) -> Result<Exit, Failure> {
    write::claim("-o", Some(&arguments.out))?;
    let source = open::text(&arguments.text)?;
    let image = asm::parse(&source.text).map_err(|errors| {
        let findings = errors.iter().map(|error| finding(error, &source.text));
        Failure { exit: Exit::User, findings: findings.collect(), source: Some(source.clone()) }
    })?;
    let problems = image::validate(&image);
    if !problems.is_empty() {
        let findings = problems.iter().map(|problem| refused(problem, &source.text)).collect();
        return Err(Failure { exit: Exit::User, findings, source: Some(source) });
    }
    let bytes = open::bytes(&image)?;
    write::atomic(&arguments.out, &bytes)?;
    ui.status("Wrote", &format!("{} ({} bytes)", arguments.out.display(), bytes.len()));
    ui.object(&json!({ "schema": trace::SCHEMA, "image": arguments.out, "bytes": bytes.len() }));
    Ok(Exit::Ok)
}

/// Why nobody could load the image, at the line of the core where it is one of a core.
fn refused(problem: &image::Problem, text: &str) -> Finding {
    // A place reads `core7 AxonMap row 3`, the line `core 7`.
    let core = problem.place.split_whitespace().next().and_then(|word| word.strip_prefix("core"));
    let is_its = |line: &str| {
        let mut words = line.split_whitespace();
        line.starts_with("core") && words.next() == Some("core") && words.next() == core
    };
    let mut start = 0;
    let mut places = Vec::new();
    for line in text.split_inclusive('\n') {
        if core.is_some() && is_its(line) {
            places = vec![Place { start, end: start + line.trim_end().len(), label: String::new() }];
        }
        start += line.len();
    }
    Finding { message: format!("no chip can load this: {problem}"), places, ..Finding::default() }
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
