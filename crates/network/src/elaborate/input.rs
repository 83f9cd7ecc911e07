//! Inputs and reward channels.

use std::rc::Rc;

use super::fields::REWARD;
use super::numbers::{At, map, try_map};
use super::value::{Number, Numbers, Value, of_shared};
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::{self, InputSource, Node, RewardChannel, RewardSource, Span, Values};
use crate::load::Array;
use crate::quantise::{self, Method};
use crate::text::ast::{self, Arg, Expr, ExprKind, Item, ItemKind, Statement, StatementKind};

/// Sources of an input.
const SOURCES: [&str; 6] = ["external", "events", "spikes", "raster", "poisson", "regular"];

impl<'a> Elaborator<'a> {
    /// An input statement.
    pub(super) fn input(&mut self, i: &'a ast::Input, span: Span) {
        let Some((size, shape)) = self.shape(&i.name, &i.shape) else {
            self.broken.insert(i.name.text.clone());
            return;
        };
        let source = match &i.source {
            None => InputSource::External,
            Some(expr) => self.source(expr, size, span).unwrap_or(InputSource::External),
        };
        let index = self.graph.inputs.len();
        self.graph.inputs.push(graph::Input {
            name: i.name.text.clone(),
            size,
            shape,
            source,
            span: i.name.span,
        });
        self.name_node(&i.name, Node::Input(index));
    }

    fn source(&mut self, expr: &Expr, size: u32, span: Span) -> Option<InputSource> {
        let (name, args): (&str, &[Arg]) = match &expr.kind {
            ExprKind::Name(name) => (name, &[]),
            ExprKind::Call(name, args) => (&name.text, args),
            _ => {
                return self.fail(Diagnostic::error(
                    "E0032",
                    expr.span,
                    "an input is poisson(..), spikes(..), events(..), regular(..) or external",
                ));
            }
        };
        match name {
            "external" => Some(InputSource::External),
            "events" => self.events(args, expr.span),
            "spikes" => self.spikes(args, expr.span),
            "raster" => self.raster(args, size, expr.span),
            "poisson" => self.poisson(args, size, expr.span),
            "regular" => self.regular(args, expr.span),
            _ => {
                let error =
                    Diagnostic::error("E0010", expr.span, format!("there is no input source `{name}`"));
                let _ = span;
                self.fail(error.suggest(name, SOURCES))
            }
        }
    }

    /// `events([step, line], ..)`
    fn events(&mut self, args: &[Arg], span: Span) -> Option<InputSource> {
        let mut events = Vec::new();
        for arg in args {
            match self.eval(&arg.value, &Scope::new())? {
                Value::List(list) => {
                    let pairs = list.iter().all(|v| matches!(v, Value::List(_)));
                    let rows = if pairs { list } else { vec![Value::List(list)] };
                    for row in rows {
                        events.push(self.event(&row, arg.value.span)?);
                    }
                }
                Value::Array(array) => {
                    let rows = self.table(array, arg.value.span)?;
                    events.extend(self.checked(rows, arg.value.span, 0)?);
                }
                other => {
                    let message = format!("an event is [step, line], this is {}", other.kind());
                    return self.fail(Diagnostic::error("E0032", arg.value.span, message));
                }
            }
        }
        let _ = span;
        events.sort_unstable();
        Some(InputSource::Events(events))
    }

    fn event(&mut self, row: &Value, span: Span) -> Option<(u32, u32)> {
        let Value::List(pair) = row else {
            return self.fail(Diagnostic::error("E0032", span, "an event is [step, line]"));
        };
        let step = match pair.first() {
            Some(Value::Number(Number::Int(n))) => Some(*n),
            Some(Value::Number(Number::Time(us))) => {
                let step = self.need_step(span)?;
                quantise::round(quantise::steps(*us, step)).map(|r| r.value)
            }
            _ => None,
        };
        let line = if let Some(Value::Number(Number::Int(n))) = pair.get(1) { Some(*n) } else { None };
        match (step, line, pair.len()) {
            (Some(step), Some(line), 2) => self.checked(vec![(step, line)], span, 0)?.pop(),
            _ => self.fail(Diagnostic::error("E0032", span, "an event is [step, line], two integers")),
        }
    }

