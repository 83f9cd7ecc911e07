//! Partition: which neurons share a core. Every resource is counted as it will be built.

use rayon::prelude::*;

use crate::error::{Failure, Misfit};
use crate::gather;
use crate::misfit;
use crate::outputs::{of_sources, slots};
use crate::parts::{Part, Run};
use crate::plan::{Plan, fitting, plan};
use crate::refine::refine;
use crate::resource::Resource;
use crate::resource::limit;
use crate::tables::Tables;
use crate::watch::{Stage, Watch};
use crate::{Options, Search};

/// Cuts the neurons of the graph into parts that each fit a core, and plans those cores.
///
/// Parts are only ever cut further, so it stops as soon as there are more than cores.
///
/// # Errors
/// [`Failure::DoesNotFit`] with everything that does not fit.
pub fn partition(tables: &Tables, options: &Options, watch: &Watch) -> Result<Vec<Plan>, Failure> {
    let mut filler = Filler { tables, options, watch, parts: Vec::new(), misfits: Vec::new(), shrunk: false };
    filler.pinned();
    filler.free();
    let Filler { parts: mut plans, mut misfits, .. } = filler;
    if misfits.is_empty() {
        misfits = match plans.len() > tables.chip.cores() as usize {
            true => vec![misfit::too_many_parts(tables, &plans)],
            false => cut_for_outputs(tables, &mut plans, watch),
        };
    }
    if !misfits.is_empty() {
        return Err(Failure::DoesNotFit(misfits));
    }
    Ok(match options.partition {
        Search::InOrder => plans,
        Search::Auto => {
            watch.stage(Stage::Refine);
            refine(tables, plans, options)
        }
    })
}

struct Filler<'a> {
    tables: &'a Tables<'a>,
    options: &'a Options,
    watch: &'a Watch<'a>,
    parts: Vec<Plan>,
    misfits: Vec<Misfit>,
    /// Whether the last part had to be made smaller; then the next will.
    shrunk: bool,
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
        while next < queue.neurons && self.parts.len() <= self.tables.chip.cores() as usize {
            let candidates = self.candidates(queue, (next, settings), *left);
            self.watch.plans(candidates.len());
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
                self.watch.placed(taken);
                self.parts.push(plan);
                self.shrunk = !whole;
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
        let most_parts = if self.shrunk { 1 } else { rayon::current_num_threads() };
        while next < queue.neurons && parts.len() < most_parts {
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
        let of = |neurons| queue.part(self.tables, (next, full.part.settings), (neurons, usize::MAX));
        let (mut best, mut fails) = (None, full.part.neurons());
        let mut stopped = full.usage.worst(&self.tables.chip.limits);
        let mut guess = guess(self.tables, full);
        loop {
            let fits = best.as_ref().map_or(0, |plan: &Plan| plan.part.neurons());
            if fits + 1 >= fails {
                break;
            }
            let part = of(guess.clamp(fits + 1, fails - 1));
            self.watch.plans(1);
            match fitting(self.tables, &part) {
                Ok(plan) => best = Some(plan),
                Err(resource) => (fails, stopped) = (part.neurons(), Some(resource)),
            }
            guess = usize::midpoint(best.as_ref().map_or(0, |plan| plan.part.neurons()), fails);
        }
        let best = best.map(|plan| Plan { stopped, ..plan });
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
fn cut_for_outputs(tables: &Tables, parts: &mut Vec<Plan>, watch: &Watch) -> Vec<Misfit> {
    watch.stage(Stage::Outputs);
    let limit = tables.chip.limits.axons_out as usize;
    loop {
        let slots = slots(tables, parts);
        for (plan, &slots) in parts.iter_mut().zip(&slots) {
            plan.usage.set(Resource::AxonsOut, slots);
        }
        let over: Vec<usize> = (0..parts.len()).filter(|&p| slots[p] > limit).collect();
        let stuck = |&&p: &&usize| parts[p].part.pin.is_some() || parts[p].part.neurons() == 1;
        let misfits: Vec<Misfit> = over
            .iter()
            .filter(stuck)
            .map(|&p| misfit::outputs(tables, parts, &parts[p].part, slots[p]))
            .collect();
        if over.is_empty() || !misfits.is_empty() {
            return misfits;
        }
        // Cuts make no part's output axons fewer: what is too much now is hopeless, and need not be planned.
        if parts.len() + over.len() > tables.chip.cores() as usize {
            let stuck = stuck_neuron(tables, parts, &over);
            return vec![stuck.unwrap_or_else(|| misfit::too_many_cuts(tables, parts))];
        }
        watch.plans(2 * over.len());
        let halves = over.par_iter().map(|&p| {
            let mut front = parts[p].part.clone();
            let back = front.split();
            [plan(tables, &front), plan(tables, &back)]
                .map(|plan| Plan { stopped: Some(Resource::AxonsOut), ..plan })
        });
        let halves: Vec<[Plan; 2]> = halves.collect();
        for (&p, [front, back]) in over.iter().zip(halves).rev() {
            parts[p] = front;
            parts.insert(p + 1, back);
        }
    }
}

/// A neuron that has too many output axons alone, however the parts `over` are cut.
fn stuck_neuron(tables: &Tables, parts: &[Plan], over: &[usize]) -> Option<Misfit> {
    let of_sources = of_sources(tables, parts);
    let slots = |part: &Part| part.keys(tables).iter().map(|&key| of_sources[key as usize]).sum::<usize>();
    let mut neurons = over.iter().flat_map(|&p| {
        let Part { settings, runs, .. } = &parts[p].part;
        let alone = |run: &Run, neuron| Run { start: neuron, end: neuron + 1, ..*run };
        let part = |run| Part { pin: None, settings: *settings, runs: vec![run] };
        runs.iter().flat_map(move |run| (run.start..run.end).map(move |neuron| part(alone(run, neuron))))
    });
    let stuck = |part: Part| {
        let slots = slots(&part);
        (slots > tables.chip.limits.axons_out as usize).then(|| misfit::outputs(tables, parts, &part, slots))
    };
    neurons.find_map(stuck)
}
