//! Many keyed draws at once (contract 8): the loops of `isa::draw::mix` over units.

use isa::draw::{StreamKey, mix};

dispatched! {
    /// `out[i] = z` of the unit `(units[i], b)` under `key`.
    pub fn draw_units(key: StreamKey, units: &[u32], b: u32, out: &mut [u64]) = units_body
}

dispatched! {
    /// `out[i] = z[31:0]` of the unit `(a[i], b[i])` under `key`.
    pub fn draw_low(key: StreamKey, a: &[u32], b: &[u32], out: &mut [u32]) = low_body
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
fn low_body(key: StreamKey, a: &[u32], b: &[u32], out: &mut [u32]) {
    for ((a, b), z) in a.iter().zip(b).zip(out) {
        *z = mix(key.0, [*a, *b])[0];
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
                let (mut units, mut low) = (vec![0; a.len()], vec![0; a.len()]);
                draw_units(level, key, &a, b, &mut units);
                draw_low(level, key, &a, &b_of, &mut low);
                for i in 0..a.len() {
                    prop_assert_eq!(units[i], key.draw(a[i], b).0);
                    prop_assert_eq!(low[i], key.words(a[i], b_of[i])[0]);
                }
            }
        }
    }
}