    /// Events within 32 bits, from step 1, `shift` steps later than written.
    fn checked(&mut self, rows: Vec<(i64, i64)>, span: Span, shift: i64) -> Option<Vec<(u32, u32)>> {
        let mut events = Vec::with_capacity(rows.len());
        for (step, line) in rows {
            match (u32::try_from(step.saturating_add(shift)), u32::try_from(line)) {
                (Ok(step), Ok(line)) if step > 0 => events.push((step, line)),
                _ => {
                    let message =
                        format!("an event at step {step} of line {line}: steps count from 1, lines from 0");
                    let error = Diagnostic::error("E0057", span, message);
                    return self.fail(error.help("`shift = 1` moves steps that count from 0"));
                }
            }
        }
        Some(events)
    }

    /// Rows of two whole numbers.
    fn table(&mut self, array: Rc<Array>, span: Span) -> Option<Vec<(i64, i64)>> {
        let shape = array.shape.clone();
        let whole = match of_shared(array) {
            Numbers::Ints(Values::Each(v)) => Some(v),
            Numbers::Reals(Values::Each(v)) => v.iter().map(|x| quantise::whole(*x)).collect(),
            _ => None,
        };
        match (whole, shape.as_slice()) {
            (Some(v), [_, 2]) => Some(v.chunks_exact(2).map(|row| (row[0], row[1])).collect()),
            (Some(v), [0] | [0, _]) if v.is_empty() => Some(Vec::new()),
            _ => self.fail(Diagnostic::error(
                "E0061",
                span,
                format!("events are rows of (step, line), this has shape {shape:?}"),
            )),
        }
    }

    /// `spikes("file.csv")`, `spikes("file.npz", "array", shift = 1)`, `spikes(pointer = .., lines = ..)`
    fn spikes(&mut self, args: &[Arg], span: Span) -> Option<InputSource> {
        let names =
            [("file", false), ("array", false), ("shift", false), ("pointer", false), ("lines", false)];
        let places = self.places("spikes", &names, args, span)?;
        let shift = places[2]
            .map_or(Some(0), |arg| self.integer(&arg.value, &Scope::new(), "shift", (-(1 << 31), 1 << 31)))?;
        let mut events = match (places[0], places[3], places[4]) {
            (Some(file), None, None) => {
                let paths: Vec<Arg> = [Some(file), places[1]]
                    .into_iter()
                    .flatten()
                    .map(|a| Arg { name: None, value: a.value.clone() })
                    .collect();
                let direct = self.eval(&file.value, &Scope::new())?;
                let array = match direct {
                    Value::Array(array) => array,
                    _ => match self.eval(&load_call(paths, span), &Scope::new())? {
                        Value::Array(array) => array,
                        _ => return None,
                    },
                };
                let rows = self.table(array, span)?;
                self.checked(rows, span, shift)?
            }
            (None, Some(pointer), Some(lines)) => {
                let rows = self.compressed(pointer, lines, span)?;
                self.checked(rows, span, shift.saturating_add(1))?
            }
            _ => {
                return self.fail(Diagnostic::error(
                    "E0033",
                    span,
                    "spikes(\"file\") or spikes(pointer = .., lines = ..)",
                ));
            }
        };
        events.sort_unstable();
        Some(InputSource::Events(events))
    }

