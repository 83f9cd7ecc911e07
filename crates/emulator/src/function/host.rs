//! What comes from outside: inputs, rewards, and what a stimulus adds (contract 1, 8, 9).

use image::{HostReward, HostSource, Image};
use isa::draw::{Draw, Stream, StreamKey};
use isa::ids::{CoreId, Key};
use isa::op::AxonKind;
use trace::Counters;

use super::exchange::Outbox;
use super::kernel::{Level, Message, draw_units};
use super::load::{Atlas, Axon, ListTable, Resolver, host_routes, read_axon};
use super::route::{Routes, Target};
use super::step::Now;
use crate::error::LoadError;

/// The host's inputs and rewards as they run.
#[derive(Clone, Debug, Default)]
pub struct Host {
    /// Inputs.
    pub inputs: Vec<Input>,
    /// Output axons of all lines.
    pub routes: Routes,
    /// Reward channels.
    pub rewards: Vec<Channel>,
    /// Events (step, line) of stimuli, sorted; those before `next_extra` are done.
    pub extra: Vec<(u32, u32)>,
    next_extra: usize,
    /// Lines that fired in the last step that was produced.
    pub fired: Vec<u32>,
    /// Rewards (channel, value) of that step.
    pub rewarded: Vec<(usize, Option<i32>)>,
    /// What was sent so far.
    pub counters: Counters,
    draws: Vec<u64>,
}

/// One input.
#[derive(Clone, Debug)]
pub struct Input {
    /// Key of the first line.
    pub key: u32,
    /// First line, counted over all inputs.
    pub line: u32,
    /// Lines.
    pub size: u32,
    /// What comes in.
    source: Source,
}

#[derive(Clone, Debug)]
enum Source {
    External,
    Events { events: Vec<(u32, u32)>, next: usize },
    Poisson { keys: Vec<u32>, p: Vec<u64> },
    Regular { period: u32, first: u32 },
}

/// A reward channel as the host sees it.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its key.
    pub key: u32,
    /// Cores and axons that hear it, with tile steps and crossings.
    pub targets: Vec<(Target, Axon, u32, u32)>,
    /// Messages (step, value), sorted.
    events: Vec<(u32, Option<i32>)>,
    next: usize,
    /// Messages of stimuli, sorted.
    pub extra: Vec<(u32, Option<i32>)>,
    next_extra: usize,
}

/// The inputs and rewards of an image.
///
/// # Errors
/// Events out of range, axons that lead nowhere.
pub fn host(image: &Image, tables: &[ListTable]) -> Result<Host, LoadError> {
    let mut inputs = Vec::with_capacity(image.host.inputs.len());
    let mut line = 0u32;
    for (i, input) in image.host.inputs.iter().enumerate() {
        let source = source(i, input)?;
        inputs.push(Input { key: input.key.0, line, size: input.size, source });
        line = line.saturating_add(input.size);
    }
    let atlas = Atlas::new(image);
    let routes = host_routes(image, &atlas, tables)?;
    let lines = routes.sources.len();
    refuse(lines == line as usize, 0, ("axon_map", lines as i64), format!("{line}, one a line,"))?;
    let rewards = image
        .host
        .rewards
        .iter()
        .map(|reward| channel(image, &atlas, tables, reward))
        .collect::<Result<_, _>>()?;
    Ok(Host { inputs, routes, rewards, ..Host::default() })
}

