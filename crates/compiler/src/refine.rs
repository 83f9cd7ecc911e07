//! Refinement of a partition: neurons move, or swap, to parts that already hear their sources.
//!
//! In the manner of Kernighan and Lin, and of the swaps of the social hash partitioner (Kabiljo et al., VLDB 2017):
//! every neuron names the part it would gain most by, and those that name each other's are swapped. Each round is
//! planned as it would be built; a round after which something no longer fits is taken back.

use rayon::prelude::*;

use crate::Options;
use crate::nets::{Link, Nets, Unit};
use crate::outputs::slots;
use crate::parts::{Part, Run};
use crate::plan::{Plan, plan};
use crate::rates::rates;
use crate::resource::Resource;
use crate::tables::Tables;

/// Rounds at most.
const ROUNDS: usize = 12;
/// Neurons asked first; where none of them wants to move, the partition is kept.
const SAMPLE: usize = 2000;
/// Words of synapse memory are estimated in units of 1/1024.
const FRACTION: u64 = 1024;

/// Partitions of less connectivity, if any are found; else `plans` as they are.
#[must_use]
pub fn refine(tables: &Tables, plans: Vec<Plan>, options: &Options) -> Vec<Plan> {
    if plans.len() < 2 {
        return plans;
    }
    let rates = rates(tables, options);
    let mut best = plans;
    for _ in 0..ROUNDS {
        let mut round = Round::new(tables, &best, (&rates, options));
        let before = round.nets.cost();
        if !round.is_promising() {
            break;
        }
        round.run();
        let after = round.nets.cost();
        if after >= before {
            break;
        }
        match round.planned(&best) {
            Some(plans) => best = plans,
            None => break,
        }
        if after > before - before / 200 {
            break;
        }
    }
    best
}

/// A neuron's wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wish {
    /// The two parts, lower first.
    pair: (u32, u32),
    /// Whether it wants from the lower to the higher.
    up: bool,
    /// Most first.
    gain: std::cmp::Reverse<i64>,
    unit: usize,
}

struct Round<'a> {
    tables: &'a Tables<'a>,
    nets: Nets<'a>,
    units: Vec<Unit>,
    /// Part of each unit.
    part_of: Vec<u32>,
    loads: Vec<Load>,
}

/// What a part holds, and what it could.
#[derive(Clone, Debug)]
struct Load {
    fixed: bool,
    settings: usize,
    neurons: usize,
    neurons_max: usize,
    compartments: usize,
    compartments_max: usize,
    axons: usize,
    axons_max: usize,
    synapses: u64,
    synapses_max: u64,
}

impl Load {
    fn new(tables: &Tables, plan: &Plan, neurons_max: usize) -> Self {
        let limits = &tables.chip.limits;
        let delay_bits = tables.graph.settings[plan.part.settings].delay_bits;
        let synapses: u64 = plan.lists.iter().map(|list| u64::from(list.end - list.start)).sum();
        let words = u64::from(plan.usage.get(Resource::SynapseWords));
        let each = (words * FRACTION).checked_div(synapses).unwrap_or(0).max(1);
        let axons = plan.usage.get(Resource::AxonsIn) as usize;
        Self {
            fixed: plan.part.pin.is_some(),
            settings: plan.part.settings,
            neurons: plan.part.neurons(),
            neurons_max,
            compartments: plan.part.compartments(tables),
            compartments_max: limits.compartments.min(limits.accumulators >> delay_bits) as usize,
            axons,
            axons_max: (limits.axons_in as usize).max(axons),
            synapses,
            synapses_max: u64::from(limits.synapse_words) * FRACTION / each,
        }
    }
}

