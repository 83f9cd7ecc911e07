//! Learning rules: declared, from the library, with parameters.

use std::collections::BTreeMap;
use std::rc::Rc;

use isa::words::{PreProfile, TraceProfile};

use super::fields::RULE;
use super::numbers::At;
use super::value::{Number, Value};
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::{NO_TRACE, Rule, Span};
use crate::rule::{self as language, library};
use crate::text::ast::{Arg, Expr, ExprKind, Item, ItemKind, Name, Prototype, Statement, StatementKind, Use};
use crate::text::token::{Kind, tokens};

/// Rules that are known, and rules that were built.
#[derive(Default)]
pub(super) struct Rules<'a> {
    pub(super) declared: BTreeMap<&'a str, &'a Prototype>,
    by_name: BTreeMap<&'a str, usize>,
    built: Vec<Built>,
}

/// What a rule asks of the populations where it learns.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Built {
    pub(super) epoch: Option<u32>,
    pub(super) reward: Option<usize>,
    pub(super) post: [Option<TraceProfile>; 3],
    pub(super) uses_reward: bool,
    pub(super) changes: [bool; 2],
}

/// The variables of rules; a parameter cannot have such a name.
const VARIABLES: [&str; 14] =
    ["x0", "x1", "x2", "y0", "y1", "y2", "y3", "r0", "r1", "w", "d", "t", "c", "sgn"];

/// NxSDK's and brian2_loihi's flat names of traces: trace, part.
const FLAT: [(&str, &str, &str); 20] = [
    ("x1Impulse", "x1", "impulse"),
    ("x1TimeConstant", "x1", "tau"),
    ("x2Impulse", "x2", "impulse"),
    ("x2TimeConstant", "x2", "tau"),
    ("y1Impulse", "y1", "impulse"),
    ("y1TimeConstant", "y1", "tau"),
    ("y2Impulse", "y2", "impulse"),
    ("y2TimeConstant", "y2", "tau"),
    ("y3Impulse", "y3", "impulse"),
    ("y3TimeConstant", "y3", "tau"),
    ("imp_x1", "x1", "impulse"),
    ("tau_x1", "x1", "tau"),
    ("imp_x2", "x2", "impulse"),
    ("tau_x2", "x2", "tau"),
    ("imp_y1", "y1", "impulse"),
    ("tau_y1", "y1", "tau"),
    ("imp_y2", "y2", "impulse"),
    ("tau_y2", "y2", "tau"),
    ("imp_y3", "y3", "impulse"),
    ("tau_y3", "y3", "tau"),
];

impl<'a> Elaborator<'a> {
    /// Builds every declared rule that needs no argument, in order.
    pub(super) fn build_rules(&mut self, statements: &'a [Statement]) {
        for statement in statements {
            let StatementKind::Rule(p) = &statement.kind else { continue };
            if p.params.iter().all(|param| param.default.is_some()) {
                let used = Use { name: p.name.clone(), args: Vec::new() };
                if let Some(index) = self.instantiate(p, &used.args, (&Scope::new(), p.name.span)) {
                    self.rules.by_name.insert(&p.name.text, index);
                }
            }
        }
    }

    /// The rule that `learn = ..` names, built if need be.
    pub(super) fn rule(&mut self, value: &Expr, scope: &Scope) -> Option<usize> {
        let (name, args): (&str, &[Arg]) = match &value.kind {
            ExprKind::Name(name) | ExprKind::Text(name) => (name, &[]),
            ExprKind::Call(name, args) => (&name.text, args),
            _ => return self.fail(Diagnostic::error("E0032", value.span, "a learning rule is named here")),
        };
        if let Some(index) = self.rules.by_name.get(name).filter(|_| args.is_empty()) {
            return Some(*index);
        }
        let Some(prototype) = self.rules.declared.get(name).copied() else {
            if self.broken.contains(name) {
                return None;
            }
            if is_library(name) {
                let (rule, built) = self.library_rule(name, args, (scope, value.span))?;
                return Some(self.register(rule, built, true));
            }
            let named = library::definitions().iter().map(|d| d.name);
            let known: Vec<&str> = self.rules.declared.keys().copied().chain(named).collect();
            let error = Diagnostic::error("E0010", value.span, format!("there is no rule `{name}`"));
            return self.fail(error.suggest(name, known));
        };
        self.instantiate(prototype, args, (scope, value.span))
    }

