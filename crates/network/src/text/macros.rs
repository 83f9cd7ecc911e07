//! Macros: a call becomes the statements of the macro's body, arguments and local names put in.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::ast::Statement;
use super::layout::{arrange, split};
use super::stream::span_of;
use super::token::{Kind, Token, name, quote, tokens, unquote};
use super::{KEYWORDS, head};
use crate::diagnostic::Diagnostic;
use crate::graph::Span;

/// Macros that may call each other.
const DEPTH_MAX: usize = 8;
/// Words that the calls of one description may expand to.
const WORDS_MAX: usize = 1 << 20;
/// Statements that declare a name which expressions use; it stays a plain word.
const PLAIN: [&str; 5] = ["const", "neuron", "synapse", "rule", "settings"];

/// What every description may use.
pub(crate) const LIBRARY: &str = include_str!("../library.snn");

/// A macro as it was written.
#[derive(Clone)]
struct Macro<'s> {
    params: Vec<(&'s str, Option<Vec<Token<'s>>>)>,
    body: Vec<Token<'s>>,
    /// Whether it is of the library, whose places mean nothing to the user.
    library: bool,
}

/// The macros of a description.
pub(crate) struct Macros<'s> {
    table: BTreeMap<&'s str, Macro<'s>>,
    words: usize,
}

/// A word of an expansion and the place that it stands for.
#[derive(Clone)]
struct Piece {
    text: String,
    kind: Kind,
    span: Span,
}

