//! The terminal: results on stdout, what is going on on stderr. The only place that prints.

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::render;

/// How to talk.
#[derive(Clone, Copy, Debug)]
pub struct Ui {
    /// One JSON object on stdout, and nothing else there.
    pub json: bool,
    /// No word about what is going on.
    pub quiet: bool,
    /// Colours on stderr.
    pub color: bool,
}

impl Ui {
    /// What arguments and the terminal ask for.
    pub fn new(json: bool, quiet: bool) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        Self { json, quiet, color: std::io::stderr().is_terminal() && !plain }
    }

    /// `   Running 100 steps` on stderr.
    pub fn status(&self, verb: &str, what: &str) {
        if self.quiet || self.json {
            return;
        }
        match self.color {
            true => write_err(&format!("\x1b[1;32m{verb:>12}\x1b[0m {what}\n")),
            false => write_err(&format!("{verb:>12} {what}\n")),
        }
    }

    /// Warnings on stderr, with `--json` too: stdout stays one object.
    pub fn warnings(&self, found: &Failure) {
        if !self.quiet {
            write_err(&render::failure(found, self.color));
        }
    }

    /// One warning without a place.
    pub fn warning(&self, message: impl Into<String>) {
        self.warnings(&Failure::user(message).warning());
    }

    /// Results for people on stdout; nothing with `--json`.
    pub fn print(&self, text: &str) {
        if !self.json {
            write_out(text);
        }
    }

    /// The one JSON object, if asked for.
    pub fn object(&self, object: &impl Serialize) {
        if self.json {
            let text = serde_json::to_string(object).unwrap_or_default();
            write_out(&format!("{text}\n"));
        }
    }

    /// All that went wrong: on stderr for people, as the object with `--json`.
    pub fn failure(&self, failure: &Failure) {
        if self.json {
            return self.object(&failure_object(failure));
        }
        write_err(&render::failure(failure, self.color));
    }

    /// A bar on stderr for `length` units of work; hidden where nobody looks.
    pub fn bar(&self, length: u64, unit: &str) -> ProgressBar {
        if self.hidden() {
            return ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::hidden());
        }
        let template = format!("{{wide_bar}} {{pos}}/{{len}} {unit}  {{per_sec}}");
        let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
        ProgressBar::new(length).with_style(style.progress_chars("█▉▊▋▌▍▎▏ "))
    }

    /// A line on stderr with the time and the stage of work that has several, its message; hidden where nobody looks.
    pub fn stages(&self) -> ProgressBar {
        if self.hidden() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{spinner} {elapsed:>4}  {msg}");
        let line = ProgressBar::new_spinner();
        line.enable_steady_tick(std::time::Duration::from_millis(100));
        line.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
    }

    fn hidden(&self) -> bool {
        self.quiet || self.json || !std::io::stderr().is_terminal()
    }
}

/// Writes to stdout; a reader that has gone away ends the program in peace.
fn write_out(text: &str) {
    let mut out = std::io::stdout().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Writes to stderr, whether somebody reads it or not.
fn write_err(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

fn failure_object(failure: &Failure) -> Value {
    let errors = failure.findings.iter().map(|finding| {
        let mut object = serde_json::to_value(finding).unwrap_or_default();
        if let (Some(source), Some(place)) = (&failure.source, finding.places.first()) {
            let at = render::position(&source.text, place.start);
            object["file"] = json!(source.name);
            object["label"] = json!(place.label);
            object["line"] = json!(at.line);
            object["column"] = json!(at.column);
        }
        object
    });
    json!({ "schema": trace::SCHEMA, "exit": failure.exit as i32, "errors": errors.collect::<Vec<_>>() })
}
