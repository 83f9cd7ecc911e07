//! Traces of pre and post units: events, impulses, decays, history (contract 7).

use isa::draw::{Draw, Stream, StreamKey};
use isa::num::{trace_decay, trace_impulse};
use isa::words::TraceProfile;

use super::super::kernel::{Level, draw_units};

/// When and with which draws traces are advanced.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// Seed of the run.
    pub seed: u32,
    /// Epoch, from 1.
    pub epoch: u32,
    /// Steps of an epoch.
    pub steps: u32,
    /// Instruction set of the draws.
    pub level: Level,
}

impl Clock {
    fn key(self, stream: Stream, s: u32) -> StreamKey {
        StreamKey::new(self.seed, stream, self.epoch, s)
    }
}

/// Units of one kind on a core: `N` = 2 traces are those of pre units, `N` = 3 those of post units.
#[derive(Clone, Debug)]
pub struct Traces<const N: usize> {
    /// Keys that the draws are named by.
    pub keys: Vec<u32>,
    /// Impulses and decays, per unit.
    pub profiles: Vec<[TraceProfile; N]>,
    /// Trace `i` of each unit.
    pub values: [Vec<u8>; N],
    /// Step of the last event in the epoch, per unit; 0 for none.
    pub last: Vec<u8>,
    /// Trace `i` of step s of the epoch: at `(s - 1) * units + unit`. Valid between [`Self::advance`] and
    /// [`Self::finish`].
    pub history: [Vec<u8>; N],
    /// Units with a trace or an event; the history of all others is 0.
    pub live: Vec<u32>,
    is_live: Vec<bool>,
    /// Whether any unit has trace `i`; the others stay 0.
    used: [bool; N],
    live_keys: Vec<u32>,
}

/// Whether the bits are those of pre or of post units.
const fn stream(traces: usize) -> Stream {
    if traces == 2 { Stream::Pre } else { Stream::Post }
}

fn impulse_bits(traces: usize, draw: Draw, i: u32) -> u32 {
    if traces == 2 { draw.pre_impulse_bits(i) } else { draw.post_impulse_bits(i) }
}

impl<const N: usize> Traces<N> {
    /// Units of `keys` at rest, in epochs of `steps` steps.
    #[must_use]
    pub fn new(keys: Vec<u32>, profiles: Vec<[TraceProfile; N]>, steps: u32) -> Self {
        let units = keys.len();
        let has =
            |i: usize| profiles.iter().any(|profile| profile[i].impulse != 0 || profile[i].fraction != 0);
        let used = std::array::from_fn(has);
        Self {
            used,
            keys,
            profiles,
            values: std::array::from_fn(|_| vec![0; units]),
            last: vec![0; units],
            history: std::array::from_fn(|_| vec![0; units * steps as usize]),
            live: Vec::new(),
            is_live: vec![false; units],
            live_keys: Vec::new(),
        }
    }

    /// Sets the stored traces of a unit and the step of its last event.
    pub fn set(&mut self, unit: usize, values: [u8; N], last: u8) {
        for (i, value) in values.into_iter().enumerate() {
            self.values[i][unit] = value;
            self.used[i] |= value != 0;
        }
        self.last[unit] = last;
        self.wake(unit);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.values.iter_mut().chain(&mut self.history).for_each(|x| x.fill(0));
        self.last.fill(0);
        self.is_live.fill(false);
        self.live.clear();
    }

    /// Whether a unit has a trace or an event.
    #[must_use]
    pub fn is_live(&self, unit: usize) -> bool {
        self.is_live[unit]
    }

    fn wake(&mut self, unit: usize) {
        if !self.is_live[unit] {
            self.is_live[unit] = true;
            self.live.push(unit as u32);
        }
    }

    /// An event of `unit` at step `s` of the epoch; a second one in a step is none.
    pub fn event(&mut self, clock: Clock, unit: usize, s: u32) {
        let last = u32::from(self.last[unit]);
        if last == s {
            return;
        }
        self.wake(unit);
        if last != 0 {
            let draw = clock.key(stream(N), s).draw(self.keys[unit], u32::from(N == 3));
            for i in 0..N {
                let bits =
                    if N == 2 { draw.pre_extra_bits(i as u32) } else { draw.post_extra_bits(i as u32) };
                let profile = self.profiles[unit][i];
                let x = trace_impulse(self.values[i][unit].into(), profile.impulse, profile.fraction, bits);
                self.values[i][unit] = x as u8;
            }
        }
        self.last[unit] = s as u8;
    }

    /// The end of an epoch: the history of all steps, and the traces of the last one.
    pub fn advance(&mut self, clock: Clock, draws: &mut Vec<u64>) {
        self.live_keys.clear();
        self.live_keys.extend(self.live.iter().map(|&unit| self.keys[unit as usize]));
        draws.resize(self.live.len(), 0);
        for s in 1..=clock.steps {
            draw_units(clock.level, clock.key(stream(N), s), &self.live_keys, 0, draws);
            self.step(s, draws);
        }
    }

    /// Step `s` of the epoch for all live units.
    fn step(&mut self, s: u32, draws: &[u64]) {
        let plane = (s as usize - 1) * self.last.len();
        let Self { profiles, values, last, history, live, used, .. } = self;
        for i in (0..N).filter(|&i| used[i]) {
            let (values, history) = (&mut values[i], &mut history[i][plane..]);
            for (&unit, &z) in live.iter().zip(draws) {
                let unit = unit as usize;
                let profile = &profiles[unit][i];
                let mut x = trace_decay(values[unit].into(), profile.decay, Draw(z).decay_bits(i as u32));
                if u32::from(last[unit]) == s {
                    let bits = impulse_bits(N, Draw(z), i as u32);
                    x = trace_impulse(x, profile.impulse, profile.fraction, bits);
                }
                (values[unit], history[unit]) = (x as u8, x as u8);
            }
        }
    }

    /// Clears the events, and lets units without a trace rest.
    pub fn finish(&mut self) {
        let units = self.last.len();
        let Self { values, last, history, live, is_live, .. } = self;
        live.retain(|&unit| {
            let unit = unit as usize;
            last[unit] = 0;
            is_live[unit] = values.iter().any(|x| x[unit] != 0);
            if !is_live[unit] {
                history.iter_mut().for_each(|h| h.iter_mut().skip(unit).step_by(units).for_each(|x| *x = 0));
            }
            is_live[unit]
        });
    }
}

#[cfg(test)]
mod tests;
