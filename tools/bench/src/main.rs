//! The emulator beside hand-written kernels of the same work, interleaved, medians.
//!
//! `bench [--workloads DIR] [--made DIR] [--reps N] [W1 ...]` measures; exact spike counts are demanded of both
//! sides. `bench --image W5 FILE` writes an image, `bench --run FILE STEPS` loads and runs it and says what that took.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]
#![allow(clippy::disallowed_methods, reason = "it measures time")]
#![allow(clippy::float_arithmetic, reason = "it reports milliseconds")]

mod flat;
mod graph;
mod level;
mod net;
mod neuron;
mod stdp;

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

/// Name, folder and chip of the workloads.
const WORKLOADS: [(&str, &str, &str); 5] = [
    ("W1", "W1-ff-small", "loihi"),
    ("W2", "W2-recurrent-1k", "loihi"),
    ("W3", "W3-recurrent-16k", "loihi"),
    ("W4", "W4-stdp-1k", "loihi"),
    ("W5", "W5-chip-full", "loihi-large"),
];

/// What is asked for.
struct Arguments {
    workloads: PathBuf,
    made: PathBuf,
    reps: usize,
    names: Vec<String>,
    image: Option<(String, PathBuf)>,
    run: Option<(PathBuf, u32)>,
}

fn arguments() -> Result<Arguments, String> {
    let shared = std::env::var("SEAMOUNT_SHARED").unwrap_or_else(|_| "../shared".into());
    let workloads = Path::new(&shared).join("workloads");
    let mut all =
        Arguments { made: workloads.clone(), workloads, reps: 7, names: vec![], image: None, run: None };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} takes another word"));
        match word.as_str() {
            "--workloads" => all.workloads = value()?.into(),
            "--made" => all.made = value()?.into(),
            "--reps" => all.reps = value()?.parse().map_err(|_| "--reps takes a number")?,
            "--image" => all.image = Some((value()?, value()?.into())),
            "--run" => all.run = Some((value()?.into(), value()?.parse().map_err(|_| "--run FILE STEPS")?)),
            name if WORKLOADS.iter().any(|known| known.0 == name) => all.names.push(name.into()),
            other => return Err(format!("unknown argument {other}")),
        }
    }
    if all.names.is_empty() {
        all.names = WORKLOADS.iter().map(|known| known.0.into()).collect();
    }
    Ok(all)
}

fn main() -> Result<(), String> {
    let arguments = arguments()?;
    if let Some((file, steps)) = &arguments.run {
        return run_image(file, *steps);
    }
    if let Some((name, file)) = &arguments.image {
        let (net, chip, plastic) = workload(&arguments, name)?;
        let bytes = compiled(&net, chip, plastic)?.to_bytes().map_err(|e| e.to_string())?;
        return std::fs::write(file, bytes).map_err(|e| e.to_string());
    }
    println!(
        "{:4} {:>9} {:>11} {:>7} {:>11} {:>8} {:>9}",
        "", "kernel ms", "emulator ms", "ratio", "2 threads", "speedup", "load ms"
    );
    for name in &arguments.names {
        let (net, chip, plastic) = workload(&arguments, name)?;
        measure(name, &net, chip, plastic, arguments.reps)?;
    }
    Ok(())
}

fn workload(arguments: &Arguments, name: &str) -> Result<(Net, &'static str, Plastic), String> {
    let known =
        WORKLOADS.iter().find(|known| known.0 == name).ok_or_else(|| format!("no workload {name}"))?;
    let plastic = if name == "W4" { Plastic::Pair } else { Plastic::None };
    Ok((net::read(&arguments.workloads, &arguments.made, known.1)?, known.2, plastic))
}

fn compiled(net: &Net, chip: &str, plastic: Plastic) -> Result<Image, String> {
    let chip = ChipDescription::shipped(chip).map_err(|e| e.to_string())?;
    let options = Options { partition: Search::InOrder, ..Options::default() };
    let graph = graph::graph(net, plastic);
    compiler::compile(&graph, &chip, &options).map(|compiled| compiled.image).map_err(|e| e.to_string())
}

/// Milliseconds that `work` takes.
fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed().as_secs_f64() * 1000.0, result)
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Spikes of each neuron in a run of the chip from its initial state.
fn emulate(chip: &mut Chip, net: &Net, threads: usize) -> Vec<u32> {
    let mut counts = vec![0; net.neurons];
    chip.run(net.steps, threads, &mut NoObserver, &mut |_: Step, keys: &[Key]| {
        keys.iter().for_each(|key| counts[key.index()] += 1);
    });
    counts
}

fn measure(name: &str, net: &Net, chip: &str, plastic: Plastic, reps: usize) -> Result<(), String> {
    let image = compiled(net, chip, plastic)?;
    let (load, loaded) = timed(|| Chip::load(&image));
    let mut chip = loaded.map_err(|e| e.to_string())?;
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..reps {
        let (time, (counts, weights)) = match plastic {
            Plastic::None => {
                let kernel = Flat::new(net);
                let (time, counts) = timed(|| kernel.run());
                (time, (counts, Vec::new()))
            }
            Plastic::Pair => {
                let kernel = Stdp::new(net);
                timed(|| kernel.run(image.seed))
            }
        };
        times[0].push(time);
        for threads in [1, 2] {
            chip.reset();
            let (time, own) = timed(|| emulate(&mut chip, net, threads));
            times[threads].push(time);
            check(name, net, &own, &counts)?;
            check_weights(name, &chip, &weights)?;
        }
    }
    let messages = chip.counters().messages;
    let [kernel, one, two] = times.each_mut().map(|times| median(times));
    println!("{name:4} {kernel:9.2} {one:11.2} {:7.2} {two:11.2} {:8.2} {load:9.1}", one / kernel, one / two,);
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
fn run_image(file: &Path, steps: u32) -> Result<(), String> {
    let bytes = std::fs::read(file).map_err(|e| e.to_string())?;
    let (read, image) = timed(|| Image::from_bytes(&bytes));
    let image = image.map_err(|e| e.to_string())?;
    drop(bytes);
    let (load, chip) = timed(|| Chip::load(&image));
    let mut chip = chip.map_err(|e| e.to_string())?;
    drop(image);
    let (run, ()) = timed(|| chip.run(steps, 1, &mut NoObserver, &mut |_: Step, _: &[Key]| {}));
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
