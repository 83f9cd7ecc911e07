//! Laws on random networks: the chip is the reference, wherever it is placed and however it is run.

use compiler::Failure;
use emulator::{Chip, NoObserver, Observer, StepWork};
use image::Image;
use isa::ids::Step;
use network::graph::Graph;
use proptest::prelude::*;
use seamount_tests::random::{self, Case, Plastic, Shape};
use seamount_tests::recording::{self, Recording};
use seamount_tests::route::{Board, of_chip};
use trace::Stimulus;

/// Placements: 1, 4, 16 and many cores, 1, 2 and 4 chips, seeds, 1, 2 and 8 threads.
const BOARDS: [Board; 6] = [
    Board::ONE,
    Board { chips: (1, 1), cores_min: 4, seed: 7, threads: 1 },
    Board { chips: (1, 1), cores_min: 16, seed: 1 << 40, threads: 8 },
    Board { chips: (1, 1), cores_min: 100, seed: 2, threads: 2 },
    Board { chips: (2, 1), cores_min: 7, seed: 3, threads: 2 },
    Board { chips: (2, 2), cores_min: 12, seed: 4, threads: 1 },
];

/// The image of a case, or none where the board is too small for it.
fn image(case: &Case, board: &Board) -> Option<Image> {
    match board.image(&case.graph) {
        Ok(image) => Some(image),
        Err(Failure::DoesNotFit(_)) => None,
        Err(Failure::Invalid(problems)) => panic!("{}", problems[0]),
    }
}

fn loaded(image: &Image, stimulus: &Stimulus) -> Chip {
    let mut chip = Chip::load(image).unwrap_or_else(|error| panic!("{error}"));
    chip.inject(stimulus).unwrap_or_else(|error| panic!("{error}"));
    chip
}

/// Steps at which learning is looked at: often early on, and at the end.
fn looked_at(case: &Case, t: u32) -> bool {
    t <= 16 || t.is_multiple_of(10) || t == case.steps
}

/// Where two recordings differ first, for people.
fn difference(a: &Recording, b: &Recording) -> String {
    for t in 1..=a.u.len() as u32 {
        let k = t as usize - 1;
        for (name, a, b) in [("u", &a.u, &b.u), ("v", &a.v, &b.v), ("register", &a.register, &b.register)] {
            if let Some(key) = (0..a[k].len()).find(|&key| a[k][key] != b[k][key]) {
                return format!("{name} of {key} at {t}: {} and {}", a[k][key], b[k][key]);
            }
        }
        if a.spikes.get(&t) != b.spikes.get(&t) {
            return format!("spikes at {t}: {:?} and {:?}", a.spikes.get(&t), b.spikes.get(&t));
        }
        if a.snapshots.get(&t) != b.snapshots.get(&t) {
            let (a, b) = (&a.snapshots[&t], &b.snapshots[&t]);
            let parts = [
                ("w", a.w != b.w),
                ("d", a.d != b.d),
                ("tag", a.tag != b.tag),
                ("pre", a.pre != b.pre),
                ("post", a.post != b.post),
                ("reward", a.reward != b.reward),
                ("homeostasis", a.homeostasis != b.homeostasis),
            ];
            let names: Vec<&str> = parts.iter().filter(|part| part.1).map(|part| part.0).collect();
            return format!("{names:?} at {t}");
        }
    }
    format!("counters: {:?} and {:?}", a.counters, b.counters)
}

/// The reference, and the chip on every board; tells on how many the network fits.
fn chip_is_reference(seed: u64, shape: Shape) -> usize {
    let case = random::case(seed, shape);
    let looks = |t| looked_at(&case, t);
    let expected = recording::of_reference(&case.graph, case.steps, &case.stimulus, looks);
    let run = reference::run(&case.graph, case.steps, &case.stimulus, &mut |_, _| {});
    let digest = recording::digest(&case.graph, &run);
    let mut fitted = 0;
    for board in BOARDS {
        let Some(image) = image(&case, &board) else { continue };
        let mut chip = loaded(&image, &case.stimulus);
        let shown = of_chip(&case.graph, &mut chip, case.steps, board.threads, &looks);
        assert!(
            shown == expected,
            "seed {seed} on {board:?}: {} (reference first)",
            difference(&expected, &shown)
        );
        assert_eq!(chip.digest(), digest, "seed {seed} on {board:?}");
        fitted += 1;
    }
    fitted
}

