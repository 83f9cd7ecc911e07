//! `seamount energy` for the terminal: a column a calibration.
#![allow(clippy::float_arithmetic, reason = "means for people")]

use std::fmt::Write;

use emulator::time::bill::{Class, Item, Support};
use emulator::time::energy::Counts;

use super::energy::Bill;
use super::screen;
use super::tally::Timed;
use super::units::{femto, joules};

/// Width of a column.
const WIDTH: usize = 20;
/// Rows of populations, of cores where they are asked for.
const ROWS: usize = 40;

/// Everything, a column a calibration.
pub fn text(bill: &Bill, cores: bool) -> String {
    let bills: Vec<Vec<Item>> = bill.timed.iter().map(Timed::items).collect();
    let (steps, samples) = bill.timed.first().map_or((0, None), |timed| (timed.tally.steps, timed.samples));
    let samples_text = samples.map(|n| format!(", {n} samples")).unwrap_or_default();
    let mut text = format!("{}: {steps} steps{samples_text}, digest {}\n\n", bill.network, bill.digest);
    text += &head("what", bill);
    rows(&bills, &mut text);
    classes(&bills, &mut text);
    let all: Vec<Support> = bills.iter().map(Support::of).collect();
    line("all", "", all.iter().map(value), &mut text);
    let each = |n: u64| all.iter().map(move |s| femto(s.energy_fj as f64 / n.max(1) as f64, "J"));
    line("  a step", "", each(steps), &mut text);
    if let Some(samples) = samples {
        line("  a sample", &samples.to_string(), each(samples.into()), &mut text);
    }
    let rest = bill.timed.iter().map(|timed| joules(timed.tally.energy.at_rest));
    line("at rest, apart", "", rest, &mut text);
    text += "≥: at least; ±: the error its source states; ~: some of it has no stated error, see below\n";
    shares(
        bill,
        "by population",
        bill.of_population.iter().map(|(name, counts)| (name.clone(), counts)),
        &mut text,
    );
    if cores {
        shares(
            bill,
            "by core",
            bill.of_core.iter().map(|(core, counts)| (core.to_string(), counts)),
            &mut text,
        );
    }
    for (timed, support) in bill.timed.iter().zip(&all) {
        let _ = writeln!(text, "\n{}: {}", timed.timing.name, support.text());
        text += &screen::time(timed);
        let _ = writeln!(text, "at rest {}", screen::at_rest(timed));
        text += &screen::limits(timed);
    }
    text
}

fn head(what: &str, bill: &Bill) -> String {
    let mut text = String::new();
    line(what, "count", bill.timed.iter().map(|timed| timed.timing.name.clone()), &mut text);
    text
}

fn line(what: &str, count: &str, cells: impl Iterator<Item = String>, text: &mut String) {
    let _ = write!(text, "{what:<22}{count:>14}");
    cells.for_each(|cell| *text += &format!("{cell:>WIDTH$}"));
    text.push('\n');
}

/// Counts, and what each costs.
fn rows(bills: &[Vec<Item>], text: &mut String) {
    for (i, item) in bills.first().into_iter().flatten().enumerate() {
        let costs = bills.iter().any(|items| items[i].each_fj > 0);
        if item.count == 0 || item.class == Class::Clock && !costs {
            continue;
        }
        let cells = bills.iter().map(|items| {
            let item = &items[i];
            match (item.each_fj, Support::of([item]).missing.is_empty()) {
                (0, false) => "not published".into(),
                (each, _) => format!("{} x {}", joules(item.energy_fj), joules(each.into())),
            }
        });
        line(&item.field.replace('_', " "), &item.count.to_string(), cells, text);
    }
    text.push('\n');
}

fn classes(bills: &[Vec<Item>], text: &mut String) {
    for class in Class::ALL {
        let of: Vec<Support> = bills.iter().map(|items| Timed::class(items, class)).collect();
        if of.iter().any(|support| support.energy_fj > 0 || !support.missing.is_empty()) {
            line(class.name(), "", of.iter().map(value), text);
        }
    }
}

/// `≥ 12.3 uJ`, `3.44 uJ ± 403 nJ`, `~ 5.09 uJ` where a part of it has no stated error.
fn value(support: &Support) -> String {
    let energy = joules(support.energy_fj);
    match support {
        support if support.is_lower_bound() => format!("≥ {energy}"),
        support if support.error_fj > 0 && support.with_error_fj == support.energy_fj => {
            format!("{energy} ± {}", joules(support.error_fj))
        }
        support if support.energy_fj > 0 => format!("~ {energy}"),
        _ => energy,
    }
}

fn shares<'a>(bill: &Bill, what: &str, all: impl Iterator<Item = (String, &'a Counts)>, text: &mut String) {
    let mut all: Vec<(String, Vec<u64>)> = all.map(|(name, counts)| (name, bill.energies(counts))).collect();
    all.retain(|(_, energies)| energies.iter().any(|energy| *energy > 0));
    all.sort_by_key(|(_, energies)| std::cmp::Reverse(energies.first().copied()));
    let _ = writeln!(text, "\n{what}");
    for (name, energies) in all.iter().take(ROWS) {
        line(&format!("  {name}"), "", energies.iter().map(|energy| joules(*energy)), text);
    }
    if all.len() > ROWS {
        let _ = writeln!(text, "  … and {} more, in --json", all.len() - ROWS);
    }
}
