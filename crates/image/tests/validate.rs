//! Every rule of `validate` refuses something, by name.

extern crate seamount_image as image;

mod common;

use common::everything;
use image::{CoreImage, Image};

/// The problems of the image with everything after a change.
fn problems(change: impl FnOnce(&mut Image)) -> Vec<String> {
    let mut image = everything();
    change(&mut image);
    image::validate(&image).iter().map(ToString::to_string).collect()
}

/// A change to core `core` leads to exactly this problem.
fn refused(core: usize, change: impl FnOnce(&mut CoreImage), expected: &str) {
    assert_eq!(problems(|image| change(&mut image.cores[core])), [expected]);
}

#[test]
fn tables() {
    refused(0, |c| c.states.truncate(3), "core0 compartment_state: 3 rows, 4 are needed");
    refused(0, |c| c.homeostasis.truncate(1), "core0 homeostasis_profiles: 1 rows, 2 are needed");
    refused(0, |c| c.compartment_keys[0].count = 3, "core0 keys: 3 keys for 4 compartments");
    refused(1, |c| c.axon_keys.clear(), "core1 keys: 0 keys for 2 learning axons");
    refused(0, |c| c.shared.epoch = 0, "core0 shared_config epoch: 0: an epoch has 1..=63 steps");
    refused(0, |c| c.shared.noise_exponent = 24, "core0 shared_config noise_exponent: 0..=23 are possible");
    refused(0, |c| c.shared.vmin_exponent = 24, "core0 shared_config vmin_exponent: 0..=23 are possible");
    refused(
        0,
        |c| c.shared.num_updates = 0,
        "core0 shared_config num_updates: 0 compartments are updated, the core holds 4",
    );
    refused(
        0,
        |c| c.shared.num_updates = 5,
        "core0 shared_config num_updates: 20 compartments are updated, the chip has 16",
    );
    refused(
        0,
        |c| c.shared.delay_bits = 6,
        "core0 shared_config delay_bits: 4 compartments need 256 accumulators, the chip has 128",
    );
    let rows = problems(|image| image.cores[1].synapses.resize(65, 0));
    assert_eq!(rows, ["core1 synapses: 65 rows, the chip has 64"]);
    let twice = problems(|image| image.cores[1].core = isa::ids::CoreId(0));
    assert!(twice.contains(&"core0 core: cores must be listed once, ascending".into()), "{twice:?}");
    let far = problems(|image| image.cores[1].core = isa::ids::CoreId(4));
    assert!(far.contains(&"core4 core: the board `tiny` has 4 cores".into()), "{far:?}");
}

#[test]
fn neurons() {
    refused(
        0,
        |c| c.profiles[0].refractory = 0,
        "core0 compartment_profiles row 0 refractory: 0: 1..=63 are possible",
    );
    refused(0, |c| c.profiles[0].bap = 3, "core0 compartment_profiles row 0 bap: code 3 is not assigned");
    refused(
        0,
        |c| c.profiles[1].join = 4,
        "core0 compartment_profiles row 1 join: pass needs two children: stack_in must be pop_b_a",
    );
    refused(
        0,
        |c| c.profiles[1].soft_reset = 1,
        "core0 compartment_profiles row 1 soft_reset: needs refractory 1, join skip and mode spike_and_reset",
    );
    refused(
        1,
        |c| c.profiles[0].post_profile = 1,
        "core1 compartment_profiles row 0 post_profile: 1, the core has 1 post-trace profiles",
    );
    refused(
        0,
        |c| c.homeostasis[0].min = 10,
        "core0 homeostasis_profiles row 0: min 10 is greater than max 9",
    );
    refused(
        0,
        |c| c.homeostasis[0].decay = 4097,
        "core0 homeostasis_profiles row 0: decay 4097, 0..=4096 are possible",
    );
    refused(0, |c| c.compartments[1].profile = 2, "core0 cx1 profile 2: the core has 2 compartment profiles");
    refused(
        0,
        |c| c.compartments[0].vth_profile = 7,
        "core0 cx0 vth_profile 7: the core has 2 threshold profiles",
    );
    let fixed = problems(|image| image.cores[0].homeostasis_states.clear());
    assert_eq!(
        fixed[0],
        "core0 cx2 vth_profile 1: is dynamic, but the core has no homeostasis_profiles and _state"
    );
    refused(0, |c| c.compartments[0].profile = 1, "core0 cx0 stack_in: pops 1 items, the stack holds 0");
    refused(
        0,
        |c| c.compartments[3].profile = 0,
        "core0 compartment_config: 2 items stay on the stack: a tree has no root",
    );
    let deep = problems(|image| image.chip.limits.stack = 1);
    assert_eq!(deep, Vec::<String>::new());
}

