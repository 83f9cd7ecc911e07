//! What the terminal shows after a run: bars of spikes, accuracies, where the report is.
#![allow(clippy::float_arithmetic, reason = "rates and times for people")]

use std::collections::BTreeMap;

use image::Symbols;
use isa::ids::Key;
use isa::op::Variable;
use trace::{Recording, text};

use super::names;
use super::outcome::{Measured, Outcome};

/// Most rows of neurons; a larger population is one row.
const ROWS: usize = 12;
/// Most synapses whose last values are written out.
const VALUES: usize = 16;
/// Columns of bars.
const BINS: u32 = 60;

/// Bars over time: a row a neuron, or a row a population where it is large. Of a run of samples the first one.
pub fn bars(outcome: &Outcome, symbols: &Symbols) -> String {
    let bands = names::bands(symbols);
    let mut rows = Vec::new();
    let mut of_key: BTreeMap<Key, Vec<u32>> = BTreeMap::new();
    for event in outcome.raster.events.iter().filter(|event| event.at.sample == 0) {
        of_key.entry(event.key).or_default().push(event.at.step.0);
    }
    let steps_of = |keys: &[Key]| -> Vec<u32> {
        keys.iter().filter_map(|key| of_key.get(key)).flatten().copied().collect()
    };
    for band in &bands {
        let silent = steps_of(&band.keys).is_empty();
        if !silent && band.keys.len() <= ROWS && bands.len() <= 4 {
            let row = |key| {
                (names::of(symbols, key), text::bars(&text::binned(&steps_of(&[key]), outcome.steps, BINS).0))
            };
            rows.extend(band.keys.iter().copied().map(row));
        } else {
            let (counts, _) = text::binned(&steps_of(&band.keys), outcome.steps, BINS);
            rows.push((band.label.clone(), text::bars(&counts)));
        }
    }
    let width = text::binned(&[], outcome.steps, BINS).1;
    let of = if outcome.samples.is_empty() { "" } else { " of sample 0" };
    let unit = if width == 1 { "step".to_string() } else { format!("{width} steps") };
    format!("{}spikes{of}, a column is {unit}\n", text::rows(&rows))
}

/// `volley.delay at the end: 45 35 29 20 11`: what few synapses recorded last.
pub fn last_values(outcome: &Outcome) -> String {
    let learned = |r: &&Recording| matches!(r.variable, Variable::Weight | Variable::Delay | Variable::Tag);
    let line = |r: &Recording| {
        let last = r.values.chunks(r.columns.len().max(1)).next_back()?;
        let values: Vec<String> = last.iter().map(i32::to_string).collect();
        (values.len() <= VALUES).then(|| format!("{} at the end: {}\n", r.name, values.join(" ")))
    };
    outcome.recordings.iter().filter(learned).filter_map(line).collect()
}

/// `accuracy 433/450 = 0.9622`.
pub fn measure(measured: &Measured) -> String {
    let a = &measured.decisions;
    format!("{} {}/{} = {:.4}", measured.name, a.correct, a.total, a.share())
}

/// True classes down, named ones across.
pub fn confusion(measured: &Measured) -> String {
    let table = measured.confusion();
    let wide = table.iter().flatten().max().map_or(1, |m| m.to_string().len()).max(2);
    let row = |head: String, cells: Vec<String>| {
        let cells: String = cells.iter().map(|cell| format!(" {cell:>wide$}")).collect();
        format!("{head:>6} │{cells}\n")
    };
    let heads = (0..measured.classes).map(|c| c.to_string()).collect();
    let rows = table.iter().enumerate().map(|(class, cells)| {
        let shown = |&n: &u32| if n == 0 { "·".to_string() } else { n.to_string() };
        row(class.to_string(), cells.iter().map(shown).collect())
    });
    row("true".into(), heads) + &rows.collect::<String>()
}

/// `2.1 M`, `41 k`, `97`.
pub fn short(value: f64) -> String {
    match value {
        v if v >= 1e9 => format!("{:.1} G", v / 1e9),
        v if v >= 1e6 => format!("{:.1} M", v / 1e6),
        v if v >= 1e4 => format!("{:.0} k", v / 1e3),
        v => format!("{v:.0}"),
    }
}

/// `3.2 s`, `12 ms`, `80 us`.
pub fn time(seconds: f64) -> String {
    match seconds {
        s if s >= 1.0 => format!("{s:.1} s"),
        s if s >= 1e-3 => format!("{:.0} ms", s * 1e3),
        s => format!("{:.0} us", s * 1e6),
    }
}

/// `1 core`, `2 cores`.
pub fn count(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// How many values overflowed, and of which kind.
pub fn overflows(c: &trace::Counters) -> String {
    let kinds = [("q_wrap", c.q_wrap), ("u_wrap", c.u_wrap), ("x_wrap", c.x_wrap), ("v_range", c.v_range)];
    let seen: Vec<String> =
        kinds.iter().filter(|(_, n)| *n > 0).map(|(kind, n)| format!("{kind} {n}")).collect();
    let kinds = if seen.is_empty() { String::new() } else { format!(" ({})", seen.join(", ")) };
    format!("{} overflows{kinds}", c.overflows())
}
