//! Random graphs of every kind that the contract allows.
#![allow(dead_code, reason = "each test uses some of it")]

use isa::op::{
    AxonKind, BackPropagation, Compression, Dependency, FactorCode, Join, Mode, NoiseTarget, SignMode,
    Variable,
};
use isa::words::{PostProfile, PreProfile, TraceProfile};
use network::graph::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// How large a graph may be.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Populations.
    pub populations: usize,
    /// Neurons of a population.
    pub neurons: u32,
    /// Projections.
    pub projections: usize,
    /// Synapses of a listed projection.
    pub synapses: usize,
}

/// A graph for chips that hold little.
pub const SMALL: Size = Size { populations: 3, neurons: 6, projections: 4, synapses: 12 };
/// A graph for chips that ship.
pub const MEDIUM: Size = Size { populations: 5, neurons: 300, projections: 9, synapses: 4000 };

/// The graph of a seed.
pub fn random(seed: u64, size: Size) -> Graph {
    let mut maker = Maker { rng: Pcg64Mcg::seed_from_u64(seed), size, graph: Graph::default() };
    maker.graph.name = format!("random{seed}");
    maker.graph.seed = maker.rng.random();
    maker.settings();
    maker.inputs();
    maker.populations();
    maker.rules();
    for i in 0..maker.below(size.projections) + 1 {
        maker.projection(i);
    }
    maker.rewards();
    maker.session();
    maker.graph
}

/// A graph of plain populations.
pub fn layers(populations: &[(&str, u32)]) -> Graph {
    let population = |&(name, size): &(&str, u32)| Population {
        name: name.into(),
        size,
        shape: vec![size],
        settings: 0,
        tree: vec![Compartment::default()],
        core: None,
        span: Span::default(),
    };
    let populations = populations.iter().map(population).collect();
    Graph { name: "layers".into(), settings: vec![Settings::default()], populations, ..Graph::default() }
}

