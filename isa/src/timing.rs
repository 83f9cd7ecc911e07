//! What a cycle is: the timing part of a chip description, an overlay of its own (`isa/chips/timing/*.toml`).
//!
//! Sizes (mesh, cores, memories) stay in [`crate::chip`]; here are the clock, the routers, the links, the units of a
//! core, the barrier and the energies, each with where it comes from. Times are clock cycles, energies femtojoules:
//! no floats. [`check`] refuses what no machine could do, with the reason.

pub mod check;
pub mod provenance;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::description::{has_any, syntax};

pub use check::{FIFO_MAX, TimingError, VCS_MAX};
pub use provenance::{Bound, Origin, Provenance, Tier};

/// The calibrations that ship, by name.
pub const SHIPPED: &[(&str, &str)] = &[
    ("loihi1-davies2018", include_str!("../chips/timing/loihi1-davies2018.toml")),
    ("loihi1-nahuku", include_str!("../chips/timing/loihi1-nahuku.toml")),
    ("noc-reference", include_str!("../chips/timing/noc-reference.toml")),
    ("loihi2-scaled", include_str!("../chips/timing/loihi2-scaled.toml")),
];

/// One calibration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// Name, as in `--calibration NAME`.
    pub name: String,
    /// The clock, picoseconds per cycle.
    pub clock_ps: u32,
    /// Physical networks side by side, 1..=2.
    pub nets: u32,
    /// How a core chooses the network of a spike.
    pub choice: NetChoice,
    /// What must be known to read its results; printed beside them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<String>,
    /// The stages of a router.
    pub router: Router,
    /// The wires.
    pub link: Link,
    /// The network interface of a core.
    pub nif: NetworkInterface,
    /// The units of a core.
    pub core: Core,
    /// The FIFOs between the units.
    pub fifo: Fifos,
    /// How a step ends.
    pub barrier: Barrier,
    /// Energy of every counted event.
    pub energy: Energy,
    /// Where every field comes from.
    pub provenance: Provenance,
}

/// Which network a spike takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetChoice {
    /// One bit per source core that flips with every message and persists over steps.
    Alternate,
    /// By the destination's core and axon.
    Hash,
    /// Always the first.
    Fixed,
}

/// Router stages, cycles; one router per tile and network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Router {
    /// Buffer write and route computation.
    pub rc: u32,
    /// Switch allocation.
    pub sa: u32,
    /// Switch traversal.
    pub st: u32,
    /// Flits of an input FIFO (of each virtual channel).
    pub buffer: u32,
    /// Virtual channels, 1..=4.
    pub vcs: u32,
}

/// Wires, cycles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Between tiles east and west.
    pub east_west: u32,
    /// Between tiles north and south.
    pub north_south: u32,
    /// Between a router and its cores.
    pub local: u32,
    /// Added to a link that leaves the chip.
    pub chip: u32,
    /// Cycles from the arrival of a credit to its use.
    pub credit_extra: u32,
    /// A mesh link carries at most one flit in `interval[0] / interval[1]` cycles.
    pub interval: [u32; 2],
}

/// FIFOs of the network interface, flits per network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkInterface {
    /// From the mesh.
    pub receive: u32,
    /// To the mesh.
    pub transmit: u32,
}

/// Units of a core, cycles per item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Core {
    /// Input axon lookup, per message.
    pub axon_in: u32,
    /// Synapse fetch.
    pub synapse: Synapse,
    /// Accumulation, per synapse, beside the fetch; 0: part of it.
    pub accumulate: u32,
    /// The sweep over compartments.
    pub soma: Soma,
    /// Output axon, per message.
    pub axon_out: u32,
    /// Learning.
    pub learning: Learning,
    /// Whether axon lookup and synapse fetch are one unit.
    pub receive_serial: bool,
    /// Whether the sweep and the output axons are one unit.
    pub transmit_serial: bool,
}

/// Synapse fetch: a message costs `max(words * word, sum over synapses)`; with `per_word`, only sparse blocks are read
/// in words, and the others cost their synapses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Synapse {
    /// Per word read.
    pub word: u32,
    /// Synapses of a word of a sparse block; 0 takes the 64-bit words of the synapse memory, of all blocks.
    pub per_word: u32,
    /// Per synapse of a sparse block.
    pub sparse: u32,
    /// Per synapse of a run-length block.
    pub run_length: u32,
    /// Per synapse of a dense block.
    pub dense: u32,
}

/// The sweep over compartments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Soma {
    /// Per inactive compartment (contract 3).
    pub inactive: u32,
    /// Per active compartment.
    pub active: u32,
    /// Added per spike.
    pub spike: u32,
}

