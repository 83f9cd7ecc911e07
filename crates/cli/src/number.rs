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
}
