//! Synapse map and synapse memory -> unpacked lists.

use image::CoreImage;
use isa::ids::AxonId;
use isa::num::eff_weight;
use isa::synapse::{Entry, EntryPlace, Layouts, visit_list};
use isa::words::{SynapseMap, Word};

use super::super::core::{Ring, Soma};
use super::super::kernel::{Message, Stream};
use super::super::learn::{Format, stream_word};
use super::Refusal;
use super::learning::{RawPlastic, formats};
use crate::error::LoadError;

/// Most synapses of a core that are unpacked; words that several axons name count each time.
pub const ENTRIES_MAX: usize = 1 << 25;

/// The lists of a core as messages name them.
#[derive(Clone, Debug, Default)]
pub struct ListTable {
    /// Kind of the messages that an axon takes, its first list, number of lists.
    pub axons: Vec<(u32, u32, u32)>,
    /// The message of each list.
    pub messages: Vec<Message>,
    /// Ids of the reward axons.
    pub reward: std::ops::Range<u32>,
}

/// What the lists of a core become.
pub struct Lists {
    /// Unpacked synapses.
    pub stream: Stream,
    /// Empty accumulators, as many as the delays need.
    pub ring: Ring,
    /// The lists by axon and atom.
    pub table: ListTable,
    /// Entries of the learning axons.
    pub plastic: RawPlastic,
}

/// Unpacks all lists of a core.
pub fn lists(memories: &CoreImage, soma: &Soma) -> Result<Lists, LoadError> {
    let layouts = Layouts::new(&memories.formats);
    let mut builder = Builder::new(memories, soma, &layouts)?;
    let first_learning = memories.learning.first_learning_axon as usize;
    let first_reward = (first_learning as u32).saturating_sub(memories.learning.num_reward_axons);
    let mut table = ListTable { reward: first_reward..first_learning as u32, ..ListTable::default() };
    for (id, &word) in memories.synapse_map.iter().enumerate() {
        let learning = id >= first_learning;
        let second = learning && (id - first_learning) % 2 == 1;
        let map = if second { SynapseMap::default() } else { SynapseMap::unpack(word) };
        table.axons.push((map.kind, table.messages.len() as u32, map.atoms));
        if learning && !second {
            builder.unit(id, &map)?;
        }
        for atom in 0..map.atoms {
            let message = builder.list(id, atom, &map)?;
            table.messages.push(message);
        }
    }
    builder.plastic.close();
    builder.stream.shrink();
    let slots = (builder.delay_max as usize + 1).next_power_of_two();
    Ok(Lists {
        stream: builder.stream,
        ring: Ring::new(slots, soma.u.len()),
        table,
        plastic: builder.plastic,
    })
}

struct Builder<'a> {
    memories: &'a CoreImage,
    soma: &'a Soma,
    stride_bits: u32,
    layouts: &'a Layouts,
    formats: Vec<Format>,
    /// Weight exponents of the formats of pulses that do not learn.
    pulses: [Option<i32>; 16],
    /// Compartments.
    targets: u32,
    /// Delays from 0 on.
    delays: u32,
    stream: Stream,
    plastic: RawPlastic,
    /// Learning unit of the axon that is read.
    unit: Option<u16>,
    /// Words of the list that is read, and the places of those of a learning axon.
    words: Vec<u32>,
    entries: usize,
    delay_max: u32,
}

