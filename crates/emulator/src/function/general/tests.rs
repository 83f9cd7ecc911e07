//! One compartment against the vectors of the contract (C02, C05).

use serde_json::Value;

use super::super::vectors::{cases, int, ints};
use super::*;

fn or(p: &Value, name: &str, default: i64) -> i64 {
    if p[name].is_null() { default } else { int(&p[name]) }
}

fn rules(p: &Value) -> Rules {
    let bias = ints(&p["bias"]);
    Rules {
        node: Node::PLAIN,
        decay_u: int(&p["du"]) as u32,
        decay_v: int(&p["dv"]) as u32,
        bias: num::shifted(bias[0] as i32, bias[1] as u32),
        threshold: num::threshold(int(&p["vth"]) as u32),
        soft: or(p, "soft", 0) == 1,
        refractory: or(p, "r", 1) as i32,
        v_bounds: (num::v_min(int(&p["vmin_exp"]) as u32), num::v_max(int(&p["vmax_exp"]) as u32)),
    }
}

#[test]
fn vectors_of_updates() {
    for case in cases("C02_compartment", "update") {
        let (input, out) = (&case["in"], &case["out"]);
        let rules = rules(&input["p"]);
        let refr = or(&input["state"], "refr", 0) as i32;
        let hold = if refr == 0 { 0 } else { refr + 1 };
        let mut state =
            State { u: or(&input["state"], "u", 0) as i32, v: or(&input["state"], "v", 0) as i32, hold };
        let mut tally = Tally::default();
        for (i, sum) in ints(&input["slots"]).into_iter().enumerate() {
            let incoming = Incoming { sum, ..Incoming::default() };
            let fire = update_one(&rules, &mut state, incoming, &mut Vec::new(), &mut tally);
            let held = state.hold > 0 && !rules.soft;
            let k = (rules.refractory - state.hold) as u32;
            let register = if held { num::held_register(rules.refractory as u32, k) } else { state.v };
            let now = [state.u, state.v, register, i32::from(fire)].map(i64::from);
            let expected = ["u", "v", "register", "fire"].map(|name| int(&out[name][i]));
            assert_eq!(now, expected, "update {i} of {}", case["name"]);
        }
        let counts = [tally.q_wrap, tally.u_wrap, tally.x_wrap, tally.v_limit, tally.v_range].map(i64::from);
        assert_eq!(counts.to_vec(), ints(&out["counters"]), "counters of {}", case["name"]);
        assert_eq!(i64::from(tally.active), int(&out["active"]), "activity of {}", case["name"]);
    }
}

#[test]
fn vectors_of_noise_values() {
    for case in cases("C05_noise", "noise_value") {
        let rows = case["in"].as_array().unwrap();
        let values = rows
            .iter()
            .map(ints)
            .map(|row| i64::from(num::noise(row[0] as i32, row[1] as u32, row[2] as u32)));
        assert_eq!(values.collect::<Vec<_>>(), ints(&case["out"]));
    }
}

fn item(act: bool, val: i32) -> Item {
    Item { act, val }
}

#[test]
fn absent_items_are_ignored_or_zero() {
    let node = |join| Node { join, ..Node::PLAIN };
    assert_eq!(join(node(Join::Min), 5, Some(item(false, 7)), None), 5);
    assert_eq!(join(node(Join::Min), 5, None, None), 5);
    assert_eq!(join(node(Join::Max), -5, Some(item(false, 0)), None), 0);
    assert_eq!(join(node(Join::Add), (1 << 23) - 1, Some(item(true, 1)), None), -(1 << 23));
    assert_eq!(join(node(Join::Block), 5, Some(item(true, 1)), Some(item(true, 3))), 0);
    assert_eq!(join(node(Join::Pass), 5, Some(item(false, 1)), Some(item(true, 3))), 5);
    assert!(fires(Join::And, true, false, [Some(item(true, 0)), None]));
    assert!(!fires(Join::And, true, false, [Some(item(false, 0)), None]));
    assert!(fires(Join::Or, false, false, [None, Some(item(true, 0))]));
    assert!(!fires(Join::Or, false, true, [None, Some(item(true, 0))]));
}

#[test]
fn b_is_popped_before_a() {
    let mut stack = vec![item(true, 1), item(true, 2)];
    assert_eq!(pop(StackIn::PopBA, &mut stack), (Some(item(true, 1)), Some(item(true, 2))));
    assert_eq!(pop(StackIn::PopA, &mut vec![item(false, 3)]), (Some(item(false, 3)), None));
}
