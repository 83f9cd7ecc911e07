//! The work of every step, replayed through clocked units, over the mesh, to the barrier.
//!
//! ```text
//! NIF(A,B) -> axon in -> [fifo] -> synapse -> [fifo] -> accumulate   learning (between FLUSH and ADVANCE)
//! sweep -> [fifo] -> axon out -> [fifo A, B] -> NIF
//! ```
//!
//! A unit takes an item in a cycle, is busy for its cost and then pushes the result; where the FIFO is full it waits. A
//! pushed item shows in the next cycle, a freed slot is filled from the next cycle. Messages that function sends in a
//! step travel in that step and are served before it ends; the host's messages of a step travel in the step before,
//! through the first local port of tile (0, 0), ahead of that core's own. Steps come in with [`Observer::step`] and are
//! played when the work of the next two is known, since tiles may be a step apart.

mod accumulate;
mod board;
mod core;
mod flights;
mod interface;
mod links;
mod lookups;
mod machine;
mod plan;
mod queue;
mod receive;
mod report;
mod send;
mod stretch;

use std::collections::VecDeque;

use isa::chip::ChipDescription;
use isa::ids::{CoreId, Step};
use isa::timing::{Barrier, Timing};

use super::energy::Counts;
use super::mesh::sparse::Sparse;
use super::mesh::{Kind, Log, MeshError, Network, NoLog, Shape, Size};
use crate::observer::{Observer, StepWork};
use board::Board;
use links::Links;
use machine::Machine;
use plan::{Plans, packet};
pub use report::{Bound, CoreTime, StepReport, Terms, Totals};

/// Why work cannot be timed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// The board is larger than the mesh can be.
    #[error(transparent)]
    Mesh(#[from] MeshError),
    /// The calibration ends no step.
    #[error(
        "calibration `{0}` has no barrier: it is for synthetic traffic; take one with barrier.kind marker or table"
    )]
    NoBarrier(String),
    /// One phase leaves no time for learning.
    #[error(
        "calibration `{0}` has barrier.phases = 1, which leaves no time to learn; core {1} learns: take 2"
    )]
    Learning(String, CoreId),
}

/// An observer that times the work of a chip on engine `N`.
#[derive(Clone, Debug)]
pub struct Timed<N: Network = Sparse, L: Log = NoLog> {
    chip: ChipDescription,
    timing: Timing,
    shape: Shape,
    network: N,
    machine: Machine,
    board: Board,
    links: Links,
    /// Who is told of every grant.
    pub log: L,
    mapped: Vec<u32>,
    /// Work of the mapped cores so far, in the same order.
    cores: Vec<CoreTime>,
    /// Cycles of a step in which nothing works.
    barrier: u64,
    /// Terms and counts of the steps that are not played yet; the first is the step that is played next.
    open: VecDeque<(u32, Terms, Counts)>,
    held: Option<Plans>,
    steps: Vec<StepReport>,
    started: bool,
    error: Option<TimeError>,
}

impl<N: Network, L: Log> Timed<N, L> {
    /// Times the work of some cores (those of an image) of a chip under a calibration.
    ///
    /// # Errors
    /// [`TimeError::Mesh`] or [`TimeError::NoBarrier`].
    pub fn new(chip: &ChipDescription, timing: &Timing, cores: &[CoreId], log: L) -> Result<Self, TimeError> {
        if timing.barrier == Barrier::None {
            return Err(TimeError::NoBarrier(timing.name.clone()));
        }
        let shape = Shape::new(Size::of(chip), timing)?;
        let board = Board::new(chip, &shape);
        let mut cores: Vec<CoreTime> = cores.iter().map(|core| CoreTime::of(*core)).collect();
        cores.sort_unstable_by_key(|of| board.local(of.core));
        let mapped: Vec<u32> = cores.iter().map(|of| board.local(of.core)).collect();
        Ok(Self {
            machine: Machine::new(shape, chip, timing, mapped.clone()),
            network: N::new(shape),
            links: Links::new(&shape, timing),
            board,
            chip: chip.clone(),
            timing: timing.clone(),
            shape,
            log,
            barrier: barrier_cycles(&shape, chip, timing, &mapped),
            mapped,
            cores,
            open: VecDeque::new(),
            held: None,
            steps: Vec::new(),
            started: false,
            error: None,
        })
    }

    /// Plays what is left and returns all steps, step 0 with the host's first messages included.
    ///
    /// # Errors
    /// [`TimeError::Learning`] where a core learned under a barrier of one phase.
    pub fn finish(mut self) -> Result<(Vec<StepReport>, L), TimeError> {
        self.end()?;
        Ok((self.steps, self.log))
    }

