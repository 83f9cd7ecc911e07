//! References: `exc`, `exc[0..80]`, `img[3, 0..14]`, `cells.dendrite`, `img.flat[10..20]`.

use super::value::{Number, Value};
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::{Node, Span, View};
use crate::text::ast::{Expr, ExprKind, Name};

/// Runs of consecutive neurons that one slice may name.
const RUNS_MAX: usize = 1 << 20;

/// A reference to neurons or lines, and the members that follow.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) node: Node,
    /// Half-open runs of flat indices.
    pub(super) runs: Vec<(u32, u32)>,
    /// The compartment that was named, else the root.
    pub(super) compartment: u32,
    /// Sizes of the axes, if all of the node is named.
    pub(super) shape: Option<Vec<u32>>,
    /// Names that are no compartment: a variable.
    pub(super) rest: Vec<Name>,
}

impl Place {
    pub(super) fn views(&self) -> Vec<View> {
        let view =
            |&(start, end): &(u32, u32)| View { node: self.node, compartment: self.compartment, start, end };
        self.runs.iter().map(view).collect()
    }
}

enum Part<'e> {
    Name(Name),
    Index(&'e [Expr], Span),
}

impl Elaborator<'_> {
    /// What a reference names; `None` after a report.
    pub(super) fn place(&mut self, expr: &Expr, scope: &Scope) -> Option<Place> {
        let mut parts = Vec::new();
        if !flatten(expr, &mut parts) {
            return self.fail(Diagnostic::error(
                "E0032",
                expr.span,
                "a population or an input is named here",
            ));
        }
        let names: Vec<&str> = parts
            .iter()
            .map_while(|part| if let Part::Name(n) = part { Some(n.text.as_str()) } else { None })
            .collect();
        let found = self.longest(&names);
        let Some((used, node)) = found else {
            return self.no_node(names.first().copied().unwrap_or(""), expr.span);
        };
        let (size, shape) = match node {
            Node::Population(p) => self.graph.populations.get(p).map(|p| (p.size, p.shape.clone())),
            Node::Input(i) => self.graph.inputs.get(i).map(|i| (i.size, i.shape.clone())),
        }?;
        let mut rest = parts.into_iter().skip(used).peekable();
        let mut runs = vec![(0, size)];
        let mut whole = true;
        let mut names = Vec::new();
        while let Some(part) = rest.next() {
            match part {
                Part::Name(name) if name.text == "flat" && matches!(rest.peek(), Some(Part::Index(..))) => {
                    if let Some(Part::Index(index, span)) = rest.next() {
                        (runs, whole) = (self.slice(index, &[size], scope, span)?, false);
                    }
                }
                Part::Index(index, span) if whole && names.is_empty() => {
                    (runs, whole) = (self.slice(index, &shape, scope, span)?, false);
                }
                Part::Index(_, span) => {
                    return self.fail(Diagnostic::error(
                        "E0056",
                        span,
                        "a slice follows the population, before its compartment",
                    ));
                }
                Part::Name(name) => names.push(name),
            }
        }
        let mut compartment = 0;
        if let Node::Population(p) = node {
            let population = &self.graph.populations[p];
            let named =
                names.first().and_then(|name| population.tree.iter().position(|c| c.name == name.text));
            if named.is_some() {
                names.remove(0);
            }
            compartment = named.unwrap_or_else(|| population.root()) as u32;
        }
        let shape = whole.then_some(shape);
        Some(Place { node, runs, compartment, shape, rest: names })
    }

    /// The node of the longest name that fits, and how many parts it has; a compartment's name is no part of it.
    fn longest(&self, names: &[&str]) -> Option<(usize, Node)> {
        let node = |n: usize| self.nodes.get(&names[..n].join(".")).map(|node| (n, *node));
        let owner = |n: usize| match node(n) {
            Some((_, Node::Population(p))) => {
                let next = names.get(n).copied();
                self.graph.populations[p].tree.iter().any(|c| Some(c.name.as_str()) == next)
            }
            _ => false,
        };
        let first = (1..names.len()).find(|n| owner(*n));
        first.and_then(node).or_else(|| (1..=names.len()).rev().find_map(node))
    }

    /// A reference without a variable: neurons or lines.
    pub(super) fn node_place(&mut self, expr: &Expr, scope: &Scope) -> Option<Place> {
        let place = self.place(expr, scope)?;
        let Some(name) = place.rest.first() else { return Some(place) };
        let compartments: Vec<String> = match place.node {
            Node::Population(p) => self.graph.populations[p].tree.iter().map(|c| c.name.clone()).collect(),
            Node::Input(_) => Vec::new(),
        };
        let error = Diagnostic::error("E0010", name.span, format!("there is no compartment `{}`", name.text));
        self.fail(error.suggest(&name.text, compartments.iter().map(String::as_str)))
    }

    fn no_node<T>(&mut self, name: &str, span: Span) -> Option<T> {
        if self.broken.contains(name) {
            return None;
        }
        let known: Vec<String> = self.nodes.keys().cloned().collect();
        let error = Diagnostic::error("E0010", span, format!("there is no population or input `{name}`"));
        self.fail(error.suggest(name, known.iter().map(String::as_str)))
    }

    /// The runs of flat indices of a slice; axes that are not mentioned are whole.
    fn slice(&mut self, index: &[Expr], shape: &[u32], scope: &Scope, span: Span) -> Option<Vec<(u32, u32)>> {
        if index.len() > shape.len() {
            let message = format!("{} indices for {} axes", index.len(), shape.len());
            return self.fail(Diagnostic::error("E0056", span, message));
        }
        let mut runs = vec![(0u64, 1u64)];
        for (axis, &size) in shape.iter().enumerate() {
            let (start, end) = match index.get(axis) {
                Some(expr) => self.bounds(expr, size, scope)?,
                None => (0, size),
            };
            let size = u64::from(size);
            if start == 0 && u64::from(end) == size {
                runs.iter_mut().for_each(|run| *run = (run.0 * size, run.1 * size));
                continue;
            }
            let total: u64 = runs.iter().map(|run| run.1 - run.0).sum();
            if total > RUNS_MAX as u64 {
                return self.fail(Diagnostic::error(
                    "E0071",
                    span,
                    format!("a slice of {total} pieces, at most {RUNS_MAX}"),
                ));
            }
            let rows = runs.iter().flat_map(|run| run.0..run.1);
            runs = rows.map(|row| (row * size + u64::from(start), row * size + u64::from(end))).collect();
        }
        let mut joined: Vec<(u32, u32)> = Vec::new();
        for (start, end) in runs {
            match joined.last_mut() {
                Some(last) if u64::from(last.1) == start => last.1 = end as u32,
                _ => joined.push((start as u32, end as u32)),
            }
        }
        Some(joined)
    }

    /// One index or half-open range of an axis.
    fn bounds(&mut self, expr: &Expr, size: u32, scope: &Scope) -> Option<(u32, u32)> {
        let (start, end) = match &expr.kind {
            ExprKind::Range(from, to) => {
                let start = from.as_ref().map_or(Some(0), |from| self.index(from, scope));
                let end = to.as_ref().map_or(Some(i64::from(size)), |to| self.index(to, scope));
                (start?, end?)
            }
            _ => {
                let at = self.index(expr, scope)?;
                (at, at.saturating_add(1))
            }
        };
        match (u32::try_from(start), u32::try_from(end)) {
            (Ok(start), Ok(end)) if start <= end && end <= size => Some((start, end)),
            _ => {
                let message = format!("{start}..{end} does not lie within 0..{size}");
                let error = Diagnostic::error("E0056", expr.span, message);
                self.fail(error.help("slices are half-open: `0..80` is the first 80"))
            }
        }
    }

    fn index(&mut self, expr: &Expr, scope: &Scope) -> Option<i64> {
        match self.eval(expr, scope)? {
            Value::Number(Number::Int(n)) => Some(n),
            Value::Word(word) => self.unknown_constant(&word, expr.span, scope),
            other => {
                let message = format!("an index is an integer, this is {}", other.kind());
                self.fail(Diagnostic::error("E0032", expr.span, message))
            }
        }
    }
}

/// The parts of `a.b[i].c`, outermost name first; `false` where it is something else.
fn flatten<'e>(expr: &'e Expr, parts: &mut Vec<Part<'e>>) -> bool {
    match &expr.kind {
        ExprKind::Name(text) | ExprKind::Text(text) => {
            parts.push(Part::Name(Name { text: text.clone(), span: expr.span }));
            true
        }
        ExprKind::Member(of, name) => {
            let good = flatten(of, parts);
            parts.push(Part::Name(name.clone()));
            good
        }
        ExprKind::Index(of, index) => {
            let good = flatten(of, parts);
            parts.push(Part::Index(index, expr.span));
            good
        }
        _ => false,
    }
}
