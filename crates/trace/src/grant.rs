//! Grants of routers: what a flit log holds, and its hash.

/// One flit granted an output of a router. Logs are in the order of the first five fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FlitGrant {
    /// When, in clock cycles.
    pub cycle: u64,
    /// In which network.
    pub net: u32,
    /// Row of the router.
    pub y: u32,
    /// Column of the router.
    pub x: u32,
    /// To which output: east, west, north, south, then cores.
    pub output: u8,
    /// From which input; [`FlitGrant::MADE_HERE`] for a marker of this router.
    pub input: u8,
    /// What kind of flit, an index of [`FlitGrant::KINDS`].
    pub kind: u8,
    /// Parity of its step.
    pub epoch: bool,
    /// The core that made it, counted over the board's tiles; [`FlitGrant::NO_SOURCE`] for a marker.
    pub source: u32,
    /// Which of its messages, from 0; both flits of a pair have the same.
    pub sequence: u32,
}

impl FlitGrant {
    /// The input of a marker that the router makes.
    pub const MADE_HERE: u8 = 15;
    /// The source of a marker.
    pub const NO_SOURCE: u32 = u32::MAX;
    /// Names of ports.
    pub const PORTS: [&str; 8] = ["E", "W", "N", "S", "L0", "L1", "L2", "L3"];
    /// Names of kinds.
    pub const KINDS: [&str; 8] =
        ["spike", "spike_external", "flush", "advance", "read_request", "read_response", "write", "header"];

    /// A hash of all fields; a log's hash is the wrapping sum of its grants' hashes, whatever their order.
    #[must_use]
    pub const fn hash(&self) -> u64 {
        let place = (self.net as u64) << 40 | (self.y as u64) << 30 | (self.x as u64) << 20;
        let what = (self.output as u64) << 12
            | (self.input as u64) << 8
            | (self.kind as u64) << 4
            | self.epoch as u64;
        let origin = (self.source as u64) << 32 | self.sequence as u64;
        mix(mix(mix(self.cycle) ^ place ^ what) ^ origin)
    }

    /// Where and when: of two grants of a log these differ.
    #[must_use]
    pub const fn key(&self) -> (u64, u32, u32, u32, u8) {
        (self.cycle, self.net, self.y, self.x, self.output)
    }
}

/// The hash of a log.
#[must_use]
pub fn hash_of(grants: &[FlitGrant]) -> u64 {
    grants.iter().fold(0, |sum, grant| sum.wrapping_add(grant.hash()))
}

/// Grants in the order of a log.
///
/// Networks grant nearly cycle by cycle: cycles are dealt into spans, in their order, and each span is sorted by itself.
#[must_use]
pub fn ordered(grants: &[FlitGrant]) -> Vec<FlitGrant> {
    let span = |grant: &FlitGrant| (grant.cycle / CYCLES_SORTED) as usize;
    let spans = grants.iter().map(span).max().map_or(0, |last| last + 1);
    let mut sorted = grants.to_vec();
    if spans <= grants.len() {
        let mut next = vec![0; spans + 1];
        grants.iter().for_each(|grant| next[span(grant) + 1] += 1);
        (0..spans).for_each(|of| next[of + 1] += next[of]);
        for grant in grants {
            let at = &mut next[span(grant)];
            sorted[*at] = *grant;
            *at += 1;
        }
        sorted.chunk_by_mut(|a, b| span(a) == span(b)).for_each(by_place);
    } else {
        by_place(&mut sorted);
    }
    sorted
}

/// Cycles that [`ordered`] sorts together.
const CYCLES_SORTED: u64 = 256;

/// Sorts by [`FlitGrant::key`], whose fields are compared as two numbers; then by the rest, where a log is none.
fn by_place(grants: &mut [FlitGrant]) {
    let place = |grant: &FlitGrant| {
        let FlitGrant { net, y, x, output, .. } = *grant;
        u128::from(net) << 72 | u128::from(y) << 40 | u128::from(x) << 8 | u128::from(output)
    };
    grants.sort_unstable_by(|a, b| {
        a.cycle.cmp(&b.cycle).then_with(|| place(a).cmp(&place(b))).then_with(|| a.cmp(b))
    });
}

const fn mix(x: u64) -> u64 {
    let x = (x.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ (x >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    let x = (x ^ (x >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    x ^ (x >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_that_of_all_fields() {
        let grant = |i: u64| FlitGrant {
            cycle: i / 3 * 100 + i * 7919 % 900,
            net: (i % 2) as u32,
            y: (i * 31 % 8) as u32,
            x: (i * 17 % 8) as u32,
            output: (i % 5) as u8,
            sequence: i as u32,
            ..Default::default()
        };
        for many in [0, 1, 2, 3000] {
            let logged: Vec<FlitGrant> = (0..many).chain(0..many / 2).map(grant).collect();
            let mut sorted = logged.clone();
            sorted.sort_unstable();
            assert_eq!(ordered(&logged), sorted);
        }
        let far = [FlitGrant { cycle: u64::MAX, ..grant(0) }, grant(5), grant(1)];
        assert_eq!(ordered(&far), [grant(1), grant(5), far[0]]);
    }

    #[test]
    fn every_field_is_hashed() {
        let grant = FlitGrant {
            cycle: 9,
            net: 1,
            y: 3,
            x: 2,
            output: 4,
            input: 1,
            source: 70,
            sequence: 5,
            ..Default::default()
        };
        let others = [
            FlitGrant { cycle: 8, ..grant },
            FlitGrant { net: 0, ..grant },
            FlitGrant { y: 2, x: 3, ..grant },
            FlitGrant { output: 1, input: 4, ..grant },
            FlitGrant { kind: 2, ..grant },
            FlitGrant { epoch: true, ..grant },
            FlitGrant { source: 71, ..grant },
            FlitGrant { sequence: 6, ..grant },
        ];
        for other in others {
            assert_ne!(grant.hash(), other.hash(), "{other:?}");
        }
        assert_eq!(hash_of(&[grant, others[0]]), hash_of(&[others[0], grant]));
        // Held, since files carry it.
        assert_eq!(hash_of(&[grant]), 0x4f2c_c5c8_2eae_0b9e);
    }
}
