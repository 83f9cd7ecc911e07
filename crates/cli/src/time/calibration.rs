//! The calibration that `--calibration` names: one that ships, or a file.

use std::path::Path;

use isa::timing::provenance::origin_of;
use isa::timing::{Barrier, Bound, SHIPPED, Tier, Timing, TimingError};
use serde::Serialize;

use crate::failure::Failure;
use crate::nearest::nearest;
use crate::read;

/// The calibration where nothing is said.
pub const DEFAULT: &str = "loihi1-davies2018";
/// What `--calibration` takes.
pub const HELP: &str = "What a cycle and a picojoule are: a name (`seamount isa calibrations`) or a file.toml \
                        [default: loihi1-davies2018]";

/// The calibration of a name or a file, checked.
pub fn find(name: &str) -> Result<Timing, Failure> {
    let path = Path::new(name);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("toml") => Timing::from_toml(&read::text(path)?)
            .map_err(|error| Failure::user(format!("{name}: {error}")).help(way_out(&error))),
        _ => Timing::shipped(name).map_err(|_| {
            let known: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
            Failure::user(format!("no calibration `{name}`"))
                .help(nearest(name, &known))
                .help("`--calibration` also takes a file.toml; `seamount isa NAME` prints one to begin with")
        }),
    }
}

/// As [`find`], for running a network: it must end its steps.
pub fn for_steps(name: &str) -> Result<Timing, Failure> {
    let timing = find(name)?;
    if timing.barrier == Barrier::None {
        let what = format!("calibration `{}` has no barrier, so no step ever ends under it", timing.name);
        return Err(Failure::user(what)
            .help("it is for synthetic traffic: `seamount noc`")
            .help("to run networks take one with barrier.kind marker or table, e.g. loihi1-davies2018"));
    }
    Ok(timing)
}

fn way_out(error: &TimingError) -> String {
    match error {
        TimingError::Syntax(_) | TimingError::Unknown(..) => {
            "`seamount isa loihi1-davies2018` prints a whole calibration to begin with".into()
        }
        TimingError::Range { field, min, max, .. } => format!("set {field} to a number from {min} to {max}"),
        TimingError::Conflict { what, .. } => format!("change one of them: {what}"),
        TimingError::Provenance { field, .. } => {
            format!("under [provenance]: \"{field}\" = {{ tier = \"assumed\", source = \"why\" }}")
        }
    }
}

/// What can be said of times under a calibration.
#[derive(Clone, Debug, Serialize)]
pub struct TimeSupport {
    /// Largest error of a field against its own source, per thousand.
    pub error_permille: Option<u32>,
    /// Fields that are published as a maximum.
    pub maxima: Vec<String>,
    /// Fields that are scaled and never measured.
    pub scaled: usize,
    /// Fields that are assumed.
    pub assumed: usize,
    /// All fields of time.
    pub fields: usize,
}

impl TimeSupport {
    /// The support of a calibration's times.
    pub fn of(timing: &Timing) -> Self {
        let fields = timing.fields().unwrap_or_default();
        let mut support = Self { error_permille: None, maxima: Vec::new(), scaled: 0, assumed: 0, fields: 0 };
        for field in fields.into_iter().filter(|field| !field.starts_with("energy.")) {
            support.fields += 1;
            let Some(origin) = origin_of(&timing.provenance, &field) else { continue };
            support.error_permille = support.error_permille.max(origin.error_permille);
            support.scaled += usize::from(origin.tier == Tier::Scaled);
            support.assumed += usize::from(origin.tier == Tier::Assumed);
            if origin.bound == Some(Bound::Maximum) {
                support.maxima.push(field);
            }
        }
        support
    }

    /// What to print beside a time.
    pub fn text(&self) -> String {
        let mut said = Vec::new();
        if let Some(error) = self.error_permille {
            said.push(format!(
                "± {}.{} % (the worst of its constants against their source)",
                error / 10,
                error % 10
            ));
        }
        if self.scaled > 0 {
            said.push(format!("{} constants scaled, never measured", self.scaled));
        }
        if !self.maxima.is_empty() {
            said.push(format!("published maxima: {}", self.maxima.join(", ")));
        }
        said.push(format!("{} of {} fields are assumptions", self.assumed, self.fields));
        said.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_support() {
        assert!(find("loihi1-davis2018").unwrap_err().findings[0].help[0].contains("loihi1-davies2018"));
        assert!(for_steps("noc-reference").unwrap_err().findings[0].message.contains("no barrier"));
        let nahuku = TimeSupport::of(&find("loihi1-nahuku").unwrap());
        assert_eq!(nahuku.error_permille, Some(243));
        let davies = TimeSupport::of(&find(DEFAULT).unwrap());
        assert_eq!(davies.maxima.len(), 3);
        assert!(TimeSupport::of(&find("loihi2-scaled").unwrap()).text().contains("never measured"));
    }
}
