//! Random valid networks, a function of a seed and nothing else: every feature of the contract, aimed at corners.

mod learning;
mod neuron;
mod projection;

use isa::draw::mix;
use isa::ids::{Key, Step};
use isa::op::NoiseTarget;
use network::graph::{
    Graph, InputSource, Node, Noise, RewardChannel, RewardSource, Settings, Span, Values, View,
};
use trace::Stimulus;

use crate::graphs;

pub use learning::rule;
pub use neuron::trace;

/// A random network with what is done to it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The network.
    pub graph: Graph,
    /// Steps to run.
    pub steps: u32,
    /// Writes, extra events, rewards.
    pub stimulus: Stimulus,
}

/// What a network is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Most populations.
    pub populations: u32,
    /// Most neurons of one.
    pub neurons: u32,
    /// Most projections.
    pub projections: u32,
    /// Whether some projections learn.
    pub plastic: Plastic,
    /// Steps to run.
    pub steps: u32,
}

/// Whether projections learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plastic {
    /// Some do.
    Some,
    /// None does.
    None,
}

impl Shape {
    /// Small networks with everything.
    pub const SMALL: Self =
        Self { populations: 4, neurons: 5, projections: 5, plastic: Plastic::Some, steps: 70 };
    /// Networks without learning.
    pub const FIXED: Self = Self { plastic: Plastic::None, ..Self::SMALL };
}

/// A stream of numbers from a seed: the chip's own mixing, on a key of its own.
pub struct Source {
    seed: [u32; 2],
    at: u32,
}

impl Source {
    /// The stream of `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed: [seed as u32, (seed >> 32) as u32], at: 0 }
    }

    fn word(&mut self) -> u64 {
        self.at += 1;
        let [a, b] = mix(self.seed, [self.at, 0x5eed]);
        u64::from(a) | u64::from(b) << 32
    }

    /// low ..= high.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        debug_assert!(low <= high);
        low + (self.word() % (high - low + 1) as u64) as i64
    }

    /// low ..= high, as an unsigned number.
    pub fn unsigned(&mut self, low: u32, high: u32) -> u32 {
        self.range(low.into(), high.into()) as u32
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: u32) -> bool {
        self.word().is_multiple_of(n.into())
    }

    /// One of them.
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[(self.word() % of.len() as u64) as usize]
    }

    /// One value for all of `n`, or one each.
    pub fn values<T: Copy>(&mut self, n: u32, mut f: impl FnMut(&mut Self) -> T) -> Values<T> {
        if self.one_in(2) { Values::Same(f(self)) } else { Values::Each((0..n).map(|_| f(self)).collect()) }
    }
}

/// The network of `seed`.
#[must_use]
pub fn case(seed: u64, shape: Shape) -> Case {
    let r = &mut Source::new(seed);
    let mut graph = Graph { name: "random".into(), seed: r.word() as u32, ..Graph::default() };
    let rewards = if shape.plastic == Plastic::Some { r.range(0, 2) as usize } else { 0 };
    for i in 0..r.unsigned(1, 3) {
        graph.settings.push(settings(r, rewards, i));
    }
    for i in 0..r.unsigned(1, shape.populations) {
        let population = neuron::population(r, &graph, i, shape.neurons);
        graph.populations.push(population);
    }
    for i in 0..r.unsigned(1, 3) {
        let size = r.unsigned(1, 6);
        let source = input(r, size, shape.steps);
        graph.inputs.push(graphs::input(&format!("in{i}"), size, source));
    }
    for i in 0..rewards {
        let reward = reward(r, &graph, i, shape.steps);
        graph.rewards.push(reward);
    }
    if shape.plastic == Plastic::Some {
        for i in 0..r.unsigned(1, 2) {
            let rule = learning::rule(r, i);
            graph.rules.push(rule);
        }
    }
    for i in 0..r.unsigned(2, shape.projections) {
        let projection = projection::projection(r, &graph, i);
        graph.projections.push(projection);
    }
    graph.session.steps = shape.steps;
    let stimulus = stimulus(r, &graph, shape.steps);
    Case { graph, steps: shape.steps, stimulus }
}