    /// Events by step: those of row t are `lines[pointer[t]..pointer[t + 1]]`.
    fn compressed(&mut self, pointer: &Arg, lines: &Arg, span: Span) -> Option<Vec<(i64, i64)>> {
        let pointer = self.list_of(&pointer.value, "pointer")?;
        let lines = self.list_of(&lines.value, "lines")?;
        match rows(&pointer, lines.len()) {
            Some(ranges) => {
                let of = |(row, range): (usize, std::ops::Range<usize>)| {
                    lines[range].iter().map(move |line| (row as i64, *line))
                };
                Some(ranges.into_iter().enumerate().flat_map(of).collect())
            }
            None => self.fail(Diagnostic::error(
                "E0061",
                span,
                "pointers start at 0, do not fall, and end at the number of lines",
            )),
        }
    }

    /// A list of whole numbers of any length.
    pub(super) fn list_of(&mut self, expr: &Expr, what: &str) -> Option<Vec<i64>> {
        let scope = Scope::new();
        let at = At { expr, scope: &scope, what };
        let value = self.eval(expr, &scope)?;
        let n = match &value {
            Value::Array(array) | Value::Measured(array, _) => array.len(),
            Value::List(list) => list.len(),
            _ => 1,
        };
        let numbers = match self.numbers(value, at, n)? {
            Numbers::Ints(v) => v,
            Numbers::Reals(v) => self.whole(v, at)?,
            _ => return self.wrong_unit(at, "a list of integers"),
        };
        Some(match numbers {
            Values::Same(one) => vec![one],
            Values::Each(all) => all,
        })
    }

    /// `raster("file.npz", "array")`: rows are steps, columns lines, values counts.
    fn raster(&mut self, args: &[Arg], size: u32, span: Span) -> Option<InputSource> {
        let value = match args {
            [one] if !matches!(one.value.kind, ExprKind::Text(_)) => self.eval(&one.value, &Scope::new())?,
            _ => self.eval(&load_call(args.to_vec(), span), &Scope::new())?,
        };
        let Value::Array(array) = value else {
            return self.fail(Diagnostic::error("E0032", span, "raster(\"file\") or raster(load(..))"));
        };
        let size = size as usize;
        if array.shape.len() < 2 || array.shape[1..].iter().product::<usize>() != size {
            let message =
                format!("a raster of {size} lines has shape [steps, {size}], this has {:?}", array.shape);
            return self.fail(Diagnostic::error("E0061", span, message));
        }
        let counts = match of_shared(array) {
            Numbers::Ints(Values::Each(v)) => Some(v),
            Numbers::Reals(Values::Each(v)) => v.iter().map(|x| quantise::whole(*x)).collect(),
            _ => None,
        };
        let Some(counts) = counts.filter(|c| c.iter().all(|n| (0..=1 << 16).contains(n))) else {
            return self.fail(Diagnostic::error("E0062", span, "a raster holds counts of spikes"));
        };
        let mut events = Vec::new();
        for (i, n) in counts.into_iter().enumerate() {
            let event = ((i / size) as u32 + 1, (i % size) as u32);
            events.extend(std::iter::repeat_n(event, n as usize));
        }
        Some(InputSource::Events(events))
    }

