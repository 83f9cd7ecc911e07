//! Pictures as SVG: rasters and curves, of bounded size however long the run was.

use std::fmt::Write;

use isa::ids::Key;

use crate::{Event, Recording};

/// Width of the drawing area in pixels.
const WIDTH: u64 = 860;
/// Room for labels on the left.
const LEFT: u64 = 110;
/// Most rows of pixels of one band.
const BAND_MAX: u64 = 200;
/// Most points of a curve that are marked each.
const MARKED_MAX: usize = 40;
/// Colours of curves, readable on white for people who see colours differently (Okabe and Ito 2008).
const COLORS: [&str; 8] =
    ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8a8a00"];

/// Rows of a raster that belong together: a population or an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// Name on the left.
    pub label: String,
    /// Keys, top to bottom.
    pub keys: Vec<Key>,
}

/// A raster of spikes over steps 1..=`last`, a band a population.
#[must_use]
pub fn raster(events: &[Event], bands: &[Band], last: u32) -> String {
    let mut body = String::new();
    let mut top = 8;
    for (band, pixels) in bands.iter().zip(pixels(events, bands, last)) {
        let (rows, height) = (band.keys.len() as u64, height(band));
        body += &label(&band.label, top + height / 2);
        let side = if rows <= 20 { (height / rows.max(1)).saturating_sub(1).max(1) } else { 1 };
        body += "<path class=\"spike\" d=\"";
        for at in (0..pixels.len()).filter(|&at| pixels[at]) {
            let (x, y) = (at as u64 / height, at as u64 % height);
            let _ = write!(body, "M{} {}v{side}", LEFT + x, top + y);
        }
        body += "\"/>\n";
        let _ = writeln!(body, "<path class=\"rule\" d=\"M{LEFT} {}h{WIDTH}\"/>", top + height + 3);
        top += height + 8;
    }
    body += &axis(last, top);
    frame(&body, top + 24)
}

/// Rows of pixels of a band.
fn height(band: &Band) -> u64 {
    let rows = band.keys.len() as u64;
    (rows * if rows <= 20 { 8 } else { 1 }).clamp(8, BAND_MAX)
}

/// For each band whether its pixels hold a spike, column by column.
fn pixels(events: &[Event], bands: &[Band], last: u32) -> Vec<Vec<bool>> {
    let mut rows: Vec<(Key, usize, u64)> = Vec::new();
    for (index, band) in bands.iter().enumerate() {
        let (all, height) = (band.keys.len() as u64, height(band));
        rows.extend(band.keys.iter().zip(0..).map(|(key, row)| (*key, index, row * height / all)));
    }
    rows.sort_unstable();
    let mut pixels: Vec<_> = bands.iter().map(|band| vec![false; (WIDTH * height(band)) as usize]).collect();
    for event in events {
        let x = x_of(event.at.step.0, last);
        let first = rows.partition_point(|row| row.0 < event.key);
        for (_, band, y) in rows[first..].iter().take_while(|row| row.0 == event.key) {
            pixels[*band][(x * height(&bands[*band]) + y) as usize] = true;
        }
    }
    pixels
}

/// Pixels from the left edge to a step of `1..=last`.
fn x_of(step: u32, last: u32) -> u64 {
    (u64::from(step.saturating_sub(1)) * WIDTH / u64::from(last.max(1))).min(WIDTH - 1)
}

/// Up to eight columns of a recording as curves over steps `1..=last`; where there are few points, each is marked.
#[must_use]
pub fn curves(recording: &Recording, last: u32) -> String {
    const HEIGHT: i64 = 160;
    let columns = recording.columns.len().min(COLORS.len());
    let shown = || recording.rows().flat_map(|(_, row)| row[..columns].iter().copied());
    let (low, high) = (shown().min().unwrap_or(0), shown().max().unwrap_or(0));
    let span = (i64::from(high) - i64::from(low)).max(1);
    let y = |v: i32| 8 + HEIGHT - (i64::from(v) - i64::from(low)) * HEIGHT / span;
    let mut body = label(&high.to_string(), 16) + &label(&low.to_string(), 8 + HEIGHT as u64);
    for column in 0..columns {
        let points: Vec<(u64, i64)> =
            recording.rows().map(|(at, row)| (LEFT + x_of(at.step.0, last), y(row[column]))).collect();
        let path = polyline(&points);
        let color = COLORS[column];
        let _ = writeln!(body, "<path class=\"curve\" stroke=\"{color}\" d=\"{path}\"/>");
        if points.len() <= MARKED_MAX {
            let mark =
                |(x, y): &(u64, i64)| format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"2.5\" fill=\"{color}\"/>");
            let _ = writeln!(body, "{}", points.iter().map(mark).collect::<String>());
        }
        let (x, name) = (LEFT + 100 * column as u64, escape(&recording.columns[column]));
        let _ = writeln!(body, "<text x=\"{x}\" y=\"{}\" style=\"fill:{color}\">{name}</text>", HEIGHT + 38);
    }
    body += &axis(last, HEIGHT as u64 + 10);
    let all = recording.columns.len();
    if all > columns {
        let y = HEIGHT + 54;
        let _ = writeln!(body, "<text x=\"{LEFT}\" y=\"{y}\">first {columns} of {all}</text>");
    }
    frame(&body, HEIGHT as u64 + if all > columns { 64 } else { 48 })
}

