//! The end of an epoch: every plastic synapse with an active term (contract 7, 3).

use isa::op::Dependency;

use super::super::core::Reward;
use super::super::kernel::{BATCH, LANES, Level, Rounding, add_product, round, store_weights, touch};
use super::Learning;
use super::gather::{Entries, Epoch, Known, Scratch};
use super::rule::column;
use super::synapse::{Format, Lane, Words};
use super::trace::Clock;

/// Synapses of one format that are updated together.
#[derive(Clone, Copy)]
struct Batch<'a> {
    format: u8,
    entries: Entries<'a>,
    known: Known,
}

impl Learning {
    /// Phase 4 of the last step of an epoch, after the reward: traces, synapses, then the events are cleared.
    pub fn end_epoch(&mut self, clock: Clock, reward: &Reward, words: &mut Words<'_>, scratch: &mut Scratch) {
        self.pre.advance(clock, &mut scratch.trace_draws);
        self.post.advance(clock, &mut scratch.trace_draws);
        let any_post = self.post.live.iter().any(|&unit| self.post.last[unit as usize] != 0);
        let epoch = Epoch { clock, reward, any_post };
        self.rows(epoch, words, scratch);
        if any_post {
            self.columns(epoch, words, scratch);
        }
        self.pre.finish();
        self.post.finish();
    }

    /// The synapses of pre units with an event, and all of rules whose u_k is active.
    fn rows(&mut self, epoch: Epoch<'_>, words: &mut Words<'_>, scratch: &mut Scratch) {
        let all = self.rules.iter().any(|rule| rule.uk_active(epoch.clock.epoch));
        let units = if all { self.axons.len() } else { self.pre.live.len() };
        for i in 0..units {
            let unit = if all { i } else { self.pre.live[i] as usize };
            let event = self.pre.last[unit] != 0;
            if !all && !event {
                continue;
            }
            for run in self.plastic.unit_runs[unit]..self.plastic.unit_runs[unit + 1] {
                let run = self.plastic.runs[run as usize];
                let Some(rule) = self.formats[usize::from(run.format)].rule else { continue };
                let rule = &self.rules[rule];
                let uk = rule.uk_active(epoch.clock.epoch);
                if !(uk || event && rule.depends[Dependency::X0 as usize]) {
                    continue;
                }
                let known = Known { pre: Some(event), post: (!epoch.any_post).then_some(false), uk };
                for start in (run.start as usize..run.end as usize).step_by(BATCH) {
                    let n = BATCH.min(run.end as usize - start);
                    let posts = run.posts.map(|first| usize::from(first) + start - run.start as usize);
                    let entries = Entries::Row { start, n, pre: unit, posts };
                    self.update(epoch, Batch { format: run.format, entries, known }, words, scratch);
                }
            }
        }
    }

    /// The synapses of post units with an event that were not done by row.
    fn columns(&mut self, epoch: Epoch<'_>, words: &mut Words<'_>, scratch: &mut Scratch) {
        let mut list = std::mem::take(&mut scratch.list);
        for c in 0..self.plastic.columns.len() {
            let format = self.plastic.columns[c].format;
            let Some(rule) = self.formats[usize::from(format)].rule else { continue };
            if self.rules[rule].uk_active(epoch.clock.epoch) {
                continue;
            }
            let x0 = self.rules[rule].depends[Dependency::X0 as usize];
            let known = Known { pre: x0.then_some(false), post: Some(true), uk: false };
            self.due_columns(c, rule, &mut list);
            for batch in list.chunks(BATCH) {
                let entries = Entries::List(batch);
                self.update(epoch, Batch { format, entries, known }, words, scratch);
            }
        }
        scratch.list = list;
    }

    /// Entries of the columns of post units with an event, but those that rows have done or that cannot change.
    fn due_columns(&self, columns: usize, rule: usize, list: &mut Vec<Lane>) {
        let (columns, rule) = (&self.plastic.columns[columns], &self.rules[rule]);
        let x0 = rule.depends[Dependency::X0 as usize];
        list.clear();
        for &unit in self.post.live.iter().filter(|&&unit| self.post.last[unit as usize] != 0) {
            let range = columns.start[unit as usize] as usize..columns.start[unit as usize + 1] as usize;
            // Written always, kept sometimes: which it is cannot be foreseen by a branch.
            let mut n = list.len();
            list.resize(n + range.len(), Lane::default());
            for &lane in &columns.lanes[range] {
                let pre = usize::from(lane.pre);
                let done = x0 & (self.pre.last[pre] != 0);
                list[n] = lane;
                n += usize::from(!done & (!rule.y0_needs_pre | self.pre.is_live(pre)));
            }
            list.truncate(n);
        }
    }