#[test]
fn the_chip_is_the_reference_on_fixed_seeds() {
    let fitted: usize = (0..60).map(|seed| chip_is_reference(seed, Shape::SMALL)).sum();
    assert!(fitted >= 60 * BOARDS.len() * 3 / 4, "only {fitted} of {} fit", 60 * BOARDS.len());
    let fixed: usize = (1000..1030).map(|seed| chip_is_reference(seed, Shape::FIXED)).sum();
    assert!(fixed >= 30 * BOARDS.len() * 3 / 4, "only {fixed} of {} fit", 30 * BOARDS.len());
}

/// Longer runs, so that every epoch length ends more than once.
#[test]
fn the_chip_is_the_reference_over_long_runs() {
    for seed in 0..6 {
        chip_is_reference(500 + seed, Shape { steps: 400, ..Shape::SMALL });
    }
}

/// More neurons than one group of lanes, in a few populations.
#[test]
fn the_chip_is_the_reference_on_larger_networks() {
    for seed in 0..8 {
        chip_is_reference(900 + seed, Shape { neurons: 40, steps: 50, ..Shape::SMALL });
    }
}

/// A run on one board, for laws about running: final recording and digest.
fn final_digest(chip: &mut Chip, steps: u32, threads: usize) -> u64 {
    chip.run(steps, threads, &mut NoObserver, &mut |_, _| {});
    chip.digest()
}

/// Sums up what it is told.
#[derive(Default)]
struct Counting {
    steps: u32,
    fires: u64,
    operations: u64,
    sent: u64,
}

impl Observer for Counting {
    const RECORDS: bool = true;

    fn step(&mut self, _: Step, work: &StepWork) {
        self.steps += 1;
        self.sent += work.host.len() as u64;
        for core in &work.cores {
            self.fires += core.fires.len() as u64;
            self.sent += core.sent.len() as u64;
            self.operations += core.received.iter().map(|m| u64::from(m.reads.operations())).sum::<u64>();
        }
    }
}

/// Threads, calls, observers, resets and seeds change nothing that they should not.
fn running_it_otherwise_changes_nothing(seed: u64) {
    let case = random::case(seed, Shape::SMALL);
    let Some(image) = image(&case, &BOARDS[1]).or_else(|| image(&case, &BOARDS[0])) else { return };
    let mut chip = loaded(&image, &case.stimulus);
    let (before, digest) = (chip.dump(), final_digest(&mut chip, case.steps, 1));
    assert!(before == image, "seed {seed}: dump(load(image)) is not the image");
    let dump = chip.dump();
    for threads in [2, 8] {
        let mut other = loaded(&image, &case.stimulus);
        assert_eq!(final_digest(&mut other, case.steps, threads), digest, "seed {seed}, {threads} threads");
        assert!(other.dump() == dump, "seed {seed}: memories differ with {threads} threads");
        assert_eq!(other.counters(), chip.counters(), "seed {seed}, {threads} threads");
    }
    let mut split = loaded(&image, &case.stimulus);
    for (steps, threads) in [(1, 1), (13, 2), (case.steps - 14, 1)] {
        split.run(steps, threads, &mut NoObserver, &mut |_, _| {});
    }
    assert_eq!(split.digest(), digest, "seed {seed}: in three calls");
    let (mut watched, mut counting) = (loaded(&image, &case.stimulus), Counting::default());
    watched.run(case.steps, 2, &mut counting, &mut |_, _| {});
    assert_eq!(watched.digest(), digest, "seed {seed}: watched");
    assert_eq!(watched.counters(), chip.counters(), "seed {seed}: watched");
    let counters = chip.counters();
    assert_eq!((counting.steps, counting.fires), (case.steps, counters.spikes), "seed {seed}: told fires");
    assert_eq!(counting.operations, counters.synaptic_operations, "seed {seed}: told operations");
    // What leaves in the last step is due behind it, and counted when it is sent.
    assert!(counting.sent >= counters.messages.saturating_sub(64 * counters.spikes), "seed {seed}");
    reset_starts_over(&image, &case, seed);
}

