//! Markers of the barrier, and who owes them, each as one word.

use super::{Flit, Kind};

/// A marker: its kind and the parity of its step, as a place among the four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker(u8);

impl Marker {
    /// FLUSH of a parity.
    #[must_use]
    pub const fn flush(epoch: bool) -> Self {
        Self((epoch as u8) << 1)
    }

    /// ADVANCE of a parity.
    #[must_use]
    pub const fn advance(epoch: bool) -> Self {
        Self((epoch as u8) << 1 | 1)
    }

    /// The marker that a flit is.
    #[must_use]
    pub const fn of(flit: Flit) -> Self {
        Self((flit.epoch() as u8) << 1 | matches!(flit.kind(), Kind::Advance) as u8)
    }

    /// The flit that it is.
    #[must_use]
    pub const fn flit(self) -> Flit {
        Flit::marker(if self.is_advance() { Kind::Advance } else { Kind::Flush }, self.epoch())
    }

    /// Whether it is ADVANCE.
    #[must_use]
    pub const fn is_advance(self) -> bool {
        self.0 & 1 == 1
    }

    /// Parity of its step.
    #[must_use]
    pub const fn epoch(self) -> bool {
        self.0 >> 1 == 1
    }

    /// Its place among the four.
    #[inline]
    #[must_use]
    pub const fn place(self) -> usize {
        (self.0 & 3) as usize
    }
}

/// Outputs of a router that owe a marker, as one word: outputs, marker, router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed(u64);

impl Owed {
    /// Some outputs of a router owe a marker.
    #[must_use]
    pub const fn new(router: usize, outputs: u16, marker: Marker) -> Self {
        Self((router as u64) << 32 | (marker.0 as u64) << 16 | outputs as u64)
    }

    /// The router.
    #[must_use]
    pub const fn router(self) -> usize {
        (self.0 >> 32) as usize
    }

    /// The outputs, as bits.
    #[must_use]
    pub const fn outputs(self) -> u16 {
        self.0 as u16
    }

    /// The marker.
    #[must_use]
    pub const fn marker(self) -> Marker {
        Marker((self.0 >> 16 & 3) as u8)
    }
}
