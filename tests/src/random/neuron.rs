//! Random populations: single compartments and trees, with all joins and modes.

use isa::op::{BackPropagation, Join, Mode};
use isa::words::{PostProfile, TraceProfile};
use network::graph::{Compartment, Graph, Homeostasis, Population, Span, Values};

use super::Source;

pub fn population(r: &mut Source, graph: &Graph, index: u32, neurons: u32) -> Population {
    let size = r.unsigned(1, neurons);
    let settings = r.unsigned(0, graph.settings.len() as u32 - 1) as usize;
    let has_noise = graph.settings[settings].noise.is_some();
    let compartments = if r.one_in(2) { 1 } else { r.unsigned(2, 6) };
    let offsets = Offsets { u: r.unsigned(0, 1), v: r.unsigned(0, 1) };
    let post = (0..2).map(|_| PostProfile(std::array::from_fn(|_| trace(r)))).collect::<Vec<_>>();
    let mut tree: Vec<Compartment> = Vec::new();
    for c in 0..compartments {
        let mut one = compartment(r, size, offsets);
        one.name = format!("c{c}");
        one.noise = has_noise && r.one_in(2);
        one.post = (!r.one_in(4)).then(|| r.pick(&post));
        tree.push(one);
    }
    link(r, &mut tree);
    for one in &mut tree {
        if one.soft_reset {
            one.join = Join::Skip;
            one.mode = Mode::SpikeAndReset;
            one.refractory = Values::Same(1);
        } else if one.join == Join::Pass && one.children.len() < 2 {
            one.join = Join::Block;
        }
    }
    Population {
        name: format!("n{index}"),
        size,
        shape: vec![size],
        settings,
        tree,
        core: None,
        span: Span::default(),
    }
}

/// Hangs all compartments but the last-placed root below others; the declared order is shuffled against the tree.
fn link(r: &mut Source, tree: &mut [Compartment]) {
    let n = tree.len();
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        let j = r.unsigned(0, i as u32) as usize;
        order.swap(i, j);
    }
    for (i, &child) in order.iter().enumerate().skip(1) {
        let open: Vec<usize> =
            order[..i].iter().copied().filter(|&parent| tree[parent].children.len() < 2).collect();
        let parent = r.pick(&open);
        tree[parent].children.push(child);
    }
}

/// Whether decays are 0..=4095 or 1..=4096; one neuron cannot hold both 0 and 4096.
#[derive(Clone, Copy)]
struct Offsets {
    u: u32,
    v: u32,
}

fn decay(r: &mut Source, offset: u32) -> u32 {
    match r.unsigned(0, 5) {
        0 => offset,
        1 | 2 => 4095 + offset,
        3 => r.pick(&[1, 2, 4095]),
        _ => r.unsigned(1, 4095),
    }
}

fn compartment(r: &mut Source, size: u32, offsets: Offsets) -> Compartment {
    let vth = [0, 1, 10, 100, 127, 254, 2000, 131_071];
    let (vth_same, refractory) = (r.pick(&vth), r.pick(&[1, 1, 2, 3, 7, 63]));
    let initial = r.one_in(4);
    Compartment {
        current_decay: Values::Same(decay(r, offsets.u)),
        voltage_decay: Values::Same(decay(r, offsets.v)),
        refractory: Values::Same(refractory),
        vth: if r.one_in(3) {
            Values::Each((0..size).map(|_| r.pick(&vth[2..5])).collect())
        } else {
            Values::Same(vth_same)
        },
        bias_mantissa: r.values(size, |r| match r.unsigned(0, 4) {
            0 => r.range(-4096, 4095) as i32,
            1 => r.range(-20, 100) as i32,
            2 => 64 * r.range(0, 4) as i32,
            _ => 0,
        }),
        bias_exponent: r.values(size, |r| r.pick(&[0, 0, 0, 3, 7])),
        initial_v: if initial {
            r.values(size, |r| r.range(-(1 << 23), (1 << 23) - 1) as i32)
        } else {
            Values::Same(0)
        },
        initial_u: if initial {
            r.values(size, |r| r.range(-(1 << 23), (1 << 23) - 1) as i32)
        } else {
            Values::Same(0)
        },
        axon_delay: r.pick(&[0, 0, 0, 1, 5, 63]),
        soft_reset: r.one_in(5),
        join: r.pick(Join::ALL),
        mode: if r.one_in(2) { Mode::SpikeAndReset } else { r.pick(Mode::ALL) },
        bap: r.pick(BackPropagation::ALL),
        homeostasis: r.one_in(4).then(|| homeostasis(r)),
        ..Compartment::default()
    }
}

fn homeostasis(r: &mut Source) -> Homeostasis {
    let min = r.pick(&[0, 1, 10, 60]);
    Homeostasis {
        decay: r.pick(&[0, 100, 2000, 4096]),
        impulse: r.pick(&[0, 1, 20, 127]),
        min,
        max: r.unsigned(min, 127),
        gain: r.pick(&[0, 1, 9, 127]),
    }
}

/// Impulse, fraction and decay of a trace.
pub fn trace(r: &mut Source) -> TraceProfile {
    TraceProfile {
        impulse: r.pick(&[0, 1, 16, 60, 127]),
        fraction: r.pick(&[0, 1, 64, 127]),
        decay: r.pick(&[0, 1, 40, 400, 1000, 4095, 4096]),
    }
}
