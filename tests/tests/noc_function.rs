//! Function does not depend on time: with timing off, on, and under any calibration a network spikes, learns and
//! counts the same; the counts of the timing are those of function (timing.md V9, invariants 8 and 11).

use std::collections::BTreeMap;

use emulator::time::energy::Counts;
use emulator::time::mesh::sparse::Sparse;
use emulator::time::mesh::{HashLog, NoLog};
use emulator::time::pipeline::{Timed, Totals};
use emulator::{Chip, Message, NoObserver, Observer, StepWork};
use image::{CoreImage, Image};
use isa::ids::{CoreId, Key, Step};
use isa::timing::{Barrier, Timing};
use isa::words::{AxonMap, DiscreteAxon, Word};
use seamount_tests::noc::random::Numbers;
use seamount_tests::noc::units::cases;
use seamount_tests::random::{self, Shape};
use seamount_tests::route::Board;
use trace::Counters;

type Spikes = Vec<(Step, Vec<Key>)>;

/// One of the shipped calibrations in eight cases, else any legal one; with one phase only where nothing learns.
fn calibration(seed: u64, learns: bool) -> Timing {
    if seed.is_multiple_of(8) {
        let shipped = ["loihi1-davies2018", "loihi1-nahuku", "loihi2-scaled"];
        return Timing::shipped(shipped[seed as usize / 8 % 3]).expect("it ships");
    }
    let mut timing = cases::calibration(&mut Numbers(seed));
    if let Barrier::Marker { phases, .. } = &mut timing.barrier {
        *phases = if learns { 2 } else { *phases };
    }
    timing
}

/// One chip of 128 cores, or several chips of four; as few cores as possible, or up to nine.
fn board(seed: u64) -> Board {
    let mut n = Numbers(seed ^ 0xb0a2d);
    let chips = [(1, 1), (2, 1), (2, 2), (1, 3)][n.below(4) as usize];
    Board { chips, cores_min: n.within(1, 9), seed: n.below(3).into(), threads: 1 }
}

/// A timed run that also counts what is sent and what is served.
struct Watch {
    timed: Timed<Sparse>,
    /// Messages of a spike, by core and compartment.
    fans: BTreeMap<CoreId, Vec<u64>>,
    /// Messages that the host sent.
    host: u64,
    /// Messages of spikes whose axon delay has not passed: function counts them where they fire.
    waiting: u64,
    /// Synaptic operations of the messages that were served.
    served: u64,
    /// Synaptic operations of the messages that cores sent in the last step, which nobody serves any more.
    unserved: u64,
}

fn operations<'a>(messages: impl IntoIterator<Item = &'a Message>) -> u64 {
    messages.into_iter().map(|message| u64::from(message.reads.operations())).sum()
}

impl Observer for Watch {
    const RECORDS: bool = true;

    fn step(&mut self, step: Step, work: &StepWork) {
        self.host += work.host.len() as u64;
        for core in &work.cores {
            let fans = &self.fans[&core.core];
            self.waiting += core.fires.iter().map(|fire| fans[fire.index()]).sum::<u64>();
            self.waiting -= core.sent.len() as u64;
        }
        self.served += operations(work.cores.iter().flat_map(|core| &core.received));
        self.unserved = operations(work.cores.iter().flat_map(|core| &core.sent));
        self.timed.step(step, work);
    }
}

/// Output axons of every compartment, from the image's words; one of kind 2 (pop32) takes two slots.
fn fans(image: &Image) -> BTreeMap<CoreId, Vec<u64>> {
    let fan = |core: &CoreImage, map: &AxonMap| {
        let slots = &core.axons[map.pointer as usize..(map.pointer + map.length) as usize];
        let (mut at, mut count) = (0, 0);
        while at < slots.len() {
            at += if DiscreteAxon::unpack(slots[at]).kind == 2 { 2 } else { 1 };
            count += 1;
        }
        count
    };
    let of = |core: &CoreImage| core.axon_map.iter().map(|map| fan(core, map)).collect();
    image.cores.iter().map(|core| (core.core, of(core))).collect()
}

/// Timing plays a message in the step that sends it, function counts it where it fires and serves it in the step after
/// it was sent. So all counts are equal but for two things: the messages that still wait for their axon delay, and the
/// synapses of what the last step sent.
fn same_counts(ours: &Counts, chip: &Counters, watch: &Watch) {
    assert_eq!(
        [ours.active, ours.inactive, ours.spikes],
        [chip.updates_active, chip.updates_inactive, chip.spikes]
    );
    assert_eq!(ours.messages_in, ours.messages_out + watch.host);
    assert_eq!(ours.messages_in + watch.waiting, chip.messages);
    assert_eq!(watch.served, chip.synaptic_operations);
    assert_eq!(ours.sparse + ours.run_length + ours.dense, chip.synaptic_operations + watch.unserved);
}

