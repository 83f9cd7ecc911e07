//! What every core has to do in a step, by place on the board.

use std::collections::VecDeque;

use emulator::time::mesh::Flit;
use emulator::{CoreWork, Message as Recorded, StepWork};
use isa::chip::ChipDescription;
use isa::ids::CoreId;
use isa::timing::Timing;

/// What there is to do in a step.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// By place on the board: its core, if that has work.
    pub mapped: Vec<Option<CoreId>>,
    /// By place on the board: the work of its core.
    pub cores: Vec<CoreWork>,
    /// Messages of the host, which are due in the next step, each with a flit to its destination.
    pub host: Vec<(Recorded, Flit)>,
    /// By place on the board: flits to the destinations of all messages that its core sends.
    pub ways: Vec<Vec<Flit>>,
}

impl Plan {
    /// The plans of all steps; the first is step 0, in which the host's messages of the first travel.
    #[must_use]
    pub fn all(work: &[StepWork], chip: &ChipDescription) -> Vec<Self> {
        let width = chip.board.width * chip.mesh.width;
        let place = |core: CoreId| {
            let at = chip.place(core);
            ((at.y * width + at.x) * chip.cores_per_tile + at.slot) as usize
        };
        let to = |message: &Recorded| {
            let at = chip.place(message.core);
            Flit::spike(at.x, at.y, at.slot, 0)
        };
        let mut mapped = vec![None; chip.cores() as usize];
        work[0].cores.iter().for_each(|core| mapped[place(core.core)] = Some(core.core));
        let nothing = || Self {
            mapped: mapped.clone(),
            cores: vec![CoreWork::default(); chip.cores() as usize],
            host: Vec::new(),
            ways: vec![Vec::new(); chip.cores() as usize],
        };
        let mut plans: Vec<Self> = (0..=work.len()).map(|_| nothing()).collect();
        for (step, work) in work.iter().enumerate() {
            plans[step].host = work.host.iter().map(|message| (*message, to(message))).collect();
            for core in &work.cores {
                plans[step + 1].ways[place(core.core)] = core.sent.iter().map(to).collect();
                plans[step + 1].cores[place(core.core)] = core.clone();
            }
        }
        plans
    }
}

/// Cycles of SOM for a compartment.
#[must_use]
pub fn compartment_cycles(work: &CoreWork, index: usize, timing: &Timing) -> u64 {
    let soma = timing.core.soma;
    let fires = work.fires.iter().any(|fire| fire.index() == index);
    let update = if work.active[index] { soma.active } else { soma.inactive };
    u64::from(update) + if fires { u64::from(soma.spike) } else { 0 }
}

/// Cycles of LRN.
#[must_use]
pub fn learning_cycles(work: &CoreWork, timing: &Timing) -> u64 {
    let costs = timing.core.learning;
    let evaluated = work.learning.iter().filter(|of| !(costs.skip_idle && of.idle));
    evaluated
        .map(|of| {
            let synapse = costs.base + of.terms * costs.term + of.factors * costs.factor;
            u64::from(of.synapses) * u64::from(synapse)
        })
        .sum()
}

/// The messages of a core's spikes, by compartment: what is sent after the sweep over it.
#[must_use]
pub fn spikes_of(work: &CoreWork, ids: &[u32]) -> Vec<VecDeque<VecDeque<u32>>> {
    let mut spikes = vec![VecDeque::new(); work.active.len()];
    let mut rest = ids;
    for send in &work.sends {
        let (mine, others) = rest.split_at(send.messages as usize);
        rest = others;
        if !mine.is_empty() {
            spikes[send.compartment.index()].push_back(mine.iter().copied().collect());
        }
    }
    spikes
}
