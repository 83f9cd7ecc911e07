//! The work of a core in a step, as cycles and packets.

use isa::chip::{ChipDescription, CorePlace};
use isa::timing::Timing;

use crate::observer::{CoreWork, Message};
use crate::time::energy::flits;
use crate::time::mesh::Flit;

/// A message as the units see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Packet {
    /// A flit to its destination.
    pub flit: Flit,
    /// Flits.
    pub flits: u32,
    /// Cycles of its synapse fetch.
    pub synapse: u64,
    /// Cycles of its accumulation.
    pub accumulate: u64,
    /// Hash for the choice of a network.
    pub hash: u32,
}

/// A stretch of the sweep that ends with a spike that is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Cycles of the compartments up to and with that one.
    pub cycles: u64,
    /// Its messages, as a range of [`Plan::packets`].
    pub packets: (u32, u32),
}

/// What a core does in a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Stretches of the sweep.
    pub spans: Vec<Span>,
    /// Cycles of the compartments behind the last of them.
    pub rest: u64,
    /// Messages.
    pub packets: Vec<Packet>,
    /// Cycles of learning.
    pub learning: u64,
}

impl Plan {
    /// The plan of a core's work.
    #[must_use]
    pub fn new(work: &CoreWork, chip: &ChipDescription, timing: &Timing) -> Self {
        let packets: Vec<Packet> = work.sent.iter().map(|m| packet(m, chip.place(m.core), timing)).collect();
        let mut first = 0;
        let sends = work.sends.iter().map(|send| {
            let range = (first, first + send.messages);
            first = range.1;
            (send.compartment, range)
        });
        let mut sends: Vec<_> = sends.collect();
        sends.sort_by_key(|(compartment, _)| *compartment);
        let soma = &timing.core.soma;
        let mut fires = work.fires.iter().peekable();
        let mut sends = sends.into_iter().peekable();
        let (mut spans, mut cycles) = (Vec::new(), 0);
        for (index, active) in work.active.iter().enumerate() {
            cycles += u64::from(if *active { soma.active } else { soma.inactive });
            if fires.next_if(|fire| fire.index() == index).is_some() {
                cycles += u64::from(soma.spike);
            }
            while let Some((_, packets)) = sends.next_if(|(compartment, _)| compartment.index() == index) {
                // A spike that goes nowhere keeps no output axon busy.
                if packets.0 < packets.1 {
                    spans.push(Span { cycles: std::mem::take(&mut cycles), packets });
                }
            }
        }
        Self { spans, rest: cycles, packets, learning: learning(work, timing) }
    }

    /// Cycles of the whole sweep.
    #[must_use]
    pub fn sweep(&self) -> u64 {
        self.spans.iter().map(|span| span.cycles).sum::<u64>() + self.rest
    }

    /// Adds the host's messages, which leave before any spike.
    pub fn host(messages: &[Message], chip: &ChipDescription, timing: &Timing) -> Vec<Packet> {
        messages.iter().map(|m| packet(m, chip.place(m.core), timing)).collect()
    }
}

fn packet(message: &Message, to: CorePlace, timing: &Timing) -> Packet {
    let (reads, costs) = (message.reads, timing.core.synapse);
    let each = |count: u32, cost: u32| u64::from(count) * u64::from(cost);
    let synapses = each(reads.sparse, costs.sparse)
        + each(reads.run_length, costs.run_length)
        + each(reads.dense, costs.dense);
    let words = match costs.per_word {
        0 => reads.words,
        per_word => reads.operations().div_ceil(per_word),
    };
    Packet {
        flit: Flit::spike(to.x, to.y, to.slot, 0),
        flits: flits(message.kind),
        synapse: synapses.max(each(words, costs.word)),
        accumulate: each(reads.operations(), timing.core.accumulate),
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
