//! Encoding: the words of every memory.

use image::{CoreImage, Host, HostInput, HostReward, HostSource, Image, KeyRun};
use isa::ids::{AxonId, CoreId, Key};
use isa::layout::{FieldError, Word};
use isa::synapse::{SynapseError, pack_list};
use isa::words::{
    AxonMap, DiscreteAxon, HomeostasisProfile, LearningAxon, LearningConfig, PostTraceState, RewardState,
    RuleProfile, SharedConfig, SynapseMap,
};
use network::graph::{Graph, InputSource, Settings, Values};
use rayon::prelude::*;

use crate::allocate::{Allocation, Route, Routes};
use crate::axons::Axon;
use crate::gather::{Synapse, gather};
use crate::microcode::microcode;
use crate::plan::Plan;
use crate::symbols::{self, Places};
use crate::tables::Tables;

/// Compartments of a group of updates (chip 13).
const GROUP: usize = 4;

/// A word that cannot be encoded; the stages before have made sure that there is none.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EncodeError {
    /// A value does not fit its field.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A list cannot be packed.
    #[error(transparent)]
    Synapse(#[from] SynapseError),
}

/// The image of an allocation.
///
/// # Errors
/// A value that no word holds, which validation and partition have excluded.
pub fn encode(tables: &Tables, allocation: &Allocation) -> Result<Image, EncodeError> {
    let cores: Result<Vec<(CoreImage, Places)>, EncodeError> = allocation
        .cores
        .par_iter()
        .map(|(core, plan)| encode_core(tables, (*core, plan), &allocation.routes))
        .collect();
    let (cores, places): (Vec<CoreImage>, Vec<Places>) = cores?.into_iter().unzip();
    Ok(Image {
        chip: tables.chip.clone(),
        seed: tables.graph.seed,
        cores,
        host: host(tables, allocation)?,
        session: crate::session::session(tables.graph),
        symbols: symbols::symbols(tables.graph, places),
    })
}

fn encode_core(
    tables: &Tables,
    (core, plan): (CoreId, &Plan),
    routes: &Routes,
) -> Result<(CoreImage, Places), EncodeError> {
    let synapses = gather(tables, &plan.part);
    let settings = &tables.graph.settings[plan.part.settings];
    let keys: Vec<Key> = plan.part.keys(tables).into_iter().map(Key).collect();
    let (axon_map, axons) = output_axons(tables, &keys, routes)?;
    let (rules, microcode) = rules(tables, plan)?;
    let moves = !plan.somas.homeostasis.is_empty();
    let profiles = &plan.somas.profiles.values;
    let homeostasis: Vec<HomeostasisProfile> = profiles.iter().map(|(_, h)| h.unwrap_or_default()).collect();
    let learning = plan.axons.iter().filter(|axon| axon.plastic.is_some());
    let traced = !plan.somas.post.values.is_empty();
    let image = CoreImage {
        core,
        shared: shared(settings, plan),
        learning: learning_config(tables, settings, plan),
        profiles: profiles.iter().map(|(profile, _)| *profile).collect(),
        homeostasis: if moves { homeostasis } else { Vec::new() },
        vth_profiles: plan.somas.vth.values.clone(),
        compartments: plan.somas.configs.clone(),
        states: plan.somas.states.clone(),
        homeostasis_states: plan.somas.homeostasis.clone(),
        axon_map,
        axons,
        synapse_map: synapse_map(tables, plan)?,
        formats: formats(tables, plan),
        synapses: synapse_words(tables, plan, &synapses)?,
        pre_profiles: plan.pre.values.clone(),
        post_profiles: plan.somas.post.values.clone(),
        post_states: if traced { vec![PostTraceState::default(); keys.len()] } else { Vec::new() },
        rules,
        microcode,
        reward: RewardState::default(),
        reward_key: settings.reward.map(|channel| tables.graph.reward_key(channel)),
        compartment_keys: KeyRun::of(&keys),
        axon_keys: KeyRun::of(&learning.map(|axon| Key(axon.source)).collect::<Vec<_>>()),
    };
    Ok((image, places(core, plan, &synapses)))
}

fn shared(settings: &Settings, plan: &Plan) -> SharedConfig {
    let noise = settings.noise;
    SharedConfig {
        num_updates: plan.somas.configs.len().div_ceil(GROUP) as u32,
        delay_bits: settings.delay_bits,
        vmin_exponent: settings.vmin_exponent,
        vmax_exponent: settings.vmax_exponent,
        noise_exponent: noise.map_or(0, |noise| noise.exponent),
        noise_offset: noise.map_or(0, |noise| noise.offset),
        noise_target: noise.map_or(0, |noise| noise.target.code()),
        ds_offset: plan.somas.offsets.0.into(),
        dm_offset: plan.somas.offsets.1.into(),
        epoch: settings.epoch,
    }
}

fn learning_config(tables: &Tables, settings: &Settings, plan: &Plan) -> LearningConfig {
    LearningConfig {
        first_learning_axon: plan.first_learning_axon,
        num_reward_axons: plan.reward_axon.is_some().into(),
        reward_decay: settings.reward.map_or(0, |channel| tables.graph.rewards[channel].decay),
    }
}

fn output_axons(
    tables: &Tables,
    keys: &[Key],
    routes: &Routes,
) -> Result<(Vec<AxonMap>, Vec<u64>), EncodeError> {
    let mut slots = Vec::new();
    let mut map = Vec::with_capacity(keys.len());
    for key in keys {
        let pointer = slots.len() as u32;
        pack_routes(tables, routes.of(key.0), &mut slots)?;
        let length = slots.len() as u32 - pointer;
        map.push(AxonMap { pointer: if length == 0 { 0 } else { pointer }, length });
    }
    Ok((map, slots))
}

