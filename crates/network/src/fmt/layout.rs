//! Nodes to text: spaces and line breaks.

use super::nodes::{Line, Node};
use crate::text::KEYWORDS;
use crate::text::token::Kind;

/// Columns of a line.
const WIDTH: usize = 110;
/// Words after which a minus is a sign.
const BEFORE_VALUES: [&str; 9] = ["delay", "tag", "every", "at", "steps", "run", "seed", "step", "core"];

/// Where a line is written.
struct Writer {
    out: String,
    /// Columns to the left of the current line's text.
    indent: usize,
    /// Arrows are written without spaces.
    tight: bool,
    /// Whether a colon has a space before it.
    loose_colon: bool,
}

/// The statements as text.
pub(super) fn text(lines: &[Line]) -> String {
    let mut writer = Writer { out: String::new(), indent: 0, tight: false, loose_colon: true };
    writer.lines(lines);
    writer.out
}

impl Writer {
    fn lines(&mut self, lines: &[Line]) {
        for line in lines {
            if line.blank {
                self.out.push('\n');
            }
            for comment in &line.before {
                self.margin();
                self.out.push_str(comment);
                self.out.push('\n');
            }
            if line.nodes.is_empty() {
                continue;
            }
            self.margin();
            self.tight = starts_with(&line.nodes, "record");
            self.nodes(&line.nodes);
            if !line.after.is_empty() {
                self.out.push_str("  ");
                self.out.push_str(&line.after);
            }
            self.out.push('\n');
        }
    }

    fn margin(&mut self) {
        self.out.push_str(&" ".repeat(self.indent));
    }

    fn column(&self) -> usize {
        self.out.len() - self.out.rfind('\n').map_or(0, |at| at + 1)
    }

    fn nodes(&mut self, nodes: &[Node]) {
        for (i, node) in nodes.iter().enumerate() {
            if i > 0 && self.spaced(&nodes[..i], node) {
                self.out.push(' ');
            }
            match node {
                Node::Word(_, word) => self.out.push_str(word),
                Node::Group(open, elements) => self.group(*open, elements),
                Node::Block(lines) => match members(&nodes[..i], lines, self) {
                    Some(text) => self.out.push_str(&text),
                    None => self.block(lines, starts_with(nodes, "macro")),
                },
            }
        }
    }

    fn group(&mut self, open: char, elements: &[Vec<Node>]) {
        self.out.push(open);
        for (i, element) in elements.iter().enumerate() {
            let width = one_line(element, self).map_or(WIDTH, |text| text.len());
            if i > 0 {
                self.out.push(',');
                if self.column() + width + 3 > WIDTH {
                    self.out.push('\n');
                    self.out.push_str(&" ".repeat(self.indent + 2));
                } else {
                    self.out.push(' ');
                }
            }
            self.nodes(element);
        }
        self.out.push(if open == '(' { ')' } else { ']' });
    }

    fn block(&mut self, lines: &[Line], is_macro: bool) {
        let loose = std::mem::replace(&mut self.loose_colon, is_macro);
        let flat = if is_macro { None } else { flat(lines, self) };
        match flat {
            Some(text) if self.column() + text.len() <= WIDTH => self.out.push_str(&text),
            _ => {
                self.out.push_str("{\n");
                self.indent += 2;
                if lines.iter().all(is_pair) {
                    self.filled(lines)
                } else {
                    self.lines(lines)
                }
                self.indent -= 2;
                self.margin();
                self.out.push('}');
            }
        }
        self.loose_colon = loose;
    }

    /// Many short lines, several on one.
    fn filled(&mut self, lines: &[Line]) {
        for (i, line) in lines.iter().enumerate() {
            let text = one_line(&line.nodes, self).unwrap_or_default();
            let fresh = i == 0 || self.column() + text.len() + 3 > WIDTH;
            if fresh {
                self.out.push_str(if i == 0 { "" } else { ",\n" });
                self.margin();
            } else {
                self.out.push_str(", ");
            }
            self.out.push_str(&text);
        }
        self.out.push('\n');
    }

