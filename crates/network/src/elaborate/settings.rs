//! Settings that a core shares: declared, or derived per population from what is declared elsewhere.

use std::collections::BTreeMap;

use super::fields::SETTINGS;
use super::numbers::At;
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::{Homeostasis, Noise, Settings, Span};
use crate::quantise;
use crate::text::ast::{Expr, ExprKind, Item, ItemKind, Prototype, Statement, StatementKind};

/// What is known about settings while populations and projections are read.
#[derive(Default)]
pub(super) struct Plan<'a> {
    pub(super) declared: BTreeMap<&'a str, &'a Prototype>,
    /// Index of declared settings, and whether they state their delay bits.
    explicit: BTreeMap<&'a str, (usize, bool)>,
    /// Per population.
    wanted: Vec<Wanted>,
    /// Homeostasis whose decay waits for the epoch: where, all but the decay, tau.
    pub(super) homeostasis: Vec<WaitingHomeostasis>,
}

/// Population and compartment, all but the decay, tau in steps where it is given, place.
type WaitingHomeostasis = ((usize, usize), Homeostasis, Option<f64>, Span);

/// What the settings of a population must be, and who says so.
#[derive(Default, Clone)]
struct Wanted {
    explicit: Option<(usize, bool)>,
    fields: BTreeMap<&'static str, (u32, Span)>,
    noise: Option<(Noise, Span)>,
    /// Longest delay or box that ends here.
    delay: u32,
}

const BOUNDS: [(&str, (i64, i64)); 4] =
    [("epoch", (1, 63)), ("delay_bits", (3, 6)), ("vmin_exp", (0, 23)), ("vmax_exp", (0, 7))];

impl<'a> Elaborator<'a> {
    /// Declared settings, in order.
    pub(super) fn build_settings(&mut self, statements: &'a [Statement]) {
        for statement in statements {
            let StatementKind::Settings(p) = &statement.kind else { continue };
            let (mut settings, mut stated) = (Settings::default(), false);
            for item in &p.items {
                let Some(field) = self.field(&format!("settings `{}`", p.name.text), &[&SETTINGS], item)
                else {
                    continue;
                };
                let scope = Scope::new();
                if let (ItemKind::Call(args), "noise") = (&item.kind, field) {
                    settings.noise = self.noise_settings(args, item.span, &scope);
                } else if let Some(value) = self.setting(field, item, &scope) {
                    set(&mut settings, field, value);
                    stated |= field == "delay_bits";
                }
            }
            self.settings.explicit.insert(&p.name.text, (self.graph.settings.len(), stated));
            self.graph.settings.push(settings);
        }
    }

    /// The value of a field of settings.
    fn setting(&mut self, field: &'static str, item: &Item, scope: &Scope) -> Option<u32> {
        let ItemKind::Set(value) = &item.kind else {
            return self.fail(Diagnostic::error("E0032", item.span, format!("`{field}` is set with `=`")));
        };
        if field == "reward" {
            return self.channel(value).map(|channel| channel as u32);
        }
        let Some((_, bounds)) = BOUNDS.iter().find(|(name, _)| *name == field) else {
            return self.fail(Diagnostic::error(
                "E0032",
                item.span,
                "noise is `noise(exponent = .., target = ..)`",
            ));
        };
        self.one_step(At { expr: value, scope, what: field }, *bounds).map(|x| x as u32)
    }

    /// A reward channel by name.
    pub(super) fn channel(&mut self, value: &Expr) -> Option<usize> {
        let (ExprKind::Name(name) | ExprKind::Text(name)) = &value.kind else {
            return self.fail(Diagnostic::error("E0032", value.span, "a reward channel is named here"));
        };
        if let Some(index) = self.rewards.get(name) {
            return Some(*index);
        }
        let known: Vec<String> = self.rewards.keys().cloned().collect();
        let error = Diagnostic::error("E0010", value.span, format!("there is no reward channel `{name}`"));
        self.fail(error.suggest(name, known.iter().map(String::as_str)))
    }

