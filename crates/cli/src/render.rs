//! Findings as text: `error[CODE]: message`, the place with its line, notes and help below.

use std::fmt::Write;

use crate::failure::{Failure, Finding, Place, Source};

/// Most columns of a line that are shown.
const WIDTH: usize = 120;

/// Where in a text a byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// Line and column of byte `at`; past the end it is the end.
pub fn position(text: &str, at: usize) -> Position {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let start = before.rfind('\n').map_or(0, |i| i + 1);
    Position { line: before.matches('\n').count() + 1, column: before[start..].chars().count() + 1 }
}

/// All findings, one after another, with an empty line between.
pub fn failure(failure: &Failure, color: bool) -> String {
    let paint = Paint { color };
    let texts = failure.findings.iter().map(|f| finding(f, failure.source.as_ref(), paint));
    texts.collect::<Vec<_>>().join("\n")
}

#[derive(Clone, Copy)]
struct Paint {
    color: bool,
}

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
    fn error(self, text: &str) -> String {
        self.with("1;31", text)
    }
    fn warning(self, text: &str) -> String {
        self.with("1;33", text)
    }
    fn bold(self, text: &str) -> String {
        self.with("1", text)
    }
    fn frame(self, text: &str) -> String {
        self.with("1;34", text)
    }
    fn help(self, text: &str) -> String {
        self.with("1;36", text)
    }
}

fn finding(finding: &Finding, source: Option<&Source>, paint: Paint) -> String {
    let kind = if finding.warning { "warning" } else { "error" };
    let head = finding.code.as_ref().map_or_else(|| kind.to_string(), |code| format!("{kind}[{code}]"));
    let head = if finding.warning { paint.warning(&head) } else { paint.error(&head) };
    let mut lines = finding.message.lines();
    let first = format!(": {}", lines.next().unwrap_or_default());
    let mut out = format!("{head}{}\n", paint.bold(&first));
    for line in lines {
        let _ = writeln!(out, "  {line}");
    }
    if let Some(source) = source {
        out.extend(finding.places.iter().map(|place| excerpt(source, place, paint)));
    }
    for note in &finding.notes {
        let _ = writeln!(out, "   {} {note}", paint.frame("="));
    }
    for help in &finding.help {
        let _ = writeln!(out, "{} {help}", paint.help("help:"));
    }
    out
}

/// The line of the place with a mark below it.
fn excerpt(source: &Source, place: &Place, paint: Paint) -> String {
    let Position { line, column } = position(&source.text, place.start);
    let text = source.text.lines().nth(line - 1).unwrap_or_default();
    let (shown, lead) = tabs_as_spaces(text, column - 1);
    let marked = source.text.get(place.start..place.end).and_then(|marked| marked.lines().next());
    let (shown, lead) = cut(&shown, lead);
    let room = shown.chars().count().saturating_sub(lead);
    let mark = "^".repeat(marked.map_or(1, |m| m.chars().count()).min(room).max(1));
    let number = line.to_string();
    let gutter = " ".repeat(number.len());
    let (arrow, bar) = (paint.frame("-->"), paint.frame("|"));
    let mut out = format!("{gutter} {arrow} {}:{line}:{column}\n{gutter}  {bar}\n", source.name);
    let _ = writeln!(out, " {} {bar} {shown}", paint.frame(&number));
    let marked = paint.error(format!("{mark} {}", place.label).trim_end());
    let _ = writeln!(out, "{gutter}  {bar} {}{marked}", " ".repeat(lead));
    out
}

/// At most [`WIDTH`] columns of a line around column `lead`, and where that column came to lie.
fn cut(line: &str, lead: usize) -> (String, usize) {
    let all: Vec<char> = line.chars().collect();
    if all.len() <= WIDTH {
        return (line.to_string(), lead);
    }
    let start = if lead < WIDTH * 2 / 3 { 0 } else { (lead - WIDTH / 3).min(all.len() - WIDTH) };
    let end = start + WIDTH;
    let (before, after) = (if start > 0 { "…" } else { "" }, if end < all.len() { "…" } else { "" });
    let shown: String = all[start..end].iter().collect();
    (format!("{before}{shown}{after}"), lead - start + before.chars().count())
}

/// The line with tabs as four spaces, and how far the column `at` (from 0) moved.
fn tabs_as_spaces(line: &str, at: usize) -> (String, usize) {
    let width = |text: &str| text.chars().map(|c| if c == '\t' { 4 } else { 1 }).sum();
    let before: String = line.chars().take(at).collect();
    // What a terminal would obey is shown as a mark.
    let plain = |c: char| if c.is_control() && c != '\t' { '\u{fffd}' } else { c };
    (line.chars().map(plain).collect::<String>().replace('\t', "    "), width(&before))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Exit;

    #[test]
    fn points_at_the_place() {
        let text = "step 1 ms\n\nneuron lif { tau_v = 20 ms, treshold = 1.0 }\n";
        let at = text.find("treshold").unwrap();
        let finding = Finding {
            code: Some("E0031".into()),
            message: "unknown field `treshold` of neuron `lif`".into(),
            places: vec![Place { start: at, end: at + 8, label: "did you mean `threshold`?".into() }],
            help: vec!["`seamount explain E0031`".into()],
            ..Finding::default()
        };
        let source = Some(Source { name: "hello.snn".into(), text: text.into() });
        let shown = failure(&Failure { exit: Exit::User, findings: vec![finding], source }, false);
        let expected = "error[E0031]: unknown field `treshold` of neuron `lif`\n\
                        \x20 --> hello.snn:3:29\n\
                        \x20  |\n\
                        \x203 | neuron lif { tau_v = 20 ms, treshold = 1.0 }\n\
                        \x20  |                             ^^^^^^^^ did you mean `threshold`?\n\
                        help: `seamount explain E0031`\n";
        assert_eq!(shown, expected);
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let line: String = (0..1000).map(|i| char::from(b'a' + (i % 26) as u8)).collect();
        for lead in [0, 79, 80, 500, 999, 1000] {
            let (shown, at) = cut(&line, lead);
            assert!(shown.chars().count() <= WIDTH + 2, "{lead}");
            assert_eq!(shown.chars().nth(at), line.chars().nth(lead), "{lead}");
        }
        assert_eq!(cut("short", 3), ("short".into(), 3));
    }

    #[test]
    fn spans_outside_of_the_text_are_its_end() {
        assert_eq!(position("ab\nc", 99), Position { line: 2, column: 2 });
        assert_eq!(position("aé", 2), Position { line: 1, column: 2 });
        assert_eq!(position("", 0), Position { line: 1, column: 1 });
    }
}
