//! Projections (contract 2, 6, 7): sides, weights, delays, tags, box synapses, learning.

use isa::num::{truncate_weight, weight_lsb, weight_range};
use isa::op::weight_bits_code;

use super::{List, check_view, view_name};
use crate::graph::{Connectivity, Graph, Node, Projection, Values, View};

pub(super) fn check(graph: &Graph, p: &Projection, list: &mut List) {
    list.at(p.span);
    let thing = format!("projection `{}`", p.name);
    let sides = check_sides(graph, p, &thing, list);
    let fields = check_format(p, &thing, list);
    if fields {
        check_weights(p, &thing, list);
        check_limit(p, &thing, list);
    }
    list.all_in(&format!("{thing}: tag"), &p.tag, (-256, 255));
    if !p.tags && p.tag.iter().any(|&tag| tag != 0) {
        list.add("E0045", format!("{thing} stores no tags, but a tag is not 0"))
            .help("`tags = true` stores 9 bits each");
    }
    if !sides || !check_connectivity(p, &thing, list) {
        return;
    }
    list.covers(&format!("{thing}: weight"), &p.weight, p.synapses());
    list.covers(&format!("{thing}: tag"), &p.tag, p.synapses());
    if list.covers(&format!("{thing}: delay"), &p.delay, p.synapses()) {
        check_delays(graph, p, &thing, list);
    }
    if p.boxed {
        check_box(graph, p, &thing, list);
    }
    check_learning(graph, p, &thing, list);
}

/// Views lie within their nodes; sources are all populations or all inputs, targets are populations.
fn check_sides(graph: &Graph, p: &Projection, thing: &str, list: &mut List) -> bool {
    let before = list.found.len();
    for view in &p.pre {
        check_view(graph, view, &format!("{thing}, source"), list);
    }
    for view in &p.post {
        check_view(graph, view, &format!("{thing}, target"), list);
        if let Node::Input(_) = view.node {
            list.add("E0056", format!("{thing}: target {} is an input", view_name(graph, view)));
        }
    }
    let is_input = |view: &View| matches!(view.node, Node::Input(_));
    if p.pre.iter().any(is_input) && !p.pre.iter().all(is_input) {
        list.add("E0056", format!("{thing}: its sources are populations and inputs, it takes one kind"))
            .help("write two projections");
    }
    if p.pre.is_empty() || p.post.is_empty() {
        list.add("E0056", format!("{thing} has no source or no target"));
    }
    let sides = [&p.pre, &p.post]
        .map(|side| side.iter().map(|v| u64::from(v.end.saturating_sub(v.start))).sum::<u64>());
    if sides.iter().any(|&n| n > u32::MAX.into()) {
        list.add(
            "E0058",
            format!("{thing}: a side names {} things, at most 2^32 - 1", sides[0].max(sides[1])),
        );
    }
    list.found.len() == before
}

fn check_connectivity(p: &Projection, thing: &str, list: &mut List) -> bool {
    let (sources, targets) = (p.pre_len(), p.post_len());
    match &p.connectivity {
        Connectivity::Dense => {
            if sources.checked_mul(targets).is_none_or(|n| n > u32::MAX as usize) {
                list.add("E0058", format!("{thing}: {sources} x {targets} synapses, at most 2^32 - 1"));
                return false;
            }
        }
        Connectivity::OneToOne => {
            if sources != targets {
                list.add(
                    "E0056",
                    format!(
                        "{thing}: one_to_one needs sides of one length, they have {sources} and {targets}"
                    ),
                );
                return false;
            }
        }
        Connectivity::List { pre, post } => {
            if pre.len() != post.len() {
                list.add(
                    "E0056",
                    format!("{thing}: a list of {} sources and {} targets", pre.len(), post.len()),
                );
                return false;
            }
            let outside =
                pre.iter().zip(post).find(|&(&i, &j)| i as usize >= sources || j as usize >= targets);
            if let Some((i, j)) = outside {
                list.add(
                    "E0056",
                    format!("{thing}: synapse {i} -> {j} lies outside of {sources} x {targets}"),
                );
                return false;
            }
        }
    }
    true
}

fn check_format(p: &Projection, thing: &str, list: &mut List) -> bool {
    if weight_bits_code(p.bits).is_none() {
        list.add("E0041", format!("{thing}: bits = {} is out of range: 1..=6 or 8", p.bits));
    }
    list.range(&format!("{thing}: exponent"), p.exponent.into(), (-8, 7));
    list.range(&format!("{thing}: delay_bits"), p.delay_bits.into(), (0, 6));
    list.range(&format!("{thing}: limit mantissa"), p.limit.0.into(), (0, 15));
    list.range(&format!("{thing}: limit exponent"), p.limit.1.into(), (0, 15));
    weight_bits_code(p.bits).is_some() && p.limit.0 <= 15 && p.limit.1 <= 15
}

fn check_weights(p: &Projection, thing: &str, list: &mut List) {
    let lsb = weight_lsb(p.mode, p.bits);
    let (low, high) = weight_range(p.mode, lsb);
    let weight = format!("{thing}: weight ({}, {} bits)", p.mode, p.bits);
    if !list.all_in(&weight, &p.weight, (low.into(), high.into())) {
        return;
    }
    if let Some(&w) = p.weight.iter().find(|&&w| truncate_weight(w.into(), lsb) != i32::from(w)) {
        list.add("E0043", format!("{weight} = {w} is not a multiple of {}", 1 << lsb))
            .help(format!("the nearest towards 0 is {}", truncate_weight(w.into(), lsb)));
    }
}

