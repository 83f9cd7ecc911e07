//! Names for comments: what a key is called.

use image::{CoreImage, Image, KeyRun, NodeSymbol};
use isa::ids::Key;

/// Names of keys, from the image's symbols.
pub struct Names<'a> {
    nodes: Vec<&'a NodeSymbol>,
}

impl<'a> Names<'a> {
    /// The names of an image.
    pub fn new(image: &'a Image) -> Self {
        let symbols = &image.symbols;
        let mut nodes: Vec<&NodeSymbol> = symbols.populations.iter().chain(&symbols.inputs).collect();
        nodes.sort_by_key(|node| node.key);
        Self { nodes }
    }

    /// `out[3]`, `tree[2].soma`; the key itself where nothing is named so.
    pub fn of(&self, key: Key) -> String {
        let after = self.nodes.partition_point(|node| node.key <= key);
        let Some(node) = after.checked_sub(1).map(|at| self.nodes[at]) else { return key.to_string() };
        let each = node.compartments.len().max(1);
        let (offset, places) = ((key.0 - node.key.0) as usize, node.size as usize);
        if offset / each >= places {
            return key.to_string();
        }
        match node.compartments.get(offset % each).filter(|name| !name.is_empty()) {
            Some(name) => format!("{}[{}].{name}", node.name, offset / each),
            None => format!("{}[{}]", node.name, offset / each),
        }
    }
}

/// The key of place `index` in runs.
pub fn key_at(runs: &[KeyRun], index: usize) -> Option<Key> {
    let mut left = index as u64;
    for run in runs {
        if left < u64::from(run.count) {
            return Some(Key(run.key.0.wrapping_add(run.stride.wrapping_mul(left as u32))));
        }
        left -= u64::from(run.count);
    }
    None
}

/// Names of compartments `first ..= last` of a core.
pub fn compartments(core: &CoreImage, rows: (usize, usize), names: &Names) -> Option<String> {
    let name = |row| key_at(&core.compartment_keys, row).map(|key| names.of(key));
    let first = name(rows.0)?;
    if rows.0 == rows.1 { Some(first) } else { Some(format!("{first} .. {}", name(rows.1)?)) }
}
