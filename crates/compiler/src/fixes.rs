//! Fixes for what does not fit: each is tried, and only what makes the whole network fit is offered.

use isa::chip::{ChipDescription, SHIPPED};
use isa::num::{truncate_weight, weight_lsb};
use network::graph::{Graph, Projection, Values};

use crate::error::{Failure, Misfit};
use crate::partition::partition;
use crate::tables::Tables;
use crate::watch::Watch;
use crate::{Options, Search, validate};

/// Larger graphs are not copied to try something on them; only other chips are tried.
const SYNAPSES_MAX: usize = 2_000_000;
/// Larger graphs take too long for a hint on any chip.
const SYNAPSES_MAX_CHIPS: usize = 20_000_000;
/// Fixes tried at most.
const TRIED_MAX: usize = 16;
/// Weight bits to come down to, most first.
const FEWER_BITS: [u32; 6] = [6, 5, 4, 3, 2, 1];

/// A change of the graph, and what it is called.
struct Candidate {
    text: String,
    /// Of changes of one family, the first that helps is enough.
    family: Family,
    change: Box<dyn Fn(&mut Graph)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Pin,
    Delay,
    Constraint,
    Bits,
}

/// Adds the fixes that were found to the first misfit.
pub fn suggest(failure: Failure, graph: &Graph, chip: &ChipDescription) -> Failure {
    let Failure::DoesNotFit(mut misfits) = failure else { return failure };
    // Where only cores are missing, boards of fewer need not be tried.
    let cores = |misfit: &Misfit| misfit.code == "E0118" && misfit.limit == u64::from(chip.cores());
    let need = misfits.first().filter(|first| cores(first)).map_or(0, |first| first.need);
    let synapses: usize = graph.projections.iter().map(Projection::synapses).sum();
    let candidates = if synapses <= SYNAPSES_MAX { candidates(graph) } else { Vec::new() };
    let (mut fixes, mut helped) = (Vec::new(), Vec::new());
    for candidate in candidates.into_iter().take(TRIED_MAX) {
        if helped.contains(&candidate.family) {
            continue;
        }
        let mut changed = graph.clone();
        (candidate.change)(&mut changed);
        if let Some(cores) = fits(&changed, chip) {
            fixes.push(format!("{} ({})", candidate.text, on(cores)));
            helped.push(candidate.family);
        }
    }
    fixes.extend(other_chip(graph, chip, (need, synapses)));
    if let Some(first) = misfits.first_mut() {
        first.fixes = fixes;
    }
    Failure::DoesNotFit(misfits)
}

/// Number of cores, if the graph fits the chip.
fn fits(graph: &Graph, chip: &ChipDescription) -> Option<usize> {
    validate::validate(graph, chip).ok()?;
    // Zeros and narrow weights may take less, but to try takes too long for a hint.
    if validate::beyond(graph, chip, 1).is_some() {
        return None;
    }
    let options = Options { partition: Search::InOrder, ..Options::default() };
    partition(&Tables::new(graph, chip), &options, &Watch::nobody()).ok().map(|plans| plans.len())
}

/// The smallest chip that ships and holds the graph; of a large graph that needs more cores, the smallest board of
/// the same cores that has so many.
fn other_chip(graph: &Graph, chip: &ChipDescription, (need, synapses): (u64, usize)) -> Option<String> {
    let mut chips: Vec<ChipDescription> =
        SHIPPED.iter().filter_map(|(name, _)| ChipDescription::shipped(name).ok()).collect();
    chips.retain(|other| other.name != chip.name);
    chips.sort_by_key(|other| (other.cores(), other.limits.synapse_words));
    let same = |other: &ChipDescription| need > 0 && other.limits == chip.limits;
    chips.retain(|other| match same(other) {
        true => u64::from(other.cores()) >= need,
        false => synapses <= SYNAPSES_MAX_CHIPS,
    });
    let text = |other: &ChipDescription, how: &str| match other.board.count() {
        1 => format!("`--chip {}` ({how})", other.name),
        chips => format!("`--chip {}` ({chips} chips, {how})", other.name),
    };
    chips.iter().find_map(|other| match same(other) && synapses > SYNAPSES_MAX {
        true => Some(text(other, &format!("{} cores; not tried, the network is large", other.cores()))),
        false => fits(graph, other).map(|n| text(other, &on(n))),
    })
}

fn on(cores: usize) -> String {
    if cores == 1 { "fits on 1 core".into() } else { format!("fits on {cores} cores") }
}

