//! Why an image or a stimulus is refused.

use isa::chip::ChipError;
use isa::ids::{AxonId, CompartmentId, CoreId, Key, Step};
use isa::synapse::SynapseError;

/// Why an image is not loaded. The compiler never makes such an image; another one, or a changed one, may be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The chip description.
    #[error(transparent)]
    Chip(#[from] ChipError),
    /// A core that the board does not have, or that comes twice or out of order.
    #[error("{core}: the cores of an image ascend, and `{chip}` has {cores}")]
    Core {
        /// The core.
        core: CoreId,
        /// Name of the chip.
        chip: String,
        /// Cores of the board.
        cores: u32,
    },
    /// A value that the contract refuses.
    #[error("{core}: {what} {index}: {field} = {value}, {allowed} is allowed")]
    Value {
        /// The core.
        core: CoreId,
        /// Which memory.
        what: &'static str,
        /// Which word of it.
        index: usize,
        /// Which field.
        field: &'static str,
        /// Its value.
        value: i64,
        /// What is allowed.
        allowed: String,
    },
    /// A list of synapses.
    #[error("{core}: list {atom} of {axon}: {source}")]
    List {
        /// The core.
        core: CoreId,
        /// The input axon.
        axon: AxonId,
        /// Which of its lists.
        atom: u32,
        /// What is wrong.
        source: SynapseError,
    },
    /// A tree of compartments.
    #[error("{core}: {compartment}: {problem}")]
    Tree {
        /// The core.
        core: CoreId,
        /// Where it goes wrong.
        compartment: CompartmentId,
        /// What goes wrong.
        problem: String,
    },
    /// An output axon that leads nowhere.
    #[error("{from}, output axon slot {slot}: {problem}")]
    Axon {
        /// Whose: a core or the host.
        from: String,
        /// Which slot.
        slot: usize,
        /// What is wrong.
        problem: String,
    },
    /// A key that two things have.
    #[error("{0} names two things")]
    Key(Key),
    /// More synapses than are unpacked.
    #[error("{core}: its lists hold more than {max} synapses, words shared by axons counted each time")]
    Size {
        /// The core.
        core: CoreId,
        /// The limit.
        max: usize,
    },
}

/// Why a stimulus is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StimulusError {
    /// Something at a step that is over.
    #[error("{key} at {step}: the run is past it, the next step is {next}")]
    Past {
        /// What it is for.
        key: Key,
        /// When it should come.
        step: Step,
        /// The next step.
        next: Step,
    },
    /// A key that is not what it has to be.
    #[error("{key} is not {wanted} of this image")]
    Unknown {
        /// The key.
        key: Key,
        /// What it has to be.
        wanted: &'static str,
    },
    /// A value out of range.
    #[error("{field} = {value} of {key}: {allowed} is allowed")]
    Value {
        /// What it is for.
        key: Key,
        /// Which value.
        field: &'static str,
        /// The value.
        value: i64,
        /// What is allowed.
        allowed: &'static str,
    },
}
