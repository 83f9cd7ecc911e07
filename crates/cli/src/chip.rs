//! The chip that `--chip` names: one that ships, or a file.

use std::path::Path;

use isa::chip::{ChipDescription, ChipError, SHIPPED};
use isa::timing::Timing;

use crate::failure::Failure;
use crate::nearest::nearest;
use crate::read;

/// The chip where nothing is said.
pub const DEFAULT: &str = "loihi";
/// What `--chip` takes.
pub const HELP: &str = "Chip or board: a name (`seamount isa chips`) or a file.toml [default: loihi]";

/// The description of a name or of a TOML file.
pub fn find(name: &str) -> Result<ChipDescription, Failure> {
    let path = Path::new(name);
    let is_file = path.extension().is_some_and(|e| e == "toml");
    if !is_file {
        return ChipDescription::shipped(name).map_err(|error| refuse(name, &error));
    }
    let text = read::text(path)?;
    ChipDescription::from_toml(&text).map_err(|error| {
        if Timing::is_described(&text) && !ChipDescription::is_described(&text) {
            return Failure::user(format!("{name} is a calibration, and a chip is wanted"))
                .help(format!("`run --timing cycle --calibration {name}` takes it"))
                .help("`seamount isa chips` lists what `--chip` takes by name");
        }
        Failure::user(format!("{name}: {error}")).help(match error {
            ChipError::Limit { limit, max, .. } => format!("set {limit} to a number from 1 to {max}"),
            _ => "isa/chips/loihi.toml is a whole description to begin with".into(),
        })
    })
}

fn refuse(name: &str, error: &ChipError) -> Failure {
    let known: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
    let what = match error {
        ChipError::Unknown(..) => format!("no chip `{name}`"),
        error => error.to_string(),
    };
    Failure::user(what).help(nearest(name, &known)).help("`--chip` also takes a file.toml")
}