#[test]
fn routing() {
    refused(0, |c| c.axon_map[1].length = 5, "core0 cx1 axon_map: slots 0..5, but the core has 4");
    refused(
        0,
        |c| c.axon_map[1].length = 3,
        "core0 cx1 axon_map: slot 2: pop32 takes two slots, but the second is not there",
    );
    refused(0, |c| c.axons[0] |= 3, "core0 cx1 axon_map: slot 0: kind 3 is not assigned");
    refused(
        0,
        |c| c.axons[0] |= 1 << 40,
        "core0 cx1 axon_map: slot 0: DiscreteAxon has bits 0x10000000000 that belong to no field",
    );
    refused(
        0,
        |c| c.axons[0] |= 1 << 2,
        "core0 cx1 axon_map: slot 0: chip 1 core 1, but the board has 1 chips of 4 cores",
    );
    refused(0, |c| c.axons[0] ^= 3 << 16, "core0 cx1 axon_map: slot 0: core2 holds nothing");
    refused(0, |c| c.axons[0] |= 10 << 28, "core0 cx1 axon_map: slot 0: axon 14 of core1, which has 10");
    refused(
        0,
        |c| c.axons[0] += 3 << 28,
        "core0 cx1 axon_map: slot 0: axon 7 of core1 is a learning axon: discrete, even from 6",
    );
    refused(
        0,
        |c| c.axons[0] -= 3 << 28,
        "core0 cx1 axon_map: slot 0: a discrete message to axon 1 of core1, which is of kind 1",
    );
    refused(
        0,
        |c| c.axons[1] += 1 << 31,
        "core0 cx1 axon_map: slot 1: atom 2 of axon 1 of core1, which has 2 lists",
    );
    let both = problems(|image| image.cores[0].axons[3] = 2);
    assert_eq!(both.len(), 2, "both compartments send it: {both:?}");
}

/// A change to core 1 leads to this problem, beside others where the format is used.
fn format(id: usize, change: impl Fn(&mut isa::words::SynapseFormat), expected: &str) {
    let found = problems(|image| change(&mut image.cores[1].formats[id]));
    assert!(found.contains(&format!("core1 synapse_formats row {id}: {expected}")), "{found:?}");
}

#[test]
fn synapse_formats() {
    format(1, |f| f.compression = 2, "compression 2 is not assigned");
    format(1, |f| f.fanout_type = 0, "fanout_type 0 is not assigned");
    format(1, |f| f.tag_bits = 1, "tag_bits code 1: 0 and 3 are possible");
    format(1, |f| f.weight_bits = 0, "weight_bits code 0: 1 to 6 or 8 bits are possible");
    format(1, |f| f.delay_bits = 7, "delay_bits 7: 0..=6 are possible");
    format(3, |f| f.skip_bits = 0, "skip_bits 0: 1..=7 are possible");
    let zero = "disc_max_weight, reuse_synapse_data, index_offset and index_multiplier must be 0";
    format(1, |f| f.disc_max_weight = 1, zero);
    format(1, |f| f.reuse_synapse_data = 1, zero);
    format(1, |f| f.index_offset = 1, zero);
    format(1, |f| f.index_multiplier = 1, zero);
    format(1, |f| f.weight_limit_mantissa = 1, "the weight limit is 0");
    format(5, |f| f.learning = 1, "a box synapse is never plastic");
    format(5, |f| f.delay_bits = 0, "a box synapse needs delay_bits for its length");
    format(4, |f| f.rule = 1, "rule 1, the core has 1");
    format(4, |f| f.tag_bits = 0, "rule 0 writes t: tag_bits is 0");
    let still = problems(|image| image.cores[1].post_states.clear());
    assert_eq!(still, ["core1 synapse_formats row 4: is plastic, but the core has no post_trace_state"]);
}

