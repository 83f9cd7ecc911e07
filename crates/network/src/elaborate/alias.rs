//! Fields by canonical name: other tools' names are accepted and warned about once each.

use super::Elaborator;
use super::fields::{COMPARTMENT, FieldTable, SETTINGS, SYNAPSE, canonical};
use crate::diagnostic::{Diagnostic, nearest};
use crate::text::ast::{Expr, ExprKind, Item, ItemKind, Operator, Statement, StatementKind};

impl Elaborator<'_> {
    /// The canonical name of a line's key in the first table that has it; `None` after a report.
    pub(super) fn field(&mut self, owner: &str, tables: &[&FieldTable], item: &Item) -> Option<&'static str> {
        let key = item.key.text.as_str();
        match tables.iter().find_map(|table| canonical(table, key)) {
            Some((name, false)) => Some(name),
            Some((name, true)) => {
                if self.aliases.insert(key.to_owned(), ()).is_none() {
                    let note = if key == "du" {
                        format!("{name} (one more: `du` is the register)")
                    } else {
                        name.to_owned()
                    };
                    let warning = Diagnostic::warning(
                        "W0001",
                        item.key.span,
                        format!("`{key}` is called `{name}` here"),
                    );
                    self.found.push(warning.label(format!("canonical: {note}")));
                }
                Some(name)
            }
            None if self.is_reported(item) => None,
            None => {
                let fields = || tables.iter().flat_map(|t| t.fields.iter());
                let names = fields().flat_map(|f| std::iter::once(f.name).chain(f.aliases.iter().copied()));
                let near = nearest(key, &names.collect::<Vec<_>>());
                let near = near.and_then(|name| tables.iter().find_map(|table| canonical(table, name)));
                let error =
                    Diagnostic::error("E0031", item.key.span, format!("unknown field `{key}` of {owner}"));
                self.fail(match near {
                    Some((name, _)) => error.suggest(name, [name]),
                    None => error.suggest(key, fields().map(|f| f.name)),
                })
            }
        }
    }

    /// A line of a prototype is read where it is declared and again where it is used.
    fn is_reported(&self, item: &Item) -> bool {
        let place = |span: crate::graph::Span| (span.start, span.end);
        self.found.iter().any(|d| d.code == "E0031" && place(d.span) == place(item.key.span))
    }

    /// Checks the names of all fields of prototypes, used or not.
    pub(super) fn check_prototypes(&mut self, statements: &[Statement]) {
        for statement in statements {
            match &statement.kind {
                StatementKind::Neuron(p) => self.check_neuron(&p.name.text, &p.items),
                StatementKind::Synapse(p) => {
                    for item in &p.items {
                        self.field(&format!("synapse `{}`", p.name.text), &[&SYNAPSE], item);
                    }
                }
                _ => {}
            }
        }
    }

    fn check_neuron(&mut self, name: &str, items: &[Item]) {
        for item in items {
            match &item.kind {
                ItemKind::Block(_, inner) => self.check_neuron(name, inner),
                _ if item.key.text == "settings" => {}
                _ => {
                    self.field(&format!("neuron `{name}`"), &[&COMPARTMENT, &SETTINGS], item);
                }
            }
        }
    }
}

/// The value of a line on the canonical scale: Lava's `du` is one less than the effective decay.
pub(super) fn effective(item: &Item) -> Option<Expr> {
    let ItemKind::Set(value) = &item.kind else { return None };
    if item.key.text != "du" {
        return Some(value.clone());
    }
    let one = Expr { kind: ExprKind::Int(1), span: value.span };
    let kind = ExprKind::Binary(Operator::Add, Box::new(value.clone()), Box::new(one));
    Some(Expr { kind, span: value.span })
}
