//! What can be said of times under a calibration.

use isa::timing::provenance::origin_of;
use isa::timing::{Bound, Tier, Timing};
use serde::Serialize;

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
    use crate::calibration::{DEFAULT, find};

    #[test]
    fn errors_and_maxima_are_found() {
        let nahuku = TimeSupport::of(&find("loihi1-nahuku").unwrap());
        assert_eq!(nahuku.error_permille, Some(243));
        let davies = TimeSupport::of(&find(DEFAULT).unwrap());
        assert_eq!(davies.maxima.len(), 3);
        assert!(TimeSupport::of(&find("loihi2-scaled").unwrap()).text().contains("never measured"));
    }
}
