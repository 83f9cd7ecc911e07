//! Axons: every message reaches the list of its source, and every list has one (contract 6).

use image::Image;
use isa::ids::CoreId;
use isa::layout::Word;
use isa::op::AxonKind;
use isa::words::{DiscreteAxon, LearningAxon, Pop16Axon, Pop32Atom, Pop32Axon, SynapseMap};
use network::graph::Graph;

use super::Core;
use super::finding::Findings;

/// Largest base of discrete and pop32 axons; pop16 has multiples of 4 up to 4 times that (contract 6).
const BASE_MAX: u32 = 255;

/// A message that a core is sent when its source fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival {
    pub axon: u32,
    pub atom: u32,
    pub kind: AxonKind,
    pub source: u32,
}

/// What arrives at each core, sorted.
pub struct Routes {
    arrivals: Vec<Vec<Arrival>>,
}

/// A list of synapses.
#[derive(Clone, Copy, Debug)]
pub struct List {
    pub source: u32,
    /// Compartment of index 0.
    pub base: u32,
    /// First word, and one past the last.
    pub words: (usize, usize),
    /// The learning axon and its pre profile.
    pub learning: Option<(u32, u32)>,
}

impl Routes {
    pub fn new(graph: &Graph, image: &Image, found: &mut Findings) -> Self {
        let mut routes = Self { arrivals: vec![Vec::new(); image.cores.len()] };
        for core in &image.cores {
            let keys = core.compartment_keys.iter().flat_map(|run| run.keys());
            let ranges = core.axon_map.iter().map(|map| (map.pointer, map.length));
            routes.follow(
                (image, &core.axons),
                keys.map(|key| key.0).zip(ranges),
                (core.core.to_string(), found),
            );
        }
        let first = graph.compartments() as u32;
        let ranges = image.host.axon_map.iter().map(|map| (map.pointer, map.length));
        routes.follow((image, &image.host.axons), (first..).zip(ranges), ("host".into(), found));
        routes.arrivals.iter_mut().for_each(|arrivals| arrivals.sort_unstable());
        routes
    }

    /// Follows the slots of sources, which make up `slots` without gap or overlap.
    fn follow(
        &mut self,
        (image, slots): (&Image, &[u64]),
        sources: impl Iterator<Item = (u32, (u32, u32))>,
        (place, found): (String, &mut Findings),
    ) {
        let mut ranges = Vec::new();
        for (source, (pointer, length)) in sources {
            if length == 0 {
                found.same(
                    &place,
                    || format!("the pointer of a source without axons, key {source}"),
                    &0,
                    &pointer,
                );
                continue;
            }
            ranges.push((pointer as usize, length as usize));
            let Some(slots) = slots.get(pointer as usize..(pointer as usize + length as usize)) else {
                found.broken(&place, format!("the output axons of key {source} lie outside of the memory"));
                continue;
            };
            if let Err(problem) = self.follow_source(image, slots, source) {
                found.broken(&place, format!("the output axons of key {source}: {problem}"));
            }
        }
        check_tiles(ranges, slots.len(), "output axon slots", (&place, found));
    }

    fn follow_source(&mut self, image: &Image, mut slots: &[u64], source: u32) -> Result<(), String> {
        while let Some((&slot, rest)) = slots.split_first() {
            slots = rest;
            let kind = AxonKind::from_code(slot as u32 & 3).ok_or("a slot of no kind")?;
            let (chip, core, axon, atom) = match kind {
                AxonKind::Discrete => {
                    let word = clean::<DiscreteAxon>(slot)?;
                    (word.chip, word.core, word.axon, 0)
                }
                AxonKind::Pop16 => {
                    let word = clean::<Pop16Axon>(slot)?;
                    if word.extra > 4 {
                        return Err(format!("{} extra bits", word.extra));
                    }
                    (word.chip, word.core, word.id(), word.atom())
                }
                AxonKind::Pop32 => {
                    let word = clean::<Pop32Axon>(slot)?;
                    let (&second, rest) = slots.split_first().ok_or("a pop32 axon of one slot")?;
                    slots = rest;
                    (word.chip, word.core, word.axon, clean::<Pop32Atom>(second)?.atom)
                }
            };
            let to = CoreId(chip * image.chip.cores_per_chip() + core);
            let there = core < image.chip.cores_per_chip();
            let at = image.cores.binary_search_by_key(&to, |core| core.core).ok().filter(|_| there);
            let at = at.ok_or_else(|| format!("chip {chip} core {core} holds nothing"))?;
            self.arrivals[at].push(Arrival { axon, atom, kind, source });
        }
        Ok(())
    }

    fn to(&self, core: usize, axon: u32) -> &[Arrival] {
        let all = &self.arrivals[core];
        let start = all.partition_point(|arrival| arrival.axon < axon);
        &all[start..start + all[start..].partition_point(|arrival| arrival.axon == axon)]
    }
}

/// The word, if no bit outside of its fields is set.
fn clean<W: Word>(bits: u64) -> Result<W, String> {
    if bits & W::unused_mask() == 0 {
        Ok(W::unpack(bits))
    } else {
        Err(format!("{}: a bit outside of all fields", W::NAME))
    }
}

/// Whether ranges (start, length) make up `0..total` without gap or overlap.
fn check_tiles(
    mut ranges: Vec<(usize, usize)>,
    total: usize,
    what: &str,
    (place, found): (&str, &mut Findings),
) {
    ranges.sort_unstable();
    let mut next = 0;
    for (start, length) in ranges {
        if start != next {
            return found.broken(place, format!("{what}: a gap or an overlap at {next}, {start}"));
        }
        next += length;
    }
    found.same(place, || format!("the number of {what}"), &next, &total);
}

