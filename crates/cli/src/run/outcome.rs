//! What came of a run.

use super::names;
use image::{KeyRun, Record};
use isa::ids::Key;
use isa::op::MeasureKind;
use serde::Serialize;
use trace::{Counters, Decisions, Moment, Raster, Recording, Summary};

/// Everything that a run yields.
#[derive(Debug)]
pub struct Outcome {
    /// The one object.
    pub summary: Summary,
    /// Steps of each sample.
    pub steps: u32,
    /// Spikes of the populations for the pictures: the first ones of a long run.
    pub raster: Raster,
    /// Spikes that were asked for, name by name.
    pub spikes: Vec<SpikeRecord>,
    /// States that were asked for.
    pub recordings: Vec<Recording>,
    /// One row a sample; empty without samples.
    pub samples: Vec<SampleRow>,
    /// What was measured.
    pub measures: Vec<Measured>,
    /// More parts of the report: heading and text in columns.
    pub notes: Vec<(String, String)>,
    /// Fires by key, input lines included; empty where they were not counted.
    pub fires: Vec<u64>,
}

/// Spikes of some things.
#[derive(Debug)]
pub struct SpikeRecord {
    /// Name of the output, e.g. `out.spikes`.
    pub name: String,
    /// Whose, in the order of the columns.
    pub of: KeyRun,
    /// Its record, which says when.
    pub record: Record,
    /// Their names.
    pub columns: Vec<String>,
    /// The spikes.
    pub raster: Raster,
}

impl SpikeRecord {
    /// Takes the spikes of one step.
    pub fn collect(&mut self, at: Moment, keys: &[Key]) {
        if self.record.is_due(at.step.0) {
            let mine: Vec<Key> =
                keys.iter().copied().filter(|key| names::place(&self.of, *key).is_some()).collect();
            self.raster.push(at, &mine);
        }
    }
}

/// One sample.
#[derive(Clone, Debug, Serialize)]
pub struct SampleRow {
    /// Counts of this sample alone.
    #[serde(flatten)]
    pub counters: Counters,
}

/// A measure and what it rests on.
#[derive(Debug)]
pub struct Measured {
    /// Name in the summary.
    pub name: String,
    /// What is measured.
    pub kind: MeasureKind,
    /// Outputs that won, good ones and all.
    pub decisions: Decisions,
    /// The true classes.
    pub labels: Vec<u32>,
    /// Number of classes.
    pub classes: u32,
}

impl Measured {
    /// Row by row the true class, column by column the one named.
    pub fn confusion(&self) -> Vec<Vec<u32>> {
        let mut table = vec![vec![0; self.classes as usize]; self.classes as usize];
        let last = self.decisions.outputs.len() - self.decisions.total as usize;
        for (&label, &decision) in self.labels.iter().zip(&self.decisions.outputs[last..]) {
            if let Some(cell) = table.get_mut(label as usize).and_then(|row| row.get_mut(decision as usize)) {
                *cell += 1;
            }
        }
        table
    }
}
