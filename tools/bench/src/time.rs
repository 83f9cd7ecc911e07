//! Steps timed cycle by cycle, function included: milliseconds of one thread per step.

use std::path::PathBuf;

use compiler::{Options, Search};
use emulator::time::mesh::NoLog;
use emulator::time::mesh::sparse::Sparse;
use emulator::time::pipeline::{Timed, Totals};
use emulator::{Chip, NoObserver, Observer};
use image::Image;
use isa::chip::{ChipDescription, Grid};
use isa::ids::{CoreId, Key, Step};
use isa::timing::Timing;
use serde_json::json;

use crate::graph::{self, Plastic};
use crate::net::Net;
use crate::{Clock, timed};

/// Boards that a workload is timed on: tiles, cores of a tile, cores that it is spread over.
const BOARDS: [(&str, [u32; 3], u32); 6] = [
    ("W1", [2, 1, 4], 6),
    ("W1", [8, 4, 4], 6),
    ("W2", [1, 1, 4], 4),
    ("W2", [8, 4, 4], 4),
    ("W3", [4, 2, 4], 32),
    ("W3", [8, 4, 1], 32),
];

/// Times the workloads that have a board; `load` reads one.
pub fn measure(
    names: &[String],
    (reps, clock): (usize, Clock),
    load: impl Fn(&str) -> Result<Net, String>,
) -> Result<(), String> {
    println!("     tiles x cores   ms a step  function   cycles a step  messages a step  flit-hops a step");
    for (name, board, cores) in BOARDS {
        if names.iter().any(|asked| asked == name) {
            let net = load(name)?;
            let image = compiled(&net, board, cores)?;
            row(name, &net, &image, (board, reps, clock))?;
        }
    }
    Ok(())
}

fn chip([width, height, cores]: [u32; 3]) -> Result<ChipDescription, String> {
    let mut chip = ChipDescription::shipped("loihi").map_err(|e| e.to_string())?;
    chip.mesh = Grid { width, height };
    chip.cores_per_tile = cores;
    Ok(chip)
}

fn compiled(net: &Net, board: [u32; 3], cores: u32) -> Result<Image, String> {
    let options = Options {
        partition: Search::InOrder,
        placement: Search::InOrder,
        cores_min: cores,
        ..Options::default()
    };
    let graph = graph::graph(net, Plastic::None);
    let compiled = compiler::compile(&graph, &chip(board)?, &options).map_err(|e| e.to_string())?;
    Ok(compiled.image)
}

fn row(
    name: &str,
    net: &Net,
    image: &Image,
    (board, reps, clock): ([u32; 3], usize, Clock),
) -> Result<(), String> {
    let timing = Timing::shipped("loihi1-davies2018").map_err(|e| e.to_string())?;
    let (chip, cores) = (chip(board)?, image.cores.iter().map(|core| core.core).collect::<Vec<CoreId>>());
    let mut loaded = Chip::load(image).map_err(|e| e.to_string())?;
    let (mut best, mut plain, mut totals) = (f64::INFINITY, f64::INFINITY, Totals::default());
    for _ in 0..reps {
        loaded.reset();
        let (time, counts) = timed(clock, || crate::emulate(&mut loaded, net, 1));
        plain = plain.min(time);
        loaded.reset();
        let (time, (watched, all)) = timed(clock, || {
            let mut counts = vec![0; net.neurons];
            let mut timed = Timed::<Sparse>::new(&chip, &timing, &cores, NoLog).map_err(|e| e.to_string())?;
            loaded.run(net.steps, 1, &mut timed, &mut |_: Step, keys: &[Key]| {
                keys.iter().for_each(|key| counts[key.index()] += 1);
            });
            let (steps, NoLog) = timed.finish().map_err(|e| e.to_string())?;
            Ok::<_, String>((counts, Totals::of(&steps)))
        })
        .lift()?;
        best = best.min(time);
        totals = all;
        if watched != counts {
            return Err(format!("{name}: timing changed the spikes"));
        }
    }
    let of = |count: u64| count as f64 / f64::from(net.steps);
    let (ms, plain) = (best / f64::from(net.steps), plain / f64::from(net.steps));
    let counts = totals.counts;
    let hops = counts.flits + counts.east_west + counts.north_south;
    let place = format!("{} x {} x {}", board[0], board[1], board[2]);
    println!(
        "{name:4} {place:14} {ms:10.4} {plain:9.4} {:15.1} {:16.1} {:17.1}",
        of(totals.cycles),
        of(counts.messages_out),
        of(hops)
    );
    Ok(())
}

/// Steps of an image that are to be timed.
pub struct Asked {
    /// The image.
    pub file: PathBuf,
    /// Name of a calibration.
    pub calibration: String,
    /// Steps before those that are timed.
    pub before: u32,
    /// Steps that are timed.
    pub steps: u32,
}

/// Times steps of an image and prints the best of `reps` turns: milliseconds a step, those of function alone, spikes.
pub fn image(asked: &Asked, (reps, clock): (usize, Clock)) -> Result<(), String> {
    let bytes = std::fs::read(&asked.file).map_err(|e| format!("{}: {e}", asked.file.display()))?;
    let image = Image::from_bytes(&bytes).map_err(|e| e.to_string())?;
    let timing = Timing::shipped(&asked.calibration).map_err(|e| e.to_string())?;
    let cores: Vec<CoreId> = image.cores.iter().map(|core| core.core).collect();
    let chip = image.chip.clone();
    let mut loaded = Chip::take(image).map_err(|e| e.to_string())?;
    let (mut best, mut plain, mut spikes) = (f64::INFINITY, f64::INFINITY, 0);
    for _ in 0..reps {
        loaded.reset();
        plain = plain.min(behind(&mut loaded, asked, clock, &mut NoObserver).0);
        loaded.reset();
        let mut timed = Timed::<Sparse>::new(&chip, &timing, &cores, NoLog).map_err(|e| e.to_string())?;
        let (time, fired) = behind(&mut loaded, asked, clock, &mut timed);
        timed.finish().map_err(|e| e.to_string())?;
        best = best.min(time);
        spikes = fired;
    }
    println!("{}", json!({ "ms": best, "function_ms": plain, "spikes": spikes }));
    Ok(())
}

/// Milliseconds a step, and spikes, of the steps behind the first ones.
fn behind(chip: &mut Chip, asked: &Asked, clock: Clock, observer: &mut impl Observer) -> (f64, u64) {
    let mut spikes = 0;
    let mut count = |_: Step, keys: &[Key]| spikes += keys.len() as u64;
    chip.run(asked.before, 1, observer, &mut |_: Step, _: &[Key]| {});
    let (time, ()) = timed(clock, || chip.run(asked.steps, 1, observer, &mut count));
    (time / f64::from(asked.steps), spikes)
}

/// A time beside a result.
trait Lift<T> {
    fn lift(self) -> Result<(f64, T), String>;
}

impl<T> Lift<T> for (f64, Result<T, String>) {
    fn lift(self) -> Result<(f64, T), String> {
        self.1.map(|value| (self.0, value))
    }
}
