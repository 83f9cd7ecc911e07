//! Random valid graphs with all fields, from a seed.

use isa::draw::mix;
use isa::num::{weight_lsb, weight_range};
use isa::op::{
    AxonKind, BackPropagation, Compression, Dependency, FactorCode, Join, MeasureKind, Mode, NoiseTarget,
    SignMode, Variable,
};
use isa::words::{PostProfile, PreProfile, TraceProfile};
use seamount_network::graph::*;

/// A source of random choices.
pub struct Source {
    seed: u32,
    next: u32,
}

impl Source {
    fn below(&mut self, n: u32) -> u32 {
        self.next += 1;
        let word = mix([self.seed, 77], [self.next, 0])[0];
        ((u64::from(word) * u64::from(n)) >> 32) as u32
    }
    fn within(&mut self, low: i64, high: i64) -> i64 {
        match self.below(6) {
            0 => low,
            1 => high,
            _ => low + i64::from(self.below((high - low + 1).min(1 << 31) as u32)),
        }
    }
    fn chance(&mut self, one_in: u32) -> bool {
        self.below(one_in) == 0
    }
    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u32) as usize]
    }
    fn values<T>(&mut self, n: usize, low: i64, high: i64, of: fn(i64) -> T) -> Values<T> {
        if self.chance(3) {
            Values::Each((0..n).map(|_| of(self.within(low, high))).collect())
        } else {
            Values::Same(of(self.within(low, high)))
        }
    }
    fn trace(&mut self) -> TraceProfile {
        TraceProfile {
            impulse: self.below(128),
            fraction: self.below(128),
            decay: self.within(0, 4096) as u32,
        }
    }
    fn name(&mut self, kind: &str, i: usize) -> String {
        match self.below(6) {
            0 => format!("{kind}.{i}"),
            1 => format!("{kind} \"{i}\" \\ // §"),
            2 => format!("run{kind}{i}"),
            _ => format!("{kind}{i}"),
        }
    }
}

/// The graph of a seed; valid.
pub fn graph(seed: u32) -> Graph {
    let s = &mut Source { seed, next: 0 };
    let mut g = Graph { name: s.name("net", 0), seed: s.below(u32::MAX), ..Graph::default() };
    g.step_us = s.chance(2).then(|| s.within(1, 5000) as u32);
    let rewards = s.below(3) as usize;
    for _ in 0..1 + s.below(3) {
        let settings = settings(s, rewards);
        g.settings.push(settings);
    }
    for i in 0..s.below(3) as usize {
        let rule = rule(s, i);
        g.rules.push(rule);
    }
    for i in 0..1 + s.below(4) as usize {
        let population = population(s, &g, i);
        g.populations.push(population);
    }
    for i in 0..s.below(4) as usize {
        let input = input(s, i);
        g.inputs.push(input);
    }
    for i in 0..rewards {
        let reward = reward(s, &g, i);
        g.rewards.push(reward);
    }
    for i in 0..s.below(5) as usize {
        let projection = projection(s, &g, i);
        g.projections.push(projection);
    }
    g.session = session(s, &g);
    g
}

fn settings(s: &mut Source, rewards: usize) -> Settings {
    let target = s.pick(NoiseTarget::ALL);
    let noise = s.chance(2).then(|| Noise { exponent: s.below(24), offset: s.below(8), target });
    Settings {
        epoch: s.within(1, 63) as u32,
        delay_bits: s.within(3, 6) as u32,
        vmin_exponent: s.below(24),
        vmax_exponent: s.below(8),
        noise,
        reward: (rewards > 0 && s.chance(2)).then(|| s.below(rewards as u32) as usize),
    }
}

fn rule(s: &mut Source, i: usize) -> Rule {
    let mut r = Rule { name: s.name("rule", i), k: s.below(16), ..Rule::default() };
    r.pre = PreProfile([s.trace(), s.trace()]);
    for _ in 0..s.below(3) {
        let term = term(s);
        r.w.push(term);
    }
    for _ in 0..s.below(2) {
        let term = term(s);
        r.d.push(term);
    }
    for _ in 0..s.below(2) {
        let term = term(s);
        r.t.push(term);
    }
    r
}