fn settings(r: &mut Source, rewards: usize, index: u32) -> Settings {
    let noise = Noise {
        exponent: r.pick(&[0, 5, 6, 7, 8, 10, 12, 20, 23]),
        offset: r.pick(&[0, 0, 1, 7]),
        target: r.pick(&[NoiseTarget::Current, NoiseTarget::Voltage]),
    };
    let heard = (index as usize) < rewards && !r.one_in(5);
    Settings {
        epoch: r.pick(&[1, 1, 2, 3, 4, 5, 8, 31, 63]),
        delay_bits: r.unsigned(3, 6),
        vmin_exponent: r.pick(&[23, 23, 23, 16, 12, 0]),
        vmax_exponent: r.pick(&[7, 7, 7, 6, 4, 3]),
        noise: (!r.one_in(3)).then_some(noise),
        reward: heard.then_some(index as usize),
    }
}

fn input(r: &mut Source, size: u32, steps: u32) -> InputSource {
    match r.unsigned(0, 5) {
        0 => InputSource::External,
        1 => InputSource::Poisson(r.values(size, |r| match r.unsigned(0, 5) {
            0 => 0,
            1 => 1 << 32,
            _ => r.range(0, 1 << 31) as u64,
        })),
        2 => InputSource::Regular { period: r.unsigned(1, 9), first: r.unsigned(1, 9) },
        _ => {
            let mut events: Vec<(u32, u32)> = Vec::new();
            for _ in 0..r.unsigned(1, 3 * steps) {
                let event = (r.unsigned(1, steps), r.unsigned(0, size - 1));
                let times = if r.one_in(6) { 3 } else { 1 };
                events.extend((0..times).map(|_| event));
            }
            events.sort_unstable();
            InputSource::Events(events)
        }
    }
}

/// Some consecutive neurons of a population, or lines of an input.
fn view(r: &mut Source, graph: &Graph, node: Node) -> View {
    let (size, tree) = match node {
        Node::Population(p) => (graph.populations[p].size, graph.populations[p].tree.len() as u32),
        Node::Input(i) => (graph.inputs[i].size, 1),
    };
    let start = if r.one_in(3) { r.unsigned(0, size - 1) } else { 0 };
    let end = if r.one_in(3) { r.unsigned(start + 1, size) } else { size };
    View { node, compartment: r.unsigned(0, tree - 1), start, end }
}

fn any_population(r: &mut Source, graph: &Graph) -> Node {
    Node::Population(r.unsigned(0, graph.populations.len() as u32 - 1) as usize)
}

fn any_input(r: &mut Source, graph: &Graph) -> Node {
    Node::Input(r.unsigned(0, graph.inputs.len() as u32 - 1) as usize)
}

fn reward(r: &mut Source, graph: &Graph, index: usize, steps: u32) -> RewardChannel {
    let value = |r: &mut Source| r.pick(&[-128, -100, -1, 0, 1, 30, 127]);
    let mut events: Vec<(u32, Option<i32>)> = Vec::new();
    for _ in 0..r.unsigned(0, steps) {
        let payload = if r.one_in(2) { Some(value(r)) } else { None };
        events.push((r.unsigned(1, steps), payload));
    }
    events.sort_unstable();
    let mut sources = Vec::new();
    for _ in 0..r.unsigned(0, 2) {
        let node = if r.one_in(2) { any_population(r, graph) } else { any_input(r, graph) };
        let view = view(r, graph, node);
        let values = if r.one_in(2) { Some(r.values(view.len() as u32, value)) } else { None };
        sources.push(RewardSource { view, value: values });
    }
    RewardChannel {
        name: format!("reward{index}"),
        decay: r.pick(&[0, 1, 200, 1000, 4095, 4096]),
        events,
        sources,
        span: Span::default(),
    }
}

fn stimulus(r: &mut Source, graph: &Graph, steps: u32) -> Stimulus {
    let mut stimulus = Stimulus::default();
    let lines = graph.reward_key(0).0 - graph.input_key(0).0;
    for _ in 0..r.unsigned(0, 30) {
        let line = Key(graph.input_key(0).0 + r.unsigned(0, lines - 1));
        stimulus.events.push((Step(r.unsigned(1, steps)), line));
    }
    for _ in 0..r.unsigned(0, 6) {
        let key = Key(r.unsigned(0, graph.compartments() as u32 - 1));
        let v = r.pick(&[0, 1, -1, 6400, 640, 8_388_607, -8_388_608, 12_345]);
        stimulus.writes.push((Step(r.unsigned(2, steps)), key, v));
    }
    if !graph.rewards.is_empty() {
        for _ in 0..r.unsigned(0, 10) {
            let channel = graph.reward_key(r.unsigned(0, graph.rewards.len() as u32 - 1) as usize);
            let value = if r.one_in(2) { Some(r.range(-128, 127) as i32) } else { None };
            stimulus.rewards.push((Step(r.unsigned(1, steps)), channel, value));
        }
    }
    stimulus
}
