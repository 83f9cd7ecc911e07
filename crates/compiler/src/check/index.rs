//! Where keys are in an image, and which synapses of the graph end on which core.

use image::Image;
use isa::ids::Key;
use network::graph::{Compartment, Connectivity, Graph, Population, Projection, Settings};
use rayon::prelude::*;

use super::finding::Findings;

/// No core.
const NOWHERE: u32 = u32::MAX;

pub struct Index<'a> {
    pub graph: &'a Graph,
    pub image: &'a Image,
    /// Keys of the compartments of each core, in the order of update.
    pub keys: Vec<Vec<u32>>,
    /// Core of each compartment, as an index into the image's cores.
    pub core_of: Vec<u32>,
    /// Place of each compartment on its core.
    pub place_of: Vec<u16>,
    /// Key of the first compartment of each population, and of the first that is none.
    firsts: Vec<u32>,
    /// For each projection, what ends on each core.
    pub ending: Vec<Ending>,
}

/// Synapses of a projection by core: of a list the synapses, else indices of targets.
pub struct Ending {
    /// Keys of the sources.
    pub pre: Vec<u32>,
    /// Keys of the targets.
    pub post: Vec<u32>,
    first: Vec<u32>,
    items: Vec<u32>,
}

impl<'a> Index<'a> {
    pub fn new(graph: &'a Graph, image: &'a Image) -> Self {
        let keys: Vec<Vec<u32>> = image
            .cores
            .iter()
            .map(|core| core.compartment_keys.iter().flat_map(|run| run.keys()).map(|key| key.0).collect())
            .collect();
        let n = graph.compartments();
        let (mut core_of, mut place_of) = (vec![NOWHERE; n], vec![0; n]);
        for (core, keys) in keys.iter().enumerate() {
            for (place, &key) in keys.iter().enumerate().filter(|&(_, &key)| (key as usize) < n) {
                (core_of[key as usize], place_of[key as usize]) = (core as u32, place as u16);
            }
        }
        let mut firsts = vec![0];
        for population in &graph.populations {
            firsts.push(firsts[firsts.len() - 1] + population.compartments() as u32);
        }
        let ending =
            graph.projections.par_iter().map(|p| Ending::new(graph, p, (&core_of, keys.len()))).collect();
        Self { graph, image, keys, core_of, place_of, firsts, ending }
    }

    /// Every compartment is on exactly one core.
    pub fn check_keys(&self, found: &mut Findings) {
        let mut seen = vec![false; self.core_of.len()];
        for (core, keys) in self.image.cores.iter().zip(&self.keys) {
            for &key in keys {
                match seen.get_mut(key as usize) {
                    None => found.broken(core.core, format!("{} is no compartment of the graph", Key(key))),
                    Some(true) => found.broken(core.core, format!("{} is there twice", Key(key))),
                    Some(seen) => *seen = true,
                }
            }
        }
        if let Some(key) = seen.iter().position(|seen| !seen) {
            let missing = seen.iter().filter(|seen| !**seen).count();
            found.broken("image", format!("{missing} compartments are on no core, the first is {key}"));
        }
    }

    /// Population, neuron and compartment of a key.
    pub fn compartment(&self, key: u32) -> (&'a Population, usize, &'a Compartment) {
        let population = self.firsts.partition_point(|&first| first <= key) - 1;
        let p = &self.graph.populations[population];
        let at = (key - self.firsts[population]) as usize;
        (p, at / p.tree.len(), &p.tree[at % p.tree.len()])
    }

    pub fn settings(&self, key: u32) -> &'a Settings {
        &self.graph.settings[self.compartment(key).0.settings]
    }

    /// What a key is called.
    pub fn name(&self, key: u32) -> String {
        if key as usize >= self.core_of.len() {
            return Key(key).to_string();
        }
        let (population, neuron, compartment) = self.compartment(key);
        format!("{}[{neuron}].{}", population.name, compartment.name)
    }
}

impl Ending {
    fn new(graph: &Graph, p: &Projection, (core_of, cores): (&[u32], usize)) -> Self {
        let keys = |side| -> Vec<u32> { graph.side_keys(side).iter().map(|key| key.0).collect() };
        let (pre, post) = (keys(&p.pre), keys(&p.post));
        let core = |target: u32| core_of[post[target as usize] as usize];
        let (first, items) = match &p.connectivity {
            Connectivity::List { post: targets, .. } => by_core(targets.iter().map(|&t| core(t)), cores),
            _ => by_core((0..post.len() as u32).map(core), cores),
        };
        Self { pre, post, first, items }
    }

    /// Calls `visit` with list index, key of the source and key of the target of each synapse that ends on `core`.
    pub fn visit(&self, p: &Projection, core: usize, mut visit: impl FnMut(usize, u32, u32)) {
        let items = &self.items[self.first[core] as usize..self.first[core + 1] as usize];
        for &item in items {
            let item = item as usize;
            match &p.connectivity {
                Connectivity::List { pre, post } => {
                    visit(item, self.pre[pre[item] as usize], self.post[post[item] as usize]);
                }
                Connectivity::OneToOne => visit(item, self.pre[item], self.post[item]),
                Connectivity::Dense => {
                    let m = self.post.len();
                    self.pre
                        .iter()
                        .enumerate()
                        .for_each(|(i, &pre)| visit(i * m + item, pre, self.post[item]));
                }
            }
        }
    }
}

/// Indices by core, in order; those on no core are left out.
fn by_core(cores_of: impl Iterator<Item = u32> + Clone, cores: usize) -> (Vec<u32>, Vec<u32>) {
    let mut first = vec![0u32; cores + 1];
    cores_of.clone().filter(|&core| core != NOWHERE).for_each(|core| first[core as usize + 1] += 1);
    for core in 0..cores {
        first[core + 1] += first[core];
    }
    let mut next = first.clone();
    let mut items = vec![0u32; first[cores] as usize];
    for (i, core) in cores_of.enumerate().filter(|&(_, core)| core != NOWHERE) {
        items[next[core as usize] as usize] = i as u32;
        next[core as usize] += 1;
    }
    (first, items)
}
