//! The end of an epoch: reward, traces, synapses, homeostasis (contract 5 and 7).

use isa::draw::{Draw, Stream, StreamKey};
use isa::num;
use isa::op::LearningTarget;
use isa::words::TraceProfile;
use network::graph::{Graph, Homeostasis};

use crate::learning::{Bounds, Moment, accumulate, result};
use crate::state::{CompartmentState, RewardState, State, Synapse, Unit};
use crate::wiring::{Wiring, post_profile};

/// Epoch e and step s within it of step t, both from 1.
#[must_use]
pub const fn of(t: u32, epoch: u32) -> (u32, u32) {
    ((t - 1) / epoch + 1, (t - 1) % epoch + 1)
}

/// Traces of a unit at the steps of an epoch: `at(s)` is H\[s\].
pub struct History<const N: usize>(Vec<[i32; N]>);

impl<const N: usize> History<N> {
    /// From the stored traces of `unit` over `steps` steps. `bits(s, i)` is (r12 of the decay, r7 of the impulse)
    /// of trace i at step s.
    pub fn new(
        unit: &Unit<N>,
        profile: &[TraceProfile; N],
        steps: u32,
        bits: impl Fn(u32, u32) -> (u32, u32),
    ) -> Self {
        let mut x = unit.x;
        let mut history = Vec::with_capacity(steps as usize);
        for s in 1..=steps {
            for (i, (x, p)) in x.iter_mut().zip(profile).enumerate() {
                let (r12, r7) = bits(s, i as u32);
                *x = num::trace_decay(*x, p.decay, r12);
                if s == unit.at {
                    *x = num::trace_impulse(*x, p.impulse, p.fraction, r7);
                }
            }
            history.push(x);
        }
        Self(history)
    }

    /// H\[s\]; at s = 0, where no event was, the traces are not used.
    #[must_use]
    pub fn at(&self, s: u32) -> [i32; N] {
        s.checked_sub(1).map_or([0; N], |i| self.0[i as usize])
    }
}

/// The bits of pre trace i (contract 8, stream 1).
#[must_use]
pub const fn pre_bits(draw: Draw, i: u32) -> (u32, u32) {
    (draw.decay_bits(i), draw.pre_impulse_bits(i))
}

/// The bits of post trace i (contract 8, stream 2).
#[must_use]
pub const fn post_bits(draw: Draw, i: u32) -> (u32, u32) {
    (draw.decay_bits(i), draw.post_impulse_bits(i))
}

/// Ends epoch `e` of the cores with settings `index`.
pub(crate) fn end(graph: &Graph, wiring: &Wiring, index: usize, e: u32, state: &mut State) {
    let settings = &graph.settings[index];
    let draws = |stream, sub| StreamKey::new(graph.seed, stream, e, sub);
    if let Some(channel) = settings.reward {
        let r12 = |s| draws(Stream::Reward, s).draw(graph.reward_key(channel).0, 0).decay_bits(0);
        reward(&mut state.rewards[index], graph.rewards[channel].decay, settings.epoch, r12);
    }
    let pre: Vec<_> = (state.pre.iter())
        .map(|u| {
            let bits = |s, i| pre_bits(draws(Stream::Pre, s).draw(u.source.0, 0), i);
            let profile = wiring.rule(u.projection).pre.0;
            (u.settings == index).then(|| History::new(&u.unit, &profile, settings.epoch, bits))
        })
        .collect();
    let mut post: Vec<Option<History<3>>> = wiring.cells.iter().map(|_| None).collect();
    for &key in &wiring.plastic_targets {
        let cell = &wiring.cells[key.index()];
        if cell.settings_index == index {
            let bits = |s, i| post_bits(draws(Stream::Post, s).draw(key.0, 0), i);
            let unit = &state.compartments[key.index()].post;
            post[key.index()] = Some(History::new(unit, &post_profile(cell.spec), settings.epoch, bits));
        }
    }
    Synapses { graph, wiring, index, e, pre: &pre, post: &post }.learn(state);
    for (unit, history) in state.pre.iter_mut().zip(&pre) {
        if let Some(history) = history {
            unit.unit = Unit { x: history.at(settings.epoch), at: 0 };
        }
    }
    for (compartment, history) in state.compartments.iter_mut().zip(&post) {
        if let Some(history) = history {
            compartment.post = Unit { x: history.at(settings.epoch), at: 0 };
        }
    }
    let draws = draws(Stream::Homeostasis, 0);
    for (k, cell) in wiring.cells.iter().enumerate().filter(|(_, cell)| cell.settings_index == index) {
        let compartment = &mut state.compartments[k];
        if let Some(homeostasis) = &cell.spec.homeostasis {
            adapt(compartment, homeostasis, draws.draw(k as u32, 0).decay_bits(0));
        }
        compartment.fires = 0;
    }
}

