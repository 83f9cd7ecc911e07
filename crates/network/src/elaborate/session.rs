//! How the network is run: steps, samples, records, measures.

use isa::op::{MeasureKind, Variable};

use super::numbers::At;
use super::refer::Place;
use super::value::{Number, Numbers, Value};
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::{Measure, Node, Record, Recorded, SampleTarget, Samples, Span, View};
use crate::text::ast::{self, Expr, ExprKind, Name, Statement, StatementKind, When};

const STEPS: (i64, i64) = (1, u32::MAX as i64);

impl<'a> Elaborator<'a> {
    /// Everything about runs.
    pub(super) fn session(&mut self, statements: &'a [Statement]) {
        let scope = Scope::new();
        for statement in statements {
            if let StatementKind::Run(value) = &statement.kind {
                let steps = self.one_step(At { expr: value, scope: &scope, what: "run" }, STEPS);
                self.graph.session.steps = steps.unwrap_or(0) as u32;
            }
        }
        for statement in statements {
            match &statement.kind {
                StatementKind::Samples(samples) => self.samples(samples, statement.span),
                StatementKind::Record(records, when) => {
                    let when = self.when(when);
                    for record in records {
                        self.record(record, &when, statement.span);
                    }
                }
                _ => {}
            }
        }
        for statement in statements {
            if let StatementKind::Measure(what, name) = &statement.kind {
                self.measure(what, name.as_ref(), statement.span);
            }
        }
    }

    /// The one run of consecutive things that a place names.
    fn one_view(&mut self, place: &Place, span: Span) -> Option<View> {
        match place.views().as_slice() {
            [one] => Some(*one),
            _ => self.fail(Diagnostic::error(
                "E0056",
                span,
                "this names several pieces; one run of consecutive ones is wanted",
            )),
        }
    }

    fn samples(&mut self, s: &ast::Samples, span: Span) {
        let scope = Scope::new();
        if let Some(steps) = &s.steps {
            let steps = self.one_step(At { expr: steps, scope: &scope, what: "steps" }, STEPS);
            self.graph.session.steps = steps.unwrap_or(0) as u32;
        }
        let Some(place) = self.place(&s.target, &scope) else { return };
        let Some(view) = self.one_view(&place, s.target.span) else { return };
        let known = ["bias", "bias_mant", "spikes", "trains", "rate"];
        let what = place.rest.first().map_or("", |name| name.text.as_str());
        let (target, width) = match what {
            "bias" | "bias_mant" => (SampleTarget::Bias(view), view.len()),
            "spikes" => (SampleTarget::Spikes(view), view.len()),
            "trains" => (SampleTarget::SpikeTrains(view), view.len() * self.graph.session.steps as usize),
            "rate" => (SampleTarget::Rate(view), view.len()),
            _ => {
                let span = place.rest.first().map_or(s.target.span, |name| name.span);
                let error = Diagnostic::error("E0010", span, format!("samples set no `{what}`"));
                self.found.push(error.suggest(what, known));
                return;
            }
        };
        let passes = s.passes.as_ref().map_or(Some(1), |passes| {
            self.one_step(At { expr: passes, scope: &scope, what: "passes" }, STEPS)
        });
        let Some((count, values)) = self.sample_values(&s.values, width, &target) else { return };
        self.graph.session.samples =
            Some(Samples { target, count, values, passes: passes.unwrap_or(1) as u32, reset: s.reset, span });
    }

    /// Rows of `width` values, their number from the array's length.
    fn sample_values(&mut self, expr: &Expr, width: usize, target: &SampleTarget) -> Option<(u32, Vec<i32>)> {
        let scope = Scope::new();
        let at = At { expr, scope: &scope, what: "samples" };
        let value = self.eval(expr, &scope)?;
        let n = match &value {
            Value::Array(array) | Value::Measured(array, _) => array.len(),
            Value::List(list) => count(list),
            _ => {
                return self.fail(Diagnostic::error(
                    "E0032",
                    expr.span,
                    "samples are rows of values: load(..) or [[..], [..]]",
                ));
            }
        };
        if width == 0 || !n.is_multiple_of(width) {
            let message = format!("samples: {n} values are no rows of {width}");
            return self.fail(Diagnostic::error("E0061", expr.span, message));
        }
        let rate = matches!(target, SampleTarget::Rate(_));
        let values = match self.numbers(value, at, n)? {
            Numbers::Ints(v) => v,
            Numbers::Reals(v) if rate => self.chances(v, false, at)?,
            Numbers::Rates(v) if rate => self.chances(v, true, at)?,
            Numbers::Reals(v) => self.whole(v, at)?,
            Numbers::Steps(_) | Numbers::Rates(_) => return self.wrong_unit(at, "a table of plain numbers"),
        };
        let bounds = match target {
            SampleTarget::Bias(_) => (-4096, 4095),
            SampleTarget::Spikes(_) | SampleTarget::SpikeTrains(_) => (0, i32::MAX.into()),
            SampleTarget::Rate(_) => (0, 1 << 16),
        };
        let before = self.found.len();
        let values = self.bounded(values, at, bounds);
        if rate {
            self.advise(
                before,
                "whole numbers are probabilities in 1/65536, others 0..=1; rates in Hz say so: `load(..) * 1 Hz`",
            );
        }
        let values = values?;
        let rows = u32::try_from(n / width).ok()?;
        Some((rows, values.iter().map(|x| *x as i32).collect()))
    }

