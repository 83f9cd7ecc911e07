//! Random projections: all connectivities, sign modes, bits, exponents, delays, boxes, plastic or not.

use isa::num;
use isa::op::SignMode;
use network::graph::{Connectivity, Graph, Node, Projection, Values, View};

use super::{Source, any_input, any_population, view};
use crate::graphs;

pub fn projection(r: &mut Source, graph: &Graph, index: u32) -> Projection {
    let mut p = graphs::empty_projection(&format!("p{index}"));
    let from_input = index == 0 || r.one_in(3);
    p.pre = views(r, graph, if from_input { any_input } else { any_population });
    p.post = views(r, graph, any_population);
    p.connectivity = connectivity(r, p.pre_len() as u32, p.post_len() as u32);
    p.mode = r.pick(SignMode::ALL);
    p.bits = r.pick(&[8, 8, 8, 1, 2, 3, 4, 5, 6]);
    p.exponent = if r.one_in(2) { 0 } else { r.pick(&[-8, -3, -1, 1, 3, 5, 7, 7]) };
    let n = p.synapses() as u32;
    let lsb = num::weight_lsb(p.mode, p.bits);
    let (low, high) = num::weight_range(p.mode, lsb);
    p.weight = r.values(n, |r| mantissa(r, (low, high), lsb));
    let least_ring = rings(graph, &p.post).min().unwrap_or(8);
    p.delay_bits = r.pick(&[0, 0, 1, 3, 6]);
    let most = ((1u32 << p.delay_bits) - 1).min(least_ring - 2);
    p.boxed = most > 0 && p.post.iter().all(|view| forgets_nothing(graph, view));
    let least = u32::from(p.boxed);
    p.delay = r.values(n, |r| if r.one_in(3) { most as u8 } else { r.unsigned(least, most) as u8 });
    if !p.boxed && !graph.rules.is_empty() && !r.one_in(3) {
        make_plastic(r, graph, &mut p, lsb);
    }
    p
}

/// One or two views that lie within one kind of node.
fn views(r: &mut Source, graph: &Graph, any: fn(&mut Source, &Graph) -> Node) -> Vec<View> {
    (0..r.pick(&[1, 1, 1, 2]))
        .map(|_| {
            let node = any(r, graph);
            view(r, graph, node)
        })
        .collect()
}

fn connectivity(r: &mut Source, sources: u32, targets: u32) -> Connectivity {
    match r.unsigned(0, 3) {
        0 => Connectivity::Dense,
        1 if sources == targets => Connectivity::OneToOne,
        _ => {
            let n = r.unsigned(1, (2 * sources * targets).min(40));
            let list = |r: &mut Source, most: u32| (0..n).map(|_| r.unsigned(0, most - 1)).collect();
            Connectivity::List { pre: list(r, sources), post: list(r, targets) }
        }
    }
}

/// A multiple of 2^lsb in range, often a bound.
fn mantissa(r: &mut Source, (low, high): (i32, i32), lsb: u32) -> i16 {
    let w = match r.unsigned(0, 5) {
        0 => low,
        1 => high,
        _ => num::truncate_weight(r.range(low.into(), high.into()) as i32, lsb),
    };
    w as i16
}

fn rings<'a>(graph: &'a Graph, post: &'a [View]) -> impl Iterator<Item = u32> + 'a {
    post.iter().filter_map(|view| match view.node {
        Node::Population(p) => Some(1 << graph.settings[graph.populations[p].settings].delay_bits),
        Node::Input(_) => None,
    })
}

fn forgets_nothing(graph: &Graph, view: &View) -> bool {
    let Node::Population(p) = view.node else { return false };
    graph.populations[p].tree[view.compartment as usize].current_decay.iter().all(|&d| d == 0)
}

fn make_plastic(r: &mut Source, graph: &Graph, p: &mut Projection, lsb: u32) {
    let index = r.unsigned(0, graph.rules.len() as u32 - 1) as usize;
    let rule = &graph.rules[index];
    if !rule.d.is_empty() && p.delay_bits == 0 {
        return;
    }
    p.rule = Some(index);
    p.tags = !rule.t.is_empty() || r.one_in(2);
    if p.tags {
        p.tag = r.values(p.synapses() as u32, |r| r.pick(&[0, 1, -1, 30, -256, 255]));
    }
    if r.one_in(3) {
        let limit = (r.unsigned(1, 15), r.unsigned(0, 6));
        let bound = num::truncate_weight((limit.0 << limit.1) as i32, lsb);
        if bound > 0 {
            p.limit = limit;
            let cut = |w: &i16| (*w).clamp((-bound) as i16, bound as i16);
            p.weight = match &p.weight {
                Values::Same(w) => Values::Same(cut(w)),
                Values::Each(all) => Values::Each(all.iter().map(cut).collect()),
            };
        }
    }
}
