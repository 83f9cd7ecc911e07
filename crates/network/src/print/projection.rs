//! Projections as text.

use super::{block, values, view};
use crate::graph::{Connectivity, Graph, Projection, View};
use crate::text::token::{name, quote};

pub(super) fn projection(graph: &Graph, p: &Projection) -> String {
    let side = |views: &[View]| views.iter().map(|v| view(graph, v)).collect::<Vec<_>>().join(", ");
    let pattern = match &p.connectivity {
        Connectivity::Dense => "all".to_owned(),
        Connectivity::OneToOne => "one_to_one".to_owned(),
        Connectivity::List { pre, post } => {
            let pairs: Vec<String> = pre.iter().zip(post).map(|(i, j)| format!("{i} -> {j}")).collect();
            block(&pairs)
        }
    };
    format!("project {} -> {} : {pattern} {}", side(&p.pre), side(&p.post), block(&fields(graph, p)))
}

fn fields(graph: &Graph, p: &Projection) -> Vec<String> {
    let mut items =
        vec![format!("name = {}", quote(&p.name)), format!("weight_mant = {}", values(&p.weight))];
    items.push(format!("sign = {}", p.mode));
    let mut push = |is_default: bool, text: String| {
        if !is_default {
            items.push(text);
        }
    };
    let all_zero = p.delay.iter().all(|&d| d == 0) && matches!(p.delay, crate::graph::Values::Same(_));
    push(all_zero, format!("delay = {}", values(&p.delay)));
    push(all_zero && p.delay_bits == 0 && p.rule.is_none(), format!("delay_bits = {}", p.delay_bits));
    push(p.tag == crate::graph::Values::Same(0), format!("tag = {}", values(&p.tag)));
    push(!p.tags && p.rule.is_none(), format!("tags = {}", p.tags));
    push(p.bits == 8, format!("bits = {}", p.bits));
    push(p.exponent == 0, format!("exponent = {}", p.exponent));
    push(!p.boxed, "box = true".into());
    push(p.limit == (0, 0), format!("limit(mantissa = {}, exponent = {})", p.limit.0, p.limit.1));
    if let Some(rule) = p.rule.and_then(|rule| graph.rules.get(rule)) {
        push(
            false,
            format!("learn = {}", if rule.name == "none" { quote("none") } else { name(&rule.name) }),
        );
    }
    if let Some(compression) = p.compression {
        push(false, format!("compression = {compression}"));
    }
    if let Some(axon) = p.axon {
        push(false, format!("axon = {axon}"));
    }
    items
}
