//! Phase 2 of plain compartments in AVX-512, by hand: what fires leaves the registers as indices, and exceptions are
//! counted only where there are any.

use std::arch::x86_64::{
    __m512i, __mmask16, _mm256_storeu_si256, _mm512_add_epi32, _mm512_and_si512, _mm512_cmpgt_epi32_mask,
    _mm512_cmpneq_epi32_mask, _mm512_cvtepi32_epi16, _mm512_loadu_si512, _mm512_mask_add_epi32,
    _mm512_mask_mov_epi32, _mm512_maskz_compress_epi32, _mm512_maskz_mov_epi32, _mm512_max_epi32,
    _mm512_min_epi32, _mm512_movepi32_mask, _mm512_mullo_epi32, _mm512_or_si512, _mm512_set1_epi32,
    _mm512_setr_epi32, _mm512_setzero_si512, _mm512_slli_epi32, _mm512_srai_epi32, _mm512_srli_epi32,
    _mm512_storeu_si512, _mm512_sub_epi32, _mm512_ternarylogic_epi32, _mm512_test_epi32_mask,
    _mm512_xor_si512,
};

use super::lanes::{Lanes, Tally, UpdateParams};
use super::{LANES, Level, Set};

/// The update, where the level has AVX-512. The slices of `lanes` are equally long and whole vectors.
pub fn update(
    level: Level,
    params: &UpdateParams,
    lanes: &mut Lanes<'_>,
    start: usize,
    out: &mut Vec<u16>,
) -> Option<Tally> {
    if level.0 != Set::Avx512 {
        return None;
    }
    // SAFETY: the level exists only where AVX-512 F, BW, DQ and VL were detected; lengths are the caller's promise,
    // which `update::update` checks.
    Some(match lanes.each {
        None => unsafe { body::<false>(params, lanes, start, out) },
        Some(_) => unsafe { body::<true>(params, lanes, start, out) },
    })
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
unsafe fn load(from: *const i32, i: usize) -> __m512i {
    // SAFETY: the caller has 16 values from i on.
    unsafe { _mm512_loadu_si512(from.add(i).cast()) }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
unsafe fn store(to: *mut i32, i: usize, value: __m512i) {
    // SAFETY: the caller has 16 values from i on.
    unsafe { _mm512_storeu_si512(to.add(i).cast(), value) }
}

/// `x * keep / 4096`, towards zero, for |x| <= 2^23: the high bits, signed, and the low 12 apart.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn decay(x: __m512i, keep: __m512i) -> __m512i {
    let ones = _mm512_set1_epi32(4095);
    let high = _mm512_mullo_epi32(_mm512_srai_epi32::<12>(x), keep);
    let low = _mm512_mullo_epi32(_mm512_and_si512(x, ones), keep);
    let up = _mm512_mask_add_epi32(low, _mm512_movepi32_mask(x), low, ones);
    _mm512_add_epi32(high, _mm512_srli_epi32::<12>(up))
}

/// Keeps 24 bits.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn wrap24(x: __m512i) -> __m512i {
    _mm512_srai_epi32::<8>(_mm512_slli_epi32::<8>(x))
}

/// `a | (b ^ c)`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn or_xor(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<0b1111_0110>(a, b, c)
}

/// Counts lanes in which slot, u, x and v were changed, and those whose v left 24 bits.
#[cold]
fn count(tally: &mut Tally, changed: [__mmask16; 4], outside: __mmask16, free: __mmask16) {
    tally.q_wrap += changed[0].count_ones();
    tally.u_wrap += changed[1].count_ones();
    tally.x_wrap += changed[2].count_ones();
    tally.v_limit += (changed[3] & free).count_ones();
    tally.v_range += (outside & free).count_ones();
}

