//! What an observer sees of a step: the work of every core, in order, and nothing of its state.
//!
//! A timing model is an observer: it replays the work cycle by cycle. Function does not depend on it; with
//! [`NoObserver`] the loops compile to the bare emulator.

use isa::ids::{AxonId, CompartmentId, CoreId, Step};
use isa::op::AxonKind;

/// Somebody who is told the work of every step, after the step's last phase.
pub trait Observer {
    /// Whether the work is gathered at all; where false, [`Observer::step`] is never called.
    const RECORDS: bool;

    /// Whether [`CoreWork::received`] is told as well, which sorts every message by its receiver; where false, it is
    /// empty.
    const RECEIVED: bool = true;

    /// The work of `step`, the same whatever the number of threads.
    fn step(&mut self, step: Step, work: &StepWork);
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoObserver;

impl Observer for NoObserver {
    const RECORDS: bool = false;

    fn step(&mut self, _step: Step, _work: &StepWork) {}
}

/// The work of one step of the whole board.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepWork {
    /// Messages that the host sends into tile (0, 0) of chip 0, due in this step: inputs in key order, then rewards.
    pub host: Vec<Message>,
    /// The cores of the image, ascending.
    pub cores: Vec<CoreWork>,
}

/// The work of one core in one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoreWork {
    /// Which core of the board.
    pub core: CoreId,
    /// Phase 1: messages in order of service: those of the host, then by source core, ascending. Empty for an observer
    /// that is not told ([`Observer::RECEIVED`]).
    pub received: Vec<Message>,
    /// Phase 2: `4 * num_updates` compartments in index order; whether each was active (contract 3).
    pub active: Vec<bool>,
    /// Phase 2: the compartments that fired, ascending.
    pub fires: Vec<CompartmentId>,
    /// Phase 3: who sends in this step: spikes whose axon delay has passed, ascending for every delay.
    pub sends: Vec<Send>,
    /// Phase 3: the messages of [`CoreWork::sends`], due in the next step.
    pub sent: Vec<Message>,
    /// Phase 4: plastic synapses evaluated, in order of axon and list; empty but at the end of an epoch.
    pub learning: Vec<LearningWork>,
}

impl CoreWork {
    /// Makes it that of a core that has done nothing; its memory is used again.
    pub(crate) fn clear(&mut self, core: CoreId) {
        self.core = core;
        self.received.clear();
        self.active.clear();
        self.fires.clear();
        self.sends.clear();
        self.sent.clear();
        self.learning.clear();
    }
}

/// The messages of one compartment's spike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Send {
    /// Who fired.
    pub compartment: CompartmentId,
    /// Number of its messages, the next ones in [`CoreWork::sent`].
    pub messages: u32,
}

/// One message, as its sender and its receiver see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who sends it.
    pub source: Source,
    /// Where it goes.
    pub core: CoreId,
    /// The input axon there.
    pub axon: AxonId,
    /// Its kind; a pop32 message takes two flits.
    pub kind: AxonKind,
    /// What serving it reads.
    pub reads: Reads,
}

/// Where a message comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The host, at tile (0, 0) of chip 0.
    Host,
    /// A core.
    Core(CoreId),
}

/// What serving a message reads from the synapse memory; all 0 for a reward axon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// 64-bit words of the blocks of its list.
    pub words: u32,
    /// Entries of sparse blocks.
    pub sparse: u32,
    /// Entries of run-length blocks.
    pub run_length: u32,
    /// Entries of dense blocks.
    pub dense: u32,
}

impl Reads {
    /// Synaptic operations (contract 9).
    #[must_use]
    pub const fn operations(&self) -> u32 {
        self.sparse + self.run_length + self.dense
    }
}

/// Plastic synapses of one axon and one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LearningWork {
    /// The learning axon.
    pub axon: AxonId,
    /// Rule of their format.
    pub rule: u32,
    /// How many.
    pub synapses: u32,
    /// Products of the rule, of w, d and t together.
    pub terms: u32,
    /// Factor words of these products, plus one for every dependency x0 or y0 (so pair STDP has 2 terms, 4 factors).
    pub factors: u32,
    /// Whether the axon had no event in the epoch and its pre traces are 0.
    pub idle: bool,
}
