//! A curve as a picture: latency on the left, throughput on the right.
#![allow(clippy::float_arithmetic, reason = "coordinates")]

use plotters::coord::Shift;
use plotters::prelude::*;

use super::curve::{Curve, Point, SATURATED};

/// Size of the picture, pixels.
const SIZE: (u32, u32) = (960, 400);
/// Latencies up to this multiple of that without load are shown.
const SHOWN: f64 = 8.0;
/// Blue and vermilion, readable for people who see colours differently (Okabe and Ito 2008).
const COLORS: [RGBColor; 2] = [RGBColor(0, 114, 178), RGBColor(213, 94, 0)];
/// Lines that are no measurement.
const GREY: RGBColor = RGBColor(150, 150, 150);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Line = (&'static str, Vec<(f64, f64)>, RGBColor);

/// The picture.
pub fn svg(curve: &Curve) -> Result<String, String> {
    let mut text = String::new();
    draw(curve, &mut text).map_err(|error| format!("the picture cannot be drawn: {error}"))?;
    Ok(text)
}

fn draw(curve: &Curve, text: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::with_string(text, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let title = format!("{} on {}", curve.traffic, curve.mesh);
    let halves = root.titled(&title, ("sans-serif", 16))?.split_evenly((1, 2));
    let load_max = curve.points.last().map_or(1.0, |point| point.load);
    // Points at which nothing was measured are left out.
    let of = |value: fn(&Point) -> Option<f64>| {
        curve.points.iter().filter_map(|p| Some((p.load, value(p)?))).collect::<Vec<_>>()
    };
    let zero = curve.zero_load.unwrap_or(1.0);
    let shown = |line: Vec<(f64, f64)>| -> Vec<(f64, f64)> {
        let over = line.iter().position(|(_, y)| *y > SHOWN * zero).map_or(line.len(), |i| i + 1);
        line[..over].iter().map(|(x, y)| (*x, y.min(SHOWN * zero))).collect()
    };
    let saturated = vec![(0.0, SATURATED * zero), (load_max, SATURATED * zero)];
    let latency: [Line; 3] = [
        ("mean", shown(of(|p| p.latency)), COLORS[0]),
        ("99 of 100", shown(of(|p| Some(p.percentiles?[2] as f64))), COLORS[1]),
        ("3 x without load", saturated, GREY),
    ];
    panel(&halves[0], "latency, cycles", (load_max, SHOWN * zero), &latency)?;
    let accepted_max = curve.points.iter().map(|p| p.offered.max(p.accepted)).fold(0.0, f64::max) * 1.05;
    let throughput: [Line; 3] = [
        ("accepted", of(|p| Some(p.accepted)), COLORS[0]),
        ("worst source", of(|p| p.accepted_min), COLORS[1]),
        ("offered", of(|p| Some(p.offered)), GREY),
    ];
    panel(&halves[1], "packets per node and cycle", (load_max, accepted_max), &throughput)?;
    root.present()?;
    Ok(())
}

fn panel(
    area: &Area<'_>,
    label: &str,
    (x_max, y_max): (f64, f64),
    lines: &[Line],
) -> Result<(), Box<dyn std::error::Error>> {
    let mut builder = ChartBuilder::on(area);
    builder.margin(10).x_label_area_size(40).y_label_area_size(60);
    let mut chart = builder.build_cartesian_2d(0.0..x_max, 0.0..y_max.max(1e-9))?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .x_desc("load, packets per node and cycle")
        .y_desc(label)
        .draw()?;
    for (name, points, color) in lines {
        let (color, points) = (*color, points.clone());
        chart
            .draw_series(LineSeries::new(points, color.stroke_width(2)))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 16, y)], color.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE)
        .draw()?;
    Ok(())
}
