//! What does not change while a graph runs: who meets whom, by key.

use std::collections::{BTreeMap, BTreeSet};

use isa::ids::Key;
use isa::words::TraceProfile;
use network::graph::{Compartment, Graph, NO_TRACE, Population, Rule, Settings};

use crate::compartment::Parameters;
use crate::state::{CompartmentState, PreUnit, RewardState, State, Synapse, Unit};

/// A compartment with what it was declared with.
pub struct Cell<'a> {
    /// Its declaration.
    pub spec: &'a Compartment,
    /// Which neuron of its population.
    pub neuron: usize,
    /// Index of its settings.
    pub settings_index: usize,
    /// Its settings.
    pub settings: &'a Settings,
    /// Root of its tree.
    pub root: Key,
    /// Children A, B.
    pub children: Vec<Key>,
    /// Its numbers.
    pub parameters: Parameters,
}

/// Who meets whom.
pub struct Wiring<'a> {
    graph: &'a Graph,
    /// Compartments, in key order.
    pub cells: Vec<Cell<'a>>,
    /// Keys, children before parents.
    pub order: Vec<Key>,
    /// Source and target of each synapse, by projection.
    pub ends: Vec<Vec<(Key, Key)>>,
    /// Synapses (projection, index) of each source.
    pub synapses: Vec<Vec<(usize, usize)>>,
    /// Reward messages (channel, value) of each source.
    pub rewards: Vec<Vec<(usize, Option<i32>)>>,
    /// Indices of the pre units of each source.
    pub units: Vec<Vec<usize>>,
    /// The pre units before step 1, in order of projection, source, settings.
    pub pre: Vec<PreUnit>,
    /// Pre unit and ordinal of each synapse, by projection; empty where it is not plastic.
    pub plastic: Vec<Vec<(usize, u32)>>,
    /// Compartments where a plastic synapse ends, in key order.
    pub plastic_targets: Vec<Key>,
}

impl<'a> Wiring<'a> {
    pub fn new(graph: &'a Graph) -> Self {
        let sources = graph.reward_key(0).index();
        let mut wiring = Self {
            graph,
            cells: Vec::new(),
            order: Vec::new(),
            ends: graph.projections.iter().map(|p| ends(graph, p)).collect(),
            synapses: vec![Vec::new(); sources],
            rewards: vec![Vec::new(); sources],
            units: vec![Vec::new(); sources],
            pre: Vec::new(),
            plastic: vec![Vec::new(); graph.projections.len()],
            plastic_targets: Vec::new(),
        };
        for (p, population) in graph.populations.iter().enumerate() {
            wiring.add_population(p, population);
        }
        for (p, ends) in wiring.ends.iter().enumerate() {
            for (i, (source, _)) in ends.iter().enumerate() {
                wiring.synapses[source.index()].push((p, i));
            }
        }
        wiring.add_rewards();
        wiring.add_learning();
        wiring
    }

    /// The rule of a plastic projection.
    pub fn rule(&self, projection: usize) -> &'a Rule {
        let rule = self.graph.projections[projection].rule;
        &self.graph.rules[rule.expect("only plastic projections have units")]
    }

    /// The state before step 1.
    pub fn start(&self) -> State {
        let compartments = self.cells.iter().map(|cell| CompartmentState {
            u: cell.spec.initial_u.get(cell.neuron),
            v: cell.spec.initial_v.get(cell.neuron),
            register: cell.spec.initial_v.get(cell.neuron),
            vth: cell.spec.vth.get(cell.neuron),
            ..CompartmentState::default()
        });
        let synapses = self.graph.projections.iter().map(|p| {
            let synapse = |i| Synapse {
                w: p.weight.get(i).into(),
                d: p.delay.get(i).into(),
                t: if p.tags { p.tag.get(i).into() } else { 0 },
            };
            (0..p.synapses()).map(synapse).collect()
        });
        State {
            compartments: compartments.collect(),
            slots: self.cells.iter().map(|cell| vec![0; 1 << cell.settings.delay_bits]).collect(),
            synapses: synapses.collect(),
            pre: self.pre.clone(),
            rewards: vec![RewardState::default(); self.graph.settings.len()],
            plastic: (self.plastic.iter().zip(&self.ends))
                .map(|(plastic, ends)| {
                    plastic.iter().zip(ends).map(|(&(unit, _), &(_, to))| (unit, to)).collect()
                })
                .collect(),
        }
    }

    fn add_population(&mut self, index: usize, population: &'a Population) {
        let settings = &self.graph.settings[population.settings];
        for neuron in 0..population.size as usize {
            let base = self.graph.population_key(index).index() + neuron * population.tree.len();
            let key = |i: usize| Key((base + i) as u32);
            for spec in &population.tree {
                self.cells.push(Cell {
                    spec,
                    neuron,
                    settings_index: population.settings,
                    settings,
                    root: key(population.root()),
                    children: spec.children.iter().map(|&child| key(child)).collect(),
                    parameters: Parameters::of(spec, neuron, settings),
                });
            }
            self.order.extend(population.update_order().into_iter().map(key));
        }
    }

    fn add_rewards(&mut self) {
        for (channel, reward) in self.graph.rewards.iter().enumerate() {
            for source in &reward.sources {
                for (i, key) in self.graph.view_keys(&source.view).enumerate() {
                    let value = source.value.as_ref().map(|values| values.get(i));
                    self.rewards[key.index()].push((channel, value));
                }
            }
        }
    }

    /// Pre units and ordinals (contract 7, 8).
    fn add_learning(&mut self) {
        let mut targets = BTreeSet::new();
        for (p, projection) in self.graph.projections.iter().enumerate() {
            if projection.rule.is_none() {
                continue;
            }
            let settings_of = |target: Key| self.cells[target.index()].settings_index;
            let found: BTreeSet<(Key, usize)> =
                self.ends[p].iter().map(|&(source, target)| (source, settings_of(target))).collect();
            let mut unit_of = BTreeMap::new();
            for (source, settings) in found {
                unit_of.insert((source, settings), self.pre.len());
                self.units[source.index()].push(self.pre.len());
                self.pre.push(PreUnit { projection: p, source, settings, unit: Unit::default() });
            }
            let mut earlier: BTreeMap<(Key, Key), u32> = BTreeMap::new();
            for &(source, target) in &self.ends[p] {
                let ordinal = earlier.entry((source, target)).or_default();
                self.plastic[p].push((unit_of[&(source, settings_of(target))], *ordinal));
                *ordinal += 1;
                targets.insert(target);
            }
        }
        self.plastic_targets = targets.into_iter().collect();
    }
}

/// Source and target keys of every synapse.
fn ends(graph: &Graph, projection: &network::graph::Projection) -> Vec<(Key, Key)> {
    let (pre, post) = (graph.side_keys(&projection.pre), graph.side_keys(&projection.post));
    (0..projection.synapses())
        .map(|i| projection.ends(i))
        .map(|(source, target)| (pre[source], post[target]))
        .collect()
}

/// The post traces of a compartment; none that is not declared.
pub fn post_profile(spec: &Compartment) -> [TraceProfile; 3] {
    spec.post.map_or([NO_TRACE; 3], |profile| profile.0)
}