    /// `poisson(rate = 50 Hz)`, `poisson(p = 0.05)`, `poisson(p32 = 214748364)`
    fn poisson(&mut self, args: &[Arg], size: u32, span: Span) -> Option<InputSource> {
        let places = self.places("poisson", &[("rate", false), ("p", false), ("p32", false)], args, span)?;
        let (n, scope) = (size as usize, Scope::new());
        let (arg, what) = match places.as_slice() {
            [Some(rate), None, None] => (rate, "rate"),
            [None, Some(p), None] => (p, "p"),
            [None, None, Some(p)] => {
                let p = self.ints(At { expr: &p.value, scope: &scope, what: "p32" }, n, (0, 1 << 32))?;
                return Some(InputSource::Poisson(map(p, |p| p as u64)));
            }
            _ => {
                return self.fail(Diagnostic::error(
                    "E0033",
                    span,
                    "poisson needs one of `rate`, `p`, `p32`",
                ));
            }
        };
        let at = At { expr: &arg.value, scope: &scope, what };
        let value = self.eval(&arg.value, &scope)?;
        let numbers = match self.numbers(value, at, n)? {
            Numbers::Rates(v) => (v, true),
            Numbers::Ints(v) => (map(v, |x| x as f64), what == "rate"),
            Numbers::Reals(v) => (v, what == "rate"),
            Numbers::Steps(_) => {
                return self.wrong_unit(at, "a rate in Hz or kHz, or a probability of a step");
            }
        };
        let p = match numbers {
            (rates, true) => {
                let step = self.need_step(span)?;
                map(rates, |rate| quantise::per_step(rate, step))
            }
            (p, false) => p,
        };
        if let Some(bad) = p.iter().find(|p| quantise::probability(**p).is_none()) {
            let message = format!("poisson: {} events a step is no probability 0..=1", quantise::show(*bad));
            return self.fail(
                Diagnostic::error("E0041", arg.value.span, message).help("a shorter `step` makes it smaller"),
            );
        }
        let first = p.iter().next().and_then(|p| quantise::probability(*p))?;
        let (asked, got) =
            (format!("{} a step", first.asked), format!("{} a step, {}/2^32", first.got, first.value));
        if first.asked != first.got {
            self.note(arg.value.span, format!("poisson {what}"), asked, got);
        }
        try_map(p, |p| quantise::probability(p).map(|r| r.value)).map(InputSource::Poisson)
    }

    /// `regular(period = 10, first = 1)`
    fn regular(&mut self, args: &[Arg], span: Span) -> Option<InputSource> {
        let places = self.places("regular", &[("period", true), ("first", false)], args, span)?;
        let (scope, bounds) = (Scope::new(), (1, u32::MAX.into()));
        let period = self.one_step(At { expr: &places[0]?.value, scope: &scope, what: "period" }, bounds);
        let first = match places[1] {
            None => Some(1),
            Some(arg) => self.one_step(At { expr: &arg.value, scope: &scope, what: "first" }, bounds),
        };
        Some(InputSource::Regular { period: period? as u32, first: first? as u32 })
    }

    /// Names of the reward channels, before anything refers to them.
    pub(super) fn build_rewards(&mut self, statements: &'a [Statement]) {
        for statement in statements {
            let StatementKind::Reward(p) = &statement.kind else { continue };
            let index = self.graph.rewards.len();
            if self.rewards.insert(p.name.text.clone(), index).is_some() {
                let message = format!("there is already a reward channel `{}`", p.name.text);
                self.found.push(Diagnostic::error("E0011", p.name.span, message));
            }
            let (name, span) = (p.name.text.clone(), p.name.span);
            let channel = RewardChannel { name, decay: 4096, events: Vec::new(), sources: Vec::new(), span };
            self.graph.rewards.push(channel);
        }
    }

    /// Contents of the reward channels, when populations are known.
    pub(super) fn fill_rewards(&mut self, statements: &'a [Statement]) {
        let mut index = 0;
        for statement in statements {
            let StatementKind::Reward(p) = &statement.kind else { continue };
            for item in &p.items {
                let Some(field) = self.field(&format!("reward `{}`", p.name.text), &[&REWARD], item) else {
                    continue;
                };
                self.reward_line(index, field, item);
            }
            index += 1;
        }
    }