/// A path through the points; of those that share a column of pixels only the first, lowest and highest.
fn polyline(points: &[(u64, i64)]) -> String {
    let mut path = String::new();
    for same in points.chunk_by(|a, b| a.0 == b.0) {
        let ys = same.iter().map(|p| p.1);
        let (low, high) = (ys.clone().min().unwrap_or(0), ys.max().unwrap_or(0));
        let head = if path.is_empty() { 'M' } else { 'L' };
        let _ = write!(path, "{head}{} {}", same[0].0, same[0].1);
        if low != high {
            let _ = write!(path, "V{low}V{high}V{}", same[same.len() - 1].1);
        }
    }
    path
}

fn label(text: &str, y: u64) -> String {
    format!("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n", LEFT - 6, y + 4, escape(text))
}

fn axis(last: u32, y: u64) -> String {
    let mut steps: Vec<u32> = (0..=4u64).map(|i| ((u64::from(last) * i / 4) as u32).max(1)).collect();
    steps.dedup();
    let tick = |step: u32| {
        let x = LEFT + x_of(step, last);
        format!("<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{step}</text>", y + 14)
    };
    let ticks: String = steps.into_iter().map(tick).collect();
    ticks + "\n"
}

/// The SVG element with its own style, so that it also stands alone.
fn frame(body: &str, height: u64) -> String {
    let width = LEFT + WIDTH + 24;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\">\n<style>text{{font:11px sans-serif;fill:#444}}.spike{{stroke:#113a5d;stroke-width:1}}\
         .rule{{stroke:#ddd}}.curve{{fill:none;stroke-width:1.2}}</style>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{body}</svg>\n"
    )
}

/// Text that may stand in an element or attribute.
#[must_use]
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Moment;
    use isa::ids::Step;
    use isa::op::Variable;

    #[test]
    fn a_raster_is_bounded() {
        let keys: Vec<Key> = (0..5000).map(Key).collect();
        let event = |t: u32, k: u32| Event { at: Moment { sample: 0, step: Step(t) }, key: Key(k) };
        let events: Vec<Event> = (1..=2000).flat_map(|t| (0..50).map(move |k| event(t, k * 97))).collect();
        let svg = raster(&events, &[Band { label: "a<b".into(), keys }], 2000);
        assert!(svg.len() < 860 * 200 * 12, "{}", svg.len());
        assert!(svg.contains("a&lt;b") && svg.ends_with("</svg>\n"));
    }

    #[test]
    fn one_spike_is_one_mark() {
        let event = Event { at: Moment { sample: 0, step: Step(1) }, key: Key(3) };
        let svg = raster(&[event], &[Band { label: "out".into(), keys: vec![Key(2), Key(3)] }], 10);
        assert!(svg.contains(&format!("d=\"M{LEFT} 16v7\"")), "{svg}");
    }

    #[test]
    fn curves_reach_top_and_bottom() {
        let mut v = Recording::new("a.v".into(), Variable::V, vec!["a[0]".into()]);
        for (step, value) in [(1, -5), (2, 100), (3, 7)] {
            v.push(Moment { sample: 0, step: Step(step) }, [value]);
        }
        let svg = curves(&v, 3);
        assert!(svg.contains("M110 168L396 8L683"), "{svg}");
    }

    #[test]
    fn chosen_steps_stand_where_they_were() {
        let mut v = Recording::new("a.v".into(), Variable::V, vec!["a[0]".into()]);
        for step in [6, 11, 101] {
            v.push(Moment { sample: 0, step: Step(step) }, [0]);
        }
        let svg = curves(&v, 200);
        // Pixels 5, 10 and 100 steps of 860/200 to the right of 110.
        assert!(svg.contains("d=\"M131 168L153 168L540 168\""), "{svg}");
        assert!(svg.contains("x=\"965\" y=\"184\" text-anchor=\"middle\">200<"), "{svg}");
        assert!(!svg.contains("first"), "{svg}");
    }

    #[test]
    fn one_point_is_seen() {
        let names = (0..9).map(|i| format!("a[{i}]")).collect();
        let mut v = Recording::new("a.v".into(), Variable::V, names);
        v.push(Moment { sample: 0, step: Step(64) }, 0..9);
        let svg = curves(&v, 64);
        assert_eq!(svg.matches("<circle cx=\"956\"").count(), 8, "{svg}");
        assert!(svg.contains(">first 8 of 9<"), "{svg}");
    }
}
