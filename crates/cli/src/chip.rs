//! The chip that `--chip` names: one that ships, or a file.

use std::fs;
use std::path::Path;

use isa::chip::{ChipDescription, ChipError, SHIPPED};

use crate::failure::Failure;
use crate::nearest::nearest;

/// The chip where nothing is said.
pub const DEFAULT: &str = "loihi";

/// The description of a name or of a TOML file.
pub fn find(name: &str) -> Result<ChipDescription, Failure> {
    let path = Path::new(name);
    let is_file = path.extension().is_some_and(|e| e == "toml");
    if !is_file {
        return ChipDescription::shipped(name).map_err(|error| refuse(name, &error));
    }
    let text = fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))?;
    ChipDescription::from_toml(&text).map_err(|error| Failure::user(format!("{name}: {error}")))
}

fn refuse(name: &str, error: &ChipError) -> Failure {
    let known: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
    Failure::user(error.to_string()).help(format!("{}, or name a file.toml", nearest(name, &known)))
}
