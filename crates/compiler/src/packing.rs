//! The synapse formats of a core: which codings each class gets out of the few formats there are.

use isa::op::{Compression, INDEX_BITS, index_bits_code};
use isa::words::SynapseFormat;

use crate::coding::{Chunk, Coding, Cost, Layout, SKIP_BITS_MAX, Widths};
use crate::cuts::Cuts;
use crate::tables::{Class, Tables};

/// The formats of a core and how each class uses them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packing {
    /// Formats by id; entry 0 is not used.
    pub formats: Vec<SynapseFormat>,
    /// Classes on the core, ascending.
    pub classes: Vec<ClassPacking>,
}

/// How a class is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassPacking {
    /// Index of the class.
    pub class: u16,
    /// Codings that a list may choose from.
    codings: Vec<(Coding, u32)>,
    /// Format id of stored indices, 0 if there is none.
    sparse: u32,
    widths: Widths,
}

impl Packing {
    /// Drops formats that no chunk uses; the words of every chunk.
    fn prune(&mut self, chunks: &[(u16, Chunk)], cuts: &Cuts) -> Vec<u32> {
        let mut words = vec![0; chunks.len()];
        let mut used = vec![false; self.formats.len()];
        used[0] = true;
        for ((class, chunk), words) in chunks.iter().zip(&mut words) {
            let Some(packing) = self.of(*class) else { continue };
            let ((_, id), cost) = packing.best(*chunk, cuts);
            *words = cost.words;
            used[packing.sparse as usize] |= cost.sparse;
            used[id as usize] |= cost.coded;
        }
        let id = |old: u32| {
            let before = used[..old as usize].iter().filter(|used| **used).count() as u32;
            if used[old as usize] { before } else { 0 }
        };
        for packing in &mut self.classes {
            packing.codings.iter_mut().for_each(|(_, old)| *old = id(*old));
            packing.sparse = id(packing.sparse);
        }
        let mut keep = used.iter();
        self.formats.retain(|_| keep.next().is_some_and(|used| *used));
        words
    }

    /// How a chunk of `class` is written; `None` if the class is not on the core.
    #[must_use]
    pub fn layout(&self, class: u16, chunk: Chunk, cuts: &Cuts) -> Option<Layout> {
        let packing = self.of(class)?;
        let ((coding, coded_format), _) = packing.best(chunk, cuts);
        Some(Layout { coding, widths: packing.widths, sparse_format: packing.sparse, coded_format })
    }

    /// Every class with the ids of its formats.
    pub fn ids(&self) -> impl Iterator<Item = (u16, Vec<u32>)> {
        self.classes.iter().map(|packing| {
            let coded = packing.codings.iter().filter(|(coding, _)| *coding != Coding::Sparse);
            let ids = coded.map(|&(_, id)| id).chain([packing.sparse]);
            (packing.class, ids.filter(|&id| id != 0).collect())
        })
    }

    fn of(&self, class: u16) -> Option<&ClassPacking> {
        self.classes.iter().find(|packing| packing.class == class)
    }
}

impl ClassPacking {
    fn best(&self, chunk: Chunk, cuts: &Cuts) -> ((Coding, u32), Cost) {
        let cost = |&coding: &(Coding, u32)| (coding, chunk.cost(coding.0, self.widths, cuts));
        let exists = |(_, cost): &((Coding, u32), Cost)| self.sparse > 0 || !cost.sparse;
        let none = ((Coding::Sparse, 0), Cost { words: 0, sparse: true, coded: false });
        self.codings.iter().map(cost).filter(exists).min_by_key(|(_, cost)| cost.words).unwrap_or(none)
    }
}

/// What the chunks of a class would take, in every coding and every choice of codings.
#[derive(Clone, Debug, Default)]
struct Tally {
    /// Whether every coding is measured, as for a class that insists on one.
    exact: bool,
    /// Words if every list took the cheaper of the two or three: [without dense, with dense][skip bits, 0 none].
    either: [[u64; SKIP_BITS_MAX + 1]; 2],
    /// Words of one coding throughout, sparse where it does not reach; the first is dense.
    only: [u64; SKIP_BITS_MAX + 1],
    /// Whether a coding needs a sparse format somewhere.
    sparse: [bool; SKIP_BITS_MAX + 1],
    /// Words if every list took the cheaper of dense and a run length, whichever reaches everywhere.
    bare: [u64; SKIP_BITS_MAX + 1],
    /// Whether neither does in some list.
    lost: [bool; SKIP_BITS_MAX + 1],
}

