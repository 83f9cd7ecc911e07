//! Who sends how much to whom, and how far that is.

use isa::chip::ChipDescription;
use isa::ids::CoreId;

use crate::plan::Plan;
use crate::rewards;
use crate::tables::Tables;

/// What a step to another chip costs, in steps between tiles: links are far slower than the mesh (timing 1.4).
const LINK_COST: u64 = 8;

/// Messages between parts; the host is the one after the last.
#[derive(Clone, Debug)]
pub struct Traffic {
    /// For each part, the others that it exchanges messages with, and how many.
    pub partners: Vec<Vec<(u32, u64)>>,
    /// Number of parts: also the name of the host.
    pub host: u32,
}

impl Traffic {
    /// The traffic of `plans` when sources fire at `rates`.
    #[must_use]
    pub fn new(tables: &Tables, plans: &[Plan], rates: &[u32]) -> Self {
        let host = plans.len() as u32;
        let mut home = vec![host; tables.sources() as usize];
        for (p, plan) in plans.iter().enumerate() {
            plan.part.visit(tables, |population, neuron, c| {
                home[tables.key(population, neuron, c) as usize] = p as u32;
            });
        }
        let mut pairs = Vec::new();
        for (p, plan) in plans.iter().enumerate() {
            let mut from = vec![0u64; plans.len() + 1];
            let mut add =
                |source: u32| from[home[source as usize] as usize] += u64::from(rates[source as usize]);
            plan.lists.iter().for_each(|list| add(list.source));
            let channel = tables.graph.settings[plan.part.settings].reward;
            let rewards = channel.into_iter().flat_map(|channel| rewards::sources(tables.graph, channel));
            rewards.for_each(|(source, _)| add(source));
            let sent = from.iter().enumerate().filter(|&(q, &weight)| weight > 0 && q != p);
            pairs.extend(sent.map(|(q, &weight)| (p as u32, q as u32, weight)));
        }
        Self::of_pairs(pairs, host)
    }

    fn of_pairs(pairs: Vec<(u32, u32, u64)>, host: u32) -> Self {
        let mut both: Vec<(u32, u32, u64)> =
            pairs.iter().flat_map(|&(p, q, w)| [(p, q, w), (q, p, w)]).collect();
        both.sort_unstable();
        let mut partners: Vec<Vec<(u32, u64)>> = vec![Vec::new(); host as usize + 1];
        for (p, q, weight) in both {
            match partners[p as usize].last_mut() {
                Some((last, sum)) if *last == q => *sum += weight,
                _ => partners[p as usize].push((q, weight)),
            }
        }
        Self { partners, host }
    }

    /// Weighted distance of all messages under a placement.
    #[must_use]
    pub fn cost(&self, board: &Board, placement: &[CoreId]) -> u64 {
        let both: u64 = (0..self.host).map(|p| self.cost_of(board, placement, p)).sum();
        let entering = self.partners[self.host as usize].iter();
        let entering: u64 =
            entering.map(|&(p, weight)| weight * board.distance(placement[p as usize], Board::HOST)).sum();
        (both + entering) / 2
    }

    /// Weighted distance of the messages of one part.
    #[must_use]
    pub fn cost_of(&self, board: &Board, placement: &[CoreId], part: u32) -> u64 {
        let here = placement[part as usize];
        let partners = self.partners[part as usize].iter();
        partners.map(|&(q, weight)| weight * board.distance(here, self.place(placement, q))).sum()
    }

    fn place(&self, placement: &[CoreId], part: u32) -> CoreId {
        placement.get(part as usize).copied().unwrap_or(Board::HOST)
    }
}

/// Where the cores are.
#[derive(Clone, Debug)]
pub struct Board {
    /// Column and row of the tile, and of the chip, by core.
    places: Vec<[u32; 4]>,
    cores_per_chip: usize,
}

impl Board {
    /// Inputs enter at tile (0, 0) of chip 0 (contract 9), where core 0 is.
    pub const HOST: CoreId = CoreId(0);

    /// The board of a chip description.
    #[must_use]
    pub fn new(chip: &ChipDescription) -> Self {
        let place = |core| {
            let place = chip.place(CoreId(core));
            [place.x, place.y, place.chip % chip.board.width, place.chip / chip.board.width]
        };
        let cores_per_chip = chip.cores_per_chip() as usize;
        Self { places: (0..chip.cores()).map(place).collect(), cores_per_chip }
    }

    /// Number of cores.
    #[must_use]
    pub fn cores(&self) -> usize {
        self.places.len()
    }

    /// Chip of a core, row by row.
    #[must_use]
    pub fn chip(&self, core: CoreId) -> usize {
        core.index() / self.cores_per_chip
    }

    /// Which chips some cores are on.
    #[must_use]
    pub fn chips_of(&self, cores: &[CoreId]) -> Vec<bool> {
        let mut chips = vec![false; self.places.len() / self.cores_per_chip];
        cores.iter().for_each(|&core| chips[self.chip(core)] = true);
        chips
    }

    /// Steps between tiles, with those to another chip counted as the delay that they are.
    #[must_use]
    pub fn distance(&self, a: CoreId, b: CoreId) -> u64 {
        let (a, b) = (&self.places[a.index()], &self.places[b.index()]);
        let links = a[2].abs_diff(b[2]) + a[3].abs_diff(b[3]);
        u64::from(a[0].abs_diff(b[0]) + a[1].abs_diff(b[1])) + u64::from(links) * LINK_COST
    }
}
