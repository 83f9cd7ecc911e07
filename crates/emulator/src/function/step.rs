//! One step of one core: service, update, send, learn (contract 1).

use std::ops::Deref;

use isa::draw::{Draw, Stream, StreamKey};
use isa::ids::Key;
use isa::num;
use isa::op::NoiseTarget;

use super::core::{Core, Scratch, Segment, Settings, Soma, count};
use super::exchange::{Outbox, Report};
use super::general::{Incoming, Rules, State, update_one};
use super::homeostasis;
use super::kernel::{
    EachLane, Inbox, Lanes, Message, Tally, draw_units, prefetch, serve, touch, touch_list, update,
};
use super::learn::{Clock, Words, end_reward};

/// When a step is, and under which seed.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// The step, from 1.
    pub t: u32,
    /// Seed of the run.
    pub seed: u32,
}

impl Now {
    /// Step within the epoch, 1..=T.
    fn s(self, settings: &Settings) -> u32 {
        (self.t - 1) % settings.epoch + 1
    }

    fn clock(self, settings: &Settings) -> Clock {
        let epoch = (self.t - 1) / settings.epoch + 1;
        Clock { seed: self.seed, epoch, steps: settings.epoch, level: settings.level }
    }
}

/// Where a thread's messages go.
pub struct Outlet<'a> {
    /// Of each core: where its lists lie.
    pub lists: &'a [usize],
    /// What is read in the next step.
    pub outbox: &'a mut Outbox,
}

impl Outlet<'_> {
    #[inline]
    fn push(&mut self, core: u32, message: Message) {
        touch_list(message, self.lists[core as usize]);
        self.outbox.0[core as usize].push(message);
    }
}

impl Core {
    /// Writes to V of the barrier before step `t`; refr stays.
    pub fn write_voltages(&mut self, t: u32) {
        while let Some(write) = self.writes.get(self.next_write).filter(|write| write.step <= t) {
            self.soma.v[usize::from(write.compartment)] = write.v;
            self.next_write += 1;
        }
    }

    /// Phase 1; `due` is what is read in this step.
    pub fn service(&mut self, now: Now, due: &[impl Deref<Target = Outbox>], scratch: &mut Scratch) {
        scratch.units.clear();
        for messages in due.iter().map(|from| &from.0[self.index]).filter(|messages| !messages.is_empty()) {
            let head = self.ring.head;
            let inbox =
                Inbox { stream: &self.stream, ring: &mut self.ring.sums, head, units: &mut scratch.units };
            let served = serve(self.settings.level, messages, inbox);
            self.counters.synaptic_operations += served.operations;
            self.reward.sum = self.reward.sum.wrapping_add(served.reward as i32);
        }
        if let Some(learning) = &mut self.learning {
            learning.record(now.clock(&self.settings), now.s(&self.settings), &scratch.units);
        }
    }

    /// Brings the first lists of the next core into the cache while another one computes.
    pub fn prefetch(&self, due: &[impl Deref<Target = Outbox>]) {
        for from in due {
            prefetch(&from.0[self.index], &self.stream);
        }
    }

    /// Phase 2.
    pub fn update(&mut self, now: Now, scratch: &mut Scratch) {
        self.spikes.fired.clear();
        let mut tally = Tally::default();
        draw_noise(&self.soma, &self.settings, now, scratch);
        let lanes = self.soma.u.len();
        scratch.fired.resize(lanes, 0);
        for i in 0..self.soma.segments.len() {
            let segment = self.soma.segments[i];
            if segment.plain {
                tally.add(self.update_plain(segment, scratch));
            } else {
                self.update_general(segment, scratch, &mut tally);
            }
        }
        self.ring.advance();
        count(&mut self.counters, &tally);
        self.counters.updates_inactive += self.settings.updates as u64 - u64::from(tally.active);
        self.counters.spikes += self.spikes.fired.len() as u64;
        if !self.soma.fires.is_empty() {
            self.spikes.fired.iter().for_each(|&c| self.soma.fires[usize::from(c)] += 1);
        }
        if let Some(learning) = &mut self.learning {
            learning.post_events(&self.spikes.fired);
        }
    }

    /// Lanes without trees and noise.
    fn update_plain(&mut self, segment: Segment, scratch: &mut Scratch) -> Tally {
        let Segment { start, end, .. } = segment;
        let soma = &mut self.soma;
        let each = (!soma.uniform).then(|| EachLane {
            keep_u: &soma.keep_u[start..end],
            keep_v: &soma.keep_v[start..end],
            threshold: &soma.threshold[start..end],
            soft: &soma.soft[start..end],
            refractory: &soma.refractory[start..end],
            hold: &mut soma.hold[start..end],
        });
        let fired = &mut scratch.fired[start..end];
        let lanes = Lanes {
            u: &mut soma.u[start..end],
            v: &mut soma.v[start..end],
            slot: &mut self.ring.slot(end)[start..],
            bias: &soma.bias[start..end],
            fired,
            each,
        };
        update(self.settings.level, soma.params, lanes, start, &mut self.spikes.fired)
    }

