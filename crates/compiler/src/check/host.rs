//! What comes from outside, and names.

use image::{HostSource, Image};
use isa::ids::CoreId;
use isa::layout::Word;
use isa::words::DiscreteAxon;
use network::graph::{Graph, Input, InputSource, Values};

use super::finding::Findings;
use super::index::Index;

pub fn check(graph: &Graph, image: &Image, index: &Index, found: &mut Findings) {
    found.same("image", || "the seed".into(), &graph.seed, &image.seed);
    check_inputs(graph, image, found);
    check_rewards(graph, image, index, found);
    check_symbols(graph, image, found);
}

fn check_inputs(graph: &Graph, image: &Image, found: &mut Findings) {
    let lines: usize = graph.inputs.iter().map(|input| input.size as usize).sum();
    found.same("host", || "the number of lines".into(), &lines, &image.host.axon_map.len());
    found.same("host", || "the number of inputs".into(), &graph.inputs.len(), &image.host.inputs.len());
    for (i, (input, host)) in graph.inputs.iter().zip(&image.host.inputs).enumerate() {
        let (want, have) = ((graph.input_key(i), input.size), (host.key, host.size));
        found.same("host", || format!("key and size of input `{}`", input.name), &want, &have);
        if !is_same_source(input, &host.source) {
            found.broken("host", format!("input `{}` brings in something else", input.name));
        }
    }
}

fn is_same_source(input: &Input, host: &HostSource) -> bool {
    match (&input.source, host) {
        (InputSource::External, HostSource::External) => true,
        (InputSource::Events(want), HostSource::Events(have)) => want == have,
        (InputSource::Poisson(Values::Same(want)), HostSource::Poisson(have)) => have == &[*want],
        (InputSource::Poisson(Values::Each(want)), HostSource::Poisson(have)) => want == have,
        (InputSource::Regular { period, first }, HostSource::Regular { period: p, first: f }) => {
            (period, first) == (p, f)
        }
        _ => false,
    }
}

/// A reward channel leads to the reward axon of every core that reads it, and nowhere else.
fn check_rewards(graph: &Graph, image: &Image, index: &Index, found: &mut Findings) {
    found.same(
        "host",
        || "the number of reward channels".into(),
        &graph.rewards.len(),
        &image.host.rewards.len(),
    );
    for (channel, (reward, host)) in graph.rewards.iter().zip(&image.host.rewards).enumerate() {
        let name = &reward.name;
        found.same("host", || format!("the key of reward `{name}`"), &graph.reward_key(channel), &host.key);
        found.same("host", || format!("the events of reward `{name}`"), &reward.events, &host.events);
        let reads = |at: &usize| {
            index.keys[*at].first().is_some_and(|&key| index.settings(key).reward == Some(channel))
        };
        let axon = |at: usize| {
            let core = &image.cores[at];
            (core.core, core.learning.first_learning_axon.wrapping_sub(1))
        };
        let want: Vec<(CoreId, u32)> = (0..image.cores.len()).filter(reads).map(axon).collect();
        let mut have: Vec<(CoreId, u32)> = host.axons.iter().map(|&bits| target(image, bits)).collect();
        have.sort_unstable();
        found.same("host", || format!("the axons of reward `{name}`"), &want, &have);
        let dirty = |bits: &&u64| **bits & (DiscreteAxon::unused_mask() | 3) != 0;
        if host.axons.iter().any(|bits| dirty(&bits)) {
            found.broken(
                "host",
                format!("an axon of reward `{name}` is not discrete, or has a bit outside of all fields"),
            );
        }
    }
}

fn target(image: &Image, bits: u64) -> (CoreId, u32) {
    let word = DiscreteAxon::unpack(bits);
    (CoreId(word.chip * image.chip.cores_per_chip() + word.core), word.axon)
}

fn check_symbols(graph: &Graph, image: &Image, found: &mut Findings) {
    let symbols = &image.symbols;
    found.same("symbols", || "the name".into(), &graph.name, &symbols.name);
    found.same("symbols", || "the step".into(), &graph.step_us, &symbols.step_us);
    let names: Vec<&String> = graph.rewards.iter().map(|r| &r.name).collect();
    found.same("symbols", || "reward channels".into(), &names, &symbols.rewards.iter().collect());
    let names: Vec<&String> = graph.projections.iter().map(|p| &p.name).collect();
    found.same("symbols", || "projections".into(), &names, &symbols.projections.iter().collect());
    found.same("symbols", || "populations".into(), &graph.populations.len(), &symbols.populations.len());
    for (i, (p, have)) in graph.populations.iter().zip(&symbols.populations).enumerate() {
        let compartments: Vec<&String> = p.tree.iter().map(|c| &c.name).collect();
        let want = (&p.name, graph.population_key(i), p.size, &p.shape, compartments);
        let have = (&have.name, have.key, have.size, &have.shape, have.compartments.iter().collect());
        found.same("symbols", || format!("population {i}"), &want, &have);
    }
    found.same("symbols", || "inputs".into(), &graph.inputs.len(), &symbols.inputs.len());
    for (i, (input, have)) in graph.inputs.iter().zip(&symbols.inputs).enumerate() {
        let empty = [String::new()];
        let want = (&input.name, graph.input_key(i), input.size, &input.shape, empty.as_slice());
        let have = (&have.name, have.key, have.size, &have.shape, have.compartments.as_slice());
        found.same("symbols", || format!("input {i}"), &want, &have);
    }
}
