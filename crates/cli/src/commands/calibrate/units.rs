//! The units of a core: mb1 to mb5 and mb9.
#![allow(clippy::float_arithmetic, reason = "slopes")]

use emulator::time::energy::Energy;
use emulator::time::pipeline::StepReport;
use isa::chip::ChipDescription;
use isa::timing::Timing;

use super::bench::Bench;
use super::fit::{Line, above_knee, line};
use super::program::{Program, board};
use crate::failure::Failure;

/// Points of cycles and of energy over a size.
struct Sizes {
    cycles: Vec<(f64, f64)>,
    picojoules: Vec<(f64, f64)>,
}

/// Runs a program in several sizes: x, and what is changed for it.
fn sizes(
    name: &str,
    sizes: &[(u32, Vec<(&str, String)>)],
    (chip, timing): (&ChipDescription, &Timing),
    energy: fn(&Energy) -> u64,
) -> Result<Sizes, Failure> {
    let (mut cycles, mut picojoules) = (Vec::new(), Vec::new());
    for (x, changes) in sizes {
        let changes: Vec<(&str, &str)> =
            changes.iter().map(|(start, rest)| (*start, rest.as_str())).collect();
        let step = Program::new(name, &changes, chip)?.steady(timing)?;
        cycles.push((f64::from(*x), step.cycles as f64));
        picojoules.push((f64::from(*x), energy(&step.energy) as f64 / 1000.0));
    }
    Ok(Sizes { cycles, picojoules })
}

/// Measures all units.
pub fn measure(bench: &mut Bench<'_>) -> Result<(), Failure> {
    compartments(bench)?;
    synapses(bench)?;
    messages(bench)?;
    learning(bench)
}

fn compartments(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (chip, timing) = (board([1, 1], [1, 1])?, bench.timing);
    let (soma, table) = (timing.core.soma, timing.energy);
    let of = |name, vth: Option<&str>| {
        let size = |n: &u32| {
            let vth = vth.map(|vth| ("const vth = ", vth.to_string()));
            (*n, [("const n = ", n.to_string())].into_iter().chain(vth).collect())
        };
        let all: Vec<_> = [4, 64, 256, 512, 1024].iter().map(size).collect();
        sizes(name, &all, (&chip, timing), |energy| energy.soma)
    };
    let [rest, busy, firing] = [of("mb1", None)?, of("mb2", None)?, of("mb2", Some("1"))?];
    bench.keep("mb1", "compartments at rest", "cycles", &rest.cycles);
    bench.keep("mb2", "compartments with a bias", "cycles", &busy.cycles);
    bench.keep("mb2", "compartments that fire", "cycles", &firing.cycles);
    bench.time("mb1", "inactive", soma.inactive.into(), above_knee(&rest.cycles));
    bench.energy("mb1", "inactive", table.soma_inactive.into(), line(&rest.picojoules));
    bench.time("mb2", "active", soma.active.into(), above_knee(&busy.cycles));
    bench.energy("mb2", "active", table.soma_active.into(), line(&busy.picojoules));
    let beyond = |firing: Line, busy: Line| Line { slope: firing.slope - busy.slope, ..firing };
    bench.time(
        "mb2",
        "spike",
        soma.spike.into(),
        beyond(above_knee(&firing.cycles), above_knee(&busy.cycles)),
    );
    bench.energy(
        "mb2",
        "spike",
        table.spike.into(),
        beyond(line(&firing.picojoules), line(&busy.picojoules)),
    );
    Ok(())
}

fn synapses(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (chip, timing) = (board([1, 1], [1, 1])?, bench.timing);
    let (costs, table) = (timing.core.synapse, timing.energy);
    let kinds = [
        ("sparse", costs.sparse, table.synapse_sparse),
        ("run_length", costs.run_length, table.synapse_run_length),
        ("dense", costs.dense, table.synapse_dense),
    ];
    for (kind, cycles, femtojoules) in kinds {
        let size =
            |n: &u32| (8 * n, vec![("const n = ", n.to_string()), ("synapse kind : ", kind.to_string())]);
        let all: Vec<_> = [8, 16, 32, 64, 128].iter().map(size).collect();
        let found = sizes("mb3", &all, (&chip, timing), |energy| energy.synapse)?;
        bench.keep("mb3", &format!("synapses, {kind}"), "cycles", &found.cycles);
        bench.time("mb3", kind, cycles.into(), above_knee(&found.cycles));
        bench.energy("mb3", kind, femtojoules.into(), line(&found.picojoules));
    }
    Ok(())
}