fn refuse(ok: bool, index: usize, field: (&'static str, i64), allowed: String) -> Result<(), LoadError> {
    let (field, value) = field;
    if ok {
        Ok(())
    } else {
        Err(LoadError::Value { core: CoreId(0), what: "host input", index, field, value, allowed })
    }
}

fn source(i: usize, input: &image::HostInput) -> Result<Source, LoadError> {
    Ok(match &input.source {
        HostSource::External => Source::External,
        HostSource::Events(events) => {
            let mut events = events.clone();
            events.sort_unstable();
            let first = events.first().map_or(1, |event| event.0);
            let last = events.iter().map(|event| event.1).max().unwrap_or(0);
            refuse(first >= 1, i, ("step", first.into()), "1 and up".into())?;
            refuse(
                events.is_empty() || last < input.size,
                i,
                ("line", last.into()),
                format!("0..{}", input.size),
            )?;
            Source::Events { events, next: 0 }
        }
        HostSource::Poisson(p) => {
            refuse(
                p.len() == 1 || p.len() == input.size as usize,
                i,
                ("probabilities", p.len() as i64),
                format!("1 or {}", input.size),
            )?;
            let most = p.iter().copied().max().unwrap_or(0);
            refuse(most <= 1 << 32, i, ("probability", most.cast_signed()), "0..=2^32".into())?;
            let p = if p.len() == 1 { vec![p[0]; input.size as usize] } else { p.clone() };
            Source::Poisson { keys: (0..input.size).map(|line| input.key.0.wrapping_add(line)).collect(), p }
        }
        HostSource::Regular { period, first } => {
            refuse(*period >= 1, i, ("period", (*period).into()), "1 and up".into())?;
            refuse(*first >= 1, i, ("first", (*first).into()), "1 and up".into())?;
            Source::Regular { period: *period, first: *first }
        }
    })
}

fn channel(
    image: &Image,
    atlas: &Atlas,
    tables: &[ListTable],
    reward: &HostReward,
) -> Result<Channel, LoadError> {
    let resolver = Resolver::new(image, atlas, tables, None);
    let mut targets = Vec::with_capacity(reward.axons.len());
    for slot in 0..reward.axons.len() {
        let problem = |problem: String| LoadError::Axon {
            from: format!("reward channel {}", reward.key),
            slot,
            problem,
        };
        let (axon, _) = read_axon(image, &reward.axons, slot).map_err(problem)?;
        let (target, hops, links) = resolver.resolve(axon, slot)?;
        if axon.kind != AxonKind::Discrete || target.message != Message::reward(1) {
            return Err(problem(format!("axon{} of {} is no reward axon", axon.axon, axon.core)));
        }
        targets.push((target, axon, hops, links));
    }
    let mut events = reward.events.clone();
    events.sort_unstable();
    let first = events.first().map_or(1, |event| event.0);
    refuse(first >= 1, 0, ("step of a reward", first.into()), "1 and up".into())?;
    Ok(Channel { key: reward.key.0, targets, events, next: 0, extra: Vec::new(), next_extra: 0 })
}

impl Host {
    /// Sends what is due in step `now` into `out`.
    pub fn produce(&mut self, now: Now, level: Level, out: &mut Outbox) {
        out.clear();
        self.fired.clear();
        self.rewarded.clear();
        let Self { inputs, fired, draws, .. } = self;
        for input in inputs {
            input.fire(now, level, draws, fired);
        }
        while let Some(event) = self.extra.get(self.next_extra).filter(|event| event.0 <= now.t) {
            self.fired.push(event.1);
            self.next_extra += 1;
        }
        if !self.fired.is_sorted() {
            self.fired.sort_unstable();
        }
        for &line in &self.fired {
            let outputs = self.routes.sources[line as usize];
            self.counters.messages += u64::from(outputs.end - outputs.start);
            self.counters.hops += u64::from(outputs.hops);
            self.counters.chip_links += u64::from(outputs.links);
            for target in self.routes.targets(line as usize) {
                out.0[target.core as usize].push(target.message);
            }
        }
        self.produce_rewards(now.t, out);
    }

    fn produce_rewards(&mut self, t: u32, out: &mut Outbox) {
        for (i, channel) in self.rewards.iter_mut().enumerate() {
            let own = due(&channel.events, &mut channel.next, t);
            let extra = due(&channel.extra, &mut channel.next_extra, t);
            for &(_, value) in own.iter().chain(extra) {
                self.rewarded.push((i, value));
                let worth = value.map_or(1, |value| i32::from(value as i8));
                for (target, _, hops, links) in &channel.targets {
                    out.0[target.core as usize].push(Message::reward(worth));
                    self.counters.messages += 1;
                    self.counters.hops += u64::from(*hops);
                    self.counters.chip_links += u64::from(*links);
                }
            }
        }
    }

    /// Goes back to step 1 and forgets stimuli.
    pub fn reset(&mut self) {
        (self.extra, self.next_extra) = (Vec::new(), 0);
        self.fired.clear();
        self.rewarded.clear();
        for input in &mut self.inputs {
            if let Source::Events { next, .. } = &mut input.source {
                *next = 0;
            }
        }
        for channel in &mut self.rewards {
            (channel.next, channel.extra, channel.next_extra) = (0, Vec::new(), 0);
        }
    }

    /// Adds events (step, line) of a stimulus.
    pub fn add_events(&mut self, events: impl IntoIterator<Item = (u32, u32)>) {
        self.extra.drain(..std::mem::take(&mut self.next_extra));
        self.extra.extend(events);
        self.extra.sort_unstable();
    }

    /// Adds rewards of a stimulus to channel `index`.
    pub fn add_reward(&mut self, index: usize, step: u32, value: Option<i32>) {
        let channel = &mut self.rewards[index];
        channel.extra.drain(..std::mem::take(&mut channel.next_extra));
        let at = channel.extra.partition_point(|event| *event <= (step, value));
        channel.extra.insert(at, (step, value));
    }

    /// The input and the line, over all inputs, of a key.
    #[must_use]
    pub fn line(&self, key: Key) -> Option<(usize, u32)> {
        let found = self
            .inputs
            .iter()
            .position(|input| key.0.wrapping_sub(input.key) < input.size && key.0 >= input.key)?;
        Some((found, self.inputs[found].line + (key.0 - self.inputs[found].key)))
    }

    /// The key of a line.
    #[must_use]
    pub fn key(&self, line: u32) -> Key {
        let input = self.inputs.partition_point(|input| input.line + input.size <= line);
        let input = &self.inputs[input];
        Key(input.key.wrapping_add(line - input.line))
    }
}

impl Input {
    /// Adds the lines that fire in step `now`.
    fn fire(&mut self, now: Now, level: Level, draws: &mut Vec<u64>, fired: &mut Vec<u32>) {
        let line = self.line;
        match &mut self.source {
            Source::External => {}
            Source::Events { events, next } => {
                while let Some(event) = events.get(*next).filter(|event| event.0 <= now.t) {
                    fired.extend((event.0 == now.t).then_some(line + event.1));
                    *next += 1;
                }
            }
            Source::Poisson { keys, p } => {
                draws.resize(keys.len(), 0);
                draw_units(level, StreamKey::new(now.seed, Stream::Input, now.t, 0), keys, 0, draws);
                let fires = |i: &u32| Draw(draws[*i as usize]).fires(p[*i as usize]);
                fired.extend((0..self.size).filter(fires).map(|i| line + i));
            }
            Source::Regular { period, first } => {
                if now.t >= *first && (now.t - *first).is_multiple_of(*period) {
                    fired.extend(line..line + self.size);
                }
            }
        }
    }

    /// Sets the probability, of 2^32, of a line of a Poisson input; false for another input.
    pub fn set_rate(&mut self, line: usize, probability: u64) -> bool {
        match &mut self.source {
            Source::Poisson { p, .. } => {
                p[line] = probability;
                true
            }
            Source::External | Source::Events { .. } | Source::Regular { .. } => false,
        }
    }
}

/// The events of step `t`; earlier ones are passed over.
fn due<'a, T>(events: &'a [(u32, T)], next: &mut usize, t: u32) -> &'a [(u32, T)] {
    let passed = *next + events[*next..].partition_point(|event| event.0 < t);
    let end = passed + events[passed..].partition_point(|event| event.0 == t);
    *next = end;
    &events[passed..end]
}
