//! All cores of a board at the mesh: steps begin, end and are told.

use std::collections::VecDeque;

use isa::chip::ChipDescription;
use isa::timing::{Barrier, Timing};

use super::core::{Core, Spent};
use super::flights::Flights;
use super::plan::Plans;
use crate::time::mesh::{Cycle, Endpoint, Origin, Ports, Shape, Wake};

/// When a step began and ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// The first tile's advance into the step.
    pub first: Cycle,
    /// The last tile's advance into the step.
    pub from: Cycle,
    /// The last tile's advance out of it.
    pub until: Cycle,
    /// By core: when its units ended.
    pub spent: Vec<Spent>,
    /// When the last tile was flushed.
    pub flushed: Cycle,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tile {
    /// The step it is in.
    step: u32,
    cores_flushed: u32,
    /// Whether the mesh sees to its cores, none of which is mapped.
    is_quiet: bool,
}

/// Step 0 carries the host's first messages; work begins with step 1.
#[derive(Clone, Debug)]
pub struct Machine {
    shape: Shape,
    timing: Timing,
    cores: Vec<Core>,
    /// Cores with a plan; the others only pass markers on.
    mapped: Vec<u32>,
    tiles: Vec<Tile>,
    /// Under a table, its cycles for the mapped tiles.
    table: Option<Cycle>,
    table_at: Option<Cycle>,
    /// Under a table: all cores have sent what they have.
    drains: bool,
    flights: Flights,
    /// Plans from step `plans_from` on.
    plans: VecDeque<Plans>,
    plans_from: u32,
    /// Plans that are played; their memory is used again.
    spare: Vec<Plans>,
    /// Steps under way, the first being `ends_from`.
    ends: VecDeque<Ended>,
    ends_from: u32,
    tiles_in_first: usize,
    /// Cycle in which the learning of a core ends.
    learning: Vec<Option<Cycle>>,
    /// No step begins from this one on.
    stop: u32,
}

impl Machine {
    /// Cores at rest, about to begin step 0.
    #[must_use]
    pub fn new(shape: Shape, chip: &ChipDescription, timing: &Timing, mapped: Vec<u32>) -> Self {
        let markers = matches!(timing.barrier, Barrier::Marker { .. });
        let cores = shape.cores() as u32;
        let mut tiles: Vec<u32> = mapped.iter().map(|core| core / chip.cores_per_tile).collect();
        tiles.dedup();
        Self {
            cores: (0..cores).map(|id| Core::new(id, cores, timing, markers)).collect(),
            tiles: vec![Tile::default(); shape.tiles()],
            table: (!markers).then(|| timing.table_cycles(tiles.len() as u32).into()),
            table_at: None,
            drains: false,
            flights: Flights::default(),
            plans: VecDeque::new(),
            plans_from: 0,
            spare: Vec::new(),
            ends: VecDeque::new(),
            ends_from: 0,
            tiles_in_first: shape.tiles(),
            learning: vec![None; shape.cores()],
            stop: u32::MAX,
            timing: timing.clone(),
            mapped,
            shape,
        }
    }

    /// Adds the plans of the next step.
    pub fn add(&mut self, plans: Plans) {
        self.plans.push_back(plans);
    }

    /// Empty plans for another step.
    pub fn plans(&mut self) -> Plans {
        let mut plans = self.spare.pop().unwrap_or_else(|| Plans::empty(self.cores.len()));
        plans.clear();
        plans
    }

    /// No step begins after those that were added.
    pub fn end(&mut self) {
        self.stop = self.plans_from + self.plans.len() as u32;
    }

    /// Begins step 0 on all tiles.
    pub fn start(&mut self, ports: &mut impl Ports) {
        self.ends.push_back(self.ended(0));
        // The host sends through the first core.
        let slots = self.shape.size.cores_per_tile;
        for tile in 0..self.shape.tiles() as u32 {
            let mapped = self.mapped.binary_search(&(tile * slots)).unwrap_or_else(|at| at);
            let is_idle = tile > 0 && self.mapped.get(mapped).is_none_or(|core| *core >= (tile + 1) * slots);
            self.tiles[tile as usize].is_quiet = is_idle && self.table.is_none() && ports.quieten(tile);
        }
        for tile in 0..self.shape.tiles() as u32 {
            self.begin(0, tile, ports);
        }
        ports.wake(0, 0);
        self.table_at = self.table.map(|_| Cycle::MAX);
    }

