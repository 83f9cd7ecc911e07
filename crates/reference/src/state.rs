//! Everything that changes while a graph runs.

use isa::ids::Key;
use isa::num;
use isa::words::TraceProfile;

/// The state of a graph, by key and in list order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Compartments, in key order.
    pub compartments: Vec<CompartmentState>,
    /// Accumulator slots of each compartment: A exact sums, slot t mod A is read at t.
    pub slots: Vec<Vec<i64>>,
    /// Synapses of each projection, in list order.
    pub synapses: Vec<Vec<Synapse>>,
    /// Pre units, in order of projection, source, settings.
    pub pre: Vec<PreUnit>,
    /// Reward state of each of the graph's settings.
    pub rewards: Vec<RewardState>,
    /// Index into `pre`, and target, of each synapse of each projection; empty where it is not plastic.
    pub plastic: Vec<Vec<(usize, Key)>>,
}

/// A compartment (contract 3, 5, 7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompartmentState {
    /// Current, 24 bits.
    pub u: i32,
    /// Voltage, arithmetic view.
    pub v: i32,
    /// Voltage, register view.
    pub register: i32,
    /// Steps still held.
    pub refractory: u32,
    /// Threshold mantissa in force.
    pub vth: u32,
    /// Whether it fired in this step.
    pub fired: bool,
    /// Activity of homeostasis.
    pub activity: i32,
    /// Fires since the last epoch's end.
    pub fires: u32,
    /// Post traces y1, y2, y3; only kept where a plastic synapse ends.
    pub post: Unit<3>,
}

/// A synapse: mantissa, delay (box length), tag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Synapse {
    /// Weight mantissa.
    pub w: i32,
    /// Delay.
    pub d: i32,
    /// Tag.
    pub t: i32,
}

/// Traces that share events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit<const N: usize> {
    /// Stored traces, 0..=127.
    pub x: [i32; N],
    /// Step of the last event in the epoch, 1..=T; 0: none yet.
    pub at: u32,
}

impl<const N: usize> Default for Unit<N> {
    fn default() -> Self {
        Self { x: [0; N], at: 0 }
    }
}

impl<const N: usize> Unit<N> {
    /// An event at step `s` of the epoch: the first is remembered, a later one also adds its impulse at once.
    /// `extra(i)` is the r7 of trace i (contract 7, Events).
    pub fn event(&mut self, s: u32, profile: &[TraceProfile; N], extra: impl Fn(u32) -> u32) {
        if self.at != 0 {
            for (i, (x, p)) in self.x.iter_mut().zip(profile).enumerate() {
                *x = num::trace_impulse(*x, p.impulse, p.fraction, extra(i as u32));
            }
        }
        self.at = s;
    }
}

/// The pre unit of one projection, source and core setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreUnit {
    /// Index of the projection.
    pub projection: usize,
    /// Key of the source.
    pub source: Key,
    /// Index of the settings of the targets.
    pub settings: usize,
    /// Traces x1, x2.
    pub unit: Unit<2>,
}

/// Reward of a core (contract 7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RewardState {
    /// Reward of the last epoch, 8 bits.
    pub r0: i32,
    /// Reward trace, 8 bits.
    pub r1: i32,
    /// Exact sum of the payloads since the last epoch's end.
    pub sum: i64,
}

impl State {
    /// Traces that plastic synapse `i` of a projection reads, as stored: x1, x2, y1, y2, y3.
    #[must_use]
    pub fn traces(&self, projection: usize, i: usize) -> [i32; 5] {
        let (unit, target) = self.plastic[projection][i];
        let [x1, x2] = self.pre[unit].unit.x;
        let [y1, y2, y3] = self.compartments[target.index()].post.x;
        [x1, x2, y1, y2, y3]
    }
}
