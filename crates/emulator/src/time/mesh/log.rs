//! The log of grants: what every engine must agree on.

use trace::FlitGrant;

use super::{Cycle, Flit, Origin, Shape, port};

/// A grant as an engine sees it.
#[derive(Clone, Copy, Debug)]
pub struct Grant {
    /// When.
    pub cycle: Cycle,
    /// At which router.
    pub router: usize,
    /// To which output.
    pub output: usize,
    /// From which input.
    pub input: usize,
    /// Which flit.
    pub flit: Flit,
    /// Who made it.
    pub origin: Origin,
    /// When its packet was sent, where the endpoint keeps that; none for a marker.
    pub sent: Option<Cycle>,
}

impl Grant {
    /// The record of the grant.
    #[must_use]
    pub const fn record(&self, shape: &Shape) -> FlitGrant {
        let (net, y, x) = shape.place(self.router);
        FlitGrant {
            cycle: self.cycle,
            net,
            y,
            x,
            output: self.output as u8,
            input: self.input as u8,
            kind: self.flit.kind() as u8,
            epoch: self.flit.epoch(),
            source: self.origin.source,
            sequence: self.origin.sequence,
        }
    }
}

/// Somebody who is told every grant.
pub trait Log {
    /// Whether grants are told at all.
    const RECORDS: bool;

    /// A grant.
    fn grant(&mut self, shape: &Shape, grant: &Grant);
}

/// Nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLog;

impl Log for NoLog {
    const RECORDS: bool = false;

    fn grant(&mut self, _shape: &Shape, _grant: &Grant) {}
}

/// Two, one after the other.
impl<A: Log, B: Log> Log for (A, B) {
    const RECORDS: bool = A::RECORDS || B::RECORDS;

    fn grant(&mut self, shape: &Shape, grant: &Grant) {
        self.0.grant(shape, grant);
        self.1.grant(shape, grant);
    }
}

/// Perhaps somebody.
impl<L: Log> Log for Option<L> {
    const RECORDS: bool = L::RECORDS;

    fn grant(&mut self, shape: &Shape, grant: &Grant) {
        if let Some(log) = self {
            log.grant(shape, grant);
        }
    }
}

/// The sum of the hashes of all records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HashLog {
    /// Wrapping sum of [`FlitGrant::hash`].
    pub sum: u64,
    /// Number of records.
    pub records: u64,
}

impl Log for HashLog {
    const RECORDS: bool = true;

    fn grant(&mut self, shape: &Shape, grant: &Grant) {
        self.sum = self.sum.wrapping_add(grant.record(shape).hash());
        self.records += 1;
    }
}

/// All records, in the order an engine tells them.
impl Log for Vec<FlitGrant> {
    const RECORDS: bool = true;

    fn grant(&mut self, shape: &Shape, grant: &Grant) {
        self.push(grant.record(shape));
    }
}

/// How many flits every output carried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkLoad {
    /// First cycle that counts.
    pub from: Cycle,
    /// First cycle that does not.
    pub until: Cycle,
    /// Flits by router and output.
    pub flits: Vec<u64>,
}

impl LinkLoad {
    /// Counts grants of cycles `from .. until`.
    #[must_use]
    pub fn new(shape: &Shape, from: Cycle, until: Cycle) -> Self {
        Self { from, until, flits: vec![0; shape.routers() * shape.ports()] }
    }

    /// The most flits of one output: mesh outputs and outputs to cores.
    #[must_use]
    pub fn most(&self, shape: &Shape) -> [u64; 2] {
        let mut most = [0; 2];
        for (at, flits) in self.flits.iter().enumerate() {
            let local = usize::from(at % shape.ports() >= port::LOCAL);
            most[local] = most[local].max(*flits);
        }
        most
    }
}

impl Log for LinkLoad {
    const RECORDS: bool = true;

    fn grant(&mut self, shape: &Shape, grant: &Grant) {
        if (self.from..self.until).contains(&grant.cycle) {
            self.flits[grant.router * shape.ports() + grant.output] += 1;
        }
    }
}
