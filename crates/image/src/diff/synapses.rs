//! Synapse memory: lists are compared entry by entry, whatever their place; the rest word by word.

use isa::synapse::{Entry, EntryPlace, Layouts, visit_list};
use isa::words::{SynapseMap, Word};

use super::Differences;
use crate::CoreImage;

/// Compares the lists of all input axons; words only if that does not tell the difference.
pub fn compare(before: &CoreImage, after: &CoreImage, found: &mut Differences) {
    if before.synapses == after.synapses {
        return;
    }
    let told = found.found.len();
    if before.synapses.len() != after.synapses.len() {
        found.add(before.core, "synapses rows", before.synapses.len(), after.synapses.len());
    }
    let layouts = (Layouts::new(&before.formats), Layouts::new(&after.formats));
    for axon in 0..before.synapse_map.len().min(after.synapse_map.len()) {
        let (a, b) = (map(before, axon), map(after, axon));
        let (Some(a), Some(b)) = (a, b) else { continue };
        for atom in 0..a.atoms.max(b.atoms) {
            let of = (list(before, &a, atom), list(after, &b, atom));
            if of.0 != of.1 {
                let place = match a.atoms.max(b.atoms) {
                    1 => format!("{} axon{axon}", before.core),
                    _ => format!("{} axon{axon} atom {atom}", before.core),
                };
                compare_lists(&place, of, (&layouts.0, &layouts.1), found);
            }
        }
    }
    if found.found.len() == told {
        compare_words(before, after, found);
    }
}

/// The map entry of an axon; `None` for the second entry of a learning axon.
fn map(core: &CoreImage, axon: usize) -> Option<SynapseMap> {
    let first = core.learning.first_learning_axon as usize;
    let second = axon >= first && (axon - first) % 2 == 1;
    core.synapse_map.get(axon).filter(|_| !second).map(|bits| SynapseMap::unpack(*bits))
}

/// The words of a list; none where it leaves the memory.
fn list<'a>(core: &'a CoreImage, map: &SynapseMap, atom: u32) -> &'a [u64] {
    let start = map.pointer as usize + atom as usize * map.length as usize;
    let end = start + map.length as usize;
    if atom < map.atoms { core.synapses.get(start..end).unwrap_or(&[]) } else { &[] }
}

fn entries(words: &[u64], layouts: &Layouts) -> Option<Vec<(EntryPlace, Entry)>> {
    let mut entries = Vec::new();
    visit_list(words, layouts, |place, entry| entries.push((place, entry))).ok()?;
    Some(entries)
}

fn compare_lists(
    place: &str,
    lists: (&[u64], &[u64]),
    layouts: (&Layouts, &Layouts),
    found: &mut Differences,
) {
    let (Some(a), Some(b)) = (entries(lists.0, layouts.0), entries(lists.1, layouts.1)) else { return };
    if a.len() != b.len() {
        found.add(place, "entries", a.len(), b.len());
    }
    for (i, ((place_a, a), (place_b, b))) in a.iter().zip(&b).enumerate() {
        let mut field = |name, before: i64, after: i64| {
            if before != after {
                found.add(format_args!("{place} entry {i}"), name, before, after);
            }
        };
        field("format", place_a.format.into(), place_b.format.into());
        field("index", a.index.into(), b.index.into());
        field("weight", a.weight.into(), b.weight.into());
        field("delay", a.delay.into(), b.delay.into());
        field("tag", a.tag.into(), b.tag.into());
    }
    let rest = a.len().min(b.len());
    let show = |entry: &Entry| {
        format!("index {} weight {} delay {} tag {}", entry.index, entry.weight, entry.delay, entry.tag)
    };
    for (i, (_, entry)) in a.iter().enumerate().skip(rest) {
        found.add(format_args!("{place} entry {i}"), "entry", show(entry), "-");
    }
    for (i, (_, entry)) in b.iter().enumerate().skip(rest) {
        found.add(format_args!("{place} entry {i}"), "entry", "-", show(entry));
    }
}

fn compare_words(before: &CoreImage, after: &CoreImage, found: &mut Differences) {
    for (word, (a, b)) in before.synapses.iter().zip(&after.synapses).enumerate() {
        if a != b {
            found.add(
                format_args!("{} synapses[{word}]", before.core),
                "word",
                format_args!("{a:#018x}"),
                format_args!("{b:#018x}"),
            );
        }
    }
}
