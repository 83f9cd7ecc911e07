//! Synapses that do not learn: the same multiset on the core and in the graph.

use isa::ids::CoreId;
use isa::op::SynapseType;
use isa::synapse::{BLOCK_HEAD_BITS, Entry, Layouts, visit_list};
use isa::words::SynapseFormat;
use network::graph::{Projection, Rule};

use super::Core;
use super::axons::List;
use super::finding::Findings;
use super::rules::is_same;

/// How synapses of a format, or of a projection, behave besides their own values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    mode: u32,
    bits: u32,
    exponent: i32,
    boxed: bool,
    delay_bits: u32,
    tags: bool,
    limit: (u32, u32),
    /// Id on the core.
    rule: Option<usize>,
}

impl Kind {
    pub fn of_format(format: &SynapseFormat) -> Self {
        Self {
            mode: format.fanout_type,
            bits: format.stored_weight_bits(),
            exponent: format.weight_exponent,
            boxed: format.synapse_type() == SynapseType::Box,
            delay_bits: format.delay_bits,
            tags: format.stored_tag_bits() == Some(9),
            limit: (format.weight_limit_mantissa, format.weight_limit_exponent),
            rule: (format.learning != 0).then_some(format.rule as usize),
        }
    }

    /// `None` if the projection learns by a rule that the core does not have.
    pub fn of_projection(p: &Projection, graph_rules: &[Rule], rules: &[Rule]) -> Option<Self> {
        let rule = match p.rule {
            None => None,
            Some(rule) => Some(rules.iter().position(|read| is_same(read, &graph_rules[rule]))?),
        };
        Some(Self {
            mode: p.mode.code(),
            bits: p.bits,
            exponent: p.exponent,
            boxed: p.boxed,
            delay_bits: p.delay_bits,
            tags: p.tags,
            limit: p.limit,
            rule,
        })
    }
}

/// A synapse as both sides see it: source 32, target 16, kind 16, weight 16, delay 8, tag 16 bits.
type Record = u128;

fn record((source, target): (u32, u32), kind: usize, (weight, delay, tag): (i32, u32, i32)) -> Record {
    let value = u128::from(weight as u16) << 24 | u128::from(delay as u8) << 16 | u128::from(tag as u16);
    u128::from(source) << 72 | u128::from(target as u16) << 56 | (kind as u128) << 40 | value
}

pub fn check(core: &Core, rules: &[Rule], lists: &[List], found: &mut Findings) {
    let mut kinds = check_formats(core, lists, found);
    let mut have = Vec::new();
    for list in lists.iter().filter(|list| list.learning.is_none()) {
        let each = |format: u32, target: u32, entry: Entry| {
            let values = (entry.weight, entry.delay, entry.tag);
            have.push(record((list.source, target), kinds.of_format[format as usize], values));
        };
        if let Err(problem) = read(core, list, each) {
            found.broken(core.place(), format!("the list of {}: {problem}", core.index.name(list.source)));
        }
    }
    let mut want = Vec::with_capacity(have.len());
    for (p, ending) in core.graph.projections.iter().zip(&core.index.ending).filter(|(p, _)| p.rule.is_none())
    {
        let Some(kind) = Kind::of_projection(p, &core.graph.rules, rules) else { continue };
        let kind = kinds.id(kind);
        ending.visit(p, core.at, |i, source, target| {
            let values = (p.weight.get(i).into(), p.delay.get(i).into(), p.tag.get(i).into());
            want.push(record((source, core.index.place_of[target as usize].into()), kind, values));
        });
    }
    have.sort_unstable();
    want.sort_unstable();
    compare(core, (&want, &have), found);
}

fn compare(core: &Core, (want, have): (&[Record], &[Record]), found: &mut Findings) {
    let (mut i, mut j) = (0, 0);
    while i < want.len() || j < have.len() {
        let (a, b) = (want.get(i), have.get(j));
        if a == b {
            (i, j) = (i + 1, j + 1);
        } else if b.is_none() || a.is_some_and(|a| Some(a) < b) {
            found.broken(core.place(), format!("a synapse {} is missing", name(core, want[i])));
            i += 1;
        } else {
            found.broken(core.place(), format!("a synapse {} is not in the graph", name(core, have[j])));
            j += 1;
        }
    }
}

