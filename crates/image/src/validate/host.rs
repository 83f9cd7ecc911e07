//! Inputs and rewards from outside, and the keys of everything.

use isa::ids::Key;

use super::Problems;
use super::routing::{check_slots, core_of, message};
use crate::{HostInput, HostReward, HostSource, Image};

/// Checks inputs, rewards and that no two things share a key.
pub fn check(image: &Image, problems: &mut Problems) {
    let host = &image.host;
    let lines: u64 = host.inputs.iter().map(|input| u64::from(input.size)).sum();
    let what = format_args!("{} rows for {lines} input lines", host.axon_map.len());
    problems.demand(host.axon_map.len() as u64 == lines, "host axon_map", what);
    for (line, map) in host.axon_map.iter().enumerate() {
        let place = format_args!("host axon_map row {line}");
        check_slots(&host.axons, (map.pointer, map.length), image, &mut |what| problems.add(place, what));
    }
    for (i, input) in host.inputs.iter().enumerate() {
        if let Err(what) = check_input(input) {
            problems.add(format_args!("host input {i}"), what);
        }
    }
    for (i, reward) in host.rewards.iter().enumerate() {
        if let Err(what) = check_reward(reward, image) {
            problems.add(format_args!("host reward {i}"), what);
        }
    }
    keys(image, problems);
}

fn check_input(input: &HostInput) -> Result<(), String> {
    let size = input.size;
    if u64::from(input.key.0) + u64::from(size) > 1 << 32 {
        return Err(format!("{size} keys from {} exceed 32 bits", input.key));
    }
    match &input.source {
        HostSource::External => Ok(()),
        HostSource::Events(events) => {
            if let Some(event) = events.iter().find(|event| event.0 == 0 || event.1 >= size) {
                return Err(format!(
                    "an event at step {} of line {}: steps start at 1, lines are 0..{size}",
                    event.0, event.1
                ));
            }
            let sorted = events.is_sorted();
            if sorted { Ok(()) } else { Err("events must be sorted by step and line".into()) }
        }
        HostSource::Poisson(p) => {
            if p.len() != 1 && p.len() != size as usize {
                return Err(format!("{} probabilities for {size} lines: one or one each", p.len()));
            }
            let over = p.iter().find(|p| **p > 1 << 32);
            over.map_or(Ok(()), |p| Err(format!("probability {p} / 2^32 is greater than 1")))
        }
        HostSource::Regular { period, first } => {
            if *period > 0 && *first > 0 {
                Ok(())
            } else {
                Err(format!("period {period}, first {first}: 1 and up"))
            }
        }
    }
}

fn check_reward(reward: &HostReward, image: &Image) -> Result<(), String> {
    if reward.events.iter().any(|event| event.0 == 0) {
        return Err("an event at step 0: steps start at 1".into());
    }
    for &slot in &reward.axons {
        let (message, _) = message(&[slot])?;
        let core = core_of(&message, image)?;
        let first = core.learning.first_learning_axon;
        let range = first.saturating_sub(core.learning.num_reward_axons)..first;
        if !range.contains(&message.axon) || message.axon as usize >= core.synapse_map.len() {
            return Err(format!(
                "axon {} of {} is no reward axon: they are {range:?}",
                message.axon, core.core
            ));
        }
        if core.reward_key != Some(reward.key) {
            return Err(format!("{} hears another channel than {}", core.core, reward.key));
        }
    }
    Ok(())
}

/// Compartments, input lines and reward channels have keys of their own; a channel may be heard by several cores.
fn keys(image: &Image, problems: &mut Problems) {
    let held: u64 = image.cores.iter().map(|core| super::tables::count(&core.compartment_keys)).sum();
    let compartments: u64 = image.cores.iter().map(|core| core.compartments.len() as u64).sum();
    if held != compartments {
        return;
    }
    let runs = image.cores.iter().flat_map(|core| &core.compartment_keys);
    let mut keys: Vec<Key> = runs.flat_map(|run| run.keys()).collect();
    keys.extend(image.host.rewards.iter().map(|reward| reward.key));
    keys.sort_unstable();
    if let Some(pair) = keys.windows(2).find(|pair| pair[0] == pair[1]) {
        problems.add("keys", format_args!("{} occurs twice", pair[0]));
    }
    let mut inputs: Vec<&HostInput> = image.host.inputs.iter().filter(|input| input.size > 0).collect();
    inputs.sort_unstable_by_key(|input| input.key);
    let shared = inputs.windows(2).find(|pair| pair[0].key.0.saturating_add(pair[0].size) > pair[1].key.0);
    if let Some(pair) = shared {
        problems.add("keys", format_args!("{} occurs twice", pair[1].key));
    }
    for (i, input) in image.host.inputs.iter().enumerate() {
        let end = input.key.0.saturating_add(input.size);
        let from = keys.partition_point(|key| *key < input.key);
        if let Some(key) = keys.get(from).filter(|key| key.0 < end) {
            problems.add(format_args!("host input {i}"), format_args!("its {key} occurs twice"));
        }
    }
}