/// A call: its label, the macro's name, the tokens of each argument.
struct Call<'t, 's> {
    label: Option<String>,
    name: Token<'s>,
    args: Vec<(Option<&'s str>, &'t [Token<'s>])>,
    span: Span,
}

impl<'s> Macros<'s> {
    /// The macros among arranged tokens, and those of the library.
    pub(crate) fn new(own: &[Token<'s>], errors: &mut Vec<Diagnostic>) -> Self {
        let mut macros = Self { table: BTreeMap::new(), words: 0 };
        for part in split(own, &["\n"]) {
            macros.define(part, false, errors);
        }
        macros
    }

    fn names(&self) -> impl Iterator<Item = &'s str> + '_ {
        self.table.keys().copied().chain(library().keys().copied())
    }

    fn define(&mut self, part: &[Token<'s>], library: bool, errors: &mut Vec<Diagnostic>) {
        if !is_macro(part) {
            return;
        }
        let Some((name, params, body)) = definition(part) else {
            let error =
                Diagnostic::error("E0001", span_of(part), "a macro is `macro name(a, b = 3) { statements }`");
            errors.push(error);
            return;
        };
        let before = self.table.insert(name.text, Macro { params, body: body.to_vec(), library });
        if before.is_some() {
            errors.push(Diagnostic::error(
                "E0011",
                name.span,
                format!("macro `{}` is defined twice", name.text),
            ));
        }
    }

    /// The statements of a call; `None` if the tokens are no call of a macro.
    pub(crate) fn call(
        &mut self,
        part: &[Token<'s>],
        errors: &mut Vec<Diagnostic>,
    ) -> Option<Vec<Statement>> {
        let call = call(part)?;
        let pieces = self.expand(&call, 0, errors).unwrap_or_default();
        let (text, spans) = join(&pieces);
        let mut words = tokens(&text);
        for (word, span) in words.iter_mut().zip(spans) {
            word.span = span;
        }
        let words = arrange(words, errors);
        let before = errors.len();
        let mut statements: Vec<Statement> =
            split(&words, &["\n"]).filter_map(|part| head::statement(part, errors)).collect();
        for error in &mut errors[before..] {
            error.related.push((call.span, "in this call".into()));
        }
        statements.iter_mut().for_each(|statement| statement.call = Some(call.span));
        Some(statements)
    }

    /// The text of a call; `None` if the tokens are no call of a macro.
    pub(crate) fn text(&mut self, part: &[Token<'s>]) -> Option<String> {
        let pieces = self.expand(&call(part)?, 0, &mut Vec::new()).unwrap_or_default();
        Some(join(&pieces).0)
    }

    fn expand(
        &mut self,
        call: &Call<'_, 's>,
        depth: usize,
        errors: &mut Vec<Diagnostic>,
    ) -> Option<Vec<Piece>> {
        let Some(found) = self.table.get(call.name.text).or_else(|| library().get(call.name.text)).cloned()
        else {
            let error =
                Diagnostic::error("E0010", call.name.span, format!("there is no macro `{}`", call.name.text));
            let known = self.names().chain(KEYWORDS.iter().copied());
            errors.push(error.suggest(call.name.text, known));
            return None;
        };
        if depth > DEPTH_MAX {
            let message = format!("macro `{}` calls itself, or more than {DEPTH_MAX} deep", call.name.text);
            errors.push(Diagnostic::error("E0012", call.span, message));
            return None;
        }
        let bound = bind(&found, call, errors)?;
        let mut out = Vec::new();
        for part in split(&found.body, &["\n"]) {
            let place = |token: &Token| if found.library { call.span } else { token.span };
            let locals = locals(&found.body, call.label.as_deref());
            let mut pieces = Vec::new();
            for (i, token) in part.iter().enumerate() {
                let near = (
                    i.checked_sub(1).and_then(|at| part.get(at)),
                    part.get(i + 1),
                    i == 0 || declares(part, i),
                );
                put(&mut pieces, token, near, (&bound, &locals, place(token)));
            }
            self.words += pieces.len();
            if self.words > WORDS_MAX {
                errors.push(Diagnostic::error(
                    "E0071",
                    call.span,
                    format!("macros expand to more than {WORDS_MAX} words"),
                ));
                return None;
            }
            out.extend(self.nested(pieces, depth, errors)?);
            out.push(Piece { text: "\n".into(), kind: Kind::Newline, span: call.span });
        }
        Some(out)
    }

    /// Pieces, expanded further where they are a call themselves.
    fn nested(
        &mut self,
        pieces: Vec<Piece>,
        depth: usize,
        errors: &mut Vec<Diagnostic>,
    ) -> Option<Vec<Piece>> {
        let words: Vec<Token> =
            pieces.iter().map(|p| Token { kind: p.kind, text: &p.text, span: p.span }).collect();
        let Some(inner) = call(&words) else { return Some(pieces.clone()) };
        let known = self.names().find(|name| *name == inner.name.text);
        let name = Token { text: known.unwrap_or(""), ..inner.name };
        if known.is_none() {
            let message = format!("there is no macro `{}`", inner.name.text);
            errors.push(Diagnostic::error("E0010", inner.name.span, message));
            return None;
        }
        let inner = Call { name, ..inner };
        let expanded = self.expand_short(&inner, depth + 1, errors)?;
        self.words += expanded.len();
        Some(expanded)
    }

    /// As `expand`, for arguments that live shorter than the macros.
    fn expand_short<'p>(
        &self,
        call: &Call<'_, 'p>,
        depth: usize,
        errors: &mut Vec<Diagnostic>,
    ) -> Option<Vec<Piece>>
    where
        's: 'p,
    {
        let table: BTreeMap<&'p str, Macro<'p>> = self.table.iter().map(|(k, v)| (*k, v.clone())).collect();
        Macros { table, words: self.words }.expand(call, depth, errors)
    }
}

/// The macros of the library, read once.
fn library() -> &'static BTreeMap<&'static str, Macro<'static>> {
    static MACROS: OnceLock<BTreeMap<&'static str, Macro<'static>>> = OnceLock::new();
    MACROS.get_or_init(|| {
        let mut macros = Macros { table: BTreeMap::new(), words: 0 };
        let all = arrange(tokens(LIBRARY), &mut Vec::new());
        split(&all, &["\n"]).for_each(|part| macros.define(part, true, &mut Vec::new()));
        macros.table
    })
}

/// Whether the tokens define a macro.
pub(crate) fn is_macro(part: &[Token]) -> bool {
    part.first().is_some_and(|t| t.is_word("macro"))
}

type Definition<'t, 's> = (Token<'s>, Vec<(&'s str, Option<Vec<Token<'s>>>)>, &'t [Token<'s>]);

fn definition<'t, 's>(part: &'t [Token<'s>]) -> Option<Definition<'t, 's>> {
    let name = *part.get(1).filter(|t| t.kind == Kind::Ident)?;
    let (params, rest) = group(part.get(2..)?, "(", ")")?;
    let (body, rest) = group(rest, "{", "}")?;
    if !rest.is_empty() {
        return None;
    }
    let param = |tokens: &'t [Token<'s>]| match tokens {
        [name] if name.kind == Kind::Ident => Some((name.text, None)),
        [name, equals, default @ ..] if equals.is("=") && !default.is_empty() => {
            Some((name.text, Some(default.to_vec())))
        }
        _ => None,
    };
    let params = split(params, &[","]).map(param).collect::<Option<Vec<_>>>()?;
    Some((name, params, body))
}

/// What is in the brackets at the head of tokens, and what follows them.
fn group<'t, 's>(
    tokens: &'t [Token<'s>],
    open: &str,
    close: &str,
) -> Option<(&'t [Token<'s>], &'t [Token<'s>])> {
    tokens.first().filter(|t| t.is(open))?;
    let mut depth = 0usize;
    for (i, token) in tokens.iter().enumerate() {
        if token.is(open) {
            depth += 1;
        } else if token.is(close) {
            depth -= 1;
        }
        if depth == 0 {
            return Some((&tokens[1..i], &tokens[i + 1..]));
        }
    }
    None
}

/// `name(a, key = b)` or `label = name(..)`, nothing behind it.
fn call<'t, 's>(part: &'t [Token<'s>]) -> Option<Call<'t, 's>> {
    let (label, rest) = match part {
        [label, equals, rest @ ..] if equals.is("=") && matches!(label.kind, Kind::Ident | Kind::Text) => {
            let text = if label.kind == Kind::Text { unquote(label.text) } else { label.text.to_owned() };
            (Some(text), rest)
        }
        rest => (None, rest),
    };
    let name = *rest.first().filter(|t| t.kind == Kind::Ident && !KEYWORDS.contains(&t.text))?;
    let (args, after) = group(rest.get(1..)?, "(", ")")?;
    if !after.is_empty() {
        return None;
    }
    let arg = |tokens: &'t [Token<'s>]| match tokens {
        [key, equals, value @ ..] if equals.is("=") && key.kind == Kind::Ident => (Some(key.text), value),
        value => (None, value),
    };
    Some(Call { label, name, args: split(args, &[","]).map(arg).collect(), span: span_of(part) })
}

