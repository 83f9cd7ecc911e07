//! How an image is run when nothing else is said; things are named by their keys.

use bincode::{Decode, Encode};
use isa::op::{MeasureKind, Variable};
use serde::{Deserialize, Serialize};

use crate::KeyRun;

/// Steps, samples, records, measures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Encode, Decode)]
pub struct Session {
    /// Steps of a run, or of each sample.
    pub steps: u32,
    /// Samples.
    pub samples: Option<Samples>,
    /// Records.
    pub records: Vec<Record>,
    /// Measures.
    pub measures: Vec<Measure>,
}

/// Samples: every row is run for the session's steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Encode, Decode)]
pub struct Samples {
    /// What a row sets.
    pub target: SampleTarget,
    /// Rows.
    pub count: u32,
    /// The rows' values.
    pub values: Vec<i32>,
    /// How often all rows are run, 1 and up.
    pub passes: u32,
    /// Whether every row starts from the initial state.
    pub reset: bool,
}

/// What a row of samples sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub enum SampleTarget {
    /// Bias mantissas.
    Bias(KeyRun),
    /// Events at the first step, that many per line.
    Spikes(KeyRun),
    /// Events per step and line.
    SpikeTrains(KeyRun),
    /// Probability of Poisson lines, in 1/2^16.
    Rate(KeyRun),
}

/// What is recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Encode, Decode)]
pub struct Record {
    /// Name of the output.
    pub name: String,
    /// Whose.
    pub of: Recorded,
    /// Which variable.
    pub variable: Variable,
    /// At steps t such that t mod every == 0.
    pub every: u32,
}

/// Whose variable is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub enum Recorded {
    /// Compartments or lines.
    Keys(KeyRun),
    /// Synapses of a plastic projection, an index into `Symbols::plastic`.
    Plastic(u32),
    /// A reward channel.
    Reward(u32),
}

/// What a run measures, over the last pass: the output of a sample is the one with most spikes, then largest v at
/// the last step, then lowest index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Encode, Decode)]
pub struct Measure {
    /// What is measured.
    pub kind: MeasureKind,
    /// Name in the summary.
    pub name: String,
    /// The outputs.
    pub of: KeyRun,
    /// One label per sample.
    pub labels: Vec<u32>,
}
