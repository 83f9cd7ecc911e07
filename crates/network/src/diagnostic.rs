//! What is wrong with a description, and where: codes, spans, labels, help; rendered by miette.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, Severity};

use crate::codes;
use crate::graph::{Problem, Span};

/// One error or warning, with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// Code, for `seamount explain`.
    pub code: &'static str,
    /// Whether it only warns.
    pub warning: bool,
    /// What is wrong: the thing, the limit, the need.
    pub message: String,
    /// The place.
    pub span: Span,
    /// What is said at the place, may be empty.
    pub label: String,
    /// Other places that matter, each with what is said there.
    pub related: Vec<(Span, String)>,
    /// What would fix it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error.
    #[must_use]
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, warning: false, message, span, label: String::new(), related: Vec::new(), help: None }
    }

    /// A warning.
    #[must_use]
    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { warning: true, ..Self::error(code, span, message) }
    }

    /// With a label at the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// With help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With another place.
    #[must_use]
    pub fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    /// Help that names the legal name nearest to `got`, or all of them where none is near.
    #[must_use]
    pub fn suggest<'a>(self, got: &str, legal: impl IntoIterator<Item = &'a str>) -> Self {
        let legal: Vec<&str> = legal.into_iter().collect();
        match nearest(got, &legal) {
            Some(name) => self.label(format!("did you mean `{name}`?")),
            None if legal.is_empty() => self,
            None => self.help(format!("known are {}", list(&legal))),
        }
    }
}

impl From<Problem> for Diagnostic {
    fn from(problem: Problem) -> Self {
        Self { help: problem.help, ..Self::error(problem.code, problem.span, problem.message) }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnostic {}

impl miette::Diagnostic for Diagnostic {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }
    fn severity(&self) -> Option<Severity> {
        Some(if self.warning { Severity::Warning } else { Severity::Error })
    }
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let text = |s: &str| (!s.is_empty()).then(|| s.to_owned());
        let at = |span: Span| (span.start as usize, span.end.saturating_sub(span.start) as usize);
        let (start, length) = at(self.span);
        if self.span.end == 0 {
            return None;
        }
        let first = LabeledSpan::new_primary_with_span(text(&self.label), (start, length));
        let others =
            self.related.iter().map(move |(span, label)| LabeledSpan::new_with_span(text(label), at(*span)));
        Some(Box::new(std::iter::once(first).chain(others)))
    }
}

/// Everything that is wrong with one description, errors before warnings, in the order of the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// Puts errors first, then the order of the text; drops repetitions.
    pub(crate) fn sorted(mut list: Vec<Diagnostic>) -> Self {
        list.sort_by_key(|d| (d.warning, d.span.start, d.span.end));
        // Spans never differ for `==`; places do.
        list.dedup_by(|a, b| (a.span.start, a.span.end) == (b.span.start, b.span.end) && a == b);
        Self(list)
    }

    /// Number of errors.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.0.iter().filter(|d| !d.warning).count()
    }

    /// The text that a terminal shows: every diagnostic with the lines of `source` that it points to.
    ///
    /// `path` is the name shown for the source; `color` turns terminal colours on.
    #[must_use]
    pub fn render(&self, path: &str, source: &str, color: Color) -> String {
        let theme = match color {
            Color::Off => GraphicalTheme::unicode_nocolor(),
            Color::On => GraphicalTheme::unicode(),
        };
        let handler = GraphicalReportHandler::new_themed(theme).with_width(110);
        let mut out = String::new();
        for diagnostic in &self.0 {
            let source = NamedSource::new(path, source.to_owned());
            let report = miette::Report::new(diagnostic.clone()).with_source_code(source);
            if handler.render_report(&mut out, report.as_ref()).is_err() {
                out.push_str(&diagnostic.message);
            }
            out.push('\n');
        }
        out
    }
}

/// Whether a rendering uses terminal colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// Plain text.
    Off,
    /// Terminal colours.
    On,
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, d) in self.0.iter().enumerate() {
            let kind = if d.warning { "warning" } else { "error" };
            let label = if d.label.is_empty() { String::new() } else { format!(": {}", d.label) };
            write!(
                f,
                "{}{kind}[{}] at byte {}: {}{label}",
                if i == 0 { "" } else { "\n" },
                d.code,
                d.span.start,
                d.message
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// The legal name nearest to `got`: at most a third of its letters differ.
pub(crate) fn nearest<'a>(got: &str, legal: &[&'a str]) -> Option<&'a str> {
    let (plain, allowed) = (plain(got), got.chars().count() / 3 + 1);
    // Of names that are equally near, the one in the same spelling, then the first: canonical names come first.
    let distances =
        legal.iter().map(|name| ((distance(&plain, &self::plain(name)), distance(got, name)), *name));
    distances.min_by_key(|(d, _)| *d).filter(|((d, _), _)| *d <= allowed).map(|(_, name)| name)
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).take(64).collect()
}

/// Insertions, deletions, replacements and swaps of neighbours between two words.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// `a, b or c` in backticks.
pub(crate) fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// What `seamount explain CODE` says; `None` for a code of no description.
#[must_use]
pub fn explain(code: &str) -> Option<&'static str> {
    codes::CODES.iter().find(|(known, _, _)| known.eq_ignore_ascii_case(code)).map(|(_, _, text)| *text)
}
