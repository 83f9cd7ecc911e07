//! Small chips and their work, drawn so that units wait for each other in every way they can.

use emulator::{CoreWork, LearningWork, Message, Reads, Send, Source, StepWork};
use isa::chip::ChipDescription;
use isa::ids::{AxonId, CompartmentId, CoreId};
use isa::op::AxonKind;
use isa::timing::{Barrier, NetChoice, Timing};

use crate::noc::random::Numbers;
use crate::noc::work::board;

/// A chip, its calibration and the work of some steps.
#[derive(Clone, Debug)]
pub struct Case {
    /// The board.
    pub chip: ChipDescription,
    /// What a cycle is.
    pub timing: Timing,
    /// The steps.
    pub work: Vec<StepWork>,
}

impl Case {
    /// The cores that have work.
    #[must_use]
    pub fn cores(&self) -> Vec<CoreId> {
        self.work[0].cores.iter().map(|core| core.core).collect()
    }

    /// The case of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut n = Numbers(seed);
        let across = if n.below(4) == 0 { 2 } else { 1 };
        let mesh = (n.within(1, 3), n.within(1, 3));
        let chip = board((across, n.within(1, across)), mesh, n.within(1, 4));
        let mut timing = calibration(&mut n);
        let backlog = n.below(5) == 0;
        if backlog {
            behind(&mut n, &mut timing);
        }
        let learns = !matches!(timing.barrier, Barrier::Marker { phases: 1, .. });
        let mut cores: Vec<CoreId> = (0..chip.cores()).filter(|_| n.below(4) > 0).map(CoreId).collect();
        if cores.is_empty() {
            cores.push(CoreId(n.below(chip.cores())));
        }
        let mut mix = Mix::any(&mut n, &cores, learns);
        if backlog {
            mix.targets.truncate(1);
            (mix.fan, mix.synapses) = (2, 2);
        }
        let work = (0..3).map(|step| mix.step(&mut n, &cores, step)).collect();
        Self { chip, timing, work }
    }
}

/// A cost: often none, mostly small, at times large.
fn cost(n: &mut Numbers) -> u32 {
    [0, n.below(3), n.below(4), n.below(9)][n.below(4) as usize]
}

/// A depth: often the least, at times more than is ever used.
fn depth(n: &mut Numbers, most: u32) -> u32 {
    [1, 2, n.within(1, 4), n.within(1, most)][n.below(4) as usize]
}

/// A random legal calibration with costs of all units, small FIFOs, serial units, and any barrier.
///
/// # Panics
/// If it is not legal.
#[must_use]
pub fn calibration(n: &mut Numbers) -> Timing {
    let mut timing = Timing::shipped("noc-reference").expect("it ships");
    timing.nets = n.within(1, 2);
    timing.choice =
        [NetChoice::Alternate, NetChoice::Alternate, NetChoice::Hash, NetChoice::Fixed][n.below(4) as usize];
    routers(n, &mut timing);
    let core = &mut timing.core;
    (core.soma.inactive, core.soma.active, core.soma.spike) = (cost(n), cost(n), cost(n));
    (core.axon_out, core.axon_in, core.accumulate) = (cost(n), cost(n), cost(n));
    (core.synapse.word, core.synapse.per_word) = (cost(n), n.below(4));
    (core.synapse.sparse, core.synapse.run_length, core.synapse.dense) = (cost(n), cost(n), cost(n));
    (core.learning.base, core.learning.term, core.learning.factor) = (cost(n), n.below(3), n.below(3));
    core.learning.skip_idle = n.below(2) == 0;
    (core.receive_serial, core.transmit_serial) = (n.below(3) == 0, n.below(3) == 0);
    (timing.fifo.spike, timing.fifo.axon_in, timing.fifo.synapse) = (depth(n, 16), depth(n, 8), depth(n, 8));
    (timing.nif.transmit, timing.nif.receive) = (depth(n, 8), depth(n, 8));
    let hop = [0, 1, n.below(40)][n.below(3) as usize];
    let base = timing.empty_step() + [0, 0, 1, n.below(30)][n.below(4) as usize];
    timing.barrier = match n.below(5) {
        0 => Barrier::Table { rows: vec![[1, n.below(10)], [2, n.below(60)], [4, n.below(90)]] },
        _ => Barrier::Marker { base, hop, phases: n.within(1, 2) },
    };
    if matches!(timing.barrier, Barrier::Table { .. }) {
        timing.router.vcs = n.within(1, 4);
    }
    timing.check().expect("legal");
    timing
}