    /// The first step that has ended, if one has.
    pub fn take_ended(&mut self) -> Option<Ended> {
        let over = self.ends.front().is_some_and(|ended| ended.until > 0);
        let ended = if over { self.ends.pop_front() } else { None };
        if ended.is_some() {
            self.ends_from += 1;
            self.spare.extend(self.plans.pop_front());
            self.plans_from += 1;
            self.tiles_in_first = self.tiles.iter().filter(|tile| tile.step == self.ends_from).count();
            if let Some(next) = self.ends.front_mut() {
                next.from = ended.as_ref().map_or(0, |ended| ended.until);
            }
        }
        ended
    }

    /// The most items that any core's FIFOs held: spikes, lookups, transmit queues.
    #[must_use]
    pub fn high_water(&self) -> [usize; 3] {
        let most = |a: [usize; 3], core: &Core| std::array::from_fn(|i| a[i].max(core.high_water()[i]));
        self.cores.iter().fold([0; 3], most)
    }

    /// The most items that the FIFOs of one core held: spikes, lookups, transmit queues.
    #[must_use]
    pub fn high_water_of(&self, core: u32) -> [usize; 3] {
        self.cores[core as usize].high_water()
    }

    fn ended(&self, from: Cycle) -> Ended {
        Ended { first: from, from, until: 0, spent: vec![Spent::default(); self.mapped.len()], flushed: 0 }
    }

    fn begin(&mut self, at: Cycle, tile: u32, ports: &mut impl Ports) {
        let step = self.tiles[tile as usize].step;
        if step >= self.stop {
            return;
        }
        let slots = self.shape.size.cores_per_tile;
        let index = (step - self.plans_from) as usize;
        // Under a table there is no marker to wait for; else the sweep begins a cycle later, after the remainder.
        let start = if self.table.is_some() { at } else { at + 1 + Cycle::from(self.timing.remainder()) };
        if self.tiles[tile as usize].is_quiet {
            ports.rest(tile, step % 2 == 1, start);
            return;
        }
        let plans = &mut self.plans[index];
        for core in tile * slots..(tile + 1) * slots {
            let mut none = VecDeque::new();
            let host = if core == 0 { &mut plans.host } else { &mut none };
            let plan = &mut plans.of_core[core as usize];
            self.cores[core as usize].begin(start, plan, host, ports);
        }
    }

    #[inline]
    fn play(&mut self, now: Cycle, core: u32, ports: &mut impl Ports) {
        let flushed = self.cores[core as usize].cycle(now, &self.timing, &mut self.flights, ports);
        if flushed {
            self.flush_core(now, core, ports);
        }
        debug_assert!(
            self.learning[core as usize].is_none() || self.cores[core as usize].is_served(now),
            "core {core} reads synapses while it learns"
        );
        if self.learning[core as usize].is_some_and(|at| at <= now) {
            self.learning[core as usize] = None;
            ports.done(core);
        }
    }

    /// A core is flushed; with the last of its tile, learning begins.
    fn flush_core(&mut self, now: Cycle, core: u32, ports: &mut impl Ports) {
        let slots = self.shape.size.cores_per_tile;
        let tile = core / slots;
        self.tiles[tile as usize].cores_flushed += 1;
        if self.tiles[tile as usize].cores_flushed < slots {
            return;
        }
        let step = self.tiles[tile as usize].step;
        let ended = &mut self.ends[(step - self.ends_from) as usize];
        ended.flushed = ended.flushed.max(now);
        for core in tile * slots..(tile + 1) * slots {
            let cycles = self.cores[core as usize].learning();
            if cycles == 0 {
                ports.done(core);
            } else {
                self.learning[core as usize] = Some(now + cycles);
                ports.wake(core, now + cycles);
            }
        }
    }

    /// A tile leaves its step; with the last tile the step has ended.
    fn leave(&mut self, now: Cycle, tile: u32, ports: &mut impl Ports) {
        let step = self.tiles[tile as usize].step;
        let index = (step - self.ends_from) as usize;
        let slots = self.shape.size.cores_per_tile;
        let first = self.mapped.partition_point(|core| *core < tile * slots);
        let mine = self.mapped[first..].iter().take_while(|core| **core < (tile + 1) * slots);
        for (i, core) in mine.enumerate() {
            let core = &mut self.cores[*core as usize];
            assert!(
                core.has_sent() && core.receives_until() <= now,
                "a core advances with work of its step left"
            );
            self.ends[index].spent[first + i] = core.account();
        }
        let of = &mut self.tiles[tile as usize];
        (of.step, of.cores_flushed) = (step + 1, 0);
        if self.ends.len() < index + 2 {
            self.ends.push_back(self.ended(now));
        }
        if index == 0 {
            self.tiles_in_first -= 1;
            if self.tiles_in_first == 0 {
                self.ends[0].until = now;
                ports.halt();
            }
        }
    }