/// The lists of a core, each with its source; they make up the synapse memory.
pub fn check_core(core: &Core, routes: &Routes, found: &mut Findings) -> Vec<List> {
    let (learning, map) = (core.image.learning, &core.image.synapse_map);
    let (first, rewards) = (learning.first_learning_axon, learning.num_reward_axons);
    let total = map.len() as u32;
    found.same(
        core.place(),
        || "the number of reward axons".into(),
        &u32::from(core.settings.reward.is_some()),
        &rewards,
    );
    if first > total || rewards > first || !(total - first).is_multiple_of(2) {
        found.broken(
            core.place(),
            format!("learning axons from {first} on, reward axons {rewards}, {total} entries"),
        );
        return Vec::new();
    }
    let mut lists = Vec::new();
    for id in (0..first - rewards).chain((first..total).step_by(2)) {
        if let Err(problem) = read_axon(core, routes, id, &mut lists) {
            found.broken(core.place(), format!("axon {id}: {problem}"));
        }
    }
    for id in first - rewards..first {
        found.same(core.place(), || format!("the entry of reward axon {id}"), &0, &map[id as usize]);
        check_reward(core, routes, id, found);
    }
    if let Some(lost) = routes.arrivals[core.at].last().filter(|arrival| arrival.axon >= total) {
        found.broken(
            core.place(),
            format!("messages of key {} go to axon {}, there are {total}", lost.source, lost.axon),
        );
    }
    let is_second =
        |arrival: &&Arrival| (first..total).contains(&arrival.axon) && (arrival.axon - first) % 2 == 1;
    if let Some(lost) = routes.arrivals[core.at].iter().find(is_second) {
        found.broken(
            core.place(),
            format!("messages of key {} go to axon {}, a second entry", lost.source, lost.axon),
        );
    }
    let ranges = lists.iter().map(|list| (list.words.0, list.words.1 - list.words.0)).collect();
    check_tiles(ranges, core.image.synapses.len(), "words of lists", (&core.place().to_string(), found));
    check_sources(core, &lists, found);
    lists
}

fn read_axon(core: &Core, routes: &Routes, id: u32, lists: &mut Vec<List>) -> Result<(), String> {
    let map = &core.image.synapse_map;
    let entry = clean::<SynapseMap>(map[id as usize])?;
    let is_learning = id >= core.image.learning.first_learning_axon;
    let kind = AxonKind::from_code(entry.kind).ok_or("an entry of no kind")?;
    let (step, atoms_max) = match kind {
        AxonKind::Discrete => (1, 1),
        AxonKind::Pop16 => (4, 512),
        AxonKind::Pop32 => (1, 1024),
    };
    if entry.base % step != 0 || entry.base / step > BASE_MAX || entry.length == 0 {
        return Err(format!("base {} and length {} of a {kind} axon", entry.base, entry.length));
    }
    if entry.atoms == 0 || entry.atoms > atoms_max || (is_learning && kind != AxonKind::Discrete) {
        return Err(format!("{} lists of a {kind} axon", entry.atoms));
    }
    let learning = if is_learning { Some((id, learning_entry(map[id as usize + 1])?)) } else { None };
    let arrivals = routes.to(core.at, id);
    for atom in 0..entry.atoms {
        let start = (entry.pointer + atom * entry.length) as usize;
        let words = (start, start + entry.length as usize);
        if words.1 > core.image.synapses.len() {
            return Err(format!("list {atom} lies outside of the synapse memory"));
        }
        let arrival = arrivals.get(atom as usize).filter(|a| (a.atom, a.kind) == (atom, kind));
        let source = arrival.ok_or_else(|| format!("list {atom} has no source, or two"))?.source;
        lists.push(List { source, base: entry.base, words, learning });
    }
    if arrivals.len() > entry.atoms as usize {
        return Err(format!("{} sources of {} lists", arrivals.len(), entry.atoms));
    }
    Ok(())
}

/// The pre profile of the second entry of a learning axon, whose traces are 0.
fn learning_entry(bits: u64) -> Result<u32, String> {
    let word = clean::<LearningAxon>(bits)?;
    if (word.x1, word.x2, word.tx) == (0, 0, 0) {
        Ok(word.pre_profile)
    } else {
        Err("pre traces that are not 0".into())
    }
}

/// What arrives at a reward axon is what the graph calls reward.
fn check_reward(core: &Core, routes: &Routes, id: u32, found: &mut Findings) {
    let mut want = Vec::new();
    let channel = core.settings.reward.map(|channel| &core.graph.rewards[channel]);
    for source in channel.into_iter().flat_map(|channel| &channel.sources) {
        for (i, key) in core.graph.view_keys(&source.view).enumerate() {
            let value = source.value.as_ref().map(|values| values.get(i));
            let kind = if value.is_some() { AxonKind::Pop32 } else { AxonKind::Discrete };
            let atom = value.map_or(0, |value| value.rem_euclid(256) as u32);
            want.push(Arrival { axon: id, atom, kind, source: key.0 });
        }
    }
    want.sort_unstable();
    found.same(
        core.place(),
        || format!("the messages to reward axon {id}"),
        &want.as_slice(),
        &routes.to(core.at, id),
    );
}

/// The keys that draws of pre traces use are those of the sources.
fn check_sources(core: &Core, lists: &[List], found: &mut Findings) {
    let want: Vec<u32> =
        lists.iter().filter(|list| list.learning.is_some()).map(|list| list.source).collect();
    let have: Vec<u32> = core.image.axon_keys.iter().flat_map(|run| run.keys()).map(|key| key.0).collect();
    found.same(core.place(), || "the keys of its learning axons".into(), &want, &have);
}
