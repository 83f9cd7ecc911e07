//! A curve as a table, as CSV and as an object.
#![allow(clippy::float_arithmetic, reason = "times for people")]

use std::fmt::Write;

use serde_json::{Value, json};

use super::curve::{Curve, Point, SATURATED};

/// A table for people.
pub fn text(curve: &Curve) -> String {
    let mut out = format!("{} on {}", curve.traffic, curve.mesh);
    if let Some(zero) = curve.zero_load {
        let nanoseconds = zero * f64::from(curve.timing.clock_ps) / 1000.0;
        let _ = write!(out, ": {zero:.2} cycles without load ({nanoseconds:.1} ns)");
    }
    if let Some(bound) = curve.bound {
        let _ = write!(out, ", at most {bound:.4} packets per node and cycle");
    }
    out += "\n\n    load accepted     mean    p50    p90    p99    max  link  to core  busiest link\n";
    out.extend(curve.points.iter().map(|point| row(curve, point)));
    match curve.saturation() {
        Some(load) => {
            let _ = writeln!(out, "\nsaturates at {load:.4} (latency {SATURATED} x that without load)");
        }
        None if curve.points.len() == 1 => {}
        None if curve.points.iter().any(|point| curve.is_saturated(point)) => {
            let _ = writeln!(out, "\nsaturates below these loads (latency {SATURATED} x that without load)");
        }
        None => {
            let _ = writeln!(
                out,
                "\nlatency stays below {SATURATED} x that without load: no saturation in this sweep"
            );
        }
    }
    out
}

fn row(curve: &Curve, point: &Point) -> String {
    let [p50, p90, p99, _] = cells(point.percentiles, "-");
    let (latency, max) = (cell(point.latency, 2, "-"), whole(point.latency_max, "-"));
    let [load, accepted] = [point.load, point.accepted].map(rate);
    let Point { link_max, ejection_max, .. } = point;
    let busiest = point.busiest_link.as_deref().unwrap_or("-");
    let note = match (point.drained, curve.is_saturated(point)) {
        (false, _) => "  not drained",
        (true, true) => "  saturated",
        (true, false) => "",
    };
    format!(
        "{load:>8} {accepted:>8} {latency:>8} {p50:>6} {p90:>6} {p99:>6} {max:>6} {link_max:5.3}    {ejection_max:5.3}  \
         {busiest}{note}\n"
    )
}

/// Packets per node and cycle; what four digits would show as nothing has an exponent.
fn rate(value: f64) -> String {
    if value > 0.0 && value < 0.001 { format!("{value:.2e}") } else { format!("{value:.4}") }
}

/// A number with so many digits behind the point; `none` where nothing was measured.
fn cell(value: Option<f64>, digits: usize, none: &str) -> String {
    value.map_or_else(|| none.into(), |value| format!("{value:.digits$}"))
}

fn whole(value: Option<u64>, none: &str) -> String {
    value.map_or_else(|| none.into(), |value| value.to_string())
}

fn cells(values: Option<[u64; 4]>, none: &str) -> [String; 4] {
    values.map_or_else(|| [none; 4].map(String::from), |values| values.map(|value| value.to_string()))
}

/// The points, a line each; what was not measured is an empty cell.
pub fn csv(curve: &Curve) -> String {
    let mut out = String::from(
        "traffic,load,offered,accepted,accepted_min,packets,latency,latency_low,latency_high,network_latency,\
         p50,p90,p99,p999,latency_max,routers,link_max,ejection_max,drained,busiest_link\n",
    );
    for point in &curve.points {
        let [low, high] = [point.latency_low, point.latency_high].map(|value| cell(value, 4, ""));
        let [p50, p90, p99, p999] = cells(point.percentiles, "");
        let [latency, network_latency, routers] =
            [point.latency, point.network_latency, point.routers].map(|value| cell(value, 4, ""));
        let (latency_max, accepted_min) = (whole(point.latency_max, ""), cell(point.accepted_min, 6, ""));
        let Point { load, offered, accepted, packets, link_max, ejection_max, drained, .. } = point;
        let busiest = point.busiest_link.as_ref().map_or_else(String::new, |link| format!("\"{link}\""));
        let _ = writeln!(
            out,
            "{},{load:.6},{offered:.6},{accepted:.6},{accepted_min},{packets},{latency},{low},{high},\
             {network_latency},{p50},{p90},{p99},{p999},{latency_max},{routers},{link_max:.6},\
             {ejection_max:.6},{drained},{busiest}",
            curve.traffic
        );
    }
    out
}

/// The curve for programs.
pub fn object(curve: &Curve) -> Value {
    json!({
        "schema": trace::SCHEMA,
        "traffic": curve.traffic,
        "mesh": curve.mesh,
        "calibration": curve.timing.name,
        "clock_ps": curve.timing.clock_ps,
        "zero_load": curve.zero_load,
        "bound": curve.bound,
        "saturation": curve.saturation(),
        "points": curve.points,
    })
}
