//! Input axons of a core: their ids, and which sources share one (contract 6, axons).

use isa::op::AxonKind;

use crate::list::List;

/// Largest base of a discrete or pop32 axon (chip 7).
pub const BASE_MAX: u32 = 255;
/// Bases of pop16 axons are multiples of this, up to `BASE_MAX` of them (contract 6).
pub const POP16_BASE_STEP: u32 = 4;
/// Atoms of a pop16 axon with all extra bits, 2^(5 + 4) (contract 6).
const POP16_ATOMS_MAX: usize = 512;
/// Atoms of a pop32 axon (contract 6).
const POP32_ATOMS_MAX: usize = 1024;

/// An input axon that has lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axon {
    /// Its id: the index of its entry in the synapse map.
    pub id: u32,
    /// Kind of its messages.
    pub kind: AxonKind,
    /// The projection that learns, if it does.
    pub plastic: Option<usize>,
    /// Compartment of index 0.
    pub base: u32,
    /// First word in the synapse memory.
    pub pointer: u32,
    /// Words per list.
    pub length: u32,
    /// Number of lists.
    pub atoms: u32,
    /// Extra bits of a pop16 atom.
    pub extra: u32,
    /// Key of the source of its first list.
    pub source: u32,
}

/// The input axons of a core.
pub struct Axons {
    /// Those with lists, in the order of ids.
    pub list: Vec<Axon>,
    /// Id of the first learning axon, or one past the last.
    pub first_learning: u32,
    /// Pop16 axons whose id their messages cannot name.
    pub out_of_reach: usize,
}

/// Cuts the base of every list to what its kind of axon can hold; lists of population axons get one base.
pub fn set_bases(lists: &mut [List]) {
    let least =
        |lists: &[List], kind| lists.iter().filter(|l| l.kind == kind).map(|l| l.base).min().unwrap_or(0);
    let pop16 = least(lists, AxonKind::Pop16) / POP16_BASE_STEP * POP16_BASE_STEP;
    let (pop16, pop32) = (pop16.min(BASE_MAX * POP16_BASE_STEP), least(lists, AxonKind::Pop32).min(BASE_MAX));
    for list in lists {
        list.base = match list.kind {
            AxonKind::Discrete => list.base.min(BASE_MAX),
            AxonKind::Pop16 => pop16,
            AxonKind::Pop32 => pop32,
        };
    }
}

/// Gives every list an axon and an atom, and every axon an id and a pointer.
///
/// Population axons come first, since a pop16 message names few ids, then discrete axons, `rewards` reward axons,
/// and learning axons, which take two entries each.
pub fn assign(lists: &mut [List], rewards: u32) -> Axons {
    let mut groups = pop16_groups(lists);
    groups.extend(equal_groups(lists, AxonKind::Pop32, POP32_ATOMS_MAX));
    let populations = groups.len();
    let single = |i: &usize, plastic: bool| {
        lists[*i].kind == AxonKind::Discrete && lists[*i].plastic.is_some() == plastic
    };
    groups.extend((0..lists.len()).filter(|i| single(i, false)).map(|i| vec![i]));
    let first_learning = groups.len() as u32 + rewards;
    groups.extend((0..lists.len()).filter(|i| single(i, true)).map(|i| vec![i]));
    let mut axons = Axons { list: Vec::with_capacity(groups.len()), first_learning, out_of_reach: 0 };
    let (mut pointer, mut id) = (0, 0);
    for group in &groups {
        let first = lists[group[0]];
        if first.plastic.is_some() && id < first_learning {
            id = first_learning;
        }
        let axon = axon((id, pointer), group.len() as u32, &first);
        for (atom, &i) in group.iter().enumerate() {
            (lists[i].axon, lists[i].atom) = (axons.list.len() as u32, atom as u32);
        }
        pointer += axon.atoms * axon.length;
        id += if axon.plastic.is_some() { 2 } else { 1 };
        axons.list.push(axon);
    }
    let lost = |axon: &&Axon| axon.kind == AxonKind::Pop16 && axon.id >= 1 << (10 - axon.extra);
    axons.out_of_reach = axons.list[..populations].iter().filter(lost).count();
    axons
}

fn axon((id, pointer): (u32, u32), atoms: u32, first: &List) -> Axon {
    let extra = if first.kind == AxonKind::Pop16 { extra_bits(atoms) } else { 0 };
    let List { kind, plastic, base, words: length, source, .. } = *first;
    Axon { id, kind, plastic, base, pointer, length, atoms, extra, source }
}

/// Extra bits of an atom of pop16: 5 + extra bits hold `atoms` values.
fn extra_bits(atoms: u32) -> u32 {
    (0..4).find(|&extra| atoms <= 1 << (5 + extra)).unwrap_or(4)
}

/// Large groups first: the more bits an atom has, the fewer ids are left.
fn pop16_groups(lists: &[List]) -> Vec<Vec<usize>> {
    let mut groups = equal_groups(lists, AxonKind::Pop16, POP16_ATOMS_MAX);
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    groups
}

/// Lists of one kind and equal length, in groups of at most `atoms_max`.
fn equal_groups(lists: &[List], kind: AxonKind, atoms_max: usize) -> Vec<Vec<usize>> {
    let mut of_kind: Vec<usize> = (0..lists.len()).filter(|&i| lists[i].kind == kind).collect();
    of_kind.sort_by_key(|&i| lists[i].words);
    let equal = of_kind.chunk_by(|&a, &b| lists[a].words == lists[b].words);
    equal.flat_map(|group| group.chunks(atoms_max).map(<[usize]>::to_vec)).collect()
}
