//! How large a run may be: what it would keep in memory and how long it would take, told before it starts.
#![allow(clippy::float_arithmetic, reason = "estimates for people")]

use emulator::time::mesh::traffic::{Pattern, PatternError, Setup};
use emulator::time::mesh::{Shape, port};

use super::{load, theory};
use crate::failure::Failure;

/// Most memory that a run may take, bytes.
const BYTES_MAX: u128 = 4_000_000_000;
/// Most coins of a run, one for each node and cycle before the drain: some minutes.
const COINS_MAX: u128 = 20_000_000_000;
/// Bytes of a packet that waits, and its place in a queue.
const PACKET_BYTES: u128 = 40;
/// Bytes of a flit's slot in a FIFO.
const SLOT_BYTES: u128 = 16;
/// Bytes of a node, with its queues.
const NODE_BYTES: u128 = 120;
/// Bytes of an output's counter.
const OUTPUT_BYTES: u128 = 8;
/// Share of what the busiest link can carry below which packets do not pile up at their sources.
const QUIET: f64 = 1.0 / 3.0;

/// Refuses a run that would not end soon, or would fill the memory.
pub fn check(
    shape: &Shape,
    setup: &Setup,
    (loads, seeds, threads): (&[u32], u32, u32),
) -> Result<(), Failure> {
    let nodes = shape.cores() as u128;
    let tossed = u128::from(setup.warmup + setup.window);
    if nodes * tossed > COINS_MAX {
        let what = format!(
            "{} nodes x {} cycles of --warmup and --window are {}, and `noc` plays at most {}: longer takes hours",
            group(nodes),
            group(tossed),
            group(nodes * tossed),
            group(COINS_MAX)
        );
        let fits = COINS_MAX / nodes;
        return Err(Failure::user(what)
            .help(format!("say --window and --warmup of {} in all, or a smaller --mesh", group(fits)))
            .help("several --seeds measure as much as one long window"));
    }
    let ppm = loads.iter().copied().max().unwrap_or(0);
    let quiet = quiet(shape, setup).map_err(|error| load::refused(&error))?;
    let terms = terms(shape, setup, (u128::from(ppm), quiet, seeds, threads));
    let all: u128 = terms.iter().map(|term| term.bytes).sum();
    let most = terms.into_iter().max_by_key(|term| term.bytes);
    match most.filter(|_| all > BYTES_MAX) {
        Some(Term { cause, help, .. }) => {
            let [all, limit] = [all, BYTES_MAX].map(gigabytes);
            let what = format!("this takes up to {all} of memory, and `noc` takes at most {limit}: {cause}");
            Err(Failure::user(what).help(help))
        }
        None => Ok(()),
    }
}

/// The same of a mesh whose packets a list says.
pub fn check_mesh(shape: &Shape) -> Result<(), Failure> {
    let setup = Setup { warmup: 0, window: 0, drain: 0, ..Setup::latency(Pattern::Uniform, 1, 1) };
    check(shape, &setup, (&[], 1, 1))
}

/// Something that takes memory.
struct Term {
    bytes: u128,
    cause: String,
    help: String,
}

