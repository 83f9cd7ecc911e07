//! No spike is late in the pipeline itself, and nobody leaves a step that others are in: random work of cores under
//! barriers without slack (b = 0, remainder 0), of one phase and of two (timing.md 3.6, invariants 5 and 7).

use std::collections::BTreeMap;

use emulator::Observer;
use emulator::time::mesh::sparse::Sparse;
use emulator::time::mesh::{FlitGrant, Network, NoLog, Origin, Shape, Size, port};
use emulator::time::pipeline::{TimeError, Timed};
use emulator::with_dense;
use isa::ids::Step;
use isa::timing::{Barrier, Timing};
use seamount_tests::noc::late::{Heard, Listening, take_heard};
use seamount_tests::noc::units::cases::Case;

/// Networks that are run.
const RUNS: u64 = 10_000;

/// Plays the work of a case.
fn play<N: Network>(case: &Case, timing: &Timing) -> Result<Heard, TimeError> {
    let mut timed = Timed::<Listening<N>>::new(&case.chip, timing, &case.cores(), NoLog)?;
    (1..).zip(&case.work).for_each(|(step, work)| timed.step(Step(step), work));
    let ended = timed.end();
    let steps = timed.steps().len();
    drop(timed);
    let heard = take_heard();
    ended?;
    let tiles = Shape::new(Size::of(&case.chip), timing)?.tiles();
    assert_eq!(heard.advances, (steps * tiles) as u64, "every tile leaves every step");
    Ok(heard)
}

/// A barrier without slack, of one phase where nothing is learned, in half of the cases.
fn without_slack(case: &Case, seed: u64) -> Timing {
    let learns = case.work.iter().flat_map(|step| &step.cores).any(|core| !core.learning.is_empty());
    let phases = if learns || seed.is_multiple_of(2) { 2 } else { 1 };
    let mut timing = case.timing.clone();
    timing.router.vcs = 1;
    timing.barrier = Barrier::Marker { base: timing.empty_step(), hop: 0, phases };
    assert_eq!(timing.remainder(), 0);
    timing.check().expect("legal");
    timing
}

#[test]
fn no_spike_is_late_without_slack() {
    let (mut spikes, mut early, mut phases) = (0, 0, [0; 3]);
    for seed in 0..RUNS {
        let case = Case::of(1_000_000 + seed);
        let timing = without_slack(&case, seed);
        let heard = if seed.is_multiple_of(8) {
            let shape = Shape::new(Size::of(&case.chip), &timing).expect("a mesh");
            with_dense!(shape, D => play::<D>(&case, &timing))
        } else {
            play::<Sparse>(&case, &timing)
        };
        let heard = heard.expect("it can be timed");
        assert_eq!(heard.late, 0, "seed {seed}: {} of {} spikes late\n{timing:?}", heard.late, heard.spikes);
        (spikes, early) = (spikes + heard.spikes, early + heard.early);
        if let Barrier::Marker { phases: of, .. } = timing.barrier {
            phases[of as usize] += 1;
        }
    }
    println!("{RUNS} runs, by phases {phases:?}: {spikes} spikes, {early} early, none late");
    assert!(spikes > 300_000 && early > 1_000, "{spikes} spikes, {early} early");
    assert!(phases[1] > RUNS / 5 && phases[2] > RUNS / 5, "{phases:?}");
}

/// Packets of one core to one core over one network arrive in the order in which they were sent, both flits of a pair
/// one behind the other.
#[test]
fn nothing_is_overtaken() {
    let (mut flows, mut spikes, mut pairs) = (0, 0, 0);
    for seed in 0..500 {
        let mut case = Case::of(2_000_000 + seed);
        // Over several virtual channels packets overtake each other.
        case.timing.router.vcs = 1;
        let log: Vec<FlitGrant> = Vec::new();
        let mut timed = Timed::<Sparse, Vec<FlitGrant>>::new(&case.chip, &case.timing, &case.cores(), log)
            .expect("it can be timed");
        (1..).zip(&case.work).for_each(|(step, work)| timed.step(Step(step), work));
        let (_, mut grants) = timed.finish().expect("it ends");
        grants.sort_by_key(|grant| grant.cycle);
        let mut last: BTreeMap<_, (u32, u32)> = BTreeMap::new();
        for grant in grants.iter().filter(|grant| usize::from(grant.output) >= port::LOCAL) {
            if grant.source == Origin::NONE.source {
                continue;
            }
            let flow = (grant.net, grant.source, grant.y, grant.x, grant.output);
            let (before, flits) = last.get(&flow).copied().unwrap_or((0, 0));
            assert!(before <= grant.sequence, "seed {seed}: {grant:?} behind {before}");
            let flits = if before == grant.sequence { flits + 1 } else { 1 };
            assert!(flits <= 2, "seed {seed}: {grant:?} comes once more");
            pairs += u32::from(flits == 2);
            last.insert(flow, (grant.sequence, flits));
            spikes += 1;
        }
        flows += last.len();
    }
    println!("{spikes} flits of {flows} flows, {pairs} second ones");
    assert!(
        spikes > 10_000 && pairs > 1_000 && spikes > 3 * flows,
        "{spikes} flits, {flows} flows, {pairs} pairs"
    );
}