#[test]
fn synapse_map_and_lists() {
    refused(1, |c| c.synapse_map[0] |= 1 << 63, "core1 axon0: bits 0x8000000000000000 belong to no field");
    let kind = problems(|image| image.cores[1].synapse_map[3] |= 3 << 38);
    assert_eq!(kind, ["core1 axon3: kind 3 is not assigned"]);
    let base = problems(|image| image.cores[1].synapse_map[1] |= 2 << 28);
    assert_eq!(base, ["core1 axon1: base 2: a multiple of 4 up to 1020 is possible for pop16"]);
    refused(1, |c| c.synapse_map[3] |= 256 << 28, "core1 axon3: base 256: 0..=255 are possible for discrete");
    refused(1, |c| c.synapse_map[3] |= 2 << 40, "core1 axon3: 3 lists: a discrete axon has one");
    refused(1, |c| c.synapse_map[5] |= 1 << 40, "core1 axon5: a reward axon has no list");
    refused(1, |c| c.synapse_map[3] |= 0x1fff, "core1 axon3: words 8191..8193, but the core has 10");
    refused(
        1,
        |c| c.synapse_map[0] |= 5 << 28,
        "core1 axon0: entry 0: reaches cx8, the core has 5 compartments",
    );
    refused(
        1,
        |c| c.synapse_map[3] |= 3 << 28,
        "core1 axon3: entry 1: reaches cx5, the core has 5 compartments",
    );
    refused(
        1,
        |c| c.synapse_map[6] |= 1 << 28,
        "core1 axon6: entry 4: reaches cx5, the core has 5 compartments",
    );
    refused(
        1,
        |c| c.synapse_map[6] &= !(1 << 40),
        "core1 axon6: a learning axon is discrete and has one list",
    );
    refused(1, |c| c.synapse_map[7] |= 1, "core1 axon6: pre_profile 1, the core has 1");
    refused(1, |c| c.synapse_map[7] |= 1 << 16, "core1 axon6: tx 9 lies behind the epoch of 8 steps");
    let odd = problems(|image| image.cores[1].learning.first_learning_axon = 7);
    assert!(odd.contains(
        &"core1 learning_config first_learning_axon: 7: the learning axons must be pairs up to 10".into()
    ));
    let still = problems(|image| image.cores[1].synapse_map[4] = image.cores[1].synapse_map[8]);
    assert_eq!(still, ["core1 axon4: entry 0: format 4 is plastic, but its axon does not learn"]);
    let slow = problems(|image| image.cores[1].profiles[0].decay_u = 1);
    assert_eq!(slow, ["core1 axon4: entry 0: a box synapse to cx0, whose current decays by 1: it must be 0"]);
    let heavy = problems(|image| image.cores[1].formats[4].weight_limit_mantissa = 14);
    assert_eq!(heavy, ["core1 axon8: entry 0: weight -240 exceeds the limit 224 of its format"]);
    let both = problems(|image| {
        image.cores[1].synapse_map[8] = image.cores[1].synapse_map[6];
        image.symbols.plastic.clear();
        image.session.records.remove(1);
    });
    assert_eq!(both, ["core1 axon8: shares words with axon6: learning would write them twice"]);
    let late = |words: &mut Vec<u64>| *words.last_mut().unwrap() |= 7 << 16;
    refused(
        1,
        |c| late(&mut c.synapses),
        "core1 axon8: entry 0: delay 7, 0..=6 are possible with delay_bits 3",
    );
}

#[test]
fn learning() {
    refused(
        1,
        |c| c.pre_profiles[0].0[1].decay = 4097,
        "core1 pre_profiles row 1: decay 4097, 0..=4096 are possible",
    );
    refused(
        1,
        |c| c.post_profiles[0].0[2].decay = 5000,
        "core1 post_profiles row 2: decay 5000, 0..=4096 are possible",
    );
    refused(
        1,
        |c| c.learning.reward_decay = 4097,
        "core1 learning_config reward_decay: 4097, 0..=4096 are possible",
    );
    refused(
        1,
        |c| c.post_states[4].ty = 9,
        "core1 cx4 post_trace_state ty: 9 lies behind the epoch of 8 steps",
    );
    refused(1, |c| c.rules[0].length = 6, "core1 rules row 0: words 0..6, but the core has 5 of microcode");
    refused(
        1,
        |c| c.rules[0].length = 4,
        "core1 rules row 0: product 1: its factors run past the end of the rule",
    );
    refused(1, |c| c.rules[0].length = 3, "core1 rules row 0: the last product is not marked as the last");
    refused(1, |c| c.microcode[0] |= 3, "core1 rules row 0: product 0: target 3 is not assigned");
    refused(1, |c| c.microcode[0] |= 3 << 2, "core1 rules row 0: product 0: dependency 3 is not assigned");
    refused(1, |c| c.microcode[0] |= 7 << 12, "core1 rules row 0: product 0: more than 4 factors");
    refused(1, |c| c.microcode[0] |= 1 << 15, "core1 rules row 0: product 1: follows the last one");
    refused(
        1,
        |c| c.microcode[1] |= 1 << 13,
        "core1 rules row 0: product 0: a factor has bits 0x2000 that belong to no field",
    );
    refused(1, |c| c.microcode[2] &= !15, "core1 rules row 0: product 0: x0 takes no constant");
    let many = problems(|image| image.chip.limits.products = 1);
    assert_eq!(many, ["core1 rules row 0: 2 products, 1 are possible"]);
}

