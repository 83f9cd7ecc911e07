//! Who is joined to whom, and how far: tables that both engines read, one row per router and port.

use super::{Shape, port};

/// No router, no wire.
pub const NOWHERE: u32 = u32::MAX;

/// Rows `router * ports + port`.
#[derive(Clone, Debug)]
pub struct Wiring {
    /// Column and row of each router.
    pub xy: Vec<(u32, u32)>,
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
    /// The tables of a mesh.
    #[must_use]
    pub fn new(shape: &Shape) -> Self {
        let rows = shape.routers() * shape.ports();
        let mut wiring = Self {
            xy: (0..shape.routers()).map(|r| shape.place(r)).map(|(_, y, x)| (x, y)).collect(),
            target: vec![NOWHERE; rows],
            flight: vec![0; rows],
            source: vec![NOWHERE; rows],
            credit: vec![0; rows],
        };
        for router in 0..shape.routers() {
            for output in 0..shape.ports() {
                wiring.join(shape, router, output);
            }
        }
        wiring
    }

    fn join(&mut self, shape: &Shape, router: usize, output: usize) {
        let row = router * shape.ports() + output;
        self.flight[row] = shape.flight(router, output);
        if output >= port::LOCAL {
            let local = router * shape.size.cores_per_tile as usize + output - port::LOCAL;
            self.target[row] = local as u32;
            self.source[row] = local as u32;
            self.credit[row] = shape.credit(router, output);
        } else if let Some(to) = shape.neighbour(router, output) {
            let far = to * shape.ports() + port::opposite(output);
            self.target[row] = far as u32;
            self.source[far] = row as u32;
            self.credit[far] = shape.credit(router, output);
        }
    }

    /// The output that a flit wants at a router: first x, then y, then its core.
    #[inline]
    #[must_use]
    pub fn route(&self, router: usize, flit: super::Flit) -> usize {
        let (x, y) = self.xy[router];
        if flit.x() != x {
            usize::from(flit.x() < x)
        } else if flit.y() != y {
            port::NORTH + usize::from(flit.y() < y)
        } else {
            port::LOCAL + flit.slot() as usize
        }
    }
}
