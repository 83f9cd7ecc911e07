//! Compartments: profiles and configuration -> lanes.

use image::{CoreImage, Image};
use isa::num;
use isa::op::{Join, Mode, StackIn};
use isa::words::{CompartmentProfile, HomeostasisProfile};

use super::super::core::{Adaptive, Core, Segment, Settings, Soma};
use super::super::general::Node;
use super::super::kernel::{Aligned, LANES, UpdateParams};
use super::Refusal;
use crate::error::LoadError;

/// The lanes of a core, at rest.
pub fn soma(image: &Image, memories: &CoreImage, settings: &Settings) -> Result<Soma, LoadError> {
    check_sizes(image, memories)?;
    let n = memories.compartments.len();
    let lanes = settings.updates.next_multiple_of(LANES);
    let mut soma = Soma {
        u: Aligned::filled(0, lanes),
        v: Aligned::filled(0, lanes),
        bias: Aligned::filled(0, lanes),
        keep_u: Aligned::filled(0, lanes),
        keep_v: Aligned::filled(0, lanes),
        threshold: Aligned::filled(i32::MAX, lanes),
        soft: Aligned::filled(0, lanes),
        refractory: Aligned::filled(1, lanes),
        hold: Aligned::filled(0, lanes),
        nodes: vec![Node::PLAIN; n],
        ..Soma::default()
    };
    for c in 0..n {
        compartment(memories, c, &mut soma)?;
    }
    soma.uniform = is_uniform(&soma, memories);
    let of_all = |column: &[i32]| column.first().copied().unwrap_or_default();
    soma.params = UpdateParams {
        keep_u: of_all(&soma.keep_u),
        keep_v: of_all(&soma.keep_v),
        threshold: of_all(&soma.threshold),
        v_min: settings.v_min,
        v_max: settings.v_max,
    };
    soma.segments = segments(&soma);
    if soma.nodes.iter().all(|node| *node == Node::PLAIN) {
        soma.nodes = Vec::new();
    }
    if !soma.adaptive.is_empty() {
        soma.fires = vec![0; n];
    }
    Ok(soma)
}

fn check_sizes(image: &Image, memories: &CoreImage) -> Result<(), LoadError> {
    let n = memories.compartments.len();
    let sizes = [
        ("states", memories.states.len(), n),
        ("axon_map", memories.axon_map.len(), n),
        (
            "homeostasis_states",
            memories.homeostasis_states.len(),
            if memories.homeostasis_states.is_empty() { 0 } else { n },
        ),
        ("post_states", memories.post_states.len(), if memories.post_states.is_empty() { 0 } else { n }),
        (
            "homeostasis",
            memories.homeostasis.len(),
            if memories.homeostasis.is_empty() { 0 } else { memories.profiles.len() },
        ),
    ];
    for (what, len, need) in sizes {
        Refusal { core: memories.core, what }.unless(
            len == need,
            0,
            ("number of words", len as i64),
            need.to_string(),
        )?;
    }
    let slots = n.next_power_of_two().max(LANES) << memories.shared.delay_bits;
    let fits = n << memories.shared.delay_bits <= image.chip.limits.accumulators as usize && slots <= 1 << 16;
    let refuse = Refusal { core: memories.core, what: "accumulators" };
    refuse.unless(
        fits,
        0,
        ("compartments << delay_bits", (n << memories.shared.delay_bits) as i64),
        format!("0..={}", image.chip.limits.accumulators),
    )
}

/// Resolves compartment `c`.
fn compartment(memories: &CoreImage, c: usize, soma: &mut Soma) -> Result<(), LoadError> {
    let refuse = Refusal { core: memories.core, what: "compartment" };
    let config = memories.compartments[c];
    let missing = |field, value: u32, len: usize| {
        refuse.unless((value as usize) < len, c, (field, value.into()), format!("one of {len}"))
    };
    missing("profile", config.profile, memories.profiles.len())?;
    missing("vth_profile", config.vth_profile, memories.vth_profiles.len())?;
    let profile = memories.profiles[config.profile as usize];
    let vth = memories.vth_profiles[config.vth_profile as usize];
    let node = node(memories, c, &profile)?;
    let shared = &memories.shared;
    soma.bias[c] = num::shifted(config.bias_mantissa, config.bias_exponent);
    soma.keep_u[c] = 4096 - (profile.decay_u + shared.ds_offset) as i32;
    soma.keep_v[c] = 4096 - (profile.decay_v + shared.dm_offset) as i32;
    soma.threshold[c] = num::threshold(vth.vth);
    soma.soft[c] = -(profile.soft_reset as i32);
    soma.refractory[c] = profile.refractory as i32;
    soma.nodes[c] = node;
    if node.noise {
        soma.noisy.push(c as u16);
    }
    if vth.dynamic == 1 {
        missing("profile of homeostasis", config.profile, memories.homeostasis.len())?;
        missing("state of homeostasis", c as u32, memories.homeostasis_states.len())?;
        let profile = memories.homeostasis[config.profile as usize];
        check_homeostasis(refuse, config.profile as usize, &profile)?;
        soma.adaptive.push(Adaptive { compartment: c as u16, profile, activity: 0, vth: 0 });
    }
    Ok(())
}

