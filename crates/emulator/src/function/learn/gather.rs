//! The inputs of a batch of synapses: traces at the steps of their dependencies, w, d, t, rewards, draws.

use isa::draw::{Stream, StreamKey};
use isa::op::Dependency;

use super::super::core::Reward;
use super::super::kernel::{BATCH, COLUMNS, Column, draw_low};
use super::Learning;
use super::rule::column;
use super::synapse::Lane;
use super::trace::Clock;

/// What all synapses of an epoch share.
#[derive(Clone, Copy)]
pub struct Epoch<'a> {
    /// When it is.
    pub clock: Clock,
    /// r0 and r1.
    pub reward: &'a Reward,
    /// Whether any post unit had an event.
    pub any_post: bool,
}

/// Work space of a thread.
#[derive(Debug)]
pub struct Scratch {
    /// What the products read, one value per lane.
    pub columns: Box<[Column; COLUMNS]>,
    /// New w, d, t.
    pub new: [Column; 3],
    /// Draws of the lanes.
    pub draws: [u32; BATCH],
    /// Entries that are due by column.
    pub list: Vec<Lane>,
    /// Draws of traces.
    pub trace_draws: Vec<u64>,
}

impl Default for Scratch {
    fn default() -> Self {
        let zero = [0; BATCH];
        Self {
            columns: Box::new([zero; COLUMNS]),
            new: [zero; 3],
            draws: [0; BATCH],
            list: Vec::new(),
            trace_draws: Vec::new(),
        }
    }
}

/// At most [`BATCH`] entries of one format.
#[derive(Clone, Copy, Debug)]
pub enum Entries<'a> {
    /// Consecutive ones of a pre unit.
    Row {
        /// The first.
        start: usize,
        /// How many.
        n: usize,
        /// The pre unit.
        pre: usize,
        /// Post unit of the first, where those of the others follow.
        posts: Option<usize>,
    },
    /// Any.
    List(&'a [Lane]),
}

impl Entries<'_> {
    /// How many.
    pub const fn len(&self) -> usize {
        match self {
            Self::Row { n, .. } => *n,
            Self::List(list) => list.len(),
        }
    }

    /// The entry of lane `i`.
    pub const fn entry(&self, i: usize) -> usize {
        match self {
            Self::Row { start, .. } => *start + i,
            Self::List(list) => list[i].entry as usize,
        }
    }
}

/// What is known of all entries of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// Whether the pre unit had an event.
    pub pre: Option<bool>,
    /// Whether the post unit had an event.
    pub post: Option<bool>,
    /// Whether u_k is active.
    pub uk: bool,
}

impl Known {
    /// The column that gates a product, `None` inside where all lanes are active; nothing where none is.
    pub const fn gate(self, dependency: Dependency) -> Option<Option<usize>> {
        match (dependency, self.pre, self.post, self.uk) {
            (Dependency::X0, Some(false), ..)
            | (Dependency::Y0, _, Some(false), _)
            | (Dependency::Uk, .., false) => None,
            (Dependency::X0, None, ..) => Some(Some(column::PRE)),
            (Dependency::Y0, _, None, _) => Some(Some(column::POST)),
            (Dependency::X0 | Dependency::Y0 | Dependency::Uk, ..) => Some(None),
        }
    }
}

/// Copies a column of small numbers.
fn widen<T: Copy + Into<i32>>(from: &[T], to: &mut [i32]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = (*from).into());
}