    /// Plays what is left; no step may come after.
    ///
    /// # Errors
    /// [`TimeError::Learning`] where a core learned under a barrier of one phase.
    pub fn end(&mut self) -> Result<(), TimeError> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        if let Some(last) = self.held.take() {
            self.add(last);
        }
        self.machine.end();
        while !self.open.is_empty() {
            self.play();
        }
        Ok(())
    }

    /// The steps that were played since the last call, which long runs need not keep.
    pub fn drain(&mut self) -> Vec<StepReport> {
        std::mem::take(&mut self.steps)
    }

    /// The cycles that the units of every core worked in the steps so far, by place on the board.
    #[must_use]
    pub fn cores(&self) -> &[CoreTime] {
        &self.cores
    }

    /// The core at a place on the board ([`StepReport::core`]), if it is mapped.
    #[must_use]
    pub fn core_at(&self, place: u32) -> Option<CoreId> {
        self.mapped.binary_search(&place).ok().map(|index| self.cores[index].core)
    }

    /// The mesh that is played.
    #[must_use]
    pub const fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The steps that are played so far.
    #[must_use]
    pub fn steps(&self) -> &[StepReport] {
        &self.steps
    }

    /// The most items that any core's FIFOs held: spikes, lookups, transmit queues.
    #[must_use]
    pub fn high_water(&self) -> [usize; 3] {
        self.machine.high_water()
    }

    /// The same for one core.
    #[must_use]
    pub fn high_water_of(&self, core: CoreId) -> [usize; 3] {
        self.machine.high_water_of(self.board.local(core))
    }

    /// Adds the plans of the last open step, complete with the host's messages.
    fn add(&mut self, plans: Plans) {
        if let Some((_, terms, _)) = self.open.back_mut() {
            terms.link = self.links.cycles(&plans);
        }
        self.machine.add(plans);
    }

    fn plans(&mut self, work: &StepWork) -> (Plans, Terms, Counts) {
        let (mut plans, mut terms, mut counts) = (self.machine.plans(), Terms::default(), Counts::default());
        for core in &work.cores {
            let place = self.board.local(core.core);
            let plan = &mut plans.of_core[place as usize];
            plan.fill(core, &self.board, &self.timing, &mut counts);
            terms.add(plan, &self.timing);
            if let Ok(index) = self.mapped.binary_search(&place) {
                self.cores[index].sweep += plan.sweep;
                self.cores[index].learning += plan.learning;
            }
        }
        (plans, terms, counts)
    }

    /// Plays the first open step to its end.
    fn play(&mut self) {
        if !self.started {
            self.started = true;
            self.machine.start(&mut self.network);
        }
        let ended = loop {
            self.network.run(u64::MAX, &mut self.machine, &mut self.log);
            if let Some(ended) = self.machine.take_ended() {
                break ended;
            }
            assert!(
                self.network.now() < u64::MAX,
                "step {:?} never ends",
                self.open.front().map(|open| open.0)
            );
        };
        if let Some((step, terms, counts)) = self.open.pop_front() {
            let cycles = ended.until - ended.from;
            let boards = [self.mapped.len() as u64, u64::from(self.chip.board.count())];
            let energy = counts.energy(&self.timing, cycles, boards);
            let report = StepReport::new(
                Step(step),
                &ended,
                (terms, counts, energy),
                (&self.mapped, &self.timing, self.barrier),
            );
            for (sum, spent) in self.cores.iter_mut().zip(&ended.spent) {
                sum.add(spent);
            }
            let bounding = report.core.and_then(|core| self.mapped.binary_search(&core).ok());
            if let Some(index) = bounding {
                self.cores[index].bounded += 1;
            }
            self.steps.push(report);
        }
    }
}

/// Cycles of a step in which nothing works: the base and two sweeps of markers over the whole board, or the table.
fn barrier_cycles(shape: &Shape, chip: &ChipDescription, timing: &Timing, mapped: &[u32]) -> u64 {
    let Barrier::Marker { base, hop, phases } = timing.barrier else {
        let mut tiles: Vec<u32> = mapped.iter().map(|place| place / chip.cores_per_tile).collect();
        tiles.dedup();
        return timing.table_cycles(tiles.len() as u32).into();
    };
    let stages = shape.rc + shape.switch + hop;
    let [width, height] = [shape.size.width - 1, shape.size.height - 1];
    let links = chip.board.width + chip.board.height - 2;
    let sweep = u64::from(width) * u64::from(stages + shape.wires[0])
        + u64::from(height) * u64::from(stages + shape.wires[1])
        + u64::from(links) * u64::from(shape.chip_wire);
    u64::from(base) + u64::from(phases) * sweep
}

impl<N: Network, L: Log> Observer for Timed<N, L> {
    const RECORDS: bool = true;
    const RECEIVED: bool = false;

    fn step(&mut self, step: Step, work: &StepWork) {
        let learns = work.cores.iter().find(|core| !core.learning.is_empty());
        if let (Some(core), Barrier::Marker { phases: 1, .. }) = (learns, &self.timing.barrier) {
            self.error = Some(TimeError::Learning(self.timing.name.clone(), core.core));
        }
        if self.error.is_some() {
            return;
        }
        let mut before = match self.held.take() {
            Some(before) => before,
            None => {
                self.open.push_back((step.0 - 1, Terms::default(), Counts::default()));
                self.machine.plans()
            }
        };
        if let Some((_, _, counts)) = self.open.back_mut() {
            before.host.extend(work.host.iter().map(|message| {
                let to = self.board.flit(message.core).with_kind(Kind::SpikeExternal);
                let ends = [(0, 0), (to.x(), to.y())];
                let links = self.board.links(ends);
                counts.add_way(message, ends, links);
                packet(message, to, links > 0, &self.timing)
            }));
        }
        self.add(before);
        let (plans, terms, counts) = self.plans(work);
        self.held = Some(plans);
        self.open.push_back((step.0, terms, counts));
        if self.open.len() > 2 {
            self.play();
        }
    }
}
