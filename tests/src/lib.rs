//! Shared helpers of the tests: where vectors lie, how they are read, what a run shows.
//!
//! The vectors of the contract are run whole when the folder `shared` lies beside the repository (or where
//! `SEAMOUNT_SHARED` says); a part of them is in `tests/vectors` and always run.

pub mod command;
pub mod contract;
pub mod graphs;
pub mod noc;
pub mod program;
pub mod random;
pub mod recorded;
pub mod recording;
pub mod route;
pub mod run;
pub mod shared;