fn candidates(graph: &Graph) -> Vec<Candidate> {
    let mut all = Vec::new();
    unpinned(graph, &mut all);
    shorter_rings(graph, &mut all);
    unconstrained(graph, &mut all);
    fewer_bits(graph, &mut all);
    all
}

fn candidate(family: Family, text: String, change: impl Fn(&mut Graph) + 'static) -> Candidate {
    Candidate { text, family, change: Box::new(change) }
}

fn unpinned(graph: &Graph, all: &mut Vec<Candidate>) {
    let pinned: Vec<usize> =
        (0..graph.populations.len()).filter(|&p| graph.populations[p].core.is_some()).collect();
    for &p in pinned.iter().take(4) {
        let text = format!("do not pin `{}`", graph.populations[p].name);
        all.push(candidate(Family::Pin, text, move |graph| graph.populations[p].core = None));
    }
    if pinned.len() > 1 {
        let unpin = |graph: &mut Graph| graph.populations.iter_mut().for_each(|p| p.core = None);
        all.push(candidate(Family::Pin, "pin no population".into(), unpin));
    }
}

/// The shortest delay rings that hold every delay; the fewest delay bits of projections that do not learn.
fn shorter_rings(graph: &Graph, all: &mut Vec<Candidate>) {
    let longest_all = graph.projections.iter().map(longest).max().unwrap_or(0);
    let learns = graph.projections.iter().any(|p| p.rule.is_some_and(|rule| !graph.rules[rule].d.is_empty()));
    let bits = (3..=6).find(|bits| u32::from(longest_all) + 2 <= 1 << bits).unwrap_or(6);
    if !learns && graph.settings.iter().any(|settings| settings.delay_bits > bits) {
        let text =
            format!("`delay_bits = {bits}` in all settings, which holds the longest delay, {longest_all}");
        let shorten = move |graph: &mut Graph| {
            graph.settings.iter_mut().for_each(|s| s.delay_bits = s.delay_bits.min(bits));
        };
        all.push(candidate(Family::Delay, text, shorten));
    }
    if graph.projections.iter().any(has_spare_bits) {
        let text = "no more `delay_bits` of projections than their delays need".into();
        let shorten = |graph: &mut Graph| {
            graph.projections.iter_mut().filter(|p| has_spare_bits(p)).for_each(|p| p.delay_bits = need(p));
        };
        all.push(candidate(Family::Delay, text, shorten));
    }
}

fn longest(p: &Projection) -> u8 {
    p.delay.iter().copied().max().unwrap_or(0)
}

fn need(p: &Projection) -> u32 {
    u8::BITS - longest(p).leading_zeros()
}

fn has_spare_bits(p: &Projection) -> bool {
    p.rule.is_none() && p.delay_bits > need(p)
}

fn unconstrained(graph: &Graph, all: &mut Vec<Candidate>) {
    for (i, p) in graph.projections.iter().enumerate() {
        if let Some(axon) = p.axon {
            let text = format!("leave `axon = {axon}` of `{}` away", p.name);
            all.push(candidate(Family::Constraint, text, move |graph| graph.projections[i].axon = None));
        }
        if let Some(compression) = p.compression {
            let text = format!("leave `compression = {compression}` of `{}` away", p.name);
            all.push(candidate(Family::Constraint, text, move |graph| {
                graph.projections[i].compression = None
            }));
        }
    }
}

/// Fewer weight bits of the largest projection, most first.
fn fewer_bits(graph: &Graph, all: &mut Vec<Candidate>) {
    let largest = (0..graph.projections.len()).max_by_key(|&p| graph.projections[p].synapses());
    let Some(largest) = largest else { return };
    let p = &graph.projections[largest];
    for bits in FEWER_BITS.into_iter().filter(|&bits| bits < p.bits) {
        let unit = 1 << weight_lsb(p.mode, bits);
        let text = format!("`bits = {bits}` for `{}`: its weights become multiples of {unit}", p.name);
        all.push(candidate(Family::Bits, text, move |graph| {
            cut_weights(&mut graph.projections[largest], bits)
        }));
    }
}

fn cut_weights(p: &mut Projection, bits: u32) {
    let lsb = weight_lsb(p.mode, bits);
    p.bits = bits;
    let cut = |w: &mut i16| *w = truncate_weight((*w).into(), lsb) as i16;
    match &mut p.weight {
        Values::Same(w) => cut(w),
        Values::Each(all) => all.iter_mut().for_each(cut),
    }
}