    fn reward_line(&mut self, index: usize, field: &str, item: &Item) {
        let scope = Scope::new();
        match (&item.kind, field) {
            (ItemKind::Set(value), "decay") => {
                if let Some(decay) = self.integer(value, &scope, "decay", (0, 4096)) {
                    self.graph.rewards[index].decay = decay as u32;
                }
            }
            (ItemKind::Set(value), "tau") => {
                let decay = self.tau_decay(
                    At { expr: value, scope: &scope, what: "tau of a reward" },
                    1,
                    Method::Exponential,
                );
                if let Some(Values::Same(decay)) = decay {
                    self.graph.rewards[index].decay = decay as u32;
                }
            }
            (ItemKind::Set(value), "events") => {
                if let Some(events) = self.reward_events(value) {
                    self.graph.rewards[index].events = events;
                }
            }
            (ItemKind::Call(args), "source") => {
                if let Some(sources) = self.reward_source(args, item.span) {
                    self.graph.rewards[index].sources.extend(sources);
                }
            }
            _ => self.found.push(Diagnostic::error(
                "E0032",
                item.span,
                format!("this is not how `{field}` is given"),
            )),
        }
    }

    fn reward_events(&mut self, value: &Expr) -> Option<Vec<(u32, Option<i32>)>> {
        let bad = || Diagnostic::error("E0032", value.span, "reward events are [[step, value], [step], ..]");
        let rows: Vec<Vec<i64>> = match self.eval(value, &Scope::new())? {
            Value::List(list) => {
                let int = |v: &Value| if let Value::Number(Number::Int(n)) = v { Some(*n) } else { None };
                let row = |v: &Value| match v {
                    Value::List(row) => row.iter().map(int).collect(),
                    one => int(one).map(|n| vec![n]),
                };
                match list.iter().map(row).collect() {
                    Some(rows) => rows,
                    None => return self.fail(bad()),
                }
            }
            Value::Array(array) => {
                let rows = self.table(array, value.span)?;
                rows.into_iter().map(|(step, value)| vec![step, value]).collect()
            }
            _ => return self.fail(bad()),
        };
        let mut events = Vec::new();
        for row in rows {
            let event = match row.as_slice() {
                [step] => u32::try_from(*step).ok().map(|step| (step, None)),
                [step, value] => {
                    u32::try_from(*step).ok().zip(i32::try_from(*value).ok()).map(|(s, v)| (s, Some(v)))
                }
                _ => None,
            };
            match event {
                Some(event) => events.push(event),
                None => return self.fail(bad()),
            }
        }
        Some(events)
    }

    /// `source(out[0..2], value = 5)`
    fn reward_source(&mut self, args: &[Arg], span: Span) -> Option<Vec<RewardSource>> {
        let places = self.places("source", &[("of", true), ("value", false)], args, span)?;
        let scope = Scope::new();
        let place = self.node_place(&places[0]?.value, &scope)?;
        let views = place.views();
        let total = views.iter().map(|v| v.len()).sum();
        let values = match places[1] {
            None => None,
            Some(arg) => {
                Some(self.ints(At { expr: &arg.value, scope: &scope, what: "value" }, total, (-128, 127))?)
            }
        };
        let mut sources = Vec::new();
        let mut start = 0;
        for view in views {
            let value = values.as_ref().map(|values| match values {
                Values::Same(one) => Values::Same(*one as i32),
                Values::Each(all) => {
                    Values::Each(all[start..start + view.len()].iter().map(|x| *x as i32).collect())
                }
            });
            start += view.len();
            sources.push(RewardSource { view, value });
        }
        Some(sources)
    }
}

/// The ranges of rows of a compressed table; `None` if the pointers are wrong.
pub(super) fn rows(pointer: &[i64], n: usize) -> Option<Vec<std::ops::Range<usize>>> {
    let ends: Vec<usize> = pointer.iter().map(|p| usize::try_from(*p).ok()).collect::<Option<_>>()?;
    let sound = ends.first() == Some(&0) && ends.last() == Some(&n) && ends.is_sorted();
    sound.then(|| ends.windows(2).map(|pair| pair[0]..pair[1]).collect())
}

/// `load(args)`
pub(super) fn load_call(args: Vec<Arg>, span: Span) -> Expr {
    Expr { kind: ExprKind::Call(ast::Name { text: "load".into(), span }, args), span }
}
