//! What a run shows, whoever ran it.

use std::collections::BTreeMap;

use isa::ids::{Key, Step};
use network::graph::Graph;
use reference::{Run, State};
use trace::{Counters, Digest, Stimulus};

/// Everything that is compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// Keys that fired, by step; steps without fires have no row.
    pub spikes: BTreeMap<u32, Vec<u32>>,
    /// u by step and key.
    pub u: Vec<Vec<i32>>,
    /// v by step and key.
    pub v: Vec<Vec<i32>>,
    /// The register view of v by step and key.
    pub register: Vec<Vec<i32>>,
    /// Snapshots after phase 4, at the steps asked for.
    pub snapshots: BTreeMap<u32, Snapshot>,
    /// Counts that no placement changes.
    pub counters: Counters,
}

/// What learning changes, after phase 4 of a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// Mantissas of the plastic synapses, in order of projection and list.
    pub w: Vec<i32>,
    /// Their delays.
    pub d: Vec<i32>,
    /// Their tags.
    pub tag: Vec<i32>,
    /// \[projection, source key, settings, x1, x2, tx\], sorted.
    pub pre: Vec<[i32; 6]>,
    /// \[compartment, y1, y2, y3, ty\], sorted; only where a plastic synapse ends.
    pub post: Vec<[i32; 5]>,
    /// \[r0, r1\] of each channel.
    pub reward: Vec<Option<[i32; 2]>>,
    /// \[compartment, activity, vth\] where the threshold moves.
    pub homeostasis: Vec<[i32; 3]>,
}

/// Runs the reference and records it; `snapshots` says at which steps learning is looked at.
#[must_use]
pub fn of_reference(
    graph: &Graph,
    steps: u32,
    stimulus: &Stimulus,
    snapshots: impl Fn(u32) -> bool,
) -> Recording {
    let mut recording = Recording::default();
    let run = reference::run(graph, steps, stimulus, &mut |Step(t), state| {
        recording.u.push(state.compartments.iter().map(|c| c.u).collect());
        recording.v.push(state.compartments.iter().map(|c| c.v).collect());
        recording.register.push(state.compartments.iter().map(|c| c.register).collect());
        if snapshots(t) {
            recording.snapshots.insert(t, snapshot(graph, state));
        }
    });
    for (step, key) in run.spikes {
        recording.spikes.entry(step.0).or_default().push(key.0);
    }
    recording.counters = run.counters.of_function();
    recording
}

/// The digest of contract 9, of a run of the reference.
#[must_use]
pub fn digest(graph: &Graph, run: &Run) -> u64 {
    let mut digest = Digest::new();
    for spikes in run.spikes.chunk_by(|a, b| a.0 == b.0) {
        let keys: Vec<Key> = spikes.iter().map(|spike| spike.1).collect();
        digest.spikes(spikes[0].0, &keys);
    }
    for c in &run.state.compartments {
        digest.compartment(c.u, c.v, c.vth as i32);
    }
    for p in (0..graph.projections.len()).filter(|&p| graph.projections[p].rule.is_some()) {
        for (i, s) in run.state.synapses[p].iter().enumerate() {
            let [x1, x2, y1, y2, y3] = run.state.traces(p, i);
            digest.synapse([s.w, s.d, s.t, x1, x2, y1, y2, y3]);
        }
    }
    digest.finish()
}

fn snapshot(graph: &Graph, state: &State) -> Snapshot {
    let plastic = || {
        let projections = graph.projections.iter().zip(&state.synapses);
        projections.filter(|(p, _)| p.rule.is_some()).flat_map(|(_, synapses)| synapses)
    };
    let mut pre: Vec<[i32; 6]> = (state.pre.iter())
        .map(|u| {
            let [x1, x2] = u.unit.x;
            [u.projection as i32, u.source.0 as i32, u.settings as i32, x1, x2, u.unit.at as i32]
        })
        .collect();
    pre.sort_unstable();
    let mut targets: Vec<u32> = state.plastic.iter().flatten().map(|(_, target)| target.0).collect();
    targets.sort_unstable();
    targets.dedup();
    let post = targets.into_iter().map(|key| {
        let unit = &state.compartments[key as usize].post;
        [key as i32, unit.x[0], unit.x[1], unit.x[2], unit.at as i32]
    });
    let reward =
        heard(graph).into_iter().map(|settings| settings.map(|i| [state.rewards[i].r0, state.rewards[i].r1]));
    let homeostasis = homeostatic(graph).into_iter().map(|key| {
        let compartment = &state.compartments[key as usize];
        [key as i32, compartment.activity, compartment.vth as i32]
    });
    Snapshot {
        w: plastic().map(|s| s.w).collect(),
        d: plastic().map(|s| s.d).collect(),
        tag: plastic().map(|s| s.t).collect(),
        pre,
        post: post.collect(),
        reward: reward.collect(),
        homeostasis: homeostasis.collect(),
    }
}

/// The first settings of a population that hear each reward channel; a channel of a core without compartments is on no
/// chip.
#[must_use]
pub fn heard(graph: &Graph) -> Vec<Option<usize>> {
    let peopled = |i: &usize| graph.populations.iter().any(|p| p.settings == *i && p.size > 0);
    let hears = |i: &usize, channel| graph.settings[*i].reward == Some(channel) && peopled(i);
    (0..graph.rewards.len()).map(|channel| (0..graph.settings.len()).find(|i| hears(i, channel))).collect()
}

/// Keys of the compartments whose threshold moves.
#[must_use]
pub fn homeostatic(graph: &Graph) -> Vec<u32> {
    let cells = graph.populations.iter().flat_map(|p| (0..p.size).flat_map(move |_| p.tree.iter()));
    (0u32..).zip(cells).filter(|(_, cell)| cell.homeostasis.is_some()).map(|(key, _)| key).collect()
}
