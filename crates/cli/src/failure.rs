//! What went wrong, for people and for programs: findings with a code, a place and a way out, and an exit code.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use crate::claims::Taken;
use crate::nearest::near;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Ok = 0,
    /// The user's mistake: arguments, files, descriptions.
    User = 1,
    /// Our mistake.
    Internal = 2,
    /// Two things that were compared differ.
    Divergence = 3,
    /// The network does not fit the chip.
    Resources = 4,
}

/// A text in which findings point, by its name for people.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path as given.
    pub name: String,
    /// Its text.
    pub text: Arc<str>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Finding {
    /// `E0103`, where `seamount explain` knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What is wrong.
    pub message: String,
    /// Whether it only warns.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub warning: bool,
    /// Places in the source; the first is the one that matters most.
    #[serde(skip)]
    pub places: Vec<Place>,
    /// More lines: sums, candidates.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Ways out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub help: Vec<String>,
}

/// Some bytes of the source, and what is said there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What the mark says, may be empty.
    pub label: String,
}

/// Everything that is wrong, and how the program ends.
#[derive(Clone, Debug)]
pub struct Failure {
    /// How the program ends.
    pub exit: Exit,
    /// What is wrong; all of it.
    pub findings: Vec<Finding>,
    /// Where the spans point.
    pub source: Option<Source>,
}

impl Failure {
    /// The user's mistake, without a place.
    pub fn user(message: impl Into<String>) -> Self {
        Self::new(Exit::User, message)
    }

    /// Our mistake.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Exit::Internal, message)
    }

    /// One finding without a place.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        let findings = vec![Finding { message: message.into(), ..Finding::default() }];
        Self { exit, findings, source: None }
    }

    /// A file that cannot be read or written.
    pub fn io(what: &str, path: &Path, error: &std::io::Error) -> Self {
        if let Some(taken) = error.get_ref().and_then(|inner| inner.downcast_ref::<Taken>()) {
            return taken.clone().into();
        }
        let failure = Self::user(format!("cannot {what} {}: {error}", path.display()));
        match way_out(what, path, error.kind()) {
            Some(help) => failure.help(help),
            None => failure,
        }
    }

    /// The same as warnings.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.findings.iter_mut().for_each(|finding| finding.warning = true);
        self
    }

    /// Adds a way out to the last finding.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(last) = self.findings.last_mut() {
            last.help.push(help.into());
        }
        self
    }
}

/// What helps where a file cannot be read, or written.
fn way_out(what: &str, path: &Path, kind: ErrorKind) -> Option<String> {
    let shown = path.display();
    Some(match (what, kind) {
        ("read", ErrorKind::NotFound) => missing(path),
        ("read", ErrorKind::IsADirectory) => "name a file in it".into(),
        ("read", ErrorKind::PermissionDenied) => format!("make it readable: `chmod u+r {shown}`"),
        ("write", ErrorKind::NotFound) => {
            format!("make the folder first: `mkdir -p {}`", path.parent().unwrap_or(path).display())
        }
        ("write", ErrorKind::IsADirectory) => format!("name a file in it: {}", path.join("NAME").display()),
        (_, ErrorKind::StorageFull) => "make room, or name a place on another disk".into(),
        ("read", _) => return None,
        _ => "name a place that you may write to".into(),
    })
}

/// What is meant by a file that is not there: one of a similar name beside it.
fn missing(path: &Path) -> String {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = fs::read_dir(folder) else {
        return format!("there is no folder {}", folder.display());
    };
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort_unstable();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if let Some(meant) = near(&name, &names.iter().map(String::as_str).collect::<Vec<_>>()) {
        return format!("did you mean `{}`?", path.with_file_name(meant).display());
    }
    let place = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    format!("nothing in {} has such a name; paths are relative to the folder you are in", place.display())
}

impl Finding {
    /// What a diagnostic says, in our terms.
    pub fn of(diagnostic: &dyn miette::Diagnostic) -> Self {
        let lines =
            |text: Box<dyn std::fmt::Display + '_>| text.to_string().lines().map(Into::into).collect();
        let places = diagnostic.labels().into_iter().flatten().map(|label| Place {
            start: label.offset(),
            end: label.offset() + label.len(),
            label: label.label().unwrap_or_default().to_string(),
        });
        Self {
            code: diagnostic.code().map(|code| code.to_string()),
            message: diagnostic.to_string(),
            warning: diagnostic.severity().is_some_and(|s| s < miette::Severity::Error),
            places: places.collect(),
            notes: Vec::new(),
            help: diagnostic.help().map(lines).unwrap_or_default(),
        }
    }
}
