//! Learning recorded from other simulators, replayed with their quirks and their draws.

use isa::op::FactorCode;
use seamount_tests::contract::units::AccCase;
use seamount_tests::contract::{all_hold, cases};
use seamount_tests::recorded::learning::{CONTRACT, Kind, LAVA, Product, accumulate, brian, lava, pes};
use seamount_tests::recorded::vector;

#[test]
fn brian_rules() {
    for name in [
        "B08_stdp_excitatory",
        "B09_trace_deterministic_pow2",
        "B10_u_terms_decimation",
        "B11_weight_dependent_rule",
        "B12_weight_saturation",
        "B13_mixed_precision_truncation_quirk",
    ] {
        if let Some(file) = vector(name) {
            assert_eq!(brian::replay(name, &file), Ok(()), "{name}");
        }
    }
}

#[test]
fn lava_accumulators() {
    let Some(file) = vector("L04_sum_of_products_accumulator") else { return };
    let rows = file["expected"]["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 135);
    let shipped =
        rows.iter().map(lava::accumulator).filter(|row| *row.as_ref().expect("as recorded")).count();
    assert_eq!(shipped, 75, "rows that no quirk touches, on the shipped sum of products");
}

#[test]
fn lava_rules() {
    for name in [
        "L05_stdp_epoch4",
        "L06_stdp_epoch1",
        "L07_multi_spike_in_epoch",
        "L08_tag_and_u_rule",
        "L09_excitatory_saturation",
        "L10_graded_overwrite",
        "L11_graded_add_saturate",
        "L12_graded_add_overflow",
    ] {
        if let Some(file) = vector(name) {
            assert_eq!(lava::replay(name, &file), Ok(()), "{name}");
        }
    }
}

#[test]
fn nengo_pes() {
    for name in ["N17_pes_trace_and_weight_update", "N18_pes_saturation"] {
        if let Some(file) = vector(name) {
            assert_eq!(pes::replay(&file), Ok(()), "{name}");
        }
    }
}

/// The peers' arithmetic without their quirks is the contract's: C10 through the same function.
#[test]
fn without_its_quirks_the_replay_is_the_contract() {
    let mut differs = 0;
    all_hold(&cases("C10_sum_of_products", "acc"), |case| {
        let (given, expected): (AccCase, Vec<Vec<i64>>) = (case.given(), case.expected());
        for (row, expected) in given.rows.iter().zip(&expected) {
            let mut acc = i64::from(row.target().1) << 7;
            for (term, (i, &expected)) in row.terms().iter().zip(expected.iter().enumerate()) {
                let moment = row.moment();
                let (active, traces) = match term.dependency.code() {
                    0 => (moment.pre, moment.traces[0]),
                    1 => (moment.post, moment.traces[1]),
                    _ => (moment.u, moment.traces[2]),
                };
                let factors = term.factors.iter().map(|f| factor(f.code, f.constant, &moment, traces));
                let (mantissa, exponent) = (term.mantissa.into(), term.exponent);
                let product = Product { mantissa, exponent, factors: factors.collect() };
                if active {
                    acc = accumulate(acc, &product, &CONTRACT);
                }
                if acc != expected {
                    return Err(format!("term {i}: {expected} expected, {acc} shown"));
                }
            }
        }
        Ok(())
    });
    let two_traces =
        Product { mantissa: 7, exponent: -7, factors: vec![(Kind::Trace, 127), (Kind::Trace, 1)] };
    for quirks in [CONTRACT, LAVA] {
        differs += accumulate(0, &two_traces, &quirks);
    }
    assert_eq!(differs, ((7 * 127) >> 2) + ((7 * 127) >> 3), "S counts 3 bits in ours, 4 in Lava's");
}

fn factor(
    code: FactorCode,
    constant: i32,
    moment: &reference::learning::Moment,
    traces: [i32; 5],
) -> (Kind, i64) {
    let reference::Synapse { w, d, t } = moment.synapse;
    let (kind, value) = match code {
        FactorCode::X0 => return (Kind::Event, moment.pre.into()),
        FactorCode::Y0 => return (Kind::Event, moment.post.into()),
        FactorCode::X1 => (Kind::Trace, traces[0]),
        FactorCode::X2 => (Kind::Trace, traces[1]),
        FactorCode::Y1 => (Kind::Trace, traces[2]),
        FactorCode::Y2 => (Kind::Trace, traces[3]),
        FactorCode::Y3 => (Kind::Trace, traces[4]),
        FactorCode::R0 => (Kind::Trace, moment.reward[0]),
        FactorCode::R1 => (Kind::Trace, moment.reward[1]),
        FactorCode::W => (Kind::Weight, w),
        FactorCode::D => (Kind::Delay, d),
        FactorCode::T => (Kind::Tag, t),
        FactorCode::C => (Kind::Tag, 0),
        FactorCode::SgnW => return (Kind::Sign, i64::from(w + constant).signum()),
        FactorCode::SgnD => return (Kind::Sign, i64::from(d + constant).signum()),
        FactorCode::SgnT => return (Kind::Sign, i64::from(t + constant).signum()),
    };
    (kind, i64::from(value + constant))
}
