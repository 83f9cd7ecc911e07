//! The graph of a network: populations, inputs, projections, rules; integers only, no chip in sight.
//!
//! Everything is at chip level (mantissas, effective decays). Sizes in neurons, times in steps.

mod node;
mod problems;
mod projection;
mod rule;
mod session;
pub mod topology;

pub use node::*;
pub use problems::{Problem, problems, stack_depth};
pub use projection::*;
pub use rule::*;
pub use session::*;

use isa::ids::Key;
use serde::{Deserialize, Serialize};

/// A network and what is done with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Graph {
    /// Name, for reports.
    pub name: String,
    /// The step in microseconds, where the description states one; the graph itself counts steps.
    pub step_us: Option<u32>,
    /// Seed of noise, Poisson inputs and learning (contract 8).
    pub seed: u32,
    /// Settings that a core shares; populations name one by index.
    pub settings: Vec<Settings>,
    /// Populations in order of declaration.
    pub populations: Vec<Population>,
    /// Inputs in order of declaration.
    pub inputs: Vec<Input>,
    /// Reward channels in order of declaration.
    pub rewards: Vec<RewardChannel>,
    /// Learning rules.
    pub rules: Vec<Rule>,
    /// Projections in order of declaration.
    pub projections: Vec<Projection>,
    /// How it is run.
    pub session: Session,
}

/// One value for all, or one each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Values<T> {
    /// The same for all.
    Same(T),
    /// One each, in index order.
    Each(Vec<T>),
}

impl<T: Copy> Values<T> {
    /// The value of index `i`.
    ///
    /// # Panics
    /// If `i` is outside of an `Each`; [`problems`](fn@problems) proves that none is.
    #[must_use]
    pub fn get(&self, i: usize) -> T {
        match self {
            Self::Same(value) => *value,
            Self::Each(values) => values[i],
        }
    }

    /// Every distinct place: one value, or all of them.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        match self {
            Self::Same(value) => std::slice::from_ref(value).iter(),
            Self::Each(values) => values.iter(),
        }
    }

    /// Whether there are values for `n` things.
    #[must_use]
    pub fn covers(&self, n: usize) -> bool {
        match self {
            Self::Same(_) => true,
            Self::Each(values) => values.len() == n,
        }
    }
}

impl<T: Default> Default for Values<T> {
    fn default() -> Self {
        Self::Same(T::default())
    }
}

/// Where in a description a thing was written; bytes from the start. Never compared: two graphs are equal
/// whatever file they came from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Graph {
    /// Number of compartments.
    #[must_use]
    pub fn compartments(&self) -> usize {
        self.populations.iter().map(Population::compartments).sum()
    }

    /// Key of the first compartment of a population (contract 8).
    #[must_use]
    pub fn population_key(&self, population: usize) -> Key {
        Key(self.populations[..population].iter().map(Population::compartments).sum::<usize>() as u32)
    }

    /// Key of the first line of an input.
    #[must_use]
    pub fn input_key(&self, input: usize) -> Key {
        let before: usize = self.inputs[..input].iter().map(|i| i.size as usize).sum();
        Key((self.compartments() + before) as u32)
    }

    /// Key of a reward channel.
    #[must_use]
    pub fn reward_key(&self, channel: usize) -> Key {
        let inputs: usize = self.inputs.iter().map(|i| i.size as usize).sum();
        Key((self.compartments() + inputs + channel) as u32)
    }

    /// Keys of what a view names, in its order.
    pub fn view_keys(&self, view: &View) -> impl Iterator<Item = Key> + '_ {
        let (first, stride) = match view.node {
            Node::Population(p) => {
                let stride = self.populations[p].tree.len() as u32;
                (self.population_key(p).0 + view.compartment, stride)
            }
            Node::Input(i) => (self.input_key(i).0, 1),
        };
        (view.start..view.end).map(move |neuron| Key(first + neuron * stride))
    }

    /// Keys of several views, one after another: the index space of one side of a projection.
    #[must_use]
    pub fn side_keys(&self, views: &[View]) -> Vec<Key> {
        views.iter().flat_map(|view| self.view_keys(view)).collect()
    }
}
