//! Work replayed through the units: every constant by a micro-benchmark, every engine alike, function untouched.

use emulator::time::energy::{Counts, Energy};
use emulator::time::mesh::sparse::Sparse;
use emulator::time::mesh::{HashLog, Network, NoLog, Shape, Size};
use emulator::time::pipeline::{Bound, StepReport, TimeError, Timed, Totals};
use emulator::{CoreWork, Message, Observer, Reads, StepWork, with_dense};
use isa::chip::ChipDescription;
use isa::ids::{CoreId, Step};
use isa::timing::{Barrier, Timing};
use seamount_tests::noc::oracle::Oracle;
use seamount_tests::noc::random::{Numbers, timing};
use seamount_tests::noc::work::{board, firing, learning, message, random, sweeper};

fn shipped(name: &str) -> Timing {
    Timing::shipped(name).expect("it ships")
}

/// Plays work; all steps, step 0 with the host's first messages included.
fn play<N: Network>(
    chip: &ChipDescription,
    timing: &Timing,
    work: &[StepWork],
) -> (Vec<StepReport>, HashLog) {
    let cores: Vec<CoreId> = work[0].cores.iter().map(|core| core.core).collect();
    let mut timed =
        Timed::<N, HashLog>::new(chip, timing, &cores, HashLog::default()).expect("it can be timed");
    for (step, work) in (1..).zip(work) {
        timed.step(Step(step), work);
    }
    timed.finish().expect("it ends")
}

/// Cycles of each of three steps of the same work; all must be equal.
fn cycles(chip: &ChipDescription, timing: &Timing, cores: Vec<CoreWork>) -> u64 {
    let work = StepWork { host: Vec::new(), cores };
    let (steps, _) = play::<Sparse>(chip, timing, &[work.clone(), work.clone(), work]);
    assert_eq!(steps.len(), 4);
    assert_eq!(steps[1].cycles, steps[2].cycles, "steps of equal work differ");
    steps[2].cycles
}

/// Cycles more from one size to the next, per unit of size.
fn slope(sizes: [u32; 2], mut of: impl FnMut(u32) -> u64) -> u64 {
    let [few, many] = sizes.map(&mut of);
    assert_eq!((many - few) % u64::from(sizes[1] - sizes[0]), 0, "{sizes:?}: {few} and {many} cycles");
    (many - few) / u64::from(sizes[1] - sizes[0])
}

#[test]
fn mb1_mb2_compartments_cost_their_cycles_and_the_barrier_its_own() {
    let one = board((1, 1), (1, 1), 1);
    for (name, base, inactive, active) in
        [("loihi1-davies2018", 323, 15, 24), ("loihi1-nahuku", 6000, 60, 97)]
    {
        let timing = shipped(name);
        for compartments in [0, 1, 8, 1024] {
            let sweep = |active| cycles(&one, &timing, vec![sweeper(0, compartments, active)]);
            assert_eq!(sweep(false), base + inactive * compartments as u64, "{name}, {compartments} at rest");
            assert_eq!(sweep(true), base + active * compartments as u64, "{name}, {compartments} active");
        }
    }
}

#[test]
fn mb3_synapses_cost_their_cycles() {
    let two = board((1, 1), (2, 1), 1);
    for (name, cost) in [("loihi1-davies2018", 10), ("loihi1-nahuku", 38)] {
        let timing = shipped(name);
        let of = |synapses| {
            let source = firing(sweeper(0, 4, false), vec![message(0, 1, synapses)]);
            cycles(&two, &timing, vec![source, sweeper(1, 4, false)])
        };
        assert_eq!(slope([256, 512], of), cost, "{name}");
    }
}

