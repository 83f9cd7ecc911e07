//! Logs that several threads write, each its part.

use super::super::log::LinkLoad;
use super::super::{FlitGrant, HashLog, Log, NoLog};

/// A log that can be written in parts, whatever their order.
pub trait Parts: Log + Send {
    /// An empty log of the same kind.
    #[must_use]
    fn part(&self) -> Self;

    /// Adds what a part was told.
    fn join(&mut self, part: Self);
}

impl Parts for NoLog {
    fn part(&self) -> Self {
        Self
    }

    fn join(&mut self, _part: Self) {}
}

impl Parts for HashLog {
    fn part(&self) -> Self {
        Self::default()
    }

    fn join(&mut self, part: Self) {
        self.sum = self.sum.wrapping_add(part.sum);
        self.records += part.records;
    }
}

impl Parts for Vec<FlitGrant> {
    fn part(&self) -> Self {
        Self::new()
    }

    fn join(&mut self, mut part: Self) {
        self.append(&mut part);
    }
}

impl Parts for LinkLoad {
    fn part(&self) -> Self {
        Self { flits: vec![0; self.flits.len()], ..*self }
    }

    fn join(&mut self, part: Self) {
        self.flits.iter_mut().zip(part.flits).for_each(|(sum, flits)| *sum += flits);
    }
}

impl<A: Parts, B: Parts> Parts for (A, B) {
    fn part(&self) -> Self {
        (self.0.part(), self.1.part())
    }

    fn join(&mut self, part: Self) {
        self.0.join(part.0);
        self.1.join(part.1);
    }
}