/// What is refused within a list, found while it is visited.
type Problem = (&'static str, i64, String);

impl<'a> Builder<'a> {
    fn new(memories: &'a CoreImage, soma: &'a Soma, layouts: &'a Layouts) -> Result<Self, LoadError> {
        let formats = formats(memories)?;
        let mut pulses = [None; 16];
        for (pulse, word) in pulses.iter_mut().zip(&memories.formats) {
            *pulse = (word.synapse_type == 0 && word.learning == 0).then_some(word.weight_exponent);
        }
        let mut stream = Stream::default();
        stream.reserve(2 * memories.synapses.len());
        Ok(Self {
            pulses,
            targets: memories.compartments.len() as u32,
            delays: (1 << memories.shared.delay_bits) - 1,
            memories,
            soma,
            stride_bits: soma.u.len().next_power_of_two().ilog2(),
            layouts,
            formats,
            stream,
            plastic: RawPlastic::default(),
            unit: None,
            words: Vec::new(),
            entries: 0,
            delay_max: 0,
        })
    }

    /// A learning axon begins.
    fn unit(&mut self, id: usize, map: &SynapseMap) -> Result<(), LoadError> {
        let refuse = Refusal { core: self.memories.core, what: "learning axon" };
        refuse.unless(map.atoms <= 1 && map.kind == 0, id, ("kind", map.kind.into()), "discrete".into())?;
        refuse.unless(id + 1 < self.memories.synapse_map.len(), id, ("entries", 1), "2".into())?;
        self.unit = Some(self.plastic.axons.len() as u16);
        self.plastic.begin(id as u16, map.pointer);
        Ok(())
    }

    /// Unpacks list `atom` of an axon.
    fn list(&mut self, id: usize, atom: u32, map: &SynapseMap) -> Result<Message, LoadError> {
        let (core, axon) = (self.memories.core, AxonId(id as u16));
        let start = map.pointer as usize + atom as usize * map.length as usize;
        let refuse = Refusal { core, what: "synapse map entry" };
        let Some(words) = self.memories.synapses.get(start..start + map.length as usize) else {
            let have = format!("lists within the {} words of synapse memory,", self.memories.synapses.len());
            return refuse
                .unless(false, id, ("pointer", map.pointer.into()), have)
                .map(|()| Message::sparse(0, 0));
        };
        self.words.clear();
        let (layouts, memories) = (self.layouts, self.memories);
        let mut problem = None;
        let mut operations = 0;
        let visited = visit_list(words, layouts, |place, entry| {
            operations += 1;
            if !self.plain_entry(map.base, place, entry) {
                let found = self.entry(memories, map.base, place, entry).err();
                problem = problem.take().or(found);
            }
        });
        visited.map_err(|source| LoadError::List { core, axon, atom, source })?;
        if let Some((field, value, allowed)) = problem {
            let refuse = Refusal { core, what: "list of axon" };
            return refuse.unless(false, id, (field, value), allowed).map(|()| Message::sparse(0, 0));
        }
        self.entries += self.words.len();
        if self.entries > ENTRIES_MAX {
            return Err(LoadError::Size { core, max: ENTRIES_MAX });
        }
        Ok(self.finish(operations))
    }

    /// One entry of a list, if it is a pulse that does not learn and nothing is wrong with it.
    #[inline]
    fn plain_entry(&mut self, base: u32, place: EntryPlace, entry: Entry) -> bool {
        let target = base + entry.index;
        let pulse = self.pulses[place.format as usize];
        let plain =
            target < self.targets && entry.delay < self.delays && self.unit.is_none() && pulse.is_some();
        if let (true, Some(exponent)) = (plain, pulse) {
            self.delay_max = self.delay_max.max(entry.delay);
            let effective = eff_weight(entry.weight, exponent);
            self.words.push(stream_word(target, entry.delay, self.stride_bits, effective));
        }
        plain
    }

    /// One entry of a list.
    fn entry(
        &mut self,
        memories: &CoreImage,
        base: u32,
        place: EntryPlace,
        entry: Entry,
    ) -> Result<(), Problem> {
        let target = base + entry.index;
        let n = memories.compartments.len();
        if target as usize >= n {
            return Err(("target", target.into(), format!("0..{n}, the compartments,")));
        }
        let accumulators = 1 << memories.shared.delay_bits;
        if entry.delay > accumulators - 2 {
            return Err(("delay", entry.delay.into(), format!("0..={}", accumulators - 2)));
        }
        let word = &memories.formats[place.format as usize];
        let format = self.formats[place.format as usize];
        let effective = eff_weight(entry.weight, format.exponent);
        let start = if word.synapse_type == 1 { 0 } else { entry.delay };
        self.delay_max = self.delay_max.max(entry.delay);
        if let (Some(_), true) = (format.rule, self.unit.is_none()) {
            return Err((
                "format",
                place.format.into(),
                "a format that is not plastic, outside of learning axons,".into(),
            ));
        }
        if self.unit.is_some() {
            let bound = format.weights;
            if format.rule.is_some() && !(bound.0..=bound.1).contains(&entry.weight) {
                return Err((
                    "weight",
                    entry.weight.into(),
                    format!("{}..={}, the limit,", bound.0, bound.1),
                ));
            }
            self.delay_max = self.delay_max.max(format.delay_max as u32);
            self.plastic.push(target, place, entry, self.words.len() as u32);
        }
        self.words.push(stream_word(target, start, self.stride_bits, effective));
        if word.synapse_type == 1 {
            self.check_box(target, entry.delay, word.learning)?;
            self.words.push(stream_word(target, entry.delay, self.stride_bits, -effective));
        }
        Ok(())
    }

    fn check_box(&self, target: u32, length: u32, learning: u32) -> Result<(), Problem> {
        if length == 0 || learning == 1 {
            return Err(("box length", length.into(), "1 and up, in a format that is not plastic,".into()));
        }
        let decay = 4096 - self.soma.keep_u[target as usize];
        if decay == 0 { Ok(()) } else { Err(("decay of u of a box's target", decay.into(), "0".into())) }
    }

    /// Appends the words that were gathered.
    fn finish(&mut self, operations: u32) -> Message {
        let n = self.words.len() as u32;
        if self.unit.is_some() || operations != n {
            let unit = self.unit.take();
            let head = [operations, unit.map_or(u32::MAX, u32::from)];
            self.words.splice(0..0, head);
            let start = self.stream.push(&self.words);
            if unit.is_some() {
                self.plastic.placed(start + 2);
            }
            return Message::general(start, n);
        }
        let address = |word: u32| word & 0xffff;
        let consecutive = |pair: &[u32]| address(pair[1]) == address(pair[0]) + 1;
        let slot = |word: Option<&u32>| word.map(|&word| address(word) >> self.stride_bits);
        let dense = (8..1 << 14).contains(&n)
            && slot(self.words.first()) == slot(self.words.last())
            && self.words.windows(2).all(consecutive);
        if !dense {
            return Message::sparse(self.stream.push_sparse(&mut self.words), n);
        }
        let first = address(self.words[0]) as u16;
        let half = |word: Option<&u32>| word.map_or([0; 2], |word| ((word >> 16) as u16).to_ne_bytes());
        let pairs: Vec<u32> = self
            .words
            .chunks(2)
            .map(|pair| {
                let ([a, b], [c, d]) = (half(pair.first()), half(pair.get(1)));
                u32::from_ne_bytes([a, b, c, d])
            })
            .collect();
        Message::dense(self.stream.push(&pairs), n, first)
    }
}