/// SANA-FE's removed model of word reads: 141 cycles for up to three sparse synapses (timing.md 3.4).
#[test]
fn mb3_sparse_synapses_are_read_in_words_where_the_option_is_on() {
    let two = board((1, 1), (2, 1), 1);
    let mut timing = shipped("loihi1-nahuku");
    let reads = |timing: &Timing, sparse, dense| {
        let reads = Reads { words: 1, sparse, run_length: 0, dense };
        let source = firing(sweeper(0, 4, false), vec![Message { reads, ..message(0, 1, 0) }]);
        cycles(&two, timing, vec![source, sweeper(1, 4, false)])
    };
    let nothing = reads(&timing, 0, 0);
    let more = |timing: &Timing, sparse, dense| reads(timing, sparse, dense) - nothing;
    let off: Vec<u64> = (1..=4).map(|sparse| more(&timing, sparse, 0)).collect();
    assert_eq!(off, [47, 94, 141, 188], "an entry each");
    (timing.core.synapse.word, timing.core.synapse.per_word) = (141, 3);
    let on: Vec<u64> = (0..=7).map(|sparse| more(&timing, sparse, 0)).collect();
    assert_eq!(on, [0, 141, 141, 141, 282, 282, 282, 423], "a word each");
    let dense: Vec<u64> = (1..=4).map(|dense| more(&timing, 0, dense)).collect();
    assert_eq!(dense, [38, 76, 114, 152], "dense blocks keep their cost");
    assert_eq!(more(&timing, 1, 2), 141 + 2 * 38, "blocks of both kinds");
}

#[test]
fn mb4_destinations_cost_their_cycles() {
    let chip = board((1, 1), (8, 4), 4);
    for (name, cost) in [("loihi1-davies2018", 3), ("loihi1-nahuku", 51)] {
        let timing = shipped(name);
        let of = |destinations: u32| {
            // The nearest last, so that the way of the last does not count.
            let messages = (1..=destinations).rev().map(|to| message(0, to, 0)).collect();
            let others = (1..128).map(|core| sweeper(core, 0, false));
            cycles(
                &chip,
                &timing,
                std::iter::once(firing(sweeper(0, 1, true), messages)).chain(others).collect(),
            )
        };
        assert_eq!(slope([63, 127], of), cost, "{name}");
    }
}

#[test]
fn mb5_messages_to_one_core_cost_what_its_slowest_unit_does() {
    let two = board((1, 1), (2, 1), 1);
    for (name, cost) in [("loihi1-davies2018", 10), ("loihi1-nahuku", 160 + 38)] {
        let timing = shipped(name);
        let of = |messages: u32| {
            let sent = (0..messages).map(|_| message(0, 1, 1)).collect();
            cycles(&two, &timing, vec![firing(sweeper(0, 1, true), sent), sweeper(1, 0, false)])
        };
        assert_eq!(slope([100, 200], of), cost, "{name}");
    }
}

#[test]
fn mb9_learning_costs_its_cycles() {
    let one = board((1, 1), (1, 1), 1);
    for (name, pairwise) in [("loihi1-davies2018", 17), ("loihi1-nahuku", 61)] {
        let timing = shipped(name);
        for terms in 1..=4 {
            let of = |synapses| {
                let mut work = sweeper(0, 4, false);
                work.learning = vec![learning(synapses, terms, 2 * terms)];
                cycles(&one, &timing, vec![work])
            };
            let costs = timing.core.learning;
            let expected = costs.base + terms * (costs.term + 2 * costs.factor);
            assert_eq!(slope([0, 100], of), u64::from(expected), "{name}, {terms} terms");
            assert!(terms != 2 || expected == pairwise, "{name}: {expected}");
        }
    }
}

#[test]
fn what_bounded_a_step_is_named() {
    let two = board((1, 1), (2, 1), 1);
    let timing = shipped("loihi1-davies2018");
    let bound = |cores: Vec<CoreWork>| {
        let (steps, _) = play::<Sparse>(&two, &timing, &[StepWork { host: Vec::new(), cores }]);
        (steps[1].bound, steps[1].core)
    };
    assert_eq!(bound(vec![sweeper(0, 0, false), sweeper(1, 0, false)]), (Bound::Barrier, None));
    assert_eq!(bound(vec![sweeper(0, 8, false), sweeper(1, 80, false)]), (Bound::Soma, Some(1)));
    let fires = firing(sweeper(0, 8, false), vec![message(0, 1, 100)]);
    assert_eq!(bound(vec![fires, sweeper(1, 8, false)]), (Bound::Synapse, Some(1)));
}