/// A projection of weight 2 between two populations, given as (index, neurons).
pub fn projection(
    name: &str,
    pre: (usize, u32),
    post: (usize, u32),
    connectivity: Connectivity,
) -> Projection {
    let view = |(population, end)| View { node: Node::Population(population), compartment: 0, start: 0, end };
    Projection {
        name: name.into(),
        pre: vec![view(pre)],
        post: vec![view(post)],
        connectivity,
        weight: Values::Same(2),
        delay: Values::Same(0),
        tag: Values::Same(0),
        mode: SignMode::Mixed,
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

struct Maker {
    rng: Pcg64Mcg,
    size: Size,
    graph: Graph,
}

impl Maker {
    fn below(&mut self, n: usize) -> usize {
        self.rng.random_range(0..n)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    fn values<T: Copy>(&mut self, n: u32, from: &[T]) -> Values<T> {
        match self.below(3) {
            0 => Values::Each((0..n).map(|_| self.pick(from)).collect()),
            _ => Values::Same(self.pick(from)),
        }
    }

    fn settings(&mut self) {
        let has_reward = self.chance(30);
        if has_reward {
            let events = vec![(1, None), (3, Some(-5)), (3, Some(7))];
            let reward = RewardChannel {
                name: "reward".into(),
                decay: 500,
                events,
                sources: vec![],
                span: Span::default(),
            };
            self.graph.rewards.push(reward);
        }
        for _ in 0..self.below(2) + 1 {
            let settings = Settings {
                epoch: self.rng.random_range(1..=63),
                delay_bits: self.rng.random_range(3..=5),
                vmin_exponent: self.pick(&[23, 10, 0]),
                vmax_exponent: self.pick(&[7, 5]),
                noise: Some(Noise {
                    exponent: 9,
                    offset: 1,
                    target: self.pick(&[NoiseTarget::Current, NoiseTarget::Voltage]),
                }),
                reward: (has_reward && self.chance(70)).then_some(0),
            };
            self.graph.settings.push(settings);
        }
    }

    fn inputs(&mut self) {
        let size = self.rng.random_range(1..=self.size.neurons);
        let sources = [
            InputSource::External,
            InputSource::Events(vec![(1, 0), (1, 0), (2, size - 1)]),
            InputSource::Poisson(self.values(size, &[0, 1 << 28, 1 << 32])),
            InputSource::Regular { period: 3, first: 2 },
        ];
        for (i, source) in sources.into_iter().enumerate() {
            if self.chance(50) {
                let name = format!("in{i}");
                self.graph.inputs.push(Input {
                    name,
                    size,
                    shape: vec![size],
                    source,
                    span: Span::default(),
                });
            }
        }
    }

    fn populations(&mut self) {
        for i in 0..self.below(self.size.populations) + 1 {
            let size = self.rng.random_range(1..=self.size.neurons);
            let tree = self.tree(size);
            let settings = self.below(self.graph.settings.len());
            let name = format!("pop{i}");
            self.graph.populations.push(Population {
                name,
                size,
                shape: vec![size],
                settings,
                tree,
                core: None,
                span: Span::default(),
            });
        }
    }

    /// One of some shapes, declared in any order.
    fn tree(&mut self, n: u32) -> Vec<Compartment> {
        let shapes: [&[&[usize]]; 5] = [
            &[&[]],
            &[&[1], &[]],
            &[&[], &[2, 0], &[]],
            &[&[1, 2], &[3], &[], &[]],
            &[&[], &[0], &[1, 3], &[]],
        ];
        let shape = if self.chance(60) { shapes[0] } else { self.pick(&shapes) };
        let decays: [&[u32]; 2] = [&[0, 1, 100], &[4096, 1, 300, 4095]];
        let decays = self.pick(&decays);
        let mut compartment = |i: usize, children: &[usize]| self.compartment(n, (i, children), decays);
        shape.iter().enumerate().map(|(i, children)| compartment(i, children)).collect()
    }

    fn compartment(&mut self, n: u32, (i, children): (usize, &[usize]), decays: &[u32]) -> Compartment {
        let joins: &[Join] = match children.len() {
            0 => &[Join::Skip],
            1 => &[Join::Skip, Join::Add, Join::Min, Join::Max, Join::Block, Join::Or, Join::And],
            _ => Join::ALL,
        };
        let join = self.pick(joins);
        let mode = self.pick(&[
            Mode::SpikeAndReset,
            Mode::SpikeAndReset,
            Mode::SpikeAndReset,
            Mode::PassV,
            Mode::PassVAboveThreshold,
        ]);
        let soft = join == Join::Skip && mode == Mode::SpikeAndReset && self.chance(20);
        let vths: Vec<u32> = (0..12).map(|k| 50 + 17 * k).collect();
        let homeostasis = Homeostasis { decay: 700, impulse: 9, min: 10, max: 40, gain: 3 };
        let trace = TraceProfile { impulse: 20, fraction: 3, decay: 400 };
        Compartment {
            name: format!("c{i}"),
            current_decay: self.values(n, decays),
            voltage_decay: self.values(n, decays),
            refractory: if soft { Values::Same(1) } else { self.values(n, &[1, 2, 63]) },
            vth: self.values(n, &vths),
            bias_mantissa: self.values(n, &[-4096, 0, 4095, 17]),
            bias_exponent: self.values(n, &[0, 7]),
            initial_v: self.values(n, &[0, -1, 8_388_607, -8_388_608]),
            initial_u: self.values(n, &[0, 5]),
            axon_delay: self.pick(&[0, 0, 63]),
            noise: self.chance(30),
            soft_reset: soft,
            join,
            mode,
            children: children.to_vec(),
            bap: self.pick(BackPropagation::ALL),
            homeostasis: self.chance(20).then_some(homeostasis),
            post: self.chance(40).then_some(PostProfile([
                trace,
                TraceProfile { decay: 4096, ..trace },
                NO_TRACE,
            ])),
        }
    }

    fn rules(&mut self) {
        for i in 0..self.below(4) {
            let factor = |code, constant| Factor { code, constant };
            let w = vec![
                Term {
                    dependency: Dependency::X0,
                    mantissa: -8,
                    exponent: -7,
                    factors: vec![factor(FactorCode::Y1, -256), factor(FactorCode::X0, 0)],
                },
                Term {
                    dependency: Dependency::Y0,
                    mantissa: 7,
                    exponent: 8,
                    factors: vec![factor(FactorCode::X1, i as i32)],
                },
            ];
            let t = vec![Term {
                dependency: Dependency::Uk,
                mantissa: 1,
                exponent: 0,
                factors: vec![factor(FactorCode::C, 255); 4],
            }];
            let pre =
                PreProfile([TraceProfile { impulse: self.pick(&[5, 6]), fraction: 0, decay: 33 }, NO_TRACE]);
            let t = if self.chance(50) { t } else { Vec::new() };
            let k = self.rng.random_range(0..=15);
            self.graph.rules.push(Rule {
                name: format!("rule{i}"),
                k,
                pre,
                w,
                d: Vec::new(),
                t,
                span: Span::default(),
            });
        }
    }

    fn view(&mut self, node: Node) -> View {
        let (size, tree) = match node {
            Node::Population(p) => (self.graph.populations[p].size, self.graph.populations[p].tree.len()),
            Node::Input(i) => (self.graph.inputs[i].size, 1),
        };
        let start = if self.chance(60) { 0 } else { self.rng.random_range(0..size) };
        let end = if self.chance(60) { size } else { self.rng.random_range(start + 1..=size) };
        View { node, compartment: self.below(tree) as u32, start, end }
    }

    fn side(&mut self, nodes: &[Node]) -> Vec<View> {
        (0..self.below(2) + 1)
            .map(|_| {
                let node = self.pick(nodes);
                self.view(node)
            })
            .collect()
    }

    fn projection(&mut self, i: usize) {
        let populations: Vec<Node> = (0..self.graph.populations.len()).map(Node::Population).collect();
        let inputs: Vec<Node> = (0..self.graph.inputs.len()).map(Node::Input).collect();
        let from_input = !inputs.is_empty() && self.chance(40);
        let pre = self.side(if from_input { &inputs } else { &populations });
        let mut post = self.side(&populations);
        let boxed = self.chance(15);
        if boxed {
            post.retain(|view| self.undecaying(view));
        }
        if post.is_empty() {
            return;
        }
        let (n, m) = (View::len, View::len);
        let (n, m) = (pre.iter().map(n).sum::<usize>(), post.iter().map(m).sum::<usize>());
        let connectivity = match self.below(4) {
            0 if n * m <= 4 * self.size.synapses => Connectivity::Dense,
            1 if n == m => Connectivity::OneToOne,
            _ => self.list(n, m),
        };
        let mut p = Projection {
            name: format!("proj{i}"),
            pre,
            post,
            connectivity,
            weight: Values::Same(0),
            delay: Values::Same(0),
            tag: Values::Same(0),
            mode: self.pick(SignMode::ALL),
            bits: self.pick(&[1, 2, 6, 8, 8]),
            exponent: self.pick(&[-8, 0, 0, 0, 7]),
            delay_bits: self.pick(&[0, 2, 3]),
            tags: self.chance(20),
            boxed,
            limit: (0, 0),
            rule: None,
            compression: if self.chance(20) { Some(self.pick(Compression::ALL)) } else { None },
            axon: None,
            span: Span::default(),
        };
        if boxed {
            p.delay_bits = 3;
        }
        self.learning(&mut p);
        self.fill(&mut p);
        self.graph.projections.push(p);
    }

    fn undecaying(&self, view: &View) -> bool {
        let Node::Population(p) = view.node else { return false };
        self.graph.populations[p].tree[view.compartment as usize].current_decay.iter().all(|&d| d == 0)
    }

    fn list(&mut self, n: usize, m: usize) -> Connectivity {
        let synapses = self.below(self.size.synapses);
        let contiguous = self.chance(30);
        let start = self.below(m);
        let pre = (0..synapses).map(|i| if contiguous { i % n } else { self.below(n) } as u32).collect();
        let post = (0..synapses)
            .map(|i| if contiguous { (start + i / n) % m } else { self.below(m) } as u32)
            .collect();
        Connectivity::List { pre, post }
    }

    fn learning(&mut self, p: &mut Projection) {
        let rules = self.graph.rules.len();
        if rules > 0 && !p.boxed && self.chance(40) {
            let rule = self.below(rules);
            p.tags |= !self.graph.rules[rule].t.is_empty();
            p.rule = Some(rule);
            p.limit = self.pick(&[(0, 0), (15, 5)]);
        } else if self.chance(20) {
            p.axon = Some(self.pick(AxonKind::ALL));
        }
    }

    fn fill(&mut self, p: &mut Projection) {
        let n = p.synapses() as u32;
        let lsb = isa::num::weight_lsb(p.mode, p.bits);
        let (low, high) = isa::num::weight_range(p.mode, lsb);
        let weights: Vec<i16> = (low..=high).step_by(1 << lsb).map(|w| w as i16).collect();
        p.weight = self.values(n, &weights);
        let least = u8::from(p.boxed);
        let most = ((1u8 << p.delay_bits) - 1).min(6);
        p.delay = self.values(n, &(least..=most).collect::<Vec<u8>>());
        p.tag = if p.tags { self.values(n, &[-256, 255, 0]) } else { Values::Same(0) };
    }

    fn rewards(&mut self) {
        if self.graph.rewards.is_empty() {
            return;
        }
        let populations: Vec<Node> = (0..self.graph.populations.len()).map(Node::Population).collect();
        let inputs: Vec<Node> = (0..self.graph.inputs.len()).map(Node::Input).collect();
        for nodes in [populations, inputs] {
            if nodes.is_empty() {
                continue;
            }
            let node = self.pick(&nodes);
            let mut view = self.view(node);
            view.end = view.end.min(view.start + 5);
            let n = view.len() as u32;
            let value = if self.chance(50) { Some(self.values(n, &[-128, 127, 1])) } else { None };
            self.graph.rewards[0].sources.push(RewardSource { view, value });
        }
    }

    fn session(&mut self) {
        let view = self.view(Node::Population(0));
        self.graph.session.steps = 20;
        let record = |name: &str, of, variable| Record {
            name: name.into(),
            of,
            variable,
            every: 2,
            at: Vec::new(),
            span: Span::default(),
        };
        self.graph.session.records.push(record("v", Recorded::View(view), Variable::V));
        if let Some(p) = self.graph.projections.iter().position(|p| p.rule.is_some()) {
            self.graph.session.records.push(record("w", Recorded::Projection(p), Variable::Weight));
        }
        if self.chance(30) {
            let values = (0..2 * view.len()).map(|_| self.pick(&[-4096, 4095, 0])).collect();
            self.graph.session.samples = Some(Samples {
                target: SampleTarget::Bias(view),
                count: 2,
                values,
                passes: 1,
                reset: self.chance(50),
                span: Span::default(),
            });
            let labels = vec![0, view.len() as u32 - 1];
            self.graph.session.measures.push(Measure {
                kind: isa::op::MeasureKind::Accuracy,
                name: "accuracy".into(),
                of: view,
                labels,
                span: Span::default(),
            });
        }
    }
}
