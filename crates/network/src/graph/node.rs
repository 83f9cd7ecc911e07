//! Populations of neurons, their compartments, inputs and reward channels.

use isa::op::{BackPropagation, Join, Mode, NoiseTarget};
use isa::words::{PostProfile, TraceProfile};
use serde::{Deserialize, Serialize};

use super::{Span, Values, View};

/// What compartments on one core must share (contract 1, 3, 4, 7).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// T: steps per learning epoch, 1..=63.
    pub epoch: u32,
    /// A = 2^delay_bits accumulators a compartment, 3..=6; delays up to A - 2.
    pub delay_bits: u32,
    /// vmin = -(2^e) + 1, 0..=23.
    pub vmin_exponent: u32,
    /// vmax = 2^(9 + 2e) - 1, 0..=7.
    pub vmax_exponent: u32,
    /// Noise of the compartments that enable it.
    pub noise: Option<Noise>,
    /// Reward channel that r0 and r1 are read from.
    pub reward: Option<usize>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { epoch: 1, delay_bits: 3, vmin_exponent: 23, vmax_exponent: 7, noise: None, reward: None }
    }
}

/// Noise shared by a core (contract 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noise {
    /// E, 0..=23.
    pub exponent: u32,
    /// In units of 64, 0..=7.
    pub offset: u32,
    /// Where it is added.
    pub target: NoiseTarget,
}

/// Neurons of one kind. A neuron is a tree of compartments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// Name.
    pub name: String,
    /// Neurons.
    pub size: u32,
    /// Shape, whose product is `size`; `[size]` where none was given.
    pub shape: Vec<u32>,
    /// Index into [`Graph::settings`](super::Graph::settings).
    pub settings: usize,
    /// The compartments of every neuron, as declared; keys follow this order.
    pub tree: Vec<Compartment>,
    /// Constraint: all on this core of the board.
    pub core: Option<u32>,
    /// Where it was declared.
    #[serde(skip)]
    pub span: Span,
}

impl Population {
    /// Compartments of all neurons.
    #[must_use]
    pub fn compartments(&self) -> usize {
        self.size as usize * self.tree.len()
    }

    /// Indices of the tree in the order of update: children before parents, A before B, the root last.
    ///
    /// Compartments that hang on no root (a mistake that `problems` reports) are left out.
    #[must_use]
    pub fn update_order(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.tree.len());
        let mut open = vec![(self.root(), false)];
        while let Some((node, expanded)) = open.pop() {
            if expanded || self.tree[node].children.is_empty() {
                order.push(node);
            } else if order.len() + open.len() <= 2 * self.tree.len() {
                open.push((node, true));
                open.extend(self.tree[node].children.iter().rev().map(|&child| (child, false)));
            }
        }
        order
    }

    /// The compartment that is no child of another; the last such one.
    #[must_use]
    pub fn root(&self) -> usize {
        let is_child = |i| self.tree.iter().any(|c| c.children.contains(&i));
        (0..self.tree.len()).rfind(|&i| !is_child(i)).unwrap_or(0)
    }
}

/// A compartment of every neuron of a population (contract 3, 5). Values are per neuron.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Compartment {
    /// Name within the neuron.
    pub name: String,
    /// Effective decay of u, 0..=4096.
    pub current_decay: Values<u32>,
    /// Effective decay of v, 0..=4096.
    pub voltage_decay: Values<u32>,
    /// Steps held after a spike, 1..=63.
    pub refractory: Values<u32>,
    /// Threshold mantissa, 0..=131071.
    pub vth: Values<u32>,
    /// Bias mantissa, -4096..=4095.
    pub bias_mantissa: Values<i32>,
    /// Bias exponent, 0..=7.
    pub bias_exponent: Values<u32>,
    /// v before step 1, 24 bits.
    pub initial_v: Values<i32>,
    /// u before step 1, 24 bits.
    pub initial_u: Values<i32>,
    /// Steps a message waits, 0..=63.
    pub axon_delay: u32,
    /// Whether the noise of the settings is added.
    pub noise: bool,
    /// Whether a spike subtracts the threshold instead of a reset to 0.
    pub soft_reset: bool,
    /// How the children are joined.
    pub join: Join,
    /// What happens at the threshold.
    pub mode: Mode,
    /// Children within the tree: none, `[A]` or `[A, B]`.
    pub children: Vec<usize>,
    /// Source of post events.
    pub bap: BackPropagation,
    /// Moving threshold.
    pub homeostasis: Option<Homeostasis>,
    /// Post traces y1, y2, y3, where a plastic projection ends here.
    pub post: Option<PostProfile>,
}

impl Default for Compartment {
    fn default() -> Self {
        Self {
            name: "soma".into(),
            current_decay: Values::Same(4096),
            voltage_decay: Values::Same(4096),
            refractory: Values::Same(1),
            vth: Values::Same(100),
            bias_mantissa: Values::Same(0),
            bias_exponent: Values::Same(0),
            initial_v: Values::Same(0),
            initial_u: Values::Same(0),
            axon_delay: 0,
            noise: false,
            soft_reset: false,
            join: Join::Skip,
            mode: Mode::SpikeAndReset,
            children: Vec::new(),
            bap: BackPropagation::Own,
            homeostasis: None,
            post: None,
        }
    }
}

/// A threshold that follows the activity (contract 5, homeostasis).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Homeostasis {
    /// Decay of the activity per epoch, 0..=4096: round(4096 * (1 - exp(-T/tau))).
    pub decay: u32,
    /// Added per fire, 0..=127.
    pub impulse: u32,
    /// Activity below which the threshold falls, 0..=127.
    pub min: u32,
    /// Activity above which the threshold rises, min..=127.
    pub max: u32,
    /// Step of the threshold mantissa, 0..=127.
    pub gain: u32,
}

/// Lines from outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Name.
    pub name: String,
    /// Lines.
    pub size: u32,
    /// Shape, whose product is `size`.
    pub shape: Vec<u32>,
    /// What comes in.
    pub source: InputSource,
    /// Where it was declared.
    #[serde(skip)]
    pub span: Span,
}

/// What comes in over the lines of an input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum InputSource {
    /// Nothing of its own: events are given when it is run.
    External,
    /// Events (step, line), sorted; the same event twice is two messages.
    Events(Vec<(u32, u32)>),
    /// Fires with probability `p / 2^32` a step, per line; 0..=2^32 (contract 8).
    Poisson(Values<u64>),
    /// Fires at `first`, `first + period`, ..., per line the same.
    Regular {
        /// Steps between events, 1 and up.
        period: u32,
        /// First event, 1 and up.
        first: u32,
    },
}

/// A reward channel (contract 7): its messages are summed per epoch into r0 and filtered into r1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RewardChannel {
    /// Name.
    pub name: String,
    /// Decay of |r1| per step, 0..=4096.
    pub decay: u32,
    /// Messages from outside: (step, value); `None` is a message worth 1.
    pub events: Vec<(u32, Option<i32>)>,
    /// Compartments and input lines whose spikes are reward.
    pub sources: Vec<RewardSource>,
    /// Where it was declared.
    #[serde(skip)]
    pub span: Span,
}

/// Spikes that are reward.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RewardSource {
    /// Who sends.
    pub view: View,
    /// Worth of one spike, -128..=127, sent as an atom; `None` is a discrete message worth 1.
    pub value: Option<Values<i32>>,
}

/// A trace that is not there: no impulse, and it forgets at once.
pub const NO_TRACE: TraceProfile = TraceProfile { impulse: 0, fraction: 0, decay: 4096 };
