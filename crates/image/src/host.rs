//! What comes from outside the chip: inputs and rewards; they enter at tile (0, 0) of chip 0 (contract 9).

use bincode::{Decode, Encode};
use isa::ids::Key;
use isa::words::AxonMap;
use serde::{Deserialize, Serialize};

/// Inputs and rewards.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Encode, Decode)]
pub struct Host {
    /// Inputs in order of declaration.
    pub inputs: Vec<HostInput>,
    /// Reward channels in order of declaration.
    pub rewards: Vec<HostReward>,
    /// Output axons of the input lines, all inputs one after another.
    pub axon_map: Vec<AxonMap32>,
    /// Output axon slots, as on a core.
    pub axons: Vec<u64>,
}

/// Where the axons of an input line lie; as [`AxonMap`], but without the limits of a core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct AxonMap32 {
    /// First slot.
    pub pointer: u32,
    /// Number of slots.
    pub length: u32,
}

impl From<AxonMap> for AxonMap32 {
    fn from(map: AxonMap) -> Self {
        Self { pointer: map.pointer, length: map.length }
    }
}

/// Lines of one input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Encode, Decode)]
pub struct HostInput {
    /// Key of the first line.
    pub key: Key,
    /// Lines.
    pub size: u32,
    /// What comes in.
    pub source: HostSource,
}

/// What comes in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Encode, Decode)]
pub enum HostSource {
    /// Events are given when it is run.
    External,
    /// Events (step, line), sorted.
    Events(Vec<(u32, u32)>),
    /// Probability per line and step, of 2^32; one value for all or one each.
    Poisson(Vec<u64>),
    /// Fires at `first`, `first + period`, ...
    Regular {
        /// Steps between events.
        period: u32,
        /// First event.
        first: u32,
    },
}

/// A reward channel as the host sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Encode, Decode)]
pub struct HostReward {
    /// Its key.
    pub key: Key,
    /// Messages (step, value); `None` is a discrete message worth 1.
    pub events: Vec<(u32, Option<i32>)>,
    /// Its reward axons, one `DiscreteAxon` for each core that hears it; the messages' kind follows the event.
    pub axons: Vec<u64>,
}
