//! Sums behind a misfit: who contributes what, with the place where it was declared.

use std::collections::BTreeMap;

use network::graph::Span;

use crate::error::Term;
use crate::gather::counts;
use crate::incoming::Arrival;
use crate::list::List;
use crate::microcode::word_count;
use crate::parts::Part;
use crate::plan::{Plan, plan};
use crate::resource::Resource;
use crate::rewards;
use crate::tables::Tables;

/// Who contributes what to a resource of a core, largest first.
pub fn terms(tables: &Tables, plan: &Plan, resource: Resource) -> Vec<Term> {
    let terms = match resource {
        Resource::AxonsIn => by_projection(tables, plan, |list| if list.plastic.is_some() { 2 } else { 1 }),
        Resource::SynapseWords | Resource::ListWords => by_projection(tables, plan, |list| list.words.into()),
        Resource::SynapseFormats => by_class(tables, plan),
        Resource::Rules | Resource::Microcode | Resource::PreProfiles => by_rule(tables, plan, resource),
        _ => by_population(tables, plan, resource),
    };
    sorted(terms)
}

/// Output axon slots of the neurons of one part, by projection.
pub fn outputs(tables: &Tables, plans: &[Plan], part: &Part) -> Vec<Term> {
    let mut keys = part.keys(tables);
    keys.sort_unstable();
    let mut amounts: BTreeMap<usize, u64> = BTreeMap::new();
    let mut reward = 0;
    for plan in plans {
        let owners = owners(tables, &plan.part);
        for list in plan.lists.iter().filter(|list| keys.binary_search(&list.source).is_ok()) {
            *amounts.entry(owner(&owners, list)).or_default() += u64::from(list.slots());
        }
        let channel = tables.graph.settings[plan.part.settings].reward;
        let sources = channel.into_iter().flat_map(|channel| rewards::sources(tables.graph, channel));
        let ours = sources.filter(|(source, _)| keys.binary_search(source).is_ok());
        reward += ours.map(|(_, worth)| if worth.is_some() { 2 } else { 1 }).sum::<u64>();
    }
    let mut terms: Vec<Term> = amounts.into_iter().map(|(p, amount)| projection(tables, p, amount)).collect();
    if reward > 0 {
        terms.push(term(reward, "reward".into(), Span::default()));
    }
    sorted(terms)
}

/// Cores by the population that they begin with, and what cut them; each part counts as so many `pieces`.
pub fn cores(tables: &Tables, plans: &[Plan], pieces: &[usize]) -> Vec<Term> {
    let mut amounts: BTreeMap<usize, BTreeMap<Option<Resource>, u64>> = BTreeMap::new();
    for (plan, &pieces) in plans.iter().zip(pieces) {
        let binding = if pieces > 1 { Some(Resource::AxonsOut) } else { binding(tables, plan) };
        let of_population = amounts.entry(plan.part.runs[0].population).or_default();
        *of_population.entry(binding).or_default() += pieces as u64;
    }
    let of_population = |(population, by_binding): (usize, BTreeMap<Option<Resource>, u64>)| {
        let p = &tables.graph.populations[population];
        let text = |binding: Option<Resource>| match binding {
            Some(resource) => format!("where {} are scarcest", resource.name()),
            None => "with room to spare, for the last neurons".into(),
        };
        let inner = by_binding.into_iter().map(|(binding, n)| term(n, text(binding), p.span));
        let inner: Vec<Term> = inner.collect();
        let amount = inner.iter().map(|term| term.amount).sum();
        Term {
            terms: sorted(inner),
            ..term(amount, format!("cores that begin with population `{}`", p.name), p.span)
        }
    };
    sorted(amounts.into_iter().map(of_population).collect())
}

/// A core is full where so much of something is used, in 1/1000.
const FULL: u32 = 900;

/// What one neuron more would exceed: found out when the part was made, else what is full.
fn binding(tables: &Tables, plan: &Plan) -> Option<Resource> {
    let limits = &tables.chip.limits;
    let scarcest = plan.usage.scarcest(limits);
    plan.stopped.or_else(|| (plan.usage.share(limits, scarcest) >= FULL).then_some(scarcest))
}

fn term(amount: u64, text: String, span: Span) -> Term {
    Term { amount, text, span, terms: Vec::new() }
}

fn sorted(mut terms: Vec<Term>) -> Vec<Term> {
    terms.sort_by_key(|term| std::cmp::Reverse(term.amount));
    terms
}

/// The least words of the synapses that end in a part, a bit each, by projection.
pub fn least(tables: &Tables, part: &Part) -> Vec<Term> {
    let mut of: BTreeMap<usize, usize> = BTreeMap::new();
    counts(tables, part).into_iter().for_each(|(p, synapses)| *of.entry(p).or_default() += synapses);
    sorted(of.into_iter().map(|(p, synapses)| projection(tables, p, synapses.div_ceil(64) as u64)).collect())
}

fn projection(tables: &Tables, projection: usize, amount: u64) -> Term {
    let p = &tables.graph.projections[projection];
    term(amount, format!("projection `{}`", p.name), p.span)
}