#[test]
fn session_and_symbols() {
    let one =
        |change: &dyn Fn(&mut Image), expected: &str| assert_eq!(problems(|image| change(image)), [expected]);
    let values = |image: &mut Image, value| image.session.samples.as_mut().unwrap().values[0] = value;
    let no_pass = |image: &mut Image| image.session.samples.as_mut().unwrap().passes = 0;
    one(&no_pass, "board session samples: 0 passes: 1 and up are possible");
    one(&|i| values(i, 4096), "board session samples: bias mantissa 4096, -4096..=4095 are possible");
    one(
        &|i| i.session.samples.as_mut().unwrap().values.truncate(5),
        "board session samples: 5 values, but 3 samples of 2 need 6",
    );
    one(&|i| i.session.records[1].every = 0, "board session record 1: every 0: 1 and up are possible");
    one(
        &|i| i.session.records[1].of = image::Recorded::Plastic(1),
        "board session record 1: names number 1 of 1",
    );
    one(
        &|i| i.session.records[2].of = image::Recorded::Reward(7),
        "board session record 2: names number 7 of 1",
    );
    one(
        &|i| i.symbols.populations[1].shape = vec![3, 2],
        "board symbols b: shape [3, 2] does not have 7 places",
    );
    one(&|i| i.symbols.inputs[0].compartments.clear(), "board symbols in: no compartment is named");
    one(&|i| i.symbols.plastic[0].projection = 2, "board symbols plastic 0: projection 2 of 2");
    one(
        &|i| i.symbols.plastic[0].synapses[1].entry = 5,
        "board symbols plastic 0: core1 axon6 has no entry 5",
    );
    one(
        &|i| i.symbols.plastic[0].synapses[1].axon.0 = 7,
        "board symbols plastic 0: core1 axon7 has no entry 4",
    );
    one(&|i| measure(i).1.push(0), "board session measure accuracy: 4 labels for 3 samples");
    one(&|i| measure(i).1[0] = 2, "board session measure accuracy: label 2, but there are 2 outputs");
}

fn measure(image: &mut Image) -> (&mut String, &mut Vec<u32>) {
    let image::Measure { name, labels, .. } = &mut image.session.measures[0];
    (name, labels)
}

#[test]
fn host() {
    let one = |change: &dyn Fn(&mut image::Host), expected: &str| {
        assert_eq!(problems(|image| change(&mut image.host)), [expected]);
    };
    one(&|h| h.axon_map.truncate(6), "board host axon_map: 6 rows for 7 input lines");
    one(
        &|h| h.axon_map[0].pointer = u32::MAX,
        "board host axon_map row 0: slots 4294967295..4294967296, but the core has 1",
    );
    one(&|h| h.inputs[0].key.0 = 3, "board host input 0: its key3 occurs twice");
    one(&|h| h.inputs[0].key.0 = 14, "board keys: key14 occurs twice");
    one(
        &|h| h.inputs[1].source = image::HostSource::Events(vec![(0, 0)]),
        "board host input 1: an event at step 0 of line 0: steps start at 1, lines are 0..2",
    );
    one(
        &|h| h.inputs[1].source = image::HostSource::Events(vec![(2, 0), (1, 0)]),
        "board host input 1: events must be sorted by step and line",
    );
    one(
        &|h| h.inputs[2].source = image::HostSource::Poisson(vec![0; 3]),
        "board host input 2: 3 probabilities for 2 lines: one or one each",
    );
    one(
        &|h| h.inputs[3].source = image::HostSource::Poisson(vec![4_294_967_297]),
        "board host input 3: probability 4294967297 / 2^32 is greater than 1",
    );
    one(
        &|h| h.inputs[4].source = image::HostSource::Regular { period: 0, first: 1 },
        "board host input 4: period 0, first 1: 1 and up",
    );
    one(
        &|h| h.rewards[0].axons[0] -= 1 << 28,
        "board host reward 0: axon 4 of core1 is no reward axon: they are 5..6",
    );
    one(&|h| h.rewards[0].key.0 = 21, "board host reward 0: core1 hears another channel than key21");
    one(&|h| h.rewards[0].events[0].0 = 0, "board host reward 0: an event at step 0: steps start at 1");
}