fn reset_starts_over(image: &Image, case: &Case, seed: u64) {
    let mut spikes = [Vec::new(), Vec::new()];
    let mut chip = loaded(image, &case.stimulus);
    let mut dumps = Vec::new();
    for all in &mut spikes {
        chip.run(case.steps, 1, &mut NoObserver, &mut |step, keys| all.push((step, keys.to_vec())));
        dumps.push(chip.dump());
        chip.reset();
        assert!(chip.dump() == *image, "seed {seed}: a reset chip holds its image");
        chip.inject(&case.stimulus).expect("the same stimulus");
    }
    assert_eq!(spikes[0], spikes[1], "seed {seed}: a second run");
    assert!(dumps[0] == dumps[1], "seed {seed}: a second run");
}

#[test]
fn running_it_otherwise_changes_nothing_on_fixed_seeds() {
    (2000..2040).for_each(running_it_otherwise_changes_nothing);
}

/// Another seed in the image is the same as another seed on the chip.
#[test]
fn a_seed_can_be_overridden() {
    let mut differ = 0;
    for seed in 3000..3010 {
        let case = random::case(seed, Shape::SMALL);
        let Some(first) = image(&case, &Board::ONE) else { continue };
        let mut other = case.clone();
        other.graph.seed ^= 0x5555_0001;
        let second = image(&other, &Board::ONE).expect("it fits as before");
        let mut overridden = loaded(&first, &case.stimulus);
        overridden.set_seed(other.graph.seed);
        let expected = final_digest(&mut loaded(&second, &case.stimulus), case.steps, 1);
        assert_eq!(final_digest(&mut overridden, case.steps, 1), expected, "seed {seed}");
        differ += u32::from(final_digest(&mut loaded(&first, &case.stimulus), case.steps, 1) != expected);
    }
    assert!(differ >= 5, "seeds changed only {differ} of 10 networks");
}

/// With learning off, every bit of the synapse memory stays.
#[test]
fn without_learning_no_synapse_changes() {
    let mut words = 0;
    for seed in 4000..4120 {
        let mut case = random::case(seed, Shape::SMALL);
        case.graph.projections.iter_mut().for_each(|p| p.rule = None);
        let Some(image) = image(&case, &BOARDS[1]) else { continue };
        let mut chip = loaded(&image, &case.stimulus);
        chip.run(case.steps, 1, &mut NoObserver, &mut |_, _| {});
        for (before, after) in image.cores.iter().zip(&chip.dump().cores) {
            assert_eq!(before.synapses, after.synapses, "seed {seed}, {}", before.core);
            words += before.synapses.len();
        }
    }
    assert!(words > 1000, "only {words} words were compared");
}

/// JSON and descriptions hold a graph, assembly and bytes hold an image; bytes are proved by every other test here.
#[test]
fn texts_hold_what_they_print() {
    for seed in 5000..5040 {
        let case = random::case(seed, if seed % 2 == 0 { Shape::SMALL } else { Shape::FIXED });
        let json = serde_json::to_string(&case.graph).expect("JSON");
        let read: Graph = serde_json::from_str(&json).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert_eq!(read, case.graph, "seed {seed}");
        let text = network::print(&case.graph);
        let read = network::parse(&text, &network::NoFiles)
            .unwrap_or_else(|errors| panic!("seed {seed}: {errors}\n{text}"));
        assert!(read == case.graph, "seed {seed}: the description reads as another graph:\n{text}");
        let Some(image) = image(&case, &BOARDS[1]) else { continue };
        let text = asm::print(&image);
        let read = asm::parse(&text).unwrap_or_else(|errors| panic!("seed {seed}: {:?}", errors[0]));
        assert!(read == image, "seed {seed}: the assembly text reads as another image");
        assert!(read.to_bytes() == image.to_bytes(), "seed {seed}: its bytes are others");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_chip_is_the_reference(seed: u64, learns: bool, neurons in 1u32..=12, projections in 2u32..=6) {
        let plastic = if learns { Plastic::Some } else { Plastic::None };
        chip_is_reference(seed, Shape { neurons, projections, plastic, ..Shape::SMALL });
    }

    #[test]
    fn running_it_otherwise_changes_nothing_anywhere(seed: u64) {
        running_it_otherwise_changes_nothing(seed);
    }
}
