//! PES of nengo-loihi (N17, N18): traces every `train_epoch` steps, weights every `learn_epoch` steps, recorded draws.
//!
//! Quirks: the product is cut by `overflow_bits` and not scaled back; the new weight is rounded as a magnitude.

use serde_json::Value;

use super::rounded;
use crate::recorded::{int, ints, table};

/// Replays a file.
///
/// # Errors
/// The first step that differs.
pub fn replay(file: &Value) -> Result<(), String> {
    let (params, inputs, expected) = (&file["params"], &file["inputs"], &file["expected"]);
    let param = |name: &str| int(&params[name]);
    let axons = param("n_axons") as usize;
    let mut weights = table(&inputs["weight_mantissa"]);
    let mut traces = vec![0i64; axons];
    let mut spiked = vec![false; axons];
    let times: Vec<Vec<i64>> =
        (0..axons).map(|i| inputs["spike_times"].get(i.to_string()).map(ints).unwrap_or_default()).collect();
    let errors = table(&inputs["pes_errors_cycle"]);
    let tau = param("tracing_tau") as f64;
    let magnitude = params["tracing_mag"].as_f64().unwrap_or_default();
    for k in 0..param("steps") {
        let (at, t) = (k as usize, k + 1);
        let draws = &file["random_per_step"][at];
        let mut u = vec![0i64; param("n_compartments") as usize];
        for i in (0..axons).filter(|&i| times[i].contains(&k)) {
            spiked[i] = true;
            for (u, w) in u.iter_mut().zip(&weights[i]) {
                *u += i64::from(isa::num::eff_weight(*w, param("weight_exp") as i32));
            }
        }
        compare(k, "u", &ints(&expected["u"][at]), &u)?;
        if t % param("train_epoch") == 0 {
            let factor = (-(param("train_epoch") as f64) / tau).exp();
            for i in 0..axons {
                let x = traces[i] as f64 * factor + if spiked[i] { magnitude } else { 0.0 };
                let draw = draws["trace"][i].as_f64();
                traces[i] = draw.map_or(traces[i], |draw| rounded(x, draw).min(127));
            }
            spiked.fill(false);
        }
        compare(k, "trace", &ints(&expected["trace"][at]), &traces)?;
        if t % param("learn_epoch") == 0 {
            let error = &errors[at % errors.len()];
            let expanded: Vec<i64> =
                error.iter().map(|&e| i64::from(-e)).chain(error.iter().map(|&e| i64::from(e))).collect();
            for (i, row) in weights.iter_mut().enumerate() {
                for (c, w) in row.iter_mut().enumerate() {
                    let draw = draws["weights"][i][0][c].as_f64().unwrap_or_default();
                    *w = learned(params, *w, traces[i] * expanded[c], draw);
                }
            }
        }
        for (expected, row) in table(&expected["weight_mantissa"][at]).iter().zip(&weights) {
            compare(k, "weights", expected, row)?;
        }
    }
    Ok(())
}

/// The new mantissa from trace times error.
fn learned(params: &Value, w: i32, product: i64, draw: f64) -> i32 {
    let param = |name: &str| int(&params[name]) as i32;
    let cut = (product * i64::from(param("lr_int"))).signum()
        * ((product.abs() * i64::from(param("lr_int"))) >> param("overflow_bits"));
    let fraction_bits = param("wgt_frac_bits");
    let exact = f64::from(w << fraction_bits) + cut as f64 * 2f64.powi(param("lr_exp") + fraction_bits);
    let steps = exact / f64::from(1 << (fraction_bits + param("shift_bits")));
    let limit = (1i64 << (8 - param("shift_bits"))) - 1;
    let magnitude = rounded(steps.abs(), draw).min(limit);
    (if steps < 0.0 { -magnitude } else { magnitude } as i32) << param("shift_bits")
}

fn compare<T>(k: i64, what: &str, expected: &T, shown: &T) -> Result<(), String>
where
    T: ?Sized + PartialEq + std::fmt::Debug,
{
    if expected == shown {
        return Ok(());
    }
    Err(format!("sample {k}: {what} {expected:?} expected, {shown:?} shown"))
}
