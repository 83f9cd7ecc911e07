//! Everything about a core that does not depend on where it and its sources are.
//!
//! Partition asks it what a set of neurons takes, allocation keeps it: what is counted is what is built.

use isa::op::AxonKind;
use isa::synapse::{BLOCK_ENTRIES_MAX, BLOCK_HEAD_BITS};
use isa::words::PreProfile;

use crate::axons::{self, Axon};
use crate::coding::Chunk;
use crate::dedup::Dedup;
use crate::gather::{ListKind, Synapse, gather};
use crate::list::List;
use crate::microcode::word_count;
use crate::packing::{Packing, bare_bits, pack};
use crate::parts::Part;
use crate::resource::{Resource, Usage};
use crate::soma::{self, Somas};
use crate::tables::Tables;

/// The contents of a core.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its neurons.
    pub part: Part,
    /// Neuron memories.
    pub somas: Somas,
    /// Synapse formats.
    pub packing: Packing,
    /// Lists in the order of [`gather`].
    pub lists: Vec<List>,
    /// Input axons with lists, in the order of their ids.
    pub axons: Vec<Axon>,
    /// Id of the reward axon.
    pub reward_axon: Option<u32>,
    /// Id of the first learning axon; one past the last axon if none learns.
    pub first_learning_axon: u32,
    /// Pre-trace profiles.
    pub pre: Dedup<PreProfile>,
    /// Rules whose programs are on the core, by their id there.
    pub rules: Vec<usize>,
    /// What is used; output axons are not known here.
    pub usage: Usage,
    /// What one neuron more would exceed, where that was found out.
    pub stopped: Option<Resource>,
}

/// Plans a core for `part`.
///
/// Discrete axons are preferred; where there are too many, sources share population axons, of 16 bits if those
/// do, else of 32.
#[must_use]
pub fn plan(tables: &Tables, part: &Part) -> Plan {
    let synapses = gather(tables, part);
    let discrete = || plan_with(tables, part, &synapses, AxonKind::Discrete);
    if !crowded(tables, part, &synapses) {
        let first = discrete();
        if !first.usage.excess(&tables.chip.limits).contains(&Resource::AxonsIn) {
            return first;
        }
        return shared(tables, part, &synapses).unwrap_or(first);
    }
    // No kind of axon takes fewer words than the fewest.
    if words_min(tables, &synapses) > tables.chip.limits.synapse_words as usize {
        return discrete();
    }
    shared(tables, part, &synapses).unwrap_or_else(|_| discrete())
}

/// The plan of a core for `part` if it fits, else what exceeds its limit most, whatever the axons.
///
/// # Errors
/// The resource.
pub fn fitting(tables: &Tables, part: &Part) -> Result<Plan, Resource> {
    let synapses = gather(tables, part);
    let limits = &tables.chip.limits;
    if words_min(tables, &synapses) > limits.synapse_words as usize {
        return Err(Resource::SynapseWords);
    }
    let mut first = None;
    if !crowded(tables, part, &synapses) {
        let plan = plan_with(tables, part, &synapses, AxonKind::Discrete);
        let crowded = plan.usage.excess(limits).contains(&Resource::AxonsIn);
        first = (!crowded).then_some(plan);
    }
    let plan = first.map_or_else(|| shared(tables, part, &synapses), Ok)?;
    plan.usage.worst(limits).map_or(Ok(plan), Err)
}

/// A plan with population axons that fit: of 16 bits if those do, else of 32; else what they exceed.
fn shared(tables: &Tables, part: &Part, synapses: &[Synapse]) -> Result<Plan, Resource> {
    let limits = &tables.chip.limits;
    let axon_trouble = [Resource::AxonsIn, Resource::Pop16, Resource::SynapseWords, Resource::ListWords];
    let mut worst = Resource::AxonsIn;
    for kind in [AxonKind::Pop16, AxonKind::Pop32] {
        let plan = plan_with(tables, part, synapses, kind);
        if !plan.usage.excess(limits).iter().any(|r| axon_trouble.contains(r)) {
            return Ok(plan);
        }
        worst = plan.usage.worst(limits).unwrap_or(worst);
    }
    Err(worst)
}

/// Whether discrete axons would be too many, where that is known without a layout: no projection insists on others.
fn crowded(tables: &Tables, part: &Part, synapses: &[Synapse]) -> bool {
    let mut axons = u32::from(tables.graph.settings[part.settings].reward.is_some());
    for entries in synapses.chunk_by(Synapse::shares_list) {
        match (entries[0].list, entries[0].list.plastic()) {
            (_, Some(_)) => axons += 2,
            (ListKind::ANY, None) => axons += 1,
            // Projections that insist on an axon bring lists that may be one with others.
            _ => {}
        }
    }
    axons > tables.chip.limits.axons_in
}