    /// Under a table: all at once, when nothing is left to do anywhere.
    fn poll_table(&mut self, now: Cycle, ports: &mut impl Ports) {
        let Some(wait) = self.table else { return };
        if self.table_at == Some(now) {
            for tile in 0..self.shape.tiles() as u32 {
                self.leave(now, tile, ports);
                self.begin(now, tile, ports);
            }
        }
        // The first call of all begins step 0 in the same way.
        if self.table_at.is_some_and(|at| at == now || at == Cycle::MAX) {
            self.table_at = None;
            self.play(now, 0, ports);
            for i in 0..self.mapped.len() {
                self.play(now, self.mapped[i], ports);
            }
        }
        if self.table_at.is_some() || self.tiles[0].step >= self.stop {
            return;
        }
        if !self.drains {
            let has_sent = |core: &u32| self.cores[*core as usize].has_sent_by(now);
            if !(has_sent(&0) && self.mapped.iter().all(has_sent)) {
                return;
            }
            self.drain(now, true, ports);
        }
        if self.flights.under_way() == 0 {
            self.drain(now, false, ports);
            let mapped = self.mapped.iter().map(|core| &self.cores[*core as usize]);
            let flushed = mapped.clone().map(Core::receives_until).fold(now, Cycle::max);
            let learning = mapped.map(Core::learning).max();
            let step = self.tiles[0].step;
            self.ends[(step - self.ends_from) as usize].flushed = flushed;
            // The units act in that cycle: an empty table leaves the next.
            let at = (flushed + learning.unwrap_or(0) + wait).max(flushed + 1);
            self.table_at = Some(at);
            ports.wake(0, at);
        }
    }

    /// All messages of the step are in the mesh: from now on, or until now, cores take them in time.
    fn drain(&mut self, now: Cycle, on: bool, ports: &mut impl Ports) {
        self.drains = on;
        for i in 0..self.mapped.len() {
            let core = self.mapped[i];
            if on {
                self.play(now, core, ports);
            }
            ports.watch(core, on);
        }
    }
}

impl Endpoint for Machine {
    const BEHIND: bool = true;

    fn settle<P: Ports>(&mut self, now: Cycle, core: u32, ports: &mut P) {
        self.cores[core as usize].settle(now, &self.timing, &mut self.flights, ports);
    }

    fn takes<P: Ports>(&mut self, now: Cycle, core: u32, ports: &mut P) -> Cycle {
        self.cores[core as usize].takes(now, &self.timing, ports)
    }

    fn cycle<P: Ports>(&mut self, now: Cycle, woken: &[Wake], ports: &mut P) {
        let cores = self.shape.cores() as u32;
        for wake in woken {
            let core = match wake {
                Wake::Port(local) => local % cores,
                Wake::Core(core) => *core,
            };
            // Several things may wake a core; its units act once a cycle.
            if std::mem::replace(&mut self.cores[core as usize].played, now) != now {
                self.play(now, core, ports);
            }
        }
        self.poll_table(now, ports);
    }

    fn flush<P: Ports>(&mut self, now: Cycle, local: u32, epoch: bool, ports: &mut P) {
        let id = local % self.shape.cores() as u32;
        let core = &mut self.cores[id as usize];
        debug_assert!(core.epoch() == epoch, "core {id} is flushed for another step");
        if core.flush(now, &self.timing, &mut self.flights, ports) {
            self.flush_core(now, id, ports);
        }
    }

    fn rested(&mut self, at: Cycle, tile: u32) {
        let step = self.tiles[tile as usize].step;
        let ended = &mut self.ends[(step - self.ends_from) as usize];
        ended.flushed = ended.flushed.max(at);
    }

    fn advance<P: Ports>(&mut self, now: Cycle, tile: u32, ports: &mut P) {
        self.leave(now, tile, ports);
        self.begin(now, tile, ports);
    }

    fn origin(&self, payload: u32) -> Origin {
        let flight = self.flights.get(payload);
        Origin { source: flight.source, sequence: flight.sequence }
    }

    fn sent(&self, payload: u32) -> Option<Cycle> {
        Some(self.flights.get(payload).sent)
    }
}
