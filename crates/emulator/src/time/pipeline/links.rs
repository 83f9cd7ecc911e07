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
    /// By network, direction (east, west, north, south) and line (row or column): changes along it, and one place to spare.
    changes: Vec<i32>,
}

impl Links {
    /// No packet yet.
    #[must_use]
    pub fn new(shape: &Shape, timing: &Timing) -> Self {
        let (width, height) = (shape.size.width as usize, shape.size.height as usize);
        Self {
            width,
            height,
            slots: shape.size.cores_per_tile as usize,
            choice: timing.choice,
            nets: timing.nets as usize,
            interval: timing.link.interval,
            other: vec![false; shape.cores()],
            changes: vec![0; timing.nets as usize * 2 * ((width + 1) * height + (height + 1) * width)],
        }
    }

    /// Cycles that the busiest link of any network needs for the flits of the next step.
    pub fn cycles(&mut self, plans: &Plans) -> u64 {
        self.add(0, plans.host.iter());
        let send = plans.of_core.iter().enumerate().filter(|(_, plan)| !plan.packets.is_empty());
        send.for_each(|(core, plan)| self.add(core, plan.packets.iter()));
        u64::from(heaviest(&mut self.changes)) * u64::from(self.interval[0]) / u64::from(self.interval[1])
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
        let [rows, columns] = [(self.width + 1) * self.height, (self.height + 1) * self.width];
        let first = net * 2 * (rows + columns);
        self.stretch([first, first + rows], from.1 * (self.width + 1), [from.0, to.0], flits);
        let first = first + 2 * rows;
        self.stretch([first, first + columns], to.0 * (self.height + 1), [from.1, to.1], flits);
    }

    /// Adds the links of a line between two places, there or back; the routers that flits leave on it are the first up to
    /// the last but one.
    #[inline]
    fn stretch(&mut self, [there, back]: [usize; 2], line: usize, [from, to]: [usize; 2], flits: i32) {
        let (first, ends) =
            if from <= to { (there + line, [from, to]) } else { (back + line, [to + 1, from + 1]) };
        self.changes[first + ends[0]] += flits;
        self.changes[first + ends[1]] -= flits;
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