/// A random board, calibration and work, of which `busy` in four cores have a share.
fn random_case(seed: u64, busy: u32) -> (ChipDescription, Timing, Vec<StepWork>) {
    let mut n = Numbers(seed);
    let chip = board((n.within(1, 2), 1), (n.within(1, 4), n.within(1, 3)), n.within(1, 3));
    let mut timing = timing(&mut n, true);
    timing.core = shipped(["loihi1-davies2018", "loihi1-nahuku", "noc-reference"][n.below(3) as usize]).core;
    timing.core.axon_out = n.below(5);
    timing.core.axon_in = n.below(3);
    timing.core.accumulate = n.below(3);
    (timing.core.receive_serial, timing.core.transmit_serial) = (n.below(2) == 0, n.below(2) == 0);
    timing.fifo.spike = n.within(1, 5);
    timing.fifo.axon_in = n.within(1, 4);
    timing.nif.transmit = n.within(1, 4);
    if n.below(4) == 0 {
        timing.barrier = Barrier::Table { rows: vec![[1, 5], [2, 50]] };
    }
    timing.check().expect("legal");
    let learns = !matches!(timing.barrier, Barrier::Marker { phases: 1, .. });
    let cores: Vec<CoreId> = (0..chip.cores()).filter(|_| n.below(4) < busy).map(CoreId).collect();
    let cores = if cores.is_empty() { vec![CoreId(0)] } else { cores };
    let work = random(&mut n, &cores, 5, learns);
    (chip, timing, work)
}

#[test]
fn all_engines_time_alike_and_no_step_beats_its_units() {
    for seed in 0..120 {
        let (chip, timing, work) = random_case(seed, if seed < 60 { 3 } else { 1 });
        let shape = Shape::new(Size::of(&chip), &timing).expect("a mesh");
        let sparse = play::<Sparse>(&chip, &timing, &work);
        let oracle = play::<Oracle>(&chip, &timing, &work);
        let dense = with_dense!(shape, D => play::<D>(&chip, &timing, &work));
        for (engine, played) in [("sparse", &sparse), ("dense", &dense)] {
            for (ours, theirs) in played.0.iter().zip(&oracle.0) {
                assert_eq!(ours, theirs, "{engine}, seed {seed}");
            }
            assert_eq!(played.1, oracle.1, "{engine}, seed {seed}");
        }
        for step in &sparse.0 {
            let (bound, least) = step.terms.bound();
            assert!(step.lead + step.cycles >= least, "seed {seed}, {step:?}: {bound:?} alone takes {least}");
        }
        energy_is_counts_times_table(&chip, &timing, &work, &sparse.0);
    }
}

fn energy_is_counts_times_table(
    chip: &ChipDescription,
    timing: &Timing,
    work: &[StepWork],
    steps: &[StepReport],
) {
    let mut counts = Counts::default();
    for work in work {
        counts += Counts::of_cores(work, chip);
        counts += Counts::of_host(work, chip);
    }
    let totals = Totals::of(steps);
    assert_eq!(totals.counts, counts);
    let energy = counts.energy(timing, 0, [0, 0]);
    let clockless = Energy { clock: 0, at_rest: 0, ..totals.energy };
    assert_eq!(clockless, energy);
}

#[test]
fn static_power_is_apart_and_published() {
    let chip = board((8, 4), (1, 1), 1);
    let energy = Counts::default().energy(&shipped("loihi1-davies2018"), 1_000_000_000, [32, 32]);
    assert_eq!(energy.dynamic(), 0);
    // 32 chips, 0.35 s: 3.34 W within a per cent.
    let microwatts = energy.at_rest / 350_000_000;
    assert!(microwatts.abs_diff(3_340_000) < 3_400, "{microwatts} uW of {} chips", chip.board.count());
}

#[test]
fn what_cannot_be_timed_is_refused() {
    let one = board((1, 1), (1, 1), 1);
    let new = |timing: &Timing| Timed::<Sparse>::new(&one, timing, &[CoreId(0)], NoLog);
    let none = new(&shipped("noc-reference")).expect_err("no barrier");
    assert!(none.to_string().contains("has no barrier"), "{none}");
    let mut timing = shipped("loihi1-davies2018");
    timing.barrier = Barrier::Marker { base: 323, hop: 36, phases: 1 };
    let mut timed = new(&timing).expect("without learning");
    let mut work = sweeper(0, 4, false);
    work.learning = vec![learning(1, 1, 1)];
    timed.step(Step(1), &StepWork { host: Vec::new(), cores: vec![work] });
    assert!(matches!(timed.finish(), Err(TimeError::Learning(_, CoreId(0)))));
}
