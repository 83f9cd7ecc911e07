//! The work of a core in a step, as cycles and packets.

use std::collections::VecDeque;

use isa::ids::CompartmentId;
use isa::timing::{NetChoice, Timing};

use super::board::Board;
use super::stretch::Stretch;
use crate::observer::{CoreWork, Message};
use crate::time::energy::{Counts, flits};
use crate::time::mesh::Flit;

/// A message as the units see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Packet {
    /// A flit to its destination.
    pub flit: Flit,
    /// Cycles of its synapse fetch.
    pub cycles: u64,
    /// Synapses that are accumulated.
    pub synapses: u32,
    /// Flits.
    pub flits: u32,
    /// Whether the first of them is a header.
    pub header: bool,
    /// Hash for the choice of a network.
    pub hash: u32,
}

impl Packet {
    /// The network it takes, where `other` is its source's alternating bit.
    #[inline]
    #[must_use]
    pub const fn net(&self, choice: NetChoice, other: bool, nets: usize) -> usize {
        match choice {
            NetChoice::Alternate => other as usize & (nets - 1),
            NetChoice::Hash => (self.hash >> 16) as usize & (nets - 1),
            NetChoice::Fixed => 0,
        }
    }
}

/// A stretch of the sweep that ends with a spike that is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Cycles from the first of its compartments to the end of the last.
    pub cycles: u64,
    /// Whether the last costs nothing, and so keeps the next one waiting for a cycle.
    pub free: bool,
    /// Whether it has no compartment: a further spike of the last one, by another axon delay.
    pub again: bool,
    /// Its messages, as a range of [`Plan::packets`].
    pub packets: (u32, u32),
}

/// What a core does in a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Stretches of the sweep.
    pub spans: Vec<Span>,
    /// Cycles from the first to the end of the last of the compartments behind them.
    pub rest: u64,
    /// Whether there are any.
    pub has_rest: bool,
    /// Cycles that the compartments cost.
    pub sweep: u64,
    /// Messages.
    pub packets: Vec<Packet>,
    /// Cycles of learning.
    pub learning: u64,
}

/// The plans of one step, by core of the board; that of a core without work is empty.
#[derive(Clone, Debug, Default)]
pub struct Plans {
    /// By core.
    pub of_core: Vec<Plan>,
    /// The host's messages that are due in the next step; they leave before any spike.
    pub host: VecDeque<Packet>,
}

impl Plans {
    /// Plans of nothing.
    #[must_use]
    pub fn empty(cores: usize) -> Self {
        Self { of_core: vec![Plan::default(); cores], host: VecDeque::new() }
    }

    /// Empties all plans; their memory is used again.
    pub fn clear(&mut self) {
        self.of_core.iter_mut().for_each(Plan::clear);
        self.host.clear();
    }
}

impl Plan {
    fn clear(&mut self) {
        self.spans.clear();
        self.packets.clear();
        (self.rest, self.has_rest, self.sweep, self.learning) = (0, false, 0, 0);
    }

    /// Makes an empty plan that of a core's work, and counts the work.
    pub fn fill(&mut self, work: &CoreWork, board: &Board, timing: &Timing, counts: &mut Counts) {
        let from = board.flit(work.core);
        counts.add_core(work);
        counts.messages_out += work.sent.len() as u64;
        self.packets.extend(work.sent.iter().map(|message| {
            let to = board.flit(message.core);
            let ends = [(from.x(), from.y()), (to.x(), to.y())];
            let links = board.links(ends);
            counts.add_way(message, ends, links);
            packet(message, to, links > 0, timing)
        }));
        let mut first = 0;
        for send in &work.sends {
            let packets = (first, first + send.messages);
            first = packets.1;
            // A spike that goes nowhere keeps no output axon busy. The compartment for now; the cycles up to it follow.
            if send.messages > 0 {
                self.spans.push(Span { cycles: send.compartment.index() as u64, packets, ..Span::default() });
            }
        }
        if !work.sends.is_sorted_by_key(|send| send.compartment) {
            self.spans.sort_by_key(|span| span.cycles);
        }
        self.sweep_over(work, timing);
        self.learning = learning(work, timing);
    }

    /// Cycles of the stretches of the sweep, whose last compartments stand in their place.
    fn sweep_over(&mut self, work: &CoreWork, timing: &Timing) {
        let (mut from, mut fires) = (0, work.fires.as_slice());
        let mut stretch = |until: usize| {
            let range = from..until.clamp(from, work.active.len());
            let mine = fires.iter().take_while(|fire: &&CompartmentId| fire.index() < range.end).count();
            let stretch = Stretch::of(work, range.clone(), &fires[..mine], timing);
            (from, fires) = (range.end, &fires[mine..]);
            (stretch, range.is_empty())
        };
        for span in &mut self.spans {
            let (stretch, is_empty) = stretch(span.cycles as usize + 1);
            (span.cycles, span.free, span.again) = (stretch.cycles(), stretch.ends_free, is_empty);
            self.sweep += stretch.cost;
        }
        let (rest, is_empty) = stretch(work.active.len());
        (self.rest, self.has_rest) = (rest.cycles(), !is_empty);
        self.sweep += rest.cost;
    }
}

/// A message as the units see it; with a header where it goes to another chip.
#[must_use]
pub fn packet(message: &Message, to: Flit, header: bool, timing: &Timing) -> Packet {
    let (reads, costs) = (message.reads, timing.core.synapse);
    let each = |count: u32, cost: u32| u64::from(count) * u64::from(cost);
    let sparse = each(reads.sparse, costs.sparse);
    let others = each(reads.run_length, costs.run_length) + each(reads.dense, costs.dense);
    let cycles = match costs.per_word {
        0 => each(reads.words, costs.word).max(sparse + others),
        per_word => each(reads.sparse.div_ceil(per_word), costs.word).max(sparse) + others,
    };
    Packet {
        flit: to,
        cycles,
        synapses: reads.operations(),
        flits: flits(message.kind, header),
        header,
        hash: message.core.0.wrapping_mul(0x9e37_79b1) ^ u32::from(message.axon.0).wrapping_mul(0x85eb_ca6b),
    }
}

fn learning(work: &CoreWork, timing: &Timing) -> u64 {
    let costs = timing.core.learning;
    let each = |count: u32, cost: u32| u64::from(count) * u64::from(cost);
    let of = |l: &crate::observer::LearningWork| {
        let synapse = u64::from(costs.base) + each(l.terms, costs.term) + each(l.factors, costs.factor);
        u64::from(l.synapses) * synapse
    };
    work.learning.iter().filter(|l| !(costs.skip_idle && l.idle)).map(of).sum()
}
