//! One core as it runs: state and parameters in arrays, synapses unpacked.

use isa::ids::CoreId;
use isa::op::NoiseTarget;
use trace::Counters;

use super::general::{Item, Node};
use super::kernel::{Aligned, Level, Stream, Tally, UpdateParams};
use super::learn::Learning;
use super::route::Routes;

/// A core.
#[derive(Clone, Debug)]
pub struct Core {
    /// Which core of the board.
    pub id: CoreId,
    /// Which core of the image.
    pub index: usize,
    /// Settings shared by its compartments.
    pub settings: Settings,
    /// Keys of the compartments.
    pub keys: Vec<u32>,
    /// Compartments.
    pub soma: Soma,
    /// Unpacked synapses.
    pub stream: Stream,
    /// Accumulators.
    pub ring: Ring,
    /// Output axons.
    pub routes: Routes,
    /// Spikes of this step, and those that wait.
    pub spikes: Spikes,
    /// Plastic synapses and traces; none where no format is plastic.
    pub learning: Option<Box<Learning>>,
    /// Reward channel.
    pub reward: Reward,
    /// Writes to V by step, those before `next_write` are done.
    pub writes: Vec<Write>,
    /// First write that is still to come.
    pub next_write: usize,
    /// What happened so far.
    pub counters: Counters,
}

/// Settings of a core (contract 1, 3, 4).
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Instruction set of the kernels.
    pub level: Level,
    /// Compartments that are updated, padding included.
    pub updates: usize,
    /// Steps of an epoch.
    pub epoch: u32,
    /// Lower bound of v.
    pub v_min: i32,
    /// Upper bound of v.
    pub v_max: i32,
    /// E of the noise.
    pub noise_exponent: u32,
    /// Offset of the noise.
    pub noise_offset: u32,
    /// Target of the noise.
    pub noise_target: NoiseTarget,
}

/// State and parameters of the compartments, one lane each, padded to whole vectors.
#[derive(Clone, Debug, Default)]
pub struct Soma {
    /// Current.
    pub u: Aligned,
    /// Voltage.
    pub v: Aligned,
    /// Bias, shifted.
    pub bias: Aligned,
    /// 4096 minus the effective decay of u.
    pub keep_u: Aligned,
    /// 4096 minus the effective decay of v.
    pub keep_v: Aligned,
    /// Threshold in force, in the units of v.
    pub threshold: Aligned,
    /// -1 where a spike subtracts the threshold, else 0.
    pub soft: Aligned,
    /// Refractory steps.
    pub refractory: Aligned,
    /// Steps still held plus one since a spike; 0 when free. Not kept where `uniform`.
    pub hold: Aligned,
    /// Whether all lanes share their parameters, reset to 0 and are never held.
    pub uniform: bool,
    /// Bounds of v; where `uniform`, the parameters of all lanes.
    pub params: UpdateParams,
    /// Runs of lanes by the way they are updated.
    pub segments: Vec<Segment>,
    /// Tree and noise of each compartment; empty where all are plain.
    pub nodes: Vec<Node>,
    /// Compartments with noise.
    pub noisy: Vec<u16>,
    /// Their keys.
    pub noisy_keys: Vec<u32>,
    /// Compartments whose noise samples are replayed instead of drawn, with the samples from step 1 on.
    pub replayed: Vec<(u16, Vec<i32>)>,
    /// Compartments with homeostasis.
    pub adaptive: Vec<Adaptive>,
    /// Fires since the epoch's end, per compartment; empty where no compartment is adaptive.
    pub fires: Vec<u8>,
}

/// Consecutive lanes, from a whole vector to a whole vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// First lane.
    pub start: usize,
    /// One past the last lane.
    pub end: usize,
    /// Whether none of them has a tree or noise.
    pub plain: bool,
}

/// A compartment with homeostasis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adaptive {
    /// Which compartment.
    pub compartment: u16,
    /// Its profile.
    pub profile: isa::words::HomeostasisProfile,
    /// Activity trace.
    pub activity: i32,
    /// Threshold mantissa.
    pub vth: i32,
}

/// Accumulators: slots of `1 << stride_bits` compartments. There are only as many slots as delays need.
#[derive(Clone, Debug)]
pub struct Ring {
    /// Sums in units of 64.
    pub sums: Aligned,
    /// Log2 of the compartments of a slot.
    pub stride_bits: u32,
    /// Index of compartment 0 in the slot of this step.
    pub head: u32,
}

impl Ring {
    /// `slots`, a power of two, for `lanes` compartments.
    #[must_use]
    pub fn new(slots: usize, lanes: usize) -> Self {
        let stride = lanes.next_power_of_two();
        Self { sums: Aligned::filled(0, slots * stride), stride_bits: stride.ilog2(), head: 0 }
    }

    /// The slot of this step, `lanes` wide.
    pub fn slot(&mut self, lanes: usize) -> &mut [i32] {
        &mut self.sums[self.head as usize..self.head as usize + lanes]
    }

    /// Goes on to the slot of the next step.
    pub fn advance(&mut self) {
        self.head = (self.head + (1 << self.stride_bits)) & (self.sums.len() as u32 - 1);
    }

    /// Empties all slots.
    pub fn clear(&mut self) {
        self.sums.fill(0);
        self.head = 0;
    }
}

/// Spikes of a core.
#[derive(Clone, Debug, Default)]
pub struct Spikes {
    /// Compartments that fired in this step, ascending.
    pub fired: Vec<u16>,
    /// Compartments whose messages left in this step, where there are axon delays; see [`Self::sent`].
    pub sent: Vec<u16>,
    /// Compartments whose messages wait, by the step at which they leave, modulo 64; empty without axon delays.
    pub late: Vec<Vec<u16>>,
    /// Axon delay of each compartment; empty where all are 0.
    pub delays: Vec<u8>,
}

impl Spikes {
    /// Compartments whose messages left in this step.
    #[must_use]
    pub fn sent(&self) -> &[u16] {
        if self.delays.is_empty() { &self.fired } else { &self.sent }
    }
}

/// The reward channel of a core (contract 7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reward {
    /// Reward of the last epoch.
    pub r0: i32,
    /// Reward trace.
    pub r1: i32,
    /// Sum since the last epoch's end.
    pub sum: i32,
    /// Decay of |r1|.
    pub decay: u32,
    /// Key of the channel; none where there is no channel.
    pub key: Option<u32>,
}

/// A write to V.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Write {
    /// At the barrier before this step.
    pub step: u32,
    /// Where.
    pub compartment: u16,
    /// The value, 24 bits.
    pub v: i32,
}

/// Work space of a thread.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Fire flags of a core.
    pub fired: Vec<u8>,
    /// Draws.
    pub draws: Vec<u64>,
    /// Noise per compartment.
    pub noise: Vec<i32>,
    /// Pre units whose list was served.
    pub units: Vec<u32>,
    /// Stack of the trees.
    pub stack: Vec<Item>,
    /// Lanes of the learning engine.
    pub lanes: super::learn::Scratch,
}

/// Adds what an update counted.
pub fn count(counters: &mut Counters, tally: &Tally) {
    counters.updates_active += u64::from(tally.active);
    counters.q_wrap += u64::from(tally.q_wrap);
    counters.u_wrap += u64::from(tally.u_wrap);
    counters.x_wrap += u64::from(tally.x_wrap);
    counters.v_limit += u64::from(tally.v_limit);
    counters.v_range += u64::from(tally.v_range);
}
