//! A band of rows: what an engine hands to those of the rows north and south of it.
//!
//! Only two things ever pass from a router to another: a flit, when it is granted, and a credit, when a flit is taken.
//! Both act no sooner than a wire later, so an engine that plays so many cycles at a time may be told afterwards.

use std::ops::Range;

use super::{OUTPUT, STRIDE, Sparse};
use crate::time::mesh::{Cycle, Flit, Network, Shape, port};

/// A flit or a credit on a wire between two bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// The lane that a flit goes to, or the channel whose credit this is.
    pub place: u32,
    /// The flit; none for a credit.
    pub flit: Option<Flit>,
    /// When it can be seen, or used.
    pub at: Cycle,
}

impl Sparse {
    /// An engine of which only some rows are used: what leaves them is kept for [`Sparse::crossings`].
    #[must_use]
    pub fn of_rows(shape: Shape, rows: &Range<u32>) -> Self {
        let mut engine = Self::new(shape);
        for router in 0..shape.routers() {
            let (_, y, _) = shape.place(router);
            let sides = [
                (port::NORTH, y + 1 == rows.end && y + 1 < shape.size.height),
                (port::SOUTH, y == rows.start && y > 0),
            ];
            for (port, _) in sides.into_iter().filter(|(_, is_abroad)| *is_abroad) {
                let (row, vcs) = (router * STRIDE + port, shape.vcs as usize);
                engine.outputs[row].is_abroad = true;
                (row * vcs..(row + 1) * vcs).for_each(|lane| engine.fifos.set_abroad(lane));
            }
        }
        engine
    }

    /// Cycles that a band may play before it must hear of its neighbours.
    #[must_use]
    pub fn lookahead(shape: &Shape) -> Cycle {
        let wire = shape.wires[port::NORTH / 2];
        Cycle::from(wire + shape.credit_extra.min(shape.switch + shape.rc))
    }

    /// What left to the north and to the south since it was last taken from here, in order.
    pub const fn crossings(&mut self) -> &mut [Vec<Crossing>; 2] {
        &mut self.crossings
    }

    /// Takes over what left another band; it must not have acted yet.
    pub fn cross(&mut self, crossing: Crossing) {
        let place = crossing.place as usize;
        if let Some(flit) = crossing.flit {
            self.put_lane(place, flit, crossing.at);
        } else if self.channels.give(place, crossing.at) {
            let row = self.split(place).0 as u32;
            self.wheel.push(crossing.at, OUTPUT | row);
        }
    }

    /// Keeps what goes over the wire of a port for the band behind it.
    pub(super) fn leave(&mut self, row: usize, place: usize, flit: Option<Flit>, at: Cycle) {
        let side = row % STRIDE - port::NORTH;
        self.crossings[side].push(Crossing { place: place as u32, flit, at });
    }
}