/// The tokens of each parameter.
fn bind<'s>(
    of: &Macro<'s>,
    call: &Call<'_, 's>,
    errors: &mut Vec<Diagnostic>,
) -> Option<BTreeMap<&'s str, Vec<Token<'s>>>> {
    let mut bound: BTreeMap<&str, Vec<Token>> = BTreeMap::new();
    let before = errors.len();
    for (i, (key, value)) in call.args.iter().enumerate() {
        let name = match key {
            Some(key) => of.params.iter().find(|(param, _)| param == key).map(|(param, _)| *param),
            None => of.params.get(i).map(|(param, _)| *param),
        };
        let place = span_of(value);
        let error = |message: String| Diagnostic::error("E0031", place, message);
        match (name, key) {
            (Some(name), _) if bound.contains_key(name) => {
                errors.push(error(format!("`{name}` is given twice")))
            }
            (Some(name), _) => {
                bound.insert(name, value.to_vec());
            }
            (None, Some(key)) => {
                let known = of.params.iter().map(|(param, _)| *param);
                errors.push(
                    error(format!("macro `{}` has no argument `{key}`", call.name.text)).suggest(key, known),
                );
            }
            (None, None) => {
                errors.push(error(format!("macro `{}` takes {} arguments", call.name.text, of.params.len())))
            }
        }
    }
    for (param, default) in &of.params {
        match default {
            _ if bound.contains_key(param) => {}
            Some(default) => {
                let at = |t: &Token<'s>| Token { span: if of.library { call.span } else { t.span }, ..*t };
                bound.insert(param, default.iter().map(at).collect());
            }
            None => {
                let message = format!("macro `{}` needs `{param}`", call.name.text);
                errors.push(Diagnostic::error("E0033", call.span, message));
            }
        }
    }
    let uses_self = of.body.iter().any(|t| t.is_word("self"));
    if uses_self && call.label.is_none() {
        let error = Diagnostic::error(
            "E0033",
            call.span,
            format!("macro `{}` declares what it is called: a name is missing", call.name.text),
        );
        errors.push(error.help(format!("`cells = {}(..)`", call.name.text)));
    }
    (errors.len() == before).then_some(bound)
}