fn term(s: &mut Source) -> Term {
    let dependency = s.pick(Dependency::ALL);
    // An even mantissa has a smaller equal pair, and texts are normalised: odd ones stay as they are.
    let mantissa = s.pick(&[-7, -5, -3, -1, 1, 3, 5, 7]);
    let codes = FactorCode::ALL.iter().copied().filter(|c| c.takes_constant()).collect::<Vec<_>>();
    let mut factors = Vec::new();
    for _ in 0..s.below(5) {
        let code = s.pick(&codes);
        let constant = if s.chance(2) { 0 } else { s.within(-256, 255) as i32 };
        factors.push(Factor { code, constant });
    }
    if dependency == Dependency::X0 && factors.len() < 4 && s.chance(3) {
        factors.push(Factor { code: FactorCode::Y0, constant: 0 });
    }
    Term { dependency, mantissa, exponent: s.within(-7, 8) as i32, factors }
}

fn population(s: &mut Source, g: &Graph, i: usize) -> Population {
    let shape: Vec<u32> = (0..1 + s.below(3)).map(|_| 1 + s.below(4)).collect();
    let size: u32 = shape.iter().product();
    let settings = s.below(g.settings.len() as u32) as usize;
    let noisy = g.settings[settings].noise.is_some();
    let n = if s.chance(2) { 1 } else { 1 + s.below(5) as usize };
    let mut tree: Vec<Compartment> = (0..n).map(|k| compartment(s, (size as usize, k, noisy))).collect();
    // Every compartment but the last hangs on a later one that has room.
    for child in (0..n.saturating_sub(1)).rev() {
        let room: Vec<usize> = (child + 1..n).filter(|&p| tree[p].children.len() < 2).collect();
        let parent = s.pick(&room);
        tree[parent].children.push(child);
    }
    for c in &mut tree {
        c.join = if c.children.len() == 2 {
            s.pick(Join::ALL)
        } else {
            s.pick(&[Join::Skip, Join::Add, Join::Or])
        };
        c.soft_reset = c.join == Join::Skip && s.chance(4);
        if c.soft_reset {
            (c.mode, c.refractory) = (Mode::SpikeAndReset, Values::Same(1));
        }
    }
    let core = s.chance(4).then(|| s.below(128));
    Population { name: s.name("pop", i), size, shape, settings, tree, core, span: Span::default() }
}

fn compartment(s: &mut Source, (n, k, noisy): (usize, usize, bool)) -> Compartment {
    let name = if k == 0 && s.chance(2) { "soma".into() } else { s.name("flat", k) };
    Compartment {
        name,
        current_decay: s.values(n, 1, 4096, |x| x as u32),
        voltage_decay: s.values(n, 0, 4095, |x| x as u32),
        refractory: s.values(n, 1, 63, |x| x as u32),
        vth: s.values(n, 0, 131_071, |x| x as u32),
        bias_mantissa: s.values(n, -4096, 4095, |x| x as i32),
        bias_exponent: s.values(n, 0, 7, |x| x as u32),
        initial_v: s.values(n, -(1 << 23), (1 << 23) - 1, |x| x as i32),
        initial_u: s.values(n, -(1 << 23), (1 << 23) - 1, |x| x as i32),
        axon_delay: s.within(0, 63) as u32,
        noise: noisy && s.chance(2),
        mode: s.pick(Mode::ALL),
        bap: s.pick(BackPropagation::ALL),
        homeostasis: s.chance(3).then(|| {
            let (decay, impulse, gain) = (s.within(0, 4096) as u32, s.below(128), s.below(128));
            Homeostasis { decay, impulse, min: s.below(64), max: 64 + s.below(64), gain }
        }),
        post: s.chance(3).then(|| PostProfile([s.trace(), s.trace(), s.trace()])),
        ..Compartment::default()
    }
}

