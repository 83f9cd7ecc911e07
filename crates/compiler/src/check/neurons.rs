//! Compartments: profiles, thresholds, configuration, state, shared settings.

use std::collections::BTreeSet;

use isa::op::StackIn;
use isa::words::{
    CompartmentProfile, CompartmentState, HomeostasisProfile, HomeostasisState, PostProfile, PostTraceState,
    RewardState, SharedConfig, VthProfile,
};
use network::graph::{Compartment, NO_TRACE, Population};

use super::Core;
use super::finding::Findings;

pub fn check(core: &Core, found: &mut Findings) {
    check_shared(core, found);
    let traced = traced(core);
    found.same(
        core.place(),
        || "whether post traces exist".into(),
        &traced,
        &!core.image.post_profiles.is_empty(),
    );
    for (i, &key) in core.keys.iter().enumerate() {
        let (population, neuron, compartment) = core.index.compartment(key);
        found.same(
            core.place(),
            || "the settings of its populations".into(),
            core.settings,
            core.index.settings(key),
        );
        found.limit(
            core.place(),
            "compartments off the core that they are pinned to",
            usize::from(!is_pinned_here(core, population)),
            0,
        );
        let one = One { core, i, key, population, neuron, compartment };
        one.check_profile(traced, found);
        one.check_threshold(found);
        one.check_state(found);
    }
    check_used(core, found);
}

fn is_pinned_here(core: &Core, population: &Population) -> bool {
    population.core.is_none_or(|pin| pin == core.place().0)
}

/// Post traces exist where a compartment names them or a plastic projection ends.
fn traced(core: &Core) -> bool {
    let named = core.keys.iter().any(|&key| {
        let (population, ..) = core.index.compartment(key);
        population.tree.iter().any(|c| c.post.is_some())
    });
    named
        || core.graph.projections.iter().zip(&core.index.ending).any(|(p, ending)| {
            let mut any = false;
            if p.rule.is_some() {
                ending.visit(p, core.at, |_, _, _| any = true);
            }
            any
        })
}

fn check_shared(core: &Core, found: &mut Findings) {
    let (settings, have) = (core.settings, core.image.shared);
    let noise = settings.noise;
    let want = SharedConfig {
        num_updates: core.keys.len().div_ceil(4) as u32,
        delay_bits: settings.delay_bits,
        vmin_exponent: settings.vmin_exponent,
        vmax_exponent: settings.vmax_exponent,
        noise_exponent: noise.map_or(0, |n| n.exponent),
        noise_offset: noise.map_or(0, |n| n.offset),
        noise_target: noise.map_or(0, |n| n.target.code()),
        epoch: settings.epoch,
        ..have
    };
    found.same(core.place(), || "the shared configuration".into(), &want, &have);
    let channel = settings.reward;
    let key = channel.map(|channel| core.graph.reward_key(channel));
    found.same(core.place(), || "the reward channel".into(), &key, &core.image.reward_key);
    let decay = channel.map_or(0, |channel| core.graph.rewards[channel].decay);
    found.same(core.place(), || "the decay of reward".into(), &decay, &core.image.learning.reward_decay);
    found.same(core.place(), || "the state of reward".into(), &RewardState::default(), &core.image.reward);
}

struct One<'a> {
    core: &'a Core<'a>,
    i: usize,
    key: u32,
    population: &'a Population,
    neuron: usize,
    compartment: &'a Compartment,
}

