//! Numbers as people write them on the command line.

/// Steps: `1000`, `1_000`, `1e6`.
pub fn steps(text: &str) -> Result<u32, String> {
    let plain = text.replace('_', "");
    let (mantissa, exponent) = plain.split_once(['e', 'E']).unwrap_or((&plain, "0"));
    let parsed = mantissa.parse::<u32>().ok().zip(exponent.parse::<u32>().ok());
    let value = parsed.and_then(|(m, e)| m.checked_mul(10u32.checked_pow(e)?));
    value
        .filter(|&n| n > 0)
        .ok_or_else(|| "steps are a number from 1 to 4,294,967,295, e.g. 1000 or 1e6".into())
}

/// A whole number from 1, e.g. of threads.
pub fn count<const MAX: u32>(text: &str) -> Result<u32, String> {
    whole(text, 1, MAX)
}

/// A seed.
pub fn seed(text: &str) -> Result<u32, String> {
    whole(text, 0, u32::MAX)
}

/// A seed of the compiler's.
pub fn long_seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("a whole number from 0 to {}", u64::MAX))
}

fn whole(text: &str, low: u32, high: u32) -> Result<u32, String> {
    let value = text.replace('_', "").parse().ok().filter(|n| (low..=high).contains(n));
    value.ok_or_else(|| format!("a whole number from {low} to {high}"))
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
        for bad in ["0", "9", "-1", "", "1.5", "99999999999"] {
            assert_eq!(count::<8>(bad).unwrap_err(), "a whole number from 1 to 8", "{bad}");
        }
    }
}
