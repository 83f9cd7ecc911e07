//! Time and energy for the terminal.
#![allow(clippy::float_arithmetic, reason = "means for people")]

use std::collections::BTreeMap;
use std::fmt::Write;

use emulator::time::bill::{Class, Support};
use emulator::time::mesh::links::quantile;
use emulator::time::mesh::{Cycle, Links, port};
use serde_json::{Value, json};

use super::files::link_name;
use super::support::TimeSupport;
use super::tally::{self, Timed};
use super::units::{femto, joules, percent, seconds};
use super::watched::Watched;

/// Time, energy and limits of a timed run.
pub fn run(watched: &Watched) -> String {
    let timed = &watched.timed;
    let mut text = format!("\n{}{}", time(timed), energy(timed));
    if let Some(links) = &watched.links {
        text += &packets_text(links, watched);
    }
    text + &limits(timed)
}

/// Time per step, what can be said of it, and what bounded the steps.
pub fn time(timed: &Timed) -> String {
    let (tally, ps) = (&timed.tally, f64::from(timed.timing.clock_ps));
    let of = |cycles: f64| seconds(cycles * ps);
    let mut text = format!(
        "time    {} a step ({:.1} cycles; {} to {}), {} in all, under {}\n        {}\n",
        of(tally.mean()),
        tally.mean(),
        of(tally.least as f64),
        of(tally.most as f64),
        of(tally.all_cycles() as f64),
        timed.timing.name,
        TimeSupport::of(&timed.timing).text()
    );
    let mut bounds: Vec<_> = tally.bounds.iter().collect();
    bounds.sort_by_key(|(_, (steps, _))| std::cmp::Reverse(*steps));
    let shares = bounds.iter().map(|(bound, (steps, _))| {
        format!("{} {}", tally::name(**bound).replace('_', " "), percent(*steps, tally.steps))
    });
    let _ = writeln!(text, "        steps bounded by {}", shares.collect::<Vec<_>>().join(", "));
    text
}

/// Energy by class, each with its support; power at rest apart.
pub fn energy(timed: &Timed) -> String {
    let items = timed.items();
    let all = Support::of(&items);
    let per = |n: u64| femto(all.energy_fj as f64 / n.max(1) as f64, "J");
    let sample = timed.samples.map(|n| format!(", {} a sample", per(n.into()))).unwrap_or_default();
    let mut text = format!("energy  {}, {} a step{sample}\n", value(&all), per(timed.tally.steps));
    for class in Class::ALL {
        let support = Timed::class(&items, class);
        if support.energy_fj > 0 || !support.missing.is_empty() {
            let _ = writeln!(text, "        {:<9}{}", class.name(), value(&support));
        }
    }
    let _ =
        writeln!(text, "        at rest  {}, apart: {}", joules(timed.tally.energy.at_rest), at_rest(timed));
    text
}

/// `104 mW a chip over the time; ...`.
pub fn at_rest(timed: &Timed) -> String {
    let watts = femto(f64::from(timed.timing.energy.static_uw) * 1e9, "W");
    let chips = timed.boards[1];
    format!("{watts} a chip ({chips}) over the time, of another voltage, in no sum")
}

/// `≥ 12.3 uJ (a published minimum on 40.0 %; ...)`.
pub fn value(support: &Support) -> String {
    let sign = if support.is_lower_bound() { "≥ " } else { "" };
    let text = support.text();
    let text = if text.is_empty() { String::new() } else { format!(" ({text})") };
    format!("{sign}{}{text}", joules(support.energy_fj))
}

/// What must be known to read the numbers.
pub fn limits(timed: &Timed) -> String {
    timed.timing.limits.iter().map(|limit| format!("limit   {limit}\n")).collect()
}

/// High-water marks as an object.
pub fn high_water(watched: &Watched) -> Value {
    let [spikes, lookups, transmit] = watched.high_water;
    json!({ "spike": spikes, "lookup": lookups, "transmit": transmit })
}

/// Packets' latencies and the busiest link as an object, cycles.
pub fn packets(links: &Links, watched: &Watched) -> Value {
    json!({
        "latency": histogram(&links.latency),
        "waited": histogram(&links.waited),
        "busiest": busiest(links, watched).map(|(name, share)| json!({ "link": name, "utilisation": share })),
    })
}

fn histogram(of: &BTreeMap<Cycle, u64>) -> Value {
    let packets: u64 = of.values().sum();
    let mean = mean(of);
    let [p50, p99, max] = [500, 990, 1000].map(|permille| quantile(of, permille));
    json!({ "packets": packets, "mean": mean, "p50": p50, "p99": p99, "max": max })
}

fn mean(of: &BTreeMap<Cycle, u64>) -> f64 {
    let sum: f64 = of.iter().map(|(cycles, packets)| *cycles as f64 * *packets as f64).sum();
    sum / of.values().sum::<u64>().max(1) as f64
}

/// The mesh link with the most flits, and the share of the time in which it could carry no more.
fn busiest(links: &Links, watched: &Watched) -> Option<(String, f64)> {
    let shape = watched.shape();
    let mesh = links.of_output.iter().enumerate();
    let mesh = mesh.filter(|(row, of)| row % shape.ports() < port::LOCAL && of.flits > 0);
    let (row, of) = mesh.max_by_key(|(row, of)| (of.flits, std::cmp::Reverse(*row)))?;
    let [p, q] = shape.interval.map(f64::from);
    let share = (of.flits + of.markers) as f64 * p / q / watched.timed.tally.all_cycles().max(1) as f64;
    Some((link_name(shape, row), share))
}

fn packets_text(links: &Links, watched: &Watched) -> String {
    let packets: u64 = links.latency.values().sum();
    if packets == 0 {
        return String::new();
    }
    let [p50, p99, max] = [500, 990, 1000].map(|permille| quantile(&links.latency, permille));
    let busiest =
        busiest(links, watched).map(|(name, share)| format!("; busiest link {name}, {:.2} %", share * 100.0));
    let [spikes, lookups, transmit] = watched.high_water;
    format!(
        "mesh    {packets} packets, {:.1} cycles under way (p50 {p50}, p99 {p99}, max {max}), {:.2} of them waiting{}\n        \
         FIFOs held at most {spikes} spikes, {lookups} lookups, {transmit} packets to send\n",
        mean(&links.latency),
        mean(&links.waited),
        busiest.unwrap_or_default()
    )
}
