//! The synapses that end in a part, sorted into the lists that a core stores.

use isa::op::AxonKind;

use crate::incoming::Arrival;
use crate::parts::{Part, Run};
use crate::tables::{End, Tables};

/// A synapse that ends in a part.
#[derive(Clone, Copy, Debug)]
pub struct Synapse {
    /// Key of the source.
    pub source: u32,
    /// Which of the source's lists on the core.
    pub list: ListKind,
    /// Class of its format.
    pub class: u16,
    /// Compartment within the part.
    pub target: u16,
    /// Order among parallel synapses.
    pub index: u32,
    /// Mantissa.
    pub weight: i16,
    /// Tag.
    pub tag: i16,
    /// Delay.
    pub delay: u8,
}

/// Which list of a source: one for all synapses that do not learn (and one more for each kind of axon that a
/// projection insists on), one for each projection that learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListKind(pub u32);

impl ListKind {
    /// Synapses that do not learn, any kind of axon.
    pub const ANY: Self = Self(0);

    /// The list of a projection.
    #[must_use]
    pub fn new(projection: usize, axon: Option<AxonKind>, plastic: Option<usize>) -> Self {
        match (plastic, axon) {
            (Some(_), _) => Self(projection as u32 + 4),
            (None, None) => Self::ANY,
            (None, Some(kind)) => Self(kind.code() + 1),
        }
    }

    /// The projection that learns, if it is that kind of list.
    #[must_use]
    pub const fn plastic(self) -> Option<usize> {
        if self.0 < 4 { None } else { Some(self.0 as usize - 4) }
    }

    /// The kind of axon a projection insists on.
    #[must_use]
    pub const fn axon(self) -> Option<AxonKind> {
        if self.0 == 0 || self.0 >= 4 { None } else { AxonKind::from_code(self.0 - 1) }
    }
}

impl Synapse {
    fn order(&self) -> (u64, u64) {
        let list = u64::from(self.source) << 32 | u64::from(self.list.0);
        (list, u64::from(self.class) << 48 | u64::from(self.target) << 32 | u64::from(self.index))
    }

    /// Whether two synapses lie in one list.
    #[must_use]
    pub fn shares_list(&self, other: &Self) -> bool {
        (self.source, self.list) == (other.source, other.list)
    }
}

/// The synapses that end in `part`: by source, list, class and target; parallel ones in list order.
#[must_use]
pub fn gather(tables: &Tables, part: &Part) -> Vec<Synapse> {
    let mut synapses = Vec::with_capacity(count(tables, part));
    let mut first = 0;
    for run in &part.runs {
        for end in overlapping(tables, run) {
            gather_end(tables, (run, first), end, &mut synapses);
        }
        first += (run.end - run.start) * tables.orders[run.population].len() as u32;
    }
    if !synapses.is_sorted_by_key(Synapse::order) {
        synapses = by_source(synapses);
    }
    synapses
}

/// Sorts: a stable pass by source over a table of them, then each source alone, which is nearly in order by then.
fn by_source(mut synapses: Vec<Synapse>) -> Vec<Synapse> {
    let keys = || synapses.iter().map(|synapse| synapse.source);
    let (first, last) = (keys().min().unwrap_or(0), keys().max().unwrap_or(0));
    let sources = (last - first) as usize + 1;
    if sources > synapses.len() {
        synapses.sort_unstable_by_key(Synapse::order);
        return synapses;
    }
    let mut ends = vec![0u32; sources + 1];
    keys().for_each(|source| ends[(source - first) as usize + 1] += 1);
    (0..sources).for_each(|i| ends[i + 1] += ends[i]);
    let mut next = ends.clone();
    let mut sorted = synapses.clone();
    for synapse in synapses {
        let slot = &mut next[(synapse.source - first) as usize];
        sorted[*slot as usize] = synapse;
        *slot += 1;
    }
    for range in ends.windows(2) {
        sorted[range[0] as usize..range[1] as usize].sort_unstable_by_key(Synapse::order);
    }
    sorted
}

/// Number of synapses that end in `part`.
#[must_use]
pub fn count(tables: &Tables, part: &Part) -> usize {
    counts(tables, part).iter().map(|(_, synapses)| synapses).sum()
}

/// Number of synapses that end in `part`, a row for each projection and run.
#[must_use]
pub fn counts(tables: &Tables, part: &Part) -> Vec<(usize, usize)> {
    let of_end = |run: &Run, end: &End| {
        let posts = end.start.max(run.start)..end.end.min(run.end);
        let of = |n| tables.incoming[end.projection].count(end.offset + (n - end.start) as usize);
        (end.projection, posts.map(of).sum())
    };
    part.runs.iter().flat_map(|run| overlapping(tables, run).map(move |end| of_end(run, end))).collect()
}

fn overlapping<'a>(tables: &'a Tables, run: &'a Run) -> impl Iterator<Item = &'a End> {
    tables.ends[run.population].iter().filter(|end| end.start < run.end && end.end > run.start)
}

fn gather_end(tables: &Tables, (run, first): (&Run, u32), end: &End, out: &mut Vec<Synapse>) {
    let projection = &tables.graph.projections[end.projection];
    let list = ListKind::new(end.projection, projection.axon, projection.rule);
    let class = tables.class_of[end.projection];
    let tree = tables.orders[run.population].len() as u32;
    let rank = tables.ranks[run.population][end.compartment];
    let neurons = end.start.max(run.start)..end.end.min(run.end);
    let first_post = end.offset + (neurons.start - end.start) as usize;
    let posts = first_post..first_post + neurons.len();
    let first_target = first + (neurons.start - run.start) * tree + rank;
    tables.incoming[end.projection].visit(projection, posts, |post, arrival| {
        let target = (first_target + (post - first_post) as u32 * tree) as u16;
        let Arrival { source, index, weight, delay, tag } = arrival;
        out.push(Synapse { source, list, class, target, index, weight, tag, delay });
    });
}
