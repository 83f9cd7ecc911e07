//! What the contract refuses of a graph, whatever the chip: every problem at once, each with its place.
//!
//! Limits of a chip description (cores, axons, memory words, the depth of the dendrite stack, profiles) are the
//! compiler's.

mod input;
mod neuron;
mod projection;
mod rule;
mod session;
mod settings;
mod tree;

pub use tree::stack_depth;

use super::{Graph, Node, Span, Values, View};

/// Something that the contract refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// Code for `seamount explain`.
    pub code: &'static str,
    /// The thing, the need and the limit, in one sentence.
    pub message: String,
    /// What would fix it, where that can be said.
    pub help: Option<String>,
    /// Where the thing was declared; 0..0 if the graph came from no text.
    pub span: Span,
}

impl Eq for Span {}

/// Everything about `graph` that the contract refuses; empty if it is valid.
///
/// Nothing here depends on a chip. Never panics, whatever the graph holds.
#[must_use]
pub fn problems(graph: &Graph) -> Vec<Problem> {
    let mut list = List::default();
    settings::check(graph, &mut list);
    input::check_keys(graph, &mut list);
    for population in &graph.populations {
        neuron::check(graph, population, &mut list);
    }
    for input in &graph.inputs {
        input::check(input, &mut list);
    }
    for reward in &graph.rewards {
        input::check_reward(graph, reward, &mut list);
    }
    for rule in &graph.rules {
        rule::check(rule, &mut list);
    }
    for projection in &graph.projections {
        projection::check(graph, projection, &mut list);
    }
    session::check(graph, &mut list);
    list.found
}

/// Problems so far, and the place that the next ones belong to.
#[derive(Default)]
struct List {
    found: Vec<Problem>,
    span: Span,
}

impl List {
    fn at(&mut self, span: Span) -> &mut Self {
        self.span = span;
        self
    }

    fn add(&mut self, code: &'static str, message: String) -> &mut Self {
        self.found.push(Problem { code, message, help: None, span: self.span });
        self
    }

    /// Help for the problem added last.
    fn help(&mut self, help: impl Into<String>) {
        if let Some(problem) = self.found.last_mut() {
            problem.help = Some(help.into());
        }
    }

    /// One value outside `low..=high`; tells whether it was inside.
    fn range(&mut self, thing: &str, value: i64, (low, high): (i64, i64)) -> bool {
        let inside = (low..=high).contains(&value);
        if !inside {
            self.add("E0041", format!("{thing} = {value} is out of range: {low}..={high}"));
        }
        inside
    }

    /// Values outside `low..=high`: one problem, which names the worst. Tells whether all were inside.
    fn all_in<T: Copy + Into<i64>>(&mut self, thing: &str, values: &Values<T>, bounds: (i64, i64)) -> bool {
        let (low, high) = bounds;
        let outside = |value: i64| if value < low { low - value } else { value - high };
        let all = values.iter().map(|&v| v.into()).enumerate();
        let bad = all.filter(|(_, v)| !(low..=high).contains(v));
        let (count, worst) = bad.fold((0usize, None::<(usize, i64)>), |(n, worst), (i, v)| match worst {
            Some((_, w)) if outside(w) >= outside(v) => (n + 1, worst),
            _ => (n + 1, Some((i, v))),
        });
        match (values, worst) {
            (_, None) => return true,
            (Values::Same(_), Some((_, value))) => {
                self.range(thing, value, bounds);
            }
            (Values::Each(list), Some((i, value))) => {
                let of = list.len();
                self.add(
                    "E0041",
                    format!("{thing}: {count} of {of} values are out of range {low}..={high}, the worst is {value} at [{i}]"),
                );
            }
        }
        false
    }

    /// Values for `n` things.
    fn covers<T: Copy>(&mut self, thing: &str, values: &Values<T>, n: usize) -> bool {
        match values {
            Values::Each(list) if list.len() != n => {
                self.add("E0042", format!("{thing}: {} values for {n}", list.len()));
                false
            }
            _ => true,
        }
    }
}

/// How a view reads in a message.
fn view_name(graph: &Graph, view: &View) -> String {
    let name = match view.node {
        Node::Population(p) => graph.populations.get(p).map(|p| p.name.as_str()),
        Node::Input(i) => graph.inputs.get(i).map(|i| i.name.as_str()),
    };
    format!("`{}[{}..{}]`", name.unwrap_or("?"), view.start, view.end)
}

/// Checks a view; tells whether it may be followed.
fn check_view(graph: &Graph, view: &View, role: &str, list: &mut List) -> bool {
    let (kind, index, node) = match view.node {
        Node::Population(p) => ("population", p, graph.populations.get(p).map(|p| (p.size, p.tree.len()))),
        Node::Input(i) => ("input", i, graph.inputs.get(i).map(|i| (i.size, 1))),
    };
    let Some((size, compartments)) = node else {
        list.add("E0056", format!("{role}: there is no {kind} {index}"));
        return false;
    };
    let name = view_name(graph, view);
    if view.start > view.end || view.end > size {
        list.add("E0056", format!("{role}: {name} does not lie within 0..{size}"));
        return false;
    }
    if view.compartment as usize >= compartments {
        let which = view.compartment;
        list.add(
            "E0056",
            format!("{role}: {name} has {compartments} compartments, there is no compartment {which}"),
        );
        return false;
    }
    true
}
