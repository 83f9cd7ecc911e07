//! Synapse memory: lists block by block; what no list reads, or reads back differently, as words.

use std::fmt::{self, Write};

use image::{CoreImage, Memory};
use isa::synapse::{Block, Entry, pack_list, unpack_list};
use isa::words::{SynapseMap, Word};

use super::names::Names;
use super::rows::write_words;

/// Entries of a line.
const ENTRIES: usize = 16;

/// A list in the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct List {
    start: usize,
    /// Words, negated: of two that start together, the longer comes first.
    shorter: std::cmp::Reverse<usize>,
    axon: usize,
    atom: u32,
}

/// Writes the synapse memory; nothing where it has no words.
pub fn write(core: &CoreImage, _: &Names, out: &mut String) -> fmt::Result {
    if core.synapses.is_empty() {
        return Ok(());
    }
    writeln!(out, "  .{} {}", Memory::Synapses.name(), core.synapses.len())?;
    let mut next = 0;
    for list in lists(core) {
        if list.start < next {
            continue;
        }
        let words = &core.synapses[list.start..list.start + list.shorter.0];
        if let Some((blocks, used)) = decode(core, words) {
            write_gap(core, (next, list.start), out)?;
            write_list(&list, &blocks, out)?;
            next = list.start + used;
        }
    }
    write_gap(core, (next, core.synapses.len()), out)
}

/// Every list of the map that lies in the memory, in the order of the memory.
fn lists(core: &CoreImage) -> Vec<List> {
    let first = core.learning.first_learning_axon as usize;
    let mut lists = Vec::new();
    for (axon, bits) in core.synapse_map.iter().enumerate() {
        if axon >= first && (axon - first) % 2 == 1 {
            continue;
        }
        let map = SynapseMap::unpack(*bits);
        let length = map.length as usize;
        for atom in 0..map.atoms {
            let start = map.pointer as usize + atom as usize * length;
            if length > 0 && start + length <= core.synapses.len() {
                lists.push(List { start, shorter: std::cmp::Reverse(length), axon, atom });
            }
        }
    }
    lists.sort_unstable();
    lists
}

/// The blocks of a list and the words they take, if packing them gives the same words.
fn decode(core: &CoreImage, words: &[u64]) -> Option<(Vec<Block>, usize)> {
    let blocks = unpack_list(words, &core.formats).ok().filter(|blocks| !blocks.is_empty())?;
    let mut packed = Vec::with_capacity(words.len());
    pack_list(&blocks, &core.formats, &mut packed).ok()?;
    words.starts_with(&packed).then_some((blocks, packed.len()))
}

fn write_list(list: &List, blocks: &[Block], out: &mut String) -> fmt::Result {
    writeln!(out, "    list {}  ; axon{} atom {}", list.start, list.axon, list.atom)?;
    for block in blocks {
        writeln!(out, "      block {}", block.format)?;
        for line in block.entries.chunks(ENTRIES) {
            out.push_str("       ");
            line.iter().try_for_each(|entry| write_entry(entry, out))?;
            out.push('\n');
        }
    }
    Ok(())
}

/// `index:weight`, with `@delay` and `#tag` where they are not 0.
fn write_entry(entry: &Entry, out: &mut String) -> fmt::Result {
    write!(out, " {}:{}", entry.index, entry.weight)?;
    if entry.delay != 0 {
        write!(out, "@{}", entry.delay)?;
    }
    if entry.tag != 0 {
        write!(out, "#{}", entry.tag)?;
    }
    Ok(())
}

/// Words that no list holds, without runs of 0.
fn write_gap(core: &CoreImage, range: (usize, usize), out: &mut String) -> fmt::Result {
    let (mut at, end) = range;
    while at < end {
        let words = &core.synapses[at..end];
        at += words.iter().take_while(|word| **word == 0).count();
        let run = core.synapses[at..end].iter().take_while(|word| **word != 0).count();
        write_words(at, &core.synapses[at..at + run], out)?;
        at += run;
    }
    Ok(())
}
