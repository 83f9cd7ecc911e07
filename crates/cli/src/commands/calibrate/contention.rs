//! Where cores meet: mb10 and mb11.
#![allow(clippy::float_arithmetic, reason = "shares and errors in percent")]

use emulator::time::mesh::{FlitGrant, Kind, port};
use emulator::{CoreWork, StepWork};
use isa::timing::Timing;
use serde::Serialize;

use super::program::{Program, board};
use crate::failure::Failure;

/// Messages of a core of mb10.
const MESSAGES: usize = 64;

/// Four cores of a tile that send to one (mb10).
#[derive(Clone, Debug, Serialize)]
pub struct Fairness {
    /// Messages of each core.
    pub messages: usize,
    /// The most messages by which one core was ahead of another while both had some left.
    pub ahead_max: usize,
    /// Messages of the others, least served first, that had arrived when the first core's last one did.
    pub served_when_first_ends: [usize; 3],
}

/// Two layers, the second on some cores (mb11).
#[derive(Clone, Debug, Serialize)]
pub struct Split {
    /// Cores of the second layer.
    pub cores: u32,
    /// Cycles of a step.
    pub emulated: u64,
    /// The barrier alone.
    pub barrier: u64,
    /// The most work of a unit, added up, and the barrier: what needs no mesh and no FIFO.
    pub simple: u64,
    /// From the emulated step to the simple model.
    pub error_percent: f64,
}

/// Runs mb10.
pub fn fairness(timing: &Timing) -> Result<Fairness, Failure> {
    let chip = board([1, 1], [2, 1])?;
    let changes = [("const n = ", MESSAGES.to_string())];
    let changes: Vec<(&str, &str)> = changes.iter().map(|(start, rest)| (*start, rest.as_str())).collect();
    let program = Program::new("mb10", &changes, &chip)?;
    let (_, mut log) = program.time_logged(timing, 4, Vec::<FlitGrant>::new())?;
    log.sort_unstable();
    let arrives = |record: &&FlitGrant| {
        record.kind == Kind::Spike as u8
            && (record.y, record.x, usize::from(record.output)) == (0, 0, port::LOCAL)
    };
    let sources: Vec<usize> = log.iter().filter(arrives).map(|record| record.source as usize % 4).collect();
    let step = sources.chunks_exact(4 * MESSAGES).nth(1).unwrap_or_default();
    let (mut served, mut ahead_max, mut when_first) = ([0; 4], 0, None);
    for source in step {
        served[*source] += 1;
        let [least, most] = [served.iter().min(), served.iter().max()].map(|n| n.copied().unwrap_or(0));
        if most < MESSAGES {
            ahead_max = ahead_max.max(most - least);
        } else if when_first.is_none() {
            when_first = Some(served);
        }
    }
    let mut when_first = when_first.ok_or_else(|| Failure::internal("mb10 sends nothing"))?;
    when_first.sort_unstable();
    let [a, b, c, _] = when_first;
    Ok(Fairness { messages: MESSAGES, ahead_max, served_when_first_ends: [a, b, c] })
}

/// Runs mb11 over one, two and four cores.
pub fn splits(timing: &Timing) -> Result<Vec<Split>, Failure> {
    let chip = board([1, 1], [2, 1])?;
    let of = |cores: u32| -> Result<Split, Failure> {
        let out = format!("over{cores}(l1, silent)");
        let program = Program::new("mb11", &[("out = ", &out)], &chip)?;
        let emulated = program.steady(timing)?.cycles;
        let barrier = Program::new("mb8", &[("tiles = ", "on2(first = 0)")], &chip)?;
        let sweep = 4 * u64::from(timing.core.soma.inactive);
        let barrier = barrier.steady(timing)?.cycles - sweep;
        let work = program.work(7)?;
        let simple = barrier + work.last().map_or(0, |step| most_work(step, timing));
        let error_percent = 100.0 * (simple as f64 - emulated as f64) / emulated as f64;
        Ok(Split { cores, emulated, barrier, simple, error_percent })
    };
    [1, 2, 4].into_iter().map(of).collect()
}

/// The most work of a unit of a core in a step, cycles; units that are one add up.
fn most_work(step: &StepWork, timing: &Timing) -> u64 {
    let core = |core: &CoreWork| {
        let (send, receive) = (sending(core, timing), receiving(core, timing));
        let unit = |[a, b]: [u64; 2], serial| if serial { a + b } else { a.max(b) };
        unit(send, timing.core.transmit_serial).max(unit(receive, timing.core.receive_serial))
    };
    step.cores.iter().map(core).max().unwrap_or(0)
}

/// Cycles of the sweep, and of the messages out.
fn sending(core: &CoreWork, timing: &Timing) -> [u64; 2] {
    let soma = timing.core.soma;
    let active = core.active.iter().filter(|active| **active).count() as u64;
    let inactive = core.active.len() as u64 - active;
    let sweep = active * u64::from(soma.active)
        + inactive * u64::from(soma.inactive)
        + core.fires.len() as u64 * u64::from(soma.spike);
    [sweep, core.sent.len() as u64 * u64::from(timing.core.axon_out)]
}

/// Cycles of the messages in, and of their synapses.
fn receiving(core: &CoreWork, timing: &Timing) -> [u64; 2] {
    let (each, costs) = (|count: u32, cost: u32| u64::from(count) * u64::from(cost), timing.core.synapse);
    let synapses = |message: &emulator::Message| {
        let reads = message.reads;
        each(reads.sparse, costs.sparse)
            + each(reads.run_length, costs.run_length)
            + each(reads.dense, costs.dense)
    };
    let lookups = core.received.len() as u64 * u64::from(timing.core.axon_in);
    [lookups, core.received.iter().map(synapses).sum()]
}
