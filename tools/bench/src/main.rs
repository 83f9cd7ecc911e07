//! The emulator beside hand-written kernels of the same work, interleaved, medians.
//!
//! `bench [--workloads DIR] [--made DIR] [--reps N] [--single] [--thread-time] [W1 ...]` measures; exact spike counts are demanded of both
//! sides. `bench --time [W1 ...]` times steps cycle by cycle; `bench --time-image FILE CALIBRATION BEFORE STEPS` those of
//! an image behind its first ones, and prints JSON. `bench --image W5 FILE` writes an image, `bench --run FILE STEPS` loads and runs it and says what that took.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]
#![allow(clippy::disallowed_methods, reason = "it measures time")]
#![allow(clippy::float_arithmetic, reason = "it reports milliseconds")]

mod flat;
mod graph;
mod level;
mod net;
mod neuron;
mod stdp;
mod time;

use std::path::{Path, PathBuf};
use std::time::Instant;

use compiler::{Options, Search};
use emulator::{Chip, NoObserver};
use image::Image;
use isa::chip::ChipDescription;
use isa::ids::{Key, Step};

use crate::flat::Flat;
use crate::graph::Plastic;
use crate::net::Net;
use crate::stdp::Stdp;
use crate::time::Asked;

/// Name, folder, chip and cores of the workloads; the blocks of W3 and W5 are one core each.
const WORKLOADS: [(&str, &str, &str, u32); 5] = [
    ("W1", "W1-ff-small", "loihi", 1),
    ("W2", "W2-recurrent-1k", "loihi", 1),
    ("W3", "W3-recurrent-16k", "loihi", 32),
    ("W4", "W4-stdp-1k", "loihi", 1),
    ("W5", "W5-chip-full", "loihi-large", 128),
];

/// How a workload is put on a chip.
#[derive(Clone, Copy)]
struct Layout {
    chip: &'static str,
    cores: u32,
    plastic: Plastic,
}

/// What is asked for.
struct Arguments {
    workloads: PathBuf,
    made: PathBuf,
    reps: usize,
    names: Vec<String>,
    image: Option<(String, PathBuf)>,
    run: Option<(PathBuf, u32)>,
    time: bool,
    time_image: Option<Asked>,
    clock: Clock,
    threads: usize,
}

fn arguments() -> Result<Arguments, String> {
    let shared = std::env::var("SEAMOUNT_SHARED").unwrap_or_else(|_| "../shared".into());
    let workloads = Path::new(&shared).join("workloads");
    let mut all = Arguments {
        made: workloads.clone(),
        workloads,
        reps: 7,
        names: vec![],
        image: None,
        run: None,
        time: false,
        time_image: None,
        clock: Clock::Wall,
        threads: 2,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} takes another word"));
        match word.as_str() {
            "--workloads" => all.workloads = value()?.into(),
            "--made" => all.made = value()?.into(),
            "--reps" => all.reps = number(value()?)?,
            "--time" => all.time = true,
            "--time-image" => {
                let (file, calibration) = (value()?.into(), value()?);
                all.time_image =
                    Some(Asked { file, calibration, before: number(value()?)?, steps: number(value()?)? });
            }
            "--single" => all.threads = 1,
            "--thread-time" => all.clock = Clock::Thread,
            "--image" => all.image = Some((value()?, value()?.into())),
            "--run" => all.run = Some((value()?.into(), number(value()?)?)),
            name if WORKLOADS.iter().any(|known| known.0 == name) => all.names.push(name.into()),
            other => return Err(format!("unknown argument {other}")),
        }
    }
    if all.names.is_empty() {
        all.names = WORKLOADS.iter().map(|known| known.0.into()).collect();
    }
    Ok(all)
}

fn number<T: std::str::FromStr>(word: String) -> Result<T, String> {
    word.parse().map_err(|_| format!("{word} is no number"))
}

fn main() -> Result<(), String> {
    let arguments = arguments()?;
    if let Some((file, steps)) = &arguments.run {
        return run_image(file, *steps, arguments.threads);
    }
    if let Some((name, file)) = &arguments.image {
        let (net, layout) = workload(&arguments, name)?;
        let bytes = compiled(&net, layout)?.to_bytes().map_err(|e| e.to_string())?;
        return std::fs::write(file, bytes).map_err(|e| e.to_string());
    }
    if let Some(asked) = &arguments.time_image {
        return time::image(asked, (arguments.reps, arguments.clock));
    }
    if arguments.time {
        let load = |name: &str| workload(&arguments, name).map(|(net, _)| net);
        return time::measure(&arguments.names, (arguments.reps, arguments.clock), load);
    }
    println!("     kernel ms  emulator ms  ratio  2 threads  speedup  load ms  cores   messages");
    for name in &arguments.names {
        let (net, layout) = workload(&arguments, name)?;
        measure(name, &net, layout, &arguments)?;
    }
    Ok(())
}

fn workload(arguments: &Arguments, name: &str) -> Result<(Net, Layout), String> {
    let known =
        WORKLOADS.iter().find(|known| known.0 == name).ok_or_else(|| format!("no workload {name}"))?;
    let plastic = if name == "W4" { Plastic::Pair } else { Plastic::None };
    let layout = Layout { chip: known.2, cores: known.3, plastic };
    Ok((net::read(&arguments.workloads, &arguments.made, known.1)?, layout))
}

