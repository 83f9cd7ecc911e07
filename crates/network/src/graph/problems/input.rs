//! Inputs, reward channels, names and keys (contract 1, 7, 8).

use std::collections::BTreeMap;

use super::{List, check_view, neuron};
use crate::graph::{Graph, Input, InputSource, RewardChannel, Span};

/// Most lines of all inputs: 128 for each of the 131,072 compartments of a chip.
const LINES_MAX: u64 = 1 << 24;

/// Names are unique, keys fit 32 bits.
pub(super) fn check_keys(graph: &Graph, list: &mut List) {
    let populations = graph.populations.iter().map(|p| ("population", &p.name, p.span));
    let inputs = graph.inputs.iter().map(|i| ("input", &i.name, i.span));
    let rewards = graph.rewards.iter().map(|r| ("reward", &r.name, r.span));
    unique(populations.chain(inputs).chain(rewards), list);
    unique(graph.rules.iter().map(|r| ("rule", &r.name, r.span)), list);
    let compartments = graph.populations.iter().map(|p| u64::from(p.size) * p.tree.len() as u64);
    let sizes = graph.inputs.iter().map(|i| u64::from(i.size));
    let keys = compartments.chain(sizes).fold(graph.rewards.len() as u64, u64::saturating_add);
    let lines: u64 = graph.inputs.iter().map(|i| u64::from(i.size)).sum();
    if lines > LINES_MAX {
        list.at(Span::default());
        list.add("E0058", format!("{lines} input lines: at most {LINES_MAX}"));
    }
    if keys > u64::from(u32::MAX) {
        list.at(Span::default());
        list.add(
            "E0058",
            format!("{keys} compartments, input lines and reward channels; keys name at most 2^32 - 1"),
        );
    }
}

fn unique<'a>(things: impl Iterator<Item = (&'static str, &'a String, Span)>, list: &mut List) {
    let mut seen = BTreeMap::new();
    for (kind, name, span) in things {
        list.at(span);
        if name.is_empty() {
            list.add("E0011", format!("a {kind} has no name"));
        }
        if let Some(before) = seen.insert(name.as_str(), kind) {
            list.add("E0011", format!("{kind} `{name}`: there is already a {before} of that name"));
        }
    }
}

pub(super) fn check(input: &Input, list: &mut List) {
    list.at(input.span);
    let name = &input.name;
    neuron::check_shape("input", name, input.size, &input.shape, list);
    match &input.source {
        InputSource::External => {}
        InputSource::Events(events) => check_events(input, events, list),
        InputSource::Poisson(p) => {
            let thing = format!("input `{name}`: p in 1/2^32");
            list.covers(&thing, p, input.size as usize);
            if let Some(most) = p.iter().max().filter(|&&p| p > 1 << 32) {
                list.add("E0041", format!("{thing}: {most} is out of range: 0..=2^32"));
            }
        }
        InputSource::Regular { period, first } => {
            for (field, value) in [("period", *period), ("first", *first)] {
                list.range(&format!("input `{name}`: {field}"), value.into(), (1, u32::MAX.into()));
            }
        }
    }
}

fn check_events(input: &Input, events: &[(u32, u32)], list: &mut List) {
    let name = &input.name;
    if let Some((step, line)) = events.iter().find(|(step, _)| *step == 0) {
        list.add(
            "E0057",
            format!("input `{name}`: an event of line {line} at step {step}: the first step is 1"),
        );
    }
    if let Some((step, line)) = events.iter().find(|(_, line)| *line >= input.size) {
        let size = input.size;
        list.add(
            "E0057",
            format!("input `{name}`: an event at step {step} of line {line}; there are lines 0..{size}"),
        );
    }
    if !events.is_sorted() {
        list.add("E0057", format!("input `{name}`: events are not sorted by step and line"));
    }
}

pub(super) fn check_reward(graph: &Graph, reward: &RewardChannel, list: &mut List) {
    list.at(reward.span);
    let name = &reward.name;
    list.range(&format!("reward `{name}`: decay"), reward.decay.into(), (0, 4096));
    for &(step, value) in &reward.events {
        list.range(&format!("reward `{name}`: step of an event"), step.into(), (1, u32::MAX.into()));
        if let Some(value) = value {
            list.range(&format!("reward `{name}`: value of an event"), value.into(), (-128, 127));
        }
    }
    for source in &reward.sources {
        let valid = check_view(graph, &source.view, &format!("reward `{name}`"), list);
        if let Some(values) = source.value.as_ref().filter(|_| valid) {
            let thing = format!("reward `{name}`: value of a spike");
            list.covers(&thing, values, source.view.len());
            list.all_in(&thing, values, (-128, 127));
        }
    }
}
