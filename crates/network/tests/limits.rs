//! First refused and last taken value of each field: every row of C14 that is a matter of the graph, and a graph
//! that breaks each rule.
#![allow(clippy::print_stdout, reason = "one line says what was not run")]

use isa::op::{Dependency, FactorCode, Join, Mode, NoiseTarget, SignMode, Variable};
use seamount_network::graph::*;

use serde_json::Value;

fn view(population: usize) -> View {
    View { node: Node::Population(population), compartment: 0, start: 0, end: 1 }
}

fn neurons(name: &str, tree: Vec<Compartment>) -> Population {
    let (shape, span) = (vec![1], Span::default());
    Population { name: name.into(), size: 1, shape, settings: 0, tree, core: None, span }
}

fn projection() -> Projection {
    Projection {
        name: "in->a".into(),
        pre: vec![View { node: Node::Input(0), compartment: 0, start: 0, end: 1 }],
        post: vec![view(0)],
        connectivity: Connectivity::Dense,
        weight: Values::Same(64),
        delay: Values::Same(0),
        tag: Values::Same(0),
        mode: SignMode::Mixed,
        bits: 8,
        exponent: 0,
        delay_bits: 6,
        tags: false,
        boxed: false,
        limit: (0, 0),
        rule: None,
        compression: None,
        axon: None,
        span: Span::default(),
    }
}

/// A valid graph with one of everything.
fn base() -> Graph {
    let term = Term { dependency: Dependency::X0, mantissa: 1, exponent: 0, factors: Vec::new() };
    let source = InputSource::Events(vec![(1, 0)]);
    Graph {
        name: "base".into(),
        settings: vec![Settings {
            noise: Some(Noise { exponent: 0, offset: 0, target: NoiseTarget::Voltage }),
            ..Settings::default()
        }],
        populations: vec![neurons("a", vec![Compartment::default()])],
        inputs: vec![Input { name: "in".into(), size: 1, shape: vec![1], source, span: Span::default() }],
        rules: vec![Rule { name: "r".into(), w: vec![term], ..Rule::default() }],
        projections: vec![projection()],
        ..Graph::default()
    }
}

/// Two compartments; the second joins the first.
fn pair(decays: [u32; 2], current: bool) -> Vec<Compartment> {
    let one = |name: &str, d, children| {
        let mut c = Compartment { name: name.into(), children, ..Compartment::default() };
        *(if current { &mut c.current_decay } else { &mut c.voltage_decay }) = Values::Same(d);
        c
    };
    vec![one("d", decays[0], vec![]), one("s", decays[1], vec![0])]
}

fn u(x: i64) -> u32 {
    x as u32 // a negative value becomes a large one, which is refused as well
}

/// What no byte holds becomes the largest, which is refused as well.
fn byte(x: i64) -> u8 {
    u8::try_from(x).unwrap_or(u8::MAX)
}

