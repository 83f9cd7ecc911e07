//! The units of all cores and the barrier, slow and literal: every unit of every core is stepped in every cycle.
//!
//! Written from the timing document alone, on top of the slow mesh ([`super::oracle`]). Every FIFO is a queue, every
//! unit holds one item, every message is an entry of one long list. What a unit may do in a cycle depends on nothing
//! but that cycle: nothing is skipped and nothing is played behind time.

mod barrier;
pub mod cases;
mod fifo;
mod message;
mod plan;
mod receive;
mod transmit;

use emulator::StepWork;
use emulator::time::mesh::{Cycle, Endpoint, Log, Network, Origin, Ports, Shape, Size, Wake};
use isa::chip::ChipDescription;
use isa::ids::CoreId;
use isa::timing::{Barrier, Timing};

use super::oracle::Oracle;
use message::{Message, Now};
use plan::Plan;
use receive::{Receive, Received};
use transmit::{Sent, Transmit};

/// A core.
#[derive(Clone, Debug)]
struct Core {
    /// Its number, if it has work.
    mapped: Option<CoreId>,
    receive: Receive,
    transmit: Transmit,
    /// Networks whose FLUSH of this step has come.
    flushes: u32,
    /// What its units did, by step.
    spent: Vec<Spent>,
}

/// What the units of a core did in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// On the way out.
    pub sent: Sent,
    /// On the way in.
    pub received: Received,
    /// Cycles of SOM.
    pub sweep: u64,
    /// Cycles of LRN.
    pub learning: u64,
}

/// A tile.
#[derive(Clone, Debug, Default)]
struct Tile {
    /// The step it is in.
    step: usize,
    /// When it was flushed in this step.
    flushed: Option<Cycle>,
    /// Which cores have learned in this step.
    learned: Vec<bool>,
    /// When it was flushed, by step.
    flushes: Vec<Cycle>,
    /// When it advanced, by step.
    advances: Vec<Cycle>,
}

/// All cores of a board.
#[derive(Clone, Debug)]
pub struct Units {
    shape: Shape,
    timing: Timing,
    /// Under a table, its cycles for the mapped tiles.
    table: Option<Cycle>,
    /// Under a table: when the next step begins, once that is known.
    next: Option<Cycle>,
    plans: Vec<Plan>,
    messages: Vec<Message>,
    cores: Vec<Core>,
    tiles: Vec<Tile>,
}

/// A step, as it was played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// From the last tile's advance into the step to the last tile's advance out of it.
    pub cycles: Cycle,
    /// From the first tile's advance into it to the last's.
    pub lead: Cycle,
    /// From its begin to the end of the last sweep, the last sending, the last accumulation, the last tile's flush.
    pub ends: [Cycle; 4],
}

/// All that was played.
#[derive(Clone, Debug)]
pub struct Played {
    /// The steps, step 0 with the host's first messages included.
    pub steps: Vec<Step>,
    /// Of every core with work, by place on the board: cycles of SOM, AXO, AXI, SYN and LRN in all.
    pub cores: Vec<(CoreId, [u64; 5])>,
    /// Of every core with work, by place on the board: the most spikes, lookups and messages to the mesh that waited.
    pub most: Vec<(CoreId, [usize; 3])>,
    /// Cycles that were stepped.
    pub cycles: Cycle,
    /// Grants in the log, where somebody has counted them.
    pub grants: u64,
}

/// Plays the work of some steps.
///
/// # Panics
/// Where the steps do not end.
pub fn play<L: Log>(chip: &ChipDescription, timing: &Timing, work: &[StepWork], log: &mut L) -> Played {
    let shape = Shape::new(Size::of(chip), timing).expect("a mesh");
    let (mut units, mut mesh) = (Units::new(shape, chip, timing, work), Oracle::new(shape));
    let start = if units.table.is_some() { 0 } else { 1 + timing.remainder() };
    (0..shape.tiles()).for_each(|tile| units.begin(start.into(), tile));
    for _ in 0..100 {
        mesh.run(mesh.now() + 1000, &mut units, log);
        if units.tiles.iter().all(|tile| tile.step == units.plans.len()) {
            mesh.audit().unwrap_or_else(|e| panic!("{shape:?}: {e}"));
            return units.played(mesh.now());
        }
    }
    panic!("{shape:?}: the steps do not end");
}

