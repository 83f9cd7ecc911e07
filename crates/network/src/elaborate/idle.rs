//! Learning that cannot happen: rules that read a trace or a reward that nothing sets, so that it is 0 throughout.

use std::collections::BTreeSet;

use isa::op::FactorCode;
use isa::words::TraceProfile;

use super::Elaborator;
use crate::diagnostic::{Diagnostic, list};
use crate::graph::{Graph, Node, Population, Projection, Rule};

impl Elaborator<'_> {
    /// Warns of what rules read and nothing sets; one warning for each rule, or projection, and variable.
    pub(super) fn warn_idle(&mut self) {
        let mut found = Vec::new();
        let used: BTreeSet<usize> = self.graph.projections.iter().filter_map(|p| p.rule).collect();
        for rule in used.iter().filter_map(|i| self.graph.rules.get(*i)) {
            found.extend(pre_traces(rule));
        }
        for p in &self.graph.projections {
            let Some(rule) = p.rule.and_then(|i| self.graph.rules.get(i)) else { continue };
            found.extend(post_traces(&self.graph, rule, p));
            found.extend(rewards(&self.graph, rule, p));
        }
        self.found.extend(found);
    }
}

/// The variables that a rule's terms read.
fn variables(rule: &Rule) -> BTreeSet<&'static str> {
    let terms = [&rule.w, &rule.d, &rule.t].into_iter().flatten();
    terms.flat_map(|term| &term.factors).map(|factor| FactorCode::name(factor.code)).collect()
}

fn is_zero(trace: TraceProfile) -> bool {
    (trace.impulse, trace.fraction) == (0, 0)
}

/// x1 and x2 are the rule's own.
fn pre_traces(rule: &Rule) -> Vec<Diagnostic> {
    let read = variables(rule);
    let idle = ["x1", "x2"].into_iter().zip(rule.pre.0).filter(|(x, t)| read.contains(x) && is_zero(*t));
    let warning = |(x, _)| {
        let message = format!("rule `{}` reads {x}, but has no trace {x}: it is 0 throughout", rule.name);
        let help = format!("say `trace {x}(impulse = 20, tau = 10)` in the rule");
        Diagnostic::warning("E0035", rule.span, message).help(help)
    };
    idle.map(warning).collect()
}

/// y1, y2 and y3 are the target compartment's.
fn post_traces(graph: &Graph, rule: &Rule, p: &Projection) -> Vec<Diagnostic> {
    let read = variables(rule);
    let mut found = Vec::new();
    for (i, y) in ["y1", "y2", "y3"].into_iter().enumerate().filter(|(_, y)| read.contains(y)) {
        let idle = p.post.iter().find_map(|view| {
            let population = population(graph, view.node)?;
            let compartment = population.tree.get(view.compartment as usize)?;
            compartment.post.is_none_or(|post| is_zero(post.0[i])).then_some(population)
        });
        let Some(target) = idle else { continue };
        let message = format!(
            "`{}` learns by rule `{}`, which reads {y}, but `{}` has no trace {y}: it is 0 throughout",
            p.name, rule.name, target.name
        );
        let help = format!("say `trace {y}(impulse = 20, tau = 10)` in the rule");
        found.push(Diagnostic::warning("E0035", p.span, message).help(help));
    }
    found
}

/// r0 and r1 are those of the channel in the target's settings.
fn rewards(graph: &Graph, rule: &Rule, p: &Projection) -> Option<Diagnostic> {
    let read = variables(rule);
    let r = ["r0", "r1"].into_iter().filter(|r| read.contains(r)).collect::<Vec<_>>();
    if r.is_empty() {
        return None;
    }
    let unrewarded = |target: &&Population| {
        graph.settings.get(target.settings).is_some_and(|settings| settings.reward.is_none())
    };
    let target = p.post.iter().filter_map(|view| population(graph, view.node)).find(unrewarded)?;
    let message = format!(
        "`{}` learns by rule `{}`, which reads {}, but no reward channel reaches `{}`: it is 0 throughout",
        p.name,
        rule.name,
        r.join(" and "),
        target.name
    );
    let names: Vec<&str> = graph.rewards.iter().map(|reward| reward.name.as_str()).collect();
    let help = if names.is_empty() {
        "declare a channel, e.g. `reward dopamine { tau = 20, events = [[10, 20]] }`".into()
    } else {
        format!("say `reward = ..` in the rule, or in the target's settings; there is {}", list(&names))
    };
    Some(Diagnostic::warning("E0035", p.span, message).help(help))
}

fn population(graph: &Graph, node: Node) -> Option<&Population> {
    match node {
        Node::Population(p) => graph.populations.get(p),
        Node::Input(_) => None,
    }
}
