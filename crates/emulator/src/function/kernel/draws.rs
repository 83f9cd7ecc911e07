//! Many keyed draws at once (contract 8): the loops of `isa::draw::mix` over units.

use isa::draw::{StreamKey, mix};

dispatched! {
    /// `out[i] = z` of the unit `(units[i], b)` under `key`.
    pub fn draw_units(key: StreamKey, units: &[u32], b: u32, out: &mut [u64]) = units_body
}

dispatched! {
    /// `out[i] = z` of the unit `(a[i], b[i])` under `key`.
    pub fn draw_pairs(key: StreamKey, a: &[u32], b: &[u32], out: &mut [u64]) = pairs_body
}

use super::dispatched;

#[inline(always)]
fn units_body(key: StreamKey, units: &[u32], b: u32, out: &mut [u64]) {
    for (unit, z) in units.iter().zip(out) {
        let [o0, o1] = mix(key.0, [*unit, b]);
        *z = u64::from(o0) | u64::from(o1) << 32;
    }
}

#[inline(always)]
fn pairs_body(key: StreamKey, a: &[u32], b: &[u32], out: &mut [u64]) {
    for ((a, b), z) in a.iter().zip(b).zip(out) {
        let [o0, o1] = mix(key.0, [*a, *b]);
        *z = u64::from(o0) | u64::from(o1) << 32;
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equal_to_isa(k in any::<[u32; 2]>(), a in proptest::collection::vec(any::<u32>(), 0..70), b: u32) {
            let key = StreamKey(k);
            let b_of: Vec<u32> = a.iter().map(|a| a.rotate_left(7) ^ b).collect();
            for level in Level::supported() {
                let (mut units, mut pairs) = (vec![0; a.len()], vec![0; a.len()]);
                draw_units(level, key, &a, b, &mut units);
                draw_pairs(level, key, &a, &b_of, &mut pairs);
                for i in 0..a.len() {
                    prop_assert_eq!(units[i], key.draw(a[i], b).0);
                    prop_assert_eq!(pairs[i], key.draw(a[i], b_of[i]).0);
                }
            }
        }
    }
}
