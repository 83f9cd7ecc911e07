//! Epoch ends of homeostasis against the vectors of the contract (C07).

use super::super::vectors::{cases, int, ints};
use super::*;

#[test]
fn vectors_of_epoch_ends() {
    for case in cases("C07_homeostasis", "homeo") {
        for (row, expected) in case["in"].as_array().unwrap().iter().zip(case["out"].as_array().unwrap()) {
            let field = |name: &str| int(&row[2][name]) as u32;
            let profile = HomeostasisProfile {
                decay: field("d"),
                impulse: field("impulse"),
                min: field("min"),
                max: field("max"),
                gain: field("gain"),
            };
            let state = (int(&row[0]) as i32, int(&row[1]) as i32);
            let (activity, vth) = moved(state, &profile, int(&row[3]) as i32, int(&row[4]) as u32);
            assert_eq!([activity, vth].map(i64::from).to_vec(), ints(expected), "{row}");
        }
    }
}