/// What each run adds to those before it: profiles that they have too are shared.
fn by_population(tables: &Tables, whole: &Plan, resource: Resource) -> Vec<Term> {
    let runs = &whole.part.runs;
    let need = |runs: &[crate::parts::Run]| {
        let part = Part { runs: runs.to_vec(), pin: None, settings: whole.part.settings };
        u64::from(plan(tables, &part).usage.get(resource))
    };
    let mut before = 0;
    let of_run = |(i, run): (usize, &crate::parts::Run)| {
        let population = &tables.graph.populations[run.population];
        let mut text = format!("population `{}[{}..{}]`", population.name, run.start, run.end);
        let alone = need(&runs[i..=i]);
        let so_far = if i == 0 { alone } else { need(&runs[..=i]) };
        let adds = so_far.saturating_sub(before);
        if adds < alone {
            text += &format!(", besides {} shared with others", alone - adds);
        }
        before = so_far;
        term(adds, text, population.span)
    };
    runs.iter().enumerate().map(of_run).collect()
}

/// Lists belong to the first projection that has a synapse in them; with its share by source below it.
fn by_projection(tables: &Tables, plan: &Plan, amount: impl Fn(&List) -> u64) -> Vec<Term> {
    let owners = owners(tables, &plan.part);
    let mut amounts: BTreeMap<usize, BTreeMap<&str, u64>> = BTreeMap::new();
    for list in &plan.lists {
        let sources = amounts.entry(owner(&owners, list)).or_default();
        *sources.entry(source_name(tables, list.source)).or_default() += amount(list);
    }
    let of_projection = |(p, sources): (usize, BTreeMap<&str, u64>)| {
        let span = tables.graph.projections[p].span;
        let inner: Vec<Term> =
            sources.into_iter().map(|(name, n)| term(n, format!("from `{name}`"), span)).collect();
        let amount = inner.iter().map(|term| term.amount).sum();
        let terms = if inner.len() > 1 { sorted(inner) } else { Vec::new() };
        Term { terms, ..projection(tables, p, amount) }
    };
    amounts.into_iter().map(of_projection).collect()
}

fn source_name<'a>(tables: &Tables<'a>, key: u32) -> &'a str {
    if key < tables.compartments() {
        return &tables.graph.populations[tables.population_of(key)].name;
    }
    let mut first = tables.compartments();
    let input = tables.graph.inputs.iter().find(|input| {
        first += input.size;
        key < first
    });
    input.map_or("?", |input| &input.name)
}

fn by_class(tables: &Tables, plan: &Plan) -> Vec<Term> {
    let of_class = |(class, ids): (u16, Vec<u32>)| {
        let of_this: Vec<usize> =
            (0..tables.class_of.len()).filter(|&p| tables.class_of[p] == class).collect();
        let names: Vec<&str> = of_this.iter().map(|&p| tables.graph.projections[p].name.as_str()).collect();
        let span = of_this.first().map_or_else(Span::default, |&p| tables.graph.projections[p].span);
        term(ids.len() as u64, format!("synapses of `{}`", names.join("`, `")), span)
    };
    plan.packing.ids().map(of_class).collect()
}

fn by_rule(tables: &Tables, plan: &Plan, resource: Resource) -> Vec<Term> {
    let of_rule = |&rule: &usize| {
        let rule = &tables.graph.rules[rule];
        let amount = if resource == Resource::Microcode { word_count(rule) as u64 } else { 1 };
        term(amount, format!("rule `{}`", rule.name), rule.span)
    };
    plan.rules.iter().map(of_rule).collect()
}

fn owner(owners: &BTreeMap<u32, usize>, list: &List) -> usize {
    list.plastic.or_else(|| owners.get(&list.source).copied()).unwrap_or(0)
}

/// The first projection that does not learn and brings a source to the part, by the source's key.
fn owners(tables: &Tables, part: &Part) -> BTreeMap<u32, usize> {
    let mut owners = BTreeMap::new();
    let mut ends: Vec<_> = part.runs.iter().flat_map(|run| ends(tables, run)).collect();
    ends.sort_unstable();
    for (projection, post) in ends {
        let own = |_, arrival: Arrival| _ = owners.entry(arrival.source).or_insert(projection);
        tables.incoming[projection].visit(&tables.graph.projections[projection], post..post + 1, own);
    }
    owners
}

/// Projections that do not learn and end on a run, with the indices of its neurons on their target sides.
fn ends(tables: &Tables, run: &crate::parts::Run) -> Vec<(usize, usize)> {
    let learns = |projection: usize| tables.graph.projections[projection].rule.is_some();
    let ends = tables.ends[run.population].iter().filter(|end| !learns(end.projection));
    let posts = ends.flat_map(|end| {
        let neurons = end.start.max(run.start)..end.end.min(run.end);
        neurons.map(move |neuron| (end.projection, end.offset + (neuron - end.start) as usize))
    });
    posts.collect()
}
