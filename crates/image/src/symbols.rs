//! Names and places for people: what a key is called, where a plastic synapse lies. No spike depends on them.

use bincode::{Decode, Encode};
use isa::ids::{AxonId, CoreId, Key};
use serde::{Deserialize, Serialize};

/// Names of the network's parts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Encode, Decode)]
pub struct Symbols {
    /// Name of the network.
    pub name: String,
    /// Length of a step in microseconds, where the description states one.
    pub step_us: Option<u32>,
    /// Populations, in key order.
    pub populations: Vec<NodeSymbol>,
    /// Inputs, in key order.
    pub inputs: Vec<NodeSymbol>,
    /// Reward channels, in key order.
    pub rewards: Vec<String>,
    /// Projections, in order of declaration.
    pub projections: Vec<String>,
    /// Plastic projections, in order of declaration.
    pub plastic: Vec<PlasticProjection>,
}

/// A population or an input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Encode, Decode)]
pub struct NodeSymbol {
    /// Name.
    pub name: String,
    /// Key of its first compartment or line.
    pub key: Key,
    /// Neurons or lines.
    pub size: u32,
    /// Shape, whose product is `size`.
    pub shape: Vec<u32>,
    /// Names of the compartments of a neuron, as declared; one empty name for an input.
    pub compartments: Vec<String>,
}

/// Where the synapses of a plastic projection lie, in list order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Encode, Decode)]
pub struct PlasticProjection {
    /// Index into `Symbols::projections`.
    pub projection: u32,
    /// Source and place of each synapse.
    pub synapses: Vec<SynapsePlace>,
}

/// Where a synapse lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Encode, Decode)]
pub struct SynapsePlace {
    /// Core.
    pub core: CoreId,
    /// Learning axon on that core.
    pub axon: AxonId,
    /// Entry of its list, counted over all blocks.
    pub entry: u32,
}