fn check_homeostasis(refuse: Refusal, index: usize, profile: &HomeostasisProfile) -> Result<(), LoadError> {
    let refuse = Refusal { what: "homeostasis profile", ..refuse };
    refuse.unless(profile.decay <= 4096, index, ("decay", profile.decay.into()), "0..=4096".into())?;
    refuse.unless(
        profile.min <= profile.max,
        index,
        ("min", profile.min.into()),
        format!("0..={}", profile.max),
    )
}

fn node(memories: &CoreImage, c: usize, profile: &CompartmentProfile) -> Result<Node, LoadError> {
    let refuse = Refusal { core: memories.core, what: "profile of compartment" };
    let code = |field, value: u32, max: &str| LoadError::Value {
        core: memories.core,
        what: "profile of compartment",
        index: c,
        field,
        value: value.into(),
        allowed: max.into(),
    };
    let join = Join::from_code(profile.join).ok_or_else(|| code("join", profile.join, "0..=7"))?;
    let mode = Mode::from_code(profile.mode).ok_or_else(|| code("mode", profile.mode, "0..=3"))?;
    let stack_in =
        StackIn::from_code(profile.stack_in).ok_or_else(|| code("stack_in", profile.stack_in, "0..=2"))?;
    let r = profile.refractory;
    refuse.unless((1..=63).contains(&r), c, ("refractory", r.into()), "1..=63".into())?;
    refuse.unless(profile.bap <= 2, c, ("bap", profile.bap.into()), "0..=2".into())?;
    let may_be_soft = r == 1 && join == Join::Skip && mode == Mode::SpikeAndReset;
    refuse.unless(
        profile.soft_reset == 0 || may_be_soft,
        c,
        ("soft_reset", 1),
        "with refractory 1, join skip and mode 0 only, 0".into(),
    )?;
    refuse.unless(
        join != Join::Pass || stack_in == StackIn::PopBA,
        c,
        ("stack_in", profile.stack_in.into()),
        "2, both children of PASS,".into(),
    )?;
    Ok(Node { join, mode, stack_in, push: profile.stack_out == 1, noise: profile.noise == 1 })
}

/// Whether all compartments share decays and threshold, reset to 0 and are never held.
fn is_uniform(soma: &Soma, memories: &CoreImage) -> bool {
    let n = memories.compartments.len();
    let equal = |column: &[i32]| column[..n].windows(2).all(|pair| pair[0] == pair[1]);
    equal(&soma.keep_u)
        && equal(&soma.keep_v)
        && equal(&soma.threshold)
        && soma.soft.iter().all(|&soft| soft == 0)
        && soma.refractory.iter().all(|&r| r == 1)
        && memories.states.iter().all(|state| state.refractory == 0)
        && soma.adaptive.is_empty()
        && soma.nodes.iter().all(|node| *node == Node::PLAIN)
}

/// Runs of whole vectors that are updated alike.
fn segments(soma: &Soma) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for start in (0..soma.u.len()).step_by(LANES) {
        let end = start + LANES;
        let inside = start.min(soma.nodes.len())..end.min(soma.nodes.len());
        let plain = soma.nodes[inside].iter().all(|node| *node == Node::PLAIN);
        match segments.last_mut() {
            Some(last) if last.plain == plain => last.end = end,
            _ => segments.push(Segment { start, end, plain }),
        }
    }
    segments
}

/// Axon delays; empty where all are 0.
pub fn axon_delays(memories: &CoreImage) -> Vec<u8> {
    let delay =
        |config: &isa::words::CompartmentConfig| memories.profiles[config.profile as usize].axon_delay as u8;
    let delays: Vec<u8> = memories.compartments.iter().map(delay).collect();
    if delays.iter().all(|&d| d == 0) { Vec::new() } else { delays }
}

/// Sets the state of compartments, reward and traces to that of the image; slots and spikes are emptied.
pub fn initial_state(core: &mut Core, memories: &CoreImage) {
    let soma = &mut core.soma;
    for (c, state) in memories.states.iter().enumerate() {
        soma.u[c] = num::wrap(state.u.into(), num::U_BITS);
        soma.v[c] = num::wrap(state.v.into(), num::U_BITS);
        soma.hold[c] = if state.refractory == 0 { 0 } else { state.refractory as i32 + 1 };
        let config = memories.compartments[c];
        soma.bias[c] = num::shifted(config.bias_mantissa, config.bias_exponent);
    }
    for adaptive in &mut soma.adaptive {
        let c = usize::from(adaptive.compartment);
        let state = memories.homeostasis_states[c];
        (adaptive.activity, adaptive.vth) = (state.activity as i32, state.vth_dyn as i32);
        soma.threshold[c] = num::threshold(state.vth_dyn);
        soma.fires[c] = state.fires as u8;
    }
    core.ring.clear();
    core.spikes.fired.clear();
    core.spikes.sent.clear();
    core.spikes.late.iter_mut().for_each(Vec::clear);
    core.reward.r0 = memories.reward.r0;
    core.reward.r1 = memories.reward.r1;
    core.reward.sum = memories.reward.rsum;
    (core.writes, core.next_write) = (Vec::new(), 0);
    if let Some(learning) = &mut core.learning {
        super::learning::initial_state(learning, memories);
    }
}