impl Tally {
    fn add(&mut self, chunk: Chunk, widths: Widths, cuts: &Cuts) {
        let plain = chunk.cost(Coding::Sparse, widths, cuts).words;
        // A coding that reaches few entries is not cheaper than to store every index; it need not be measured.
        let (unreached, n) = (chunk.unreached(), chunk.entries.len());
        let dear = Cost { words: u32::MAX, sparse: true, coded: true };
        let coded: [Cost; SKIP_BITS_MAX + 1] = std::array::from_fn(|skip| {
            let bits = widths.bare + skip as u32;
            match unreached[skip] {
                0 => Cost { words: cuts.words(bits, n), sparse: false, coded: true },
                lost if self.exact || lost * 4 <= n + 4 => chunk.cost(coding(skip), widths, cuts),
                _ => dear,
            }
        });
        for (skip, cost) in coded.iter().enumerate() {
            self.only[skip] += u64::from(cost.words);
            self.sparse[skip] |= cost.sparse;
            let run = if skip == 0 { plain } else { plain.min(cost.words) };
            self.either[0][skip] += u64::from(run);
            self.either[1][skip] += u64::from(run.min(coded[0].words));
            match [coded[0], *cost].iter().filter(|cost| !cost.sparse).map(|cost| cost.words).min() {
                Some(words) => self.bare[skip] += u64::from(words),
                None => self.lost[skip] = true,
            }
        }
    }
}

/// Skip bits 0 stand for dense.
const fn coding(skip: usize) -> Coding {
    if skip == 0 { Coding::Dense } else { Coding::Run(skip as u32) }
}

/// Codings that a class could be given, the formats they need, and the words that its lists then take.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Choice {
    codings: Vec<Coding>,
    sparse: bool,
    words: u64,
}

impl Choice {
    fn formats(&self) -> usize {
        let coded = self.codings.iter().filter(|&&coding| coding != Coding::Sparse).count();
        coded + usize::from(self.sparse)
    }
}

fn choices(tally: &Tally, constraint: Option<Compression>) -> Vec<Choice> {
    let skips = 1..=SKIP_BITS_MAX;
    let only = |skip: usize| Choice {
        codings: vec![coding(skip)],
        sparse: tally.sparse[skip],
        words: tally.only[skip],
    };
    let sparse = Choice { codings: vec![Coding::Sparse], sparse: true, words: tally.either[0][0] };
    match constraint {
        Some(Compression::Sparse) => vec![sparse],
        Some(Compression::Dense) => vec![only(0)],
        Some(Compression::RunLength) => skips.map(only).collect(),
        None => {
            let mut all = vec![sparse];
            all.extend((0..=SKIP_BITS_MAX).map(only).filter(|choice| !choice.sparse));
            all.extend(skips.filter(|&skip| !tally.lost[skip]).map(|skip| Choice {
                codings: vec![Coding::Dense, coding(skip)],
                sparse: false,
                words: tally.bare[skip],
            }));
            for (dense, words) in tally.either.iter().enumerate() {
                all.extend(
                    (usize::from(dense == 0)..=SKIP_BITS_MAX).map(|skip| mixed(dense, skip, words[skip])),
                );
            }
            all
        }
    }
}

fn mixed(dense: usize, skip: usize, words: u64) -> Choice {
    let dense = (dense == 1).then_some(Coding::Dense);
    let run = (skip > 0).then(|| coding(skip));
    let codings = std::iter::once(Coding::Sparse).chain(dense).chain(run).collect();
    Choice { codings, sparse: true, words }
}

