//! The longest term of a step bounds it from below, and tells it nearly (timing.md V10, invariant 9).

#![allow(clippy::float_arithmetic, reason = "a correlation")]

use emulator::time::mesh::NoLog;
use emulator::time::mesh::sparse::Sparse;
use emulator::time::pipeline::{StepReport, Timed};
use emulator::{CoreWork, Message, Observer, Reads, Send, StepWork};
use isa::chip::ChipDescription;
use isa::ids::{CompartmentId, CoreId, Step};
use isa::timing::{Barrier, Timing};
use seamount_tests::noc::random::Numbers;
use seamount_tests::noc::units::cases::Case;
use seamount_tests::noc::work::{board, learning, message, sweeper};

fn play(chip: &ChipDescription, timing: &Timing, work: &[StepWork]) -> Vec<StepReport> {
    let cores: Vec<CoreId> = work[0].cores.iter().map(|core| core.core).collect();
    let mut timed = Timed::<Sparse>::new(chip, timing, &cores, NoLog).expect("it can be timed");
    for (step, work) in (1..).zip(work) {
        timed.step(Step(step), work);
    }
    timed.finish().expect("it ends").0
}

/// How much of everything a step has.
struct Scale {
    compartments: u32,
    /// Of 64 compartments.
    fires: u32,
    messages: u32,
    synapses: u32,
    /// Cores that are sent to.
    targets: u32,
    learns: u32,
}

fn scale(n: &mut Numbers, cores: u32) -> Scale {
    let power = |n: &mut Numbers, most: u32| {
        let bits = n.below(most + 1);
        n.below(1 << bits)
    };
    Scale {
        compartments: 4 * power(n, 8),
        fires: power(n, 5),
        messages: 1 + power(n, 4),
        synapses: 1 + power(n, 8),
        targets: [cores, cores, 1 + power(n, 2).min(cores - 1)][n.below(3) as usize],
        learns: if n.below(4) == 0 { power(n, 10) } else { 0 },
    }
}

fn core(n: &mut Numbers, id: u32, of: &Scale) -> CoreWork {
    let mut work = sweeper(id, 0, false);
    work.active = (0..of.compartments).map(|_| n.below(3) == 0).collect();
    for index in (0..of.compartments).filter(|_| n.below(64) < of.fires).collect::<Vec<_>>() {
        work.fires.push(CompartmentId(index as u16));
        work.sends.push(Send { compartment: CompartmentId(index as u16), messages: of.messages });
        work.sent.extend((0..of.messages).map(|_| Message {
            reads: Reads { sparse: n.below(3), ..message(id, 0, n.below(of.synapses)).reads },
            ..message(id, n.below(of.targets), 0)
        }));
    }
    if of.learns > 0 {
        work.learning = vec![learning(of.learns, 2, 4)];
    }
    work
}

fn pearson(pairs: &[(f64, f64)]) -> f64 {
    let count = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let sum = |of: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|p| of(p.0 - x, p.1 - y)).sum::<f64>();
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

#[test]
fn the_longest_term_is_never_beaten_and_tells_the_step_v10() {
    let (mut pairs, mut bounds) = (Vec::new(), std::collections::BTreeMap::new());
    for (seed, (width, height, slots)) in (0..).zip([(8, 4, 1), (4, 2, 4), (2, 2, 2), (8, 4, 4)]) {
        let (mut n, chip) = (Numbers(7000 + seed), board((1, 1), (width, height), slots));
        let timing = Timing::shipped("loihi1-davies2018").expect("it ships");
        let nothing = (0..chip.cores()).map(|id| sweeper(id, 0, false)).collect();
        let empty = vec![StepWork { host: Vec::new(), cores: nothing }];
        let mut work = empty.clone();
        for _ in 0..60 {
            let of = scale(&mut n, chip.cores());
            let cores = (0..chip.cores()).map(|id| core(&mut n, id, &of)).collect();
            work.push(StepWork { host: Vec::new(), cores });
        }
        let barrier = play(&chip, &timing, &empty)[1].cycles;
        for step in play(&chip, &timing, &work).iter().skip(1) {
            let (_, least) = step.terms.bound();
            assert!(step.lead + step.cycles >= least, "{step:?}: one unit alone takes {least}");
            assert!(step.lead + step.cycles >= barrier, "{step:?}: markers alone take {barrier}");
            pairs.push((least.max(barrier) as f64, step.cycles as f64));
            *bounds.entry(step.bound).or_insert(0) += 1;
        }
    }
    let all = pearson(&pairs);
    let logarithms: Vec<(f64, f64)> = pairs.iter().map(|(a, b)| (a.ln(), b.ln())).collect();
    let share = pairs.iter().map(|(least, cycles)| least / cycles).sum::<f64>() / pairs.len() as f64;
    println!(
        "V10: {} steps, Pearson {all:.4} ({:.4} of logarithms), mean share of the bound {share:.3}, {bounds:?}",
        pairs.len(),
        pearson(&logarithms)
    );
    assert!(bounds.len() >= 4, "{bounds:?}");
    assert!(all >= 0.97, "{all}");
    assert!(pearson(&logarithms) >= 0.97, "{}", pearson(&logarithms));
}

#[test]
fn no_calibration_lets_a_step_beat_its_terms() {
    let (mut steps, mut bounds) = (0, std::collections::BTreeMap::new());
    for seed in 0..1000 {
        let case = Case::of(seed ^ 0x0f00_0000);
        let table = matches!(case.timing.barrier, Barrier::Table { .. });
        for step in play(&case.chip, &case.timing, &case.work) {
            let least = step.terms.bound().1;
            assert!(step.lead + step.cycles >= least, "seed {seed}, {step:?}: one unit alone takes {least}");
            // Nobody works ahead under a table.
            assert!(!table || step.lead == 0, "seed {seed}, {step:?}");
            *bounds.entry(step.bound).or_insert(0) += 1;
            steps += 1;
        }
    }
    println!("{steps} steps, {bounds:?}");
    assert!(bounds.len() == 6 && bounds.values().all(|steps| *steps > 20), "{bounds:?}");
}
