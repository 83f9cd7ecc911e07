//! The files of a run's output folder: events, data as npy, npz and CSV, the summary, the report.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use image::Record;
use trace::files::{FileError, write_events, write_npy, write_npz};
use trace::{Raster, Recording, html, svg};

use super::outcome::{Measured, Outcome, SpikeRecord};
use super::{earlier, names};
use crate::claims;
use crate::failure::Failure;
use crate::time::files::TABLES;
use crate::write;

/// Writes `spikes.evt`, `samples.csv`, for every record an npy and a CSV, and all of them in one `recordings.npz`:
/// spikes as rows (sample, step, column), values, and rows (sample, step) of the values as `NAME.at`. `summary.json` is
/// written last, so that it stands only in a folder that is whole; it names the files, and those `before`. Returns them all.
pub fn data(folder: &Path, outcome: &Outcome, before: Vec<PathBuf>) -> Result<Vec<PathBuf>, Failure> {
    let mut out = Out { folder, files: before };
    write::folder(folder)?;
    if !outcome.spikes.is_empty() {
        out.put("spikes.evt", &write_events(&all_spikes(&outcome.spikes)))?;
    }
    let mut names = Names::default();
    for spikes in &outcome.spikes {
        let name = names.of(&spikes.name);
        let rows = spike_rows(spikes);
        let npy = write_npy(&[rows.len(), 3], rows.as_flattened()).map_err(encode)?;
        out.put(&format!("{name}.npy"), &npy)?;
        out.put(&format!("{name}.csv"), spike_csv(spikes).as_bytes())?;
    }
    for recording in &outcome.recordings {
        let name = names.of(&recording.name);
        let npy = write_npy(&shape(recording, outcome), &recording.values).map_err(encode)?;
        out.put(&format!("{name}.npy"), &npy)?;
        out.put(&format!("{name}.csv"), recording_csv(recording).as_bytes())?;
    }
    if !outcome.recordings.is_empty() || !outcome.spikes.is_empty() {
        out.put("recordings.npz", &npz(outcome)?)?;
    }
    if !outcome.samples.is_empty() {
        out.put("samples.csv", samples_csv(outcome).as_bytes())?;
    }
    let mut summary = outcome.summary.clone();
    summary.measure(earlier::FILES, earlier::names(folder, &out.files));
    out.put("summary.json", format!("{}\n", summary.to_json()).as_bytes())?;
    Ok(out.files)
}

/// The files of every run in `folder`, and those of an earlier run, which go away.
pub fn always(folder: &Path) -> Vec<PathBuf> {
    let names = ["spikes.evt", "recordings.npz", "samples.csv", "summary.json", "index.html"];
    let tables = TABLES.map(|name| Path::new("time").join(name));
    let earlier = earlier::named(folder).into_iter().map(PathBuf::from);
    names.into_iter().map(PathBuf::from).chain(tables).chain(earlier).collect()
}

/// The files of records.
pub fn names(records: &[Record]) -> Vec<PathBuf> {
    let mut names = Names::default();
    let both = |name: String| ["npy", "csv"].map(|end| PathBuf::from(format!("{name}.{end}")));
    records.iter().flat_map(|record| both(names.of(&record.name))).collect()
}

/// Claims files in a folder for a run.
pub fn claim(folder: &Path, names: Vec<PathBuf>) -> Result<(), Failure> {
    let words = format!("--out {}", folder.display());
    names.into_iter().try_for_each(|name| claims::claim(&words, &folder.join(name)))
}

/// All recordings under their names.
fn npz(outcome: &Outcome) -> Result<Vec<u8>, Failure> {
    let mut arrays: Vec<(String, Vec<usize>, Vec<i32>)> = Vec::new();
    for spikes in &outcome.spikes {
        let rows = spike_rows(spikes);
        arrays.push((spikes.name.clone(), vec![rows.len(), 3], rows.as_flattened().to_vec()));
    }
    for recording in &outcome.recordings {
        let at = recording.moments.iter().flat_map(|at| [at.sample as i32, at.step.0 as i32]);
        arrays.push((recording.name.clone(), shape(recording, outcome), recording.values.clone()));
        arrays.push((format!("{}.at", recording.name), vec![recording.moments.len(), 2], at.collect()));
    }
    let views: Vec<_> =
        (arrays.iter()).map(|(name, shape, values)| (name.as_str(), &shape[..], &values[..])).collect();
    write_npz(&views).map_err(encode)
}

/// Writes `index.html`.
pub fn report(folder: &Path, outcome: &Outcome, bands: &[svg::Band]) -> Result<PathBuf, Failure> {
    write::folder(folder)?;
    let path = folder.join("index.html");
    write::atomic(&path, page(outcome, bands).as_bytes())?;
    Ok(path)
}

struct Out<'a> {
    folder: &'a Path,
    files: Vec<PathBuf>,
}

impl Out<'_> {
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.folder.join(name);
        write::atomic(&path, bytes)?;
        self.files.push(path);
        Ok(())
    }
}

/// Names of files from names of records: each once, also where case does not count.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    fn of(&mut self, record: &str) -> String {
        let plain = plain(record);
        let others = (2..).map(|n| format!("{plain}~{n}"));
        let mut all = std::iter::once(plain.clone()).chain(others);
        let free = |name: &String| *name != "samples" && self.0.insert(name.to_lowercase());
        all.find(free).unwrap_or(plain)
    }
}

/// Most characters of a name that every file system takes, with room for an extension.
const NAME_MAX: usize = 56;

