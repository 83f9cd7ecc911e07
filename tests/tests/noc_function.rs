//! Function does not depend on time: with timing off, on, and under any calibration a network spikes, learns and
//! counts the same; the counts of the timing are those of function (timing.md V9, invariants 8 and 11).

use emulator::time::energy::Counts;
use emulator::time::mesh::NoLog;
use emulator::time::mesh::sparse::Sparse;
use emulator::time::pipeline::{Timed, Totals};
use emulator::{Chip, NoObserver};
use isa::ids::{CoreId, Key, Step};
use isa::timing::{Barrier, Timing};
use seamount_tests::noc::random::{Numbers, timing};
use seamount_tests::random::{self, Shape};
use seamount_tests::route::Board;
use trace::Counters;

type Spikes = Vec<(Step, Vec<Key>)>;

fn calibration(seed: u64) -> Timing {
    let shipped = ["loihi1-davies2018", "loihi1-nahuku", "loihi2-scaled"];
    if let Some(name) = shipped.get(seed as usize % 4) {
        return Timing::shipped(name).expect("it ships");
    }
    let mut timing = timing(&mut Numbers(seed), true);
    if let Barrier::Marker { phases, .. } = &mut timing.barrier {
        *phases = 2;
    }
    timing
}

fn same_counts(ours: &Counts, chip: &Counters) {
    let ours = [ours.active, ours.inactive, ours.spikes, ours.sparse + ours.run_length + ours.dense];
    assert_eq!(ours[..3], [chip.updates_active, chip.updates_inactive, chip.spikes]);
    // What the last step sends is served in it by time, in the next step by function.
    assert!(ours[3] >= chip.synaptic_operations);
}

#[test]
fn timing_changes_nothing() {
    let (mut cases, mut timed_steps) = (0, 0);
    for seed in 0..1_100 {
        let case = random::case(seed, if seed % 2 == 0 { Shape::SMALL } else { Shape::FIXED });
        let threads = [1, 2, 8][seed as usize % 3];
        let board = if seed % 5 == 0 { Board::ONE } else { Board::MANY };
        let Ok(image) = board.image(&case.graph) else { continue };
        let mut plain = Chip::load(&image).expect("it loads");
        let mut watched = Chip::load(&image).expect("it loads");
        plain.inject(&case.stimulus).expect("it fits");
        watched.inject(&case.stimulus).expect("it fits");
        let (mut before, mut after) = (Spikes::new(), Spikes::new());
        plain.run(case.steps, 1, &mut NoObserver, &mut |step, keys| before.push((step, keys.to_vec())));
        let cores: Vec<CoreId> = image.cores.iter().map(|core| core.core).collect();
        let calibration = calibration(seed);
        let mut timed =
            Timed::<Sparse>::new(&board.description(), &calibration, &cores, NoLog).expect("it can be timed");
        watched.run(case.steps, threads, &mut timed, &mut |step, keys| after.push((step, keys.to_vec())));
        assert!(before == after, "seed {seed}: spikes differ under {}", calibration.name);
        assert_eq!(plain.digest(), watched.digest(), "seed {seed}, {}", calibration.name);
        assert_eq!(plain.counters(), watched.counters(), "seed {seed}, {}", calibration.name);
        let (steps, NoLog) = timed.finish().expect("it ends");
        assert_eq!(steps.len(), case.steps as usize + 1, "seed {seed}");
        same_counts(&Totals::of(&steps).counts, &plain.counters());
        timed_steps += steps.len();
        cases += 1;
    }
    println!("V9 {cases} networks, {timed_steps} steps timed");
    assert!(cases >= 1_000, "{cases}");
}