/// Appends the lanes of `index` in `mask` to `out`.
///
/// # Safety
/// `out` has room for a whole vector.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,popcnt")]
unsafe fn push(out: &mut Vec<u16>, mask: __mmask16, index: __m512i) {
    let packed = _mm512_cvtepi32_epi16(_mm512_maskz_compress_epi32(mask, index));
    // SAFETY: the caller has made room for 16 numbers, all of which are written here.
    unsafe {
        _mm256_storeu_si256(out.as_mut_ptr().add(out.len()).cast(), packed);
        out.set_len(out.len() + mask.count_ones() as usize);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,popcnt")]
unsafe fn body<const EACH: bool>(
    params: &UpdateParams,
    lanes: &mut Lanes<'_>,
    start: usize,
    out: &mut Vec<u16>,
) -> Tally {
    let mut tally = Tally::default();
    let (n, bias_at) = (lanes.u.len(), lanes.bias.as_ptr());
    let (u_at, v_at, slot_at) = (lanes.u.as_mut_ptr(), lanes.v.as_mut_ptr(), lanes.slot.as_mut_ptr());
    let mut each = lanes.each.as_mut();
    let hold_at = each.as_mut().map_or(std::ptr::null_mut(), |each| each.hold.as_mut_ptr());
    let soft_at = each.as_ref().map_or(std::ptr::null(), |each| each.soft.as_ptr());
    let refractory_at = each.as_ref().map_or(std::ptr::null(), |each| each.refractory.as_ptr());
    let keeps_at = each.map(|each| [each.keep_u.as_ptr(), each.keep_v.as_ptr(), each.threshold.as_ptr()]);
    let one = _mm512_set1_epi32(1);
    let (v_min, v_max) = (_mm512_set1_epi32(params.v_min), _mm512_set1_epi32(params.v_max));
    let mut keep_u = _mm512_set1_epi32(params.keep_u);
    let mut keep_v = _mm512_set1_epi32(params.keep_v);
    let mut threshold = _mm512_set1_epi32(params.threshold);
    let mut index = _mm512_add_epi32(
        _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
        _mm512_set1_epi32(start as i32),
    );
    out.reserve(n + LANES);
    for i in (0..n).step_by(LANES) {
        // SAFETY: all slices hold the 16 lanes from i on.
        unsafe {
            let (u, v, slot, bias) = (load(u_at, i), load(v_at, i), load(slot_at, i), load(bias_at, i));
            let mut held: __mmask16 = 0;
            let mut hold = _mm512_setzero_si512();
            if let (true, Some([keep_u_at, keep_v_at, threshold_at])) = (EACH, keeps_at) {
                (keep_u, keep_v, threshold) = (load(keep_u_at, i), load(keep_v_at, i), load(threshold_at, i));
                hold = load(hold_at, i);
                held = _mm512_cmpgt_epi32_mask(hold, one);
            }
            let kept = _mm512_srai_epi32::<16>(_mm512_slli_epi32::<16>(slot));
            let q = _mm512_slli_epi32::<6>(kept);
            let u_exact = _mm512_add_epi32(decay(u, keep_u), q);
            let u_now = wrap24(u_exact);
            let x_exact = _mm512_add_epi32(u_now, bias);
            let x = wrap24(x_exact);
            let v_exact = _mm512_add_epi32(decay(v, keep_v), x);
            let cut = _mm512_max_epi32(_mm512_min_epi32(v_exact, v_max), v_min);
            let differ = |a, b| _mm512_cmpneq_epi32_mask(a, b);
            let change = or_xor(_mm512_xor_si512(slot, kept), u_exact, u_now);
            let change = or_xor(or_xor(change, x_exact, x), v_exact, cut);
            if _mm512_test_epi32_mask(change, change) != 0 {
                let changed =
                    [differ(slot, kept), differ(u_exact, u_now), differ(x_exact, x), differ(v_exact, cut)];
                let (top, bottom) = (_mm512_set1_epi32((1 << 23) - 1), _mm512_set1_epi32(-(1 << 23) + 1));
                let outside =
                    _mm512_cmpgt_epi32_mask(v_exact, top) | _mm512_cmpgt_epi32_mask(bottom, v_exact);
                count(&mut tally, changed, outside, !held);
            }
            let any = _mm512_or_si512(_mm512_or_si512(u, v), _mm512_or_si512(q, bias));
            tally.active += (_mm512_test_epi32_mask(any, any) | held).count_ones();
            let level = if EACH { _mm512_maskz_mov_epi32(!held, cut) } else { cut };
            let own = _mm512_cmpgt_epi32_mask(level, threshold);
            let mut reset = _mm512_setzero_si512();
            if EACH {
                reset = _mm512_and_si512(_mm512_sub_epi32(level, threshold), load(soft_at, i));
                let free = _mm512_max_epi32(_mm512_sub_epi32(hold, one), _mm512_setzero_si512());
                let after = _mm512_mask_mov_epi32(free, own, load(refractory_at, i));
                store(hold_at, i, after);
            }
            store(u_at, i, u_now);
            store(v_at, i, _mm512_mask_mov_epi32(level, own, reset));
            store(slot_at, i, _mm512_setzero_si512());
            push(out, own, index);
        }
        index = _mm512_add_epi32(index, _mm512_set1_epi32(LANES as i32));
    }
    tally
}
