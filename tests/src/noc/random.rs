//! Random legal meshes and random traffic.

use emulator::time::mesh::{Shape, Size};
use isa::timing::{Barrier, Timing};

use super::script::{Packet, mix};

/// Numbers from a seed.
#[derive(Clone, Debug)]
pub struct Numbers(pub u64);

impl Numbers {
    /// A number in `0..below`.
    pub fn below(&mut self, below: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mix(self.0) % u64::from(below)) as u32
    }

    /// A number in `low..=high`.
    pub fn within(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }
}

/// A random legal calibration; with a marker barrier, one virtual channel.
#[must_use]
pub fn timing(n: &mut Numbers, barrier: bool) -> Timing {
    let mut timing = Timing::shipped("noc-reference").expect("it ships");
    let small = n.below(2) == 0;
    let wire = if small { 2 } else { 40 };
    timing.nets = n.within(1, 2);
    timing.router.rc = n.within(0, 2);
    timing.router.sa = n.within(1, 2);
    timing.router.st = n.within(0, 2);
    timing.router.buffer = n.within(1, 9);
    timing.router.vcs = if barrier { 1 } else { n.within(1, 4) };
    timing.link.east_west = n.within(1, wire);
    timing.link.north_south = n.within(1, wire);
    timing.link.local = n.within(1, 3);
    timing.link.chip = n.below(wire);
    timing.link.credit_extra = n.within(0, 2);
    let q = n.within(1, 4);
    timing.link.interval = if n.below(2) == 0 { [1, 1] } else { [n.within(q, 3 * q), q] };
    timing.nif.receive = n.within(1, 9);
    if barrier {
        let hop = [0, 1, n.below(50)][n.below(3) as usize];
        timing.barrier =
            Barrier::Marker { base: timing.empty_step() + n.below(2) * 9, hop, phases: n.within(1, 2) };
    }
    timing.check().expect("legal");
    timing
}

/// A random size, some of several chips.
#[must_use]
pub fn size(n: &mut Numbers) -> Size {
    let (chip_width, chip_height) = (n.within(1, 5), n.within(1, 5));
    let (across, down) = (n.within(1, 2), n.within(1, 2));
    Size {
        width: chip_width * across,
        height: chip_height * down,
        cores_per_tile: n.within(1, 4),
        chip_width,
        chip_height,
    }
}

/// Random packets for a mesh: calm, busy or far too many; anywhere, or all to a few.
#[must_use]
pub fn packets(n: &mut Numbers, shape: &Shape, cycles: u32) -> Vec<Packet> {
    let cores = shape.cores() as u32;
    let count = [cores, cores * cycles / 20, cores * cycles / 2][n.below(3) as usize].min(6000);
    let few = n.below(3) == 0;
    let double = n.below(3);
    let mut packets: Vec<Packet> = (0..count)
        .map(|_| Packet {
            at: n.below(cycles).into(),
            core: n.below(cores),
            net: n.below(shape.nets),
            to: if few { n.below(cores.min(3)) } else { n.below(cores) },
            flits: if n.below(3) < double { 2 } else { 1 },
        })
        .collect();
    packets.sort_by_key(|packet| packet.at);
    packets
}
