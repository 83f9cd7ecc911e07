//! PES of nengo-loihi (N17, N18): traces every `train_epoch` steps, weights every `learn_epoch` steps, recorded draws.
//!
//! Traces are `History` of one step, the product of trace and error is r0*x1 of [`accumulate`] (17 bits, so shortened
//! by the peer's `overflow_bits`, 2), the new weight is rounded and bounded by [`result`]. Quirks that the harness selects:
//! - a decay of several steps and the impulse are rounded once, together: the fraction of the impulse is taken
//!   from the draw of the decay, which is that of `train_epoch` steps and not rounded to 1/4096 ([`history`]);
//! - products and weights are shortened and rounded as magnitudes: `accumulate` and `result` see magnitudes, the signs
//!   are put back, and the least weight is -254.

use isa::draw::Draw;
use isa::num;
use isa::op::LearningTarget;
use network::graph::Term;
use reference::Unit;
use reference::learning::{Bounds, Moment, accumulate, result};
use serde_json::Value;

use super::{Trace, history, term};
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
    let mut units = vec![Unit::<1>::default(); axons];
    let times: Vec<Vec<i64>> =
        (0..axons).map(|i| inputs["spike_times"].get(i.to_string()).map(ints).unwrap_or_default()).collect();
    let errors = table(&inputs["pes_errors_cycle"]);
    let rule = Pes::new(params);
    for k in 0..param("steps") {
        let (at, t) = (k as usize, k + 1);
        let draws = &file["random_per_step"][at];
        let mut u = vec![0i64; param("n_compartments") as usize];
        for i in (0..axons).filter(|&i| times[i].contains(&k)) {
            units[i].at = 1;
            for (u, w) in u.iter_mut().zip(&weights[i]) {
                *u += i64::from(num::eff_weight(*w, param("weight_exp") as i32));
            }
        }
        compare(k, "u", &ints(&expected["u"][at]), &u)?;
        if t % param("train_epoch") == 0 {
            for (i, unit) in units.iter_mut().enumerate() {
                let draw = draws["trace"][i].as_f64().ok_or("no draw of a trace")?;
                *unit = rule.traced(unit, draw);
            }
        }
        let traces: Vec<i64> = units.iter().map(|unit| unit.x[0].into()).collect();
        compare(k, "trace", &ints(&expected["trace"][at]), &traces)?;
        if t % param("learn_epoch") == 0 {
            let error = &errors[at % errors.len()];
            let expanded: Vec<i32> = error.iter().map(|e| -e).chain(error.iter().copied()).collect();
            for (i, row) in weights.iter_mut().enumerate() {
                for (c, w) in row.iter_mut().enumerate() {
                    let draw = draws["weights"][i][0][c].as_f64().ok_or("no draw of a weight")?;
                    *w = rule.learned(*w, units[i].x[0], expanded[c], draw);
                }
            }
        }
        for (expected, row) in table(&expected["weight_mantissa"][at]).iter().zip(&weights) {
            compare(k, "weights", expected, row)?;
        }
    }
    Ok(())
}

/// What learns.
struct Pes {
    trace: Trace,
    /// Fraction of the impulse.
    fraction: f64,
    product: Vec<Term>,
    lsb: u32,
}

impl Pes {
    fn new(params: &Value) -> Self {
        let param = |name: &str| int(&params[name]) as i32;
        assert_eq!((param("overflow_bits"), param("wgt_frac_bits")), (2, 7), "the contract's, for r0*x1");
        let magnitude = params["tracing_mag"].as_f64().unwrap_or_default();
        let tau = f64::from(param("tracing_tau")) / f64::from(param("train_epoch"));
        Self {
            trace: Trace::new(magnitude as u32, tau),
            fraction: magnitude.fract(),
            product: vec![term("u", param("lr_int"), param("lr_exp"), "r0 x1")],
            lsb: param("shift_bits") as u32,
        }
    }

    /// The unit behind a training epoch.
    fn traced(&self, unit: &Unit<1>, draw: f64) -> Unit<1> {
        let fraction = if unit.at == 0 { 0.0 } else { self.fraction };
        Unit { x: history(unit, &[self.trace], 1, draw - fraction).at(1), at: 0 }
    }

    /// The new mantissa from trace and error.
    fn learned(&self, w: i32, trace: i32, error: i32, draw: f64) -> i32 {
        let traces = [[trace, 0, 0, 0, 0]; 3];
        let moment = Moment { u: true, traces, reward: [error.abs(), 0], ..Moment::default() };
        let acc = (w << 7) + error.signum() * accumulate(0, &self.product, &moment)[0];
        let high = num::weight_range(isa::op::SignMode::Mixed, self.lsb).1;
        let bounds = Bounds { w: (0, high), lsb: self.lsb, d_max: 0 };
        let draw = Draw((draw * f64::from(1 << (7 + self.lsb))) as u64);
        acc.signum() * result(LearningTarget::W, acc.abs(), &bounds, draw)
    }
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
