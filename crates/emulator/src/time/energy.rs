//! Energy: counts times a table, exactly, in femtojoules.

use isa::chip::{ChipDescription, CorePlace};
use isa::timing::Timing;
use serde::{Deserialize, Serialize};

use crate::observer::{CoreWork, Message, StepWork};
use isa::op::AxonKind;

/// What is counted for energy; all add up over cores and steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Compartment updates with something to do.
    pub active: u64,
    /// Compartment updates at rest.
    pub inactive: u64,
    /// Fires.
    pub spikes: u64,
    /// Messages that cores send.
    pub messages_out: u64,
    /// Messages that cores take in, the host's included.
    pub messages_in: u64,
    /// Synapses read from sparse blocks.
    pub sparse: u64,
    /// Synapses read from run-length blocks.
    pub run_length: u64,
    /// Synapses read from dense blocks.
    pub dense: u64,
    /// Plastic synapses evaluated.
    pub learning: u64,
    /// Flits sent.
    pub flits: u64,
    /// Their hops east and west.
    pub east_west: u64,
    /// Their hops north and south.
    pub north_south: u64,
    /// Links between chips among these hops.
    pub chip_links: u64,
}

/// Femtojoules by what they are spent on; a sum stops at 18.4 kJ, the most that a `u64` holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Energy {
    /// Compartments and spikes.
    pub soma: u64,
    /// Axons out and in.
    pub axon: u64,
    /// Synapses read.
    pub synapse: u64,
    /// Learning.
    pub learning: u64,
    /// Flits and hops.
    pub network: u64,
    /// The clock of all cores.
    pub clock: u64,
    /// At rest; of another voltage, so never part of [`Energy::dynamic`]. `u64::MAX` is that or more.
    pub at_rest: u64,
}

impl Energy {
    /// All but what is spent at rest.
    #[must_use]
    pub const fn dynamic(&self) -> u64 {
        self.soma + self.axon + self.synapse + self.learning + self.network + self.clock
    }
}

macro_rules! add_up {
    ($name:ident: $($field:ident)*) => {
        impl std::ops::AddAssign for $name {
            fn add_assign(&mut self, other: Self) { $(self.$field = self.$field.saturating_add(other.$field);)* }
        }

        impl $name {
            /// Name and value of every field, in the order of declaration.
            #[must_use]
            pub fn rows(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($field), self.$field)),*]
            }
        }
    };
}

add_up!(Counts: active inactive spikes messages_out messages_in sparse run_length dense learning flits east_west north_south chip_links);
add_up!(Energy: soma axon synapse learning network clock at_rest);

impl Counts {
    /// The counts of a step's work. A message's reads are counted where it is sent: it is read before the next step.
    #[must_use]
    pub fn of_cores(work: &StepWork, chip: &ChipDescription) -> Self {
        let mut counts = Self::default();
        for core in &work.cores {
            counts.add_core(core);
            let from = chip.place(core.core);
            counts.messages_out += core.sent.len() as u64;
            core.sent.iter().for_each(|message| counts.add_message(message, from, chip));
        }
        counts
    }

    /// The counts of the host's messages.
    #[must_use]
    pub fn of_host(work: &StepWork, chip: &ChipDescription) -> Self {
        let mut counts = Self::default();
        let from = CorePlace { chip: 0, x: 0, y: 0, slot: 0 };
        work.host.iter().for_each(|message| counts.add_message(message, from, chip));
        counts
    }

    /// Adds the updates, spikes and learning of a core; its messages stand apart.
    pub fn add_core(&mut self, work: &CoreWork) {
        let active = work.active.iter().filter(|active| **active).count() as u64;
        self.active += active;
        self.inactive += work.active.len() as u64 - active;
        self.spikes += work.fires.len() as u64;
        self.learning += work.learning.iter().map(|learning| u64::from(learning.synapses)).sum::<u64>();
    }

    /// Adds a message from a place: what it is sent, carried and read with.
    pub fn add_message(&mut self, message: &Message, from: CorePlace, chip: &ChipDescription) {
        let to = chip.place(message.core);
        let ends = [(from.x, from.y), (to.x, to.y)];
        self.add_way(message, ends, chip.chip_links(ends[0], ends[1]));
    }

    /// Adds a message between two tiles, by column and row, over so many links between chips.
    #[inline]
    pub(super) fn add_way(&mut self, message: &Message, [from, to]: [(u32, u32); 2], links: u32) {
        let flits = u64::from(flits(message.kind, links > 0));
        self.messages_in += 1;
        self.sparse += u64::from(message.reads.sparse);
        self.run_length += u64::from(message.reads.run_length);
        self.dense += u64::from(message.reads.dense);
        self.flits += flits;
        self.east_west += flits * u64::from(from.0.abs_diff(to.0));
        self.north_south += flits * u64::from(from.1.abs_diff(to.1));
        self.chip_links += flits * u64::from(links);
    }

    /// Energy of the counts, and of `cycles` of `cores` cores on `chips` chips.
    #[must_use]
    pub fn energy(&self, timing: &Timing, cycles: u64, [cores, chips]: [u64; 2]) -> Energy {
        let of = |count: u64, each: u32| count * u64::from(each);
        let table = &timing.energy;
        let picoseconds = u128::from(cycles) * u128::from(timing.clock_ps);
        let at_rest = picoseconds * u128::from(table.static_uw) * u128::from(chips) / 1000;
        Energy {
            soma: of(self.active, table.soma_active)
                + of(self.inactive, table.soma_inactive)
                + of(self.spikes, table.spike),
            axon: of(self.messages_out, table.axon_out) + of(self.messages_in, table.axon_in),
            synapse: of(self.sparse, table.synapse_sparse)
                + of(self.run_length, table.synapse_run_length)
                + of(self.dense, table.synapse_dense),
            learning: of(self.learning, table.learning),
            network: of(self.flits, table.local)
                + of(self.east_west, table.hop_east_west)
                + of(self.north_south, table.hop_north_south)
                + of(self.chip_links, table.chip_link),
            clock: cycles * cores * u64::from(table.clock),
            at_rest: u64::try_from(at_rest).unwrap_or(u64::MAX),
        }
    }
}

/// Flits of a message: two where a header names another chip or the payload has 32 bits, which fit behind one head.
#[must_use]
pub const fn flits(kind: AxonKind, to_other_chip: bool) -> u32 {
    if to_other_chip || matches!(kind, AxonKind::Pop32) { 2 } else { 1 }
}
