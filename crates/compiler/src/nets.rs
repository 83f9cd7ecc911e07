//! Sources as hyper-edges over parts: who would gain by moving where.
//!
//! A source sends one message to each part that it has a target in, however many targets there are, and one to its
//! own part costs no way. So what counts is the number of parts it is present in, less one, times its rate.

use crate::incoming::Arrival;
use crate::plan::Plan;
use crate::tables::Tables;

/// A neuron that may move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit {
    /// Population.
    pub population: usize,
    /// Neuron.
    pub neuron: u32,
}

/// Where every source has targets.
pub struct Nets<'a> {
    tables: &'a Tables<'a>,
    rates: &'a [u32],
    /// Parts with targets of each source, and how many synapses there.
    pins: Vec<Vec<(u32, u32)>>,
    /// Part of each compartment; input lines have none.
    home: Vec<u32>,
}

/// A source of a neuron's synapses, or one of its compartments, which moves along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Key.
    pub source: u32,
    /// Synapses from it on the neuron.
    pub synapses: u32,
    /// Whether it is a compartment of the neuron itself.
    pub own: bool,
}

impl<'a> Nets<'a> {
    /// The nets of planned cores.
    #[must_use]
    pub fn new(tables: &'a Tables<'a>, plans: &[Plan], rates: &'a [u32]) -> Self {
        let mut pins: Vec<Vec<(u32, u32)>> = vec![Vec::new(); tables.sources() as usize];
        let mut home = vec![u32::MAX; tables.sources() as usize];
        for (p, plan) in plans.iter().enumerate() {
            let p = p as u32;
            plan.part
                .visit(tables, |population, neuron, c| home[tables.key(population, neuron, c) as usize] = p);
            plan.lists
                .iter()
                .for_each(|list| add(&mut pins[list.source as usize], p, i64::from(list.end - list.start)));
        }
        Self { tables, rates, pins, home }
    }

    /// Rate-weighted number of parts that sources are present in besides one each.
    #[must_use]
    pub fn cost(&self) -> u64 {
        let of = |(source, pins): (usize, &Vec<(u32, u32)>)| {
            let away = pins.iter().filter(|(part, _)| *part != self.home[source]).count();
            let parts = if self.home[source] == u32::MAX { away.saturating_sub(1) } else { away };
            parts as u64 * u64::from(self.rates[source])
        };
        self.pins.iter().enumerate().map(of).sum()
    }

    /// Sources of a neuron, and its own compartments that send.
    #[must_use]
    pub fn links(&self, unit: Unit) -> Vec<Link> {
        let tables = self.tables;
        let mut sources = Vec::new();
        for end in
            tables.ends[unit.population].iter().filter(|end| (end.start..end.end).contains(&unit.neuron))
        {
            let post = end.offset + (unit.neuron - end.start) as usize;
            let projection = &tables.graph.projections[end.projection];
            let add = |_, Arrival { source, .. }| sources.push(source);
            tables.incoming[end.projection].visit(projection, post..post + 1, add);
        }
        sources.sort_unstable();
        let first = tables.key(unit.population, unit.neuron, 0);
        let own = first..first + tables.orders[unit.population].len() as u32;
        let count =
            |same: &[u32]| Link { source: same[0], synapses: same.len() as u32, own: own.contains(&same[0]) };
        let mut links: Vec<Link> = sources.chunk_by(|a, b| a == b).map(count).collect();
        let silent =
            |source: &u32| sources.binary_search(source).is_err() && !self.pins[*source as usize].is_empty();
        links.extend(own.filter(silent).map(|source| Link { source, synapses: 0, own: true }));
        links
    }

    fn pins(&self, source: u32, part: u32) -> u32 {
        self.pins[source as usize].iter().find(|(p, _)| *p == part).map_or(0, |&(_, count)| count)
    }

    /// What leaving `part` saves, before anything is paid for arriving.
    fn leaving(&self, links: &[Link], part: u32) -> i64 {
        let is_last = |link: &&Link| {
            let stays = !link.own && self.home[link.source as usize] == part;
            self.pins(link.source, part) == link.synapses && !stays
        };
        links.iter().filter(is_last).map(|link| i64::from(self.rates[link.source as usize])).sum()
    }

    /// Gain of moving a neuron with `links` from one part to another.
    #[must_use]
    pub fn gain(&self, links: &[Link], from: u32, to: u32) -> i64 {
        let is_new = |link: &&Link| {
            let there = !link.own && self.home[link.source as usize] == to;
            self.pins(link.source, to) == 0 && !there
        };
        let paid: i64 =
            links.iter().filter(is_new).map(|link| i64::from(self.rates[link.source as usize])).sum();
        self.leaving(links, from) - paid
    }

    /// The best part for a neuron with `links` in part `from`, and the gain; `scores` is scratch, 0 for every part.
    pub fn best(
        &self,
        links: &[Link],
        from: u32,
        scores: &mut [i64],
        allowed: impl Fn(u32) -> bool,
    ) -> Option<(u32, i64)> {
        let mut touched = Vec::new();
        let mut all = 0;
        for link in links {
            let rate = i64::from(self.rates[link.source as usize]);
            all += rate;
            let home = self.home[link.source as usize];
            let pins = &self.pins[link.source as usize];
            let at_home = !link.own && home != u32::MAX && !pins.iter().any(|(p, _)| *p == home);
            for part in pins.iter().map(|&(part, _)| part).chain(at_home.then_some(home)) {
                if scores[part as usize] == 0 {
                    touched.push(part);
                }
                scores[part as usize] += rate;
            }
        }
        let leaving = self.leaving(links, from);
        let gains = touched.iter().filter(|&&part| part != from && allowed(part));
        let best =
            gains.map(|&part| (leaving - (all - scores[part as usize]), std::cmp::Reverse(part))).max();
        touched.iter().for_each(|&part| scores[part as usize] = 0);
        best.map(|(gain, part)| (part.0, gain))
    }

    /// Sources of a neuron that have no target in `part`.
    #[must_use]
    pub fn arriving(&self, links: &[Link], part: u32) -> usize {
        links.iter().filter(|link| link.synapses > 0 && self.pins(link.source, part) == 0).count()
    }

    /// Sources of a neuron whose last target in `part` it is.
    #[must_use]
    pub fn departing(&self, links: &[Link], part: u32) -> usize {
        links.iter().filter(|link| link.synapses > 0 && self.pins(link.source, part) == link.synapses).count()
    }

    /// Moves a neuron.
    pub fn go(&mut self, links: &[Link], from: u32, to: u32) {
        for link in links {
            let pins = &mut self.pins[link.source as usize];
            add(pins, from, -i64::from(link.synapses));
            add(pins, to, link.synapses.into());
            if link.own {
                self.home[link.source as usize] = to;
            }
        }
    }
}

fn add(pins: &mut Vec<(u32, u32)>, part: u32, synapses: i64) {
    if synapses == 0 {
        return;
    }
    match pins.iter().position(|(p, _)| *p == part) {
        Some(at) => {
            pins[at].1 = (i64::from(pins[at].1) + synapses) as u32;
            if pins[at].1 == 0 {
                pins.swap_remove(at);
            }
        }
        None => pins.push((part, synapses as u32)),
    }
}