fn compiled(net: &Net, layout: Layout) -> Result<Image, String> {
    let chip = ChipDescription::shipped(layout.chip).map_err(|e| e.to_string())?;
    let options = Options { partition: Search::InOrder, cores_min: layout.cores, ..Options::default() };
    let graph = graph::graph(net, layout.plastic);
    compiler::compile(&graph, &chip, &options).map(|compiled| compiled.image).map_err(|e| e.to_string())
}

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clock {
    /// Time that passes.
    Wall,
    /// Time on a processor of the calling thread, for machines that others use too (Linux; a few ms coarse).
    Thread,
}

impl Clock {
    fn now(self, start: Instant) -> f64 {
        let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        let on_processor = schedule.split(' ').next().and_then(|ns| ns.parse::<f64>().ok());
        match self {
            Self::Wall => start.elapsed().as_secs_f64() * 1e3,
            Self::Thread => on_processor.unwrap_or_default() / 1e6,
        }
    }
}

/// Milliseconds that `work` takes.
fn timed<T>(clock: Clock, work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let before = clock.now(start);
    let result = work();
    (clock.now(start) - before, result)
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Spikes of each neuron in a run of the chip from its initial state.
fn emulate(chip: &mut Chip, net: &Net, threads: usize) -> Vec<u32> {
    let mut counts = vec![0; net.neurons];
    chip.run(net.steps, threads, &mut NoObserver, &mut |_: Step, keys: &[Key]| {
        keys.iter().for_each(|key| counts[key.index()] += 1);
    });
    counts
}

fn measure(name: &str, net: &Net, layout: Layout, arguments: &Arguments) -> Result<(), String> {
    let (reps, clock) = (arguments.reps, arguments.clock);
    let image = compiled(net, layout)?;
    let (load, loaded) = timed(Clock::Wall, || Chip::load(&image));
    let mut chip = loaded.map_err(|e| e.to_string())?;
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..reps {
        let (time, (counts, weights)) = match layout.plastic {
            Plastic::None => {
                let kernel = Flat::new(net);
                let (time, counts) = timed(clock, || kernel.run());
                (time, (counts, Vec::new()))
            }
            Plastic::Pair => {
                let kernel = Stdp::new(net);
                timed(clock, || kernel.run(image.seed))
            }
        };
        times[0].push(time);
        for (threads, times) in times.iter_mut().enumerate().skip(1).take(arguments.threads) {
            chip.reset();
            let (time, own) = timed(clock, || emulate(&mut chip, net, threads));
            times.push(time);
            check(name, net, &own, &counts)?;
            check_weights(name, &chip, &weights)?;
        }
    }
    let messages = chip.counters().messages;
    let [kernel, one, two] = times.each_mut().map(|times| median(times));
    let (ratio, speedup) = (one / kernel, one / two);
    let (cores, messages) = (image.cores.len(), messages / (arguments.threads * reps) as u64);
    println!(
        "{name:4} {kernel:9.2} {one:12.2} {ratio:6.2} {two:10.2} {speedup:8.2} {load:8.1} {cores:6} {messages:10}"
    );
    Ok(())
}

/// Both sides, and the counts that the workload gives, agree.
fn check(name: &str, net: &Net, emulated: &[u32], kernel: &[u32]) -> Result<(), String> {
    if let Some(counts) = &net.counts {
        if kernel != counts {
            return Err(format!("{name}: the kernel's spike counts are not those of the workload"));
        }
        if emulated != counts {
            return Err(format!("{name}: the emulator's spike counts are not those of the workload"));
        }
    }
    if emulated == kernel {
        Ok(())
    } else {
        Err(format!("{name}: the spike counts of emulator and kernel differ"))
    }
}

fn check_weights(name: &str, chip: &Chip, weights: &[i16]) -> Result<(), String> {
    let differs =
        |(i, w): &(usize, &i16)| chip.synapse(0, *i).map(|synapse| synapse.w) != Some(i32::from(**w));
    match weights.iter().enumerate().find(differs) {
        Some((i, w)) => Err(format!("{name}: synapse {i} is {:?}, the kernel has {w}", chip.synapse(0, i))),
        None => Ok(()),
    }
}

/// Loads an image file and runs it; says times and the largest resident size.
fn run_image(file: &Path, steps: u32, threads: usize) -> Result<(), String> {
    let bytes = std::fs::read(file).map_err(|e| e.to_string())?;
    let (read, image) = timed(Clock::Wall, || Image::from_bytes(&bytes));
    let image = image.map_err(|e| e.to_string())?;
    drop(bytes);
    let (load, chip) = timed(Clock::Wall, || Chip::take(image));
    let mut chip = chip.map_err(|e| e.to_string())?;
    let (run, ()) =
        timed(Clock::Wall, || chip.run(steps, threads, &mut NoObserver, &mut |_: Step, _: &[Key]| {}));
    println!(
        "from_bytes {read:.0} ms, load {load:.0} ms, {steps} steps {run:.1} ms, spikes {}",
        chip.counters().spikes
    );
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .filter(|line| line.starts_with("VmHWM") || line.starts_with("VmRSS"))
        .for_each(|line| println!("{line}"));
    Ok(())
}
