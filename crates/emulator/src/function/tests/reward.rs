//! Rewards of an epoch against the vectors of the contract (C11).

use super::super::super::vectors::{cases, int, ints};
use super::*;

#[test]
fn vectors_of_rewards() {
    for case in cases("C11_learning_networks", "reward") {
        for (row, expected) in case["in"].as_array().unwrap().iter().zip(case["out"].as_array().unwrap()) {
            let draws = ints(&row[3]).into_iter().map(|draw| draw as u32);
            let (r0, r1) = filtered(int(&row[0]) as i32, int(&row[1]) as i32, int(&row[2]) as u32, draws);
            assert_eq!([r0, r1].map(i64::from).to_vec(), ints(expected), "{row}");
        }
    }
}