    /// What a built rule asks for.
    pub(super) fn built(&self, index: usize) -> Built {
        self.rules.built.get(index).cloned().unwrap_or_default()
    }

    fn instantiate(&mut self, p: &'a Prototype, args: &[Arg], scope: (&Scope, Span)) -> Option<usize> {
        let declared = self.rules.declared.clone();
        let used = Use { name: Name { text: p.name.text.clone(), span: scope.1 }, args: args.to_vec() };
        let before = self.found.len();
        let layers = self.layers("rule", &declared, (Some(&used), &[]), scope);
        if layers.len() < 2 && self.found.len() > before {
            return None;
        }
        let (mut rule, mut built) =
            self.library_base(p, &declared).unwrap_or_else(|| (blank(&p.name.text), Built::default()));
        (rule.name, rule.span) = (p.name.text.clone(), p.name.span);
        let mut flat = BTreeMap::new();
        for (items, scope) in &layers {
            for item in *items {
                self.rule_line(p, (item, scope), &mut rule, (&mut built, &mut flat));
            }
        }
        for (trace, args) in flat {
            self.rule_trace(&trace, &args, (&Scope::new(), p.name.span), (&mut rule, &mut built));
        }
        Some(self.register(rule, built, !args.is_empty()))
    }

    /// The library's rule that a chain of prototypes begins with.
    fn library_base(
        &mut self,
        p: &'a Prototype,
        declared: &BTreeMap<&str, &'a Prototype>,
    ) -> Option<(Rule, Built)> {
        let mut base = p.base.as_ref()?;
        for _ in 0..32 {
            match declared.get(base.name.text.as_str()) {
                Some(next) => base = next.base.as_ref()?,
                None => break,
            }
        }
        self.library_rule(&base.name.text, &base.args, (&Scope::new(), base.name.span))
    }

    /// Enters a rule; one that was built with the same values before is used again where `shared`.
    fn register(&mut self, mut rule: Rule, mut built: Built, shared: bool) -> usize {
        built.changes = [!rule.d.is_empty(), !rule.t.is_empty()];
        let reward = |t: &crate::graph::Term| t.factors.iter().any(|f| matches!(f.code.name(), "r0" | "r1"));
        built.uses_reward = [&rule.w, &rule.d, &rule.t].into_iter().flatten().any(reward);
        let same = |r: &Rule, b: &Built| Rule { name: rule.name.clone(), ..r.clone() } == rule && *b == built;
        let known = self.graph.rules.iter().zip(&self.rules.built).position(|(r, b)| same(r, b));
        if let Some(index) = known.filter(|_| shared) {
            return index;
        }
        let taken = |name: &str| self.graph.rules.iter().any(|r| r.name == name);
        let base = rule.name.clone();
        let mut names = std::iter::once(base.clone()).chain((2..).map(|i| format!("{base}_{i}")));
        rule.name = names.find(|name| !taken(name)).unwrap_or(base);
        self.graph.rules.push(rule);
        self.rules.built.push(built);
        self.graph.rules.len() - 1
    }

