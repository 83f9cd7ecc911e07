//! How fast the mesh goes: flit-hops (crossbar grants) per second on one thread, traffic generation included.
//!
//! `cargo run --release -p seamount-emulator --example noc_bench`, or with loads in millionths (`-- 300000`): planes only.

#![allow(clippy::print_stdout, clippy::float_arithmetic, clippy::disallowed_methods, reason = "a benchmark")]

use std::time::{Duration, Instant};

use isa::timing::Timing;
use seamount_emulator::time::mesh::traffic::{Engine, Pattern, Setup, measure};
use seamount_emulator::time::mesh::{Shape, Size};

/// Time that this thread ran, where the system tells it (others may use the machine); else time that passed.
struct Clock(Instant, Option<Duration>);

impl Clock {
    fn start() -> Self {
        Self(Instant::now(), ran())
    }

    fn elapsed(&self) -> Duration {
        match (self.1, ran()) {
            (Some(from), Some(to)) => to - from,
            _ => self.0.elapsed(),
        }
    }
}

fn ran() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shape = Shape::new(Size::chip(8, 8, 1), &Timing::shipped("noc-reference")?)?;
    println!("8 x 8 tiles, noc-reference, uniform, one thread, its processor time; best of 5");
    println!("{:>6} {:>8} {:>12} {:>12} {:>14}", "load", "engine", "cycles", "flit-hops", "flit-hops/s");
    let asked = std::env::args().skip(1).map(|load| load.parse()).collect::<Result<Vec<u32>, _>>()?;
    let all = [1_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 300_000];
    let (loads, engines): (&[u32], &[Engine]) = match asked.as_slice() {
        [] => (&all, &[Engine::Sparse, Engine::Dense]),
        asked => (asked, &[Engine::Dense]),
    };
    for rate_ppm in loads.iter().copied() {
        // Some tenths of a second: the processor time is told in steps of up to ten milliseconds.
        let window = 2_000_000_000_000 / (u64::from(rate_ppm) * 400 + 10_000_000);
        for engine in engines.iter().copied() {
            let setup = Setup { window: window * 10, ..Setup::throughput(Pattern::Uniform, rate_ppm, 1) };
            let mut best = f64::INFINITY;
            let mut measured = measure(shape, &Setup { window: 1000, ..setup.clone() }, engine)?;
            for _ in 0..5 {
                let start = Clock::start();
                measured = measure(shape, &setup, engine)?;
                best = best.min(start.elapsed().as_secs_f64());
            }
            let (cycles, hops) = (measured.cycles, measured.flit_hops);
            let load = f64::from(rate_ppm) / 1e6;
            println!(
                "{load:>6} {:>8} {cycles:>12} {hops:>12} {:>12.1} M",
                format!("{engine:?}"),
                hops as f64 / best / 1e6
            );
        }
    }
    Ok(())
}
