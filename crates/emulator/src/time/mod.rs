//! What the chip's work takes: cycle by cycle, never a bit of function.
//!
//! [`mesh`] moves flits between tiles; [`pipeline`] replays the work of every step through the units of the cores, over
//! the mesh, to the barrier; [`energy`] multiplies counts with a table, [`bill`] says how far each constant can be trusted, and
//! [`shares`] whose counts they are. Everything here sees function only through its
//! observer; every number is a field of [`isa::timing::Timing`].

pub mod bill;
pub mod energy;
pub mod mesh;
pub mod pipeline;
pub mod shares;
