//! Populations: prototypes laid over each other, compartments, fields.

use std::collections::BTreeMap;
use std::rc::Rc;

use isa::op::{BackPropagation, Join, Mode};

use super::alias::effective;
use super::fields::{COMPARTMENT, SETTINGS};
use super::numbers::At;
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::{self, Compartment, Node, Span};
use crate::quantise::Method;
use crate::text::ast::{self, Expr, ExprKind, Item, ItemKind, Name, Prototype, Use};

/// Lines, and where their names are looked up; the base first.
pub(super) type Layers<'a> = Vec<(&'a [Item], Rc<Scope>)>;

/// The line that counts for each field, by canonical name.
pub(super) type Fields<'a> = BTreeMap<&'static str, (&'a Item, Rc<Scope>)>;

/// Two levels of one quantity: the later one replaces the other.
const LEVELS: [(&str, &[&str]); 7] = [
    ("tau_u", &["current_decay"]),
    ("current_decay", &["tau_u"]),
    ("tau_v", &["voltage_decay"]),
    ("voltage_decay", &["tau_v"]),
    ("threshold", &["vth_mant", "bias_mant", "bias_exp"]),
    ("vth_mant", &["threshold"]),
    ("bias", &["bias_mant", "bias_exp"]),
];

/// Fields that belong to the neuron, not to one of its compartments.
const OF_NEURON: [&str; 6] = ["settings", "epoch", "delay_bits", "vmin_exp", "vmax_exp", "reward"];

/// The lines of a neuron, sorted: fields for all, fields of compartments, traces.
#[derive(Default)]
struct Plan<'a> {
    all: Part<'a>,
    compartments: Vec<(String, Part<'a>)>,
}

#[derive(Default, Clone)]
pub(super) struct Part<'a> {
    pub(super) fields: Fields<'a>,
    pub(super) traces: [Option<(&'a Item, Rc<Scope>)>; 3],
}

impl<'a> Elaborator<'a> {
    /// A population statement.
    pub(super) fn population(&mut self, p: &'a ast::Population, span: Span) {
        let scope = Scope::new();
        let Some((size, shape)) = self.shape(&p.name, &p.shape) else { return };
        let core = p.core.as_ref().and_then(|core| self.integer(core, &scope, "core", (0, u32::MAX.into())));
        let neurons = self.neurons.clone();
        let layers = self.layers("neuron", &neurons, (p.base.as_ref(), &p.items), (&scope, span));
        let index = self.graph.populations.len();
        let plan = self.plan(&p.name.text, &layers);
        let fields = plan.all.fields.clone();
        let tree = self.tree(&p.name.text, plan, size as usize);
        self.plan_settings(index, &fields);
        let core = core.map(|core| core as u32);
        let population = graph::Population {
            name: p.name.text.clone(),
            size,
            shape,
            settings: 0,
            tree,
            core,
            span: p.name.span,
        };
        self.graph.populations.push(population);
        self.name_node(&p.name, Node::Population(index));
    }

    /// Size and shape of a node.
    pub(super) fn shape(&mut self, name: &Name, shape: &[Expr]) -> Option<(u32, Vec<u32>)> {
        let scope = Scope::new();
        if shape.is_empty() {
            return Some((1, vec![1]));
        }
        let mut sizes = Vec::new();
        for size in shape {
            sizes.push(
                self.integer(size, &scope, &format!("size of `{}`", name.text), (1, u32::MAX.into()))
                    .map(|n| n as u32),
            );
        }
        let sizes: Vec<u32> = sizes.into_iter().collect::<Option<_>>()?;
        match sizes.iter().try_fold(1u32, |all, n| all.checked_mul(*n)) {
            Some(size) => Some((size, sizes)),
            None => {
                let message = format!("`{}` has more than 2^32 - 1 things", name.text);
                self.fail(Diagnostic::error("E0058", name.span, message))
            }
        }
    }

    /// A prototype's lines under those that override it, parameters bound.
    pub(super) fn layers(
        &mut self,
        kind: &str,
        table: &BTreeMap<&str, &'a Prototype>,
        top: (Option<&Use>, &'a [Item]),
        (scope, span): (&Scope, Span),
    ) -> Layers<'a> {
        let mut scope = Rc::new(scope.clone());
        let mut layers = vec![(top.1, scope.clone())];
        let mut next = top.0;
        while let Some(used) = next {
            let Some(prototype) = table.get(used.name.text.as_str()) else {
                if self.broken.contains(&used.name.text)
                    || (kind == "rule" && super::rule::is_library(&used.name.text))
                {
                    break;
                }
                let error = Diagnostic::error(
                    "E0010",
                    used.name.span,
                    format!("there is no {kind} `{}`", used.name.text),
                );
                self.found.push(error.suggest(&used.name.text, table.keys().copied()));
                break;
            };
            if layers.len() > 32 {
                let message =
                    format!("{kind} `{}` is its own prototype, or the 33rd in a row", used.name.text);
                self.found.push(Diagnostic::error("E0012", used.name.span, message).also(span, "used here"));
                break;
            }
            let what = format!("{kind} `{}`", used.name.text);
            let Some(bound) = self.bind(&what, &prototype.params, &used.args, (&scope, used.name.span))
            else {
                break;
            };
            scope = Rc::new(bound);
            layers.push((&prototype.items, scope.clone()));
            next = prototype.base.as_ref();
        }
        layers.reverse();
        layers
    }

    fn plan(&mut self, name: &str, layers: &Layers<'a>) -> Plan<'a> {
        let mut plan = Plan::default();
        for (items, scope) in layers {
            let mut here: BTreeMap<usize, BTreeMap<&'static str, Span>> = BTreeMap::new();
            for item in *items {
                let compartment = match (&item.kind, item.key.text.as_str()) {
                    (ItemKind::Block(None, inner), key) => Some((key.to_owned(), inner)),
                    (ItemKind::Block(Some(name), inner), "compartment") => Some((name.text.clone(), inner)),
                    _ => None,
                };
                let Some((part, inner)) = compartment else {
                    self.enter(name, &mut plan.all, (item, scope), here.entry(0).or_default());
                    continue;
                };
                let at = plan
                    .compartments
                    .iter()
                    .position(|(known, _)| *known == part)
                    .unwrap_or(plan.compartments.len());
                if at == plan.compartments.len() {
                    plan.compartments.push((part, Part::default()));
                }
                let owner = format!("{name}.{}", plan.compartments[at].0);
                for item in inner {
                    self.enter(
                        &owner,
                        &mut plan.compartments[at].1,
                        (item, scope),
                        here.entry(at + 1).or_default(),
                    );
                    if OF_NEURON.contains(&item.key.text.as_str()) {
                        let message = format!(
                            "`{}` belongs to the neuron, not to one of its compartments",
                            item.key.text
                        );
                        self.found.push(Diagnostic::error("E0031", item.key.span, message));
                    }
                }
            }
        }
        plan
    }

    /// Enters a line; a line of a later layer replaces earlier ones of its quantity.
    fn enter(
        &mut self,
        owner: &str,
        part: &mut Part<'a>,
        (item, scope): (&'a Item, &Rc<Scope>),
        here: &mut BTreeMap<&'static str, Span>,
    ) {
        if let (ItemKind::Named(name, _), "trace") = (&item.kind, item.key.text.as_str()) {
            match ["y1", "y2", "y3"].iter().position(|y| *y == name.text) {
                Some(i) => part.traces[i] = Some((item, scope.clone())),
                None => {
                    let message = format!("a neuron has traces y1, y2, y3, not `{}`", name.text);
                    self.found.push(Diagnostic::error("E0010", name.span, message));
                }
            }
            return;
        }
        let name = match item.key.text.as_str() {
            "settings" => "settings",
            _ => match self.field(&format!("neuron `{owner}`"), &[&COMPARTMENT, &SETTINGS], item) {
                Some(name) => name,
                None => return,
            },
        };
        let others = LEVELS.iter().find(|(level, _)| *level == name).map_or(&[][..], |(_, others)| others);
        for other in others {
            if let Some(before) = here.get(other).filter(|_| part.fields.contains_key(other)) {
                let message = format!("`{name}` and `{other}` of `{owner}` say the same thing on two levels");
                self.found
                    .push(Diagnostic::error("E0034", item.key.span, message).also(*before, "the other one"));
            }
            part.fields.remove(other);
        }
        if name == "bias_mant" || name == "bias_exp" {
            part.fields.remove("bias");
        }
        if let Some(before) = here.insert(name, item.key.span) {
            let message = format!("`{name}` of `{owner}` is given twice");
            self.found.push(Diagnostic::error("E0011", item.key.span, message).also(before, "the first"));
        }
        part.fields.insert(name, (item, scope.clone()));
    }

    fn tree(&mut self, name: &str, plan: Plan<'a>, n: usize) -> Vec<Compartment> {
        let single = plan.compartments.is_empty();
        let soma = || vec![("soma".to_owned(), Part::default())];
        let parts = if single { soma() } else { plan.compartments };
        let names: Vec<String> = parts.iter().map(|(name, _)| name.clone()).collect();
        for (field, (item, _)) in &plan.all.fields {
            if parts.iter().all(|(_, part)| part.fields.contains_key(field)) {
                let message =
                    format!("`{field}` has no effect: every compartment of `{name}` states its own");
                self.found.push(Diagnostic::error("E0035", item.key.span, message));
            }
        }
        let mut tree = Vec::new();
        for (i, (part_name, part)) in parts.into_iter().enumerate() {
            let whole = overlay(&plan.all, part, single);
            let at = (self.graph.populations.len(), i);
            let owner = if names.len() == 1 { name.to_owned() } else { format!("{name}.{part_name}") };
            let compartment = self.compartment(&owner, &names, &whole, (n, at));
            tree.push(Compartment { name: part_name, ..compartment });
        }
        tree
    }

    fn compartment(
        &mut self,
        owner: &str,
        names: &[String],
        part: &Part<'a>,
        (n, at): (usize, (usize, usize)),
    ) -> Compartment {
        let mut c = Compartment::default();
        let method = self.word_of(
            owner,
            part,
            "method",
            &[("exponential", Method::Exponential), ("euler", Method::Euler)],
        );
        let method = method.unwrap_or_default();
        self.decays(owner, part, (n, method), &mut c);
        self.integers(owner, part, n, &mut c);
        if part.fields.contains_key("threshold") {
            self.physical_of(owner, part, n, at);
        } else {
            self.chip_bias(owner, part, n, &mut c);
        }
        if let Some(mode) = self.word_of(owner, part, "mode", &words(Mode::ALL, Mode::name)) {
            c.mode = mode;
        }
        if let Some(bap) =
            self.word_of(owner, part, "post_events", &words(BackPropagation::ALL, BackPropagation::name))
        {
            c.bap = bap;
        }
        if let Some((item, scope)) = part.fields.get("soft_reset") {
            c.soft_reset = self.flag(item, scope, "soft_reset").unwrap_or(false);
        }
        if let Some((item, scope)) = part.fields.get("noise") {
            self.noise(at.0, item, scope, &mut c);
        }
        if let Some((item, scope)) = part.fields.get("homeostasis") {
            self.homeostasis(owner, (item, scope), at);
        }
        if let Some((item, _)) = part.fields.get("join") {
            self.join(owner, names, item, &mut c);
        }
        self.post_traces(owner, part, &mut c);
        c
    }

    pub(super) fn at<'e>(&self, found: &'e (&'a Item, Rc<Scope>), value: &'e Expr, what: &'e str) -> At<'e> {
        At { expr: value, scope: &found.1, what }
    }

    /// The value of a field that is set to an expression.
    pub(super) fn set_of(&mut self, owner: &str, item: &Item) -> Option<Expr> {
        effective(item).or_else(|| {
            let message = format!("`{}` of `{owner}` is set with `=`", item.key.text);
            self.fail(Diagnostic::error("E0032", item.span, message))
        })
    }

    pub(super) fn word_of<T: Copy>(
        &mut self,
        owner: &str,
        part: &Part<'a>,
        field: &str,
        words: &[(&str, T)],
    ) -> Option<T> {
        let found = part.fields.get(field)?;
        let value = self.set_of(owner, found.0)?;
        let what = format!("{field} of `{owner}`");
        self.choice(self.at(found, &value, &what), words)
    }

    /// `flag`, `flag = true`.
    pub(super) fn flag(&mut self, item: &Item, scope: &Scope, what: &str) -> Option<bool> {
        match &item.kind {
            ItemKind::Flag => Some(true),
            ItemKind::Set(value) => self.boolean(At { expr: value, scope, what }),
            _ => self.fail(Diagnostic::error("E0032", item.span, format!("`{what}` is true or false"))),
        }
    }

    fn join(&mut self, owner: &str, names: &[String], item: &'a Item, c: &mut Compartment) {
        let ItemKind::Set(value) = &item.kind else {
            self.found.push(Diagnostic::error(
                "E0032",
                item.span,
                format!("join of `{owner}` is set with `=`: `join = add(a, b)`"),
            ));
            return;
        };
        let (op, children) = match &value.kind {
            ExprKind::Name(op) => (op, &[][..]),
            ExprKind::Call(op, args) => (&op.text, args.as_slice()),
            _ => {
                self.found.push(Diagnostic::error(
                    "E0032",
                    value.span,
                    "a join is `add(a, b)`, `pass(gate, passed)`, ..",
                ));
                return;
            }
        };
        match Join::from_name(&op.to_lowercase()) {
            Some(join) => c.join = join,
            None => {
                let error = Diagnostic::error("E0010", value.span, format!("there is no join `{op}`"));
                self.found.push(error.suggest(op, Join::ALL.iter().map(|j| j.name())));
            }
        }
        for arg in children {
            let child = match &arg.value.kind {
                ExprKind::Name(name) | ExprKind::Text(name) => name.as_str(),
                _ => "",
            };
            match names.iter().position(|name| name == child) {
                Some(at) => c.children.push(at),
                None => {
                    let error = Diagnostic::error(
                        "E0010",
                        arg.value.span,
                        format!("`{owner}` joins `{child}`, which is no compartment"),
                    );
                    self.found.push(error.suggest(child, names.iter().map(String::as_str)));
                }
            }
        }
    }
}

/// The names of codes.
pub(super) fn words<T: Copy>(all: &'static [T], name: impl Fn(T) -> &'static str) -> Vec<(&'static str, T)> {
    all.iter().map(|code| (name(*code), *code)).collect()
}

/// Fields for all under those of one compartment; a field replaces those of the same quantity.
fn overlay<'a>(all: &Part<'a>, own: Part<'a>, single: bool) -> Part<'a> {
    let mut whole = all.clone();
    whole.fields.retain(|name, _| !OF_NEURON.contains(name) && (single || *name != "join"));
    for (name, line) in own.fields {
        for other in LEVELS.iter().find(|(level, _)| *level == name).map_or(&[][..], |(_, others)| others) {
            whole.fields.remove(other);
        }
        whole.fields.insert(name, line);
    }
    for (trace, own) in whole.traces.iter_mut().zip(own.traces) {
        *trace = own.or(trace.take());
    }
    whole
}