    /// The period of a record, and its chosen steps where there are some.
    fn when(&mut self, when: &When) -> (u32, Vec<u32>) {
        let scope = Scope::new();
        match when {
            When::Always => (1, Vec::new()),
            When::Every(every) => {
                let found = self.one_step(At { expr: every, scope: &scope, what: "every" }, STEPS);
                let run = i64::from(self.graph.session.steps);
                if let Some(period) = found.filter(|period| run > 0 && *period > run) {
                    let message = format!("every {period}, but the last step is {run}: nothing is recorded");
                    self.found.push(Diagnostic::warning("E0035", every.span, message));
                }
                (found.unwrap_or(1) as u32, Vec::new())
            }
            When::At(steps) => {
                let mut found = Vec::with_capacity(steps.len());
                for expr in steps {
                    let Some(step) = self.one_step(At { expr, scope: &scope, what: "at" }, STEPS) else {
                        continue;
                    };
                    let run = i64::from(self.graph.session.steps);
                    if run > 0 && step > run {
                        let message =
                            format!("step {step} comes after the last, {run}: nothing is recorded there");
                        self.found.push(Diagnostic::warning("E0035", expr.span, message));
                    }
                    found.push(step as u32);
                }
                found.sort_unstable();
                found.dedup();
                (1, found)
            }
        }
    }

    fn record(&mut self, r: &ast::Record, (every, at): &(u32, Vec<u32>), span: Span) {
        let found = match &r.to {
            Some(to) => self.record_projection(&r.of, to),
            None => self.record_thing(&r.of),
        };
        let Some((things, variable, name)) = found else { return };
        for of in things {
            let name = r.name.as_ref().map_or_else(|| name.clone(), |name| name.text.clone());
            let (every, at) = (*every, at.clone());
            self.graph.session.records.push(Record { name, of, variable, every, at, span });
        }
    }

    fn variable(&mut self, name: &Name) -> Option<Variable> {
        Variable::from_name(&name.text).or_else(|| {
            let error =
                Diagnostic::error("E0010", name.span, format!("there is no variable `{}`", name.text));
            self.fail(error.suggest(&name.text, Variable::ALL.iter().map(|v| v.name())))
        })
    }

    /// `a -> b.weight`
    fn record_projection(&mut self, from: &Expr, to: &Expr) -> Option<(Vec<Recorded>, Variable, String)> {
        let ExprKind::Member(to_node, variable_name) = &to.kind else {
            return self.fail(Diagnostic::error("E0033", to.span, "a variable is missing: `a->b.weight`"));
        };
        let variable = self.variable(variable_name)?;
        let scope = Scope::new();
        let (pre, post) = (self.node_place(from, &scope)?.node, self.node_place(to_node, &scope)?.node);
        let ends = |side: &[View], node| side.iter().any(|view| view.node == node);
        let fits = |p: &crate::graph::Projection| ends(&p.pre, pre) && ends(&p.post, post);
        let found: Vec<usize> =
            (0..self.graph.projections.len()).filter(|i| fits(&self.graph.projections[*i])).collect();
        match found.as_slice() {
            [one] => {
                let name = format!("{}.{}", self.graph.projections[*one].name, variable.name());
                Some((vec![Recorded::Projection(*one)], variable, name))
            }
            [] => self.fail(Diagnostic::error("E0010", from.span, "there is no projection between these")),
            _ => {
                let error = Diagnostic::error(
                    "E0010",
                    from.span,
                    format!("there are {} projections between these", found.len()),
                );
                self.fail(error.help("give the projection a `name` and record it by that"))
            }
        }
    }

