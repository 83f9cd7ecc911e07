//! What does not fit, with the sum that led there.

use std::collections::BTreeMap;
use std::fmt;

use network::graph::Span;

use crate::parts::{Part, Run};
use crate::plan::Plan;
use crate::resource::{Resource, limit};
use crate::tables::Tables;

/// The chip has too little of something.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{code}: {message}{}", tree(.terms, 1))]
pub struct Misfit {
    /// Code for `seamount explain`.
    pub code: &'static str,
    /// The thing, the need and the limit, in one sentence.
    pub message: String,
    /// The resource, where it is one that is counted.
    pub resource: Option<Resource>,
    /// What is needed.
    pub need: u64,
    /// What there is.
    pub limit: u64,
    /// Where the culprit was declared.
    pub span: Span,
    /// The sum that makes up the need, largest first.
    pub terms: Vec<Term>,
    /// What would fix it; each was tried, and the graph compiles with it.
    pub fixes: Vec<String>,
}

/// A term of the sum.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// How much.
    pub amount: u64,
    /// Of what.
    pub text: String,
    /// Where that was declared.
    pub span: Span,
    /// What it is made of.
    pub terms: Vec<Term>,
}

fn tree(terms: &[Term], depth: usize) -> String {
    let mut text = String::new();
    for (i, term) in terms.iter().enumerate() {
        let sign = if i == 0 { '=' } else { '+' };
        let indent = "  ".repeat(depth);
        text += &format!("\n{indent}{sign} {:<8} {}{}", term.amount, term.text, tree(&term.terms, depth + 1));
    }
    text
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.text)
    }
}