fn terms(shape: &Shape, setup: &Setup, (ppm, quiet, seeds, threads): (u128, u128, u32, u32)) -> [Term; 4] {
    let (nodes, outputs) = (shape.cores() as u128, (shape.routers() * shape.ports()) as u128);
    let cycles = u128::from(setup.warmup + setup.window + setup.drain);
    let bands = u128::from(threads.min(shape.size.height));
    let slots = u128::from(shape.buffer.next_power_of_two() * shape.vcs);
    let waits = if ppm > quiet { nodes * cycles * ppm / 1_000_000 } else { 0 };
    let latencies = if ppm > quiet { cycles * u128::from(seeds) } else { 0 };
    let fits = quiet.max(BYTES_MAX / PACKET_BYTES * 1_000_000 / (nodes * cycles).max(1)).max(1);
    let fits = format!("{}.{:06}", fits / 1_000_000, fits % 1_000_000);
    let (fits, load) = (fits.trim_end_matches('0'), ppm as f64 / 1e6);
    [
        Term {
            bytes: waits * PACKET_BYTES,
            cause: format!(
                "{} nodes x {} cycles x load {load} are {} packets, and those that the mesh cannot take wait",
                group(nodes),
                group(cycles),
                group(waits)
            ),
            help: format!(
                "loads to {fits} fit; or take a smaller --mesh, --window or --drain (0: throughput only)"
            ),
        },
        Term {
            bytes: outputs * slots * SLOT_BYTES,
            cause: format!("{} FIFOs of {slots} flits", group(outputs)),
            help: "take a smaller --buffer, --vcs or --mesh".into(),
        },
        Term {
            bytes: bands * (nodes * NODE_BYTES + outputs * OUTPUT_BYTES),
            cause: format!("{bands} threads with {} nodes each", group(nodes)),
            help: "take fewer --threads, or a smaller --mesh".into(),
        },
        Term {
            bytes: latencies * 8,
            cause: format!("{seeds} seeds with latencies up to {} cycles", group(cycles)),
            help: "take fewer --seeds, or a smaller --window or --drain".into(),
        },
    ]
}

/// The load, in packets per node and million cycles, up to which packets do not pile up: a share of what fills the
/// busiest link, which carries no more than its credits allow.
fn quiet(shape: &Shape, setup: &Setup) -> Result<u128, PatternError> {
    let bound = theory::bound(shape, setup.pattern, setup.flits)?;
    let [p, q] = shape.interval.map(f64::from);
    let round_trip = |output| f64::from(shape.flight(0, output) + shape.credit(0, output));
    let mesh = f64::from(shape.buffer * shape.vcs) / round_trip(port::NORTH).max(round_trip(port::EAST));
    let local = f64::from(shape.receive) / round_trip(port::LOCAL);
    let credits = (mesh * p / q).min(local).min(1.0);
    Ok((QUIET * bound * credits * 1e6) as u128)
}

/// `1.2 GB`, rounded up.
fn gigabytes(bytes: u128) -> String {
    let tenths = bytes.div_ceil(100_000_000);
    if tenths.is_multiple_of(10) {
        format!("{} GB", tenths / 10)
    } else {
        format!("{}.{} GB", tenths / 10, tenths % 10)
    }
}

/// `1,234,567`.
fn group(number: u128) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use emulator::time::mesh::Size;
    use isa::timing::Timing;

    fn said(side: u32, buffer: u32, setup: &Setup, rest: (&[u32], u32, u32)) -> String {
        let mut timing = Timing::shipped("noc-reference").unwrap();
        timing.router.buffer = buffer;
        let shape = Shape::new(Size::chip(side, side, 4), &timing).unwrap();
        let Err(refused) = check(&shape, setup, rest) else { return String::new() };
        format!("{}; {}", refused.findings[0].message, refused.findings[0].help.join("; "))
    }

    #[test]
    fn what_fits_is_played_and_the_rest_says_why() {
        let setup = |ppm| Setup::latency(Pattern::Uniform, ppm, 1);
        for (side, ppm) in [(8, 1_000_000), (256, 1000), (256, 1)] {
            assert_eq!(said(side, 8, &setup(ppm), (&[ppm], 5, 1)), "");
        }
        let text = said(256, 8, &setup(1), (&[1, 1_000_000], 1, 1));
        assert!(
            text.contains("262,144 nodes x 113,000 cycles x load 1 are 29,622,272,000 packets"),
            "{text}"
        );
        assert!(text.contains("takes at most 4 GB") && text.contains("loads to 0.003375 fit"), "{text}");
        assert!(said(256, 1024, &setup(1), (&[1], 1, 1)).contains("--buffer"));
        assert!(said(256, 8, &setup(1), (&[1], 1, 256)).contains("--threads"));
        let long = Setup { window: 1_000_000_000, ..setup(1) };
        assert!(said(4, 8, &long, (&[1], 1, 1)).contains("64 nodes x 1,000,003,000 cycles"));
    }
}
