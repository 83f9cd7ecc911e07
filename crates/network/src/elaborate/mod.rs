//! Statements to graph: names resolved, values computed, physical values quantised, settings derived.

mod alias;
mod arrays;
mod dynamics;
mod eval;
mod fields;
mod idle;
mod input;
mod library;
mod mantissa;
mod neuron;
mod numbers;
mod pattern;
mod physical;
mod project;
mod refer;
mod rule;
mod session;
mod settings;
mod sparse;
mod traces;
mod value;
mod window;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::graph::{self, Graph, Node, Span};
use crate::load::Loader;
use crate::text::ast::{Expr, Prototype, Statement, StatementKind};
use value::Value;

pub(crate) use fields::canonical;
pub use fields::{FIELDS, FieldSpec, FieldTable};

/// A description that was understood.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The network.
    pub graph: Graph,
    /// What was quantised: asked and got.
    pub notes: Vec<Note>,
    /// Warnings.
    pub warnings: Diagnostics,
}

/// A value that was not taken exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Where it was written.
    pub span: Span,
    /// What it belongs to, e.g. `out.soma: tau_v`.
    pub thing: String,
    /// What was asked for.
    pub asked: String,
    /// What it is now.
    pub got: String,
}

/// Names that expressions may use besides constants: parameters of a prototype.
pub(crate) type Scope = BTreeMap<String, Value>;

/// Values that one list may have; more is refused (E0071).
const VALUES_MAX: usize = 1 << 28;

/// Elaboration in progress.
pub(crate) struct Elaborator<'a> {
    loader: &'a dyn Loader,
    found: Vec<Diagnostic>,
    notes: Vec<Note>,
    constants: Scope,
    neurons: BTreeMap<&'a str, &'a Prototype>,
    synapses: BTreeMap<&'a str, &'a Prototype>,
    rules: rule::Rules<'a>,
    settings: settings::Plan<'a>,
    library: BTreeSet<&'a str>,
    broken: BTreeSet<String>,
    nodes: BTreeMap<String, Node>,
    rewards: BTreeMap<String, usize>,
    physical: physical::Pending,
    aliases: BTreeMap<String, ()>,
    graph: Graph,
}

/// The graph of parsed statements; everything that is wrong with them otherwise.
///
/// # Errors
/// All diagnostics, those of [`graph::problems`] included.
pub(crate) fn elaborate<'a>(
    statements: &'a [Statement],
    library: &'a [Statement],
    loader: &'a dyn Loader,
    before: Vec<Diagnostic>,
) -> Result<Reading, Diagnostics> {
    let understood = before.iter().all(|d| d.warning);
    let mut elaborator = Elaborator::new(loader, before);
    elaborator.declare_library(library);
    elaborator.declare(statements);
    elaborator.build(statements);
    let Elaborator { mut found, notes, graph, .. } = elaborator;
    if understood && found.iter().all(|d| d.warning) {
        found.extend(graph::problems(&graph).into_iter().map(Diagnostic::from));
    }
    let all = Diagnostics::sorted(found);
    if all.errors() > 0 { Err(all) } else { Ok(Reading { graph, notes, warnings: all }) }
}

impl<'a> Elaborator<'a> {
    fn new(loader: &'a dyn Loader, found: Vec<Diagnostic>) -> Self {
        Self {
            loader,
            found,
            notes: Vec::new(),
            constants: Scope::new(),
            neurons: BTreeMap::new(),
            synapses: BTreeMap::new(),
            rules: rule::Rules::default(),
            settings: settings::Plan::default(),
            library: BTreeSet::new(),
            broken: BTreeSet::new(),
            nodes: BTreeMap::new(),
            rewards: BTreeMap::new(),
            physical: physical::Pending::default(),
            aliases: BTreeMap::new(),
            graph: Graph::default(),
        }
    }