/// Slow receivers, fast senders, tiles that may be far apart: FLUSH waits behind spikes, and spikes behind it.
fn behind(n: &mut Numbers, timing: &mut Timing) {
    timing.core.synapse.sparse = n.within(3, 9);
    (timing.nif.receive, timing.fifo.axon_in) = (n.within(2, 5), n.within(1, 2));
    timing.router.vcs = 1;
    timing.barrier = Barrier::Marker { base: timing.empty_step(), hop: n.below(3), phases: 1 };
}

fn routers(n: &mut Numbers, timing: &mut Timing) {
    let wire = if n.below(3) == 0 { 20 } else { 3 };
    (timing.router.rc, timing.router.sa, timing.router.st) = (n.below(3), n.within(1, 2), n.below(3));
    timing.router.buffer = depth(n, 22);
    (timing.link.east_west, timing.link.north_south) = (n.within(1, wire), n.within(1, wire));
    (timing.link.local, timing.link.chip) = (n.within(1, 3), n.below(wire));
    // Late, a credit of one step is still missing in the next.
    timing.link.credit_extra = if n.below(4) == 0 { n.within(3, 30) } else { n.below(3) };
    let q = n.within(1, 4);
    timing.link.interval = [[1, 1], [5, 3], [n.within(q, 4 * q), q]][n.below(3) as usize];
}

/// How much of everything a case has.
struct Mix {
    compartments: u32,
    /// Of eight compartments.
    fires: u32,
    /// Messages of a spike, at most.
    fan: u32,
    /// Whom messages go to.
    targets: Vec<CoreId>,
    /// Of four messages.
    pairs: u32,
    /// Synapses of a kind in a message, at most.
    synapses: u32,
    host: u32,
    learns: bool,
}

impl Mix {
    fn any(n: &mut Numbers, cores: &[CoreId], learns: bool) -> Self {
        let one = vec![cores[n.below(cores.len() as u32) as usize]];
        let few = n.below(3) == 0;
        Self {
            compartments: [0, 4, 8, 12][n.below(4) as usize],
            fires: n.below(9),
            fan: [1, 2, 2, 5][n.below(4) as usize],
            targets: if few { one } else { cores.to_vec() },
            pairs: [0, 1, 4][n.below(3) as usize],
            synapses: [0, 2, if few { 2 } else { 6 }][n.below(3) as usize],
            host: [0, 3, 12][n.below(3) as usize],
            learns: learns && n.below(2) == 0,
        }
    }

    fn step(&self, n: &mut Numbers, cores: &[CoreId], step: u32) -> StepWork {
        let host = (0..n.below(self.host + 1)).map(|_| self.message(n, Source::Host)).collect();
        let cores = cores.iter().map(|core| self.core(n, *core, step)).collect();
        StepWork { host, cores }
    }

    fn core(&self, n: &mut Numbers, core: CoreId, step: u32) -> CoreWork {
        let compartments = n.below(self.compartments + 1);
        let active = (0..compartments).map(|_| n.below(2) == 0).collect();
        let mut work = CoreWork { core, active, ..CoreWork::default() };
        let some =
            |n: &mut Numbers, of: u32| (0..compartments).filter(|_| n.below(8) < of).collect::<Vec<_>>();
        let fires = some(n, self.fires);
        // Spikes without an axon delay leave at once, others in a later step, by delay.
        let late = if n.below(3) == 0 { some(n, self.fires / 2) } else { Vec::new() };
        for index in fires.iter().chain(&late) {
            let messages = n.below(self.fan + 1);
            work.sends.push(Send { compartment: CompartmentId(*index as u16), messages });
            work.sent.extend((0..messages).map(|_| self.message(n, Source::Core(core))));
        }
        work.fires = fires.into_iter().map(|index| CompartmentId(index as u16)).collect();
        if self.learns && step != 1 {
            work.learning = (0..n.below(3)).map(|_| learning(n)).collect();
        }
        work
    }

    fn message(&self, n: &mut Numbers, source: Source) -> Message {
        let core = self.targets[n.below(self.targets.len() as u32) as usize];
        let kind = if n.below(4) < self.pairs { AxonKind::Pop32 } else { AxonKind::Discrete };
        let mut some = || n.below(self.synapses + 1);
        let (sparse, run_length, dense) = (some(), some(), some());
        let words = (sparse + run_length + dense).div_ceil(2);
        let reads = Reads { words, sparse, run_length, dense };
        Message { source, core, axon: AxonId(n.below(9) as u16), kind, reads }
    }
}

fn learning(n: &mut Numbers) -> LearningWork {
    LearningWork {
        axon: AxonId(0),
        rule: 0,
        synapses: n.below(9),
        terms: n.below(3),
        factors: n.below(5),
        idle: n.below(2) == 0,
    }
}
