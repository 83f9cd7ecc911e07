//! The memories of one core, one typed word an entry (contract 6).

use bincode::{Decode, Encode};
use isa::ids::{CoreId, Key};
use isa::words::{
    AxonMap, CompartmentConfig, CompartmentProfile, CompartmentState, HomeostasisProfile, HomeostasisState,
    LearningConfig, PostProfile, PostTraceState, PreProfile, RewardState, RuleProfile, SharedConfig,
    SynapseFormat, VthProfile,
};
use serde::{Deserialize, Serialize};

/// The memories of one core. Slices are indexed by the ids that words hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CoreImage {
    /// Which core of the board.
    pub core: CoreId,
    /// Shared configuration: neurons.
    pub shared: SharedConfig,
    /// Shared configuration: learning and reward.
    pub learning: LearningConfig,
    /// Compartment profiles.
    pub profiles: Vec<CompartmentProfile>,
    /// Homeostasis of each compartment profile; empty where no vth profile is dynamic.
    pub homeostasis: Vec<HomeostasisProfile>,
    /// Threshold profiles.
    pub vth_profiles: Vec<VthProfile>,
    /// Configuration of each compartment, in the order of update.
    pub compartments: Vec<CompartmentConfig>,
    /// State of each compartment.
    pub states: Vec<CompartmentState>,
    /// State of homeostasis of each compartment; empty where no vth profile is dynamic.
    pub homeostasis_states: Vec<HomeostasisState>,
    /// Output axons of each compartment.
    pub axon_map: Vec<AxonMap>,
    /// Output axon slots: `DiscreteAxon`, `Pop16Axon`, or `Pop32Axon` and `Pop32Atom`.
    pub axons: Vec<u64>,
    /// Synapse map: `SynapseMap`, and behind that of a learning axon its `LearningAxon`.
    pub synapse_map: Vec<u64>,
    /// Synapse formats by id; entry 0 is not used.
    pub formats: Vec<SynapseFormat>,
    /// Synapse memory.
    pub synapses: Vec<u64>,
    /// Pre-trace profiles.
    pub pre_profiles: Vec<PreProfile>,
    /// Post-trace profiles.
    pub post_profiles: Vec<PostProfile>,
    /// Post traces of each compartment; empty where no format is plastic.
    pub post_states: Vec<PostTraceState>,
    /// Learning rules.
    pub rules: Vec<RuleProfile>,
    /// Microcode.
    pub microcode: Vec<u16>,
    /// State of the reward channel.
    pub reward: RewardState,
    /// Key of the reward channel, if it has one.
    pub reward_key: Option<Key>,
    /// Keys of the compartments, in the order of update.
    pub compartment_keys: Vec<KeyRun>,
    /// Keys of the sources of the learning axons, in the order of their ids.
    pub axon_keys: Vec<KeyRun>,
}

/// Consecutive things with keys in equal steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct KeyRun {
    /// Key of the first.
    pub key: Key,
    /// How many.
    pub count: u32,
    /// Key of the next minus key of this one.
    pub stride: u32,
}

impl KeyRun {
    /// The keys, in order.
    pub fn keys(self) -> impl Iterator<Item = Key> {
        (0..self.count).map(move |i| Key(self.key.0.wrapping_add(i.wrapping_mul(self.stride))))
    }

    /// The shortest runs that hold `keys` in order.
    #[must_use]
    pub fn of(keys: &[Key]) -> Vec<Self> {
        let mut runs: Vec<Self> = Vec::new();
        for &key in keys {
            match runs.last_mut() {
                Some(run) if run.count == 1 && key > run.key => {
                    (run.count, run.stride) = (2, key.0 - run.key.0)
                }
                Some(run)
                    if run.count > 1
                        && key.0.wrapping_sub(run.key.0) == run.count.wrapping_mul(run.stride) =>
                {
                    run.count += 1
                }
                _ => runs.push(Self { key, count: 1, stride: 1 }),
            }
        }
        runs
    }
}