    /// Reports; for `return self.fail(..)`.
    fn fail<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.found.push(diagnostic);
        None
    }

    fn note(&mut self, span: Span, thing: impl Into<String>, asked: String, got: String) {
        if asked != got {
            self.notes.push(Note { span, thing: thing.into(), asked, got });
        }
    }

    /// Prototypes and rules that every description may use, or define anew.
    fn declare_library(&mut self, library: &'a [Statement]) {
        for statement in library {
            let (table, prototype) = match &statement.kind {
                StatementKind::Neuron(p) => (&mut self.neurons, p),
                StatementKind::Rule(p) => (&mut self.rules.declared, p),
                _ => continue,
            };
            table.insert(&prototype.name.text, prototype);
            self.library.insert(&prototype.name.text);
        }
    }

    /// First pass: what may be used before it is declared.
    fn declare(&mut self, statements: &'a [Statement]) {
        for statement in statements {
            if let StatementKind::Broken(name) = &statement.kind {
                self.broken.insert(name.text.clone());
            }
        }
        self.declare_constants(statements);
        let mut kinds_seen = BTreeSet::new();
        for statement in statements {
            let (table, prototype, kind) = match &statement.kind {
                StatementKind::Neuron(p) => (&mut self.neurons, p, "neuron"),
                StatementKind::Synapse(p) => (&mut self.synapses, p, "synapse"),
                StatementKind::Rule(p) => (&mut self.rules.declared, p, "rule"),
                StatementKind::Settings(p) => (&mut self.settings.declared, p, "settings"),
                _ => continue,
            };
            let before = table.insert(prototype.name.text.as_str(), prototype);
            let of_library = self.library.contains(prototype.name.text.as_str())
                && kinds_seen.insert((kind, &prototype.name.text));
            if let Some(before) = before.filter(|_| !of_library) {
                self.found.push(twice(kind, prototype, before));
            }
        }
        self.declare_single(statements);
        self.check_prototypes(statements);
    }

    /// Statements of which there is one.
    fn declare_single(&mut self, statements: &'a [Statement]) {
        let mut first: BTreeMap<&str, Span> = BTreeMap::new();
        for statement in statements {
            let word = match &statement.kind {
                StatementKind::Network(name) => {
                    self.graph.name.clone_from(&name.text);
                    "network"
                }
                StatementKind::Step(value) => {
                    self.step(value);
                    "step"
                }
                StatementKind::Seed(value) => {
                    if let Some(seed) = self.integer(value, &Scope::new(), "seed", (0, u32::MAX.into())) {
                        self.graph.seed = seed as u32;
                    }
                    "seed"
                }
                StatementKind::Run(_) => "run",
                StatementKind::Samples(_) => "samples",
                _ => continue,
            };
            if let Some(before) = first.insert(word, statement.span) {
                let message = format!("`{word}` a second time");
                self.found
                    .push(Diagnostic::error("E0011", statement.span, message).also(before, "the first"));
            }
        }
    }

    /// Second pass: nodes, then what refers to them.
    fn build(&mut self, statements: &'a [Statement]) {
        self.build_rewards(statements);
        self.build_settings(statements);
        for statement in statements {
            let before = self.found.len();
            match &statement.kind {
                StatementKind::Population(p) => self.population(p, statement.span),
                StatementKind::Input(i) => self.input(i, statement.span),
                _ => {}
            }
            self.name_call(before, statement);
        }
        self.fill_rewards(statements);
        self.build_rules(statements);
        for statement in statements {
            let before = self.found.len();
            if let StatementKind::Project(p) = &statement.kind {
                self.project(p, statement.span);
            }
            self.name_call(before, statement);
        }
        self.resolve_physical();
        self.derive_settings();
        self.warn_idle();
        self.session(statements);
    }

    /// Errors inside of a macro name the call as well.
    fn name_call(&mut self, before: usize, statement: &Statement) {
        let Some(call) = statement.call else { return };
        for error in self.found.iter_mut().skip(before) {
            if (error.span.start, error.span.end) != (call.start, call.end) {
                error.related.push((call, "in this call".into()));
            }
        }
    }

    fn step(&mut self, value: &Expr) {
        let scope = Scope::new();
        match self.number(value, &scope, "step") {
            Some(value::Number::Time(us)) => match crate::quantise::whole(us).map(u32::try_from) {
                Some(Ok(us)) if us > 0 => self.graph.step_us = Some(us),
                _ => {
                    let message = "a step is a whole number of microseconds, at least 1";
                    self.found.push(Diagnostic::error("E0041", value.span, message));
                }
            },
            Some(_) => {
                let error =
                    Diagnostic::error("E0032", value.span, "a step is a time").help("e.g. `step 1 ms`");
                self.found.push(error);
            }
            None => {}
        }
    }

    /// Enters a node's name; reports one that is taken.
    fn name_node(&mut self, name: &crate::text::ast::Name, node: Node) {
        if self.rewards.contains_key(&name.text) || self.nodes.insert(name.text.clone(), node).is_some() {
            let message = format!("there is already something of the name `{}`", name.text);
            self.found.push(Diagnostic::error("E0011", name.span, message));
        }
    }
}

fn twice(kind: &str, now: &Prototype, before: &Prototype) -> Diagnostic {
    let message = format!("{kind} `{}` is defined twice", now.name.text);
    Diagnostic::error("E0011", now.name.span, message).also(before.name.span, "the first")
}