    /// Reads the settings' fields of the population that is built next.
    pub(super) fn plan_settings(
        &mut self,
        population: usize,
        fields: &BTreeMap<&'static str, (&'a Item, std::rc::Rc<Scope>)>,
    ) {
        self.wanted(population);
        for (field, (item, scope)) in fields {
            if *field == "settings" {
                self.settings.wanted[population].explicit = self.declared_settings(item);
            } else if (BOUNDS.iter().any(|(known, _)| known == field) || *field == "reward")
                && let Some(value) = self.setting(field, item, scope)
            {
                self.want(population, field, value, item.span);
            }
        }
    }

    fn declared_settings(&mut self, item: &Item) -> Option<(usize, bool)> {
        let name = match &item.kind {
            ItemKind::Set(Expr { kind: ExprKind::Name(name) | ExprKind::Text(name), .. }) => name,
            _ => {
                return self.fail(Diagnostic::error(
                    "E0032",
                    item.span,
                    "`settings = name` names declared settings",
                ));
            }
        };
        if let Some(found) = self.settings.explicit.get(name.as_str()) {
            return Some(*found);
        }
        let known: Vec<&str> = self.settings.explicit.keys().copied().collect();
        let error = Diagnostic::error("E0010", item.span, format!("there are no settings `{name}`"));
        self.fail(error.suggest(name, known))
    }

    fn wanted(&mut self, population: usize) -> &mut Wanted {
        if self.settings.wanted.len() <= population {
            self.settings.wanted.resize(population + 1, Wanted::default());
        }
        &mut self.settings.wanted[population]
    }

    /// Whether a population names declared settings.
    pub(super) fn is_settled(&mut self, population: usize) -> bool {
        self.wanted(population).explicit.is_some()
    }

    /// A population's settings need this value; two different ones are reported.
    pub(super) fn want(&mut self, population: usize, field: &'static str, value: u32, span: Span) {
        let before = *self.wanted(population).fields.entry(field).or_insert((value, span));
        if before.0 == value {
            return;
        }
        let name = self.graph.populations.get(population).map_or("?", |p| p.name.as_str());
        let said = |x: u32| match field {
            "reward" => self.graph.rewards.get(x as usize).map_or(String::new(), |r| r.name.clone()),
            _ => x.to_string(),
        };
        let message =
            format!("population `{name}` has two values of {field}: {} and {}", said(before.0), said(value));
        self.found.push(Diagnostic::error("E0070", span, message).also(before.1, "the other one"));
    }

    /// A population's noise.
    pub(super) fn plan_noise(&mut self, population: usize, noise: Noise, span: Span) {
        let before = *self.wanted(population).noise.get_or_insert((noise, span));
        if before.0 != noise {
            let message = "compartments of one neuron have one noise";
            self.found.push(Diagnostic::error("E0070", span, message).also(before.1, "the other one"));
        }
    }

    /// A delay ends at a population.
    pub(super) fn need_delay(&mut self, population: usize, delay: u32) {
        let wanted = self.wanted(population);
        wanted.delay = wanted.delay.max(delay);
    }

    /// Settles the settings of every population, and what waited for them.
    pub(super) fn derive_settings(&mut self) {
        let declared = self.graph.settings.len();
        for population in 0..self.graph.populations.len() {
            let wanted = self.wanted(population).clone();
            let index = match wanted.explicit {
                Some((index, stated)) => {
                    self.settle(index, stated, &wanted);
                    index
                }
                None => self.derive(declared, &wanted),
            };
            self.graph.populations[population].settings = index;
        }
        for ((population, compartment), h, tau, span) in std::mem::take(&mut self.settings.homeostasis) {
            let Some(p) = self.graph.populations.get(population) else { continue };
            let epoch = self.graph.settings[p.settings].epoch;
            let h = match tau {
                None => h,
                Some(tau) => {
                    let decay = quantise::epoch_decay(tau, epoch);
                    let got = format!("{}, decay {}", self.time(decay.got), decay.value);
                    self.note(span, "homeostasis tau", self.time(tau), got);
                    Homeostasis { decay: decay.value, ..h }
                }
            };
            self.graph.populations[population].tree[compartment].homeostasis = Some(h);
        }
    }

    /// Declared settings serve a population: they say the same, and hold its delays.
    fn settle(&mut self, index: usize, stated: bool, wanted: &Wanted) {
        let settings = &mut self.graph.settings[index];
        if !stated {
            settings.delay_bits = settings.delay_bits.max(least_bits(wanted.delay));
        }
        let settings = settings.clone();
        for (field, (value, span)) in &wanted.fields {
            let mut other = settings.clone();
            set(&mut other, field, *value);
            if other != settings {
                let message =
                    format!("{field} = {value} is wanted here, the declared settings say otherwise");
                self.found.push(Diagnostic::error("E0070", *span, message));
            }
        }
        if let Some((noise, span)) = wanted.noise
            && settings.noise != Some(noise)
        {
            self.found.push(Diagnostic::error("E0070", span, "the declared settings have another noise"));
        }
    }

    fn derive(&mut self, declared: usize, wanted: &Wanted) -> usize {
        let mut settings = Settings { delay_bits: least_bits(wanted.delay), ..Settings::default() };
        settings.noise = wanted.noise.map(|(noise, _)| noise);
        for (field, (value, _)) in &wanted.fields {
            set(&mut settings, field, *value);
        }
        let known = self.graph.settings[declared..].iter().position(|s| *s == settings);
        known.map_or_else(
            || {
                self.graph.settings.push(settings);
                self.graph.settings.len() - 1
            },
            |at| declared + at,
        )
    }
}

/// The least delay_bits whose ring holds a delay: 2^bits - 2 >= delay.
fn least_bits(delay: u32) -> u32 {
    (3..6).find(|bits| (1 << bits) - 2 >= delay).unwrap_or(6)
}

fn set(settings: &mut Settings, field: &str, value: u32) {
    match field {
        "epoch" => settings.epoch = value,
        "delay_bits" => settings.delay_bits = value,
        "vmin_exp" => settings.vmin_exponent = value,
        "vmax_exp" => settings.vmax_exponent = value,
        _ => settings.reward = Some(value as usize),
    }
}