fn name(core: &Core, record: Record) -> String {
    let (source, target) = ((record >> 72) as u32, (record >> 56) as u16);
    let (weight, delay, tag) = ((record >> 24) as i16, (record >> 16) as u8, record as i16);
    let target = core.keys.get(target as usize).map_or_else(|| "?".into(), |&key| core.index.name(key));
    format!("{} -> {target} of weight {weight}, delay {delay}, tag {tag}", core.index.name(source))
}

/// Reads a list: calls `each` with format, target and entry. Bits that belong to no entry are 0.
pub fn read(core: &Core, list: &List, mut each: impl FnMut(u32, u32, Entry)) -> Result<(), String> {
    let words = &core.image.synapses[list.words.0..list.words.1];
    let layouts = Layouts::new(&core.image.formats);
    let bits = |format: u32| core.image.formats[format as usize].entry_bits().unwrap_or(0);
    let (compartments, is_learning) = (core.keys.len() as u32, list.learning.is_some());
    let (mut end, mut problem) = (0, None);
    let used = visit_list(words, &layouts, |place, entry| {
        let format = &core.image.formats[place.format as usize];
        let target = list.base.wrapping_add(entry.index);
        if place.first && !is_clear(words, end, place.bit - BLOCK_HEAD_BITS) {
            problem = Some("a bit behind the last entry of a block".into());
        }
        if target >= compartments || (format.learning != 0) != is_learning {
            problem = Some(format!("an entry of format {} to compartment {target}", place.format));
        } else {
            each(place.format, target, entry);
        }
        end = place.bit + bits(place.format);
    });
    used.map_err(|error| error.to_string())?;
    if !is_clear(words, end, words.len() as u32 * 64) {
        problem = Some("a bit behind its last entry".into());
    }
    problem.map_or(Ok(()), Err)
}

/// Whether bits `from..to` are 0.
fn is_clear(words: &[u64], from: u32, to: u32) -> bool {
    let word = from as usize / 64;
    let rest = words.get(word).is_none_or(|first| first >> (from % 64) == 0);
    from >= to
        || (rest
            && words[(word + 1).min(words.len())..(to as usize).div_ceil(64)].iter().all(|&word| word == 0))
}

/// The kinds of a core: ids by format, and the kinds by id.
struct Kinds {
    of_format: Vec<usize>,
    all: Vec<Kind>,
}

impl Kinds {
    fn id(&mut self, kind: Kind) -> usize {
        self.all.iter().position(|&known| known == kind).unwrap_or_else(|| {
            self.all.push(kind);
            self.all.len() - 1
        })
    }
}

/// Every format is used, and holds 0 where it has no say.
fn check_formats(core: &Core, lists: &[List], found: &mut Findings) -> Kinds {
    let mut kinds = Kinds { of_format: Vec::new(), all: Vec::new() };
    let used = used(core, lists);
    for (id, format) in core.image.formats.iter().enumerate() {
        let kind = kinds.id(Kind::of_format(format));
        kinds.of_format.push(kind);
        check_format(core.place(), id, format, found);
        if used.get(id) != Some(&true) && id > 0 {
            found.broken(core.place(), format!("format {id} is used by no entry"));
        }
    }
    kinds
}

fn used(core: &Core, lists: &[List]) -> Vec<bool> {
    let mut used = vec![false; core.image.formats.len()];
    for list in lists {
        let _ = read(core, list, |format, _, _| used[format as usize] = true);
    }
    used
}

fn check_format(place: CoreId, id: usize, format: &SynapseFormat, found: &mut Findings) {
    if id == 0 {
        found.same(place, || "format 0".into(), &SynapseFormat::default(), format);
        return;
    }
    let bare = SynapseFormat {
        disc_max_weight: 0,
        reuse_synapse_data: 0,
        index_offset: 0,
        index_multiplier: 0,
        rule: if format.learning != 0 { format.rule } else { 0 },
        index_bits: if format.compression == 0 { format.index_bits } else { 0 },
        skip_bits: if format.compression == 1 { format.skip_bits } else { 0 },
        ..*format
    };
    found.same(place, || format!("format {id}"), &bare, format);
    let stores_index = format.compression != 0 || format.index_bits > 0;
    if format.entry_bits().is_none() || format.mode().is_none() || !stores_index {
        found.broken(place, format!("format {id} holds a code that is refused"));
    }
}