impl<'a> Round<'a> {
    fn new(tables: &'a Tables<'a>, plans: &[Plan], (rates, options): (&'a [u32], &Options)) -> Self {
        let largest = plans.iter().map(|plan| plan.part.neurons()).max().unwrap_or(0);
        let neurons_max = if options.cores_min > 1 { largest } else { usize::MAX };
        let (mut units, mut part_of) = (Vec::new(), Vec::new());
        for (p, plan) in plans.iter().enumerate().filter(|(_, plan)| plan.part.pin.is_none()) {
            for run in &plan.part.runs {
                units.extend((run.start..run.end).map(|neuron| Unit { population: run.population, neuron }));
            }
            part_of.resize(units.len(), p as u32);
        }
        let loads = plans.iter().map(|plan| Load::new(tables, plan, neurons_max)).collect();
        Self { tables, nets: Nets::new(tables, plans, rates), units, part_of, loads }
    }

    /// Whether any of some neurons, evenly chosen, would gain by a move.
    fn is_promising(&self) -> bool {
        let step = (self.units.len() / SAMPLE).max(1);
        let gains =
            |unit: usize| self.wish(unit, &mut vec![0; self.loads.len()]).is_some_and(|wish| wish.gain.0 > 0);
        (0..self.units.len()).step_by(step).any(gains)
    }

    fn settings(&self, part: u32) -> &network::graph::Settings {
        &self.tables.graph.settings[self.loads[part as usize].settings]
    }

    fn wish(&self, unit: usize, scores: &mut [i64]) -> Option<Wish> {
        let from = self.part_of[unit];
        let links = self.nets.links(self.units[unit]);
        let allowed =
            |part: u32| !self.loads[part as usize].fixed && self.settings(part) == self.settings(from);
        let (to, gain) = self.nets.best(&links, from, scores, allowed)?;
        let pair = (from.min(to), from.max(to));
        Some(Wish { pair, up: from < to, gain: std::cmp::Reverse(gain), unit })
    }

    fn run(&mut self) {
        let parts = self.loads.len();
        let this = &*self;
        let wish = |scores: &mut Vec<i64>, unit: usize| this.wish(unit, scores);
        let mut wishes: Vec<Wish> =
            (0..this.units.len()).into_par_iter().map_init(|| vec![0; parts], wish).flatten().collect();
        wishes.sort_unstable();
        for pair in wishes.chunk_by(|a, b| a.pair == b.pair) {
            let up = pair.partition_point(|wish| !wish.up);
            self.exchange(&pair[up..], &pair[..up]);
        }
    }

    /// Moves or swaps neurons that want from one part to another and back, as long as it gains.
    fn exchange(&mut self, mut up: &[Wish], mut down: &[Wish]) {
        loop {
            let (first, second) = (up.first(), down.first());
            let gain = |wish: Option<&Wish>| wish.map_or(i64::MIN / 2, |wish| wish.gain.0);
            if gain(first) > 0 && self.step(first) {
                up = &up[1..];
            } else if gain(second) > 0 && self.step(second) {
                down = &down[1..];
            } else if gain(first) + gain(second) > 0 {
                self.swap(up[0].unit, down[0].unit);
                (up, down) = (&up[1..], &down[1..]);
            } else {
                return;
            }
        }
    }

    /// Handles a wish without a swap: true if it was fulfilled, or is none any more.
    fn step(&mut self, wish: Option<&Wish>) -> bool {
        let Some(wish) = wish else { return false };
        let to = if wish.up { wish.pair.1 } else { wish.pair.0 };
        let from = self.part_of[wish.unit];
        let links = self.nets.links(self.units[wish.unit]);
        if self.nets.gain(&links, from, to) <= 0 {
            return true;
        }
        let may_leave =
            self.loads[from as usize].neurons_max == usize::MAX || self.loads[from as usize].neurons > 1;
        if !may_leave || !self.has_room(&links, wish.unit, to) {
            return false;
        }
        self.go(&links, wish.unit, to);
        true
    }

    fn has_room(&self, links: &[Link], unit: usize, to: u32) -> bool {
        let load = &self.loads[to as usize];
        let synapses: u64 = links.iter().map(|link| u64::from(link.synapses)).sum();
        load.neurons < load.neurons_max
            && load.compartments + self.tree(unit) <= load.compartments_max
            && load.axons + self.nets.arriving(links, to) <= load.axons_max
            && load.synapses + synapses <= load.synapses_max
    }

    fn tree(&self, unit: usize) -> usize {
        self.tables.orders[self.units[unit].population].len()
    }

    /// Swaps two neurons if that gains and both parts still seem to fit.
    fn swap(&mut self, a: usize, b: usize) {
        let (from, to) = (self.part_of[a], self.part_of[b]);
        let (links_a, links_b) = (self.nets.links(self.units[a]), self.nets.links(self.units[b]));
        let gain = self.nets.gain(&links_a, from, to);
        self.go(&links_a, a, to);
        let gain = gain + self.nets.gain(&links_b, to, from);
        self.go(&links_b, b, from);
        let fits = |part: u32| {
            let load = &self.loads[part as usize];
            load.compartments <= load.compartments_max
                && load.axons <= load.axons_max
                && load.synapses <= load.synapses_max
        };
        if gain <= 0 || !fits(from) || !fits(to) {
            self.go(&links_b, b, to);
            self.go(&links_a, a, from);
        }
    }

    fn go(&mut self, links: &[Link], unit: usize, to: u32) {
        let from = self.part_of[unit];
        let tree = self.tree(unit);
        let synapses: u64 = links.iter().map(|link| u64::from(link.synapses)).sum();
        let (departing, arriving) = (self.nets.departing(links, from), self.nets.arriving(links, to));
        self.nets.go(links, from, to);
        self.part_of[unit] = to;
        let load = &mut self.loads[from as usize];
        (load.neurons, load.compartments) = (load.neurons - 1, load.compartments - tree);
        (load.axons, load.synapses) = (load.axons.saturating_sub(departing), load.synapses - synapses);
        let load = &mut self.loads[to as usize];
        (load.neurons, load.compartments) = (load.neurons + 1, load.compartments + tree);
        (load.axons, load.synapses) = (load.axons + arriving, load.synapses + synapses);
    }

    /// The parts as they are now, planned; `None` if one does not fit.
    fn planned(&self, old: &[Plan]) -> Option<Vec<Plan>> {
        let mut members: Vec<Vec<Unit>> = vec![Vec::new(); old.len()];
        self.units.iter().zip(&self.part_of).for_each(|(unit, part)| members[*part as usize].push(*unit));
        let parts: Vec<Part> = old
            .iter()
            .zip(members)
            .map(|(plan, members)| part(&plan.part, members))
            .filter(|p| !p.runs.is_empty())
            .collect();
        let plans: Vec<Plan> = parts.par_iter().map(|part| plan(self.tables, part)).collect();
        let limits = &self.tables.chip.limits;
        let fits = plans.iter().all(|plan| plan.usage.excess(limits).is_empty());
        let sends = |slots: &usize| *slots <= limits.axons_out as usize;
        (fits && slots(self.tables, &plans).iter().all(sends)).then_some(plans)
    }
}

/// A part of other neurons, in index order; a pinned part stays as it is.
fn part(old: &Part, mut members: Vec<Unit>) -> Part {
    if old.pin.is_some() {
        return old.clone();
    }
    members.sort_unstable();
    let mut runs: Vec<Run> = Vec::new();
    for Unit { population, neuron } in members {
        match runs.last_mut() {
            Some(run) if run.population == population && run.end == neuron => run.end += 1,
            _ => runs.push(Run { population, start: neuron, end: neuron + 1 }),
        }
    }
    Part { runs, ..old.clone() }
}
