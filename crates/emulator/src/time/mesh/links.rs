//! What every link carried, how long flits waited in front of it, and how long packets were under way.

use std::collections::BTreeMap;

use super::log::Grant;
use super::{Cycle, Log, Shape, port};

/// What one output of a router did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkUse {
    /// Flits of packets.
    pub flits: u64,
    /// Markers of the barrier.
    pub markers: u64,
    /// Cycles that first flits of packets waited for it, behind others or for a credit.
    pub waited: u64,
    /// The longest of these waits.
    pub waited_max: Cycle,
}

/// A packet under way.
#[derive(Clone, Copy, Debug, Default)]
struct Open {
    /// When its first flit could be granted next.
    ready: Cycle,
    /// Tile in which it was sent.
    from: u32,
    /// Whether its first flit went ahead of another.
    is_split: bool,
}

/// A log that counts: links, waits and latencies. Give it to a network whose endpoint knows when packets were sent.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// By router and output.
    pub of_output: Vec<LinkUse>,
    /// Packets by cycles from the sending of their first flit until their last shows at the receiver.
    pub latency: BTreeMap<Cycle, u64>,
    /// Packets by cycles that they were under way for longer than on an empty mesh.
    pub waited: BTreeMap<Cycle, u64>,
    /// By payload.
    open: Vec<Open>,
}

impl Links {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(shape: &Shape) -> Self {
        Self { of_output: vec![LinkUse::default(); shape.routers() * shape.ports()], ..Self::default() }
    }

    fn open(&mut self, payload: u32) -> &mut Open {
        let index = payload as usize;
        if index >= self.open.len() {
            self.open.resize(index + 1, Open::default());
        }
        &mut self.open[index]
    }

    /// A packet's last flit is granted its receiver.
    fn arrive(&mut self, shape: &Shape, grant: &Grant, sent: Cycle) {
        let Open { from, is_split, .. } = *self.open(grant.flit.payload());
        let (_, y, x) = shape.place(grant.router);
        let width = shape.size.width;
        let least = shape.latency((from % width, from / width), (x, y));
        let latency = grant.cycle + Cycle::from(shape.flight(grant.router, grant.output)) - sent;
        let least = Cycle::from(least) + Cycle::from(is_split);
        *self.latency.entry(latency).or_default() += 1;
        *self.waited.entry(latency.saturating_sub(least)).or_default() += 1;
        self.open(grant.flit.payload()).is_split = false;
    }
}

impl Log for Links {
    const RECORDS: bool = true;

    fn grant(&mut self, shape: &Shape, grant: &Grant) {
        let row = grant.router * shape.ports() + grant.output;
        let Some(sent) = grant.sent else {
            self.of_output[row].markers += 1;
            return;
        };
        let is_first = grant.input >= port::LOCAL;
        let tile = (grant.router % shape.tiles()) as u32;
        let flight = Cycle::from(shape.flight(grant.router, grant.output));
        let open = self.open(grant.flit.payload());
        if is_first && !open.is_split {
            *open = Open { ready: sent + Cycle::from(shape.injection()), from: tile, is_split: false };
        }
        let behind = grant.flit.tail() && open.is_split;
        let wait = if behind { 0 } else { grant.cycle.saturating_sub(open.ready) };
        if !behind {
            open.ready = grant.cycle + flight;
            open.is_split |= !grant.flit.tail();
        }
        let of = &mut self.of_output[row];
        of.flits += 1;
        of.waited += wait;
        of.waited_max = of.waited_max.max(wait);
        if grant.output >= port::LOCAL && grant.flit.tail() {
            self.arrive(shape, grant, sent);
        }
    }
}

/// The value that `permille` of a histogram's entries do not exceed; 0 if it is empty.
#[must_use]
pub fn quantile(histogram: &BTreeMap<Cycle, u64>, permille: u64) -> Cycle {
    let all: u64 = histogram.values().sum();
    let wanted = (all * permille).div_ceil(1000).max(1);
    let mut seen = 0;
    let found = histogram.iter().find(|(_, count)| {
        seen += **count;
        seen >= wanted
    });
    found.map_or(0, |(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_entries() {
        let histogram = BTreeMap::from([(3, 50), (7, 49), (90, 1)]);
        assert_eq!([0, 500, 510, 990, 991, 1000].map(|p| quantile(&histogram, p)), [3, 3, 7, 7, 90, 90]);
        assert_eq!(quantile(&BTreeMap::new(), 500), 0);
    }
}