/// How a part reads: its neurons, as slices.
pub fn name(tables: &Tables, part: &Part) -> String {
    let slice = |run: &Run| {
        let population = &tables.graph.populations[run.population];
        format!("`{}[{}..{}]`", population.name, run.start, run.end)
    };
    let shown: Vec<String> = part.runs.iter().take(3).map(slice).collect();
    let more = part.runs.len().saturating_sub(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let pin = part.pin.map_or_else(String::new, |core| format!(", pinned to core {core}"));
    format!("a core with {}{more}{pin}", shown.join(", "))
}

fn span(tables: &Tables, part: &Part) -> Span {
    part.runs.first().map_or_else(Span::default, |run| tables.graph.populations[run.population].span)
}

/// Every resource that a planned core exceeds.
pub fn of_plan(tables: &Tables, plan: &Plan) -> Vec<Misfit> {
    let limits = &tables.chip.limits;
    let excess = plan.usage.excess(limits);
    excess.into_iter().map(|r| exceeded(tables, plan, r, plan.usage.get(r).into())).collect()
}

fn exceeded(tables: &Tables, plan: &Plan, resource: Resource, need: u64) -> Misfit {
    let limit = u64::from(limit(&tables.chip.limits, resource));
    let terms = terms(tables, plan, resource);
    let culprit = terms.first().map_or_else(|| span(tables, &plan.part), |term| term.span);
    let what = match resource {
        Resource::OffsetU => "decays 0 and 4096 of u, which need different decay offsets".into(),
        Resource::OffsetV => "decays 0 and 4096 of v, which need different decay offsets".into(),
        _ => format!("{need} {}, limit {limit}", resource.name()),
    };
    Misfit {
        code: resource.code(),
        message: format!("{} needs {what}", name(tables, &plan.part)),
        resource: Some(resource),
        need,
        limit,
        span: culprit,
        terms,
        fixes: Vec::new(),
    }
}

/// Who contributes what to a resource of a core.
fn terms(tables: &Tables, plan: &Plan, resource: Resource) -> Vec<Term> {
    match resource {
        Resource::AxonsIn | Resource::SynapseWords | Resource::ListWords => {
            by_projection(tables, plan, resource)
        }
        _ => by_population(tables, plan, resource),
    }
}

fn by_population(tables: &Tables, plan: &Plan, resource: Resource) -> Vec<Term> {
    let single = |run: &Run| Part { runs: vec![*run], pin: None, ..plan.part.clone() };
    let amount = |run: &Run| crate::plan::plan(tables, &single(run)).usage.get(resource);
    let mut terms: Vec<Term> = plan
        .part
        .runs
        .iter()
        .map(|run| {
            let population = &tables.graph.populations[run.population];
            let text = format!("population `{}[{}..{}]`", population.name, run.start, run.end);
            Term { amount: amount(run).into(), text, span: population.span, terms: Vec::new() }
        })
        .collect();
    terms.sort_by_key(|term| std::cmp::Reverse(term.amount));
    terms
}

/// Lists belong to the first projection that has a synapse in them.
fn by_projection(tables: &Tables, plan: &Plan, resource: Resource) -> Vec<Term> {
    let projections = &tables.graph.projections;
    let mut amounts: BTreeMap<usize, u64> = BTreeMap::new();
    let owners = owners(tables, &plan.part);
    for list in &plan.lists {
        let owner = list.plastic.or_else(|| owners.get(&list.source).copied());
        let entries = if list.plastic.is_some() { 2 } else { 1 };
        let amount = if resource == Resource::AxonsIn { entries } else { u64::from(list.words) };
        *amounts.entry(owner.unwrap_or(0)).or_default() += amount;
    }
    let term = |(projection, amount): (usize, u64)| {
        let p = &projections[projection];
        Term { amount, text: format!("projection `{}`", p.name), span: p.span, terms: Vec::new() }
    };
    let mut terms: Vec<Term> = amounts.into_iter().map(term).collect();
    terms.sort_by_key(|term| std::cmp::Reverse(term.amount));
    terms
}

/// The first projection that does not learn and brings a source to the part, by the source's key.
fn owners(tables: &Tables, part: &Part) -> BTreeMap<u32, usize> {
    let mut owners = BTreeMap::new();
    let mut ends: Vec<_> =
        part.runs.iter().flat_map(|run| tables.ends[run.population].iter().map(move |e| (run, e))).collect();
    ends.sort_by_key(|(_, end)| end.projection);
    for (run, end) in ends {
        let projection = &tables.graph.projections[end.projection];
        if projection.rule.is_some() {
            continue;
        }
        for neuron in end.start.max(run.start)..end.end.min(run.end) {
            let post = end.offset + (neuron - end.start) as usize;
            tables.incoming[end.projection].visit(projection, post, |arrival| {
                owners.entry(arrival.source).or_insert(end.projection);
            });
        }
    }
    owners
}

/// Populations pinned to one core whose settings a core cannot hold together.
pub fn settings_differ(tables: &Tables, part: &Part) -> Option<Misfit> {
    let population = |run: &Run| &tables.graph.populations[run.population];
    let settings = |run: &Run| &tables.graph.settings[population(run).settings];
    let first = part.runs.first()?;
    let other = part.runs.iter().find(|run| settings(run) != settings(first))?;
    let core = part.pin.unwrap_or(0);
    let (a, b) = (&population(first).name, &population(other).name);
    Some(Misfit {
        code: "E0117",
        message: format!(
            "core {core}: `{a}` and `{b}` are pinned to it, but their settings differ, and a core has one"
        ),
        resource: None,
        need: 2,
        limit: 1,
        span: population(other).span,
        terms: Vec::new(),
        fixes: Vec::new(),
    })
}

/// More parts than cores.
pub fn too_many_parts(tables: &Tables, plans: &[Plan]) -> Misfit {
    let cores = u64::from(tables.chip.cores());
    let mut amounts: BTreeMap<usize, u64> = BTreeMap::new();
    for plan in plans {
        *amounts.entry(plan.part.runs[0].population).or_default() += 1;
    }
    let term = |(population, amount): (usize, u64)| {
        let p = &tables.graph.populations[population];
        Term {
            amount,
            text: format!("cores that begin with population `{}`", p.name),
            span: p.span,
            terms: Vec::new(),
        }
    };
    let mut terms: Vec<Term> = amounts.into_iter().map(term).collect();
    terms.sort_by_key(|term| std::cmp::Reverse(term.amount));
    let need = plans.len() as u64;
    Misfit {
        code: "E0118",
        message: format!(
            "`{}` needs {need} cores, chip `{}` has {cores}",
            tables.graph.name, tables.chip.name
        ),
        resource: None,
        need,
        limit: cores,
        span: terms.first().map_or_else(Span::default, |term| term.span),
        terms,
        fixes: Vec::new(),
    }
}

/// Output axons of a part that cannot be cut further.
pub fn outputs(tables: &Tables, part: &Part, slots: usize) -> Misfit {
    let limit = tables.chip.limits.axons_out;
    Misfit {
        code: Resource::AxonsOut.code(),
        message: format!("{} needs {slots} output axon slots, limit {limit}", name(tables, part)),
        resource: Some(Resource::AxonsOut),
        need: slots as u64,
        limit: limit.into(),
        span: span(tables, part),
        terms: Vec::new(),
        fixes: Vec::new(),
    }
}
