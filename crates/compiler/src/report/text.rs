//! The report as a table: a row a core, the binding resource last.

use std::fmt::Write;

use super::{CoreReport, Report};
use crate::resource::Resource;

/// Columns with their heads.
const COLUMNS: [(Resource, &str); 5] = [
    (Resource::Compartments, "compartments"),
    (Resource::AxonsIn, "input axons"),
    (Resource::AxonsOut, "output axons"),
    (Resource::SynapseWords, "synapse words"),
    (Resource::SynapseFormats, "formats"),
];
/// Rows of cores shown; the others are in the JSON report.
const ROWS: usize = 64;
/// Columns of a number with its share.
const WIDTH: usize = 14;
/// Slices of populations shown in a row.
const SLICES: usize = 2;

pub(super) fn text(report: &Report) -> String {
    let mut out = format!("{:<16}", "core chip tile");
    COLUMNS.iter().for_each(|(_, head)| out += &format!("{head:>WIDTH$}"));
    out += "  bottleneck, neurons\n";
    for core in report.cores.iter().take(ROWS) {
        row(report, core, &mut out);
    }
    let more = report.cores.len().saturating_sub(ROWS);
    if more > 0 {
        let _ = writeln!(out, "… and {more} more cores");
    }
    if report.chips.len() > 1 {
        chips(report, &mut out);
    }
    summary(report, &mut out);
    out
}

fn row(report: &Report, core: &CoreReport, out: &mut String) {
    let (x, y) = core.tile;
    *out += &format!("{:<16}", format!("{:>4} {:>4} {x},{y}.{}", core.core, core.chip, core.slot));
    for (resource, _) in COLUMNS {
        let used = core.usage[resource.name()];
        *out += &format!("{:>WIDTH$}", format!("{} {:>3}%", used.used, used.permille / 10));
    }
    let slice = |&(population, start, end): &(usize, u32, u32)| {
        format!("{}[{start}..{end}]", report.populations[population])
    };
    let mut neurons: Vec<String> = core.neurons.iter().take(SLICES).map(slice).collect();
    if core.neurons.len() > SLICES {
        neurons.push(format!("… {} more", core.neurons.len() - SLICES));
    }
    let _ = writeln!(out, "  {}: {}", core.bottleneck, neurons.join(" "));
}

fn chips(report: &Report, out: &mut String) {
    for chip in &report.chips {
        let (core, bottleneck) = chip.fullest;
        let _ = writeln!(
            out,
            "chip {}: {} cores, {} compartments, {} synapses in {} words; fullest core {core} ({bottleneck})",
            chip.chip, chip.cores, chip.compartments, chip.synapses, chip.synapse_words
        );
    }
}

fn summary(report: &Report, out: &mut String) {
    let sum = |count: fn(&CoreReport) -> u64| report.cores.iter().map(count).sum::<u64>();
    let synapses = sum(|core| core.synapses);
    let words = sum(|core| core.usage[Resource::SynapseWords.name()].used.into());
    let (cores, total) = (report.cores.len(), report.cores_total);
    let _ = write!(out, "{cores}/{total} cores of `{}` · {synapses} synapses in {words} words", report.chip);
    if let Some(bits) = (words * 640).checked_div(synapses) {
        let _ = write!(out, " ({}.{} bits each)", bits / 10, bits % 10);
    }
    let axons = [
        ("discrete", sum(|core| core.axons.discrete.into())),
        ("pop16", sum(|core| core.axons.pop16.into())),
        ("pop32", sum(|core| core.axons.pop32.into())),
        ("learning", sum(|core| core.axons.learning.into())),
        ("reward", sum(|core| core.axons.reward.into())),
    ];
    let axons = axons.iter().filter(|(_, n)| *n > 0).map(|(kind, n)| format!("{n} {kind}"));
    let axons: Vec<String> = axons.collect();
    let _ =
        writeln!(out, " · input axons: {}", if axons.is_empty() { "none".into() } else { axons.join(", ") });
    let (before, after) = (report.traffic.index_order, report.traffic.placed);
    let saved = (before.saturating_sub(after) * 100).checked_div(before).unwrap_or(0);
    let _ =
        writeln!(out, "expected traffic {after} hops per 1,000 steps, {saved} % less than in index order");
}