impl Units {
    fn new(shape: Shape, chip: &ChipDescription, timing: &Timing, work: &[StepWork]) -> Self {
        let mapped: Vec<CoreId> = work[0].cores.iter().map(|core| core.core).collect();
        let mut tiles: Vec<u32> = mapped.iter().map(|core| core.0 / chip.cores_per_tile).collect();
        tiles.dedup();
        let table = match timing.barrier {
            Barrier::Table { .. } => Some(timing.table_cycles(tiles.len() as u32).into()),
            _ => None,
        };
        let cores = shape.cores() as u32;
        let plans = Plan::all(work, chip);
        let locals = |id: u32| (0..timing.nets).map(|net| net * cores + id).collect();
        let core = |id: u32| Core {
            mapped: plans[0].mapped[id as usize],
            receive: Receive::new(timing, locals(id)),
            transmit: Transmit::new(timing, locals(id)),
            flushes: 0,
            spent: Vec::new(),
        };
        let cores = (0..cores).map(core).collect();
        let tile = Tile { learned: vec![false; shape.size.cores_per_tile as usize], ..Tile::default() };
        Self {
            shape,
            timing: timing.clone(),
            table,
            next: None,
            plans,
            messages: Vec::new(),
            cores,
            tiles: vec![tile; shape.tiles()],
        }
    }

    /// The cores of a tile.
    fn cores_of(&self, tile: usize) -> std::ops::Range<usize> {
        let slots = self.shape.size.cores_per_tile as usize;
        tile * slots..(tile + 1) * slots
    }

    fn played(&self, cycles: Cycle) -> Played {
        let steps = (0..self.plans.len()).map(|step| self.step(step)).collect();
        let sum = |core: &Core| {
            core.spent.iter().fold([0; 5], |sum: [u64; 5], spent| {
                let (sent, received) = (spent.sent, spent.received);
                let of = [spent.sweep, sent.axon_out, received.axon_in, received.synapse, spent.learning];
                std::array::from_fn(|i| sum[i] + of[i])
            })
        };
        let most = |core: &Core| {
            let queues = core.transmit.queues.iter().map(|queue| queue.most).max();
            [core.transmit.spikes.most, core.receive.lookups.most, queues.unwrap_or(0)]
        };
        let mapped = self.cores.iter().filter_map(|core| Some((core.mapped?, core)));
        Played {
            steps,
            cores: mapped.clone().map(|(id, core)| (id, sum(core))).collect(),
            most: mapped.map(|(id, core)| (id, most(core))).collect(),
            cycles,
            grants: 0,
        }
    }

    fn step(&self, step: usize) -> Step {
        let advances = |step: usize| self.tiles.iter().map(move |tile| tile.advances[step]);
        let first = if step == 0 { 0 } else { advances(step - 1).min().unwrap_or(0) };
        let from = if step == 0 { 0 } else { advances(step - 1).max().unwrap_or(0) };
        let last = |of: &dyn Fn(&Spent) -> Cycle| {
            let mapped = self.cores.iter().filter(|core| core.mapped.is_some());
            mapped.map(|core| of(&core.spent[step])).max().unwrap_or(0).saturating_sub(from)
        };
        let flushed = self.tiles.iter().map(|tile| tile.flushes[step]).max().unwrap_or(0);
        Step {
            cycles: advances(step).max().unwrap_or(0) - from,
            lead: from - first,
            ends: [
                last(&|spent| spent.sent.sweep_end),
                last(&|spent| spent.sent.end),
                last(&|spent| spent.received.end),
                flushed.saturating_sub(from),
            ],
        }
    }
}

impl Endpoint for Units {
    fn cycle<P: Ports>(&mut self, now: Cycle, _woken: &[Wake], ports: &mut P) {
        if self.next == Some(now) {
            self.advance_all(now, ports);
        }
        let mut all = Now { cycle: now, timing: &self.timing, messages: &mut self.messages };
        for core in &mut self.cores {
            core.receive.cycle(&all, ports);
            core.transmit.cycle(&mut all, ports);
        }
        self.barrier(now, ports);
    }

    fn flush<P: Ports>(&mut self, now: Cycle, local: u32, epoch: bool, ports: &mut P) {
        let core = local as usize % self.cores.len();
        assert_eq!(self.cores[core].transmit.is_odd(), epoch, "core {core} is flushed for another step");
        self.cores[core].flushes += 1;
        self.barrier(now, ports);
    }

    fn advance<P: Ports>(&mut self, now: Cycle, tile: u32, ports: &mut P) {
        self.leave(now, tile as usize);
        self.begin(now + 1 + Cycle::from(self.timing.remainder()), tile as usize);
        self.halt_at_the_end(ports);
    }

    fn origin(&self, payload: u32) -> Origin {
        let message = self.messages[payload as usize];
        Origin { source: message.source, sequence: message.sequence }
    }
}
