//! Numbers as people write them on the command line.

/// Steps: `1000`, `1_000`, `1e6`.
pub fn steps(text: &str) -> Result<u32, String> {
    let value = parsed(text).and_then(|n| u32::try_from(n).ok()).filter(|&n| n > 0);
    value.ok_or_else(|| "steps are a number from 1 to 4,294,967,295, e.g. 1000 or 1e6".into())
}

/// A whole number from 1, e.g. of threads.
pub fn count<const MAX: u32>(text: &str) -> Result<u32, String> {
    whole(text, 1, MAX.into()).map(|n| n as u32)
}

/// Cycles.
pub fn cycles<const MIN: u64, const MAX: u64>(text: &str) -> Result<u64, String> {
    whole(text, MIN, MAX).map_err(|range| format!("{range}, e.g. 10000 or 1e4"))
}

/// A seed.
pub fn seed(text: &str) -> Result<u32, String> {
    whole(text, 0, u32::MAX.into()).map(|n| n as u32)
}

/// A seed of 64 bits.
pub fn long_seed(text: &str) -> Result<u64, String> {
    whole(text, 0, u64::MAX)
}

fn whole(text: &str, low: u64, high: u64) -> Result<u64, String> {
    let value = parsed(text).filter(|n| (low..=high).contains(n));
    value.ok_or_else(|| format!("a whole number from {low} to {high}"))
}

/// `1000`, `1_000` or `1e3`.
fn parsed(text: &str) -> Option<u64> {
    let plain = text.replace('_', "");
    let (mantissa, exponent) = plain.split_once(['e', 'E']).unwrap_or((&plain, "0"));
    let (mantissa, exponent) = (mantissa.parse::<u64>().ok()?, exponent.parse::<u32>().ok()?);
    mantissa.checked_mul(10u64.checked_pow(exponent)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_whole_and_positive() {
        assert_eq!([steps("100"), steps("1_000"), steps("2e3")], [Ok(100), Ok(1000), Ok(2000)]);
        for bad in ["0", "1e99", "1.5", "", "e", "-3", "5000000000"] {
            assert!(steps(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn counts_have_bounds() {
        assert_eq!([count::<8>("1"), count::<8>("8"), seed("0")], [Ok(1), Ok(8), Ok(0)]);
        assert_eq!(
            [cycles::<1, 100_000>("1e4"), long_seed("18_446_744_073_709_551_615")],
            [Ok(10_000), Ok(u64::MAX)]
        );
        assert!(long_seed("18446744073709551616").is_err() && cycles::<1, 100>("1e4").is_err());
        for bad in ["0", "9", "-1", "", "1.5", "99999999999"] {
            assert_eq!(count::<8>(bad).unwrap_err(), "a whole number from 1 to 8", "{bad}");
        }
    }
}
