//! The vector update against `isa::num`, for every instruction set of this machine.

use super::super::Level;
use super::*;
use isa::num;
use proptest::prelude::*;

/// One compartment by the contract: (u, v, hold, fired).
fn plain(c: &Case, b: &UpdateParams, t: &mut Tally) -> (i32, i32, i32, bool) {
    let exact = i64::from(c.slot) * 64;
    let q = num::wrap(exact, 22);
    let u_exact = num::decay(c.u, 4096 - c.keep_u as u32) + q;
    let u = num::wrap(u_exact.into(), 24);
    let x = num::wrap(i64::from(u + c.bias), 24);
    let v_exact = num::decay(c.v, 4096 - c.keep_v as u32) + x;
    let refr = (c.hold - 1).max(0);
    t.active += u32::from(c.u != 0 || c.v != 0 || refr > 0 || q != 0 || c.bias != 0);
    t.q_wrap += u32::from(i64::from(q) != exact);
    t.u_wrap += u32::from(u != u_exact);
    t.x_wrap += u32::from(x != u + c.bias);
    t.v_limit += u32::from(refr == 0 && !(b.v_min..=b.v_max).contains(&v_exact));
    t.v_range += u32::from(refr == 0 && v_exact.abs() > (1 << 23) - 1);
    let v = if refr > 0 { 0 } else { v_exact.clamp(b.v_min, b.v_max) };
    let fire = v > c.threshold;
    let after = (if fire { c.refractory } else { refr } - 1).max(0);
    let hold = if fire || refr > 0 { after + 1 } else { 0 };
    let reset = if c.soft != 0 { v - c.threshold } else { 0 };
    (u, if fire { reset } else { v }, hold, fire)
}

#[derive(Clone, Debug)]
struct Case {
    u: i32,
    v: i32,
    slot: i32,
    bias: i32,
    keep_u: i32,
    keep_v: i32,
    threshold: i32,
    soft: i32,
    refractory: i32,
    hold: i32,
}

fn word24() -> impl Strategy<Value = i32> {
    prop_oneof![Just(-(1 << 23)), Just((1 << 23) - 1), Just(0), -4097..4097i32, -(1 << 23)..1 << 23]
}

fn case() -> impl Strategy<Value = Case> {
    let state =
        (word24(), word24(), prop_oneof![Just(0), -40_000..40_000i32, any::<i32>()], -4096..4096i32, 0..8u32);
    let params = (0..=4096i32, 0..=4096i32, 0..131_072i32, any::<bool>(), 1..64i32, 0..64i32);
    (state, params).prop_map(
        |((u, v, slot, mantissa, exponent), (keep_u, keep_v, vth, soft, refractory, hold))| Case {
            u,
            v,
            slot,
            bias: mantissa << exponent,
            keep_u,
            keep_v,
            threshold: vth << 6,
            soft: -i32::from(soft),
            refractory: if soft { 1 } else { refractory },
            hold: if soft { 0 } else { hold.min(refractory) },
        },
    )
}

fn column(cases: &[Case], f: impl Fn(&Case) -> i32) -> Vec<i32> {
    cases.iter().map(f).collect()
}

