//! The emulated chip: an image in, events out.
//!
//! [`function`] is what the chip computes, bit by bit (contract 1 to 9); [`observer`] is how its work is watched.

pub mod error;
pub mod function;
pub mod observer;
pub mod time;

pub use error::{LoadError, StimulusError};
pub use function::{Chip, Compartment, Synapse};
pub use observer::{CoreWork, LearningWork, Message, NoObserver, Observer, Reads, Send, Source, StepWork};
