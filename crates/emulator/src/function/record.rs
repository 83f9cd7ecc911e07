//! Gathers the work of a step for an observer; nothing here runs without one.

use std::collections::VecDeque;

use image::Image;
use isa::ids::{AxonId, CompartmentId};
use isa::layout::Word;
use isa::op::{AxonKind, Compression};
use isa::synapse::{Layouts, visit_list};
use isa::words::SynapseMap;

use super::core::Core;
use super::host::Host;
use super::kernel;
use super::load::{Axon, ListTable, read_axon};
use crate::error::LoadError;
use crate::observer::{CoreWork, LearningWork, Message, Reads, Send, Source, StepWork};

/// What messages read and where they go, for every output axon of an image.
#[derive(Clone, Debug)]
pub struct Recorder {
    /// Messages of the compartments of each core, as (start, end) of `messages`.
    cores: Vec<Vec<(u32, u32)>>,
    /// Messages of the input lines.
    lines: Vec<(u32, u32)>,
    messages: Vec<Message>,
}

impl Recorder {
    /// Reads all output axons, and the lists that they name.
    ///
    /// # Errors
    /// None that loading the image has not found.
    pub fn new(image: &Image, tables: &[ListTable]) -> Result<Self, LoadError> {
        let reads: Vec<Vec<Reads>> = image.cores.iter().map(reads).collect();
        let mut recorder = Self { cores: Vec::new(), lines: Vec::new(), messages: Vec::new() };
        let find = |source, axon: Axon| {
            let core = image.cores.binary_search_by_key(&axon.core, |memories| memories.core).ok();
            let list = core.and_then(|core| {
                let table = &tables[core];
                let first =
                    table.axons.get(axon.axon as usize).filter(|_| !table.reward.contains(&axon.axon))?.1;
                reads[core].get((first + axon.atom) as usize).copied()
            });
            Message {
                source,
                core: axon.core,
                axon: AxonId(axon.axon as u16),
                kind: axon.kind,
                reads: list.unwrap_or_default(),
            }
        };
        for memories in &image.cores {
            let source = Source::Core(memories.core);
            let maps = memories.axon_map.iter().map(|map| (map.pointer, map.length));
            let ranges = recorder.add(image, &memories.axons, maps, |axon| find(source, axon))?;
            recorder.cores.push(ranges);
        }
        let maps = image.host.axon_map.iter().map(|map| (map.pointer, map.length));
        recorder.lines = recorder.add(image, &image.host.axons, maps, |axon| find(Source::Host, axon))?;
        Ok(recorder)
    }

    fn add(
        &mut self,
        image: &Image,
        slots: &[u64],
        maps: impl Iterator<Item = (u32, u32)>,
        find: impl Fn(Axon) -> Message,
    ) -> Result<Vec<(u32, u32)>, LoadError> {
        let mut ranges = Vec::new();
        for (pointer, length) in maps {
            let start = self.messages.len() as u32;
            let (mut at, end) = (pointer as usize, (pointer + length) as usize);
            while at < end {
                let problem = |problem| LoadError::Axon { from: "recorder".into(), slot: at, problem };
                let (axon, taken) = read_axon(image, slots, at).map_err(problem)?;
                self.messages.push(find(axon));
                at += taken;
            }
            ranges.push((start, self.messages.len() as u32));
        }
        Ok(ranges)
    }

    fn range(&self, range: (u32, u32)) -> &[Message] {
        &self.messages[range.0 as usize..range.1 as usize]
    }

    /// Between service and update of a core: which compartments are active. The work of a step before is forgotten.
    pub fn before(&self, core: &mut Core, work: &mut CoreWork) {
        let n = core.settings.updates;
        let soma = &core.soma;
        work.clear(core.id);
        work.active.resize(n, false);
        let states = [&soma.u[..n], &soma.v[..n], &core.ring.slot(n)[..n], &soma.bias[..n], &soma.hold[..n]];
        kernel::active(core.settings.level, states, &mut work.active);
        soma.noisy.iter().for_each(|&c| work.active[usize::from(c)] = true);
    }

    /// After a core's messages were sent and before it learns.
    pub fn after(&self, core: &Core, ends_epoch: bool, work: &mut CoreWork) {
        work.fires.extend(core.spikes.fired.iter().map(|&c| CompartmentId(c)));
        self.sends(core, work);
        if let (true, Some(learning)) = (ends_epoch, &core.learning) {
            for run in &learning.plastic.runs {
                let Some(rule) = learning.formats[usize::from(run.format)].rule else { continue };
                let pre = usize::from(run.pre);
                work.learning.push(LearningWork {
                    axon: AxonId(learning.axons[pre]),
                    rule: rule as u32,
                    synapses: run.end - run.start,
                    terms: learning.rules[rule].terms,
                    factors: learning.rules[rule].factors,
                    idle: !learning.pre.is_live(pre),
                });
            }
        }
    }

