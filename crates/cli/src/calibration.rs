//! The calibration that `--calibration` names: one that ships, or a file of ours or of SANA-FE's.

use std::path::Path;

use isa::chip::ChipDescription;
use isa::timing::check::{NO_FIELD, TOO_WRONG};
use isa::timing::{Barrier, SHIPPED, Timing, TimingError};

use crate::failure::Failure;
use crate::nearest::nearest;
use crate::read;
use crate::time::sanafe;

/// The calibration where nothing is said.
pub const DEFAULT: &str = "loihi1-davies2018";
/// What `--calibration` takes.
pub const HELP: &str = "What a cycle and a picojoule are: a name (`seamount isa calibrations`), a file.toml or an \
                        architecture.yaml of SANA-FE [default: loihi1-davies2018]";

/// The calibration of a name or a file, checked.
pub fn find(name: &str) -> Result<Timing, Failure> {
    let path = Path::new(name);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("toml") => of_toml(name, &read::text(path)?),
        Some("yaml" | "yml") => {
            let timing = sanafe::read(name, &read::text(path)?)?;
            timing.check().map_err(|error| refuse(name, &error))?;
            Ok(timing)
        }
        _ => Timing::shipped(name)
            .map_err(|_| unknown(name, &SHIPPED.iter().map(|(name, _)| *name).collect::<Vec<_>>())),
    }
}

/// The calibration of a text; a chip is told to go elsewhere.
fn of_toml(name: &str, text: &str) -> Result<Timing, Failure> {
    Timing::from_toml(text).map_err(|error| {
        if ChipDescription::is_described(text) && !Timing::is_described(text) {
            return Failure::user(format!("{name} describes a chip, and a calibration is wanted"))
                .help(format!("`run --chip {name}` takes it"))
                .help("`seamount isa calibrations` lists what `--calibration` takes by name");
        }
        refuse(name, &error)
    })
}

fn unknown(name: &str, known: &[&str]) -> Failure {
    Failure::user(format!("no calibration `{name}`")).help(nearest(name, known)).help(format!(
        "`--calibration` also takes a file: yours.toml, which may begin as `seamount isa {DEFAULT}` prints it, or an \
         architecture.yaml of SANA-FE"
    ))
}

/// Whether networks can be run under it.
fn has_steps(name: &&str) -> bool {
    Timing::shipped(name).is_ok_and(|timing| timing.barrier != Barrier::None)
}

/// As [`find`], for running a network: it must end its steps.
pub fn for_steps(name: &str) -> Result<Timing, Failure> {
    let timing = find(name).map_err(|failure| {
        let is_name = Path::new(name).extension().is_none();
        let known: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).filter(has_steps).collect();
        if is_name { unknown(name, &known) } else { failure }
    })?;
    if timing.barrier == Barrier::None {
        let what = format!("calibration `{}` has no barrier, so no step ever ends under it", timing.name);
        return Err(Failure::user(what)
            .help("it is for synthetic traffic: `seamount noc`")
            .help("to run networks take one with barrier.kind marker or table, e.g. loihi1-davies2018"));
    }
    Ok(timing)
}

fn refuse(file: &str, error: &TimingError) -> Failure {
    let way_out = match error {
        TimingError::Syntax(_) | TimingError::Unknown(..) => {
            "`seamount isa loihi1-davies2018` prints a whole calibration to begin with".into()
        }
        TimingError::Range { field, min, max, .. } => format!("set {field} to a number from {min} to {max}"),
        TimingError::Conflict { what, .. } => format!("change {what}"),
        TimingError::Provenance { field, reason: NO_FIELD, .. } => {
            format!("remove \"{field}\" from [provenance], or name a field that is there")
        }
        TimingError::Provenance { field, reason: TOO_WRONG, .. } => {
            format!("set error_permille of \"{field}\" to a number from 0 to 1000, or leave it out")
        }
        TimingError::Provenance { field, .. } => {
            format!("under [provenance]: \"{field}\" = {{ tier = \"assumed\", source = \"why\" }}")
        }
    };
    Failure::user(format!("{file}: {error}")).help(way_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_refused() {
        assert!(find("loihi1-davis2018").unwrap_err().findings[0].help[0].contains("loihi1-davies2018"));
        let known =
            |find: fn(&str) -> Result<Timing, Failure>| find("x").unwrap_err().findings[0].help[0].clone();
        assert!(known(find).contains("noc-reference") && !known(for_steps).contains("noc-reference"));
        assert!(for_steps("noc-reference").unwrap_err().findings[0].message.contains("no barrier"));
        assert_eq!(find(DEFAULT).unwrap().name, DEFAULT);
    }
}
