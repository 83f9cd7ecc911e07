//! The units of the cores and the barrier against a slow model that steps every one of them in every cycle.

use emulator::Observer;
use emulator::time::mesh::sparse::Sparse;
use emulator::time::mesh::{FlitGrant, HashLog, Network, Shape, Size};
use emulator::time::pipeline::{StepReport, Timed};
use emulator::with_dense;
use isa::ids::Step;
use seamount_tests::noc::units::cases::Case;
use seamount_tests::noc::units::{self, Played};

/// Chips that are played.
const CASES: u64 = 1000;

type Logs = (Vec<FlitGrant>, HashLog);

/// What the engine says of a case, as the slow model says it.
fn engine<N: Network>(case: &Case) -> (Played, Logs) {
    let cores = case.cores();
    let mut timed =
        Timed::<N, Logs>::new(&case.chip, &case.timing, &cores, Logs::default()).expect("it can be timed");
    for (step, work) in (1..).zip(&case.work) {
        timed.step(Step(step), work);
    }
    timed.end().expect("it ends");
    let step = |of: &StepReport| units::Step { cycles: of.cycles, lead: of.lead, ends: of.ends };
    let steps = timed.steps().iter().map(step).collect();
    let work = timed.cores().iter();
    let played = Played {
        steps,
        cores: work
            .map(|of| (of.core, [of.sweep, of.axon_out, of.axon_in, of.synapse, of.learning]))
            .collect(),
        most: timed.cores().iter().map(|of| (of.core, timed.high_water_of(of.core))).collect(),
        cycles: 0,
        grants: timed.log.1.records,
    };
    let mut logs = std::mem::take(&mut timed.log);
    logs.0.sort_unstable();
    (played, logs)
}

/// What the slow model says of a case.
fn stepped(case: &Case) -> (Played, Logs) {
    let mut logs = Logs::default();
    let played = units::play(&case.chip, &case.timing, &case.work, &mut logs);
    logs.0.sort_unstable();
    (Played { grants: logs.1.records, ..played }, logs)
}

/// Says where the two differ first, if they do.
fn difference((ours, our_logs): &(Played, Logs), (theirs, their_logs): &(Played, Logs)) -> Option<String> {
    let at = our_logs.0.iter().zip(&their_logs.0).position(|(a, b)| a != b);
    if let Some(at) = at {
        return Some(format!("grant {at}: engine {:?}, units {:?}", our_logs.0[at], their_logs.0[at]));
    }
    let step = ours.steps.iter().zip(&theirs.steps).position(|(a, b)| a != b);
    if let Some(at) = step {
        return Some(format!("step {at}: engine {:?}, units {:?}", ours.steps[at], theirs.steps[at]));
    }
    if our_logs != their_logs || ours.steps.len() != theirs.steps.len() {
        return Some(format!("engine {} grants, units {}", our_logs.0.len(), their_logs.0.len()));
    }
    let of = |a: String, b: String| (a != b).then(|| format!("engine {a}, units {b}"));
    of(format!("worked {:?}", ours.cores), format!("worked {:?}", theirs.cores))
        .or_else(|| of(format!("held {:?}", ours.most), format!("held {:?}", theirs.most)))
}

/// Both engines of the mesh against the slow model, one of them in every case.
fn compare(seed: u64) -> Played {
    let case = Case::of(seed);
    let shape = Shape::new(Size::of(&case.chip), &case.timing).expect("a mesh");
    let theirs = stepped(&case);
    let ours =
        if seed % 4 == 3 { with_dense!(shape, D => engine::<D>(&case)) } else { engine::<Sparse>(&case) };
    if let Some(difference) = difference(&ours, &theirs) {
        panic!("seed {seed}: {difference}\n{:?}", case.timing);
    }
    theirs.0
}

#[test]
fn engines_and_units_agree_to_the_cycle() {
    let (mut cycles, mut grants, mut steps) = (0, 0, 0);
    for seed in 0..CASES {
        let played = compare(seed);
        cycles += played.cycles;
        grants += played.grants;
        steps += played.steps.len();
    }
    println!("{CASES} cases: {steps} steps, {cycles} cycles, {grants} grants");
    assert!(grants > 100_000, "{grants}");
}
