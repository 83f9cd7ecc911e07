//! Every word of every memory of a core, its fields declared once (contract 6; chip 6.4, 7, 13).

mod axon;
mod compartment;
mod learning;
mod packet;
mod shared;
mod synapse;

pub use axon::*;
pub use compartment::*;
pub use learning::*;
pub use packet::*;
pub use shared::*;
pub use synapse::*;

pub use crate::layout::{Field, FieldError, Word};
