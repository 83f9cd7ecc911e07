//! What the chip computes: an image is loaded, steps are run, state is read and dumped (contract 1 to 9).
//!
//! A step of a core is [`step`]: service, update, send, learn; [`run`] does it for all cores over threads. The
//! inner loops are in [`kernel`].

mod barrier;
mod chip;
mod core;
mod dump;
mod exchange;
mod general;
mod homeostasis;
mod host;
mod kernel;
mod learn;
mod load;
mod probe;
mod record;
mod reset;
mod route;
mod run;
mod step;

#[cfg(test)]
mod vectors;

pub use chip::Chip;
pub use probe::{Compartment, Synapse};
