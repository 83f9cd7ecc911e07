//! The calibration that `--calibration` names: one that ships, or a file.

use std::fs;
use std::path::Path;

use isa::timing::{SHIPPED, Timing, TimingError};

use crate::failure::Failure;
use crate::nearest::nearest;

/// The calibration of a name or of a TOML file.
pub fn find(name: &str) -> Result<Timing, Failure> {
    let path = Path::new(name);
    if path.extension().is_none_or(|e| e != "toml") {
        return Timing::shipped(name).map_err(|error| refuse(name, &error));
    }
    let text = fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))?;
    Timing::from_toml(&text).map_err(|error| Failure::user(format!("{name}: {error}")))
}

fn refuse(name: &str, error: &TimingError) -> Failure {
    let known: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
    Failure::user(error.to_string()).help(format!("{}, or name a file.toml", nearest(name, &known)))
}