fn messages(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (timing, table) = (bench.timing, bench.timing.energy);
    let out = |d: &u32| (*d, vec![("out = ", format!("to{d}(source, first = {})", 127 - d))]);
    let all: Vec<_> = [16, 32, 64, 96].iter().map(out).collect();
    let found = sizes("mb4", &all, (&board([1, 1], [8, 4])?, timing), |energy| energy.axon)?;
    bench.keep("mb4", "destination cores", "cycles", &found.cycles);
    bench.time("mb4", "axon_out", timing.core.axon_out.into(), above_knee(&found.cycles));
    let both = u64::from(table.axon_out) + u64::from(table.axon_in);
    bench.energy("mb4", "axon_out", both, line(&found.picojoules));
    let into = |m: &u32| (*m, vec![("axons = ", format!("in{m}(source, target)"))]);
    let all: Vec<_> = [4, 8, 16, 32, 64].iter().map(into).collect();
    let found = sizes("mb5", &all, (&board([1, 1], [1, 1])?, timing), |energy| energy.axon)?;
    let slope = above_knee(&found.cycles);
    bench.keep("mb5", "input axons", "cycles", &found.cycles);
    let core = &timing.core;
    let synapse = u64::from(core.synapse.sparse.max(core.synapse.word));
    let receive = if core.receive_serial {
        u64::from(core.axon_in) + synapse
    } else {
        synapse.max(core.axon_in.into())
    };
    bench.time("mb5", "message", receive.max(core.axon_out.into()), slope);
    if core.receive_serial {
        // One unit looks up and fetches: what is not the synapse is the lookup.
        let fetch =
            bench.rows.iter().find(|row| row.key == "sparse").and_then(|row| row.cycles).unwrap_or(0.0);
        bench.time("mb5", "axon_in", core.axon_in.into(), Line { slope: slope.slope - fetch, ..slope });
    }
    Ok(())
}

fn learning(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (chip, timing) = (board([1, 1], [1, 1])?, bench.timing);
    let costs = timing.core.learning;
    for (terms, name, key) in [
        (1, "one", "learning_1"),
        (2, "two", "learning_2"),
        (3, "three", "learning_3"),
        (4, "four", "learning_4"),
    ] {
        let (mut cycles, mut picojoules) = (Vec::new(), Vec::new());
        for n in [32u32, 64, 128, 256] {
            let [time, energy] = update(&chip, timing, (&n.to_string(), name, "4"))?;
            cycles.push((n.into(), time));
            picojoules.push((n.into(), energy / 1000.0));
        }
        bench.keep("mb9", &format!("plastic synapses, {terms} terms"), "cycles", &cycles);
        let described = costs.base + terms * (costs.term + 2 * costs.factor);
        bench.time("mb9", key, described.into(), line(&cycles));
        if terms == 2 {
            bench.energy("mb9", key, timing.energy.learning.into(), line(&picojoules));
        }
    }
    let mut cycles = Vec::new();
    for epoch in 1..=8u32 {
        cycles.push((epoch.into(), update(&chip, timing, ("64", "two", &epoch.to_string()))?[0] / 64.0));
    }
    bench.keep("mb9", "steps of an epoch", "cycles per synapse at its end", &cycles);
    Ok(())
}

/// Cycles and femtojoules of learning that the last step of an epoch takes beyond a step where nobody learns.
fn update(
    chip: &ChipDescription,
    timing: &Timing,
    (n, rule, epoch): (&str, &str, &str),
) -> Result<[f64; 2], Failure> {
    let learn = format!("{rule} }}");
    let of = |epoch: &str| -> Result<Vec<StepReport>, Failure> {
        let changes = [
            ("const n = ", n),
            ("const steps_of_epoch = ", epoch),
            ("project source -> target : all { weight = 64, learn = ", learn.as_str()),
        ];
        Program::new("mb9", &changes, chip)?.time(timing, 24)
    };
    let (learns, rests) = (of(epoch)?, of("63")?);
    let ends = learns.iter().rfind(|step| step.step.0 < 24 && step.counts.learning > 0);
    let Some(end) = ends else { return Ok([0.0; 2]) };
    let at = end.step.0 as usize;
    // Only ends of epochs differ from a run whose epoch never ends.
    let others = learns.iter().zip(&rests).filter(|(learns, _)| learns.counts.learning == 0);
    if let Some((step, _)) = others.into_iter().find(|(learns, rests)| learns.cycles != rests.cycles) {
        return Err(Failure::internal(format!("step {:?} does not learn, but takes longer", step.step)));
    }
    Ok([end.cycles as f64 - rests[at].cycles as f64, end.energy.learning as f64])
}