/// The cheapest formats for chunks of classes, at most `budget` formats in all, and the words of every chunk.
///
/// Where even one format a class is too many, every class gets the choice with the fewest, and the caller
/// counts more than fit.
#[must_use]
pub fn pack(tables: &Tables, chunks: &[(u16, Chunk)], budget: usize) -> (Packing, Vec<u32>) {
    let mut ids: Vec<u16> = chunks.iter().map(|(class, _)| *class).collect();
    ids.sort_unstable();
    ids.dedup();
    let place = |class: u16| ids.binary_search(&class).unwrap_or(0);
    let mut reach = vec![0; ids.len()];
    for (class, chunk) in chunks {
        let last = chunk.entries.last().map_or(0, |s| u32::from(s.target) - chunk.base);
        reach[place(*class)] = last.max(reach[place(*class)]);
    }
    let widths: Vec<Widths> =
        ids.iter().zip(&reach).map(|(&class, &last)| widths(tables, class, last)).collect();
    let insists = |&class: &u16| tables.classes[class as usize].compression.is_some();
    let exact = |class| Tally { exact: insists(class), ..Tally::default() };
    let mut tallies: Vec<Tally> = ids.iter().map(exact).collect();
    for (class, chunk) in chunks {
        tallies[place(*class)].add(*chunk, widths[place(*class)], tables.cuts);
    }
    let options: Vec<Vec<Choice>> = ids
        .iter()
        .zip(&tallies)
        .map(|(&id, t)| choices(t, tables.classes[id as usize].compression))
        .collect();
    let mut packing = Packing { formats: vec![SynapseFormat::default()], classes: Vec::new() };
    for (i, choice) in cheapest(&options, budget).into_iter().enumerate() {
        let class = &tables.classes[ids[i] as usize];
        let packed = assign(&mut packing.formats, (ids[i], class), (choice, widths[i]), reach[i]);
        packing.classes.push(packed);
    }
    let words = packing.prune(chunks, tables.cuts);
    (packing, words)
}

/// Bits of an entry of a class without its place.
#[must_use]
pub fn bare_bits(tables: &Tables, class: u16) -> u32 {
    let format = tables.classes[class as usize].format;
    format.stored_weight_bits() + format.delay_bits + format.stored_tag_bits().unwrap_or(0)
}

/// Bits of entries of a class whose largest index is `last`.
fn widths(tables: &Tables, class: u16, last: u32) -> Widths {
    let bare = bare_bits(tables, class);
    Widths { sparse: bare + INDEX_BITS[index_bits_code(last).unwrap_or(7) as usize], bare }
}

/// One choice a class so that the words are fewest and the formats within `budget`.
fn cheapest(options: &[Vec<Choice>], budget: usize) -> Vec<&Choice> {
    // best[f]: fewest words, and the choices, with exactly f formats for the classes so far.
    let mut best: Vec<Option<(u64, Vec<&Choice>)>> = vec![None; budget + 1];
    best[0] = Some((0, Vec::new()));
    for class in options {
        let mut next = vec![None; budget + 1];
        for (used, state) in best.iter().enumerate() {
            let Some((words, chosen)) = state else { continue };
            class.iter().for_each(|choice| extend(&mut next, (used, *words, chosen), choice));
        }
        best = next;
    }
    let found = best.into_iter().flatten().min_by_key(|(words, _)| *words).map(|(_, chosen)| chosen);
    found.unwrap_or_else(|| {
        let fewest =
            |class: &'_ Vec<Choice>| class.iter().enumerate().min_by_key(|(_, c)| c.formats()).map(|c| c.0);
        options.iter().filter_map(|class| fewest(class).map(|i| &class[i])).collect()
    })
}

fn extend<'a>(
    next: &mut [Option<(u64, Vec<&'a Choice>)>],
    (used, words, chosen): (usize, u64, &[&'a Choice]),
    choice: &'a Choice,
) {
    let Some(slot) = next.get_mut(used + choice.formats()) else { return };
    let total = words + choice.words;
    if slot.as_ref().is_none_or(|(least, _)| total < *least) {
        *slot = Some((total, chosen.iter().copied().chain([choice]).collect()));
    }
}

/// Appends the formats of a class.
fn assign(
    formats: &mut Vec<SynapseFormat>,
    (id, class): (u16, &Class),
    (choice, widths): (&Choice, Widths),
    last: u32,
) -> ClassPacking {
    let mut add = |format: SynapseFormat| {
        formats.push(format);
        formats.len() as u32 - 1
    };
    let index_bits = index_bits_code(last).unwrap_or(7);
    let stored = SynapseFormat { compression: Compression::Sparse.code(), index_bits, ..class.format };
    let sparse = if choice.sparse { add(stored) } else { 0 };
    let coded = |coding: &Coding| match *coding {
        Coding::Sparse => (Coding::Sparse, sparse),
        Coding::Dense => {
            (*coding, add(SynapseFormat { compression: Compression::Dense.code(), ..class.format }))
        }
        Coding::Run(skip_bits) => {
            let compression = Compression::RunLength.code();
            (*coding, add(SynapseFormat { compression, skip_bits, ..class.format }))
        }
    };
    let codings = choice.codings.iter().map(coded).collect();
    ClassPacking { class: id, codings, sparse, widths }
}
