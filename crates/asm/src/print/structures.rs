//! Chip, host, session and symbols.

use std::fmt::{self, Display, Write};

use image::memory::layout_axons;
use image::{HostSource, Image, Measure, NodeSymbol, Recorded, Row, SampleTarget};

use super::rows::{write_host, write_row};
use super::{items, quoted, show_run};

/// Writes the chip description and the seed.
pub fn chip(image: &Image, out: &mut String) -> fmt::Result {
    let chip = &image.chip;
    writeln!(out, "chip {}", quoted(&chip.name))?;
    writeln!(out, "  board.width {}\n  board.height {}", chip.board.width, chip.board.height)?;
    writeln!(out, "  mesh.width {}\n  mesh.height {}", chip.mesh.width, chip.mesh.height)?;
    writeln!(out, "  cores_per_tile {}", chip.cores_per_tile)?;
    for row in chip.limits.rows() {
        writeln!(out, "  {} {}", row.name, row.value)?;
    }
    writeln!(out, "\nseed {}", image.seed)
}

/// Writes inputs and rewards.
pub fn host(image: &Image, out: &mut String) -> fmt::Result {
    writeln!(out, "\nhost")?;
    for input in &image.host.inputs {
        write!(out, "  input key={} size={}", input.key.0, input.size)?;
        match &input.source {
            HostSource::External => writeln!(out, " external")?,
            HostSource::Regular { period, first } => writeln!(out, " regular period={period} first={first}")?,
            HostSource::Events(events) => {
                writeln!(out, " list")?;
                pairs("events", events.iter().map(|(step, line)| format!("{step}:{line}")), out)?;
            }
            HostSource::Poisson(p) => {
                writeln!(out, " poisson")?;
                pairs("p", p.iter(), out)?;
            }
        }
    }
    for reward in &image.host.rewards {
        writeln!(out, "  reward key={}", reward.key.0)?;
        let event = |(step, value): &(u32, Option<i32>)| match value {
            Some(value) => format!("{step}:{value}"),
            None => format!("{step}"),
        };
        pairs("events", reward.events.iter().map(event), out)?;
        for bits in &reward.axons {
            let mut row = [Row { layout: None, bits: *bits }];
            layout_axons(&mut row);
            out.push_str("    axon");
            write_row(row[0], true, out)?;
            out.push('\n');
        }
    }
    write_host(image, out)
}

fn pairs<T: Display>(name: &str, list: impl Iterator<Item = T>, out: &mut String) -> fmt::Result {
    items(4, name, 16, list, out)
}

/// Writes how the image is run.
pub fn session(image: &Image, out: &mut String) -> fmt::Result {
    let session = &image.session;
    writeln!(out, "\nsession\n  steps {}", session.steps)?;
    if let Some(samples) = &session.samples {
        let (kind, run) = match samples.target {
            SampleTarget::Bias(run) => ("bias", run),
            SampleTarget::Spikes(run) => ("spikes", run),
            SampleTarget::SpikeTrains(run) => ("spike_trains", run),
            SampleTarget::Rate(run) => ("rate", run),
        };
        let reset = if samples.reset { "reset" } else { "continue" };
        writeln!(
            out,
            "  samples {kind} {} count={} passes={} {reset}",
            show_run(run),
            samples.count,
            samples.passes
        )?;
        items(4, "values", 32, samples.values.iter(), out)?;
    }
    for record in &session.records {
        let of = match record.of {
            Recorded::Keys(run) => format!("keys {}", show_run(run)),
            Recorded::Plastic(index) => format!("plastic {index}"),
            Recorded::Reward(index) => format!("reward {index}"),
        };
        write!(out, "  record {} {of} {} every={}", quoted(&record.name), record.variable, record.every)?;
        let steps: Vec<String> = record.at.iter().map(u32::to_string).collect();
        writeln!(out, "{}{}", if steps.is_empty() { "" } else { " at=" }, steps.join(","))?;
    }
    for Measure { kind, name, of, labels } in &session.measures {
        writeln!(out, "  measure {kind} {} {}", quoted(name), show_run(*of))?;
        items(4, "labels", 32, labels.iter(), out)?;
    }
    Ok(())
}

/// Writes names.
pub fn symbols(image: &Image, out: &mut String) -> fmt::Result {
    let symbols = &image.symbols;
    writeln!(out, "\nsymbols\n  network {}", quoted(&symbols.name))?;
    if let Some(step_us) = symbols.step_us {
        writeln!(out, "  step_us {step_us}")?;
    }
    symbols.populations.iter().try_for_each(|population| node("population", population, out))?;
    symbols.inputs.iter().try_for_each(|input| node("input", input, out))?;
    for reward in &symbols.rewards {
        writeln!(out, "  reward {}", quoted(reward))?;
    }
    for projection in &symbols.projections {
        writeln!(out, "  projection {}", quoted(projection))?;
    }
    for plastic in &symbols.plastic {
        writeln!(out, "  plastic {}", plastic.projection)?;
        let place = |p: &image::SynapsePlace| format!("{}:{}:{}", p.core.0, p.axon.0, p.entry);
        items(4, "places", 12, plastic.synapses.iter().map(place), out)?;
    }
    Ok(())
}

fn node(kind: &str, node: &NodeSymbol, out: &mut String) -> fmt::Result {
    write!(out, "  {kind} {} key={} size={}", quoted(&node.name), node.key.0, node.size)?;
    let joined = |sep: &str, list: Vec<String>| list.join(sep);
    write!(out, " shape={}", joined("x", node.shape.iter().map(u32::to_string).collect()))?;
    let names = joined(" ", node.compartments.iter().map(|name| quoted(name)).collect());
    if names.is_empty() { writeln!(out) } else { writeln!(out, " {names}") }
}
