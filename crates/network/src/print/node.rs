//! Populations, inputs and reward channels as text.

use std::fmt::Display;

use isa::op::{BackPropagation, Join, Mode};

use super::{block, list, trace_text, values, view};
use crate::graph::{Compartment, Graph, Input, InputSource, Population, RewardChannel, Values};
use crate::text::token::name;

pub(super) fn population(p: &Population) -> String {
    let mut items = vec![format!("settings = s{}", p.settings)];
    let names: Vec<String> = p.tree.iter().map(|c| name(&c.name)).collect();
    match p.tree.as_slice() {
        [one] if one.name == "soma" => items.extend(fields(one, &names)),
        tree => items.extend(tree.iter().map(|c| {
            let head =
                if c.name == "soma" { "soma".into() } else { format!("compartment {}", name(&c.name)) };
            format!("{head} {}", block(&fields(c, &names)))
        })),
    }
    let core = p.core.map_or(String::new(), |core| format!(" on core {core}"));
    format!("population {}{} {}{core}", name(&p.name), list(p.shape.iter()), block(&items))
}

fn fields(c: &Compartment, names: &[String]) -> Vec<String> {
    let d = Compartment::default();
    let mut items = Vec::new();
    field(&mut items, "current_decay", &c.current_decay, &d.current_decay);
    field(&mut items, "voltage_decay", &c.voltage_decay, &d.voltage_decay);
    field(&mut items, "vth_mant", &c.vth, &d.vth);
    field(&mut items, "bias_mant", &c.bias_mantissa, &d.bias_mantissa);
    field(&mut items, "bias_exp", &c.bias_exponent, &d.bias_exponent);
    field(&mut items, "refractory", &c.refractory, &d.refractory);
    field(&mut items, "initial_v", &c.initial_v, &d.initial_v);
    field(&mut items, "initial_u", &c.initial_u, &d.initial_u);
    if c.axon_delay != 0 {
        items.push(format!("axon_delay = {}", c.axon_delay));
    }
    if c.noise {
        items.push("noise".into());
    }
    if c.soft_reset {
        items.push("soft_reset".into());
    }
    if c.join != Join::Skip || !c.children.is_empty() {
        let children: Vec<&str> = c.children.iter().map(|&child| names[child].as_str()).collect();
        items.push(format!("join = {}({})", c.join, children.join(", ")));
    }
    if c.mode != Mode::SpikeAndReset {
        items.push(format!("mode = {}", c.mode));
    }
    if c.bap != BackPropagation::Own {
        items.push(format!("post_events = {}", c.bap));
    }
    if let Some(h) = c.homeostasis {
        let (impulse, min, max, gain, decay) = (h.impulse, h.min, h.max, h.gain, h.decay);
        items.push(format!(
            "homeostasis(impulse = {impulse}, min = {min}, max = {max}, gain = {gain}, decay = {decay})"
        ));
    }
    let traces = c.post.iter().flat_map(|post| post.0.iter().enumerate());
    items.extend(traces.map(|(i, trace)| trace_text(&format!("y{}", i + 1), trace)));
    items
}

fn field<T: Display + PartialEq>(items: &mut Vec<String>, key: &str, value: &Values<T>, default: &Values<T>) {
    if value != default {
        items.push(format!("{key} = {}", values(value)));
    }
}

pub(super) fn input(i: &Input) -> String {
    let source = match &i.source {
        InputSource::External => String::new(),
        InputSource::Events(events) => {
            let pairs: Vec<String> = events.iter().map(|(step, line)| format!("[{step}, {line}]")).collect();
            format!(" = events({})", pairs.join(", "))
        }
        InputSource::Poisson(p) => format!(" = poisson(p32 = {})", values(p)),
        InputSource::Regular { period, first } => format!(" = regular(period = {period}, first = {first})"),
    };
    format!("input {}{}{source}", name(&i.name), list(i.shape.iter()))
}

pub(super) fn reward(graph: &Graph, r: &RewardChannel) -> String {
    let mut items = vec![format!("decay = {}", r.decay)];
    if !r.events.is_empty() {
        let events = r.events.iter().map(|(step, value)| match value {
            Some(value) => format!("[{step}, {value}]"),
            None => format!("[{step}]"),
        });
        items.push(format!("events = {}", list(events)));
    }
    for source in &r.sources {
        let value = source.value.as_ref().map_or(String::new(), |v| format!(", value = {}", values(v)));
        items.push(format!("source({}{value})", view(graph, &source.view)));
    }
    format!("reward {} {}", name(&r.name), block(&items))
}
