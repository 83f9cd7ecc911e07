//! Scales S = m * 2^x of terms: which pairs fit, and the nearest one to a decimal (contract 7, "Terms").

use std::fmt;

/// Least and greatest m of a term.
pub const MANTISSA: (i64, i64) = (-8, 7);
/// Least and greatest x of a term.
pub const EXPONENT: (i64, i64) = (-7, 8);

/// S = m * 2^x, m -8..=7, x -7..=8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scale {
    /// m.
    pub mantissa: i32,
    /// x.
    pub exponent: i32,
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.mantissa, self.exponent) {
            (m, 0) => write!(f, "{m}"),
            (1, x) => write!(f, "2^{x}"),
            (-1, x) => write!(f, "-2^{x}"),
            (m, x) => write!(f, "{m}*2^{x}"),
        }
    }
}

fn fits(mantissa: i64, exponent: i64) -> bool {
    (MANTISSA.0..=MANTISSA.1).contains(&mantissa) && (EXPONENT.0..=EXPONENT.1).contains(&exponent)
}

/// The pair as it is where it fits, else the equal pair with the smallest |m| that fits; `None` where none does.
#[must_use]
pub fn normalise(mantissa: i64, exponent: i64) -> Option<Scale> {
    let scale = |m: i64, x: i64| Scale { mantissa: m as i32, exponent: x as i32 };
    if fits(mantissa, exponent) {
        return Some(scale(mantissa, exponent));
    }
    if mantissa == 0 {
        return Some(scale(0, 0));
    }
    let zeros = i64::from(mantissa.trailing_zeros());
    let odd = mantissa >> zeros;
    (0..=3).map(|j| (odd << j, exponent + zeros - j)).find(|&(m, x)| fits(m, x)).map(|(m, x)| scale(m, x))
}

/// The scale nearest to a positive decimal such as `0.25`; of equally near ones the least |m|.
#[must_use]
pub fn nearest_decimal(text: &str) -> Scale {
    let digits: String = text.chars().filter(char::is_ascii_digit).take(18).collect();
    let point = text.find('.').unwrap_or(text.len());
    let places = digits.len().saturating_sub(point) as u32;
    nearest(digits.parse().unwrap_or(i128::from(i64::MAX)), 10i128.pow(places))
}

/// The scale nearest to `value / one`.
fn nearest(value: i128, one: i128) -> Scale {
    let mut best = (i128::MAX, Scale { mantissa: 0, exponent: 0 });
    for mantissa in 1..=7 {
        for exponent in EXPONENT.0..=EXPONENT.1 {
            let distance = (((i128::from(mantissa) * one) << (exponent + 7)) - (value << 7)).abs();
            if distance < best.0 {
                best = (distance, Scale { mantissa, exponent: exponent as i32 });
            }
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_that_fits_stays_and_else_the_smallest_mantissa_is_taken() {
        let pair = |m, x| normalise(m, x).map(|s| (s.mantissa, s.exponent));
        assert_eq!(pair(4, 0), Some((4, 0)));
        assert_eq!(pair(-8, 8), Some((-8, 8)));
        assert_eq!(pair(8, 0), Some((1, 3)));
        assert_eq!(pair(12, -2), Some((3, 0)));
        assert_eq!(pair(1, 9), Some((2, 8)));
        assert_eq!(pair(1, 10), Some((4, 8)));
        assert_eq!(pair(1, 11), None);
        assert_eq!(pair(-1, 11), Some((-8, 8)));
        assert_eq!(pair(9, 0), None);
        assert_eq!(pair(1, -8), None);
        assert_eq!(pair(2, -8), Some((1, -7)));
        assert_eq!(pair(0, 99), Some((0, 0)));
        assert_eq!(pair(i64::MIN, -60), Some((-1, 3)));
    }

    #[test]
    fn every_pair_keeps_its_value() {
        for m in -600i64..=600 {
            for x in -12i64..=12 {
                let Some(scale) = normalise(m, x) else { continue };
                assert!(fits(scale.mantissa.into(), scale.exponent.into()));
                let value = |m: i64, x: i64| i128::from(m) << (x + 20);
                assert_eq!(value(m, x), value(scale.mantissa.into(), scale.exponent.into()), "{m} {x}");
            }
        }
    }

    #[test]
    fn nearest_scales() {
        assert_eq!(nearest_decimal("0.25").to_string(), "2^-2");
        assert_eq!(nearest_decimal("0.1").to_string(), "3*2^-5");
        assert_eq!(nearest_decimal("1.5").to_string(), "3*2^-1");
        assert_eq!(nearest_decimal("100000.0").to_string(), "7*2^8");
    }
}
