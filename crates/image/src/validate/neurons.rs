//! Compartments: profiles, configuration, state, trees (contract 3 to 5).

use isa::chip::Limits;
use isa::op::{BackPropagation, Join, Mode, StackIn};
use isa::words::CompartmentProfile;

use super::Problems;
use crate::CoreImage;

/// Checks profiles, the ids in configurations, and the stack.
pub fn check(core: &CoreImage, limits: &Limits, problems: &mut Problems) {
    for (id, profile) in core.profiles.iter().enumerate() {
        check_profile(profile, core, &|field| format!("compartment_profiles row {id} {field}"), problems);
    }
    for (id, profile) in core.homeostasis.iter().enumerate() {
        let at = format!("homeostasis_profiles row {id}");
        problems.demand(
            profile.decay <= 4096,
            &at,
            format_args!("decay {}, 0..=4096 are possible", profile.decay),
        );
        let what = format_args!("min {} is greater than max {}", profile.min, profile.max);
        problems.demand(profile.min <= profile.max, &at, what);
    }
    let dynamic = core.homeostasis.is_empty() || core.homeostasis_states.is_empty();
    for (id, config) in core.compartments.iter().enumerate() {
        let at = |field: &str| {
            format!("cx{id} {field} {}", if field == "profile" { config.profile } else { config.vth_profile })
        };
        let what = format_args!("the core has {} compartment profiles", core.profiles.len());
        problems.demand((config.profile as usize) < core.profiles.len(), at("profile"), what);
        match core.vth_profiles.get(config.vth_profile as usize) {
            None => {
                let what = format_args!("the core has {} threshold profiles", core.vth_profiles.len());
                problems.add(at("vth_profile"), what);
            }
            Some(vth) if vth.dynamic != 0 && dynamic => {
                problems.add(
                    at("vth_profile"),
                    "is dynamic, but the core has no homeostasis_profiles and _state",
                );
            }
            Some(_) => {}
        }
    }
    check_stack(core, limits, problems);
}

fn check_profile(
    profile: &CompartmentProfile,
    core: &CoreImage,
    at: &dyn Fn(&str) -> String,
    problems: &mut Problems,
) {
    problems.demand(profile.refractory >= 1, at("refractory"), "0: 1..=63 are possible");
    let unassigned = |code| format!("code {code} is not assigned");
    problems.demand(Mode::from_code(profile.mode).is_some(), at("mode"), unassigned(profile.mode));
    problems.demand(
        StackIn::from_code(profile.stack_in).is_some(),
        at("stack_in"),
        unassigned(profile.stack_in),
    );
    problems.demand(BackPropagation::from_code(profile.bap).is_some(), at("bap"), unassigned(profile.bap));
    problems.demand(Join::from_code(profile.join).is_some(), at("join"), unassigned(profile.join));
    let two = Join::from_code(profile.join) != Some(Join::Pass) || profile.stack_in == StackIn::PopBA.code();
    problems.demand(two, at("join"), "pass needs two children: stack_in must be pop_b_a");
    let hard = profile.soft_reset == 0
        || (profile.refractory == 1 && profile.join == 0 && profile.mode == Mode::SpikeAndReset.code());
    problems.demand(hard, at("soft_reset"), "needs refractory 1, join skip and mode spike_and_reset");
    let post = profile.post_profile as usize;
    let exists = core.post_states.is_empty() || profile.bap == 0 || post < core.post_profiles.len();
    let what = format_args!("{post}, the core has {} post-trace profiles", core.post_profiles.len());
    problems.demand(exists, at("post_profile"), what);
}

/// The stack: nothing is popped that was not pushed, it holds `limits.stack` items, and it is empty at the end.
fn check_stack(core: &CoreImage, limits: &Limits, problems: &mut Problems) {
    let mut held = 0u32;
    for (id, config) in core.compartments.iter().enumerate() {
        let Some(profile) = core.profiles.get(config.profile as usize) else { return };
        if profile.stack_in > held {
            let what = format_args!("pops {} items, the stack holds {held}", profile.stack_in);
            return problems.add(format_args!("cx{id} stack_in"), what);
        }
        held = held - profile.stack_in + profile.stack_out;
        if held > limits.stack {
            let what = format_args!("pushes item {held}, the stack holds {}", limits.stack);
            return problems.add(format_args!("cx{id} stack_out"), what);
        }
    }
    problems.demand(
        held == 0,
        "compartment_config",
        format_args!("{held} items stay on the stack: a tree has no root"),
    );
}