fn pack_routes(tables: &Tables, routes: &[Route], slots: &mut Vec<u64>) -> Result<(), FieldError> {
    routes.iter().try_for_each(|route| route.pack(tables.chip.cores_per_chip(), slots))
}

fn synapse_map(tables: &Tables, plan: &Plan) -> Result<Vec<u64>, EncodeError> {
    let learning = plan.axons.iter().filter(|axon| axon.plastic.is_some()).count();
    let mut map = vec![0; plan.first_learning_axon as usize + 2 * learning];
    for axon in &plan.axons {
        let at = axon.id as usize;
        map[at] = entry(axon).pack()?;
        if let Some(rule) = axon.plastic.and_then(|projection| tables.graph.projections[projection].rule) {
            let pre_profile = plan.pre.find(&tables.graph.rules[rule].pre).unwrap_or(0);
            map[at + 1] = LearningAxon { pre_profile, ..LearningAxon::default() }.pack()?;
        }
    }
    Ok(map)
}

const fn entry(axon: &Axon) -> SynapseMap {
    let Axon { pointer, length, base, kind, atoms, .. } = *axon;
    SynapseMap { pointer, length, base, kind: kind.code(), atoms }
}

fn formats(tables: &Tables, plan: &Plan) -> Vec<isa::words::SynapseFormat> {
    let mut formats = plan.packing.formats.clone();
    for (class, ids) in plan.packing.ids() {
        let program = tables.classes[class as usize].program;
        let rule = program.and_then(|program| plan.rules.binary_search(&program).ok()).unwrap_or(0);
        ids.into_iter().for_each(|id| formats[id as usize].rule = rule as u32);
    }
    formats
}

fn synapse_words(tables: &Tables, plan: &Plan, synapses: &[Synapse]) -> Result<Vec<u64>, EncodeError> {
    let formats = formats(tables, plan);
    let total = plan.axons.last().map_or(0, |axon| axon.pointer + axon.atoms * axon.length);
    let mut memory = vec![0; total as usize];
    let mut words = Vec::new();
    for list in &plan.lists {
        let mut blocks = Vec::new();
        for (class, chunk) in list.chunks(synapses) {
            if let Some(layout) = plan.packing.layout(class, chunk, tables.cuts) {
                chunk.blocks(layout, tables.cuts, &mut blocks);
            }
        }
        words.clear();
        pack_list(&blocks, &formats, &mut words)?;
        let axon = &plan.axons[list.axon as usize];
        let at = (axon.pointer + list.atom * axon.length) as usize;
        memory[at..at + words.len()].copy_from_slice(&words);
    }
    Ok(memory)
}

fn places(core: CoreId, plan: &Plan, synapses: &[Synapse]) -> Places {
    let mut places = Places::new();
    for list in &plan.lists {
        let Some(projection) = list.plastic else { continue };
        let axon = AxonId(plan.axons[list.axon as usize].id as u16);
        for (entry, synapse) in list.of(synapses).iter().enumerate() {
            let place = image::SynapsePlace { core, axon, entry: entry as u32 };
            places.push((projection as u32, synapse.index, place));
        }
    }
    places
}

fn rules(tables: &Tables, plan: &Plan) -> Result<(Vec<RuleProfile>, Vec<u16>), EncodeError> {
    let (mut profiles, mut words) = (Vec::new(), Vec::new());
    for &rule in &plan.rules {
        let rule = &tables.graph.rules[rule];
        let code = microcode(rule)?;
        profiles.push(RuleProfile { pointer: words.len() as u32, length: code.len() as u32, k: rule.k });
        words.extend(code);
    }
    Ok((profiles, words))
}

fn host(tables: &Tables, allocation: &Allocation) -> Result<Host, EncodeError> {
    let mut host = Host::default();
    for (i, input) in tables.graph.inputs.iter().enumerate() {
        let key = tables.graph.input_key(i);
        host.inputs.push(HostInput { key, size: input.size, source: source(&input.source) });
        for line in 0..input.size {
            let pointer = host.axons.len() as u32;
            pack_routes(tables, allocation.routes.of(key.0 + line), &mut host.axons)?;
            let length = host.axons.len() as u32 - pointer;
            host.axon_map
                .push(image::host::AxonMap32 { pointer: if length == 0 { 0 } else { pointer }, length });
        }
    }
    for channel in 0..tables.graph.rewards.len() {
        host.rewards.push(reward(tables.graph, channel, (tables, allocation))?);
    }
    Ok(host)
}

fn source(source: &InputSource) -> HostSource {
    match source {
        InputSource::External => HostSource::External,
        InputSource::Events(events) => HostSource::Events(events.clone()),
        InputSource::Poisson(Values::Same(p)) => HostSource::Poisson(vec![*p]),
        InputSource::Poisson(Values::Each(p)) => HostSource::Poisson(p.clone()),
        InputSource::Regular { period, first } => HostSource::Regular { period: *period, first: *first },
    }
}

fn reward(
    graph: &Graph,
    channel: usize,
    (tables, allocation): (&Tables, &Allocation),
) -> Result<HostReward, EncodeError> {
    let per_chip = tables.chip.cores_per_chip();
    let hears = |plan: &Plan| graph.settings[plan.part.settings].reward == Some(channel);
    let mut axons = Vec::new();
    for (core, plan) in allocation.cores.iter().filter(|(_, plan)| hears(plan)) {
        let axon = plan.reward_axon.unwrap_or(0);
        axons.push(DiscreteAxon { kind: 0, chip: core.0 / per_chip, core: core.0 % per_chip, axon }.pack()?);
    }
    Ok(HostReward { key: graph.reward_key(channel), events: graph.rewards[channel].events.clone(), axons })
}