fn input(s: &mut Source, i: usize) -> Input {
    let shape: Vec<u32> = (0..1 + s.below(2)).map(|_| 1 + s.below(5)).collect();
    let size: u32 = shape.iter().product();
    let source = match s.below(4) {
        0 => InputSource::External,
        1 => {
            let mut events: Vec<(u32, u32)> =
                (0..s.below(6)).map(|_| (s.within(1, u32::MAX.into()) as u32, s.below(size))).collect();
            events.sort_unstable();
            InputSource::Events(events)
        }
        2 => InputSource::Poisson(s.values(size as usize, 0, 1 << 32, |x| x as u64)),
        _ => InputSource::Regular { period: 1 + s.below(9), first: 1 + s.below(9) },
    };
    Input { name: s.name("in", i), size, shape, source, span: Span::default() }
}

fn view(s: &mut Source, g: &Graph, of: Node) -> View {
    let (size, tree) = match of {
        Node::Population(p) => (g.populations[p].size, g.populations[p].tree.len()),
        Node::Input(i) => (g.inputs[i].size, 1),
    };
    let start = s.below(size);
    let (start, end) = if s.chance(2) { (0, size) } else { (start, start + 1 + s.below(size - start)) };
    View { node: of, compartment: s.below(tree as u32), start, end }
}

fn some_population(s: &mut Source, g: &Graph) -> Node {
    Node::Population(s.below(g.populations.len() as u32) as usize)
}

fn some_node(s: &mut Source, g: &Graph) -> Node {
    if g.inputs.is_empty() || s.chance(2) {
        some_population(s, g)
    } else {
        Node::Input(s.below(g.inputs.len() as u32) as usize)
    }
}

fn reward(s: &mut Source, g: &Graph, i: usize) -> RewardChannel {
    let mut sources = Vec::new();
    for _ in 0..s.below(3) {
        let node = some_node(s, g);
        let view = view(s, g, node);
        let value = s.chance(2).then(|| s.values(view.len(), -128, 127, |x| x as i32));
        sources.push(RewardSource { view, value });
    }
    let mut events = Vec::new();
    for _ in 0..s.below(4) {
        let value = s.chance(2).then(|| s.within(-128, 127) as i32);
        events.push((1 + s.below(100), value));
    }
    RewardChannel {
        name: s.name("reward", i),
        decay: s.within(0, 4096) as u32,
        events,
        sources,
        span: Span::default(),
    }
}

fn projection(s: &mut Source, g: &Graph, i: usize) -> Projection {
    let first = some_node(s, g);
    let mut pre = vec![view(s, g, first)];
    if s.chance(4) {
        let again = match first {
            Node::Population(_) => some_population(s, g),
            Node::Input(_) => first,
        };
        pre.push(view(s, g, again));
    }
    let mut post = Vec::new();
    for _ in 0..1 + s.below(2) {
        let node = some_population(s, g);
        post.push(view(s, g, node));
    }
    let ring = |v: &View| match v.node {
        Node::Population(p) => (1u32 << g.settings[g.populations[p].settings].delay_bits) - 2,
        Node::Input(_) => 0,
    };
    let longest = post.iter().map(ring).min().unwrap_or(0);
    let (sources, targets): (usize, usize) =
        (pre.iter().map(View::len).sum(), post.iter().map(View::len).sum());
    let connectivity = match s.below(3) {
        0 => Connectivity::Dense,
        1 if sources == targets => Connectivity::OneToOne,
        _ => {
            let n = s.below(8);
            let pairs = (0..n).map(|_| (s.below(sources as u32), s.below(targets as u32)));
            let (pre, post) = pairs.unzip();
            Connectivity::List { pre, post }
        }
    };
    let mode = s.pick(SignMode::ALL);
    let bits = s.pick(&[1, 2, 3, 4, 5, 6, 8]);
    let delay_bits = s.below(7);
    let rule = (!g.rules.is_empty() && s.chance(2)).then(|| s.below(g.rules.len() as u32) as usize);
    let tags = s.chance(2) || rule.is_some_and(|r| !g.rules[r].t.is_empty());
    let delay_bits =
        if rule.is_some_and(|r| !g.rules[r].d.is_empty()) { delay_bits.max(1) } else { delay_bits };
    let mut p = Projection {
        name: s.name("projection", i),
        pre,
        post,
        connectivity,
        weight: Values::Same(0),
        delay: Values::Same(0),
        tag: Values::Same(0),
        mode,
        bits,
        exponent: s.within(-8, 7) as i32,
        delay_bits,
        tags,
        boxed: false,
        limit: if s.chance(3) { (15, 15) } else { (0, 0) },
        rule,
        compression: s.chance(4).then(|| s.pick(Compression::ALL)),
        axon: s.chance(4).then(|| s.pick(AxonKind::ALL)),
        span: Span::default(),
    };
    fill(s, &mut p, longest);
    p
}

