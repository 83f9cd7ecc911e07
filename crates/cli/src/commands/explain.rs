//! `seamount explain`: what a code means, and the way out.

use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::nearest::nearest;
use crate::ui::Ui;

#[derive(clap::Args)]
#[command(after_help = "Example: seamount explain E0103")]
pub struct Arguments {
    /// A code, e.g. E0103; without it, all codes are listed
    code: Option<String>,
}

pub fn run(arguments: &Arguments, ui: &Ui) -> Result<Exit, Failure> {
    let all: Vec<(&str, &str, &str)> = network::codes::CODES.to_vec();
    let Some(code) = &arguments.code else {
        let codes: Vec<_> =
            all.iter().map(|(code, title, _)| json!({ "code": code, "title": title })).collect();
        ui.object(&json!({ "schema": trace::SCHEMA, "codes": codes }));
        ui.print(&all.iter().map(|(code, title, _)| format!("{code}  {title}\n")).collect::<String>());
        return Ok(Exit::Ok);
    };
    let known: Vec<&str> = all.iter().map(|(code, ..)| *code).collect();
    let found = all.iter().find(|(known, ..)| known.eq_ignore_ascii_case(code));
    let refuse = || Failure::user(format!("no code `{code}`")).help(nearest(code, &known));
    let (code, title, text) = found.ok_or_else(refuse)?;
    ui.object(&json!({ "schema": trace::SCHEMA, "code": code, "title": title, "text": text }));
    ui.print(&format!("{code}: {title}\n\n{text}\n"));
    Ok(Exit::Ok)
}