/// The base graph with one field set; `None` where the row is no matter of the graph.
fn with(field: &str, x: i64) -> Option<Graph> {
    let mut g = base();
    let (c, p) = (&mut g.populations[0].tree[0], &mut g.projections[0]);
    let s = &mut g.settings[0];
    match field {
        "refractory" => c.refractory = Values::Same(u(x)),
        "axonDelay" => c.axon_delay = u(x),
        "vminExp" => s.vmin_exponent = u(x),
        "vmaxExp" => s.vmax_exponent = u(x),
        "biasMant" => c.bias_mantissa = Values::Same(x as i32),
        "biasExp" => c.bias_exponent = Values::Same(u(x)),
        "vth" => c.vth = Values::Same(u(x)),
        "weightExp" => p.exponent = x as i32,
        "delayBits" => s.delay_bits = u(x),
        "noiseExp" => s.noise.as_mut()?.exponent = u(x),
        "noiseOffset" => s.noise.as_mut()?.offset = u(x),
        "epoch" => s.epoch = u(x),
        "k" => g.rules[0].k = u(x),
        "S mantissa" => g.rules[0].w[0].mantissa = x as i32,
        "S exponent" => g.rules[0].w[0].exponent = x as i32,
        "C" => g.rules[0].w[0].factors = vec![Factor { code: FactorCode::W, constant: x as i32 }],
        "homeostasis gain" => {
            c.homeostasis = Some(Homeostasis { decay: 0, impulse: 1, min: 0, max: 1, gain: u(x) });
        }
        "effective current decay, ds_offset 0" => g.populations[0].tree = pair([0, u(x)], true),
        "effective current decay, ds_offset 1" => g.populations[0].tree = pair([4096, u(x)], true),
        "effective voltage decay, dm_offset 0" => g.populations[0].tree = pair([0, u(x)], false),
        "effective voltage decay, dm_offset 1" => g.populations[0].tree = pair([4096, u(x)], false),
        "refractory with soft reset" => (c.soft_reset, c.refractory) = (true, Values::Same(u(x))),
        "join with soft reset" => (c.soft_reset, c.join) = (true, Join::from_code(u(x))?),
        "effective current decay at a box synapse" => {
            (c.current_decay, p.boxed, p.delay) = (Values::Same(u(x)), true, Values::Same(1));
        }
        "factors of a term" => {
            let factor = Factor { code: FactorCode::W, constant: 0 };
            // No graph has fewer than no factors.
            g.rules[0].w[0].factors = vec![factor; usize::try_from(x).ok()?];
        }
        "synaptic delay, ring of 8" => p.delay = Values::Same(byte(x)),
        "synaptic delay, ring of 64" => (p.delay, s.delay_bits) = (Values::Same(byte(x)), 6),
        "box length, ring of 8" => boxed(&mut g, x, 3),
        "box length, ring of 64" => boxed(&mut g, x, 6),
        "step of an input event" => g.inputs[0].source = InputSource::Events(vec![(u(x), 0)]),
        "skip gap of skipBits 3" | "format id" | "entries of a block" | "pop32 atom" | "discrete axon id" => {
            return None;
        }
        other => panic!("C14 has a row that no one reads: {other}"),
    }
    Some(g)
}

fn boxed(g: &mut Graph, length: i64, ring: u32) {
    g.settings[0].delay_bits = ring;
    g.populations[0].tree[0].current_decay = Values::Same(0);
    (g.projections[0].boxed, g.projections[0].delay) = (true, Values::Same(byte(length)));
}

