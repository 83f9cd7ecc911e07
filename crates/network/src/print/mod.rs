//! Graph to text: `parse(print(g)) == g` for every valid graph. Chip-level values only, so nothing is rounded.

mod node;
mod projection;
mod session;

use std::fmt::Display;
use std::fmt::Write as _;

use isa::words::TraceProfile;

use crate::graph::{Graph, NO_TRACE, Node, Rule, Settings, Values, View};
use crate::rule::print_sum;
use crate::text::token::name;

/// Width at which lists are broken.
const WIDTH: usize = 100;

/// The description of a graph, in canonical form (see [`fmt`](crate::fmt())).
#[must_use]
pub fn print(graph: &Graph) -> String {
    let mut out = String::new();
    head(graph, &mut out);
    for (i, settings) in graph.settings.iter().enumerate() {
        line(&mut out, &format!("settings s{i} {}", settings_block(graph, settings)));
    }
    for reward in &graph.rewards {
        line(&mut out, &node::reward(graph, reward));
    }
    for rule in &graph.rules {
        line(&mut out, &rule_text(rule));
    }
    for population in &graph.populations {
        line(&mut out, &node::population(population));
    }
    for input in &graph.inputs {
        line(&mut out, &node::input(input));
    }
    for p in &graph.projections {
        line(&mut out, &projection::projection(graph, p));
    }
    session::session(graph, &mut out);
    crate::fmt::fmt(&out).unwrap_or(out)
}

fn head(graph: &Graph, out: &mut String) {
    if !graph.name.is_empty() {
        line(out, &format!("network {}", name(&graph.name)));
    }
    if let Some(us) = graph.step_us {
        let text =
            if us.is_multiple_of(1000) { format!("step {} ms", us / 1000) } else { format!("step {us} us") };
        line(out, &text);
    }
    if graph.seed != 0 {
        line(out, &format!("seed {}", graph.seed));
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// `{ a, b }`
fn block(items: &[String]) -> String {
    if items.is_empty() { "{}".into() } else { format!("{{ {} }}", items.join(", ")) }
}

fn settings_block(graph: &Graph, s: &Settings) -> String {
    let mut items = vec![format!("epoch = {}", s.epoch), format!("delay_bits = {}", s.delay_bits)];
    items.push(format!("vmin_exp = {}", s.vmin_exponent));
    items.push(format!("vmax_exp = {}", s.vmax_exponent));
    if let Some(n) = s.noise {
        items.push(format!("noise(exponent = {}, offset = {}, target = {})", n.exponent, n.offset, n.target));
    }
    if let Some(reward) = s.reward.and_then(|r| graph.rewards.get(r)) {
        items.push(format!("reward = {}", name(&reward.name)));
    }
    block(&items)
}

fn rule_text(rule: &Rule) -> String {
    let mut items = Vec::new();
    if rule.k != 0 {
        items.push(format!("k = {}", rule.k));
    }
    for (i, trace) in rule.pre.0.iter().enumerate() {
        if *trace != NO_TRACE {
            items.push(trace_text(&format!("x{}", i + 1), trace));
        }
    }
    for (target, terms) in [("dw", &rule.w), ("dd", &rule.d), ("dt", &rule.t)] {
        if !terms.is_empty() {
            items.push(format!("{target} = {}", print_sum(terms, rule.k)));
        }
    }
    format!("rule {} {}", name(&rule.name), block(&items))
}

fn trace_text(trace_name: &str, t: &TraceProfile) -> String {
    let fraction = if t.fraction == 0 { String::new() } else { format!(", fraction = {}", t.fraction) };
    format!("trace {trace_name}(impulse = {}{fraction}, decay = {})", t.impulse, t.decay)
}

/// One value, or a list of them.
fn values<T: Display>(values: &Values<T>) -> String {
    match values {
        Values::Same(one) => one.to_string(),
        Values::Each(all) => list(all.iter()),
    }
}

/// `[a, b]`, broken where it is long.
fn list<T: Display>(all: impl Iterator<Item = T>) -> String {
    let mut out = String::from("[");
    let mut column = 1;
    for (i, value) in all.enumerate() {
        let start = out.len();
        out.push_str(match (i, column > WIDTH) {
            (0, _) => "",
            (_, true) => ",\n",
            (_, false) => ", ",
        });
        column = if column > WIDTH { 0 } else { column };
        let _ = write!(out, "{value}");
        column += out.len() - start;
    }
    out.push(']');
    out
}

/// A view as the language writes it.
fn view(graph: &Graph, view: &View) -> String {
    let (text, size, axes) = match view.node {
        Node::Population(p) => {
            let p = &graph.populations[p];
            (&p.name, p.size, p.shape.len())
        }
        Node::Input(i) => (&graph.inputs[i].name, graph.inputs[i].size, graph.inputs[i].shape.len()),
    };
    let mut out = name(text);
    if (view.start, view.end) != (0, size) {
        let flat = if axes > 1 { ".flat" } else { "" };
        let _ = match view.end == view.start + 1 {
            true => write!(out, "{flat}[{}]", view.start),
            false => write!(out, "{flat}[{}..{}]", view.start, view.end),
        };
    }
    if let Node::Population(p) = view.node {
        let tree = &graph.populations[p].tree;
        let compartment = &tree[view.compartment as usize].name;
        if tree.len() > 1 || compartment != "soma" {
            let _ = write!(out, ".{}", name(compartment));
        }
    }
    out
}
