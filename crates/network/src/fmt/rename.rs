//! Names of other tools to canonical ones; Lava's `du`, a register, gains the one that it lacks.

use std::borrow::Cow;

use super::nodes::{Line, Node};
use crate::elaborate::{FIELDS, FieldTable, canonical};
use crate::text::token::Kind;

/// Renames the fields of a statement, those in nested blocks too.
pub(super) fn rename(line: &mut Line) {
    let tables: &[&str] = match line.nodes.first() {
        Some(Node::Word(Kind::Ident, word)) => match word.as_ref() {
            "neuron" | "population" => &["neuron", "settings"],
            "synapse" | "project" => &["synapse"],
            "rule" => &["rule"],
            "settings" => &["settings"],
            "reward" => &["reward"],
            "macro" => {
                line.nodes.iter_mut().for_each(|node| {
                    if let Node::Block(lines) = node {
                        lines.iter_mut().for_each(rename);
                    }
                });
                return;
            }
            _ => return,
        },
        _ => return,
    };
    let tables: Vec<&FieldTable> = FIELDS.iter().filter(|t| tables.contains(&t.name)).collect();
    blocks(&mut line.nodes, &tables);
}

fn blocks(nodes: &mut [Node], tables: &[&FieldTable]) {
    for node in nodes {
        let Node::Block(lines) = node else { continue };
        for line in lines {
            field(line, tables);
            blocks(&mut line.nodes, tables);
        }
    }
}

fn field(line: &mut Line, tables: &[&FieldTable]) {
    let is_set = matches!(line.nodes.get(1), Some(Node::Word(Kind::Punct, word)) if word == "=");
    let Some(Node::Word(Kind::Ident, key)) = line.nodes.first_mut().filter(|_| is_set) else { return };
    let Some((name, true)) = tables.iter().find_map(|table| canonical(table, key)) else { return };
    let register = key == "du";
    *key = Cow::Borrowed(name);
    if !register {
        return;
    }
    let value = match &line.nodes[2..] {
        [Node::Word(Kind::Int, digits)] => digits.parse::<i64>().ok(),
        _ => None,
    };
    match value {
        Some(n) => line.nodes[2] = Node::Word(Kind::Int, Cow::Owned((n + 1).to_string())),
        None => {
            line.nodes.push(Node::Word(Kind::Punct, Cow::Borrowed("+")));
            line.nodes.push(Node::Word(Kind::Int, Cow::Borrowed("1")));
        }
    }
}
