//! Files of a timed run, below `time/` in its folder; `docs/time-files.md` describes them.
#![allow(clippy::float_arithmetic, reason = "shares for people")]

use std::collections::BTreeMap;
use std::fmt::Write;

use emulator::time::mesh::sparse::Sparse;
use emulator::time::mesh::{Cycle, Links, Log, Shape, port};
use emulator::time::pipeline::{StepReport, Timed};
use image::Symbols;
use isa::ids::{CoreId, Key};

use super::tally;
use crate::run::names;

/// The tables.
pub const TABLES: [&str; 5] = ["timing.csv", "cores.csv", "rates.csv", "links.csv", "latency.csv"];

/// Rows of `timing.csv`, one a step.
#[derive(Clone, Debug)]
pub struct Table {
    text: String,
    clock_ps: u64,
    /// Steps of a sample.
    steps: u64,
    rows: u64,
}

impl Table {
    /// An empty table of a run whose samples have so many steps.
    pub fn new(clock_ps: u32, steps: u32) -> Self {
        Self { text: String::new(), clock_ps: clock_ps.into(), steps: u64::from(steps).max(1), rows: 0 }
    }

    /// Adds a step.
    pub fn add(&mut self, step: &StepReport, core: Option<CoreId>, is_before: bool) {
        let (counts, energy) = (step.counts.rows(), step.energy.rows());
        if self.text.is_empty() {
            self.text = "sample,step,cycles,ps,lead,sweep_end,sent_end,received_end,flushed,bound,core,soma,axon_out,\
                         synapse,link,learning_cycles"
                .into();
            counts.iter().for_each(|(name, _)| self.text.extend([",", name]));
            energy.iter().for_each(|(name, _)| self.text.extend([",", name, "_fj"]));
            self.text.push('\n');
        }
        let (sample, number) =
            if is_before { (0, 0) } else { (self.rows / self.steps, self.rows % self.steps + 1) };
        self.rows += u64::from(!is_before);
        let [sweep, sent, received, flushed] = step.ends;
        let terms = step.terms;
        let core = core.map(|core| core.0.to_string()).unwrap_or_default();
        let bound = tally::name(step.bound);
        let ps = step.cycles * self.clock_ps;
        let _ = write!(
            self.text,
            "{sample},{number},{},{ps},{},{sweep},{sent},{received},{flushed},{bound},{core},{},{},{},{},{}",
            step.cycles, step.lead, terms.soma, terms.axon_out, terms.synapse, terms.link, terms.learning
        );
        for (_, value) in counts.iter().chain(&energy) {
            let _ = write!(self.text, ",{value}");
        }
        self.text.push('\n');
    }

    /// The table as CSV.
    pub fn csv(&self) -> &str {
        &self.text
    }
}

/// `cores.csv`: cycles that the units of each core worked in all, and the most its FIFOs held.
pub fn cores<L: Log>(timed: &Timed<Sparse, L>) -> String {
    let mut text = String::from(
        "core,sweep,axon_out,axon_in,synapse,learning,bounded_steps,spike_fifo_max,lookup_fifo_max,transmit_fifo_max\n",
    );
    for of in timed.cores() {
        let [spikes, lookups, transmit] = timed.high_water_of(of.core);
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{},{spikes},{lookups},{transmit}",
            of.core.0, of.sweep, of.axon_out, of.axon_in, of.synapse, of.learning, of.bounded
        );
    }
    text
}

/// `links.csv`: every output that carried a packet.
pub fn links(links: &Links, shape: &Shape, cycles: Cycle) -> String {
    let mut text = String::from("net,x,y,output,flits,markers,utilisation,waited,waited_mean,waited_max\n");
    let [p, q] = shape.interval.map(f64::from);
    for (row, of) in links.of_output.iter().enumerate().filter(|(_, of)| of.flits > 0) {
        let (router, output) = (row / shape.ports(), row % shape.ports());
        let (net, y, x) = shape.place(router);
        let flits = (of.flits + of.markers) as f64;
        let each = if output < port::LOCAL { p / q } else { 1.0 };
        let _ = writeln!(
            text,
            "{net},{x},{y},{},{},{},{:.6},{},{:.3},{}",
            output_name(output),
            of.flits,
            of.markers,
            flits * each / cycles.max(1) as f64,
            of.waited,
            of.waited as f64 / of.flits as f64,
            of.waited_max
        );
    }
    text
}

/// `(9,1)->N of network 1`: the link behind an output of a router; `row` counts outputs router by router.
pub fn link_name(shape: &Shape, row: usize) -> String {
    let (net, y, x) = shape.place(row / shape.ports());
    format!("({x},{y})->{} of network {net}", output_name(row % shape.ports()))
}

/// Name of an output.
pub fn output_name(output: usize) -> String {
    match output {
        port::EAST => "E".into(),
        port::WEST => "W".into(),
        port::NORTH => "N".into(),
        port::SOUTH => "S".into(),
        local => format!("L{}", local - port::LOCAL),
    }
}

/// `latency.csv`: packets by cycles under way, and by cycles more than on an empty mesh.
pub fn latency(links: &Links) -> String {
    let mut text = String::from("what,cycles,packets\n");
    let mut add = |what: &str, histogram: &BTreeMap<Cycle, u64>| {
        for (cycles, packets) in histogram {
            let _ = writeln!(text, "{what},{cycles},{packets}");
        }
    };
    add("latency", &links.latency);
    add("waited", &links.waited);
    text
}

/// `rates.csv`: fires of every compartment and input line, by key.
pub fn rates(fires: &[u64], symbols: &Symbols) -> String {
    let mut text = String::from("key,name,fires\n");
    for (key, fires) in fires.iter().enumerate() {
        let _ = writeln!(text, "{key},{},{fires}", names::of(symbols, Key(key as u32)));
    }
    text
}