fn shared(path: &str) -> Option<String> {
    let root = std::env::var("SEAMOUNT_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into());
    let text = std::fs::read_to_string(format!("{root}/{path}")).ok();
    if text.is_none() {
        println!("not run: {path} is not there (SEAMOUNT_SHARED)");
    }
    text
}

#[test]
fn c14_limits() {
    let kept = || include_str!("../../../tests/vectors/contract/C14_limits.json").to_owned();
    let text = shared("golden/contract/C14_limits.json").unwrap_or_else(kept);
    let file: Value = serde_json::from_str(&text).unwrap();
    let mut rows = 0;
    for case in file["cases"].as_array().unwrap() {
        let field = case["in"]["field"].as_str().unwrap();
        let values = case["in"]["values"].as_array().unwrap();
        for (value, taken) in values.iter().zip(case["out"].as_array().unwrap()) {
            let Some(graph) = with(field, value.as_i64().unwrap()) else { continue };
            let found = problems(&graph);
            assert_eq!(found.is_empty(), taken.as_bool().unwrap(), "{field} = {value}: {found:?}");
            rows += 1;
        }
    }
    println!("{rows} rows that are a matter of the graph");
    assert!(rows > 0);
}

#[test]
fn the_base_is_valid() {
    assert_eq!(problems(&base()), vec![]);
    assert_eq!(problems(&Graph::default()), vec![]);
}

/// Breaks the base graph; exactly one problem, with this code and these words.
fn refused(code: &str, words: &str, change: impl FnOnce(&mut Graph)) {
    let mut graph = base();
    change(&mut graph);
    let found = problems(&graph);
    assert_eq!(found.len(), 1, "{words}: {found:#?}");
    assert_eq!(found[0].code, code, "{found:?}");
    assert!(found[0].message.contains(words), "{:?} does not say {words:?}", found[0].message);
}

#[test]
fn weights() {
    refused("E0043", "weight (mixed, 8 bits) = 3 is not a multiple of 2", |g| {
        g.projections[0].weight = Values::Same(3)
    });
    refused("E0041", "2 of 3 values are out of range -256..=254, the worst is 301 at [2]", |g| {
        g.projections[0].connectivity = Connectivity::List { pre: vec![0; 3], post: vec![0; 3] };
        g.projections[0].weight = Values::Each(vec![0, 255, 301]);
    });
    refused("E0042", "2 values for 1", |g| g.projections[0].weight = Values::Each(vec![2, 2]));
    refused("E0041", "bits = 7", |g| g.projections[0].bits = 7);
    refused("E0053", "limit 1 is 0 in units of 2", |g| g.projections[0].limit = (1, 0));
    refused("E0053", "64 is above the limit 60", |g| g.projections[0].limit = (15, 2));
}

#[test]
fn delays_tags_boxes() {
    refused("E0045", "delay 1 does not fit: 0..=0 with 0 delay bits", |g| {
        (g.projections[0].delay_bits, g.projections[0].delay) = (0, Values::Same(1));
    });
    refused("E0045", "does not fit the ring of `a`: 0..=6", |g| g.projections[0].delay = Values::Same(7));
    refused("E0045", "stores no tags", |g| g.projections[0].tag = Values::Same(1));
    refused("E0046", "box synapses do not learn", |g| {
        boxed(g, 1, 3);
        g.projections[0].rule = Some(0);
    });
}

#[test]
fn learning() {
    let d = Term { dependency: Dependency::Uk, mantissa: 1, exponent: 0, factors: vec![] };
    refused("E0052", "no delay bits", |g| {
        g.rules[0].d.push(d.clone());
        (g.projections[0].rule, g.projections[0].delay_bits) = (Some(0), 0);
    });
    refused("E0052", "no tags", |g| {
        g.rules[0].t.push(d.clone());
        g.projections[0].rule = Some(0);
    });
    let factor = |code, constant| vec![Factor { code, constant }];
    refused("E0050", "x0 takes no constant", |g| g.rules[0].w[0].factors = factor(FactorCode::X0, 1));
    refused("E0051", "depends on y0, but holds the factor x0", |g| {
        g.rules[0].w[0].dependency = Dependency::Y0;
        g.rules[0].w[0].factors = factor(FactorCode::X0, 0);
    });
    refused("E0051", "u beside y0", |g| {
        g.rules[0].w[0].dependency = Dependency::Uk;
        g.rules[0].w[0].factors = factor(FactorCode::Y0, 0);
    });
    refused("E0056", "no rule 4", |g| g.projections[0].rule = Some(4));
}

#[test]
fn neurons_and_trees() {
    refused("E0049", "pass needs 2 children", |g| g.populations[0].tree[0].join = Join::Pass);
    refused("E0047", "mode spike_and_reset", |g| {
        (g.populations[0].tree[0].soft_reset, g.populations[0].tree[0].mode) = (true, Mode::PassV);
    });
    refused("E0054", "has noise", |g| {
        g.populations[0].tree[0].noise = true;
        g.settings[0].noise = None;
    });
    refused("E0055", "min = 9 is above max = 3", |g| {
        let h = Homeostasis { decay: 0, impulse: 1, min: 9, max: 3, gain: 0 };
        g.populations[0].tree[0].homeostasis = Some(h);
    });
    refused("E0048", "no compartment 7", |g| g.populations[0].tree[0].children = vec![7]);
    refused("E0048", "do not make up one tree", |g| g.populations[0].tree[0].children = vec![0]);
    refused("E0048", "joined twice", |g| {
        g.populations[0].tree = pair([1, 1], true);
        g.populations[0].tree[1].children = vec![0, 0];
    });
    refused("E0048", "one tree with one root", |g| {
        g.populations[0].tree = pair([1, 1], true);
        g.populations[0].tree[1].children.clear();
    });
    refused("E0058", "is empty", |g| {
        (g.populations[0].size, g.populations[0].shape) = (0, vec![0]);
        g.projections.clear();
    });
    refused("E0058", "shape [2, 2]", |g| g.populations[0].shape = vec![2, 2]);
    refused("E0011", "already a population", |g| g.inputs[0].name = "a".into());
}

#[test]
fn sides() {
    refused("E0056", "does not lie within 0..1", |g| g.projections[0].post[0].end = 2);
    refused("E0056", "no compartment 1", |g| g.projections[0].post[0].compartment = 1);
    refused("E0056", "is an input", |g| g.projections[0].post[0].node = Node::Input(0));
    refused("E0056", "one kind", |g| g.projections[0].pre.push(view(0)));
    refused("E0056", "sides of one length", |g| {
        g.projections[0].connectivity = Connectivity::OneToOne;
        let again = g.projections[0].pre[0];
        g.projections[0].pre.push(again);
    });
    refused("E0056", "synapse 0 -> 3", |g| {
        g.projections[0].connectivity = Connectivity::List { pre: vec![0], post: vec![3] };
    });
}

#[test]
fn inputs_and_sessions() {
    refused("E0057", "there are lines 0..1", |g| g.inputs[0].source = InputSource::Events(vec![(1, 1)]));
    refused("E0057", "not sorted", |g| g.inputs[0].source = InputSource::Events(vec![(2, 0), (1, 0)]));
    refused("E0041", "4294967297", |g| {
        g.inputs[0].source = InputSource::Poisson(Values::Same((1 << 32) + 1))
    });
    refused("E0041", "period = 0", |g| g.inputs[0].source = InputSource::Regular { period: 0, first: 1 });
    let record =
        |of, variable| Record { name: "r".into(), of, variable, every: 1, at: vec![], span: Span::default() };
    refused("E0059", "x1 is no variable", |g| {
        g.session.records.push(record(Recorded::View(view(0)), Variable::X1));
    });
    refused("E0059", "does not learn", |g| {
        g.session.records.push(record(Recorded::Projection(0), Variable::Weight));
    });
    refused("E0042", "3 values, 2 samples need 2", |g| {
        let target = SampleTarget::Bias(view(0));
        g.session.samples = Some(Samples {
            target,
            count: 2,
            values: vec![1, 2, 3],
            passes: 1,
            reset: true,
            span: Span::default(),
        });
    });
    refused("E0059", "1 labels for 0 samples", |g| {
        let measure = Measure {
            kind: isa::op::MeasureKind::Accuracy,
            name: "accuracy".into(),
            of: view(0),
            labels: vec![0],
            span: Span::default(),
        };
        g.session.measures.push(measure);
    });
}

#[test]
fn one_problem_each_and_all_at_once() {
    let mut graph = base();
    graph.settings[0].epoch = 0;
    graph.populations[0].tree[0].vth = Values::Same(1 << 17);
    graph.projections[0].exponent = 8;
    assert_eq!(problems(&graph).len(), 3);
}

#[test]
fn stack() {
    let leaf = |name: &str, children| Compartment { name: name.into(), children, ..Compartment::default() };
    let chain = vec![leaf("a", vec![]), leaf("b", vec![0]), leaf("c", vec![1])];
    assert_eq!(stack_depth(&neurons("n", chain)), 1);
    let right = vec![
        leaf("a", vec![]),
        leaf("b", vec![]),
        leaf("c", vec![0, 1]),
        leaf("d", vec![]),
        leaf("e", vec![3, 2]),
    ];
    assert_eq!(stack_depth(&neurons("n", right)), 3);
    assert_eq!(stack_depth(&neurons("n", vec![leaf("a", vec![])])), 0);
}