    /// Whether a space stands between what was written and `node`.
    fn spaced(&self, before: &[Node], node: &Node) -> bool {
        let last = before.last();
        let (kind, word) = match last {
            Some(Node::Word(kind, word)) => (*kind, word.as_ref()),
            _ => (Kind::Comment, ""),
        };
        let sign = before.len() == 1 || is_value_wanted(&before[..before.len() - 1]);
        match node {
            Node::Block(_) => word != ".",
            Node::Group('(', _) => {
                kind != Kind::Ident && !is_tight(kind, word, sign) || is_keyword(before, word)
            }
            Node::Group(..) => {
                !(matches!(kind, Kind::Ident | Kind::Text | Kind::Comment) || is_tight(kind, word, sign))
            }
            Node::Word(Kind::Punct, next) => match next.as_ref() {
                "." | ".." | "," | "*" | "/" | "%" | "^" => false,
                ":" => self.loose_colon,
                "->" => !self.tight,
                "-" | "+" => !is_tight(kind, word, sign),
                _ => true,
            },
            Node::Word(..) => !(is_tight(kind, word, sign) || (word == "->" && self.tight)),
        }
    }
}

/// Whether nothing stands between this word and the next: members, products, signs.
fn is_tight(kind: Kind, word: &str, sign: bool) -> bool {
    kind == Kind::Punct && (matches!(word, "." | ".." | "*" | "/" | "%" | "^") || (word == "-" && sign))
}

/// Whether a value is still to come after these nodes, so that a minus is a sign.
fn is_value_wanted(before: &[Node]) -> bool {
    match before.last() {
        None => true,
        Some(Node::Word(Kind::Punct, _)) => true,
        Some(Node::Word(Kind::Ident, word)) => BEFORE_VALUES.contains(&word.as_ref()),
        Some(_) => false,
    }
}

fn is_keyword(before: &[Node], word: &str) -> bool {
    before.len() == 1 && KEYWORDS.contains(&word)
}

fn starts_with(nodes: &[Node], keyword: &str) -> bool {
    matches!(nodes.first(), Some(Node::Word(Kind::Ident, word)) if word == keyword)
}

/// `0 -> 1: 5`
fn is_pair(line: &Line) -> bool {
    let number = matches!(line.nodes.first(), Some(Node::Word(Kind::Int, _)));
    number && line.before.is_empty() && line.after.is_empty() && !line.blank
}

/// Nodes on one line; `None` where a comment forbids it.
fn one_line(nodes: &[Node], like: &Writer) -> Option<String> {
    let mut out = String::new();
    for (i, node) in nodes.iter().enumerate() {
        if i > 0 && like.spaced(&nodes[..i], node) {
            out.push(' ');
        }
        match node {
            Node::Word(_, word) => out.push_str(word),
            Node::Group(open, elements) => {
                let inner: Option<Vec<String>> = elements.iter().map(|e| one_line(e, like)).collect();
                out.push(*open);
                out.push_str(&inner?.join(", "));
                out.push(if *open == '(' { ')' } else { ']' });
            }
            Node::Block(lines) => {
                out.push_str(&members(&nodes[..i], lines, like).or_else(|| flat(lines, like))?);
            }
        }
        if out.len() > 2 * WIDTH {
            return None;
        }
    }
    Some(out)
}

/// `{u, v}` behind a `.`; `None` elsewhere.
fn members(before: &[Node], lines: &[Line], like: &Writer) -> Option<String> {
    let dotted = matches!(before.last(), Some(Node::Word(Kind::Punct, word)) if word == ".");
    let text = dotted.then(|| flat(lines, like)).flatten()?;
    Some(format!("{{{}}}", text.trim_matches(['{', ' ', '}'])))
}

/// `{ a, b }` on one line; `None` where a comment or an empty line forbids it.
fn flat(lines: &[Line], like: &Writer) -> Option<String> {
    let plain = lines.iter().all(|line| line.before.is_empty() && line.after.is_empty() && !line.blank);
    if !plain {
        return None;
    }
    let mut inner = Vec::new();
    let mut width = 0;
    for line in lines {
        let text = one_line(&line.nodes, like)?;
        width += text.len();
        if width > 2 * WIDTH {
            return None;
        }
        inner.push(text);
    }
    Some(if inner.is_empty() { "{}".into() } else { format!("{{ {} }}", inner.join(", ")) })
}
