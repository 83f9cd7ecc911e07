//! Work of steps, made up: micro-benchmarks and random work.

use emulator::{CoreWork, LearningWork, Message, Reads, Send, Source, StepWork};
use isa::chip::{ChipDescription, Grid};
use isa::ids::{AxonId, CompartmentId, CoreId};
use isa::op::AxonKind;

use super::random::Numbers;

/// A board of one chip, or of several.
///
/// # Panics
/// If `loihi` does not ship.
#[must_use]
pub fn board(board: (u32, u32), mesh: (u32, u32), cores_per_tile: u32) -> ChipDescription {
    let mut chip = ChipDescription::shipped("loihi").expect("it ships");
    chip.board = Grid { width: board.0, height: board.1 };
    chip.mesh = Grid { width: mesh.0, height: mesh.1 };
    chip.cores_per_tile = cores_per_tile;
    chip
}

/// A core that sweeps over some compartments, of which the first is active and fires.
#[must_use]
pub fn sweeper(core: u32, compartments: usize, active: bool) -> CoreWork {
    CoreWork { core: CoreId(core), active: vec![active; compartments], ..CoreWork::default() }
}

/// A message of a core over one dense block.
#[must_use]
pub const fn message(from: u32, to: u32, dense: u32) -> Message {
    let reads = Reads { words: dense.div_ceil(7), sparse: 0, run_length: 0, dense };
    Message {
        source: Source::Core(CoreId(from)),
        core: CoreId(to),
        axon: AxonId(0),
        kind: AxonKind::Discrete,
        reads,
    }
}

/// Makes compartment 0 of a core fire and send some messages.
#[must_use]
pub fn firing(mut work: CoreWork, messages: Vec<Message>) -> CoreWork {
    work.fires = vec![CompartmentId(0)];
    work.sends = vec![Send { compartment: CompartmentId(0), messages: messages.len() as u32 }];
    work.sent = messages;
    work
}

/// Learning of some synapses under a rule.
#[must_use]
pub const fn learning(synapses: u32, terms: u32, factors: u32) -> LearningWork {
    LearningWork { axon: AxonId(0), rule: 0, synapses, terms, factors, idle: false }
}

/// Random work of some cores for some steps; learning in every third step, if at all.
#[must_use]
pub fn random(n: &mut Numbers, cores: &[CoreId], steps: u32, learns: bool) -> Vec<StepWork> {
    let busy = n.within(1, 12);
    (0..steps)
        .map(|step| StepWork {
            host: (0..n.below(4)).map(|_| any_message(n, Source::Host, cores)).collect(),
            cores: cores
                .iter()
                .map(|core| any_core(n, *core, cores, (busy, learns && step % 3 == 2)))
                .collect(),
        })
        .collect()
}

fn any_message(n: &mut Numbers, source: Source, cores: &[CoreId]) -> Message {
    let kinds = [AxonKind::Discrete, AxonKind::Pop16, AxonKind::Pop32];
    let reads = Reads { words: n.below(4), sparse: n.below(6), run_length: n.below(3), dense: n.below(10) };
    let core = cores[n.below(cores.len() as u32) as usize];
    Message { source, core, axon: AxonId(n.below(9) as u16), kind: kinds[n.below(3) as usize], reads }
}

fn any_core(n: &mut Numbers, core: CoreId, cores: &[CoreId], (busy, learns): (u32, bool)) -> CoreWork {
    let compartments = 4 * n.below(10);
    let mut work = sweeper(core.0, 0, false);
    work.active = (0..compartments).map(|_| n.below(2) == 0).collect();
    for index in (0..compartments).filter(|_| n.below(20) < busy).collect::<Vec<_>>() {
        let messages = n.within(1, 3);
        work.fires.push(CompartmentId(index as u16));
        work.sends.push(Send { compartment: CompartmentId(index as u16), messages });
        work.sent.extend((0..messages).map(|_| any_message(n, Source::Core(core), cores)));
    }
    if learns {
        work.learning = vec![learning(n.below(50), n.below(4), n.below(8))];
    }
    work
}