/// Whether token `i` of a statement is the name that it declares.
fn declares(part: &[Token], i: usize) -> bool {
    i == 1 && part[0].kind == Kind::Ident && KEYWORDS.contains(&part[0].text)
}

/// Local names and what stands for them.
type Locals = BTreeMap<String, (String, Kind)>;

/// Names that a body declares, and what they are called outside.
fn locals(body: &[Token], label: Option<&str>) -> Locals {
    let mut names = BTreeMap::new();
    let Some(label) = label else { return names };
    let kind = if name(label) == label { Kind::Ident } else { Kind::Text };
    names.insert("self".to_owned(), (name(label), kind));
    for part in split(body, &["\n"]) {
        let [first, second, ..] = part else { continue };
        match (first.text, second.kind) {
            ("population" | "input" | "reward", Kind::Ident) if second.text != "self" => {
                names
                    .insert(second.text.to_owned(), (quote(&format!("{label}.{}", second.text)), Kind::Text));
            }
            (word, Kind::Ident) if PLAIN.contains(&word) => {
                let plain = label.chars().map(|c| if c.is_alphanumeric() { c } else { '_' });
                names.insert(
                    second.text.to_owned(),
                    (plain.chain("_".chars()).chain(second.text.chars()).collect(), Kind::Ident),
                );
            }
            _ if second.is("=") && first.kind == Kind::Ident => {
                names.insert(first.text.to_owned(), (quote(&format!("{label}.{}", first.text)), Kind::Text));
            }
            _ => {}
        }
    }
    names
}

/// Appends a word of a body: itself, an argument, or the outer name of a local one.
fn put(
    out: &mut Vec<Piece>,
    token: &Token,
    (before, after, head): (Option<&Token>, Option<&Token>, bool),
    (bound, locals, span): (&BTreeMap<&str, Vec<Token>>, &Locals, Span),
) {
    let free = token.kind == Kind::Ident && !before.is_some_and(|t| t.is("."));
    let is_key = after.is_some_and(|t| t.is("=")) && !head;
    if free && !is_key {
        if let Some(arg) = bound.get(token.text) {
            let operators = arg
                .iter()
                .any(|t| t.kind == Kind::Punct && matches!(t.text, "+" | "-" | "*" | "/" | "%" | "^"));
            let mut push = |text: &str, kind, span| out.push(Piece { text: text.to_owned(), kind, span });
            if operators {
                push("(", Kind::Punct, span);
            }
            arg.iter().for_each(|t| push(t.text, t.kind, t.span));
            if operators {
                push(")", Kind::Punct, span);
            }
            return;
        }
        if let Some((text, kind)) = locals.get(token.text) {
            out.push(Piece { text: text.clone(), kind: *kind, span });
            return;
        }
    }
    out.push(Piece { text: token.text.to_owned(), kind: token.kind, span });
}

/// The text of pieces, and the place of each of its words.
fn join(pieces: &[Piece]) -> (String, Vec<Span>) {
    let mut text = String::new();
    for piece in pieces {
        text.push_str(&piece.text);
        text.push(' ');
    }
    (text, pieces.iter().map(|piece| piece.span).collect())
}