    /// Lanes one by one.
    fn update_general(&mut self, segment: Segment, scratch: &mut Scratch, tally: &mut Tally) {
        let settings = self.settings;
        let to_voltage = settings.noise_target == NoiseTarget::Voltage;
        for c in segment.start..segment.end.min(self.soma.nodes.len()) {
            let soma = &mut self.soma;
            let rules = Rules {
                node: soma.nodes[c],
                decay_u: (4096 - soma.keep_u[c]) as u32,
                decay_v: (4096 - soma.keep_v[c]) as u32,
                bias: soma.bias[c],
                threshold: soma.threshold[c],
                soft: soma.soft[c] != 0,
                refractory: soma.refractory[c],
                v_bounds: (settings.v_min, settings.v_max),
            };
            let noise = scratch.noise.get(c).copied().unwrap_or(0);
            let slot = &mut self.ring.slot(c + 1)[c];
            let sum = i64::from(std::mem::take(slot)) << num::WEIGHT_SHIFT;
            let (to_current, to_voltage) = if to_voltage { (0, noise) } else { (noise, 0) };
            let incoming = Incoming { sum, to_current, to_voltage };
            let mut state = State { u: soma.u[c], v: soma.v[c], hold: soma.hold[c] };
            if update_one(&rules, &mut state, incoming, &mut scratch.stack, tally) {
                self.spikes.fired.push(c as u16);
            }
            (soma.u[c], soma.v[c], soma.hold[c]) = (state.u, state.v, state.hold);
        }
    }

    /// Phase 3, first part: who sends in this step; counts the messages of all that fired, and reports their keys.
    pub fn prepare(&mut self, now: Now, report: &mut Report) {
        let Self { spikes, routes, counters, keys, .. } = self;
        let start = report.spikes.len();
        report.spikes.reserve(spikes.fired.len());
        for &c in &spikes.fired {
            let outputs = routes.sources[usize::from(c)];
            report.spikes.push(Key(keys[usize::from(c)]));
            counters.messages += u64::from(outputs.end - outputs.start);
            counters.hops += u64::from(outputs.hops);
            counters.chip_links += u64::from(outputs.links);
            touch(&routes.targets, outputs.start as usize);
            touch(&routes.targets, outputs.end as usize);
        }
        report.groups.push((self.index as u32, start as u32, report.spikes.len() as u32));
        if spikes.delays.is_empty() {
            return;
        }
        spikes.sent.clear();
        let at = |delay: u32| ((now.t + delay) % 64) as usize;
        spikes.sent.append(&mut spikes.late[at(0)]);
        for &c in &spikes.fired {
            match spikes.delays[usize::from(c)] {
                0 => spikes.sent.push(c),
                delay => spikes.late[at(delay.into())].push(c),
            }
        }
    }

    /// Phase 3, second part: one message per output axon of all that send.
    pub fn send(&self, out: &mut Outlet<'_>) {
        for &c in self.spikes.sent() {
            for target in self.routes.targets(c.into()) {
                out.push(target.core, target.message);
            }
        }
    }

    /// Whether step `t` ends an epoch.
    #[must_use]
    pub fn ends_epoch(&self, t: u32) -> bool {
        t.is_multiple_of(self.settings.epoch)
    }

    /// Phase 4 of the last step of an epoch.
    pub fn learn(&mut self, now: Now, scratch: &mut Scratch) {
        let clock = now.clock(&self.settings);
        end_reward(&mut self.reward, now.seed, clock.epoch, clock.steps);
        if let Some(learning) = &mut self.learning {
            let stride_bits = self.ring.stride_bits;
            let mut words = Words { words: self.stream.words_mut(), stride_bits };
            learning.end_epoch(clock, &self.reward, &mut words, &mut scratch.lanes);
        }
        homeostasis::end_epoch(&mut self.soma, &self.keys, clock);
    }
}

/// Noise of all compartments that have it, into `scratch.noise`.
fn draw_noise(soma: &Soma, settings: &Settings, now: Now, scratch: &mut Scratch) {
    scratch.noise.clear();
    if soma.noisy.is_empty() {
        return;
    }
    scratch.noise.resize(soma.u.len(), 0);
    scratch.draws.resize(soma.noisy.len(), 0);
    let key = StreamKey::new(now.seed, Stream::Noise, now.t, 0);
    draw_units(settings.level, key, &soma.noisy_keys, 0, &mut scratch.draws);
    for (&c, &z) in soma.noisy.iter().zip(&scratch.draws) {
        let sample = Draw(z).noise_sample();
        scratch.noise[usize::from(c)] = num::noise(sample, settings.noise_offset, settings.noise_exponent);
    }
    for (c, samples) in &soma.replayed {
        if let Some(&sample) = samples.get(now.t as usize - 1) {
            scratch.noise[usize::from(*c)] =
                num::noise(sample, settings.noise_offset, settings.noise_exponent);
        }
    }
}

impl Tally {
    /// Adds another one.
    fn add(&mut self, other: Self) {
        self.active += other.active;
        self.q_wrap += other.q_wrap;
        self.u_wrap += other.u_wrap;
        self.x_wrap += other.x_wrap;
        self.v_limit += other.v_limit;
        self.v_range += other.v_range;
    }
}
