//! A network case as a graph.

use isa::ids::{Key, Step};
use isa::op::{BackPropagation, Dependency, FactorCode, Join, Mode, NoiseTarget, SignMode};
use isa::words::{PostProfile, PreProfile, TraceProfile};
use network::graph::{
    self, Compartment, Connectivity, Factor, Graph, Homeostasis, InputSource, Node, Population,
    RewardChannel, RewardSource, Settings, Span, Values, View,
};
use trace::Stimulus;

use super::net::{Input, Net, NetworkCase, Profile, Projection, Reward, Rule, Term, Trace};

impl NetworkCase {
    /// The graph: one population a tree, so that keys are the indices of the file.
    ///
    /// # Panics
    /// If the file names a code that does not exist.
    #[must_use]
    pub fn graph(&self) -> Graph {
        let net = &self.net;
        let mut graph = Graph { name: "case".into(), seed: net.seed, ..Graph::default() };
        graph.settings = (0..net.cores.len()).map(|core| settings(net, core)).collect();
        graph.populations = populations(net);
        graph.inputs = net.inputs.iter().enumerate().map(|(i, input)| self::input(i, input)).collect();
        let views = views(&graph);
        graph.rewards = net.rewards.iter().enumerate().map(|(i, r)| reward(i, r, &views)).collect();
        graph.rules = net.rules.iter().enumerate().map(|(i, rule)| self::rule(i, rule)).collect();
        graph.projections =
            (net.projections.iter().enumerate()).map(|(i, p)| projection(i, p, &views, net)).collect();
        graph.session.steps = self.steps;
        graph
    }

    /// The writes of V.
    #[must_use]
    pub fn stimulus(&self) -> Stimulus {
        let writes = self.net.writes.iter().map(|&(step, comp, v)| (Step(step), Key(comp), v));
        Stimulus { writes: writes.collect(), ..Stimulus::default() }
    }
}

fn settings(net: &Net, index: usize) -> Settings {
    let core = &net.cores[index];
    Settings {
        epoch: core.epoch,
        delay_bits: core.delay_bits,
        vmin_exponent: core.vmin_exp,
        vmax_exponent: core.vmax_exp,
        noise: core.noise.as_ref().map(|noise| graph::Noise {
            exponent: noise.exponent,
            offset: noise.offset,
            target: NoiseTarget::from_name(&noise.target).expect("a noise target"),
        }),
        reward: net.rewards.iter().position(|reward| reward.core == index),
    }
}

/// Consecutive compartments at whose end the stack is empty are a tree.
fn populations(net: &Net) -> Vec<Population> {
    let mut populations = Vec::new();
    let (mut tree, mut stack) = (Vec::new(), Vec::new());
    for (i, &[profile, core, vth, bias, exponent]) in net.comps.iter().enumerate() {
        let profile = &net.profiles[profile as usize];
        let children = stack.split_off(stack.len() - profile.stack_in as usize);
        if profile.stack_out != 0 {
            stack.push(tree.len());
        }
        let mut compartment = compartment(net, profile);
        compartment.name = format!("c{}", tree.len());
        compartment.children = children;
        compartment.vth = Values::Same(vth as u32);
        compartment.bias_mantissa = Values::Same(bias);
        compartment.bias_exponent = Values::Same(exponent as u32);
        tree.push(compartment);
        if stack.is_empty() {
            populations.push(Population {
                name: format!("p{i}"),
                size: 1,
                shape: vec![1],
                settings: core as usize,
                tree: std::mem::take(&mut tree),
                core: None,
                span: Span::default(),
            });
        }
    }
    assert!(tree.is_empty(), "the stack is not empty at the end");
    populations
}

fn compartment(net: &Net, profile: &Profile) -> Compartment {
    Compartment {
        current_decay: Values::Same(profile.du),
        voltage_decay: Values::Same(profile.dv),
        refractory: Values::Same(profile.r),
        axon_delay: profile.axon_delay,
        noise: profile.noise != 0,
        soft_reset: profile.soft != 0,
        join: Join::from_code(profile.join).expect("a join"),
        mode: Mode::from_code(profile.mode).expect("a mode"),
        bap: BackPropagation::from_code(profile.bap).expect("a bap"),
        homeostasis: profile.homeo.map(|h| Homeostasis {
            decay: h.d,
            impulse: h.impulse,
            min: h.min,
            max: h.max,
            gain: h.gain,
        }),
        post: profile.post.map(|post| PostProfile(net.post[post].map(trace))),
        ..Compartment::default()
    }
}

