//! Reward channels.

use super::fields::REWARD;
use super::numbers::At;
use super::value::{Number, Value};
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::{RewardChannel, RewardSource, Span, Values};
use crate::quantise::Method;
use crate::text::ast::{Arg, Expr, Item, ItemKind, Statement, StatementKind};

impl<'a> Elaborator<'a> {
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