    /// Updates synapses of one format.
    fn update(&mut self, epoch: Epoch<'_>, batch: Batch<'_>, words: &mut Words<'_>, scratch: &mut Scratch) {
        let Batch { format, entries, known } = batch;
        let format = self.formats[usize::from(format)];
        let Some(rule) = format.rule else { return };
        if let Entries::List(lanes) = entries {
            lanes.iter().for_each(|lane| touch(&self.plastic.w, lane.entry as usize));
            lanes.iter().for_each(|lane| touch(words.words, lane.word as usize));
        }
        self.gather(rule, epoch, (entries, known), scratch);
        let rule = &self.rules[rule];
        let n = entries.len();
        let lanes = n.next_multiple_of(LANES);
        let level = epoch.clock.level;
        let mut drawn = false;
        let mut changed = false;
        for (target, program) in rule.programs.iter().enumerate().filter(|(_, program)| !program.is_empty()) {
            let mut acc = [0; BATCH];
            let old = &scratch.columns[column::W + target];
            acc[..lanes].iter_mut().zip(old).for_each(|(acc, z)| *acc = z << 7);
            for (dependency, product) in program {
                if let Some(gate) = known.gate(*dependency) {
                    add_product(level, product, gate, &scratch.columns, &mut acc[..lanes]);
                }
            }
            let to = rounding(target, &format);
            let fractions = acc[..n].iter().fold(0, |any, acc| any | acc) & ((1 << to.n) - 1);
            if fractions != 0 && !drawn {
                self.draw(epoch.clock, entries, scratch);
                drawn = true;
            }
            let Scratch { draws, new, .. } = scratch;
            round(level, &acc[..lanes], &draws[..lanes], to, &mut new[target][..lanes]);
            changed |= new[target][..n] != scratch.columns[column::W + target][..n];
        }
        if changed {
            self.store(level, batch, words, scratch);
        }
    }

    /// Stores what changed.
    fn store(&mut self, level: Level, batch: Batch<'_>, words: &mut Words<'_>, scratch: &Scratch) {
        let entries = batch.entries;
        let format = self.formats[usize::from(batch.format)];
        let Some(rule) = format.rule else { return };
        let targets = self.rules[rule].programs.each_ref().map(|program| !program.is_empty());
        if let (Entries::Row { start, n, .. }, [true, false, false]) = (entries, targets) {
            let word = self.plastic.word[start] as usize;
            let weights = &mut self.plastic.w[start..start + n];
            store_weights(
                level,
                &scratch.new[0][..n],
                format.exponent,
                weights,
                &mut words.words[word..word + n],
            );
            return;
        }
        if let (Entries::List(lanes), [true, false, false]) = (entries, targets) {
            for (i, &lane) in lanes.iter().enumerate() {
                self.plastic.store_weight(lane, scratch.new[0][i], &format, words);
            }
            return;
        }
        for i in 0..entries.len() {
            let entry = entries.entry(i);
            let old = self.plastic.values(entry);
            let new = std::array::from_fn(
                |target| if targets[target] { scratch.new[target][i] } else { old[target] },
            );
            if new != old {
                self.plastic.store(entry, new, &format, words);
            }
        }
    }
}

/// How target w, d or t is rounded and bounded; the bits of its draw are those of stream 3.
pub fn rounding(target: usize, format: &Format) -> Rounding {
    let (min, max) = format.weights;
    match target {
        0 => Rounding { n: 7 + format.lsb, lsb: format.lsb, draw: 0, min, max },
        1 => Rounding { n: 7, lsb: 0, draw: 16, min: 0, max: format.delay_max },
        _ => Rounding { n: 7, lsb: 0, draw: 24, min: -256, max: 255 },
    }
}

#[cfg(test)]
#[path = "../tests/products.rs"]
mod tests;
