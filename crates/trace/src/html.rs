//! The report of a run as one HTML file that needs nothing else.

use std::fmt::Write;

use crate::Summary;
use crate::svg::escape;

/// A headed part of the page.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// Heading.
    pub title: String,
    /// HTML below it.
    pub body: String,
}

/// The page: the summary as a table, then the sections.
#[must_use]
pub fn page(summary: &Summary, sections: &[Section]) -> String {
    let title = escape(&summary.network);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\n<style>\
         body{{font:15px/1.5 sans-serif;max-width:1020px;margin:2em auto;padding:0 1em;color:#222}}\
         table{{border-collapse:collapse}}td,th{{padding:.15em .8em;border-bottom:1px solid #ddd;text-align:right}}\
         td:first-child,th:first-child{{text-align:left}}code{{font-size:90%}}</style></head>\n<body><h1>{title}</h1>\n"
    );
    out += &table(&[], &summary_rows(summary));
    for section in sections {
        let _ = write!(out, "<h2>{}</h2>\n{}\n", escape(&section.title), section.body);
    }
    out + "</body></html>\n"
}

/// A table; `head` may be empty.
#[must_use]
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let cells = |tag: &str, row: &mut dyn Iterator<Item = &str>| {
        let cells: String = row.map(|cell| format!("<{tag}>{}</{tag}>", escape(cell))).collect();
        format!("<tr>{cells}</tr>\n")
    };
    let head = if head.is_empty() { String::new() } else { cells("th", &mut head.iter().copied()) };
    let rows: String = rows.iter().map(|row| cells("td", &mut row.iter().map(String::as_str))).collect();
    format!("<table>\n{head}{rows}</table>\n")
}

/// Text as it stands, in columns.
#[must_use]
pub fn plain(text: &str) -> String {
    format!("<pre>{}</pre>\n", escape(text))
}

fn summary_rows(summary: &Summary) -> Vec<Vec<String>> {
    let mut rows: Vec<(String, String)> = vec![
        ("digest".into(), summary.digest.clone()),
        (
            "backend, version, contract".into(),
            format!("{}, {}, {}", summary.backend, summary.version, summary.spec),
        ),
        ("seed".into(), summary.seed.to_string()),
        ("steps in all".into(), summary.steps.to_string()),
        ("samples".into(), summary.samples.to_string()),
    ];
    let plain = summary.measures.iter().filter(|(_, value)| !value.is_object());
    rows.extend(plain.map(|(name, value)| (name.clone(), value.to_string())));
    rows.extend(summary.counters.rows().into_iter().map(|(name, n)| (name.replace('_', " "), n.to_string())));
    rows.push(("overflows".into(), summary.overflows.to_string()));
    rows.push(("wall time".into(), format!("{:.3} s", summary.wall_s)));
    rows.into_iter().map(|(name, value)| vec![name, value]).collect()
}