/// How many cases had what.
#[derive(Debug, Default)]
struct Had {
    cases: u32,
    steps: usize,
    table: u32,
    one_phase: u32,
    two_phases: u32,
    serial: u32,
    accumulation: u32,
    last_step_sent: u32,
    spikes_wait: u32,
}

impl Had {
    fn add(&mut self, timing: &Timing, steps: usize, watch: &Watch) {
        self.cases += 1;
        self.steps += steps;
        match timing.barrier {
            Barrier::Marker { phases: 1, .. } => self.one_phase += 1,
            Barrier::Marker { .. } => self.two_phases += 1,
            _ => self.table += 1,
        }
        self.serial += u32::from(timing.core.receive_serial || timing.core.transmit_serial);
        self.accumulation += u32::from(timing.core.accumulate > 0);
        self.last_step_sent += u32::from(watch.unserved > 0);
        self.spikes_wait += u32::from(watch.waiting > 0);
    }
}

#[test]
fn timing_changes_nothing() {
    let mut had = Had::default();
    for seed in 0..1_100 {
        let learns = seed % 2 == 0;
        let case = random::case(seed, if learns { Shape::SMALL } else { Shape::FIXED });
        let threads = [1, 2, 8][seed as usize % 3];
        let board = board(seed);
        let Ok(image) = board.image(&case.graph) else { continue };
        let mut plain = Chip::load(&image).expect("it loads");
        let mut watched = Chip::load(&image).expect("it loads");
        plain.inject(&case.stimulus).expect("it fits");
        watched.inject(&case.stimulus).expect("it fits");
        let (mut before, mut after) = (Spikes::new(), Spikes::new());
        plain.run(case.steps, 1, &mut NoObserver, &mut |step, keys| before.push((step, keys.to_vec())));
        let cores: Vec<CoreId> = image.cores.iter().map(|core| core.core).collect();
        let calibration = calibration(seed, learns);
        let timed = Timed::new(&board.description(), &calibration, &cores, NoLog).expect("it can be timed");
        let mut watch = Watch { timed, fans: fans(&image), host: 0, waiting: 0, served: 0, unserved: 0 };
        watched.run(case.steps, threads, &mut watch, &mut |step, keys| after.push((step, keys.to_vec())));
        assert!(before == after, "seed {seed}: spikes differ under {calibration:?}");
        assert_eq!(plain.digest(), watched.digest(), "seed {seed}, {calibration:?}");
        assert_eq!(plain.counters(), watched.counters(), "seed {seed}, {calibration:?}");
        watch.timed.end().expect("it ends");
        let steps = watch.timed.drain();
        assert_eq!(steps.len(), case.steps as usize + 1, "seed {seed}");
        same_counts(&Totals::of(&steps).counts, &plain.counters(), &watch);
        had.add(&calibration, steps.len(), &watch);
    }
    println!("V9 {had:?}");
    assert!(had.cases >= 1_000, "{had:?}");
    let barriers = [had.table, had.one_phase, had.two_phases];
    let kinds = [had.serial, had.accumulation, had.last_step_sent, had.spikes_wait];
    assert!(barriers.iter().chain(&kinds).all(|cases| *cases >= 100), "{had:?}");
}

/// Steps, energy and every grant, on 1, 2 and 8 threads.
#[test]
fn threads_take_the_same_time() {
    let (mut cases, mut grants) = (0, 0);
    for seed in 0..60 {
        let case = random::case(seed, if seed % 2 == 0 { Shape::SMALL } else { Shape::FIXED });
        let board = board(seed);
        let Ok(image) = board.image(&case.graph) else { continue };
        let cores: Vec<CoreId> = image.cores.iter().map(|core| core.core).collect();
        let calibration = calibration(seed, seed % 2 == 0);
        let [alone, two, eight] = [1, 2, 8].map(|threads| {
            let mut chip = Chip::load(&image).expect("it loads");
            chip.inject(&case.stimulus).expect("it fits");
            let log = HashLog::default();
            let mut timed = Timed::<Sparse, HashLog>::new(&board.description(), &calibration, &cores, log)
                .expect("it can be timed");
            chip.run(case.steps, threads, &mut timed, &mut |_, _| {});
            timed.finish().expect("it ends")
        });
        assert!(alone == two && alone == eight, "seed {seed}: {calibration:?}");
        cases += 1;
        grants += alone.1.records;
    }
    println!("{cases} networks, {grants} grants");
    assert!(cases > 50 && grants > 10_000, "{cases} networks, {grants} grants");
}
