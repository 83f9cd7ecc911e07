//! Synapses of a projection by target.

use std::ops::Range;

use network::graph::{Connectivity, Graph, Projection, Values};

/// Synapses of a projection, found by their index on the target side.
pub enum Incoming {
    /// Every source meets every target; keys of the sources.
    Dense(Vec<u32>),
    /// Source i meets target i; keys of the sources.
    OneToOne(Vec<u32>),
    /// Synapses sorted by target, list order within a target.
    List(Lists),
}

/// Synapses sorted by target: those of target `i` are `ends[i]..ends[i + 1]`.
pub struct Lists {
    ends: Vec<u32>,
    source: Vec<u32>,
    index: Option<Vec<u32>>,
    weight: Option<Vec<i16>>,
    delay: Option<Vec<u8>>,
    tag: Option<Vec<i16>>,
}

/// A synapse as its target sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Key of the source.
    pub source: u32,
    /// Index in list order; of synapses that do not learn, only their order within a target is kept.
    pub index: u32,
    /// Mantissa.
    pub weight: i16,
    /// Delay.
    pub delay: u8,
    /// Tag.
    pub tag: i16,
}

impl Incoming {
    /// Sorts the synapses of `projection` by target.
    #[must_use]
    pub fn new(graph: &Graph, projection: &Projection) -> Self {
        let keys: Vec<u32> = graph.side_keys(&projection.pre).iter().map(|key| key.0).collect();
        match &projection.connectivity {
            Connectivity::Dense => Self::Dense(keys),
            Connectivity::OneToOne => Self::OneToOne(keys),
            Connectivity::List { pre, post } => {
                let (ends, slot) = slots(post, projection.post_len());
                let source = scatter(&slot, |i| keys[pre[i] as usize]);
                let index = projection.rule.is_some().then(|| scatter(&slot, |i| i as u32));
                let (weight, delay) = (sorted(&projection.weight, &slot), sorted(&projection.delay, &slot));
                Self::List(Lists { ends, source, index, weight, delay, tag: sorted(&projection.tag, &slot) })
            }
        }
    }

    /// Calls `visit` with every synapse of targets `posts` and its target; those of one target in list order.
    pub fn visit(&self, projection: &Projection, posts: Range<usize>, mut visit: impl FnMut(usize, Arrival)) {
        let p = projection;
        let at = |source: u32, i: usize| Arrival {
            source,
            index: i as u32,
            weight: p.weight.get(i),
            delay: p.delay.get(i),
            tag: p.tag.get(i),
        };
        match self {
            // As it lies in memory, so that nothing is left to sort.
            Self::Dense(keys) => {
                let targets = p.post_len();
                for (pre, &key) in keys.iter().enumerate() {
                    posts.clone().for_each(|post| visit(post, at(key, pre * targets + post)));
                }
            }
            Self::OneToOne(keys) => posts.for_each(|post| visit(post, at(keys[post], post))),
            Self::List(lists) => posts.for_each(|post| lists.visit(p, post, |arrival| visit(post, arrival))),
        }
    }

    /// Number of synapses of target `post`.
    #[must_use]
    pub fn count(&self, post: usize) -> usize {
        match self {
            Self::Dense(keys) => keys.len(),
            Self::OneToOne(_) => 1,
            Self::List(lists) => (lists.ends[post + 1] - lists.ends[post]) as usize,
        }
    }
}

impl Lists {
    fn visit(&self, p: &Projection, post: usize, mut visit: impl FnMut(Arrival)) {
        for i in self.ends[post] as usize..self.ends[post + 1] as usize {
            visit(Arrival {
                source: self.source[i],
                index: self.index.as_ref().map_or(i as u32, |index| index[i]),
                weight: self.weight.as_ref().map_or_else(|| p.weight.get(0), |all| all[i]),
                delay: self.delay.as_ref().map_or_else(|| p.delay.get(0), |all| all[i]),
                tag: self.tag.as_ref().map_or_else(|| p.tag.get(0), |all| all[i]),
            });
        }
    }
}

/// Where each synapse goes in a stable sort by target, and where each target's begin.
fn slots(post: &[u32], targets: usize) -> (Vec<u32>, Vec<u32>) {
    let mut ends = vec![0u32; targets + 1];
    for &target in post {
        ends[target as usize + 1] += 1;
    }
    for i in 0..targets {
        ends[i + 1] += ends[i];
    }
    let mut next = ends.clone();
    let slot = |&target: &u32| {
        let slot = next[target as usize];
        next[target as usize] += 1;
        slot
    };
    let slots = post.iter().map(slot).collect();
    (ends, slots)
}

fn scatter<T: Copy + Default>(slot: &[u32], value: impl Fn(usize) -> T) -> Vec<T> {
    let mut sorted = vec![T::default(); slot.len()];
    for (i, &slot) in slot.iter().enumerate() {
        sorted[slot as usize] = value(i);
    }
    sorted
}

fn sorted<T: Copy + Default>(values: &Values<T>, slot: &[u32]) -> Option<Vec<T>> {
    match values {
        Values::Same(_) => None,
        Values::Each(values) => Some(scatter(slot, |i| values[i])),
    }
}
