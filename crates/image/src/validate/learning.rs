//! Trace profiles, rules and microcode (contract 7).

use isa::chip::Limits;
use isa::op::{Dependency, FactorCode, LearningTarget};
use isa::words::{FactorWord, ProductWord, RuleProfile, TraceProfile, Word};

use super::Problems;
use crate::{CoreImage, Layout};

/// Checks trace profiles, states and programs.
pub fn check(core: &CoreImage, limits: &Limits, problems: &mut Problems) {
    let pre = core.pre_profiles.iter().flat_map(|profile| &profile.0);
    decays("pre_profiles", pre, problems);
    let post = core.post_profiles.iter().flat_map(|profile| &profile.0);
    decays("post_profiles", post, problems);
    let decay = core.learning.reward_decay;
    problems.demand(
        decay <= 4096,
        "learning_config reward_decay",
        format_args!("{decay}, 0..=4096 are possible"),
    );
    let (first, rewards) = (core.learning.first_learning_axon, core.learning.num_reward_axons);
    let what = format_args!("{rewards} reward axons do not fit below the first learning axon {first}");
    problems.demand(rewards <= first, "learning_config num_reward_axons", what);
    let keyed = rewards == 0 || core.reward_key.is_some();
    problems.demand(keyed, "keys", "the reward axons have no channel: reward_key is missing");
    for (id, state) in core.post_states.iter().enumerate() {
        let what = format_args!("{} lies behind the epoch of {} steps", state.ty, core.shared.epoch);
        problems.demand(state.ty <= core.shared.epoch, format_args!("cx{id} post_trace_state ty"), what);
    }
    for (id, rule) in core.rules.iter().enumerate() {
        match check_rule(core, rule, limits) {
            Ok(written) => written_bits(core, id, written, problems),
            Err(what) => problems.add(format_args!("rules row {id}"), what),
        }
    }
}

fn decays<'a>(memory: &str, traces: impl Iterator<Item = &'a TraceProfile>, problems: &mut Problems) {
    for (row, trace) in traces.enumerate() {
        let what = format_args!("decay {}, 0..=4096 are possible", trace.decay);
        problems.demand(trace.decay <= 4096, format_args!("{memory} row {row}"), what);
    }
}

/// The targets that a rule writes: w, d, t.
fn check_rule(core: &CoreImage, rule: &RuleProfile, limits: &Limits) -> Result<[bool; 3], String> {
    let (first, end) = (rule.pointer as usize, rule.pointer as usize + rule.length as usize);
    let words = core.microcode.get(first..end);
    let mut words = words
        .ok_or_else(|| {
            format!("words {first}..{end}, but the core has {} of microcode", core.microcode.len())
        })?
        .iter();
    let (mut written, mut products, mut ended) = ([false; 3], 0, false);
    while let Some(&word) = words.next() {
        let at = |what: &str| format!("product {products}: {what}");
        if ended {
            return Err(at("follows the last one"));
        }
        let product = ProductWord::unpack(word.into());
        LearningTarget::from_code(product.target).ok_or_else(|| at("target 3 is not assigned"))?;
        Dependency::from_code(product.dependency).ok_or_else(|| at("dependency 3 is not assigned"))?;
        if product.factors > 4 {
            return Err(at("more than 4 factors"));
        }
        for _ in 0..product.factors {
            let word = words.next().ok_or_else(|| at("its factors run past the end of the rule"))?;
            check_factor(*word).map_err(|what| at(&what))?;
        }
        written[product.target as usize] = true;
        ended = product.last == 1;
        products += 1;
    }
    if products > limits.products {
        return Err(format!("{products} products, {} are possible", limits.products));
    }
    if !ended && products > 0 {
        return Err("the last product is not marked as the last".into());
    }
    Ok(written)
}

fn check_factor(word: u16) -> Result<(), String> {
    let unused = u64::from(word) & Layout::of::<FactorWord>().unused();
    if unused != 0 {
        return Err(format!("a factor has bits {unused:#x} that belong to no field"));
    }
    let factor = FactorWord::unpack(word.into());
    match FactorCode::from_code(factor.code) {
        None => Err(format!("factor code {} is not assigned", factor.code)),
        Some(code) if factor.constant != 0 && !code.takes_constant() => {
            Err(format!("{code} takes no constant"))
        }
        Some(_) => Ok(()),
    }
}

/// A program of d needs delay bits, one of t tags.
fn written_bits(core: &CoreImage, rule: usize, written: [bool; 3], problems: &mut Problems) {
    let users = core.formats.iter().enumerate().skip(1);
    for (id, format) in users.filter(|(_, format)| format.learning == 1 && format.rule as usize == rule) {
        let at = format_args!("synapse_formats row {id}");
        problems.demand(
            !written[1] || format.delay_bits > 0,
            at,
            format_args!("rule {rule} writes d: delay_bits is 0"),
        );
        problems.demand(
            !written[2] || format.tag_bits > 0,
            at,
            format_args!("rule {rule} writes t: tag_bits is 0"),
        );
    }
}
