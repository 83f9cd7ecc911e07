//! A configured chip: everything that the emulator, or silicon, must be told.
//!
//! Compiler and emulator share nothing else. [`core`] holds the memories of a core, [`host`] what comes from
//! outside, [`session`] how it is run, [`symbols`] the names for people. [`bytes`] stores an image, [`mod@validate`]
//! says whether a chip can run it, [`memory`] shows all memories alike,
//! [`mod@diff`] names the fields in which two images differ.

pub mod bytes;
mod codes;
pub mod core;
pub mod diff;
mod error;
pub mod host;
pub mod memory;
pub mod session;
pub mod symbols;
pub mod validate;

pub use core::{CoreImage, KeyRun};
pub use diff::{Difference, diff};
pub use error::ImageError;
pub use host::{Host, HostInput, HostReward, HostSource};
pub use memory::{Layout, Memory, Row};
pub use session::{Measure, Record, Recorded, SampleTarget, Samples, Session};
pub use symbols::{NodeSymbol, PlasticProjection, Symbols, SynapsePlace};
pub use validate::{Problem, validate};

use isa::chip::ChipDescription;
use serde::{Deserialize, Serialize};

/// A configured chip, or board of chips.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// The chip it was made for.
    pub chip: ChipDescription,
    /// Seed of all draws (contract 8).
    pub seed: u32,
    /// Cores that hold something, ascending.
    pub cores: Vec<CoreImage>,
    /// Inputs and rewards from outside.
    pub host: Host,
    /// How it is run.
    pub session: Session,
    /// Names.
    pub symbols: Symbols,
}
