//! Learning of brian2_loihi (B08 to B13): steps, no epochs; traces were recorded, their draws were not.
//!
//! x1 is recorded behind the impulse of its step, y1 before it; a post event falls one step after the fire. dw is
//! rounded away from zero, then cut to the precision (quirk: the decision of stochastic rounding is taken too early).

use serde_json::Value;

use crate::recorded::{int, ints};

/// What a rule reads at one step.
#[derive(Clone, Copy, Debug)]
struct At {
    t: i64,
    x0: i64,
    y0: i64,
    x1: i64,
    y1: i64,
    w: i64,
}

/// dw in sixteenths.
fn sixteenths(name: &str, at: At) -> i64 {
    let At { t, x0, y0, x1, y1, w } = at;
    let u = |k: u32| i64::from(t % (1 << k) == 0);
    match &name[..3] {
        "B08" => 4 * x1 * y0 - 4 * y1 * x0,
        "B09" => 8 * x1 * y0 - 8 * y1 * x0,
        "B10" => 16 * u(2) - 2 * u(3) * x1,
        "B11" => 4 * x1 * y0 - 4 * y1 * x0 + x1 * y1 * y0 - 2 * y0 * w * w,
        "B12" => 16 * (x1 * y0 - 2 * y1 * x0),
        _ => 16 * 3 * x0,
    }
}

/// Whether `next` is the floor of the decayed `x`, or one more where it has a fraction.
fn decays_to(x: i64, tau: i64, next: i64) -> bool {
    let (floor, rest) = ((x * (tau - 1)).div_euclid(tau), (x * (tau - 1)).rem_euclid(tau));
    next == floor || (rest != 0 && next == floor + 1)
}

/// Replays a file: traces are possible ones, weights are exact.
///
/// # Errors
/// The first step that differs.
pub fn replay(name: &str, file: &Value) -> Result<(), String> {
    let (params, expected) = (&file["params"], &file["expected"]);
    let param = |name: &str| int(&params[name]);
    let (pre, post) = (ints(&file["inputs"]["pre_spikes"]), ints(&expected["post_spikes"]));
    let [xs, ys, ws] = ["x1", "y1", "w"].map(|name| ints(&expected[name]));
    let mixed = param("sign_mode") == 1;
    let (precision, bounds) = if mixed { (2, (-256, 254)) } else { (1, (0, 255)) };
    let mut w = param("w0");
    let (mut x_before, mut y_before) = (0, 0);
    for t in 0..param("steps") {
        let k = t as usize;
        let (x0, y0) = (i64::from(pre.contains(&t)), i64::from(post.contains(&(t - 1))));
        let x_impulse = x0 * param("imp_x1");
        let possible = |d: i64| decays_to(x_before, param("tau_x1"), d);
        if !(0..=127).any(|d| possible(d) && (d + x_impulse).min(127) == xs[k]) {
            return Err(format!("step {t}: x1 {} cannot follow {x_before}", xs[k]));
        }
        if !decays_to(y_before, param("tau_y1"), ys[k]) {
            return Err(format!("step {t}: y1 {} cannot follow {y_before}", ys[k]));
        }
        let (x1, y1) = (xs[k], (ys[k] + y0 * param("imp_y1")).min(127));
        let dw = sixteenths(name, At { t, x0, y0, x1, y1, w });
        let away = dw.signum() * ((dw.abs() + 15) / 16);
        w = (w + away / precision * precision).clamp(bounds.0, bounds.1);
        if w != ws[k] {
            return Err(format!("step {t}: w {} expected, {w} shown", ws[k]));
        }
        (x_before, y_before) = (x1, y1);
    }
    Ok(())
}
