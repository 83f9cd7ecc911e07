//! The flits that every mesh link carries in a step, by the routes of its packets.

use isa::timing::{NetChoice, Timing};

use super::plan::{Packet, Plans};
use crate::time::mesh::{Flit, Shape};

/// Loads of all links. A way is a stretch of a row and one of a column, so each adds where it begins and ends; the sum
/// from one end gives the loads.
#[derive(Clone, Debug)]
pub struct Links {
    width: usize,
    height: usize,
    slots: usize,
    choice: NetChoice,
    nets: usize,
    interval: [u32; 2],
    /// By core: the network of its next packet.
    other: Vec<bool>,
    /// By network and direction (east, west, north, south): changes along its lines, rows or columns.
    changes: Vec<[Vec<i32>; 4]>,
}

impl Links {
    /// No packet yet.
    #[must_use]
    pub fn new(shape: &Shape, timing: &Timing) -> Self {
        let (width, height) = (shape.size.width as usize, shape.size.height as usize);
        let (rows, columns) = (vec![0; (width + 1) * height], vec![0; (height + 1) * width]);
        let net = [rows.clone(), rows, columns.clone(), columns];
        Self {
            width,
            height,
            slots: shape.size.cores_per_tile as usize,
            choice: timing.choice,
            nets: timing.nets as usize,
            interval: timing.link.interval,
            other: vec![false; shape.cores()],
            changes: vec![net; timing.nets as usize],
        }
    }

    /// Cycles that the busiest link of any network needs for the flits of the next step.
    pub fn cycles(&mut self, plans: &Plans) -> u64 {
        self.add(0, plans.host.iter());
        for (core, plan) in plans.of_core.iter().enumerate() {
            self.add(core, plan.packets.iter());
        }
        let most = self.changes.iter_mut().flatten().map(|changes| heaviest(changes)).max();
        u64::from(most.unwrap_or(0)) * u64::from(self.interval[0]) / u64::from(self.interval[1])
    }

    fn add<'a>(&mut self, core: usize, packets: impl Iterator<Item = &'a Packet>) {
        let tile = core / self.slots;
        let from = (tile % self.width, tile / self.width);
        let mut other = self.other[core];
        for packet in packets {
            let net = packet.net(self.choice, other, self.nets);
            other = !other;
            self.route(net, from, packet.flit, packet.flits as i32);
        }
        self.other[core] = other;
    }

    #[inline]
    fn route(&mut self, net: usize, from: (usize, usize), flit: Flit, flits: i32) {
        let to = (flit.x() as usize, flit.y() as usize);
        let row = from.1 * (self.width + 1);
        stretch(&mut self.changes[net], 0, (row, from.0, to.0), flits);
        let column = to.0 * (self.height + 1);
        stretch(&mut self.changes[net], 2, (column, from.1, to.1), flits);
    }
}

/// Adds the links of a line between two places; the routers that flits leave on it are the first up to the last but one.
#[inline]
fn stretch(net: &mut [Vec<i32>; 4], axis: usize, (line, from, to): (usize, usize, usize), flits: i32) {
    if from < to {
        net[axis][line + from] += flits;
        net[axis][line + to] -= flits;
    } else if from > to {
        net[axis + 1][line + to + 1] += flits;
        net[axis + 1][line + from + 1] -= flits;
    }
}

/// The highest load; the changes are forgotten.
fn heaviest(changes: &mut [i32]) -> u32 {
    let (mut load, mut most) = (0, 0);
    for change in changes {
        load += std::mem::take(change);
        most = most.max(load);
    }
    most as u32
}