/// L = mantissa << exponent, truncated to the lsb: not 0, and no initial weight above it (contract 7).
fn check_limit(p: &Projection, thing: &str, list: &mut List) {
    let (mantissa, exponent) = p.limit;
    if mantissa == 0 {
        return;
    }
    let lsb = weight_lsb(p.mode, p.bits);
    let limit = i64::from(truncate_weight((mantissa << exponent) as i32, lsb));
    let largest = p.weight.iter().map(|&w| i64::from(w).abs()).max().unwrap_or(0);
    if limit == 0 {
        let unit = 1 << lsb;
        list.add("E0053", format!("{thing}: limit {} is 0 in units of {unit}", mantissa << exponent));
    } else if largest > limit {
        list.add("E0053", format!("{thing}: an initial weight of {largest} is above the limit {limit}"));
    }
}

/// Delays fit the delay field and the ring of the target: 0..=min(2^delay_bits - 1, A - 2); box lengths from 1.
fn check_delays(graph: &Graph, p: &Projection, thing: &str, list: &mut List) {
    let (what, low) = if p.boxed { ("box length", 1) } else { ("delay", 0) };
    let field = if p.delay_bits > 6 { return } else { (1i64 << p.delay_bits) - 1 };
    if let Some(&d) = p.delay.iter().find(|&&d| i64::from(d) < low || i64::from(d) > field) {
        let bits = p.delay_bits;
        list.add(
            "E0045",
            format!("{thing}: {what} {d} does not fit: {low}..={field} with {bits} delay bits"),
        )
        .help(format!("`delay_bits = {}`", (u32::BITS - u32::from(d).leading_zeros()).max(1)));
        return;
    }
    let target = |view: &View| match view.node {
        Node::Population(target) => graph.populations.get(target),
        Node::Input(_) => None,
    };
    let ring = |view: &View| {
        let settings = target(view).and_then(|population| graph.settings.get(population.settings));
        settings.map_or(i64::MAX, |settings| (1i64 << settings.delay_bits.min(6)) - 2)
    };
    let rings: Vec<i64> = p.post.iter().map(ring).collect();
    let least = rings.iter().copied().min().unwrap_or(i64::MAX);
    if p.delay.iter().all(|&d| i64::from(d) <= least) {
        return;
    }
    if let Some((i, view)) = first_synapse(p, |i, view, _| i64::from(p.delay.get(i)) > rings[view]) {
        let (d, most) = (p.delay.get(i), rings[view]);
        let name = target(&p.post[view]).map_or("", |population| population.name.as_str());
        let bits = (most + 2).ilog2();
        list.add("E0045", format!("{thing}: {what} {d} does not fit the ring of `{name}`: {low}..={most} with delay_bits = {bits}"))
            .help("the settings of the target take `delay_bits` up to 6, which holds 62");
    }
}

/// The first synapse of which `f(synapse, index of the target's view, place in it)` holds, and that view.
fn first_synapse(p: &Projection, f: impl Fn(usize, usize, usize) -> bool) -> Option<(usize, usize)> {
    let mut starts = Vec::with_capacity(p.post.len());
    let mut end = 0;
    for view in &p.post {
        starts.push(end);
        end += view.len();
    }
    let view_of = |j: usize| starts.partition_point(|&start| start <= j) - 1;
    (0..p.synapses()).find_map(|i| {
        let (_, j) = p.ends(i);
        let view = view_of(j);
        f(i, view, j - starts[view]).then_some((i, view))
    })
}

/// A box synapse needs targets whose current never decays, and never learns (contract 2).
fn check_box(graph: &Graph, p: &Projection, thing: &str, list: &mut List) {
    if p.rule.is_some() {
        list.add("E0046", format!("{thing}: box synapses do not learn"));
    }
    let decay = |view: usize, place: usize| {
        let view = &p.post[view];
        let Node::Population(target) = view.node else { return None };
        let compartment = graph.populations.get(target)?.tree.get(view.compartment as usize)?;
        let neuron = view.start as usize + place;
        match &compartment.current_decay {
            Values::Same(decay) => Some(*decay),
            Values::Each(decays) => decays.get(neuron).copied(),
        }
    };
    let bad = |_: usize, view: usize, place: usize| decay(view, place).is_some_and(|decay| decay != 0);
    if let Some((_, view)) = first_synapse(p, bad) {
        let name = view_name(graph, &p.post[view]);
        list.add("E0046", format!("{thing}: a box synapse needs current_decay = 0 at its targets in {name}"));
    }
}

fn check_learning(graph: &Graph, p: &Projection, thing: &str, list: &mut List) {
    let Some(index) = p.rule else { return };
    let Some(rule) = graph.rules.get(index) else {
        list.add("E0056", format!("{thing}: there is no rule {index}"));
        return;
    };
    if !rule.d.is_empty() && p.delay_bits == 0 {
        list.add(
            "E0052",
            format!("{thing}: rule `{}` changes delays, but no delay bits are stored", rule.name),
        )
        .help("give the projection `delay_bits`");
    }
    if !rule.t.is_empty() && !p.tags {
        list.add("E0052", format!("{thing}: rule `{}` changes tags, but no tags are stored", rule.name))
            .help("give the projection `tags = true`");
    }
}
