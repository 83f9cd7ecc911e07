//! Partition: which neurons share a core. Every resource is counted as it will be built.

use rayon::prelude::*;

use crate::error::{Failure, Misfit};
use crate::gather;
use crate::misfit;
use crate::outputs::slots;
use crate::parts::{Part, Run};
use crate::plan::{Plan, plan};
use crate::refine::refine;
use crate::resource::limit;
use crate::tables::Tables;
use crate::{Options, Search};

/// Parts are made up to so many times the cores there are: far enough to say how many are missing.
const PARTS_PER_CORE: usize = 8;

/// Cuts the neurons of the graph into parts that each fit a core, and plans those cores.
///
/// # Errors
/// [`Failure::DoesNotFit`] with everything that does not fit.
pub fn partition(tables: &Tables, options: &Options) -> Result<Vec<Plan>, Failure> {
    let mut filler = Filler { tables, options, parts: Vec::new(), misfits: Vec::new() };
    filler.pinned();
    filler.free();
    let Filler { parts: mut plans, mut misfits, .. } = filler;
    if misfits.is_empty() {
        misfits = cut_for_outputs(tables, &mut plans);
    }
    if misfits.is_empty() && plans.len() > tables.chip.cores() as usize {
        misfits.push(misfit::too_many_parts(tables, &plans));
    }
    if !misfits.is_empty() {
        return Err(Failure::DoesNotFit(misfits));
    }
    Ok(match options.partition {
        Search::InOrder => plans,
        Search::Auto => refine(tables, plans, options),
    })
}

struct Filler<'a> {
    tables: &'a Tables<'a>,
    options: &'a Options,
    parts: Vec<Plan>,
    misfits: Vec<Misfit>,
}

impl Filler<'_> {
    /// One part for each core that populations are pinned to.
    fn pinned(&mut self) {
        let populations = &self.tables.graph.populations;
        let mut pins: Vec<u32> = populations.iter().filter_map(|p| p.core).collect();
        pins.sort_unstable();
        pins.dedup();
        for pin in pins {
            let here = (0..populations.len())
                .filter(|&p| populations[p].core == Some(pin) && populations[p].size > 0);
            let runs: Vec<Run> = here.map(|p| self.whole(p)).collect();
            let Some(first) = runs.first() else { continue };
            let part = Part { pin: Some(pin), settings: populations[first.population].settings, runs };
            self.misfits.extend(misfit::settings_differ(self.tables, &part));
            let synapses = gather::count(self.tables, &part);
            if synapses > 4 * self.synapses_max() {
                self.misfits.push(misfit::crowded(self.tables, &part, synapses));
                continue;
            }
            let plan = plan(self.tables, &part);
            self.misfits.extend(misfit::of_plan(self.tables, &plan));
            self.parts.push(plan);
        }
    }

    fn whole(&self, population: usize) -> Run {
        Run { population, start: 0, end: self.tables.graph.populations[population].size }
    }

    /// Fills parts in index order, populations of equal settings one after another.
    fn free(&mut self) {
        let populations = &self.tables.graph.populations;
        let free: Vec<usize> = (0..populations.len()).filter(|&p| populations[p].core.is_none()).collect();
        let settings = |p: usize| &self.tables.graph.settings[populations[p].settings];
        let mut left: usize = free.iter().map(|&p| populations[p].size as usize).sum();
        let mut done = vec![false; populations.len()];
        for &first in &free {
            if done[first] {
                continue;
            }
            let alike = free.iter().filter(|&&p| settings(p) == settings(first));
            let runs: Vec<Run> = alike.map(|&p| self.whole(p)).filter(|run| run.end > 0).collect();
            runs.iter().for_each(|run| done[run.population] = true);
            self.fill(&Queue::new(runs), populations[first].settings, &mut left);
        }
    }

    /// Fills parts from `queue`; `left` counts the neurons of the graph that have no part.
    fn fill(&mut self, queue: &Queue, settings: usize, left: &mut usize) {
        let mut next = 0;
        while next < queue.neurons && self.parts.len() <= PARTS_PER_CORE * self.tables.chip.cores() as usize {
            let candidates = self.candidates(queue, (next, settings), *left);
            let plans: Vec<Plan> = candidates.par_iter().map(|part| plan(self.tables, part)).collect();
            for plan in plans {
                let whole = plan.usage.excess(&self.tables.chip.limits).is_empty();
                let before = self.misfits.len();
                let plan = if whole { plan } else { self.shrink(queue, next, &plan) };
                // A population whose neurons fit no core need not say so for each.
                let hopeless = self.misfits.len() > before;
                let taken = if hopeless { queue.to_run_end(next) } else { plan.part.neurons() };
                next += taken;
                *left -= taken;
                self.parts.push(plan);
                if !whole {
                    break;
                }
            }
        }
    }

    /// Synapses that a core could hold if each took one bit.
    fn synapses_max(&self) -> usize {
        self.tables.chip.limits.synapse_words as usize * 64
    }

    /// The next few parts, as large as compartments, accumulators and the spread allow.
    fn candidates(&self, queue: &Queue, (mut next, settings): (usize, usize), mut left: usize) -> Vec<Part> {
        let limits = &self.tables.chip.limits;
        let accumulators = limits.accumulators >> self.tables.graph.settings[settings].delay_bits;
        let compartments = limits.compartments.min(accumulators) as usize;
        let mut parts = Vec::new();
        let mut made = self.parts.len();
        while next < queue.neurons && parts.len() < rayon::current_num_threads() {
            let spread = (self.options.cores_min as usize).saturating_sub(made).max(1);
            let neurons = left.div_ceil(spread).max(1);
            let mut part = queue.part(self.tables, (next, settings), (neurons, compartments));
            let (synapses, most) = (gather::count(self.tables, &part), self.synapses_max());
            if synapses > most {
                let fewer = (part.neurons() as u128 * most as u128 / synapses as u128) as usize;
                part = queue.part(self.tables, (next, settings), (fewer.max(1), compartments));
            }
            next += part.neurons();
            left -= part.neurons();
            made += 1;
            parts.push(part);
        }
        parts
    }

    /// The largest start of a part that fits, found by halving; one neuron at least.
    fn shrink(&mut self, queue: &Queue, next: usize, full: &Plan) -> Plan {
        let limits = &self.tables.chip.limits;
        let of = |neurons| queue.part(self.tables, (next, full.part.settings), (neurons, usize::MAX));
        let (mut best, mut fails) = (None, full.part.neurons());
        let mut guess = guess(self.tables, full);
        loop {
            let fits = best.as_ref().map_or(0, |plan: &Plan| plan.part.neurons());
            if fits + 1 >= fails {
                break;
            }
            let tried = plan(self.tables, &of(guess.clamp(fits + 1, fails - 1)));
            let neurons = tried.part.neurons();
            if tried.usage.excess(limits).is_empty() {
                best = Some(tried)
            } else {
                fails = neurons
            }
            guess = usize::midpoint(best.as_ref().map_or(0, |plan| plan.part.neurons()), fails);
        }
        best.unwrap_or_else(|| {
            let one = plan(self.tables, &of(1));
            self.misfits.extend(misfit::of_plan(self.tables, &one));
            one
        })
    }
}

