//! Plastic synapses: each is where the symbols say it is, and its learning axon is that of its projection.

use std::collections::BTreeMap;

use image::Image;
use isa::synapse::Entry;
use network::graph::{Graph, Rule};

use super::Core;
use super::axons::List;
use super::finding::Findings;
use super::synapses::{Kind, read};

/// The symbols list every synapse of every plastic projection.
pub fn check_places(graph: &Graph, image: &Image, found: &mut Findings) {
    let plastic = graph.projections.iter().enumerate().filter(|(_, p)| p.rule.is_some());
    let want: Vec<(u32, usize)> = plastic.map(|(i, p)| (i as u32, p.synapses())).collect();
    let have: Vec<(u32, usize)> =
        image.symbols.plastic.iter().map(|p| (p.projection, p.synapses.len())).collect();
    found.same("symbols", || "the plastic projections and their synapses".into(), &want, &have);
}

/// Entries of a learning list, which are taken by the synapses of one projection and source.
struct Slots {
    source: u32,
    pre_profile: u32,
    owner: Option<usize>,
    entries: Vec<Slot>,
}

struct Slot {
    format: u32,
    target: u32,
    entry: Entry,
    /// The synapse in list order.
    taken: Option<usize>,
}

pub fn check(core: &Core, rules: &[Rule], lists: &[List], found: &mut Findings) {
    let mut slots = BTreeMap::new();
    for list in lists {
        let Some((axon, pre_profile)) = list.learning else { continue };
        let mut entries = Vec::new();
        let each = |format, target, entry| entries.push(Slot { format, target, entry, taken: None });
        if let Err(problem) = read(core, list, each) {
            found.broken(core.place(), format!("axon {axon}: {problem}"));
        }
        slots.insert(axon, Slots { source: list.source, pre_profile, owner: None, entries });
    }
    let plastic = core.graph.projections.iter().enumerate().filter(|(_, p)| p.rule.is_some());
    for (place, (projection, _)) in plastic.enumerate() {
        take(core, (projection, place), (rules, &mut slots), found);
    }
    for (axon, list) in &slots {
        check_list(core, *axon, list, found);
    }
    check_owners(core, &slots, found);
    check_profiles(core, &slots, found);
}

/// Finds every synapse of a projection that ends on the core.
fn take(
    core: &Core,
    (projection, place): (usize, usize),
    (rules, slots): (&[Rule], &mut BTreeMap<u32, Slots>),
    found: &mut Findings,
) {
    let p = &core.graph.projections[projection];
    let places = &core.index.image.symbols.plastic[place].synapses;
    let kind = Kind::of_projection(p, &core.graph.rules, rules);
    core.index.ending[projection].visit(p, core.at, |i, source, target| {
        let at = places[i];
        let list = if at.core == core.place() { slots.get_mut(&at.axon.0.into()) } else { None };
        let target = u32::from(core.index.place_of[target as usize]);
        let wants =
            (source, target, kind, (p.weight.get(i).into(), p.delay.get(i).into(), p.tag.get(i).into()));
        let thing = || format!("synapse {i} of `{}` at {} {} entry {}", p.name, at.core, at.axon, at.entry);
        let Some((source, owner, slot)) = list.and_then(|list| {
            let Slots { source, owner, entries, .. } = list;
            entries.get_mut(at.entry as usize).map(|slot| (*source, owner, slot))
        }) else {
            return found.broken(core.place(), format!("{}: there is no such entry", thing()));
        };
        let format = core.image.formats.get(slot.format as usize).map(Kind::of_format);
        let has = (source, slot.target, format, (slot.entry.weight, slot.entry.delay, slot.entry.tag));
        found.same(core.place(), thing, &wants, &has);
        if slot.taken.replace(i).is_some() || *owner.get_or_insert(projection) != projection {
            found.broken(core.place(), format!("{}: the entry, or its axon, is another's", thing()));
        }
    });
}

/// Every entry is a synapse, and parallel ones are in list order: their ordinals are counted in it.
fn check_list(core: &Core, axon: u32, list: &Slots, found: &mut Findings) {
    let mut last: BTreeMap<u32, usize> = BTreeMap::new();
    for (e, slot) in list.entries.iter().enumerate() {
        let Some(synapse) = slot.taken else {
            return found.broken(core.place(), format!("axon {axon}, entry {e} is not in the graph"));
        };
        if last.insert(slot.target, synapse).is_some_and(|before| before > synapse) {
            found.broken(
                core.place(),
                format!("axon {axon}, entry {e} stands behind a later synapse of its kind"),
            );
        }
    }
}

/// A projection has one learning axon for each source on a core: there is one pre unit.
fn check_owners(core: &Core, slots: &BTreeMap<u32, Slots>, found: &mut Findings) {
    let mut axons = BTreeMap::new();
    for (axon, list) in slots {
        if let Some(other) = axons.insert((list.owner, list.source), axon) {
            found.broken(core.place(), format!("axons {other} and {axon} are of one source and projection"));
        }
    }
}

fn check_profiles(core: &Core, slots: &BTreeMap<u32, Slots>, found: &mut Findings) {
    let mut used = vec![false; core.image.pre_profiles.len()];
    for (axon, list) in slots {
        let rule = list.owner.and_then(|projection| core.graph.projections[projection].rule);
        let want = rule.map(|rule| core.graph.rules[rule].pre);
        let have = core.image.pre_profiles.get(list.pre_profile as usize).copied();
        found.same(core.place(), || format!("the pre traces of axon {axon}"), &want, &have);
        used.iter_mut().skip(list.pre_profile as usize).take(1).for_each(|used| *used = true);
    }
    if let Some(unused) = used.iter().position(|used| !used) {
        found.broken(core.place(), format!("pre-trace profile {unused} belongs to no axon"));
    }
}
