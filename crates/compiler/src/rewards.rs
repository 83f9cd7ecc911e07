//! Spikes that are reward.

use network::graph::Graph;

/// Keys of the sources of a reward channel with the worth of a spike, one for each message.
pub fn sources(graph: &Graph, channel: usize) -> impl Iterator<Item = (u32, Option<i32>)> {
    graph.rewards[channel].sources.iter().flat_map(move |source| {
        let worth = move |i| source.value.as_ref().map(|value| value.get(i));
        graph.view_keys(&source.view).enumerate().map(move |(i, key)| (key.0, worth(i)))
    })
}
