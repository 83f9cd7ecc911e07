//! A flit as the mesh carries it: 64 bits, of which the router reads the destination.

/// What a flit is (timing description, `kind:3`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// A spike of a core.
    Spike = 0,
    /// A spike of the host.
    SpikeExternal = 1,
    /// Marker: no more spikes of this step behind it.
    Flush = 2,
    /// Marker: the next step may begin.
    Advance = 3,
    /// A read request.
    ReadRequest = 4,
    /// A read response.
    ReadResponse = 5,
    /// A write.
    Write = 6,
    /// Destination chip of the next flit.
    Header = 7,
}

const KINDS: [Kind; 8] = [
    Kind::Spike,
    Kind::SpikeExternal,
    Kind::Flush,
    Kind::Advance,
    Kind::ReadRequest,
    Kind::ReadResponse,
    Kind::Write,
    Kind::Header,
];

/// One flit: `[payload 63:32 | out 31:29 | vc 28:27 | epoch 26 | tail 25 | kind 24:22 | slot 21:20 | y 19:10 | x 9:0]`.
///
/// The payload belongs to the endpoint, which can tell the origin from it; `out` and `vc` are the router's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flit(pub u64);

impl Flit {
    /// A one-flit packet of a spike to a tile's local port.
    #[must_use]
    pub const fn spike(x: u32, y: u32, slot: u32, payload: u32) -> Self {
        let to = (x & 1023) as u64 | ((y & 1023) as u64) << 10 | ((slot & 3) as u64) << 20;
        Self(to | 1 << 25 | (payload as u64) << 32)
    }

    /// A marker of an epoch's parity.
    #[must_use]
    pub const fn marker(kind: Kind, epoch: bool) -> Self {
        Self((kind as u64) << 22 | 1 << 25 | (epoch as u64) << 26)
    }

    /// The same with another kind.
    #[must_use]
    pub const fn with_kind(self, kind: Kind) -> Self {
        Self(self.0 & !(7 << 22) | (kind as u64) << 22)
    }

    /// The same for an epoch's parity.
    #[must_use]
    pub const fn with_epoch(self, epoch: bool) -> Self {
        Self(self.0 & !(1 << 26) | (epoch as u64) << 26)
    }

    /// The first flit of a packet of two.
    #[must_use]
    pub const fn head(self) -> Self {
        Self(self.0 & !(1 << 25))
    }

    /// The same with another payload, where it had none.
    #[must_use]
    pub const fn carrying(self, payload: u32) -> Self {
        Self(self.0 | (payload as u64) << 32)
    }

    /// Column of the destination's tile.
    #[must_use]
    pub const fn x(self) -> u32 {
        self.0 as u32 & 1023
    }

    /// Row of the destination's tile.
    #[must_use]
    pub const fn y(self) -> u32 {
        self.0 as u32 >> 10 & 1023
    }

    /// Core of the destination in its tile.
    #[must_use]
    pub const fn slot(self) -> u32 {
        self.0 as u32 >> 20 & 3
    }

    /// What it is.
    #[must_use]
    pub const fn kind(self) -> Kind {
        KINDS[(self.0 >> 22 & 7) as usize]
    }

    /// Whether it is a marker of the barrier.
    #[must_use]
    pub const fn is_marker(self) -> bool {
        self.0 >> 23 & 3 == 1
    }

    /// Whether it ends its packet.
    #[must_use]
    pub const fn tail(self) -> bool {
        self.0 >> 25 & 1 == 1
    }

    /// Parity of its step.
    #[must_use]
    pub const fn epoch(self) -> bool {
        self.0 >> 26 & 1 == 1
    }

    /// The virtual channel it is in.
    #[must_use]
    pub const fn vc(self) -> usize {
        (self.0 >> 27 & 3) as usize
    }

    /// The output it wants where it is.
    #[must_use]
    pub const fn out(self) -> usize {
        (self.0 >> 29 & 7) as usize
    }

    /// The same in a virtual channel, wanting an output.
    #[must_use]
    pub const fn routed(self, out: usize, vc: usize) -> Self {
        Self(self.0 & !(0x1f << 27) | (vc as u64) << 27 | (out as u64) << 29)
    }

    /// What the endpoint knows it by.
    #[must_use]
    pub const fn payload(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::{Flit, KINDS, Kind};

    #[test]
    fn fields_do_not_touch() {
        let flit = Flit::spike(1023, 512, 2, 0xffff_0001).with_epoch(true).routed(7, 1).head();
        let read = (flit.x(), flit.y(), flit.slot(), flit.payload(), flit.out(), flit.vc());
        assert_eq!(read, (1023, 512, 2, 0xffff_0001, 7, 1));
        assert_eq!((flit.kind(), flit.tail(), flit.epoch()), (Kind::Spike, false, true));
        for (code, kind) in KINDS.into_iter().enumerate() {
            assert_eq!((kind as usize, flit.with_kind(kind).kind()), (code, kind));
            let marker = matches!(kind, Kind::Flush | Kind::Advance);
            assert_eq!(flit.with_kind(kind).is_marker(), marker);
        }
    }
}