    /// `a[0..3].v`, `name.weight`, `channel.r1`, `projection(3).weight`
    fn record_thing(&mut self, of: &Expr) -> Option<(Vec<Recorded>, Variable, String)> {
        if let ExprKind::Member(owner, variable) = &of.kind
            && let Some(recorded) = self.named_thing(owner)
        {
            let found = self.variable(variable)?;
            return Some((vec![recorded.0], found, format!("{}.{}", recorded.1, found.name())));
        }
        let place = self.place(of, &Scope::new())?;
        let name = match place.rest.as_slice() {
            [one] => one.clone(),
            [] => {
                return self.fail(Diagnostic::error(
                    "E0033",
                    of.span,
                    "a variable is missing, e.g. `.spikes`",
                ));
            }
            [one, ..] => {
                let message = format!("there is no compartment `{}`", one.text);
                return self.fail(Diagnostic::error("E0010", one.span, message));
            }
        };
        let variable = self.variable(&name)?;
        let label = self.label(&place, variable);
        Some((place.views().into_iter().map(Recorded::View).collect(), variable, label))
    }

    /// A projection or reward channel by name, or a projection by number.
    fn named_thing(&mut self, owner: &Expr) -> Option<(Recorded, String)> {
        match &owner.kind {
            ExprKind::Name(name) | ExprKind::Text(name) if !self.nodes.contains_key(name) => {
                if let Some(index) = self.rewards.get(name) {
                    return Some((Recorded::Reward(*index), name.clone()));
                }
                let mut named = self.graph.projections.iter().enumerate().filter(|(_, p)| p.name == *name);
                match (named.next(), named.next()) {
                    (Some((index, _)), None) => Some((Recorded::Projection(index), name.clone())),
                    _ => None,
                }
            }
            ExprKind::Call(call, args) if call.text == "projection" => match args.as_slice() {
                [ast::Arg { value: Expr { kind: ExprKind::Int(n), .. }, .. }] => {
                    let index = usize::try_from(*n).ok().filter(|n| *n < self.graph.projections.len())?;
                    Some((Recorded::Projection(index), self.graph.projections[index].name.clone()))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// `out[0..3].soma.v`, as the output is called.
    fn label(&self, place: &Place, variable: Variable) -> String {
        let (name, size, tree) = match place.node {
            Node::Population(p) => {
                let p = &self.graph.populations[p];
                (&p.name, p.size, p.tree.as_slice())
            }
            Node::Input(i) => (&self.graph.inputs[i].name, self.graph.inputs[i].size, &[][..]),
        };
        let slice = match place.runs.as_slice() {
            [(0, end)] if *end == size => String::new(),
            [(start, end)] if start + 1 == *end => format!("[{start}]"),
            [(start, end)] => format!("[{start}..{end}]"),
            _ => "[..]".into(),
        };
        let compartment = tree.get(place.compartment as usize).filter(|_| tree.len() > 1);
        let compartment = compartment.map_or(String::new(), |c| format!(".{}", c.name));
        format!("{name}{slice}{compartment}.{}", variable.name())
    }

    /// `accuracy(out, labels)`
    fn measure(&mut self, what: &Expr, name: Option<&Name>, span: Span) {
        let ExprKind::Call(call, args) = &what.kind else {
            self.found.push(Diagnostic::error("E0032", what.span, "a measure is `accuracy(out, labels)`"));
            return;
        };
        let Some(kind) = MeasureKind::from_name(&call.text) else {
            let error = Diagnostic::error("E0010", call.span, format!("there is no measure `{}`", call.text));
            self.found.push(error.suggest(&call.text, MeasureKind::ALL.iter().map(|kind| kind.name())));
            return;
        };
        let Some(places) = self.places(kind.name(), &[("of", true), ("labels", true)], args, what.span)
        else {
            return;
        };
        let (Some(of), Some(labels)) = (places[0], places[1]) else { return };
        let Some(place) = self.node_place(&of.value, &Scope::new()) else { return };
        let Some(view) = self.one_view(&place, of.value.span) else { return };
        let Some(list) = self.list_of(&labels.value, "labels") else { return };
        let labels: Vec<u32> = list.iter().map(|label| u32::try_from(*label).unwrap_or(u32::MAX)).collect();
        let name = name.map_or_else(|| kind.name().to_owned(), |name| name.text.clone());
        self.graph.session.measures.push(Measure { kind, name, of: view, labels, span });
    }
}

/// Numbers in nested lists.
fn count(list: &[Value]) -> usize {
    let of = |value: &Value| match value {
        Value::List(inner) => count(inner),
        Value::Number(Number::Int(_) | Number::Real(_)) => 1,
        _ => 1,
    };
    list.iter().map(of).sum()
}
