//! Populations: prototypes laid over each other, compartments, fields.

use std::collections::BTreeMap;
use std::rc::Rc;

use isa::op::{BackPropagation, Join, Mode, NoiseTarget};
use isa::words::{PostProfile, TraceProfile};

use super::alias::effective;
use super::fields::{COMPARTMENT, SETTINGS};
use super::numbers::{At, map, try_map};
use super::value::Numbers;
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::{self, Compartment, Homeostasis, NO_TRACE, Node, Noise, Span, Values};
use crate::quantise::{self, Method};
use crate::text::ast::{self, Arg, Expr, ExprKind, Item, ItemKind, Name, Prototype, Use};

/// Lines, and where their names are looked up; the base first.
pub(super) type Layers<'a> = Vec<(&'a [Item], Rc<Scope>)>;

/// The line that counts for each field, by canonical name.
type Fields<'a> = BTreeMap<&'static str, (&'a Item, Rc<Scope>)>;

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
struct Part<'a> {
    fields: Fields<'a>,
    traces: [Option<(&'a Item, Rc<Scope>)>; 3],
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

    fn at<'e>(&self, found: &'e (&'a Item, Rc<Scope>), value: &'e Expr, what: &'e str) -> At<'e> {
        At { expr: value, scope: &found.1, what }
    }

    /// The value of a field that is set to an expression.
    fn set_of(&mut self, owner: &str, item: &Item) -> Option<Expr> {
        effective(item).or_else(|| {
            let message = format!("`{}` of `{owner}` is set with `=`", item.key.text);
            self.fail(Diagnostic::error("E0032", item.span, message))
        })
    }

    fn word_of<T: Copy>(
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

    fn decays(&mut self, owner: &str, part: &Part<'a>, (n, method): (usize, Method), c: &mut Compartment) {
        for (chip, physical) in [("current_decay", "tau_u"), ("voltage_decay", "tau_v")] {
            let decay = if let Some(found) = part.fields.get(chip) {
                let what = format!("{chip} of `{owner}`");
                let value = self.set_of(owner, found.0);
                value.and_then(|value| self.ints(self.at(found, &value, &what), n, (0, 4096)))
            } else if let Some(found) = part.fields.get(physical) {
                let what = format!("{physical} of `{owner}`");
                let value = self.set_of(owner, found.0);
                value.and_then(|value| self.tau_decay(self.at(found, &value, &what), n, method))
            } else {
                None
            };
            let field = if chip == "current_decay" { &mut c.current_decay } else { &mut c.voltage_decay };
            if let Some(decay) = decay {
                *field = map(decay, |d| d as u32);
            }
        }
    }

    /// Decays of time constants; what came out is noted.
    pub(super) fn tau_decay(&mut self, at: At, n: usize, method: Method) -> Option<Values<i64>> {
        let tau = self.tau(at, n)?;
        if let Some(bad) = tau.iter().find(|tau| tau.is_nan() || **tau < 0.0) {
            let message = format!("{} = {} is negative", at.what, quantise::show(*bad));
            return self.fail(Diagnostic::error("E0041", at.expr.span, message));
        }
        let (asked, got) =
            (tau.iter().next().copied()?, quantise::decay(tau.iter().next().copied()?, method));
        let more =
            if let Values::Each(all) = &tau { format!(" (first of {})", all.len()) } else { String::new() };
        let (asked, got) = (self.time(asked), format!("{}, decay {}", self.time(got.got), got.value));
        self.note(at.expr.span, at.what, format!("{asked}{more}"), got);
        self.warn_lost(&tau, at, method);
        Some(map(tau, |tau| i64::from(quantise::decay(tau, method).value)))
    }

    /// Warns of time constants whose decay is rounded to never or at once.
    fn warn_lost(&mut self, tau: &Values<f64>, at: At, method: Method) {
        let lost = |tau: f64| match quantise::decay(tau, method).value {
            0 if tau.is_finite() => Some("decay 0: it never decays"),
            4096 if tau > 0.0 && tau < 1.0 => Some("decay 4096: it forgets at once"),
            _ => None,
        };
        let Some((tau, what)) = tau.iter().find_map(|tau| Some((*tau, lost(*tau)?))) else { return };
        let mut asked = self.time(tau);
        if self.graph.step_us.is_some() {
            asked += &format!(", {} steps,", quantise::show(tau));
        }
        let message = format!("{} = {asked} becomes {what}", at.what);
        let warning = Diagnostic::warning("W0002", at.expr.span, message);
        let help = "a decay is a multiple of 1/4096 a step: longer or shorter steps (`step`) hold others; where it is meant, say the decay itself";
        self.found.push(warning.help(help));
    }

    /// Steps as the report says them: in ms where a step is declared.
    pub(super) fn time(&self, steps: f64) -> String {
        match self.graph.step_us {
            Some(us) => format!("{} ms", quantise::show(quantise::milliseconds(steps, us))),
            None => format!("{} steps", quantise::show(steps)),
        }
    }

    fn integers(&mut self, owner: &str, part: &Part<'a>, n: usize, c: &mut Compartment) {
        let physical = part.fields.contains_key("threshold");
        let fields = [("vth_mant", (0, 131_071)), ("bias_mant", (-4096, 4095)), ("bias_exp", (0, 7))];
        for (field, bounds) in fields {
            let Some(found) = part.fields.get(field) else { continue };
            let what = format!("{field} of `{owner}`");
            let Some(value) = self.set_of(owner, found.0) else { continue };
            let Some(values) = self.ints(self.at(found, &value, &what), n, bounds) else { continue };
            match field {
                "vth_mant" => c.vth = map(values, |x| x as u32),
                "bias_mant" => c.bias_mantissa = map(values, |x| x as i32),
                _ => c.bias_exponent = map(values, |x| x as u32),
            }
        }
        for field in ["initial_v", "initial_u"] {
            let Some(found) = part.fields.get(field).filter(|_| !physical) else { continue };
            let what = format!("{field} of `{owner}`");
            let Some(value) = self.set_of(owner, found.0) else { continue };
            let bounds = (-(1 << 23), (1 << 23) - 1);
            let Some(values) = self.ints(self.at(found, &value, &what), n, bounds) else { continue };
            let values = map(values, |x| x as i32);
            *(if field == "initial_v" { &mut c.initial_v } else { &mut c.initial_u }) = values;
        }
        if let Some(found) = part.fields.get("refractory") {
            let what = format!("refractory of `{owner}`");
            let value = self.set_of(owner, found.0);
            let before = self.found.len();
            let steps = value.and_then(|value| self.steps(self.at(found, &value, &what), n, (1, 63)));
            self.advise(before, "1 is no pause: the next spike can come a step later; 63 is the longest");
            c.refractory = steps.map_or(Values::Same(1), |steps| map(steps, |x| x as u32));
        }
        if let Some(found) = part.fields.get("axon_delay") {
            let what = format!("axon_delay of `{owner}`");
            let value = self.set_of(owner, found.0);
            c.axon_delay = value
                .and_then(|value| self.one_step(self.at(found, &value, &what), (0, 63)))
                .unwrap_or(0) as u32;
        }
    }

    /// `bias` of a chip-level neuron: an integer that mantissa and exponent give exactly.
    fn chip_bias(&mut self, owner: &str, part: &Part<'a>, n: usize, c: &mut Compartment) {
        let Some(found) = part.fields.get("bias") else { return };
        let what = format!("bias of `{owner}`");
        let Some(value) = self.set_of(owner, found.0) else { return };
        let at = self.at(found, &value, &what);
        let Some(values) = self.ints(at, n, (-(4096 << 7), 4095 << 7)) else { return };
        let exact = |b: i64| {
            (0..8).find(|e| b % (1 << e) == 0 && (-4096..=4095).contains(&(b >> e))).map(|e| (b >> e, e))
        };
        match try_map(values.clone(), exact) {
            Some(pairs) => {
                c.bias_mantissa = map(pairs.clone(), |(m, _)| m as i32);
                c.bias_exponent = map(pairs, |(_, e)| e as u32);
            }
            None => {
                let bad = values.iter().find(|b| exact(**b).is_none()).copied().unwrap_or_default();
                let error = Diagnostic::error(
                    "E0041",
                    value.span,
                    format!("{what} = {bad} is no 13-bit mantissa times 2^0..2^7"),
                );
                self.found.push(error.help("give bias_mant and bias_exp"));
            }
        }
    }

    /// `flag`, `flag = true`.
    pub(super) fn flag(&mut self, item: &Item, scope: &Scope, what: &str) -> Option<bool> {
        match &item.kind {
            ItemKind::Flag => Some(true),
            ItemKind::Set(value) => self.boolean(At { expr: value, scope, what }),
            _ => self.fail(Diagnostic::error("E0032", item.span, format!("`{what}` is true or false"))),
        }
    }

    fn noise(&mut self, population: usize, item: &'a Item, scope: &Scope, c: &mut Compartment) {
        match &item.kind {
            ItemKind::Call(args) => {
                c.noise = true;
                if let Some(noise) = self.noise_settings(args, item.span, scope) {
                    self.plan_noise(population, noise, item.span);
                }
            }
            _ => c.noise = self.flag(item, scope, "noise").unwrap_or(false),
        }
    }

    /// `noise(exponent, offset = 0, target = voltage)`
    pub(super) fn noise_settings(&mut self, args: &[Arg], span: Span, scope: &Scope) -> Option<Noise> {
        let places =
            self.places("noise", &[("exponent", true), ("offset", false), ("target", false)], args, span)?;
        let exponent = self.integer(&places[0]?.value, scope, "noise exponent", (0, 23));
        let offset = places[1].map_or(Some(0), |arg| self.integer(&arg.value, scope, "noise offset", (0, 7)));
        let targets = [("current", NoiseTarget::Current), ("voltage", NoiseTarget::Voltage)];
        let target = match places[2] {
            None => Some(NoiseTarget::Voltage),
            Some(arg) => self.choice(At { expr: &arg.value, scope, what: "noise target" }, &targets),
        };
        Some(Noise { exponent: exponent? as u32, offset: offset? as u32, target: target? })
    }

    fn homeostasis(&mut self, owner: &str, (item, scope): (&'a Item, &Rc<Scope>), at: (usize, usize)) {
        let ItemKind::Call(args) = &item.kind else {
            let message = format!("homeostasis of `{owner}` is `homeostasis(impulse, min, max, gain, tau)`");
            self.found.push(Diagnostic::error("E0032", item.span, message));
            return;
        };
        let names = [
            ("impulse", true),
            ("min", true),
            ("max", true),
            ("gain", true),
            ("tau", false),
            ("decay", false),
        ];
        let Some(places) = self.places("homeostasis", &names, args, item.span) else { return };
        let mut values = [0u32; 4];
        for (value, (place, (name, _))) in values.iter_mut().zip(places.iter().zip(names)) {
            let Some(arg) = place else { return };
            match self.integer(&arg.value, scope, &format!("homeostasis {name}"), (0, 127)) {
                Some(got) => *value = got as u32,
                None => return,
            }
        }
        let [impulse, min, max, gain] = values;
        let h = Homeostasis { decay: 4096, impulse, min, max, gain };
        let tau = match (places[4], places[5]) {
            (Some(_), Some(_)) => {
                return self.found.push(Diagnostic::error(
                    "E0034",
                    item.span,
                    "tau and decay say the same thing",
                ));
            }
            (Some(tau), None) => self
                .tau(At { expr: &tau.value, scope, what: "homeostasis tau" }, 1)
                .and_then(|v| v.iter().next().copied()),
            (None, Some(decay)) => {
                let decay = self.integer(&decay.value, scope, "homeostasis decay", (0, 4096)).unwrap_or(0);
                self.settings.homeostasis.push((
                    at,
                    Homeostasis { decay: decay as u32, ..h },
                    None,
                    item.span,
                ));
                return;
            }
            (None, None) => {
                return self.found.push(Diagnostic::error(
                    "E0033",
                    item.span,
                    "homeostasis needs `tau` or `decay`",
                ));
            }
        };
        if let Some(tau) = tau {
            self.settings.homeostasis.push((at, h, Some(tau), item.span));
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

    fn post_traces(&mut self, owner: &str, part: &Part<'a>, c: &mut Compartment) {
        for (i, found) in part.traces.iter().enumerate() {
            let Some((item, scope)) = found else { continue };
            let ItemKind::Named(_, args) = &item.kind else { continue };
            let what = format!("trace y{} of `{owner}`", i + 1);
            if let Some(trace) = self.trace(&what, args, scope, item.span) {
                c.post.get_or_insert(PostProfile([NO_TRACE; 3])).0[i] = trace;
            }
        }
    }

    /// `x1(impulse = 20, tau = 10)`; also `fraction` in 1/128 and `decay`.
    pub(super) fn trace(
        &mut self,
        what: &str,
        args: &[Arg],
        scope: &Scope,
        span: Span,
    ) -> Option<TraceProfile> {
        let names = [("impulse", true), ("tau", false), ("decay", false), ("fraction", false)];
        let places = self.places(what, &names, args, span)?;
        let impulse = self.real(At { expr: &places[0]?.value, scope, what: "impulse" })?;
        let Some(rounded) = quantise::impulse(impulse) else {
            let message = format!("{what}: impulse = {} is out of range: 0..128", quantise::show(impulse));
            return self.fail(Diagnostic::error("E0041", span, message));
        };
        let (whole, mut fraction) = rounded.value;
        let (asked, got) = (quantise::show(rounded.asked), quantise::show(rounded.got));
        self.note(span, format!("{what}: impulse"), asked, got);
        if let Some(arg) = places[3] {
            fraction = self.integer(&arg.value, scope, "fraction", (0, 127))? as u32;
        }
        let decay = match (places[1], places[2]) {
            (Some(tau), None) => {
                let what = format!("{what}: tau");
                self.tau_decay(At { expr: &tau.value, scope, what: &what }, 1, Method::Exponential)?
                    .iter()
                    .next()
                    .copied()?
            }
            (None, Some(decay)) => self.integer(&decay.value, scope, "decay", (0, 4096))?,
            _ => {
                return self.fail(Diagnostic::error(
                    "E0033",
                    span,
                    format!("{what} needs `tau` or `decay`, one of them"),
                ));
            }
        };
        Some(TraceProfile { impulse: whole, fraction, decay: decay as u32 })
    }

    /// Physical threshold, bias and start of a compartment; quantised when the weights are known.
    fn physical_of(&mut self, owner: &str, part: &Part<'a>, n: usize, at: (usize, usize)) {
        let mut pending = super::physical::Compartment::default();
        for field in ["threshold", "bias", "initial_v", "initial_u"] {
            let Some(found) = part.fields.get(field) else { continue };
            let what = format!("{field} of `{owner}`");
            let Some(value) = self.set_of(owner, found.0) else { continue };
            let place = self.at(found, &value, &what);
            let Some(evaluated) = self.eval(&value, place.scope) else { continue };
            let values = match self.numbers(evaluated, place, n) {
                Some(Numbers::Ints(v)) => map(v, |x| x as f64),
                Some(Numbers::Reals(v)) => v,
                Some(_) => {
                    let _: Option<()> = self.wrong_unit(place, "a number without a unit");
                    continue;
                }
                None => continue,
            };
            pending.span = value.span;
            pending.owner = owner.to_owned();
            match field {
                "threshold" => pending.threshold = values,
                "bias" => pending.bias = values,
                "initial_v" => pending.initial_v = values,
                _ => pending.initial_u = values,
            }
        }
        if let Some(bad) = pending.threshold.iter().find(|t| t.is_nan() || **t < 0.0) {
            let message = format!("threshold of `{owner}` = {} is negative", quantise::show(*bad));
            self.found.push(Diagnostic::error("E0041", pending.span, message));
            return;
        }
        self.physical.compartments.insert(at, pending);
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
