//! The mesh: routers, links, credits, markers, flit by flit.
//!
//! Two networks of W x H routers, C local ports each; XY routing; every input FIFO has credits at its sender; every
//! output picks among its inputs by round robin. Two engines compute the same log: [`dense`] keeps one bit per router
//! in planes and visits every cycle with traffic, [`sparse`] keeps a wheel of events and visits only what happens. One
//! engine is one thread; synthetic traffic can be played by several event engines, each with a band of rows
//! ([`traffic::measure_threads`]). The clocked pipeline and its barrier run on one thread.
//!
//! Within a cycle: (1) flits and credits that are due become visible; (2) the cores act ([`Endpoint::cycle`]);
//! (3) markers at the heads of FIFOs are consumed and the barrier's conditions are evaluated; (4) every output grants
//! at most one flit and every input gives at most one, from the heads and credits as they stood. A FIFO gives up at
//! most one flit a cycle, so a head uncovered in a cycle acts from the next.

pub mod barrier;
pub mod channels;
pub mod dense;
pub mod endpoint;
pub mod flit;
pub mod links;
pub mod log;
mod marker;
pub mod shape;
pub mod sparse;
pub mod traffic;
pub mod wheel;
pub mod wiring;

pub use endpoint::{Endpoint, Network, Origin, Ports, Wake};
pub use flit::{Flit, Kind};
pub use links::{LinkUse, Links};
pub use log::{HashLog, Log, NoLog};
pub use shape::{MeshError, Shape, Size};
pub use trace::FlitGrant;

/// A clock cycle, from 0.
pub type Cycle = u64;

/// Output and input ports of a router, in the order of arbitration; local ports follow from [`port::LOCAL`].
pub mod port {
    /// To or from x + 1.
    pub const EAST: usize = 0;
    /// To or from x - 1.
    pub const WEST: usize = 1;
    /// To or from y + 1.
    pub const NORTH: usize = 2;
    /// To or from y - 1.
    pub const SOUTH: usize = 3;
    /// The first local port.
    pub const LOCAL: usize = 4;

    /// The input that the wire of a mesh output ends in.
    #[must_use]
    pub const fn opposite(port: usize) -> usize {
        port ^ 1
    }
}
