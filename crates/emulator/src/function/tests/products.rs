//! Sums of products against the vectors of the contract (C10): microcode in, accumulators and results out.

use isa::num::{weight_lsb, weight_range};
use isa::op::{Dependency, FactorCode, LearningTarget, SignMode, weight_bits_code};
use isa::words::{FactorWord, ProductWord, RuleProfile, SynapseFormat, Word};
use serde_json::Value;

use super::super::super::kernel::{COLUMNS, Column, Level};
use super::super::super::vectors::{cases, int, ints};
use super::super::rule::Rule;
use super::*;

/// The microcode of the row's terms.
fn microcode(row: &Value, target: LearningTarget) -> Vec<u16> {
    let terms = row["terms"].as_array().unwrap();
    let mut words = Vec::new();
    for (i, term) in terms.iter().enumerate() {
        let factors = term[3].as_array().unwrap();
        let head = ProductWord {
            target: target.code(),
            dependency: Dependency::from_name(term[0].as_str().unwrap()).unwrap().code(),
            mantissa: int(&term[1]) as i32,
            exponent: (int(&term[2]) + 7) as u32,
            factors: factors.len() as u32,
            last: u32::from(i + 1 == terms.len()),
        };
        words.push(head.pack().unwrap() as u16);
        for factor in factors {
            let code = FactorCode::from_name(factor[0].as_str().unwrap()).unwrap();
            words.push(
                FactorWord { code: code.code(), constant: int(&factor[1]) as i32 }.pack().unwrap() as u16
            );
        }
    }
    words
}

/// The columns of the row, the same in every lane.
fn columns(row: &Value) -> Box<[Column; COLUMNS]> {
    let mut columns = Box::new([[0; BATCH]; COLUMNS]);
    for at in 0..3 {
        for (i, x) in ints(&row["H"][at]).into_iter().enumerate() {
            columns[i * 3 + at] = [x as i32; BATCH];
        }
    }
    let named =
        [(column::W, "w"), (column::D, "d"), (column::T, "t"), (column::PRE, "pre"), (column::POST, "post")];
    for (c, name) in named {
        columns[c] = [int(&row[name]) as i32; BATCH];
    }
    columns[column::R0] = [int(&row["r"][0]) as i32; BATCH];
    columns[column::R1] = [int(&row["r"][1]) as i32; BATCH];
    columns
}

fn format(row: &Value) -> Format {
    let mode = SignMode::from_name(&row["mode"].as_str().unwrap().to_lowercase()).unwrap();
    let bits = int(&row["bits"]) as u32;
    let lsb = weight_lsb(mode, bits);
    let limit = ints(&row["limit"]);
    let word = SynapseFormat {
        weight_limit_mantissa: limit[0] as u32,
        weight_limit_exponent: limit[1] as u32,
        weight_bits: weight_bits_code(bits).unwrap(),
        fanout_type: mode.code(),
        ..SynapseFormat::default()
    };
    let (least, most) = weight_range(mode, lsb);
    let bound = word.weight_limit().unwrap_or(i32::MAX);
    let delay_max = ((1 << int(&row["dly_bits"])) - 1).min(int(&row["A"]) as i32 - 2);
    Format { rule: Some(0), lsb, weights: (least.max(-bound), most.min(bound)), exponent: 0, delay_max }
}

#[test]
fn vectors_of_accumulators_and_results() {
    let mut rows = 0;
    for case in cases("C10_sum_of_products", "acc") {
        for (row, expected) in
            case["in"]["rows"].as_array().unwrap().iter().zip(case["out"].as_array().unwrap())
        {
            let target = LearningTarget::from_name(row["z"].as_str().unwrap()).unwrap();
            let words = microcode(row, target);
            let profile = RuleProfile { pointer: 0, length: words.len() as u32, k: 0 };
            let rule = Rule::decode(&profile, &words).unwrap();
            let (columns, format) = (columns(row), format(row));
            let z = u64::from_str_radix(row["draw"].as_str().unwrap(), 16).unwrap();
            for level in Level::supported() {
                let mut acc = columns[column::W + target as usize].map(|z| z << 7);
                let mut found = Vec::new();
                let known = Known { pre: None, post: None, uk: int(&row["uk"]) == 1 };
                for (dependency, product) in &rule.programs[target as usize] {
                    if let Some(gate) = known.gate(*dependency) {
                        add_product(level, product, gate, &columns, &mut acc);
                    }
                    found.push(i64::from(acc[0]));
                }
                let to = rounding(target as usize, &format);
                let mut out = [0; BATCH];
                round(level, &acc, &[z as u32; BATCH], to, &mut out);
                assert!(out.iter().all(|lane| *lane == out[0]) && acc.iter().all(|lane| *lane == acc[0]));
                found.push(out[0].into());
                assert_eq!(found, ints(expected), "{row}");
            }
            rows += 1;
        }
    }
    assert!(rows > 100, "{rows} rows");
}
