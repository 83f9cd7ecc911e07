//! Physical thresholds, biases and weights: one scale per population, chosen when all its weights are known.

use std::collections::BTreeMap;

use isa::num::{weight_lsb, weight_range};
use isa::op::SignMode;

use super::Elaborator;
use super::numbers::map;
use crate::diagnostic::Diagnostic;
use crate::graph::{Node, Span, Values};
use crate::quantise::{self, Scaled};

/// What waits for a scale.
#[derive(Default)]
pub(super) struct Pending {
    /// Per (population, compartment).
    pub(super) compartments: BTreeMap<(usize, usize), Compartment>,
    /// Weights of projections.
    pub(super) weights: Vec<Weights>,
}

/// Physical values of a compartment.
pub(super) struct Compartment {
    pub(super) owner: String,
    pub(super) span: Span,
    pub(super) threshold: Values<f64>,
    pub(super) bias: Values<f64>,
    pub(super) initial_v: Values<f64>,
    pub(super) initial_u: Values<f64>,
}

impl Default for Compartment {
    fn default() -> Self {
        let zero = || Values::Same(0.0);
        let (owner, span) = (String::new(), Span::default());
        Self { owner, span, threshold: zero(), bias: zero(), initial_v: zero(), initial_u: zero() }
    }
}

/// Physical weights of a projection.
pub(super) struct Weights {
    pub(super) projection: usize,
    pub(super) values: Values<f64>,
    /// Stated exponent.
    pub(super) exponent: Option<i32>,
    pub(super) span: Span,
}