    fn rule_line(
        &mut self,
        p: &'a Prototype,
        (item, scope): (&'a Item, &Rc<Scope>),
        rule: &mut Rule,
        (built, flat): (&mut Built, &mut BTreeMap<String, Vec<Arg>>),
    ) {
        if let (Some((_, trace, part)), ItemKind::Set(value)) =
            (FLAT.iter().find(|(name, ..)| *name == item.key.text), &item.kind)
        {
            let name = Name { text: (*part).to_owned(), span: item.key.span };
            flat.entry((*trace).to_owned()).or_default().push(Arg { name: Some(name), value: value.clone() });
            if self.aliases.insert(item.key.text.clone(), ()).is_none() {
                let warning = Diagnostic::warning(
                    "W0001",
                    item.key.span,
                    format!("`{}` is a part of a trace here", item.key.text),
                );
                self.found.push(warning.label(format!("canonical: `trace {trace}(impulse = .., tau = ..)`")));
            }
            return;
        }
        let Some(field) = self.field(&format!("rule `{}`", p.name.text), &[&RULE], item) else { return };
        match (&item.kind, field) {
            (ItemKind::Terms(text, span), _) => self.terms(field, (text, *span), scope, rule),
            (ItemKind::Named(name, args), "trace") => {
                self.rule_trace(&name.text, args, (scope, name.span), (rule, built));
            }
            (ItemKind::Set(value), "epoch") => {
                let at = At { expr: value, scope, what: "epoch" };
                built.epoch = self.one_step(at, (1, 63)).map(|epoch| epoch as u32).or(built.epoch);
            }
            (ItemKind::Set(value), "k") => {
                if let Some(k) = self.integer(value, scope, "k", (0, 15)) {
                    rule.k = k as u32;
                }
            }
            (ItemKind::Set(value), "reward") => built.reward = self.channel(value),
            _ => self.found.push(Diagnostic::error(
                "E0032",
                item.span,
                format!("this is not how `{field}` is given"),
            )),
        }
    }

    fn rule_trace(
        &mut self,
        name: &str,
        args: &[Arg],
        (scope, span): (&Scope, Span),
        (rule, built): (&mut Rule, &mut Built),
    ) {
        let what = format!("trace {name} of rule `{}`", rule.name);
        let trace = self.trace(&what, args, scope, span);
        match (name, trace) {
            ("x1", Some(trace)) => rule.pre.0[0] = trace,
            ("x2", Some(trace)) => rule.pre.0[1] = trace,
            ("y1" | "y2" | "y3", trace) => {
                built.post[name.as_bytes()[1] as usize - usize::from(b'1')] = trace
            }
            ("x1" | "x2", None) => {}
            _ => self.found.push(Diagnostic::error(
                "E0010",
                span,
                format!("traces are x1, x2, y1, y2, y3, not `{name}`"),
            )),
        }
    }

    /// `dw = ..`: the one place that calls the language of rules.
    fn terms(&mut self, field: &str, (text, span): (&str, Span), scope: &Scope, rule: &mut Rule) {
        let prefix = format!("{field} = ");
        let exact = substitute(text, scope, &self.constants);
        let offset = span.start.saturating_sub(prefix.len() as u32);
        match language::parse(&format!("{prefix}{}", exact.as_deref().unwrap_or(text)), offset) {
            Ok(terms) => {
                for note in terms.notes {
                    let place = if exact.is_some() { span } else { note.span };
                    self.note(place, format!("rule `{}`", rule.name), text.to_owned(), note.text);
                }
                match (terms.k, rule.w.len() + rule.d.len() + rule.t.len()) {
                    (Some(k), n) if n > 0 && k != rule.k && uses_uk(rule) => {
                        let message = format!("u{k} in a rule that has u{}: a rule has one k", rule.k);
                        self.found.push(Diagnostic::error("E0080", span, message));
                    }
                    (Some(k), _) => rule.k = k,
                    (None, _) => {}
                }
                rule.w.extend(terms.w);
                rule.d.extend(terms.d);
                rule.t.extend(terms.t);
            }
            Err(errors) => {
                for error in errors {
                    let inside = error.span.start >= span.start && error.span.end <= span.end + 1;
                    let place = if exact.is_none() && inside { error.span } else { span };
                    self.found.push(Diagnostic::error("E0080", place, error.to_string()).help(error.help()));
                }
            }
        }
    }
}

/// Whether a rule of that name needs no declaration.
pub(super) fn is_library(name: &str) -> bool {
    library::definitions().iter().any(|d| d.name == name)
}

fn blank(name: &str) -> Rule {
    Rule { name: name.to_owned(), pre: PreProfile([NO_TRACE; 2]), ..Rule::default() }
}

fn uses_uk(rule: &Rule) -> bool {
    [&rule.w, &rule.d, &rule.t].into_iter().flatten().any(|t| t.dependency == isa::op::Dependency::Uk)
}

/// The text with parameters and constants put in; `None` where it has none.
fn substitute(text: &str, scope: &Scope, constants: &Scope) -> Option<String> {
    let mut out = String::new();
    let (mut last, mut changed) = (0usize, false);
    for token in tokens(text) {
        let known = scope.get(token.text).or_else(|| constants.get(token.text));
        let Some(Value::Number(Number::Int(n))) = known else { continue };
        if token.kind != Kind::Ident || VARIABLES.contains(&token.text) {
            continue;
        }
        out.push_str(&text[last..token.span.start as usize]);
        out.push_str(&n.to_string());
        last = token.span.end as usize;
        changed = true;
    }
    out.push_str(&text[last..]);
    changed.then_some(out)
}