/// r0 and r1 at an epoch's end; `r12(s)` is the draw of step s, 1..=`steps`.
pub fn reward(state: &mut RewardState, decay: u32, steps: u32, r12: impl Fn(u32) -> u32) {
    let magnitude = (1..=steps).fold(state.r1.abs(), |m, s| num::trace_decay(m, decay, r12(s)));
    state.r0 = num::sat(state.sum, 8);
    state.r1 = num::sat(i64::from(state.r1.signum() * magnitude + state.r0), 8);
    state.sum = 0;
}

/// Activity and threshold at an epoch's end.
pub fn adapt(state: &mut CompartmentState, h: &Homeostasis, r12: u32) {
    let decayed = num::trace_decay(state.activity, h.decay, r12);
    state.activity = (decayed + (h.impulse * state.fires) as i32).min(num::TRACE_MAX);
    if state.activity > h.max as i32 {
        state.vth = (state.vth + h.gain).min(131_071);
    }
    if state.activity < h.min as i32 {
        state.vth = state.vth.saturating_sub(h.gain);
    }
}

/// Everything that the synapses of one epoch's end read.
struct Synapses<'a> {
    graph: &'a Graph,
    wiring: &'a Wiring<'a>,
    index: usize,
    e: u32,
    pre: &'a [Option<History<2>>],
    post: &'a [Option<History<3>>],
}

impl Synapses<'_> {
    fn learn(&self, state: &mut State) {
        for (p, plastic) in self.wiring.plastic.iter().enumerate() {
            for (i, &(unit, ordinal)) in plastic.iter().enumerate() {
                if state.pre[unit].settings == self.index {
                    state.synapses[p][i] = self.learned(state, (p, i), unit, ordinal);
                }
            }
        }
    }

    /// The synapse after the programs of w, d and t, all read from before.
    fn learned(&self, state: &State, (p, i): (usize, usize), unit: usize, ordinal: u32) -> Synapse {
        let (source, target) = self.wiring.ends[p][i];
        let settings = &self.graph.settings[self.index];
        let rule = self.wiring.rule(p);
        let (tx, ty) = (state.pre[unit].unit.at, state.compartments[target.index()].post.at);
        let traces = |s| {
            let [x1, x2] = self.pre[unit].as_ref().map_or([0; 2], |h| h.at(s));
            let [y1, y2, y3] = self.post[target.index()].as_ref().map_or([0; 3], |h| h.at(s));
            [x1, x2, y1, y2, y3]
        };
        let reward = state.rewards[self.index];
        let before = state.synapses[p][i];
        let moment = Moment {
            pre: tx != 0,
            post: ty != 0,
            u: self.e.is_multiple_of(1 << rule.k),
            traces: [traces(tx), traces(ty), traces(settings.epoch)],
            reward: [reward.r0, reward.r1],
            synapse: before,
        };
        let draw = StreamKey::new(self.graph.seed, Stream::Synapse, self.e, ordinal).draw(source.0, target.0);
        let bounds = Bounds::of(&self.graph.projections[p], settings.delay_bits);
        let new = |target, z, terms| match accumulate(z, terms, &moment).last() {
            Some(&acc) => result(target, acc, &bounds, draw),
            None => z,
        };
        Synapse {
            w: new(LearningTarget::W, before.w, &rule.w),
            d: new(LearningTarget::D, before.d, &rule.d),
            t: new(LearningTarget::T, before.t, &rule.t),
        }
    }
}
