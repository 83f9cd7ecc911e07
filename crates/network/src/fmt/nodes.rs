//! Tokens to nested nodes, comments attached to the lines that they belong to.

use std::borrow::Cow;
use std::iter::Peekable;
use std::vec::IntoIter;

use crate::text::layout::{goes_on_after, goes_on_before};
use crate::text::token::{Kind, Token, tokens};

/// A word, or a bracket with what is in it.
#[derive(Clone, Debug)]
pub(super) enum Node<'s> {
    /// A token.
    Word(Kind, Cow<'s, str>),
    /// `( )` or `[ ]`: elements between commas.
    Group(char, Vec<Vec<Node<'s>>>),
    /// `{ }`: lines.
    Block(Vec<Line<'s>>),
}

/// A statement or a line of a block.
#[derive(Clone, Debug, Default)]
pub(super) struct Line<'s> {
    /// Comments on lines of their own before it.
    pub(super) before: Vec<&'s str>,
    /// Whether an empty line precedes it.
    pub(super) blank: bool,
    /// What it is; empty for comments at an end.
    pub(super) nodes: Vec<Node<'s>>,
    /// The comment at its end.
    pub(super) after: String,
}

/// A token, and whether it ends a line, an empty one, or is a comment of its own line.
type Marked<'s> = (Token<'s>, bool);

/// The statements of a source whose brackets match.
pub(super) fn lines(source: &str) -> Vec<Line<'_>> {
    let marked = mark(tokens(source));
    read_lines(&mut marked.into_iter().peekable(), &["\n"])
}

/// Drops ends of line that end nothing; tells of a comment whether it stands alone, of an end of line whether it is empty.
fn mark(all: Vec<Token<'_>>) -> Vec<Marked<'_>> {
    let mut out: Vec<Marked> = Vec::with_capacity(all.len());
    let mut open = Vec::new();
    let mut last: Option<Token> = None;
    for (i, token) in all.iter().enumerate() {
        let fresh = i == 0 || all[i - 1].kind == Kind::Newline;
        match (token.kind, token.text) {
            (Kind::Newline, _) => {
                let next = all[i + 1..].iter().find(|t| t.kind != Kind::Comment);
                let inside = open.last().is_some_and(|o| *o != "{");
                let dropped = last.is_some_and(|t| t.kind != Kind::Newline && goes_on_after(&t));
                if !inside && !dropped && !next.is_some_and(goes_on_before) {
                    out.push((*token, fresh));
                }
            }
            (Kind::Comment, _) => {
                out.push((*token, fresh));
                continue;
            }
            (Kind::Punct, "(" | "[" | "{") => {
                open.push(token.text);
                out.push((*token, false));
            }
            (Kind::Punct, ")" | "]" | "}") => {
                open.pop();
                out.push((*token, false));
            }
            _ => out.push((*token, false)),
        }
        last = Some(*token);
    }
    out
}

/// Lines up to a closing brace or the end; `ends` are the tokens that separate them.
fn read_lines<'s>(rest: &mut Peekable<IntoIter<Marked<'s>>>, ends: &[&str]) -> Vec<Line<'s>> {
    let mut lines: Vec<Line> = Vec::new();
    let mut line = Line::default();
    while let Some((token, flag)) = rest.next() {
        match token.kind {
            Kind::Punct if token.text == "}" => break,
            Kind::Comment if flag && line.nodes.is_empty() => line.before.push(token.text.trim_end()),
            Kind::Comment => match lines.last_mut() {
                Some(before) if line.nodes.is_empty() && line.before.is_empty() => {
                    append(&mut before.after, token.text)
                }
                _ if line.nodes.is_empty() => line.before.push(token.text.trim_end()),
                _ => append(&mut line.after, token.text),
            },
            _ if ends.contains(&token.text) && matches!(token.kind, Kind::Newline | Kind::Punct) => {
                let blank = token.kind == Kind::Newline && flag;
                if !line.nodes.is_empty() || (blank && !line.before.is_empty()) {
                    lines.push(std::mem::take(&mut line));
                }
                line.blank |= blank && !lines.is_empty();
            }
            Kind::Newline => {}
            _ => {
                let node = read_node(token, rest, &line, &mut Vec::new());
                line.after = node.1.iter().fold(std::mem::take(&mut line.after), |mut all, c| {
                    append(&mut all, c);
                    all
                });
                line.nodes.push(node.0);
            }
        }
    }
    if !line.nodes.is_empty() || !line.before.is_empty() {
        lines.push(line);
    }
    lines
}

fn append(all: &mut String, comment: &str) {
    if !all.is_empty() {
        all.push(' ');
    }
    all.push_str(comment.trim_end());
}

/// A node that begins with `token`, and the comments inside of it that no line of a block holds.
fn read_node<'s>(
    token: Token<'s>,
    rest: &mut Peekable<IntoIter<Marked<'s>>>,
    line: &Line<'s>,
    comments: &mut Vec<&'s str>,
) -> (Node<'s>, Vec<&'s str>) {
    let node = match (token.kind, token.text) {
        (Kind::Punct, "{") => {
            let is_macro = matches!(line.nodes.first(), Some(Node::Word(_, word)) if word == "macro");
            Node::Block(read_lines(rest, if is_macro { &["\n"] } else { &["\n", ","] }))
        }
        (Kind::Punct, "(") => Node::Group('(', read_elements(rest, comments)),
        (Kind::Punct, "[") => Node::Group('[', read_elements(rest, comments)),
        (kind, text) => Node::Word(kind, Cow::Borrowed(text)),
    };
    (node, std::mem::take(comments))
}

/// Elements up to a closing bracket.
fn read_elements<'s>(
    rest: &mut Peekable<IntoIter<Marked<'s>>>,
    comments: &mut Vec<&'s str>,
) -> Vec<Vec<Node<'s>>> {
    let mut elements = Vec::new();
    let mut element = Vec::new();
    while let Some((token, _)) = rest.next() {
        match (token.kind, token.text) {
            (Kind::Punct, ")" | "]") => break,
            (Kind::Comment, text) => comments.push(text),
            (Kind::Newline, _) => {}
            (Kind::Punct, ",") => elements.push(std::mem::take(&mut element)),
            _ => {
                let (node, inside) = read_node(token, rest, &Line::default(), &mut Vec::new());
                comments.extend(inside);
                element.push(node);
            }
        }
    }
    elements.push(element);
    elements.retain(|element| !element.is_empty());
    elements
}
