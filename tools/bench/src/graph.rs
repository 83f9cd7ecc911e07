//! A workload as a graph.

use isa::op::{Dependency, FactorCode, SignMode};
use isa::words::{PostProfile, PreProfile, TraceProfile};
use network::graph::{
    Compartment, Connectivity, Factor, Graph, Input, InputSource, NO_TRACE, Node, Population, Projection,
    Rule, Settings, Span, Term, Values, View,
};

use crate::net::{Csr, Net};

/// Impulse 16, tau 10: d = round(4096 * (1 - exp(-1 / 10))).
pub const TRACE: TraceProfile = TraceProfile { impulse: 16, fraction: 0, decay: 390 };

/// The graph of a workload; `plastic` gives its synapses the pair rule of W4.
pub fn graph(net: &Net, plastic: Plastic) -> Graph {
    let mut graph =
        Graph { name: net.name.clone(), seed: 1, settings: vec![Settings::default()], ..Graph::default() };
    let post = matches!(plastic, Plastic::Pair).then_some(PostProfile([TRACE, NO_TRACE, NO_TRACE]));
    let whole = [net.neurons];
    let sizes: &[usize] = if net.layers.is_empty() { &whole } else { &net.layers };
    let mut first = 0;
    for (i, &size) in sizes.iter().enumerate() {
        let bias = net.bias[first..first + size].to_vec();
        let soma = Compartment {
            current_decay: Values::Same(net.decay_u),
            voltage_decay: Values::Same(net.decay_v),
            vth: Values::Same(net.vth),
            bias_mantissa: if bias.iter().all(|&b| b == 0) { Values::Same(0) } else { Values::Each(bias) },
            post,
            ..Compartment::default()
        };
        graph.populations.push(Population {
            name: format!("layer{i}"),
            size: size as u32,
            shape: vec![size as u32],
            settings: 0,
            tree: vec![soma],
            core: None,
            span: Span::default(),
        });
        first += size;
    }
    if net.sources > 0 {
        graph.inputs.push(input(net));
        let pre = View { node: Node::Input(0), compartment: 0, start: 0, end: net.sources as u32 };
        let rule = match plastic {
            Plastic::None => None,
            Plastic::Pair => {
                graph.rules.push(pair_rule());
                Some(0)
            }
        };
        connect(&mut graph, pre, 0, sizes, &net.external);
        graph.projections.iter_mut().for_each(|p| p.rule = rule);
    }
    let mut first = 0;
    for (i, &size) in sizes.iter().enumerate() {
        let pre = View { node: Node::Population(i), compartment: 0, start: 0, end: size as u32 };
        connect(&mut graph, pre, first, sizes, &net.recurrent);
        first += size;
    }
    graph.session.steps = net.steps;
    graph
}

/// Whether the synapses of the inputs learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plastic {
    /// They do not.
    None,
    /// By `dw = 2^-2*x1*y0 - 2^-2*y1*x0`.
    Pair,
}

fn pair_rule() -> Rule {
    let term = |dependency, mantissa, code| Term {
        dependency,
        mantissa,
        exponent: -2,
        factors: vec![Factor { code, constant: 0 }],
    };
    Rule {
        name: "pair".into(),
        pre: PreProfile([TRACE, NO_TRACE]),
        w: vec![term(Dependency::Y0, 1, FactorCode::X1), term(Dependency::X0, -1, FactorCode::Y1)],
        ..Rule::default()
    }
}

fn input(net: &Net) -> Input {
    let mut events = Vec::with_capacity(net.input_sources.len());
    for t in 0..net.steps as usize {
        let due = &net.input_sources[net.input_ptr[t]..net.input_ptr[t + 1]];
        events.extend(due.iter().map(|&source| (t as u32 + 1, source)));
    }
    let size = net.sources as u32;
    Input {
        name: "input".into(),
        size,
        shape: vec![size],
        source: InputSource::Events(events),
        span: Span::default(),
    }
}

/// One projection to each population that the rows of the sources `first..` reach.
fn connect(graph: &mut Graph, pre: View, first: usize, sizes: &[usize], csr: &Csr) {
    let n = pre.len();
    let mut start = 0;
    for (to, &size) in sizes.iter().enumerate() {
        let inside = |target: u32| (start..start + size).contains(&(target as usize));
        let rows =
            (0..n).flat_map(|s| csr.row(first + s).map(move |(target, weight)| (s as u32, target, weight)));
        let synapses: Vec<_> = rows.filter(|row| inside(row.1)).collect();
        if !synapses.is_empty() {
            let weights = synapses.iter().map(|row| row.2).collect();
            let dense = synapses.len() == n * size;
            let connectivity = if dense {
                Connectivity::Dense
            } else {
                Connectivity::List {
                    pre: synapses.iter().map(|row| row.0).collect(),
                    post: synapses.iter().map(|row| row.1 - start as u32).collect(),
                }
            };
            let post = View { node: Node::Population(to), compartment: 0, start: 0, end: size as u32 };
            graph.projections.push(projection(
                format!("p{}", graph.projections.len()),
                pre,
                post,
                connectivity,
                weights,
            ));
        }
        start += size;
    }
}

fn projection(
    name: String,
    pre: View,
    post: View,
    connectivity: Connectivity,
    weights: Vec<i16>,
) -> Projection {
    let mode = if weights.iter().all(|&w| w >= 0) { SignMode::Excitatory } else { SignMode::Mixed };
    Projection {
        name,
        pre: vec![pre],
        post: vec![post],
        connectivity,
        weight: Values::Each(weights),
        delay: Values::Same(0),
        tag: Values::Same(0),
        mode,
        bits: 8,
        exponent: 0,
        delay_bits: 0,
        tags: false,
        boxed: false,
        limit: (0, 0),
        rule: None,
        compression: None,
        axon: None,
        span: Span::default(),
    }
}
