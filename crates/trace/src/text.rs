//! Pictures in text, for the terminal.

/// Bars from empty to full.
const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A row of bars, the largest value full, 0 empty, everything between at least one eighth.
///
/// ```
/// assert_eq!(seamount_trace::text::bars(&[0, 1, 4, 8]), " ▁▄█");
/// ```
#[must_use]
pub fn bars(values: &[u32]) -> String {
    let largest = values.iter().copied().max().unwrap_or(0).max(1);
    bars_of(values, largest)
}

/// As [`bars`], with `full` as the value of a full bar.
#[must_use]
pub fn bars_of(values: &[u32], full: u32) -> String {
    let bar = |&v: &u32| BARS[(u64::from(v.min(full)) * 8).div_ceil(u64::from(full.max(1))) as usize];
    values.iter().map(bar).collect()
}

/// Events per bin: `steps` (from 1, up to `last`) counted in at most `bins` bins of equal width.
///
/// Returns the counts and the width of a bin in steps.
#[must_use]
pub fn binned(steps: &[u32], last: u32, bins: u32) -> (Vec<u32>, u32) {
    let width = last.max(1).div_ceil(bins.max(1));
    let mut counts = vec![0; last.max(1).div_ceil(width) as usize];
    for &step in steps.iter().filter(|s| (1..=last).contains(*s)) {
        counts[((step - 1) / width) as usize] += 1;
    }
    (counts, width)
}

/// Rows `label │ cells`, labels padded to one width.
#[must_use]
pub fn rows(rows: &[(String, String)]) -> String {
    let width = rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    rows.iter().map(|(label, cells)| format!("{label:>width$} │{}\n", cells.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_is_not_nothing() {
        assert_eq!(bars(&[0, 1, 1000]), " ▁█");
        assert_eq!(bars(&[]), "");
        assert_eq!(bars_of(&[9], 4), "█");
    }

    #[test]
    fn bins_cover_every_step() {
        assert_eq!(binned(&[1, 2, 3, 10, 11], 10, 5), (vec![2, 1, 0, 0, 1], 2));
        assert_eq!(binned(&[], 0, 5), (vec![0], 1));
        assert_eq!(binned(&[7], 7, 100), (vec![0, 0, 0, 0, 0, 0, 1], 1));
    }

    #[test]
    fn labels_line_up() {
        assert_eq!(rows(&[("a".into(), "▁ ".into()), ("bcd".into(), "█".into())]), "  a │▁\nbcd │█\n");
    }
}
