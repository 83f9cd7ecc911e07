//! Lines through points.
#![allow(clippy::float_arithmetic, reason = "regression")]

/// A line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Per unit of x.
    pub slope: f64,
    /// At x = 0.
    pub intercept: f64,
    /// Largest distance of a point.
    pub residual: f64,
}

/// The line of least squares; a level one through fewer than two points.
pub fn line(points: &[(f64, f64)]) -> Line {
    let n = points.len().max(1) as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let squares: f64 = points.iter().map(|p| (p.0 - x) * (p.0 - x)).sum();
    let products: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    let slope = if squares > 0.0 { products / squares } else { 0.0 };
    let intercept = y - slope * x;
    let distance = |p: &(f64, f64)| (p.1 - intercept - slope * p.0).abs();
    Line { slope, intercept, residual: points.iter().map(distance).fold(0.0, f64::max) }
}

/// The line through the points above the knee: the most of the last points, at least three, that lie on one line
/// within half a cycle; the last three where none do.
pub fn above_knee(points: &[(f64, f64)]) -> Line {
    let last = points.len().saturating_sub(3);
    let mut lines = (0..=last).map(|from| line(&points[from..]));
    lines
        .clone()
        .find(|line| line.residual < 0.5)
        .or_else(|| lines.next_back())
        .unwrap_or_else(|| line(points))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_knee_is_left_out() {
        let points = [(1.0, 100.0), (2.0, 100.0), (4.0, 112.0), (8.0, 136.0), (16.0, 184.0)];
        let found = above_knee(&points);
        assert!((found.slope - 6.0).abs() < 1e-9 && (found.intercept - 88.0).abs() < 1e-9, "{found:?}");
        assert!(line(&points).residual > 1.0);
        assert!((line(&[(2.0, 5.0)]).intercept - 5.0).abs() < 1e-9);
    }
}
