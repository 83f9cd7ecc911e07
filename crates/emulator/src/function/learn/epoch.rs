//! The end of an epoch: every plastic synapse with an active term (contract 7, 3).

use isa::draw::{Draw, Stream, StreamKey};
use isa::op::Dependency;

use super::super::core::Reward;
use super::super::kernel::{
    BATCH, COLUMNS, Column, Level, Rounding, add_product, draw_pairs, fractions, round,
};
use super::rule::column;
use super::synapse::{Format, Words};
use super::trace::Clock;
use super::{Learning, Rule};

/// Work space of a thread.
#[derive(Debug)]
pub struct Scratch {
    entries: Vec<u32>,
    pre: [u32; BATCH],
    post: [u32; BATCH],
    columns: Box<[Column; COLUMNS]>,
    draws: [u64; BATCH],
    keys: [[u32; BATCH]; 2],
    trace_draws: Vec<u64>,
}

impl Default for Scratch {
    fn default() -> Self {
        let zero = [0; BATCH];
        Self {
            entries: Vec::with_capacity(BATCH),
            pre: zero,
            post: zero,
            columns: Box::new([[0; BATCH]; COLUMNS]),
            draws: [0; BATCH],
            keys: [zero; 2],
            trace_draws: Vec::new(),
        }
    }
}

/// What all synapses of an epoch share.
#[derive(Clone, Copy)]
struct Epoch<'a> {
    clock: Clock,
    reward: &'a Reward,
}

impl Learning {
    /// Phase 4 of the last step of an epoch, after the reward: traces, synapses, then the events are cleared.
    pub fn end_epoch(&mut self, clock: Clock, reward: &Reward, words: &mut Words<'_>, scratch: &mut Scratch) {
        self.pre.advance(clock, &mut scratch.trace_draws);
        self.post.advance(clock, &mut scratch.trace_draws);
        let epoch = Epoch { clock, reward };
        self.rows(epoch, words, scratch);
        self.columns(epoch, words, scratch);
        self.pre.finish();
        self.post.finish();
    }

    /// Whether the terms of u_k of a rule are active.
    fn uk_active(rule: &Rule, clock: Clock) -> bool {
        rule.depends[Dependency::Uk as usize] && clock.epoch.is_multiple_of(1 << rule.k)
    }

