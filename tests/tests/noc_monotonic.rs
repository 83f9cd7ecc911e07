//! Invariant 10 of timing.md 3.9, reported and not asserted: deeper buffers and lower costs hardly ever slow a fixed
//! schedule down; where they do, it is because an arbiter sees other packets at its inputs.

#![allow(clippy::float_arithmetic, reason = "changes in percent")]

use std::collections::BTreeMap;

use emulator::Observer;
use emulator::time::mesh::sparse::Sparse;
use emulator::time::mesh::{Cycle, Network, NoLog, Shape};
use emulator::time::pipeline::Timed;
use isa::ids::Step;
use isa::timing::{Barrier, Timing};
use seamount_tests::noc::random::{Numbers, packets, size, timing};
use seamount_tests::noc::script::{Packet, Script};
use seamount_tests::noc::units::cases::Case;

/// What changes did to the lengths of runs, by what was changed.
#[derive(Default)]
struct Report(BTreeMap<&'static str, Vec<(Cycle, Cycle)>>);

impl Report {
    fn add(&mut self, what: &'static str, before: Cycle, after: Cycle) {
        self.0.entry(what).or_default().push((before, after));
    }

    /// A line for each kind of change, and the number of comparisons.
    fn lines(&self) -> (Vec<String>, usize) {
        let line = |(what, runs): (&&str, &Vec<(Cycle, Cycle)>)| {
            let percent = |(before, after): &(Cycle, Cycle)| 100.0 * (*after as f64 / *before as f64 - 1.0);
            let slower = runs.iter().filter(|(before, after)| after > before).count();
            let faster = runs.iter().filter(|(before, after)| after < before).count();
            let mean = runs.iter().map(percent).sum::<f64>() / runs.len() as f64;
            let worst = runs.iter().max_by(|a, b| percent(a).total_cmp(&percent(b))).copied();
            let (before, after) = worst.unwrap_or((1, 1));
            let worst = percent(&(before, after));
            format!(
                "{what}: {} runs, {faster} faster, {slower} slower, mean {mean:+.2} %, worst {worst:+.2} % \
                 ({before} to {after} cycles)",
                runs.len(),
            )
        };
        (self.0.iter().map(line).collect(), self.0.values().map(Vec::len).sum())
    }
}

/// Cycles until the last packet of a schedule has arrived.
fn drain(shape: Shape, packets: &[Packet]) -> Cycle {
    let mut script = Script::new(shape, packets.to_vec(), 1);
    let mut network = Sparse::new(shape);
    script.start(&mut network);
    network.run(10_000_000, &mut script, &mut NoLog);
    assert_eq!(script.unsent(), 0, "{shape:?}");
    script.arrivals.iter().map(|arrival| arrival.at).max().unwrap_or(0).max(1)
}

/// Ways to make a router better, one at a time.
fn better(n: &mut Numbers, shape: Shape) -> Vec<(&'static str, Shape)> {
    let mut all = vec![
        ("deeper buffers", Shape { buffer: shape.buffer + n.within(1, 14), ..shape }),
        ("deeper receive FIFOs", Shape { receive: shape.receive + n.within(1, 14), ..shape }),
    ];
    let wires = shape.wires.map(|wire| n.within(1, wire));
    if wires != shape.wires {
        all.push(("shorter wires", Shape { wires, ..shape }));
    }
    if shape.rc + shape.switch + shape.credit_extra > 1 {
        let (rc, credit_extra) = (n.below(shape.rc + 1), n.below(shape.credit_extra + 1));
        all.push(("fewer stages", Shape { rc, credit_extra, switch: n.within(1, shape.switch), ..shape }));
    }
    if shape.interval != [1, 1] {
        all.push(("wider links", Shape { interval: [1, 1], ..shape }));
    }
    all
}

#[test]
fn better_routers_and_a_fixed_schedule() {
    let mut report = Report::default();
    for seed in 0..250 {
        let mut n = Numbers(seed ^ 0x3030);
        let mut timing = timing(&mut n, false);
        timing.router.vcs = if seed % 2 == 0 { 1 } else { timing.router.vcs };
        let shape = Shape::new(size(&mut n), &timing).expect("a mesh");
        let mut packets = packets(&mut n, &shape, 200);
        packets.truncate(2000);
        let before = drain(shape, &packets);
        for (what, shape) in better(&mut n, shape) {
            report.add(what, before, drain(shape, &packets));
        }
    }
    let (lines, runs) = report.lines();
    println!("mesh\n{}", lines.join("\n"));
    assert!(runs > 1000, "{runs} runs");
}

/// Cycles of all steps of a case.
fn cycles(case: &Case, timing: &Timing) -> Cycle {
    let mut timed = Timed::<Sparse>::new(&case.chip, timing, &case.cores(), NoLog).expect("it can be timed");
    (1..).zip(&case.work).for_each(|(step, work)| timed.step(Step(step), work));
    timed.end().expect("it ends");
    timed.steps().iter().map(|step| step.cycles).sum()
}

/// Ways to make a core better, one at a time.
fn better_cores(n: &mut Numbers, timing: &Timing) -> Vec<(&'static str, Timing)> {
    let change = |what, change: &dyn Fn(&mut Timing)| {
        let mut timing = timing.clone();
        change(&mut timing);
        (what, timing)
    };
    let (more, part) = (n.within(1, 8), n.below(3));
    let less = |cost: &mut u32| *cost = *cost * part / 3;
    let all = vec![
        change("deeper FIFOs of cores", &|timing| {
            let fifos = [&mut timing.fifo.spike, &mut timing.fifo.axon_in, &mut timing.fifo.synapse];
            fifos.into_iter().for_each(|depth| *depth += more);
            timing.nif.transmit += more;
        }),
        change("cheaper sweep", &|timing| {
            let soma = &mut timing.core.soma;
            [&mut soma.inactive, &mut soma.active, &mut soma.spike].into_iter().for_each(less);
        }),
        change("cheaper axons", &|timing| {
            [&mut timing.core.axon_in, &mut timing.core.axon_out].into_iter().for_each(less);
        }),
        change("cheaper synapses", &|timing| {
            let synapse = &mut timing.core.synapse;
            [&mut synapse.word, &mut synapse.sparse, &mut synapse.dense].into_iter().for_each(less);
            less(&mut timing.core.accumulate);
        }),
    ];
    all.into_iter().filter(|(_, better)| better != timing).collect()
}

#[test]
fn better_cores_and_the_same_work() {
    let mut report = Report::default();
    for seed in 0..400 {
        let case = Case::of(seed);
        let mut n = Numbers(seed ^ 0x5050);
        let mut timing = case.timing.clone();
        if let Barrier::Marker { hop, phases, .. } = timing.barrier {
            timing.barrier = Barrier::Marker { base: timing.empty_step(), hop, phases };
        }
        let before = cycles(&case, &timing).max(1);
        for (what, timing) in better_cores(&mut n, &timing) {
            report.add(what, before, cycles(&case, &timing));
        }
    }
    let (lines, runs) = report.lines();
    println!("steps\n{}", lines.join("\n"));
    assert!(runs > 1000, "{runs} runs");
}
