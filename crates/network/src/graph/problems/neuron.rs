//! Populations and their compartments (contract 3, 4, 5).

use isa::op::{Join, Mode};
use isa::words::TraceProfile;

use super::{List, tree};
use crate::graph::{Compartment, Graph, Homeostasis, Population, Values};

/// 24 bits, sign included.
const STATE: (i64, i64) = (-(1 << 23), (1 << 23) - 1);

pub(super) fn check(graph: &Graph, population: &Population, list: &mut List) {
    list.at(population.span);
    let name = &population.name;
    check_shape("population", name, population.size, &population.shape, list);
    if population.settings >= graph.settings.len() {
        list.add("E0056", format!("population `{name}`: there are no settings {}", population.settings));
    }
    tree::check(population, list);
    for compartment in &population.tree {
        let thing = format!("`{name}.{}`", compartment.name);
        check_values(&thing, compartment, population.size as usize, list);
        check_noise(graph, population, &thing, compartment, list);
        check_soft_reset(&thing, compartment, list);
        if let Some(homeostasis) = &compartment.homeostasis {
            check_homeostasis(&thing, homeostasis, list);
        }
        for (i, trace) in compartment.post.iter().flat_map(|post| post.0).enumerate() {
            check_trace(&format!("{thing}: trace y{}", i + 1), trace, list);
        }
    }
    check_offsets(population, list);
}

/// A population and an input have at least one thing, and a shape of so many.
pub(super) fn check_shape(kind: &str, name: &str, size: u32, shape: &[u32], list: &mut List) {
    let product = shape.iter().try_fold(1u64, |product, &n| product.checked_mul(n.into()));
    if size == 0 {
        list.add("E0058", format!("{kind} `{name}` is empty: at least 1 is needed"));
    } else if shape.is_empty() || product != Some(size.into()) {
        list.add("E0058", format!("{kind} `{name}`: shape {shape:?} does not make up its size {size}"));
    }
}

fn check_values(thing: &str, c: &Compartment, n: usize, list: &mut List) {
    let unsigned = [
        ("current_decay", &c.current_decay, 0, 4096),
        ("voltage_decay", &c.voltage_decay, 0, 4096),
        ("refractory", &c.refractory, 1, 63),
        ("vth_mant", &c.vth, 0, 131_071),
        ("bias_exp", &c.bias_exponent, 0, 7),
    ];
    for (field, values, low, high) in unsigned {
        let thing = format!("{thing}: {field}");
        list.covers(&thing, values, n);
        list.all_in(&thing, values, (low, high));
    }
    let signed = [
        ("bias_mant", &c.bias_mantissa, (-4096, 4095)),
        ("initial_v", &c.initial_v, STATE),
        ("initial_u", &c.initial_u, STATE),
    ];
    for (field, values, bounds) in signed {
        let thing = format!("{thing}: {field}");
        list.covers(&thing, values, n);
        list.all_in(&thing, values, bounds);
    }
    list.range(&format!("{thing}: axon_delay"), c.axon_delay.into(), (0, 63));
}

fn check_noise(graph: &Graph, population: &Population, thing: &str, c: &Compartment, list: &mut List) {
    let settings = graph.settings.get(population.settings);
    if c.noise && settings.is_some_and(|s| s.noise.is_none()) {
        list.add("E0054", format!("{thing} has noise, but the settings of `{}` give none", population.name))
            .help("give the settings `noise(exponent = .., target = ..)`");
    }
}

fn check_soft_reset(thing: &str, c: &Compartment, list: &mut List) {
    if !c.soft_reset {
        return;
    }
    let need = |what: String| format!("{thing}: soft_reset needs {what}");
    if let Some(r) = c.refractory.iter().find(|&&r| r != 1) {
        list.add("E0047", need(format!("refractory = 1, it is {r}")));
    }
    if c.join != Join::Skip {
        list.add("E0047", need(format!("join skip, it is {}", c.join)));
    }
    if c.mode != Mode::SpikeAndReset {
        list.add("E0047", need(format!("mode spike_and_reset, it is {}", c.mode)));
    }
}

fn check_homeostasis(thing: &str, h: &Homeostasis, list: &mut List) {
    let thing = |field| format!("{thing}: homeostasis {field}");
    list.range(&thing("decay"), h.decay.into(), (0, 4096));
    list.range(&thing("impulse"), h.impulse.into(), (0, 127));
    list.range(&thing("gain"), h.gain.into(), (0, 127));
    list.range(&thing("max"), h.max.into(), (0, 127));
    if list.range(&thing("min"), h.min.into(), (0, 127)) && h.min > h.max {
        list.add("E0055", format!("{} = {} is above max = {}", thing("min"), h.min, h.max));
    }
}

/// Ranges of a trace: impulse 0..=127 with a fraction in 1/128, decay 0..=4096.
pub(super) fn check_trace(thing: &str, trace: TraceProfile, list: &mut List) {
    list.range(&format!("{thing} impulse"), trace.impulse.into(), (0, 127));
    list.range(&format!("{thing} fraction"), trace.fraction.into(), (0, 127));
    list.range(&format!("{thing} decay"), trace.decay.into(), (0, 4096));
}

/// The decay offsets are shared by a core, so one neuron cannot hold both 0 and 4096 (chip 3.2).
fn check_offsets(population: &Population, list: &mut List) {
    let size = population.size as usize;
    for field in ["current_decay", "voltage_decay"] {
        let each = population.tree.iter().map(|c| decay_of(c, field)).filter(|v| v.covers(size));
        let (same, lists): (Vec<_>, Vec<_>) = each.partition(|v| matches!(v, Values::Same(_)));
        let has = |wanted: u32, i: usize| {
            same.iter().any(|v| v.get(0) == wanted) || lists.iter().any(|v| v.get(i) == wanted)
        };
        let neurons = if lists.is_empty() { size.min(1) } else { size };
        if let Some(i) = (0..neurons).find(|&i| has(0, i) && has(4096, i)) {
            let name = &population.name;
            list.add(
                "E0046",
                format!("`{name}[{i}]`: {field} 0 and 4096 in one neuron: a core holds 0..=4095 or 1..=4096"),
            )
            .help("use 1 for 0, or 4095 for 4096");
        }
    }
}

fn decay_of<'a>(c: &'a Compartment, field: &str) -> &'a Values<u32> {
    if field == "current_decay" { &c.current_decay } else { &c.voltage_decay }
}
