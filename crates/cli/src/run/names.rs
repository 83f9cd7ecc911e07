//! Names of keys: `out[3]`, `cells[0].dendrite`; and the keys of names.

use image::{KeyRun, NodeSymbol, Symbols};
use isa::ids::Key;
use trace::svg::Band;

/// Populations, then inputs.
pub fn nodes(symbols: &Symbols) -> impl Iterator<Item = &NodeSymbol> {
    symbols.populations.iter().chain(&symbols.inputs)
}

/// Keys that a node takes.
pub fn width(node: &NodeSymbol) -> u32 {
    node.size * node.compartments.len().max(1) as u32
}

/// Whether a key is one of a node's.
pub fn contains(node: &NodeSymbol, key: Key) -> bool {
    (node.key.0..node.key.0 + width(node)).contains(&key.0)
}

/// The node that a key belongs to.
pub fn node_of(symbols: &Symbols, key: Key) -> Option<&NodeSymbol> {
    nodes(symbols).find(|node| contains(node, key))
}

/// Neuron and compartment of a key within its node.
pub fn within(node: &NodeSymbol, key: Key) -> (u32, usize) {
    let compartments = node.compartments.len().max(1) as u32;
    let offset = key.0 - node.key.0;
    (offset / compartments, (offset % compartments) as usize)
}

/// The name of a key.
pub fn of(symbols: &Symbols, key: Key) -> String {
    let Some(node) = node_of(symbols, key) else { return key.to_string() };
    let (neuron, compartment) = within(node, key);
    match node.compartments.get(compartment) {
        Some(name) if node.compartments.len() > 1 => format!("{}[{neuron}].{name}", node.name),
        _ => format!("{}[{neuron}]", node.name),
    }
}

/// The name of a run of keys: `out`, `out[0..8]`, `cells.dendrite`.
pub fn of_run(symbols: &Symbols, run: &KeyRun) -> String {
    let Some(node) = node_of(symbols, run.key) else { return run.key.to_string() };
    let (start, compartment) = within(node, run.key);
    let all = start == 0 && run.count == node.size;
    let range = if all { String::new() } else { format!("[{start}..{}]", start + run.count) };
    match node.compartments.get(compartment) {
        Some(name) if node.compartments.len() > 1 => format!("{}{range}.{name}", node.name),
        _ => format!("{}{range}", node.name),
    }
}

/// The keys of one compartment of every neuron, or of every line.
pub fn run(node: &NodeSymbol, compartment: usize) -> KeyRun {
    let stride = node.compartments.len().max(1) as u32;
    KeyRun { key: Key(node.key.0 + compartment as u32), count: node.size, stride }
}

/// Where in a run of keys a key is.
pub fn place(run: &KeyRun, key: Key) -> Option<usize> {
    let offset = key.0.checked_sub(run.key.0)?;
    let stride = run.stride.max(1);
    (offset.is_multiple_of(stride) && offset / stride < run.count).then_some((offset / stride) as usize)
}

/// Bands of a raster: one a compartment of every population.
pub fn bands(symbols: &Symbols) -> Vec<Band> {
    let rows =
        symbols.populations.iter().flat_map(|node| (0..node.compartments.len().max(1)).map(|c| run(node, c)));
    rows.map(|run| Band { label: of_run(symbols, &run), keys: run.keys().collect() }).collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Two populations, the second of two compartments, and an input.
    pub fn symbols() -> Symbols {
        let node = |name: &str, key, size, compartments: &[&str]| NodeSymbol {
            name: name.into(),
            key: Key(key),
            size,
            shape: vec![size],
            compartments: compartments.iter().map(|&c| c.into()).collect(),
        };
        Symbols {
            populations: vec![node("out", 0, 4, &["soma"]), node("cells", 4, 3, &["dendrite", "soma"])],
            inputs: vec![node("in", 10, 2, &[""])],
            projections: vec!["in->out".into(), "out->cells".into()],
            plastic: vec![image::PlasticProjection { projection: 1, synapses: Vec::new() }],
            ..Symbols::default()
        }
    }

    #[test]
    fn keys_have_names() {
        let symbols = symbols();
        assert_eq!(of(&symbols, Key(3)), "out[3]");
        assert_eq!(of(&symbols, Key(4)), "cells[0].dendrite");
        assert_eq!(of(&symbols, Key(9)), "cells[2].soma");
        assert_eq!(of(&symbols, Key(11)), "in[1]");
        assert_eq!(of(&symbols, Key(12)), "key12");
        assert_eq!(of_run(&symbols, &run(&symbols.populations[1], 0)), "cells.dendrite");
        assert_eq!(bands(&symbols)[2].keys, [Key(5), Key(7), Key(9)]);
    }

    #[test]
    fn places_in_a_run() {
        let run = KeyRun { key: Key(5), count: 3, stride: 2 };
        let places: Vec<_> = (4..13).map(|key| place(&run, Key(key))).collect();
        assert_eq!(places, [None, Some(0), None, Some(1), None, Some(2), None, None, None]);
    }
}
