//! The summary of a run.

use std::collections::BTreeMap;

use emulator::Chip;
use image::Image;
use isa::spec::spec_hash;
use trace::{SCHEMA, Summary};

use super::outcome::Measured;

/// What was run, and for how long.
pub struct About<'a> {
    /// The image.
    pub image: &'a Image,
    /// Steps of each sample.
    pub steps: u32,
    /// Samples that were run.
    pub samples: u32,
    /// Seconds.
    pub wall_s: f64,
}

/// The summary.
pub fn of(about: &About, chip: &Chip, measures: &[Measured]) -> Summary {
    let counters = chip.counters();
    let mut summary = Summary {
        schema: SCHEMA,
        network: about.image.symbols.name.clone(),
        backend: "emulator".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        spec: format!("{:016x}", spec_hash()),
        seed: about.image.seed,
        digest: format!("{:016x}", chip.digest()),
        steps: u64::from(about.steps) * u64::from(about.samples),
        samples: about.samples,
        counters,
        overflows: counters.overflows(),
        wall_s: about.wall_s,
        measures: BTreeMap::new(),
    };
    for measured in measures {
        summary.measure(&measured.name, measured.decisions.share());
        summary.measure(&format!("{}_correct", measured.name), measured.decisions.correct);
    }
    summary
}
