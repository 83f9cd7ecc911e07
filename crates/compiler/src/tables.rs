//! The graph, indexed once for all stages: keys, synapses by target, formats without their coding.

use std::collections::BTreeMap;

use isa::chip::ChipDescription;
use isa::op::Compression;
use isa::words::SynapseFormat;
use network::graph::{Graph, Node, Projection, Rule, Term};
use rayon::prelude::*;

use crate::cuts::{CUTS, Cuts};
use crate::incoming::Incoming;

/// The graph and what is looked up in it again and again.
pub struct Tables<'a> {
    /// The graph.
    pub graph: &'a Graph,
    /// The chip.
    pub chip: &'a ChipDescription,
    /// Key of the first compartment of each population, and of the first input line at the end.
    pub population_keys: Vec<u32>,
    /// Compartments of each population's tree in the order of update.
    pub orders: Vec<Vec<usize>>,
    /// Place of each compartment of the tree in the order of update.
    pub ranks: Vec<Vec<u32>>,
    /// Where projections end, by population.
    pub ends: Vec<Vec<End>>,
    /// Synapses by target, by projection.
    pub incoming: Vec<Incoming>,
    /// What synapses of a format share besides their coding.
    pub classes: Vec<Class>,
    /// Class of each projection.
    pub class_of: Vec<u16>,
    /// Rule whose program is first equal to that of each rule.
    pub program_of: Vec<usize>,
    /// How entries are cut into blocks.
    pub cuts: &'static Cuts,
}

/// A view on the target side of a projection.
#[derive(Clone, Copy, Debug)]
pub struct End {
    /// Projection.
    pub projection: usize,
    /// Compartment of the tree.
    pub compartment: usize,
    /// First neuron.
    pub start: u32,
    /// One past the last neuron.
    pub end: u32,
    /// Index of the first neuron on the target side of the projection.
    pub offset: usize,
}

/// What synapses of a format share besides how their place is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// The format; compression, index bits and skip bits are 0, `rule` is 0.
    pub format: SynapseFormat,
    /// Rule whose program it runs.
    pub program: Option<usize>,
    /// Constraint: this compression only.
    pub compression: Option<Compression>,
}

impl<'a> Tables<'a> {
    /// Indexes a graph that has no problems.
    #[must_use]
    pub fn new(graph: &'a Graph, chip: &'a ChipDescription) -> Self {
        let mut population_keys = vec![0u32];
        for population in &graph.populations {
            population_keys
                .push(population_keys[population_keys.len() - 1] + population.compartments() as u32);
        }
        let orders: Vec<Vec<usize>> = graph.populations.iter().map(|p| p.update_order()).collect();
        let program_of = programs(&graph.rules);
        let (classes, class_of) = classes(graph, &program_of);
        Self {
            graph,
            chip,
            population_keys,
            ranks: orders.iter().map(|order| ranks(order)).collect(),
            orders,
            ends: ends(graph),
            incoming: graph.projections.par_iter().map(|p| Incoming::new(graph, p)).collect(),
            classes,
            class_of,
            program_of,
            cuts: &CUTS,
        }
    }

    /// Key of a compartment.
    #[must_use]
    pub fn key(&self, population: usize, neuron: u32, compartment: usize) -> u32 {
        self.population_keys[population] + neuron * self.orders[population].len() as u32 + compartment as u32
    }

    /// Compartments of the graph: the first key that is not one.
    #[must_use]
    pub fn compartments(&self) -> u32 {
        self.population_keys[self.population_keys.len() - 1]
    }

    /// Population of a compartment's key.
    #[must_use]
    pub fn population_of(&self, key: u32) -> usize {
        self.population_keys.partition_point(|&first| first <= key) - 1
    }

    /// Keys of compartments and input lines: the first key that is neither.
    #[must_use]
    pub fn sources(&self) -> u32 {
        self.compartments() + self.graph.inputs.iter().map(|input| input.size).sum::<u32>()
    }
}

fn ranks(order: &[usize]) -> Vec<u32> {
    let mut ranks = vec![0; order.len()];
    for (rank, &compartment) in order.iter().enumerate() {
        ranks[compartment] = rank as u32;
    }
    ranks
}

fn ends(graph: &Graph) -> Vec<Vec<End>> {
    let mut ends = vec![Vec::new(); graph.populations.len()];
    for (projection, p) in graph.projections.iter().enumerate() {
        let mut offset = 0;
        for view in &p.post {
            if let Node::Population(population) = view.node {
                let (compartment, start, end) = (view.compartment as usize, view.start, view.end);
                ends[population].push(End { projection, compartment, start, end, offset });
            }
            offset += view.len();
        }
    }
    ends
}

/// The programs of a rule and its k, without names and traces.
type Programs<'a> = (u32, &'a [Term], &'a [Term], &'a [Term]);

fn programs(rules: &[Rule]) -> Vec<usize> {
    let mut first: BTreeMap<Programs, usize> = BTreeMap::new();
    let of = |(i, rule)| {
        let rule: &Rule = rule;
        (i, (rule.k, rule.w.as_slice(), rule.d.as_slice(), rule.t.as_slice()))
    };
    rules.iter().enumerate().map(of).map(|(i, key)| *first.entry(key).or_insert(i)).collect()
}

fn classes(graph: &Graph, program_of: &[usize]) -> (Vec<Class>, Vec<u16>) {
    let mut ids = BTreeMap::new();
    let mut classes = Vec::new();
    let mut class_of = Vec::with_capacity(graph.projections.len());
    for projection in &graph.projections {
        let class = class(projection, program_of);
        let id = *ids.entry(class).or_insert_with(|| {
            classes.push(class);
            classes.len() as u16 - 1
        });
        class_of.push(id);
    }
    (classes, class_of)
}

fn class(p: &Projection, program_of: &[usize]) -> Class {
    let format = SynapseFormat {
        weight_limit_mantissa: p.limit.0,
        weight_limit_exponent: p.limit.1,
        weight_exponent: p.exponent,
        learning: u32::from(p.rule.is_some()),
        tag_bits: if p.tags { 3 } else { 0 },
        delay_bits: p.delay_bits,
        weight_bits: isa::op::weight_bits_code(p.bits).unwrap_or(0),
        synapse_type: u32::from(p.boxed),
        fanout_type: p.mode.code(),
        ..SynapseFormat::default()
    };
    Class { format, program: p.rule.map(|rule| program_of[rule]), compression: p.compression }
}