/// A trace profile of the file's triple.
#[must_use]
pub const fn trace([impulse, fraction, decay]: Trace) -> TraceProfile {
    TraceProfile { impulse, fraction, decay }
}

fn input(index: usize, input: &Input) -> graph::Input {
    let source = match input {
        Input::Events(steps) => {
            let mut events: Vec<(u32, u32)> = steps.iter().map(|&step| (step, 0)).collect();
            events.sort_unstable();
            InputSource::Events(events)
        }
        Input::Poisson(p) => InputSource::Poisson(Values::Same(*p)),
    };
    graph::Input { name: format!("i{index}"), size: 1, shape: vec![1], source, span: Span::default() }
}

/// One view a compartment, and one an input.
struct Views {
    compartments: Vec<View>,
    inputs: Vec<View>,
}

fn views(graph: &Graph) -> Views {
    let compartments = graph.populations.iter().enumerate().flat_map(|(p, population)| {
        let view = move |c| View { node: Node::Population(p), compartment: c as u32, start: 0, end: 1 };
        (0..population.tree.len()).map(view)
    });
    let inputs =
        (0..graph.inputs.len()).map(|i| View { node: Node::Input(i), compartment: 0, start: 0, end: 1 });
    Views { compartments: compartments.collect(), inputs: inputs.collect() }
}

fn reward(index: usize, reward: &Reward, views: &Views) -> RewardChannel {
    let source = |&comp: &u32| RewardSource { view: views.compartments[comp as usize], value: None };
    RewardChannel {
        name: format!("r{index}"),
        decay: reward.d,
        events: reward.events.iter().map(|&(step, atom)| (step, atom.map(low_byte))).collect(),
        sources: reward.from.iter().map(source).collect(),
        span: Span::default(),
    }
}

/// What an atom is worth: its low 8 bits, signed (contract 7).
fn low_byte(atom: i32) -> i32 {
    isa::num::wrap(atom.into(), 8)
}

fn rule(index: usize, rule: &Rule) -> graph::Rule {
    graph::Rule {
        name: format!("rule{index}"),
        k: rule.k,
        pre: PreProfile(rule.pre.map(trace)),
        w: rule.w.iter().map(term).collect(),
        d: rule.d.iter().map(term).collect(),
        t: rule.t.iter().map(term).collect(),
        span: Span::default(),
    }
}

/// A term of the file.
///
/// # Panics
/// If it names a code that does not exist.
#[must_use]
pub fn term((dependency, mantissa, exponent, factors): &Term) -> graph::Term {
    let factor = |(code, constant): &(String, i32)| Factor {
        code: FactorCode::from_name(code).unwrap_or_else(|| panic!("no factor {code}")),
        constant: *constant,
    };
    graph::Term {
        dependency: Dependency::from_name(dependency).expect("a dependency"),
        mantissa: *mantissa,
        exponent: *exponent,
        factors: factors.iter().map(factor).collect(),
    }
}

/// The sign mode of a name in capitals.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn sign_mode(name: &str) -> SignMode {
    SignMode::from_name(&name.to_lowercase()).unwrap_or_else(|| panic!("no sign mode {name}"))
}

fn projection(index: usize, p: &Projection, views: &Views, net: &Net) -> graph::Projection {
    let column = |c: usize| p.syn.iter().map(move |row| row.get(c).copied().unwrap_or(0));
    let has_tag_program = p.rule.is_some_and(|rule| !net.rules[rule].t.is_empty());
    let delay: Vec<u8> = column(3).map(|d| u8::try_from(d).unwrap_or(u8::MAX)).collect(); // refused, as it should be
    graph::Projection {
        name: format!("p{index}"),
        pre: if p.from == "input" { views.inputs.clone() } else { views.compartments.clone() },
        post: views.compartments.clone(),
        connectivity: Connectivity::List {
            pre: column(0).map(|source| source as u32).collect(),
            post: column(1).map(|target| target as u32).collect(),
        },
        weight: Values::Each(column(2).map(|w| w as i16).collect()),
        delay: Values::Each(delay),
        tag: Values::Each(column(4).map(|t| t as i16).collect()),
        mode: sign_mode(&p.mode),
        bits: p.bits,
        exponent: p.exp,
        delay_bits: p.dly_bits,
        tags: has_tag_program || column(4).any(|tag| tag != 0),
        boxed: p.r#box != 0,
        limit: p.limit,
        rule: p.rule,
        compression: None,
        axon: None,
        span: Span::default(),
    }
}
