//! No spike is late in the pipeline itself: random work of cores under barriers without slack (b = 0, remainder 0), of
//! one phase and of two (timing.md 3.6, invariant 7).

use emulator::Observer;
use emulator::time::mesh::sparse::Sparse;
use emulator::time::mesh::{Network, NoLog, Shape, Size};
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
