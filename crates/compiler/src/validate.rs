//! Validation: what the contract and the chip refuse, before anything is laid out.

use isa::chip::ChipDescription;
use network::graph::{Graph, Population, Projection, Span, problems, stack_depth};

use crate::error::{Failure, Misfit};
use crate::microcode::product_count;

/// Refuses a graph that is wrong whatever the layout.
///
/// # Errors
/// [`Failure::Invalid`] with every problem of the graph, else [`Failure::DoesNotFit`] with everything that this chip
/// cannot hold in any layout.
pub fn validate(graph: &Graph, chip: &ChipDescription) -> Result<(), Failure> {
    let problems = problems(graph);
    if !problems.is_empty() {
        return Err(Failure::Invalid(problems));
    }
    if let Some(misfit) = beyond(graph, chip, HOPELESS) {
        return Err(Failure::DoesNotFit(vec![misfit]));
    }
    let mut misfits: Vec<Misfit> =
        graph.populations.iter().flat_map(|p| population(graph, p, chip)).collect();
    for rule in &graph.rules {
        let thing = format!("rule `{}`", rule.name);
        let (need, limit) = (product_count(rule) as u64, u64::from(chip.limits.products));
        misfits.extend(most(("E0122", rule.span), &thing, "products", (need, limit)));
    }
    if misfits.is_empty() { Ok(()) } else { Err(Failure::DoesNotFit(misfits)) }
}

/// How many times what a board holds is not even counted core by core, so that a slip of the pen costs no memory.
const HOPELESS: u64 = 16;

/// What is more than `times` what a board holds, by the compartments and the weight bits of all synapses.
pub fn beyond(graph: &Graph, chip: &ChipDescription, times: u64) -> Option<Misfit> {
    let board = |each: u32| u64::from(chip.cores()) * u64::from(each);
    let compartments = graph.populations.iter().map(|p| u64::from(p.size) * p.tree.len() as u64).sum();
    let bits = |p: &Projection| p.synapses() as u64 * u64::from(p.bits);
    let words = graph.projections.iter().map(bits).fold(0, u64::saturating_add) / 64;
    let rows = [
        ("compartments", compartments, board(chip.limits.compartments)),
        ("words of synapse memory at least", words, board(chip.limits.synapse_words)),
    ];
    let at = ("E0118", graph.populations.first().map_or(Span::default(), |p| p.span));
    let far = rows.into_iter().find(|(_, need, limit)| *need > limit.saturating_mul(times))?;
    most(at, &format!("`{}`", graph.name), &format!("{} on all of `{}`", far.0, chip.name), (far.1, far.2))
}

fn population(graph: &Graph, population: &Population, chip: &ChipDescription) -> Vec<Misfit> {
    let thing = format!("population `{}`", population.name);
    let (delay_bits, limits) = (graph.settings[population.settings].delay_bits, &chip.limits);
    let most =
        |code, what, need: u64, limit: u32| most((code, population.span), &thing, what, (need, limit.into()));
    let pin = population.core.map_or(0, |core| u64::from(core) + 1);
    let found = [
        most("E0119", "cores, as it is pinned to the last of them", pin, chip.cores()),
        most("E0120", "items of the dendrite stack", stack_depth(population) as u64, limits.stack),
        most("E0121", "delay bits", delay_bits.into(), limits.delay_bits_max),
    ];
    found.into_iter().flatten().collect()
}

fn most(
    (code, span): (&'static str, Span),
    thing: &str,
    what: &str,
    (need, limit): (u64, u64),
) -> Option<Misfit> {
    let message = format!("{thing} needs {need} {what}, limit {limit}");
    let (resource, terms, fixes) = (None, Vec::new(), Vec::new());
    (need > limit).then_some(Misfit { code, message, resource, need, limit, span, terms, fixes })
}