/// Learning, per plastic synapse: `base + terms * term + factors * factor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Learning {
    /// Per synapse.
    pub base: u32,
    /// Per product.
    pub term: u32,
    /// Per factor.
    pub factor: u32,
    /// Whether axons with no event and no trace are skipped.
    pub skip_idle: bool,
}

/// FIFOs between units, items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fifos {
    /// Axon lookup to synapse fetch.
    pub axon_in: u32,
    /// Synapse fetch to accumulation, where that costs something.
    pub synapse: u32,
    /// Sweep to output axons.
    pub spike: u32,
}

/// How a step ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Barrier {
    /// Not at all: for synthetic traffic.
    None,
    /// Markers in the mesh, behind the spikes.
    Marker {
        /// The empty step of one tile.
        base: u32,
        /// Cycles a marker waits at a mesh output before it takes part in allocation.
        hop: u32,
        /// 2: FLUSH and ADVANCE. 1: FLUSH only, an experiment that forbids learning.
        phases: u32,
    },
    /// All done, then a wait that depends on the number of mapped tiles.
    Table {
        /// Rows \[tiles at least, cycles\], ascending.
        rows: Vec<[u32; 2]>,
    },
}

/// Energies, femtojoules per event; static power in microwatts, reported apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Energy {
    /// Per inactive compartment update.
    pub soma_inactive: u32,
    /// Per active compartment update.
    pub soma_active: u32,
    /// Per spike.
    pub spike: u32,
    /// Per message that leaves a core.
    pub axon_out: u32,
    /// Per message looked up.
    pub axon_in: u32,
    /// Per synapse of a sparse block.
    pub synapse_sparse: u32,
    /// Per synapse of a run-length block.
    pub synapse_run_length: u32,
    /// Per synapse of a dense block.
    pub synapse_dense: u32,
    /// Per learning update of a synapse.
    pub learning: u32,
    /// Per flit into or out of the mesh within a tile: once per flit.
    pub local: u32,
    /// Per flit and hop east or west.
    pub hop_east_west: u32,
    /// Per flit and hop north or south.
    pub hop_north_south: u32,
    /// Per flit and link between chips, beside the hop.
    pub chip_link: u32,
    /// Of the clock, per core and cycle.
    pub clock: u32,
    /// Of a chip at rest, microwatts.
    pub static_uw: u32,
}

impl Timing {
    /// Reads a calibration and checks it.
    ///
    /// # Errors
    /// [`TimingError::Syntax`], or what [`Timing::check`] refuses.
    pub fn from_toml(text: &str) -> Result<Self, TimingError> {
        let timing: Self = toml::from_str(text).map_err(|e| TimingError::Syntax(syntax(&e)))?;
        timing.check()?;
        Ok(timing)
    }

    /// Whether a TOML text has fields that calibrations have and chips have not.
    #[must_use]
    pub fn is_described(text: &str) -> bool {
        has_any(text, &["clock_ps", "router", "link", "energy", "provenance"])
    }

    /// The calibration as TOML, which [`Timing::from_toml`] reads.
    ///
    /// # Errors
    /// [`TimingError::Syntax`] where TOML cannot hold a number.
    pub fn to_toml(&self) -> Result<String, TimingError> {
        toml::to_string(self).map_err(|e| TimingError::Syntax(e.to_string()))
    }

    /// The calibration that ships under `name`.
    ///
    /// # Errors
    /// [`TimingError::Unknown`], naming those that exist.
    pub fn shipped(name: &str) -> Result<Self, TimingError> {
        let text = SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| text);
        let known = || SHIPPED.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ");
        Self::from_toml(text.ok_or_else(|| TimingError::Unknown(name.into(), known()))?)
    }

    /// Cycles of an empty step of one tile where nothing is added: advance to sweep, FLUSH into the router, through
    /// it, and back into the core.
    #[must_use]
    pub const fn empty_step(&self) -> u32 {
        let router = self.router;
        1 + (1 + self.link.local) + router.rc + router.sa + router.st + self.link.local
    }

    /// Cycles between ADVANCE and the sweep: what is left of the barrier's base.
    #[must_use]
    pub const fn remainder(&self) -> u32 {
        match self.barrier {
            Barrier::Marker { base, .. } => base.saturating_sub(self.empty_step()),
            _ => 0,
        }
    }

    /// Cycles of the barrier table for `tiles` mapped tiles; 0 without a table or below its first row.
    #[must_use]
    pub fn table_cycles(&self, tiles: u32) -> u32 {
        match &self.barrier {
            Barrier::Table { rows } => rows.iter().rev().find(|row| row[0] <= tiles).map_or(0, |row| row[1]),
            _ => 0,
        }
    }
}