impl Elaborator<'_> {
    /// Whether a population is given in physical units.
    pub(super) fn is_physical(&self, population: usize) -> bool {
        self.physical.compartments.range((population, 0)..(population + 1, 0)).next().is_some()
    }

    /// Quantises everything physical.
    pub(super) fn resolve_physical(&mut self) {
        let pending = std::mem::take(&mut self.physical);
        for group in self.groups(&pending) {
            let weights: Vec<&Weights> =
                pending.weights.iter().filter(|w| self.ends_in(w.projection, &group)).collect();
            let compartments = || pending.compartments.iter().filter(|((p, _), _)| group.contains(p));
            let largest = |values: &Values<f64>| values.iter().fold(0.0f64, |most, x| most.max(x.abs()));
            let of = Scaled {
                weights: weights
                    .iter()
                    .map(|w| (largest(&w.values), self.mantissa_max(w.projection)))
                    .collect(),
                threshold: compartments().map(|(_, c)| largest(&c.threshold)).fold(0.0, f64::max),
                bias: compartments().map(|(_, c)| largest(&c.bias)).fold(0.0, f64::max),
            };
            let (scale, _) = quantise::scale(&of);
            let names: Vec<&str> = group.iter().map(|p| self.graph.populations[*p].name.as_str()).collect();
            let span = compartments().next().map_or(Span::default(), |(_, c)| c.span);
            let thing = format!("scale of `{}`", names.join("`, `"));
            self.note(span, thing, "1".into(), format!("{} units of weight", quantise::show(scale)));
            for (at, compartment) in compartments() {
                self.resolve_compartment(*at, compartment, scale);
            }
            for weights in weights {
                self.resolve_weights(weights, scale);
            }
        }
    }

    /// Populations that share a scale: those that one projection with physical weights ends in.
    fn groups(&self, pending: &Pending) -> Vec<Vec<usize>> {
        let mut leader: BTreeMap<usize, usize> = pending.compartments.keys().map(|(p, _)| (*p, *p)).collect();
        for weights in &pending.weights {
            let ends = self.ends(weights.projection);
            let leaders: Vec<usize> = ends.iter().filter_map(|p| leader.get(p).copied()).collect();
            let Some(first) = leaders.iter().min().copied() else { continue };
            leader.values_mut().filter(|l| leaders.contains(l)).for_each(|l| *l = first);
        }
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (population, leader) in leader {
            groups.entry(leader).or_default().push(population);
        }
        groups.into_values().collect()
    }

    fn ends(&self, projection: usize) -> Vec<usize> {
        let population = |node| if let Node::Population(p) = node { Some(p) } else { None };
        let views = self.graph.projections.get(projection).map_or(&[][..], |p| &p.post);
        views.iter().filter_map(|view| population(view.node)).collect()
    }

    fn ends_in(&self, projection: usize, group: &[usize]) -> bool {
        self.ends(projection).iter().any(|p| group.contains(p))
    }

    /// The largest |mantissa| that both signs reach.
    fn mantissa_max(&self, projection: usize) -> i32 {
        self.graph.projections.get(projection).map_or(255, |p| match p.mode {
            SignMode::Inhibitory => -weight_range(p.mode, weight_lsb(p.mode, p.bits)).0,
            SignMode::Mixed if p.bits == 1 => 256,
            mode => weight_range(mode, weight_lsb(mode, p.bits)).1,
        })
    }

    fn resolve_compartment(&mut self, (p, c): (usize, usize), of: &Compartment, scale: f64) {
        let whole = |x: f64, factor: f64| {
            quantise::round(quantise::times(x, quantise::times(scale, factor))).map_or(i64::MAX, |r| r.value)
        };
        let vth = map(of.threshold.clone(), |x| whole(x, 1.0));
        let bias: Option<Values<(i32, u32)>> = super::numbers::try_map(of.bias.clone(), |x| {
            quantise::bias(quantise::times(x, quantise::times(scale, 64.0))).map(|r| r.value)
        });
        let state = |values: &Values<f64>| map(values.clone(), |x| whole(x, 64.0));
        let (v, u) = (state(&of.initial_v), state(&of.initial_u));
        if vth.iter().any(|x| *x > 131_071) || bias.is_none() {
            let message = format!(
                "`{}`: threshold or bias do not fit the scale {} of the weights",
                of.owner,
                quantise::show(scale)
            );
            self.found.push(Diagnostic::error("E0041", of.span, message));
            return;
        }
        if v.iter().chain(u.iter()).any(|x| x.abs() >= 1 << 23) {
            let message = format!("`{}`: the initial state does not fit 24 bits", of.owner);
            self.found.push(Diagnostic::error("E0041", of.span, message));
            return;
        }
        if let (Some(asked), Some(got)) = (of.threshold.iter().next(), vth.iter().next()) {
            let back =
                quantise::arithmetic(crate::text::ast::Operator::Div, *got as f64, scale).unwrap_or_default();
            let (asked, got) = (quantise::show(*asked), format!("{}, vth_mant {got}", quantise::show(back)));
            self.note(of.span, format!("`{}`: threshold", of.owner), asked, got);
        }
        let tree = &mut self.graph.populations[p].tree[c];
        tree.vth = map(vth, |x| x as u32);
        if let Some(bias) = bias {
            tree.bias_mantissa = map(bias.clone(), |(m, _)| m);
            tree.bias_exponent = map(bias, |(_, e)| e);
        }
        tree.initial_v = map(v, |x| x as i32);
        tree.initial_u = map(u, |x| x as i32);
    }

    fn resolve_weights(&mut self, weights: &Weights, scale: f64) {
        let mantissa = self.mantissa_max(weights.projection);
        let projection = &mut self.graph.projections[weights.projection];
        let lsb = weight_lsb(projection.mode, projection.bits);
        let largest = weights.values.iter().fold(0.0f64, |most, x| most.max(x.abs()));
        let exponent = weights
            .exponent
            .unwrap_or_else(|| quantise::weight_exponent(quantise::times(largest, scale), mantissa));
        let rounded = map(weights.values.clone(), |w| {
            quantise::weight(quantise::times(w, scale), exponent, lsb, mantissa)
        });
        let worst = quantise::worst(rounded.iter().map(|r| (r.asked, r.got)));
        projection.exponent = exponent;
        projection.weight = map(rounded, |r| r.value);
        let name = projection.name.clone();
        if worst > 0.0 {
            let asked = format!("largest {}", quantise::show(largest));
            let percent = quantise::show(quantise::times(worst, 100.0));
            let got = format!("mantissas with exponent {exponent}, worst error {percent} % of the largest");
            self.note(weights.span, format!("weights of `{name}`"), asked, got);
        }
    }
}
