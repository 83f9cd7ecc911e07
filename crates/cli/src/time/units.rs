//! Times and energies as people write them.
#![allow(clippy::float_arithmetic, reason = "for people")]

const PREFIXES: [&str; 8] = ["f", "p", "n", "u", "m", "", "k", "M"];

/// A number of femto-units with the prefix that keeps it short: `3.44 uJ`.
pub fn femto(value: f64, unit: &str) -> String {
    let mut value = value;
    let mut prefix = 0;
    while value >= 1000.0 && prefix + 1 < PREFIXES.len() {
        value /= 1000.0;
        prefix += 1;
    }
    let digits = match value {
        v if v == 0.0 || v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        _ => 2,
    };
    format!("{value:.digits$} {}{unit}", PREFIXES[prefix])
}

/// Femtojoules.
pub fn joules(fj: u64) -> String {
    let sign = if fj == u64::MAX { "≥ " } else { "" };
    sign.to_string() + &femto(fj as f64, "J")
}

/// Picoseconds.
pub fn seconds(ps: f64) -> String {
    femto(ps * 1000.0, "s")
}

/// `62.5 %` of a whole.
pub fn percent(part: u64, whole: u64) -> String {
    format!("{:.1} %", part as f64 * 100.0 / whole.max(1) as f64)
}

/// A difference in percent, `-0.35 %`, with a sign where the digits show one.
pub fn difference(percent: f64, digits: usize) -> String {
    let plain = format!("{:.digits$}", percent.abs());
    let sign = match plain.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
        false => "",
        true if percent < 0.0 => "-",
        true => "+",
    };
    format!("{sign}{plain} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [joules(0), joules(999), joules(23_600), joules(3_441_000_000)].join(" "),
            "0 fJ 999 fJ 23.6 pJ 3.44 uJ"
        );
        assert_eq!([seconds(350.0), seconds(25_885_000.0)].join(" "), "350 ps 25.9 us");
        assert_eq!(percent(1, 8), "12.5 %");
        assert_eq!(
            [-0.004, 0.0, 0.006, -12.34].map(|p| difference(p, 2)).join(" "),
            "0.00 % 0.00 % +0.01 % -12.34 %"
        );
    }
}
