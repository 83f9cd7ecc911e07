//! Projections: synapses from one side to another.

use isa::op::{AxonKind, Compression, SignMode};
use serde::{Deserialize, Serialize};

use super::{Span, Values};

/// A population or an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// Index into the populations.
    Population(usize),
    /// Index into the inputs.
    Input(usize),
}

/// One compartment of each of some consecutive neurons, or some consecutive lines of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// Whose.
    pub node: Node,
    /// Which compartment of the tree; 0 for an input.
    pub compartment: u32,
    /// First neuron.
    pub start: u32,
    /// One past the last neuron.
    pub end: u32,
}

impl View {
    /// Number of things it names.
    #[must_use]
    pub const fn len(&self) -> usize {
        (self.end - self.start) as usize
    }
    /// Whether it names nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.end == self.start
    }
}

/// Synapses from `pre` to `post`. Each side is a list of views, indexed as if written one after another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Projection {
    /// Name, `pre->post` where none was given.
    pub name: String,
    /// Sources; either all populations or all inputs.
    pub pre: Vec<View>,
    /// Targets; populations.
    pub post: Vec<View>,
    /// Which source meets which target.
    pub connectivity: Connectivity,
    /// Mantissas, one per synapse in list order, multiples of 2^lsb (contract 2).
    pub weight: Values<i16>,
    /// Delays 0..=A - 2; of a box synapse its length, 1 and up.
    pub delay: Values<u8>,
    /// Tags -256..=255; 0 where `tags` is false.
    pub tag: Values<i16>,
    /// Sign mode.
    pub mode: SignMode,
    /// Weight bits: 1..=6 or 8.
    pub bits: u32,
    /// Weight exponent, -8..=7.
    pub exponent: i32,
    /// Bits of a stored delay, 0..=6.
    pub delay_bits: u32,
    /// Whether synapses store a tag.
    pub tags: bool,
    /// Box synapses instead of pulses.
    pub boxed: bool,
    /// Limit of |w|: (mantissa 0..=15, exponent 0..=15); mantissa 0 is none.
    pub limit: (u32, u32),
    /// Index of the learning rule.
    pub rule: Option<usize>,
    /// Constraint: this compression only.
    pub compression: Option<Compression>,
    /// Constraint: this kind of axon only.
    pub axon: Option<AxonKind>,
    /// Where it was declared.
    #[serde(skip)]
    pub span: Span,
}

/// Which source meets which target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Connectivity {
    /// Every source to every target, sources outer, targets inner.
    Dense,
    /// Source i to target i; both sides are equally long.
    OneToOne,
    /// The synapses one by one.
    List {
        /// Source of each synapse, an index into the pre side.
        pre: Vec<u32>,
        /// Target of each synapse, an index into the post side.
        post: Vec<u32>,
    },
}

impl Projection {
    /// Length of the pre side.
    #[must_use]
    pub fn pre_len(&self) -> usize {
        self.pre.iter().map(View::len).sum()
    }

    /// Length of the post side.
    #[must_use]
    pub fn post_len(&self) -> usize {
        self.post.iter().map(View::len).sum()
    }

    /// Number of synapses.
    #[must_use]
    pub fn synapses(&self) -> usize {
        match &self.connectivity {
            Connectivity::Dense => self.pre_len() * self.post_len(),
            Connectivity::OneToOne => self.pre_len(),
            Connectivity::List { pre, .. } => pre.len(),
        }
    }

    /// Source and target of synapse `i`, as indices into the two sides.
    #[must_use]
    pub fn ends(&self, i: usize) -> (usize, usize) {
        match &self.connectivity {
            Connectivity::Dense => (i / self.post_len(), i % self.post_len()),
            Connectivity::OneToOne => (i, i),
            Connectivity::List { pre, post } => (pre[i] as usize, post[i] as usize),
        }
    }
}
