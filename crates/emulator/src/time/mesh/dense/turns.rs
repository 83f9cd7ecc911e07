//! Which way flits go, as planes: of the heads of one input of 64 routers.

use super::Flit;
use crate::time::mesh::port;

/// Where destinations lie, seen from the router: first x, then y, then the core.
#[derive(Clone, Copy, Debug, Default)]
pub struct Turns<const P: usize> {
    east: u64,
    west: u64,
    north: u64,
    south: u64,
    /// Bits of the core's slot.
    slot: [u64; 2],
}

impl<const P: usize> Turns<P> {
    /// Notes a flit at a router at `(x, y)`, which came in over input `I`; XY routing rules out some ways there.
    #[inline]
    pub fn note<const I: usize>(&mut self, bit: usize, flit: Flit, (x, y): (u16, u16)) {
        let (x, y) = (u32::from(x), u32::from(y));
        let plane = |is: bool| u64::from(is) << bit;
        if I == port::WEST || I >= port::LOCAL {
            self.east |= plane(flit.x() > x);
        }
        if I == port::EAST || I >= port::LOCAL {
            self.west |= plane(flit.x() < x);
        }
        if I != port::NORTH {
            self.north |= plane(flit.y() > y);
        }
        if I != port::SOUTH {
            self.south |= plane(flit.y() < y);
        }
        if P > port::LOCAL + 1 {
            self.slot[0] |= plane(flit.slot() & 1 == 1);
            self.slot[1] |= plane(flit.slot() >> 1 == 1);
        }
    }

    /// By output: the flits of a plane that want it.
    #[inline]
    pub fn wants(&self, plane: u64) -> [u64; P] {
        let mut wants = [0; P];
        let column = plane & !self.east & !self.west;
        let here = column & !self.north & !self.south;
        wants[port::EAST] = plane & self.east;
        wants[port::WEST] = plane & self.west;
        wants[port::NORTH] = column & self.north;
        wants[port::SOUTH] = column & self.south;
        for (slot, wants) in wants[port::LOCAL..].iter_mut().enumerate() {
            let is = |bit: usize| if slot >> bit & 1 == 1 { self.slot[bit] } else { !self.slot[bit] };
            *wants = here & is(0) & is(1);
        }
        wants
    }
}

#[cfg(test)]
mod tests {
    use super::Turns;
    use crate::time::mesh::{Flit, port};

    fn next<const I: usize>(at: (u16, u16), to: (u32, u32), slot: u32) -> usize {
        let mut turns = Turns::<8>::default();
        turns.note::<I>(5, Flit::spike(to.0, to.1, slot, 0), at);
        let wants = turns.wants(1 << 5);
        let wanted: Vec<usize> = (0..8).filter(|output| wants[*output] == 1 << 5).collect();
        assert_eq!(wanted.len(), 1, "{wants:?}");
        wanted[0]
    }

    #[test]
    fn x_first_then_y_then_the_core() {
        assert_eq!(next::<{ port::WEST }>((4, 3), (5, 3), 0), port::EAST);
        assert_eq!(next::<{ port::WEST }>((4, 3), (4, 5), 0), port::NORTH);
        assert_eq!(next::<{ port::EAST }>((2, 3), (2, 0), 0), port::SOUTH);
        assert_eq!(next::<{ port::EAST }>((2, 3), (2, 3), 2), port::LOCAL + 2);
        assert_eq!(next::<{ port::EAST }>((2, 3), (0, 9), 2), port::WEST);
        assert_eq!(next::<{ port::SOUTH }>((3, 4), (3, 4), 3), port::LOCAL + 3);
        assert_eq!(next::<{ port::SOUTH }>((3, 4), (3, 1000), 3), port::NORTH);
        assert_eq!(next::<{ port::NORTH }>((3, 2), (3, 2), 1), port::LOCAL + 1);
        assert_eq!(next::<{ port::LOCAL }>((3, 2), (1023, 0), 1), port::EAST);
        assert_eq!(next::<{ port::LOCAL }>((3, 2), (3, 2), 0), port::LOCAL);
    }
}
