//! The tree of a neuron (contract 5): one root, at most two children each, no compartment twice.

use std::collections::BTreeSet;

use isa::op::Join;

use super::List;
use crate::graph::Population;

pub(super) fn check(population: &Population, list: &mut List) {
    let name = &population.name;
    if population.tree.is_empty() {
        list.add("E0048", format!("population `{name}` has no compartment: at least 1 is needed"));
        return;
    }
    let mut names = BTreeSet::new();
    for compartment in &population.tree {
        if !names.insert(&compartment.name) {
            list.add("E0011", format!("`{name}` has two compartments `{}`", compartment.name));
        }
    }
    if check_links(population, list) && reached(population) < population.tree.len() {
        list.add("E0048", format!("`{name}`: its compartments do not make up one tree with one root"))
            .help("every compartment but one is named in the join of exactly one other");
    }
}

/// Children exist, are at most two, and belong to one parent.
fn check_links(population: &Population, list: &mut List) -> bool {
    let before = list.found.len();
    let mut owned = BTreeSet::new();
    for c in &population.tree {
        let thing = format!("`{}.{}`", population.name, c.name);
        if c.children.len() > 2 {
            list.add("E0048", format!("{thing} joins {} children, at most 2", c.children.len()));
        }
        if c.join == Join::Pass && c.children.len() < 2 {
            list.add("E0049", format!("{thing}: join pass needs 2 children, it has {}", c.children.len()))
                .help("`join = pass(gate, passed)`: the first lets the second pass while it is active");
        }
        for &child in &c.children {
            match population.tree.get(child) {
                None => {
                    list.add("E0048", format!("{thing}: there is no compartment {child}"));
                }
                Some(one) if !owned.insert(child) => {
                    list.add("E0048", format!("`{}.{}` is joined twice", population.name, one.name));
                }
                Some(_) => {}
            }
        }
    }
    list.found.len() == before
}

/// Compartments below the root, the root included, 0 if all hang on another; every link exists and none is used twice.
fn reached(population: &Population) -> usize {
    let mut seen = BTreeSet::new();
    let mut open = vec![population.root()];
    if population.tree.iter().any(|c| c.children.contains(&open[0])) {
        return 0;
    }
    while let Some(node) = open.pop() {
        if seen.insert(node) {
            open.extend(&population.tree[node].children);
        }
    }
    seen.len()
}

/// Items that the stack holds at most while a neuron is updated; 0 for one compartment.
///
/// The population must be valid. A chip description bounds it (`limits.stack`).
#[must_use]
pub fn stack_depth(population: &Population) -> usize {
    let (mut depth, mut most) = (0usize, 0);
    let order = population.update_order();
    for &node in &order {
        depth = depth.saturating_sub(population.tree[node].children.len());
        if Some(&node) != order.last() {
            depth += 1;
        }
        most = most.max(depth);
    }
    most
}