    /// The synapses of pre units with an event, and all of rules whose u_k is active.
    fn rows(&mut self, epoch: Epoch<'_>, words: &mut Words<'_>, scratch: &mut Scratch) {
        let all = self.rules.iter().any(|rule| Self::uk_active(rule, epoch.clock));
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
                if event && rule.depends[Dependency::X0 as usize] || Self::uk_active(rule, epoch.clock) {
                    for start in (run.start..run.end).step_by(BATCH) {
                        scratch.entries.clear();
                        scratch.entries.extend(start..run.end.min(start + BATCH as u32));
                        self.update(epoch, run.format, words, scratch);
                    }
                }
            }
        }
    }

    /// The synapses of post units with an event that were not done by row.
    fn columns(&mut self, epoch: Epoch<'_>, words: &mut Words<'_>, scratch: &mut Scratch) {
        for c in 0..self.plastic.columns.len() {
            let format = self.plastic.columns[c].format;
            let Some(rule) = self.formats[usize::from(format)].rule else { continue };
            if Self::uk_active(&self.rules[rule], epoch.clock) {
                continue;
            }
            let x0 = self.rules[rule].depends[Dependency::X0 as usize];
            let needs_pre = self.rules[rule].y0_needs_pre;
            scratch.entries.clear();
            for i in 0..self.post.live.len() {
                let unit = self.post.live[i] as usize;
                if self.post.last[unit] == 0 {
                    continue;
                }
                let range = self.plastic.columns[c].start[unit]..self.plastic.columns[c].start[unit + 1];
                for at in range {
                    let entry = self.plastic.columns[c].entries[at as usize];
                    let pre = usize::from(self.plastic.pre[entry as usize]);
                    if (x0 && self.pre.last[pre] != 0) || (needs_pre && !self.pre.is_live(pre)) {
                        continue;
                    }
                    scratch.entries.push(entry);
                    if scratch.entries.len() == BATCH {
                        self.update(epoch, format, words, scratch);
                        scratch.entries.clear();
                    }
                }
            }
            self.update(epoch, format, words, scratch);
            scratch.entries.clear();
        }
    }

    /// Updates the synapses of `scratch.entries`, all of `format`.
    fn update(&mut self, epoch: Epoch<'_>, format: u8, words: &mut Words<'_>, scratch: &mut Scratch) {
        let format = self.formats[usize::from(format)];
        let Some(rule) = format.rule.filter(|_| !scratch.entries.is_empty()) else { return };
        self.gather(rule, epoch, scratch);
        let rule = &self.rules[rule];
        let uk = Self::uk_active(rule, epoch.clock);
        let mut drawn = false;
        let mut new = [scratch.columns[column::W], scratch.columns[column::D], scratch.columns[column::T]];
        for (target, program) in rule.programs.iter().enumerate().filter(|(_, program)| !program.is_empty()) {
            let mut acc = scratch.columns[column::W + target].map(|z| z << 7);
            for (dependency, product) in program {
                if *dependency != Dependency::Uk || uk {
                    add_product(epoch.clock.level, product, &scratch.columns, &mut acc);
                }
            }
            let to = rounding(target, &format);
            if fractions(epoch.clock.level, &acc, scratch.entries.len(), to.n) != 0 && !drawn {
                draw(&self.plastic.ordinal, &[&self.pre.keys, &self.post.keys], epoch.clock, scratch);
                drawn = true;
            }
            let bits = draw_bits(target, to.n, &scratch.draws);
            round(epoch.clock.level, &acc, &bits, to, &mut new[target]);
        }
        for (i, &entry) in scratch.entries.iter().enumerate() {
            let values = [new[0][i], new[1][i], new[2][i]];
            let old = [column::W, column::D, column::T].map(|c| scratch.columns[c][i]);
            if values != old {
                self.plastic.store(entry as usize, values, &format, words);
            }
        }
    }

    /// Fills the columns that a rule reads, and w, d, t.
    fn gather(&self, rule: usize, epoch: Epoch<'_>, scratch: &mut Scratch) {
        let Scratch { entries, pre, post, columns, .. } = scratch;
        let plastic = &self.plastic;
        for (i, &entry) in entries.iter().enumerate() {
            let entry = entry as usize;
            (pre[i], post[i]) = (plastic.pre[entry].into(), plastic.post[entry].into());
            columns[column::W][i] = plastic.w[entry].into();
            columns[column::D][i] = plastic.d[entry].into();
            columns[column::T][i] = plastic.tag[entry].into();
        }
        let units =
            || pre.iter().zip(post.iter()).take(entries.len()).map(|(&x, &y)| (x as usize, y as usize));
        for &c in &self.rules[rule].reads {
            let values = columns[c].iter_mut();
            match c {
                column::PRE => {
                    values.zip(units()).for_each(|(v, (x, _))| *v = i32::from(self.pre.last[x] != 0))
                }
                column::POST => {
                    values.zip(units()).for_each(|(v, (_, y))| *v = i32::from(self.post.last[y] != 0))
                }
                column::R0 => values.for_each(|v| *v = epoch.reward.r0),
                column::R1 => values.for_each(|v| *v = epoch.reward.r1),
                column::W | column::D | column::T => {}
                _ => {
                    let (i, at) = (c / 3, c % 3);
                    let (history, n) = match i {
                        0 | 1 => (&self.pre.history[i], self.pre.last.len()),
                        _ => (&self.post.history[i - 2], self.post.last.len()),
                    };
                    for (v, (x, y)) in values.zip(units()) {
                        // Without an event the term is inactive, and any step will do.
                        let step = match at {
                            0 => usize::from(self.pre.last[x]).max(1),
                            1 => usize::from(self.post.last[y]).max(1),
                            _ => epoch.clock.steps as usize,
                        };
                        *v = history[(step - 1) * n + if i < 2 { x } else { y }].into();
                    }
                }
            }
        }
    }
}

/// How target w, d or t is rounded and bounded.
fn rounding(target: usize, format: &Format) -> Rounding {
    match target {
        0 => Rounding { n: 7 + format.lsb, lsb: format.lsb, min: format.weights.0, max: format.weights.1 },
        1 => Rounding { n: 7, lsb: 0, min: 0, max: format.delay_max },
        _ => Rounding { n: 7, lsb: 0, min: -256, max: 255 },
    }
}

/// The bits of the draws that round a target.
fn draw_bits(target: usize, n: u32, draws: &[u64; BATCH]) -> Column {
    draws.map(|z| match target {
        0 => Draw(z).weight_bits(n) as i32,
        1 => Draw(z).delay_bits() as i32,
        _ => Draw(z).tag_bits() as i32,
    })
}

/// Draws for all entries of a batch.
fn draw(ordinals: &[u16], keys: &[&Vec<u32>; 2], clock: Clock, scratch: &mut Scratch) {
    let n = scratch.entries.len();
    for i in 0..n {
        scratch.keys[0][i] = keys[0][scratch.pre[i] as usize];
        scratch.keys[1][i] = keys[1][scratch.post[i] as usize];
    }
    let key = |ordinal| StreamKey::new(clock.seed, Stream::Synapse, clock.epoch, ordinal);
    let [a, b] = &scratch.keys;
    let level: Level = clock.level;
    draw_pairs(level, key(0), &a[..n], &b[..n], &mut scratch.draws[..n]);
    if ordinals.is_empty() {
        return;
    }
    for (i, &entry) in scratch.entries.iter().enumerate() {
        let ordinal = ordinals[entry as usize];
        if ordinal != 0 {
            scratch.draws[i] = key(ordinal.into()).draw(a[i], b[i]).0;
        }
    }
}

#[cfg(test)]
#[path = "../tests/products.rs"]
mod tests;
