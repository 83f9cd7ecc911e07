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
    let mut all: Vec<&str> = network::codes::CODES.iter().map(|(code, ..)| *code).collect();
    all.extend(compiler::codes());
    all.sort_unstable();
    all.dedup();
    let Some(code) = &arguments.code else {
        let codes: Vec<_> = all.iter().map(|code| json!({ "code": code, "title": title(code) })).collect();
        ui.object(&json!({ "schema": trace::SCHEMA, "codes": codes }));
        ui.print(&all.iter().map(|code| format!("{code}  {}\n", title(code))).collect::<String>());
        return Ok(Exit::Ok);
    };
    let code = code.to_uppercase();
    let text = network::explain(&code).or_else(|| compiler::explain(&code));
    let text = text.ok_or_else(|| Failure::user(format!("no code `{code}`")).help(nearest(&code, &all)))?;
    ui.object(&json!({ "schema": trace::SCHEMA, "code": code, "title": title(&code), "text": text }));
    ui.print(&format!("{code}: {}\n\n{text}\n", title(&code)));
    Ok(Exit::Ok)
}

/// What a code is called: its title, or the first sentence of its explanation.
fn title(code: &str) -> String {
    let titled = network::codes::CODES.iter().find(|(known, ..)| *known == code).map(|(_, title, _)| *title);
    let text = titled.or_else(|| compiler::explain(code)).unwrap_or_default();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.split_inclusive(". ").next().unwrap_or_default().trim_end_matches(['.', ' ']).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_title_and_a_text() {
        for (code, ..) in network::codes::CODES {
            assert!(network::explain(code).is_some_and(|text| !text.is_empty()), "{code}");
        }
        for code in compiler::codes() {
            assert!(compiler::explain(code).is_some() && !title(code).is_empty(), "{code}");
        }
    }
}