impl Learning {
    /// Fills the columns that a rule reads or writes.
    pub fn gather(
        &self,
        rule: usize,
        epoch: Epoch<'_>,
        (entries, known): (Entries<'_>, Known),
        scratch: &mut Scratch,
    ) {
        let rule = &self.rules[rule];
        let n = entries.len();
        let Scratch { columns, .. } = scratch;
        let plastic = &self.plastic;
        match entries {
            Entries::Row { start, .. } => {
                widen(&plastic.w[start..start + n], &mut columns[column::W]);
                if rule.beyond_w {
                    widen(&plastic.d[start..start + n], &mut columns[column::D]);
                    widen(&plastic.tag[start..start + n], &mut columns[column::T]);
                }
            }
            Entries::List(list) => {
                for (w, lane) in columns[column::W].iter_mut().zip(list) {
                    *w = plastic.w[lane.entry as usize].into();
                }
                for (i, lane) in list.iter().enumerate().filter(|_| rule.beyond_w) {
                    columns[column::D][i] = plastic.d[lane.entry as usize].into();
                    columns[column::T][i] = plastic.tag[lane.entry as usize].into();
                }
            }
        }
        for (c, known, at) in [(column::PRE, known.pre, 0), (column::POST, known.post, 1)] {
            if rule.reads.contains(&c) || (known.is_none() && rule.depends[at]) {
                self.events(c, known, entries, &mut columns[c][..n]);
            }
        }
        for &c in &rule.reads {
            match c {
                column::R0 => columns[c][..n].fill(epoch.reward.r0),
                column::R1 => columns[c][..n].fill(epoch.reward.r1),
                column::W | column::D | column::T | column::PRE | column::POST => {}
                _ => self.traces(c, epoch.clock, entries, &mut columns[c][..n]),
            }
        }
    }

    /// 1 where the unit had an event.
    fn events(&self, c: usize, known: Option<bool>, entries: Entries<'_>, out: &mut [i32]) {
        if let Some(known) = known {
            out.fill(known.into());
            return;
        }
        if let (column::POST, Entries::Row { posts: Some(first), n, .. }) = (c, entries) {
            let last = &self.post.last[first..first + n];
            out.iter_mut().zip(last).for_each(|(out, last)| *out = i32::from(*last != 0));
            return;
        }
        for (i, out) in out.iter_mut().enumerate() {
            let (pre, post) = self.units(entries, i);
            *out = i32::from(if c == column::PRE { self.pre.last[pre] } else { self.post.last[post] } != 0);
        }
    }

    /// A trace, read at the step of a dependency.
    fn traces(&self, c: usize, clock: Clock, entries: Entries<'_>, out: &mut [i32]) {
        let (i, at) = (c / 3, c % 3);
        let (history, units) = match i {
            0 | 1 => (&self.pre.history[i], self.pre.last.len()),
            _ => (&self.post.history[i - 2], self.post.last.len()),
        };
        let plane = match (at, entries) {
            _ if clock.steps == 1 => Some(0),
            (2, _) => Some(clock.steps as usize - 1),
            (0, Entries::Row { pre, .. }) => Some(step_of(self.pre.last[pre])),
            _ => None,
        };
        match (entries, plane) {
            (Entries::Row { pre, .. }, Some(plane)) if i < 2 => out.fill(history[plane * units + pre].into()),
            (Entries::Row { posts: Some(first), n, .. }, Some(plane)) if i >= 2 => {
                widen(&history[plane * units + first..][..n], out);
            }
            (_, Some(plane)) => {
                let history = &history[plane * units..(plane + 1) * units];
                for (lane, out) in out.iter_mut().enumerate() {
                    let (pre, post) = self.units(entries, lane);
                    *out = history[if i < 2 { pre } else { post }].into();
                }
            }
            (_, None) => {
                for (lane, out) in out.iter_mut().enumerate() {
                    let (pre, post) = self.units(entries, lane);
                    let plane = step_of(if at == 0 { self.pre.last[pre] } else { self.post.last[post] });
                    *out = history[plane * units + if i < 2 { pre } else { post }].into();
                }
            }
        }
    }

    /// Pre and post unit of a lane.
    #[inline(always)]
    fn units(&self, entries: Entries<'_>, lane: usize) -> (usize, usize) {
        match entries {
            Entries::Row { start, pre, .. } => (pre, self.plastic.post[start + lane].into()),
            Entries::List(lanes) => (lanes[lane].pre.into(), lanes[lane].post.into()),
        }
    }

    /// Draws for all entries of a batch.
    pub fn draw(&self, clock: Clock, entries: Entries<'_>, scratch: &mut Scratch) {
        let n = entries.len();
        let mut keys = [[0; BATCH]; 2];
        let plastic = &self.plastic;
        match entries {
            Entries::Row { pre, .. } => keys[0][..n].fill(self.pre.keys[pre]),
            Entries::List(list) => {
                for (key, lane) in keys[0].iter_mut().zip(list) {
                    *key = self.pre.keys[usize::from(lane.pre)];
                }
            }
        }
        if let Entries::Row { posts: Some(first), .. } = entries {
            keys[1][..n].copy_from_slice(&self.post.keys[first..first + n]);
        } else {
            for (i, key) in keys[1][..n].iter_mut().enumerate() {
                *key = self.post.keys[self.units(entries, i).1];
            }
        }
        let key = |ordinal| StreamKey::new(clock.seed, Stream::Synapse, clock.epoch, ordinal);
        let [a, b] = &keys;
        draw_low(clock.level, key(0), &a[..n], &b[..n], &mut scratch.draws[..n]);
        if plastic.ordinal.is_empty() {
            return;
        }
        for i in 0..n {
            let ordinal = plastic.ordinal[entries.entry(i)];
            if ordinal != 0 {
                scratch.draws[i] = key(ordinal.into()).words(a[i], b[i])[0];
            }
        }
    }
}

/// The plane of a step; without an event the term is inactive, and any will do.
fn step_of(last: u8) -> usize {
    usize::from(last).saturating_sub(1)
}