/// Weights, delays and tags.
fn fill(s: &mut Source, p: &mut Projection, longest: u32) {
    let (mode, bits, delay_bits, tags) = (p.mode, p.bits, p.delay_bits, p.tags);
    let n = p.synapses();
    let lsb = weight_lsb(mode, bits);
    let (low, high) = weight_range(mode, lsb);
    let steps = s.values(n, i64::from(low >> lsb), i64::from(high >> lsb), |x| x as i16);
    p.weight = match steps {
        Values::Same(w) => Values::Same(w << lsb),
        Values::Each(all) => Values::Each(all.into_iter().map(|w| w << lsb).collect()),
    };
    p.delay = s.values(n, 0, longest.min((1 << delay_bits) - 1).into(), |x| x as u8);
    if tags {
        p.tag = s.values(n, -256, 255, |x| x as i16);
    }
}

fn session(s: &mut Source, g: &Graph) -> Session {
    let mut session = Session { steps: s.below(5), ..Session::default() };
    if s.chance(2) {
        let node = some_node(s, g);
        let view = view(s, g, node);
        let steps = session.steps.max(1);
        let (target, width, (low, high)) = match (node, s.below(3)) {
            (Node::Population(_), _) => (SampleTarget::Bias(view), 1, (-4096, 4095)),
            (_, 0) => (SampleTarget::Spikes(view), 1, (0, 9)),
            (_, 1) => (SampleTarget::SpikeTrains(view), steps, (0, 3)),
            _ => (SampleTarget::Rate(view), 1, (0, 65536)),
        };
        session.steps = steps;
        let count = s.below(3);
        let n = view.len() * width as usize * count as usize;
        let values = (0..n).map(|_| s.within(low, high) as i32).collect();
        session.samples = Some(Samples {
            target,
            count,
            values,
            passes: 1 + s.below(3),
            reset: s.chance(2),
            span: Span::default(),
        });
        let node = some_population(s, g);
        let of = self::view(s, g, node);
        let labels = (0..count).map(|_| s.below(of.len() as u32)).collect();
        let kind = if s.chance(2) { MeasureKind::Accuracy } else { MeasureKind::Purity };
        session.measures.push(Measure {
            kind,
            name: s.name("accuracy", 0),
            of,
            labels,
            span: Span::default(),
        });
    }
    for i in 0..s.below(4) as usize {
        let (of, variable) = match s.below(3) {
            0 if g.projections.iter().any(|p| p.rule.is_some()) => {
                let plastic = g.projections.iter().position(|p| p.rule.is_some()).unwrap_or(0);
                (Recorded::Projection(plastic), s.pick(&[Variable::Weight, Variable::Tag, Variable::X2]))
            }
            1 if !g.rewards.is_empty() => (Recorded::Reward(0), s.pick(&[Variable::R0, Variable::R1])),
            _ => {
                let node = some_population(s, g);
                (Recorded::View(view(s, g, node)), s.pick(&[Variable::Spikes, Variable::V, Variable::Y1]))
            }
        };
        let at = if s.chance(3) { vec![1 + s.below(9), 10 + s.below(9)] } else { Vec::new() };
        let every = if at.is_empty() { 1 + s.below(3) } else { 1 };
        session.records.push(Record {
            name: s.name("record", i),
            of,
            variable,
            every,
            at,
            span: Span::default(),
        });
    }
    session
}