/// Words that lists take at least: blocks as full as can be, and no places.
fn words_min(tables: &Tables, synapses: &[Synapse]) -> usize {
    let words = |list: &[Synapse]| {
        let of_class = |entries: &[Synapse]| entries.len() * bare_bits(tables, entries[0].class) as usize;
        let bits: usize = list.chunk_by(|a, b| a.class == b.class).map(of_class).sum();
        let heads = list.len().div_ceil(BLOCK_ENTRIES_MAX) * BLOCK_HEAD_BITS as usize;
        (bits + heads).div_ceil(64)
    };
    let together = |a: &Synapse, b: &Synapse| (a.source, a.list.plastic()) == (b.source, b.list.plastic());
    synapses.chunk_by(together).map(words).sum()
}

fn plan_with(tables: &Tables, part: &Part, synapses: &[Synapse], kind: AxonKind) -> Plan {
    let mut lists = lists(synapses, kind);
    let chunks: Vec<(u16, Chunk)> = lists.iter().flat_map(|list| list.chunks(synapses)).collect();
    let (packing, words) = pack(tables, &chunks, tables.chip.limits.synapse_formats as usize - 1);
    let mut words = words.into_iter();
    for list in &mut lists {
        list.words = words.by_ref().take(list.chunks(synapses).count()).sum();
    }
    let rewards = u32::from(tables.graph.settings[part.settings].reward.is_some());
    let axons = axons::assign(&mut lists, rewards);
    let mut plan = Plan {
        part: part.clone(),
        somas: soma::somas(tables, part, &lists),
        packing,
        reward_axon: (rewards > 0).then(|| axons.first_learning - 1),
        first_learning_axon: axons.first_learning,
        axons: axons.list,
        pre: Dedup::default(),
        rules: rules(tables, &lists),
        lists,
        usage: Usage::default(),
        stopped: None,
    };
    for axon in &plan.axons {
        if let Some(rule) = axon.plastic.and_then(|projection| tables.graph.projections[projection].rule) {
            plan.pre.id(tables.graph.rules[rule].pre);
        }
    }
    count(tables, &mut plan, axons.out_of_reach);
    plan
}

fn rules(tables: &Tables, lists: &[List]) -> Vec<usize> {
    let program =
        |list: &List| tables.graph.projections[list.plastic?].rule.map(|rule| tables.program_of[rule]);
    let mut rules: Vec<usize> = lists.iter().filter_map(program).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

fn count(tables: &Tables, plan: &mut Plan, out_of_reach: usize) {
    let mut usage = Usage::default();
    soma::count(tables, &plan.part, &plan.somas, &mut usage);
    let learning = plan.axons.iter().filter(|axon| axon.plastic.is_some()).count();
    usage.set(Resource::AxonsIn, plan.first_learning_axon as usize + 2 * learning);
    let words = plan.axons.iter().map(|axon| axon.atoms as usize * axon.length as usize).sum();
    usage.set(Resource::SynapseWords, words);
    usage.set(Resource::ListWords, plan.axons.iter().map(|axon| axon.length as usize).max().unwrap_or(0));
    usage.set(Resource::SynapseFormats, plan.packing.formats.len() - 1);
    usage.set(Resource::PreProfiles, plan.pre.values.len());
    usage.set(Resource::Rules, plan.rules.len());
    let microcode = plan.rules.iter().map(|&rule| word_count(&tables.graph.rules[rule])).sum();
    usage.set(Resource::Microcode, microcode);
    usage.set(Resource::Pop16, out_of_reach);
    plan.usage = usage;
}

/// Finds the lists in gathered synapses; `kind` is that of axons on which no projection insists.
fn lists(synapses: &[Synapse], kind: AxonKind) -> Vec<List> {
    let resolve =
        |list: ListKind| list.axon().unwrap_or(if list == ListKind::ANY { kind } else { AxonKind::Discrete });
    let place = |s: &Synapse| (s.source, s.list.plastic(), resolve(s.list));
    let mut lists: Vec<List> = Vec::new();
    let mut start = 0;
    for entries in synapses.chunk_by(|a, b| a.shares_list(b) || place(a) == place(b)) {
        let (source, plastic, kind) = place(&entries[0]);
        let end = start + entries.len() as u32;
        let base = entries.iter().map(|s| u32::from(s.target)).min().unwrap_or(0);
        lists.push(List { source, plastic, kind, start, end, base, words: 0, axon: 0, atom: 0 });
        start = end;
    }
    axons::set_bases(&mut lists);
    lists
}