/// How many neurons would fit if everything grew with them.
fn guess(tables: &Tables, full: &Plan) -> usize {
    let limits = &tables.chip.limits;
    let share = |resource| {
        let (limit, used) = (limit(limits, resource) as usize, full.usage.get(resource) as usize);
        full.part.neurons() * limit / used.max(1)
    };
    full.usage.excess(limits).into_iter().map(share).min().unwrap_or(0)
}

/// Neurons in index order.
struct Queue {
    runs: Vec<Run>,
    /// Neurons before each run.
    before: Vec<usize>,
    neurons: usize,
}

impl Queue {
    fn new(runs: Vec<Run>) -> Self {
        let mut neurons = 0;
        let mut before = Vec::with_capacity(runs.len());
        for run in &runs {
            before.push(neurons);
            neurons += (run.end - run.start) as usize;
        }
        Self { runs, before, neurons }
    }

    /// Neurons of the population of neuron `next` from there on.
    fn to_run_end(&self, next: usize) -> usize {
        let run = self.before.partition_point(|&before| before <= next) - 1;
        self.before.get(run + 1).map_or(self.neurons, |&end| end) - next
    }

    /// The part from neuron `next` on with at most so many neurons and compartments, but one neuron at least.
    fn part(&self, tables: &Tables, (next, settings): (usize, usize), most: (usize, usize)) -> Part {
        let (neurons, mut compartments) = most;
        let last = (next + neurons.max(1)).min(self.neurons);
        let mut part = Part { pin: None, settings, runs: Vec::new() };
        let first = self.before.partition_point(|&before| before <= next) - 1;
        for (run, &before) in self.runs.iter().zip(&self.before).skip(first) {
            let tree = tables.orders[run.population].len().max(1);
            let start = next.saturating_sub(before) as u32 + run.start;
            let want = (last.saturating_sub(before) as u32 + run.start).min(run.end);
            let room = (compartments / tree).max(usize::from(part.runs.is_empty()));
            let end = want.min(start.saturating_add(room.min(u32::MAX as usize) as u32));
            if start < end {
                part.runs.push(Run { population: run.population, start, end });
                compartments = compartments.saturating_sub((end - start) as usize * tree);
            }
            if end < run.end {
                break;
            }
        }
        part
    }
}

/// Halves parts whose neurons have more output axons than fit, until none has.
fn cut_for_outputs(tables: &Tables, parts: &mut Vec<Plan>) -> Vec<Misfit> {
    let limit = tables.chip.limits.axons_out as usize;
    let most = PARTS_PER_CORE * tables.chip.cores() as usize;
    loop {
        let slots = slots(tables, parts);
        let over: Vec<usize> = (0..parts.len()).filter(|&p| slots[p] > limit).collect();
        let stuck = |&&p: &&usize| parts[p].part.pin.is_some() || parts[p].part.neurons() == 1;
        let misfits: Vec<Misfit> =
            over.iter().filter(stuck).map(|&p| misfit::outputs(tables, parts, p, slots[p])).collect();
        if over.is_empty() || !misfits.is_empty() || parts.len() > most {
            return misfits;
        }
        for &p in over.iter().rev() {
            let back = split(&mut parts[p].part);
            parts[p] = plan(tables, &parts[p].part);
            parts.insert(p + 1, plan(tables, &back));
        }
    }
}

/// Takes the second half of a part's neurons out of it.
fn split(part: &mut Part) -> Part {
    let mut keep = part.neurons() / 2;
    let mut back = Part { pin: None, settings: part.settings, runs: Vec::new() };
    let runs = std::mem::take(&mut part.runs);
    for run in runs {
        let size = (run.end - run.start) as usize;
        let here = size.min(keep);
        keep -= here;
        let middle = run.start + here as u32;
        if run.start < middle {
            part.runs.push(Run { end: middle, ..run });
        }
        if middle < run.end {
            back.runs.push(Run { start: middle, ..run });
        }
    }
    back
}
