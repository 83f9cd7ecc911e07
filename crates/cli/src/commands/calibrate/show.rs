//! Constants as a table.
#![allow(clippy::float_arithmetic, reason = "numbers for people")]

use std::fmt::Write;

use isa::timing::Tier;

use super::Report;
use super::bench::Row;
use super::published::Unit;
use crate::time::units::difference;

/// The report for people.
pub fn text(report: &Report) -> String {
    let mut out = format!("{}, a cycle is {} ps\n\n", report.calibration, report.clock_ps);
    out += "                                                published  emulated           error   described   tier\n";
    out.extend(report.rows.iter().map(row));
    if let Some(worst) = report.worst() {
        let _ = writeln!(
            out,
            "\nworst error {}: {}",
            difference(worst.error_percent.unwrap_or(0.0), 2),
            worst.constant
        );
    }
    if let Some(fair) = &report.fairness {
        let [a, b, c] = fair.served_when_first_ends;
        let _ = writeln!(
            out,
            "\nmb10  four cores of a tile to one: nobody is ever more than {} of {} messages ahead; when the first has\n      \
             been served, the others have {a}, {b} and {c}",
            fair.ahead_max, fair.messages
        );
    }
    if !report.splits.is_empty() {
        out += "\nmb11  second layer on   emulated   most work   error of the most work\n";
    }
    for split in &report.splits {
        let (cores, cycles, simple) = (split.cores, split.emulated, split.simple);
        let cores = if cores == 1 { "1 core ".to_string() } else { format!("{cores} cores") };
        let _ = writeln!(
            out,
            "      {cores:>15} {cycles:>10} {simple:>11} {:>22}",
            difference(split.error_percent, 1)
        );
    }
    out
}

fn row(row: &Row) -> String {
    let digits = match row.unit {
        Unit::Cycles => 0,
        Unit::Bandwidth => 3,
        _ if row.emulated >= 100.0 => 1,
        _ => 2,
    };
    let number = |value: f64| format!("{value:.digits$}");
    let published = row.published.map_or("-".into(), |published| number(published.value));
    let error = row.error_percent.map_or(String::new(), |error| difference(error, 2));
    let (unit, emulated, described) = (row.unit.name(), number(row.emulated), number(row.described));
    let cycles = row.cycles.map_or(String::new(), |cycles| format!("{cycles:.0}"));
    let tier = row.tier.map_or("", tier);
    let Row { benchmark, constant, .. } = row;
    format!(
        "{benchmark:<5} {constant:<36} {published:>12} {emulated:>9} {unit:<8} {error:>9} {described:>10} {cycles:>6}  {tier}\n"
    )
}

const fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Published => "published",
        Tier::Measured => "measured",
        Tier::Fitted => "fitted",
        Tier::Scaled => "scaled",
        Tier::Assumed => "assumed",
    }
}
