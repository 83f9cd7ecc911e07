//! Sizes against the chip, lengths against each other, fields against their words.

use image::{CoreImage, Image};
use isa::layout::Word;

use super::finding::Findings;

pub fn check(image: &Image, found: &mut Findings) {
    if let Err(error) = image.chip.check() {
        found.broken("chip", error.to_string());
        return;
    }
    let cores = image.chip.cores();
    for pair in image.cores.windows(2) {
        if pair[0].core >= pair[1].core {
            found.broken(pair[1].core, "cores do not ascend".into());
        }
    }
    for core in &image.cores {
        if core.core.0 >= cores {
            found.broken(core.core, format!("the board has {cores} cores"));
        }
        check_sizes(image, core, found);
        check_lengths(core, found);
        check_fields(core, found);
    }
}

fn check_sizes(image: &Image, core: &CoreImage, found: &mut Findings) {
    let l = &image.chip.limits;
    let n = core.compartments.len();
    let rows = [
        ("compartments", n, l.compartments),
        ("dendritic accumulators", n << core.shared.delay_bits.min(31), l.accumulators),
        ("delay bits", core.shared.delay_bits as usize, l.delay_bits_max),
        ("input axons", core.synapse_map.len(), l.axons_in),
        ("output axon slots", core.axons.len(), l.axons_out),
        ("words of synapse memory", core.synapses.len(), l.synapse_words),
        ("compartment profiles", core.profiles.len(), l.compartment_profiles),
        ("threshold profiles", core.vth_profiles.len(), l.vth_profiles),
        ("synapse formats, one of which is not usable", core.formats.len(), l.synapse_formats),
        ("pre-trace profiles", core.pre_profiles.len(), l.pre_profiles),
        ("post-trace profiles", core.post_profiles.len(), l.post_profiles),
        ("learning rules", core.rules.len(), l.rules),
        ("words of microcode", core.microcode.len(), l.microcode_words),
    ];
    for (what, need, limit) in rows {
        found.limit(core.core, what, need, limit as usize);
    }
}

fn check_lengths(core: &CoreImage, found: &mut Findings) {
    let n = core.compartments.len();
    let keys: usize = core.compartment_keys.iter().map(|run| run.count as usize).sum();
    let moves = core.vth_profiles.iter().any(|vth| vth.dynamic != 0);
    let traced = !core.post_profiles.is_empty();
    let rows = [
        ("keys", keys, n),
        ("states", core.states.len(), n),
        ("axon map", core.axon_map.len(), n),
        ("states of homeostasis", core.homeostasis_states.len(), if moves { n } else { 0 }),
        ("homeostasis profiles", core.homeostasis.len(), if moves { core.profiles.len() } else { 0 }),
        ("post traces", core.post_states.len(), if traced { n } else { 0 }),
        ("groups of updates", core.shared.num_updates as usize, n.div_ceil(4)),
    ];
    for (what, have, want) in rows {
        found.same(core.core, || format!("the length of {what}"), &want, &have);
    }
}

fn check_fields(core: &CoreImage, found: &mut Findings) {
    fields(core, std::slice::from_ref(&core.shared), found);
    fields(core, std::slice::from_ref(&core.learning), found);
    fields(core, &core.profiles, found);
    fields(core, &core.homeostasis, found);
    fields(core, &core.vth_profiles, found);
    fields(core, &core.compartments, found);
    fields(core, &core.states, found);
    fields(core, &core.homeostasis_states, found);
    fields(core, &core.axon_map, found);
    fields(core, &core.formats, found);
    fields(core, &core.post_states, found);
    fields(core, &core.rules, found);
    fields(core, std::slice::from_ref(&core.reward), found);
    core.pre_profiles.iter().for_each(|profile| fields(core, &profile.0, found));
    core.post_profiles.iter().for_each(|profile| fields(core, &profile.0, found));
}

fn fields<W: Word>(core: &CoreImage, words: &[W], found: &mut Findings) {
    for word in words {
        if let Err(error) = word.pack() {
            found.broken(core.core, error.to_string());
        }
    }
}
