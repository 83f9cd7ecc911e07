//! Who is joined to whom, and how far: tables that both engines read, one row per router and port.

use super::{Flit, Shape, port};

/// No router, no wire.
pub const NOWHERE: u32 = u32::MAX;

/// Rows `router * stride + port`.
#[derive(Clone, Debug)]
pub struct Wiring {
    /// Column and row of each router.
    pub xy: Vec<[u16; 2]>,
    /// By output: row of the input at the far end, the local port where a core hangs, or [`NOWHERE`].
    pub target: Vec<u32>,
    /// By output: cycles from a grant to the first request at the far end.
    pub flight: Vec<u32>,
    /// By input: row of the output that fills it, or the local port whose core does, or [`NOWHERE`].
    pub source: Vec<u32>,
    /// By input: cycles from a pop to the use of its credit.
    pub credit: Vec<u32>,
}

impl Wiring {
    /// The tables of a mesh, `stride` rows a router.
    #[must_use]
    pub fn new(shape: &Shape, stride: usize) -> Self {
        let rows = shape.routers() * stride;
        let mut wiring = Self {
            xy: (0..shape.routers()).map(|r| shape.place(r)).map(|(_, y, x)| [x as u16, y as u16]).collect(),
            target: vec![NOWHERE; rows],
            flight: vec![0; rows],
            source: vec![NOWHERE; rows],
            credit: vec![0; rows],
        };
        for router in 0..shape.routers() {
            for output in 0..shape.ports() {
                wiring.join(shape, stride, (router, output));
            }
        }
        wiring
    }

    fn join(&mut self, shape: &Shape, stride: usize, (router, output): (usize, usize)) {
        let row = router * stride + output;
        self.flight[row] = shape.flight(router, output);
        if output >= port::LOCAL {
            let local = router * shape.size.cores_per_tile as usize + output - port::LOCAL;
            self.target[row] = local as u32;
            self.source[row] = local as u32;
            self.credit[row] = shape.credit(router, output);
        } else if let Some(to) = shape.neighbour(router, output) {
            let far = to * stride + port::opposite(output);
            self.target[row] = far as u32;
            self.source[far] = row as u32;
            self.credit[far] = shape.credit(router, output);
        }
    }

    /// The output that a flit wants at a router.
    #[inline]
    #[must_use]
    pub fn route(&self, router: usize, flit: Flit) -> usize {
        route(self.xy[router], flit)
    }
}

/// The output that a flit wants at the router in a column and a row: first x, then y, then its core.
#[inline]
#[must_use]
pub fn route([x, y]: [u16; 2], flit: Flit) -> usize {
    // Where to go is a coin toss, so it is looked up, not asked: 0, 1, 2 for behind, here, ahead.
    const OUTPUTS: [u8; 9] = [1, 1, 1, 3, 4, 2, 0, 0, 0];
    let side = |to: u32, at: u16| usize::from(to >= at.into()) + usize::from(to > at.into());
    let way = side(flit.x(), x) * 3 + side(flit.y(), y);
    usize::from(OUTPUTS[way]) + usize::from(way == 4) * flit.slot() as usize
}