proptest! {
    #[test]
    fn equal_to_the_contract(
        mut cases in proptest::collection::vec(case(), 16..80), e in 0..24u32, top in 0..8u32, uniform: bool,
    ) {
        cases.truncate(cases.len() / 16 * 16);
        let (v_min, v_max) = (num::v_min(e), num::v_max(top));
        let first = cases[0].clone();
        let params = UpdateParams {
            keep_u: first.keep_u, keep_v: first.keep_v, threshold: first.threshold, v_min, v_max,
        };
        if uniform {
            cases.iter_mut().for_each(|c| {
                (c.keep_u, c.keep_v, c.threshold) = (first.keep_u, first.keep_v, first.threshold);
                (c.soft, c.refractory, c.hold) = (0, 1, 0);
            });
        }
        let mut expected_tally = Tally::default();
        let expected: Vec<_> = cases.iter().map(|c| plain(c, &params, &mut expected_tally)).collect();
        for level in Level::supported() {
            let (mut u, mut v) = (column(&cases, |c| c.u), column(&cases, |c| c.v));
            let (mut slot, bias) = (column(&cases, |c| c.slot), column(&cases, |c| c.bias));
            let (keep_u, keep_v) = (column(&cases, |c| c.keep_u), column(&cases, |c| c.keep_v));
            let (threshold, soft) = (column(&cases, |c| c.threshold), column(&cases, |c| c.soft));
            let (refractory, mut hold) = (column(&cases, |c| c.refractory), column(&cases, |c| c.hold));
            let mut fired = vec![7u8; cases.len()];
            let each = EachLane {
                keep_u: &keep_u, keep_v: &keep_v, threshold: &threshold, soft: &soft, refractory: &refractory,
                hold: &mut hold,
            };
            let lanes = Lanes {
                u: &mut u, v: &mut v, slot: &mut slot, bias: &bias, fired: &mut fired, each: (!uniform).then_some(each),
            };
            let mut out = vec![9];
            let tally = update(level, params, lanes, 100, &mut out);
            let fires: Vec<u16> = (100..).zip(&expected).filter(|(_, e)| e.3).map(|(i, _)| i).collect();
            prop_assert_eq!(&out[1..], &fires[..]);
            prop_assert_eq!(tally, expected_tally);
            prop_assert!(slot.iter().all(|&s| s == 0));
            for i in 0..cases.len() {
                let hold = if uniform { expected[i].2 } else { hold[i] };
                prop_assert_eq!((u[i], v[i], hold, expected[i].3), expected[i], "{:?}", cases[i]);
            }
        }
    }
}

/// Random v rarely meets the threshold: lanes one below, at and one above it.
#[test]
fn a_voltage_at_the_threshold_does_not_fire() {
    let params =
        UpdateParams { keep_u: 0, keep_v: 0, threshold: 640, v_min: num::v_min(23), v_max: num::v_max(7) };
    let bias: Vec<i32> = (0..48).map(|i| 639 + i % 3).collect();
    let expected: Vec<u16> = (0..48).filter(|i| i % 3 == 2).collect();
    let (zeros, ones, thresholds) = (vec![0; 48], vec![1; 48], vec![640; 48]);
    for level in Level::supported() {
        for uniform in [false, true] {
            let (mut u, mut v, mut slot, mut hold) =
                (zeros.clone(), zeros.clone(), zeros.clone(), zeros.clone());
            let mut fired = vec![7; 48];
            let each = EachLane {
                keep_u: &zeros,
                keep_v: &zeros,
                threshold: &thresholds,
                soft: &zeros,
                refractory: &ones,
                hold: &mut hold,
            };
            let each = (!uniform).then_some(each);
            let lanes = Lanes { u: &mut u, v: &mut v, slot: &mut slot, bias: &bias, fired: &mut fired, each };
            let mut out = vec![];
            update(level, params, lanes, 0, &mut out);
            assert_eq!(out, expected);
            assert!(v.iter().zip(&bias).all(|(v, bias)| *v == if *bias == 641 { 0 } else { *bias }));
        }
    }
}

proptest! {
    #[test]
    fn fires_are_the_lanes_that_are_one(fired in proptest::collection::vec(0..=1u8, 0..30), start in 0..9usize) {
        let lanes: Vec<u8> = fired.iter().flat_map(|&f| [f, 0, f, 1, 0, 0, 0, f]).collect();
        let expected: Vec<u16> = (0..lanes.len()).filter(|&i| lanes[i] == 1).map(|i| (start + i) as u16).collect();
        let mut out = vec![];
        fires_body(&lanes, start, &mut out);
        prop_assert_eq!(out, expected);
    }
}