    fn sends(&self, core: &Core, work: &mut CoreWork) {
        for &c in core.spikes.sent() {
            let messages = self.range(self.cores[core.index][usize::from(c)]);
            work.sends.push(Send { compartment: CompartmentId(c), messages: messages.len() as u32 });
            work.sent.extend_from_slice(messages);
        }
    }

    /// Begins with the messages that the cores have in flight.
    pub fn gather(&self, cores: &[Core]) -> Gathered {
        let flying = |core: &Core| {
            let mut work = CoreWork { core: core.id, ..CoreWork::default() };
            self.sends(core, &mut work);
            work
        };
        let last = cores.iter().map(|core| core.id.0).max().unwrap_or(0);
        let mut places = vec![None; last as usize + 1];
        cores.iter().zip(0..).for_each(|(core, place)| places[core.id.0 as usize] = Some(place));
        Gathered {
            work: StepWork { host: Vec::new(), cores: cores.iter().map(flying).collect() },
            before: vec![CoreWork::default(); cores.len()],
            host: VecDeque::new(),
            next: 0,
            places,
        }
    }
}

/// What each list of a core reads, in the order of its list table.
fn reads(memories: &image::CoreImage) -> Vec<Reads> {
    let layouts = Layouts::new(&memories.formats);
    let first_learning = memories.learning.first_learning_axon as usize;
    let mut all = Vec::new();
    for (id, &word) in memories.synapse_map.iter().enumerate() {
        if id >= first_learning && (id - first_learning) % 2 == 1 {
            continue;
        }
        let map = SynapseMap::unpack(word);
        for atom in 0..map.atoms {
            let start = (map.pointer + atom * map.length) as usize;
            let words = memories.synapses.get(start..start + map.length as usize).unwrap_or_default();
            let mut reads = Reads::default();
            let used = visit_list(words, &layouts, |place, _| {
                match memories.formats[place.format as usize].compression() {
                    Some(Compression::RunLength) => reads.run_length += 1,
                    Some(Compression::Dense) => reads.dense += 1,
                    Some(Compression::Sparse) | None => reads.sparse += 1,
                }
            });
            reads.words = used.unwrap_or(0) as u32;
            all.push(reads);
        }
    }
    all
}

/// The work of a step as it comes together. The memory of one step serves another.
#[derive(Debug)]
pub struct Gathered {
    work: StepWork,
    /// The work of the step before, whose messages are received in this.
    before: Vec<CoreWork>,
    /// The host's messages of this step and of the next.
    host: VecDeque<Vec<Message>>,
    /// The core whose work is taken next.
    next: usize,
    /// By number of a core, its place among the image's.
    places: Vec<Option<u32>>,
}

impl Gathered {
    /// Takes what the host sends for the next step.
    pub fn host(&mut self, recorder: &Recorder, host: &Host) {
        let mut messages = Vec::new();
        for &line in &host.fired {
            messages.extend_from_slice(recorder.range(recorder.lines[line as usize]));
        }
        for &(channel, value) in &host.rewarded {
            let kind = if value.is_some() { AxonKind::Pop32 } else { AxonKind::Discrete };
            messages.extend(host.rewards[channel].targets.iter().map(|(_, axon, ..)| Message {
                source: Source::Host,
                core: axon.core,
                axon: AxonId(axon.axon as u16),
                kind,
                reads: Reads::default(),
            }));
        }
        self.host.push_back(messages);
    }

    /// Takes the work of the next cores, in exchange for that of another step.
    pub fn add(&mut self, work: &mut [CoreWork]) {
        let to = &mut self.work.cores[self.next..];
        work.iter_mut().zip(to).for_each(|(work, to)| std::mem::swap(work, to));
        self.next += work.len();
    }

    /// The work of the step, complete; what cores receive where it is wanted.
    pub fn finish(&mut self, received: bool) -> &StepWork {
        self.work.host = self.host.pop_front().unwrap_or_default();
        if !received {
            return &self.work;
        }
        for message in self.work.host.iter().chain(self.before.iter().flat_map(|work| &work.sent)) {
            if let Some(place) = self.places.get(message.core.0 as usize).copied().flatten() {
                self.work.cores[place as usize].received.push(*message);
            }
        }
        &self.work
    }

    /// Begins the next step.
    pub fn begin(&mut self) {
        std::mem::swap(&mut self.before, &mut self.work.cores);
        self.next = 0;
    }
}
