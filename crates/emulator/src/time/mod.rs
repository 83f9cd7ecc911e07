//! What the chip's work takes: cycle by cycle, never a bit of function.
//!
//! [`mesh`] moves flits between tiles. Everything here sees function only through its observer; every number is a
//! field of [`isa::timing::Timing`].

pub mod mesh;
