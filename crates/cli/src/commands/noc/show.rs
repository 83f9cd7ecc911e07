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
    out += "\n\n    load accepted     mean    p50    p90    p99    max  link  to core\n";
    out.extend(curve.points.iter().map(|point| row(curve, point)));
    match curve.saturation() {
        Some(load) => {
            let _ = writeln!(out, "\nsaturates at {load:.4} (latency {SATURATED} x that without load)");
        }
        None if curve.points.len() > 1 => out += "\nsaturates outside of this sweep\n",
        None => {}
    }
    out
}

fn row(curve: &Curve, point: &Point) -> String {
    let [p50, p90, p99, _] = point.percentiles;
    let Point { load, accepted, latency, latency_max, link_max, ejection_max, .. } = point;
    let note = match (point.drained, curve.is_saturated(point)) {
        (false, _) => "  not drained",
        (true, true) => "  saturated",
        (true, false) => "",
    };
    format!(
        "{load:8.4} {accepted:8.4} {latency:8.2} {p50:6} {p90:6} {p99:6} {latency_max:6} {link_max:5.3}    {ejection_max:5.3}{note}\n"
    )
}

/// The points, a line each.
pub fn csv(curve: &Curve) -> String {
    let mut out = String::from(
        "traffic,load,offered,accepted,accepted_min,packets,latency,latency_low,latency_high,network_latency,\
         p50,p90,p99,p999,latency_max,routers,link_max,ejection_max,drained\n",
    );
    for point in &curve.points {
        let [low, high] = point.latency_seeds;
        let [p50, p90, p99, p999] = point.percentiles;
        let Point { load, offered, accepted, accepted_min, packets, latency, network_latency, .. } = point;
        let Point { latency_max, routers, link_max, ejection_max, drained, .. } = point;
        let _ = writeln!(
            out,
            "{},{load:.6},{offered:.6},{accepted:.6},{accepted_min:.6},{packets},{latency:.4},{low:.4},{high:.4},\
             {network_latency:.4},{p50},{p90},{p99},{p999},{latency_max},{routers:.4},{link_max:.6},\
             {ejection_max:.6},{drained}",
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
