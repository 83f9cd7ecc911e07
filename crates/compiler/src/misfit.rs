//! What does not fit, with the sum that led there.

use network::graph::Span;

use crate::error::{Misfit, Term};
use crate::missing;
use crate::parts::{Part, Run};
use crate::plan::Plan;
use crate::resource::{Resource, limit};
use crate::sketch;
use crate::tables::Tables;
use crate::terms;

/// How a part reads: its neurons, as slices.
pub fn name(tables: &Tables, part: &Part) -> String {
    let slice = |run: &Run| {
        let population = &tables.graph.populations[run.population];
        format!("`{}[{}..{}]`", population.name, run.start, run.end)
    };
    let shown: Vec<String> = part.runs.iter().take(3).map(slice).collect();
    let more = part.runs.len().saturating_sub(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let pin = part.pin.map_or_else(String::new, |core| format!(", pinned to core {core},"));
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
    let terms = terms::terms(tables, plan, resource);
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

/// Far more synapses on pinned neurons than a core could hold at one bit each: they are not laid out to count them.
pub fn crowded(tables: &Tables, part: &Part, synapses: usize) -> Misfit {
    let (need, limit) = (synapses.div_ceil(64) as u64, u64::from(tables.chip.limits.synapse_words));
    let resource = Resource::SynapseWords;
    Misfit {
        code: resource.code(),
        message: format!("{} needs more than {need} {}, limit {limit}", name(tables, part), resource.name()),
        resource: Some(resource),
        need,
        limit,
        span: span(tables, part),
        terms: terms::least(tables, part),
        fixes: Vec::new(),
    }
}

/// More parts than cores: laid out until that was sure, the rest estimated.
pub fn too_many_parts(tables: &Tables, plans: &[Plan]) -> Misfit {
    let rest = missing::missing(tables, plans);
    let neurons: usize = rest.iter().map(Part::neurons).sum();
    let parts = plans.iter().map(|plan| plan.part.clone()).chain(rest).collect();
    let pieces = sketch::pieces(tables, parts);
    let mut terms = terms::cores(tables, plans, &pieces);
    let cores = pieces[plans.len()..].iter().sum::<usize>() as u64;
    if neurons > 0 {
        let text = format!("cores, about, for the {neurons} neurons that were not laid out any more");
        terms.push(Term { amount: cores, text, span: Span::default(), terms: Vec::new() });
    }
    too_many(
        tables,
        pieces.iter().sum::<usize>() as u64,
        (if neurons > 0 { "about" } else { "at least" }, terms),
    )
}

/// More parts than cores once they are cut for their output axons.
pub fn too_many_cuts(tables: &Tables, plans: &[Plan]) -> Misfit {
    let pieces = sketch::pieces(tables, plans.iter().map(|plan| plan.part.clone()).collect());
    let terms = terms::cores(tables, plans, &pieces);
    too_many(tables, pieces.iter().sum::<usize>() as u64, ("at least", terms))
}

fn too_many(tables: &Tables, need: u64, (how_sure, terms): (&str, Vec<Term>)) -> Misfit {
    let (name, chip, limit) = (&tables.graph.name, &tables.chip.name, u64::from(tables.chip.cores()));
    Misfit {
        code: "E0118",
        message: format!("`{name}` needs {how_sure} {need} cores, chip `{chip}` has {limit}"),
        resource: None,
        need,
        limit,
        span: terms.first().map_or_else(Span::default, |term| term.span),
        terms,
        fixes: Vec::new(),
    }
}

/// Output axons of a part that cannot be cut further.
pub fn outputs(tables: &Tables, plans: &[Plan], part: &Part, slots: usize) -> Misfit {
    let limit = tables.chip.limits.axons_out;
    Misfit {
        code: Resource::AxonsOut.code(),
        message: format!("{} needs {slots} output axon slots, limit {limit}", name(tables, part)),
        resource: Some(Resource::AxonsOut),
        need: slots as u64,
        limit: limit.into(),
        span: span(tables, part),
        terms: terms::outputs(tables, plans, part),
        fixes: Vec::new(),
    }
}