impl One<'_> {
    fn name(&self, what: &str) -> String {
        format!("{what} of {}", self.core.index.name(self.key))
    }

    fn profile(&self) -> Option<&CompartmentProfile> {
        self.core.image.profiles.get(self.core.image.compartments[self.i].profile as usize)
    }

    fn check_profile(&self, traced: bool, found: &mut Findings) {
        let (image, c, n) = (self.core.image, self.compartment, self.neuron);
        let Some(have) = self.profile() else {
            return found.broken(image.core, format!("{} does not exist", self.name("the profile")));
        };
        let is_root = std::ptr::eq(&raw const self.population.tree[self.population.root()], self.compartment);
        let (ds, dm) = (image.shared.ds_offset, image.shared.dm_offset);
        let want = CompartmentProfile {
            decay_u: c.current_decay.get(n).wrapping_sub(ds),
            decay_v: c.voltage_decay.get(n).wrapping_sub(dm),
            refractory: c.refractory.get(n),
            axon_delay: c.axon_delay,
            noise: c.noise.into(),
            bap: c.bap.code(),
            join: c.join.code(),
            mode: c.mode.code(),
            stack_in: [StackIn::None, StackIn::PopA, StackIn::PopBA][c.children.len().min(2)].code(),
            stack_out: u32::from(!is_root),
            soft_reset: c.soft_reset.into(),
            post_profile: have.post_profile,
        };
        found.same(image.core, || self.name("the profile"), &want, have);
        let post = image.post_profiles.get(have.post_profile as usize);
        if traced {
            let want = c.post.unwrap_or(PostProfile([NO_TRACE; 3]));
            found.same(image.core, || self.name("the post traces"), &Some(&want), &post);
        } else {
            found.same(image.core, || self.name("the post profile"), &0, &have.post_profile);
        }
    }

    /// A threshold stands in the threshold profile, or is the compartment's own: one that moves as the graph says, or
    /// one that never does.
    fn check_threshold(&self, found: &mut Findings) {
        let (image, c) = (self.core.image, self.compartment);
        let config = image.compartments[self.i];
        let Some(&have) = image.vth_profiles.get(config.vth_profile as usize) else {
            return found
                .broken(image.core, format!("{} does not exist", self.name("the threshold profile")));
        };
        let vth = c.vth.get(self.neuron);
        let all_own = image.vth_profiles.len() == 1 && have == VthProfile { vth: 0, dynamic: 1 };
        let own = c.homeostasis.is_some() || all_own;
        let want = VthProfile { vth: if all_own { 0 } else { vth }, dynamic: own.into() };
        found.same(image.core, || self.name("the threshold profile"), &want, &have);
        let want = c.homeostasis.map_or_else(HomeostasisProfile::default, |h| HomeostasisProfile {
            decay: h.decay,
            impulse: h.impulse,
            min: h.min,
            max: h.max,
            gain: h.gain,
        });
        if let Some(have) = image.homeostasis.get(config.profile as usize) {
            found.same(image.core, || self.name("homeostasis"), &want, have);
        }
        if let Some(have) = image.homeostasis_states.get(self.i) {
            let vth_dyn = if own { vth } else { 0 };
            let want = HomeostasisState { vth_dyn, activity: 0, fires: 0 };
            found.same(image.core, || self.name("the state of homeostasis"), &want, have);
        }
    }

    fn check_state(&self, found: &mut Findings) {
        let (image, c, n) = (self.core.image, self.compartment, self.neuron);
        let state = CompartmentState { u: c.initial_u.get(n), v: c.initial_v.get(n), refractory: 0 };
        found.same(image.core, || self.name("the state"), &state, &image.states[self.i]);
        let config = image.compartments[self.i];
        let want = (c.bias_mantissa.get(n), c.bias_exponent.get(n));
        let have = (config.bias_mantissa, config.bias_exponent);
        found.same(image.core, || self.name("the bias"), &want, &have);
        if let Some(have) = image.post_states.get(self.i) {
            found.same(image.core, || self.name("post traces"), &PostTraceState::default(), have);
        }
    }
}

/// Every profile is some compartment's.
fn check_used(core: &Core, found: &mut Findings) {
    let image = core.image;
    let profiles: BTreeSet<u32> = image.compartments.iter().map(|c| c.profile).collect();
    let vth: BTreeSet<u32> = image.compartments.iter().map(|c| c.vth_profile).collect();
    let post: BTreeSet<u32> = image.profiles.iter().map(|p| p.post_profile).collect();
    let posts = if image.post_profiles.is_empty() { 0 } else { post.len() };
    let rows = [
        ("compartment profiles in use", profiles.len(), image.profiles.len()),
        ("threshold profiles in use", vth.len(), image.vth_profiles.len()),
        ("post-trace profiles in use", posts, image.post_profiles.len()),
    ];
    for (what, used, there) in rows {
        found.same(core.place(), || what.to_string(), &there, &used);
    }
}
