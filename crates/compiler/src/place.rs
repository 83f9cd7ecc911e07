//! Placement: which core each part is on, so that messages travel little.

use isa::ids::CoreId;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::curve::curve;
use crate::plan::Plan;
use crate::rates::rates;
use crate::tables::Tables;
use crate::traffic::{Board, Traffic};
use crate::{Options, Search};

/// Moves tried for each part.
const MOVES_PER_PART: u64 = 2000;
/// Partners looked at in all: bounds the search on large boards.
const WORK_MAX: u64 = 20_000_000;

/// Where the parts are, and what that saves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Core of every part.
    pub cores: Vec<CoreId>,
    /// Expected weighted distance of messages, in index order and as placed.
    pub cost: (u64, u64),
}

/// A core for every part.
#[must_use]
pub fn place(tables: &Tables, plans: &[Plan], options: &Options) -> Placement {
    let traffic = Traffic::new(tables, plans, &rates(tables, options));
    let board = Board::new(tables.chip);
    let in_order = along(plans, (0..tables.chip.cores()).map(CoreId));
    let before = traffic.cost(&board, &in_order);
    if options.placement == Search::InOrder {
        return Placement { cores: in_order, cost: (before, before) };
    }
    let start = along(plans, curve(tables.chip).into_iter());
    let start = if traffic.cost(&board, &start) < before { start } else { in_order };
    let cores = anneal(&traffic, &board, (plans, start), options.seed);
    let after = traffic.cost(&board, &cores);
    Placement { cores, cost: (before, after) }
}

/// Pinned parts where they must be, the others along `order`.
fn along(plans: &[Plan], order: impl Iterator<Item = CoreId>) -> Vec<CoreId> {
    let mut pinned: Vec<u32> = plans.iter().filter_map(|plan| plan.part.pin).collect();
    pinned.sort_unstable();
    let mut free = order.filter(|core| pinned.binary_search(&core.0).is_err());
    let core = |plan: &Plan| plan.part.pin.map(CoreId).or_else(|| free.next());
    let cores: Vec<CoreId> = plans.iter().filter_map(core).collect();
    assert_eq!(cores.len(), plans.len(), "partition makes no more parts than there are cores");
    cores
}

/// Annealing by threshold: a move that costs less than the threshold is taken, and the threshold sinks to 0.
fn anneal(
    traffic: &Traffic,
    board: &Board,
    (plans, start): (&[Plan], Vec<CoreId>),
    seed: u64,
) -> Vec<CoreId> {
    let movable: Vec<u32> = (0..traffic.host).filter(|&p| plans[p as usize].part.pin.is_none()).collect();
    let partners: u64 = traffic.partners.iter().map(|partners| partners.len() as u64 + 1).sum();
    if movable.is_empty() {
        return start;
    }
    let each = partners / u64::from(traffic.host) + 1;
    let moves = (movable.len() as u64 * MOVES_PER_PART).min(WORK_MAX / each);
    let mut state = State::new(traffic, board, (plans, start));
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let first = state.typical(&movable, &mut rng);
    for step in 0..moves {
        let left = u128::from(moves - step);
        let threshold = u128::from(first) * left * left / (u128::from(moves) * u128::from(moves));
        let part = movable[rng.random_range(0..movable.len())];
        let to = state.cores[rng.random_range(0..state.cores.len())];
        state.try_move(part, to, threshold as i64);
    }
    state.best
}

struct State<'a> {
    traffic: &'a Traffic,
    board: &'a Board,
    placement: Vec<CoreId>,
    /// Part on each core: `None` if it is free.
    on: Vec<Option<u32>>,
    /// Cores that parts may move to.
    cores: Vec<CoreId>,
    cost: i64,
    best: Vec<CoreId>,
    best_cost: i64,
}

impl<'a> State<'a> {
    fn new(traffic: &'a Traffic, board: &'a Board, (plans, placement): (&[Plan], Vec<CoreId>)) -> Self {
        let last = placement.iter().map(|core| core.0 + 1).max().unwrap_or(0);
        let mut on = vec![None; board.cores().max(last as usize)];
        placement.iter().enumerate().for_each(|(p, core)| on[core.index()] = Some(p as u32));
        let pinned = |core: &CoreId| on[core.index()].is_some_and(|p| plans[p as usize].part.pin.is_some());
        let chips = board.chips_of(&placement);
        let cores =
            (0..board.cores() as u32).map(CoreId).filter(|core| chips[board.chip(*core)] && !pinned(core));
        let cores = cores.collect();
        let cost = traffic.cost(board, &placement) as i64;
        Self { traffic, board, best: placement.clone(), best_cost: cost, placement, on, cores, cost }
    }

    /// Mean cost change of some random moves: where the threshold starts.
    fn typical(&mut self, movable: &[u32], rng: &mut Pcg64Mcg) -> u64 {
        let change = |state: &mut Self, rng: &mut Pcg64Mcg| {
            let part = movable[rng.random_range(0..movable.len())];
            let to = state.cores[rng.random_range(0..state.cores.len())];
            let from = state.placement[part as usize];
            let change = state.go(part, to).unsigned_abs();
            state.go(part, from);
            change
        };
        (0..64).map(|_| change(self, rng)).sum::<u64>() / 64
    }

    fn try_move(&mut self, part: u32, to: CoreId, threshold: i64) {
        let from = self.placement[part as usize];
        if from == to {
            return;
        }
        let change = self.go(part, to);
        if change > threshold {
            self.go(part, from);
            return;
        }
        self.cost += change;
        if self.cost < self.best_cost {
            self.best_cost = self.cost;
            self.best.clone_from(&self.placement);
        }
    }

    /// Moves `part` to core `to`, and what was there to where it came from; the change of the cost.
    fn go(&mut self, part: u32, to: CoreId) -> i64 {
        let from = self.placement[part as usize];
        let other = self.on[to.index()].filter(|&other| other != part);
        let before = self.cost_of(part, other);
        self.placement[part as usize] = to;
        (self.on[from.index()], self.on[to.index()]) = (other, Some(part));
        if let Some(other) = other {
            self.placement[other as usize] = from;
        }
        self.cost_of(part, other) - before
    }

    /// Messages between the two count twice, before and after a swap, at the same distance.
    fn cost_of(&self, part: u32, other: Option<u32>) -> i64 {
        let of = |p| self.traffic.cost_of(self.board, &self.placement, p) as i64;
        of(part) + other.map_or(0, of)
    }
}
