//! Everything about a core that does not depend on where it and its sources are.
//!
//! Partition asks it what a set of neurons takes, allocation keeps it: what is counted is what is built.

use isa::op::AxonKind;
use isa::words::PreProfile;

use crate::axons::{self, Axon};
use crate::coding::Chunk;
use crate::dedup::Dedup;
use crate::gather::{ListKind, Synapse, gather};
use crate::list::List;
use crate::microcode::word_count;
use crate::packing::{Packing, pack};
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
}

/// Plans a core for `part`.
///
/// Discrete axons are preferred; where there are too many, sources share population axons, of 16 bits if those
/// do, else of 32.
#[must_use]
pub fn plan(tables: &Tables, part: &Part) -> Plan {
    let synapses = gather(tables, part);
    let limits = &tables.chip.limits;
    let first = plan_with(tables, part, &synapses, AxonKind::Discrete);
    if !first.usage.excess(limits).contains(&Resource::AxonsIn) {
        return first;
    }
    let others = [AxonKind::Pop16, AxonKind::Pop32].map(|kind| plan_with(tables, part, &synapses, kind));
    let axon_trouble = [Resource::AxonsIn, Resource::Pop16, Resource::SynapseWords, Resource::ListWords];
    let fits = |plan: &Plan| !plan.usage.excess(limits).iter().any(|r| axon_trouble.contains(r));
    others.into_iter().find(fits).unwrap_or(first)
}

fn plan_with(tables: &Tables, part: &Part, synapses: &[Synapse], kind: AxonKind) -> Plan {
    let mut lists = lists(synapses, kind);
    let chunks: Vec<(u16, Chunk)> = lists.iter().flat_map(|list| list.chunks(synapses)).collect();
    let packing = pack(tables, &chunks, tables.chip.limits.synapse_formats as usize - 1);
    for list in &mut lists {
        let words = |(class, chunk)| packing.words(class, chunk, tables.cuts);
        list.words = list.chunks(synapses).map(words).sum();
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
