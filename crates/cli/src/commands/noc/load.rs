//! Loads, sweeps and patterns as people write them.

use emulator::time::mesh::traffic::{Pattern, PatternError};

use crate::failure::Failure;
use crate::nearest::nearest;

/// Most loads of a sweep.
const LOADS_MAX: u32 = 10_000;
/// Longest warm-up, window or drain, cycles.
pub const CYCLES_MAX: u64 = 1_000_000_000;

/// Loads from, to and by, in packets per node and million cycles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sweep {
    from: u32,
    to: u32,
    step: u32,
}

impl Sweep {
    /// All loads, ascending.
    pub fn rates_ppm(self) -> Vec<u32> {
        (self.from..=self.to).step_by(self.step as usize).collect()
    }
}

/// A load as packets per node and million cycles: `0.3`.
pub fn load(text: &str) -> Result<u32, String> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let plain = !text.is_empty()
        && text != "."
        && digits(whole)
        && digits(part)
        && part.len() <= 6
        && whole.len() <= 4;
    let value = || format!("{}{part:0<6}", if whole.is_empty() { "0" } else { whole }).parse::<u32>().ok();
    let load = if plain { value() } else { None };
    load.filter(|ppm| (1..=1_000_000).contains(ppm))
        .ok_or_else(|| "a load is packets per node and cycle, 0.000001 to 1, e.g. 0.3".into())
}

/// Loads: `0.01:0.5:0.02`.
pub fn sweep(text: &str) -> Result<Sweep, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let [from, to, step] = parts[..] else {
        return Err("a sweep is from:to:step, e.g. 0.01:0.5:0.02".into());
    };
    let part = |what, text| load(text).map_err(|why| format!("the {what}, `{text}`: {why}"));
    let step_ppm = load(step).map_err(|_| format!("the step, `{step}`: 0.000001 to 1, e.g. 0.02"))?;
    let sweep = Sweep { from: part("first load", from)?, to: part("last load", to)?, step: step_ppm };
    if sweep.from > sweep.to {
        return Err(format!("a sweep ascends, but {from} is above {to}"));
    }
    let loads = (sweep.to - sweep.from) / sweep.step + 1;
    if loads > LOADS_MAX {
        return Err(format!("{loads} loads, at most {LOADS_MAX} fit: take a larger step than {step}"));
    }
    Ok(sweep)
}

/// A pattern by its name.
pub fn pattern(text: &str) -> Result<Pattern, String> {
    let known = Pattern::ALL.map(|(name, _)| name);
    Pattern::named(text).map_err(|_| format!("no traffic pattern `{text}`; {}", nearest(text, &known)))
}

/// Why a mesh has no such traffic, with a way out.
pub fn refused(error: &PatternError) -> Failure {
    let refused = Failure::user(error.to_string());
    match error {
        PatternError::NotSquare { width, height } => {
            let side = width.min(height);
            let others = Pattern::ALL.into_iter().filter(|(_, pattern)| *pattern != Pattern::Transpose);
            let others = others.map(|(name, _)| name).collect::<Vec<_>>().join(", ");
            refused.help(format!("take a square mesh: `--mesh {side}x{side}`; {others} play on any mesh"))
        }
        _ => refused.help("`seamount noc --help` shows what goes together"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loads_are_exact() {
        assert_eq!(
            [load("0.3"), load("1"), load(".25"), load("0.000001")],
            [Ok(300_000), Ok(1_000_000), Ok(250_000), Ok(1)]
        );
        for bad in ["0", "", ".", "1.1", "-0.1", "1e-3", "0.0000001", "0.3x", "nan", "99999999999"] {
            assert!(load(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sweeps_include_both_ends() {
        assert_eq!(sweep("0.1:0.3:0.1").map(Sweep::rates_ppm), Ok(vec![100_000, 200_000, 300_000]));
        assert_eq!(sweep("0.1:0.1:1").map(Sweep::rates_ppm), Ok(vec![100_000]));
        for bad in ["0.1", "0.1:0.2", "0.3:0.1:0.1", "0.1:0.3:0", "0.000001:1:0.000001", "a:b:c"] {
            assert!(sweep(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_pattern_that_is_near_is_offered() {
        assert!(pattern("tornato").unwrap_err().contains("did you mean `tornado`?"));
    }
}
