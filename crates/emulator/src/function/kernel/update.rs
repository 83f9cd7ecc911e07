//! Phase 2 of plain compartments: no tree, no noise, no moving threshold (contract 3).

use super::lanes::{EachLane, Lanes, Tally, UpdateParams};
use super::{Level, dispatched};

/// Updates compartments; those that fire are appended to `out`, ascending, lane 0 as `start`. Whole vectors only.
///
/// # Panics
/// If the slices differ in length, or are not whole vectors.
pub fn update(
    level: Level,
    params: UpdateParams,
    mut lanes: Lanes<'_>,
    start: usize,
    out: &mut Vec<u16>,
) -> Tally {
    lanes.check();
    #[cfg(target_arch = "x86_64")]
    if let Some(tally) = super::update512::update(level, &params, &mut lanes, start, out) {
        return tally;
    }
    portable(level, params, lanes, start, out)
}

dispatched! {
    /// As [`update`], for compilers to find the vectors in.
    pub fn portable(params: UpdateParams, lanes: Lanes<'_>, start: usize, out: &mut Vec<u16>) -> Tally = portable_body
}

dispatched! {
    /// Which lanes an update will count as active, noise apart; all of one length. `states` are u, v, slot, bias, hold.
    pub fn active(states: [&[i32]; 5], active: &mut [bool]) = active_body
}

#[inline(always)]
fn active_body([u, v, slot, bias, hold]: [&[i32]; 5], active: &mut [bool]) {
    let n = active.len();
    let (u, v, slot, bias, hold) = (&u[..n], &v[..n], &slot[..n], &bias[..n], &hold[..n]);
    for i in 0..n {
        active[i] = ((u[i] | v[i] | i32::from(slot[i] as i16) | bias[i]) != 0) | (hold[i] >= 2);
    }
}

#[inline(always)]
fn portable_body(params: UpdateParams, mut lanes: Lanes<'_>, start: usize, out: &mut Vec<u16>) -> Tally {
    let tally = update_body(params, &mut lanes);
    fires_body(lanes.fired, start, out);
    tally
}

#[inline(always)]
fn fires_body(fired: &[u8], start: usize, out: &mut Vec<u16>) {
    for (i, block) in fired.chunks(64).enumerate() {
        if block.iter().fold(0, |any, lane| any | lane) == 0 {
            continue;
        }
        for (j, eight) in block.as_chunks::<8>().0.iter().enumerate() {
            let mut ones = u64::from_le_bytes(*eight);
            while ones != 0 {
                out.push((start + 64 * i + 8 * j) as u16 + (ones.trailing_zeros() / 8) as u16);
                ones &= ones - 1;
            }
        }
    }
}

#[inline(always)]
fn update_body(params: UpdateParams, lanes: &mut Lanes<'_>) -> Tally {
    let n = lanes.u.len();
    let Lanes { u, v, slot, bias, fired, each } = lanes;
    let (u, v, slot, bias, fired) = (&mut u[..n], &mut v[..n], &mut slot[..n], &bias[..n], &mut fired[..n]);
    let mut tally = Tally::default();
    let Some(each) = each else {
        for i in 0..n {
            let now = integrate([u[i], v[i], slot[i], bias[i]], &params, false, &mut tally);
            let own = now[1] > params.threshold;
            (u[i], v[i], slot[i], fired[i]) = (now[0], if own { 0 } else { now[1] }, 0, u8::from(own));
        }
        return tally;
    };
    let EachLane { keep_u, keep_v, threshold, soft, refractory, hold } = each;
    let (keep_u, keep_v, threshold) = (&keep_u[..n], &keep_v[..n], &threshold[..n]);
    let (soft, refractory, hold) = (&soft[..n], &refractory[..n], &mut hold[..n]);
    for i in 0..n {
        let own_params = UpdateParams { keep_u: keep_u[i], keep_v: keep_v[i], ..params };
        let now = integrate([u[i], v[i], slot[i], bias[i]], &own_params, hold[i] >= 2, &mut tally);
        let own = now[1] > threshold[i];
        let rest = now[1].wrapping_sub(threshold[i]) & soft[i];
        let free = if hold[i] > 0 { hold[i] - 1 } else { 0 };
        (u[i], v[i], slot[i], fired[i]) = (now[0], if own { rest } else { now[1] }, 0, u8::from(own));
        hold[i] = if own { refractory[i] } else { free };
    }
    tally
}

/// u and v before the threshold is looked at; `state` is u, v, slot, bias.
#[inline(always)]
fn integrate(state: [i32; 4], params: &UpdateParams, held: bool, tally: &mut Tally) -> [i32; 2] {
    let [u, v, slot, bias] = state;
    let kept = i32::from(slot as i16);
    let q = kept << 6;
    let u_exact = decay(u, params.keep_u).wrapping_add(q);
    let u_now = u_exact << 8 >> 8;
    let x_exact = u_now.wrapping_add(bias);
    let x = x_exact << 8 >> 8;
    let v_exact = decay(v, params.keep_v).wrapping_add(x);
    let above = if v_exact > params.v_max { params.v_max } else { v_exact };
    let cut = if above < params.v_min { params.v_min } else { above };
    let outside = !(-RANGE..=RANGE).contains(&v_exact);
    tally.active += u32::from((u | v | q | bias | i32::from(held)) != 0);
    tally.q_wrap += u32::from(slot != kept);
    tally.u_wrap += u32::from(u_exact != u_now);
    tally.x_wrap += u32::from(x_exact != x);
    tally.v_limit += u32::from((v_exact != cut) & !held);
    tally.v_range += u32::from(outside & !held);
    [u_now, if held { 0 } else { cut }]
}

/// Largest magnitude of v in 24 bits.
const RANGE: i32 = (1 << 23) - 1;

/// `isa::num::decay` in 32 bits, exact for |x| <= 2^23: the high and the low 12 bits apart; `keep` is 4096 - d.
#[inline(always)]
const fn decay(x: i32, keep: i32) -> i32 {
    let magnitude = x.wrapping_abs();
    let kept = (magnitude >> 12).wrapping_mul(keep).wrapping_add((magnitude & 4095).wrapping_mul(keep) >> 12);
    let sign = x >> 31;
    (kept ^ sign).wrapping_sub(sign)
}

#[cfg(test)]
mod tests;