/// A name that no file system minds: what it could mind becomes `_`.
pub fn plain(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "._-[]".contains(c) { c } else { '_' };
    let text: String = name.replace("->", "-").chars().take(NAME_MAX).map(plain).collect();
    if text.is_empty() || text.starts_with('.') { format!("_{text}") } else { text }
}

fn encode(error: FileError) -> Failure {
    Failure::internal(error.to_string())
}

/// The spikes of all records in order, each once.
fn all_spikes(records: &[SpikeRecord]) -> Raster {
    let mut events: Vec<_> = records.iter().flat_map(|record| record.raster.events.iter().copied()).collect();
    events.sort_unstable();
    if records.len() > 1 {
        events.dedup();
    }
    Raster { events }
}

/// Rows (sample, step, column).
fn spike_rows(spikes: &SpikeRecord) -> Vec<[i32; 3]> {
    let row = |e: &trace::Event| {
        let index = names::place(&spikes.of, e.key)?;
        Some([e.at.sample.cast_signed(), e.at.step.0.cast_signed(), (index as u32).cast_signed()])
    };
    spikes.raster.events.iter().filter_map(row).collect()
}

fn spike_csv(spikes: &SpikeRecord) -> String {
    let mut text = String::from("sample,step,index,name\n");
    for [sample, step, index] in spike_rows(spikes) {
        let _ = writeln!(text, "{sample},{step},{index},{}", cell(&spikes.columns[index as usize]));
    }
    text
}

/// Moments x columns; with samples, samples x moments x columns.
fn shape(recording: &Recording, outcome: &Outcome) -> Vec<usize> {
    let (rows, columns) = (recording.moments.len(), recording.columns.len());
    let samples = outcome.samples.len();
    if samples > 0 && rows.is_multiple_of(samples) {
        vec![samples, rows / samples, columns]
    } else {
        vec![rows, columns]
    }
}

fn recording_csv(recording: &Recording) -> String {
    let mut text = String::from("sample,step");
    recording.columns.iter().for_each(|name| text.extend([",", &cell(name)]));
    text.push('\n');
    for (at, row) in recording.rows() {
        let _ = write!(text, "{},{}", at.sample, at.step.0);
        text.extend(row.iter().map(|value| format!(",{value}")));
        text.push('\n');
    }
    text
}

fn samples_csv(outcome: &Outcome) -> String {
    let head: Vec<&str> = trace::Counters::default().rows().iter().map(|row| row.0).collect();
    let mut text = format!("sample,{}", head.join(","));
    let heads = outcome.measures.iter().map(|m| format!(",{0}_label,{0}_decision", cell(&m.name)));
    text.extend(heads);
    text.push('\n');
    for (i, sample) in outcome.samples.iter().enumerate() {
        let _ = write!(text, "{i}");
        text.extend(sample.counters.rows().iter().map(|row| format!(",{}", row.1)));
        let decision = |m: &Measured| format!(",{},{}", m.labels[i % m.labels.len()], m.decisions.outputs[i]);
        text.extend(outcome.measures.iter().map(decision));
        text.push('\n');
    }
    text
}

/// A cell of a CSV, quoted where it must be.
fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_string()
    }
}

fn page(outcome: &Outcome, bands: &[svg::Band]) -> String {
    let mut sections = Vec::new();
    let mut section = |title: String, body: String| sections.push(html::Section { title, body });
    for measured in &outcome.measures {
        let table = measured.confusion();
        let head = (0..measured.classes).map(|c| c.to_string()).collect::<Vec<_>>();
        let head: Vec<&str> =
            std::iter::once("true \\ named").chain(head.iter().map(String::as_str)).collect();
        let rows = table.iter().enumerate().map(|(class, row)| {
            std::iter::once(class.to_string()).chain(row.iter().map(u32::to_string)).collect()
        });
        let title =
            format!("{}: {} of {}", measured.name, measured.decisions.correct, measured.decisions.total);
        section(title, html::table(&head, &rows.collect::<Vec<_>>()));
    }
    for (title, text) in &outcome.notes {
        section(title.clone(), html::plain(text));
    }
    let first: Vec<_> = outcome.raster.events.iter().filter(|e| e.at.sample == 0).copied().collect();
    let of = if outcome.samples.is_empty() { "Spikes" } else { "Spikes of sample 0" };
    section(of.into(), svg::raster(&first, bands, outcome.steps));
    for recording in &outcome.recordings {
        let mut first = recording.clone();
        let rows = first.moments.iter().take_while(|m| m.sample == 0).count();
        first.moments.truncate(rows);
        first.values.truncate(rows * first.columns.len());
        section(recording.name.clone(), svg::curves(&first, outcome.steps));
    }
    html::page(&outcome.summary, &sections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_different_records_have_different_names() {
        let mut names = Names::default();
        let long = "x".repeat(300);
        let records =
            ["a b.v", "a_b.v", "A_b.v", "a->b.w", "a-b.w", "samples", "..", "", &long, &format!("{long}y")];
        let made: Vec<String> = records.iter().map(|record| names.of(record)).collect();
        assert_eq!(made[..8], ["a_b.v", "a_b.v~2", "A_b.v~3", "a-b.w", "a-b.w~2", "samples~2", "_..", "_"]);
        let distinct: BTreeSet<String> = made.iter().map(|name| name.to_lowercase()).collect();
        assert!(distinct.len() == made.len() && made.iter().all(|name| name.len() < 70), "{made:?}");
    }
}
