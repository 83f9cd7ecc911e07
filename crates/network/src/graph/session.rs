//! How a network is run: steps, samples, records, measures.

use isa::op::{MeasureKind, Variable};
use serde::{Deserialize, Serialize};

use super::{Span, View};

/// How a network is run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Session {
    /// Steps of a run, or of each sample.
    pub steps: u32,
    /// Samples that are shown one after another.
    pub samples: Option<Samples>,
    /// What is recorded.
    pub records: Vec<Record>,
    /// What is measured.
    pub measures: Vec<Measure>,
}

/// Samples: every row is run for the session's steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Samples {
    /// What a row sets.
    pub target: SampleTarget,
    /// Rows.
    pub count: u32,
    /// `count` rows of values; see [`SampleTarget`].
    pub values: Vec<i32>,
    /// How often all rows are run, 1 and up.
    pub passes: u32,
    /// Whether every row starts from the image's initial state.
    pub reset: bool,
    /// Where it was declared.
    #[serde(skip)]
    pub span: Span,
}

/// What a row of samples sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SampleTarget {
    /// Bias mantissas of the view, one value each.
    Bias(View),
    /// Events at the first step of the sample: that many per line of the input.
    Spikes(View),
    /// Events per step and line: `steps x lines` values a row, that many each.
    SpikeTrains(View),
    /// Probability of the Poisson input, in 1/2^16, one value per line.
    Rate(View),
}

/// What is recorded, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Name of the output, e.g. `out.v`.
    pub name: String,
    /// Whose.
    pub of: Recorded,
    /// Which variable.
    pub variable: Variable,
    /// Every so many steps: t such that t mod every == 0; 1 is every step.
    pub every: u32,
    /// Where there are some, at these steps alone, ascending from 1; `every` is 1 then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<u32>,
    /// Where it was declared.
    #[serde(skip)]
    pub span: Span,
}

/// Whose variable is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Recorded {
    /// Compartments or lines.
    View(View),
    /// Synapses of a projection.
    Projection(usize),
    /// A reward channel.
    Reward(usize),
}

/// What a run measures, over the last pass: the output of a sample is the one with most spikes, then largest v at
/// the last step, then lowest index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// What is measured.
    pub kind: MeasureKind,
    /// Name in the summary.
    pub name: String,
    /// The outputs.
    pub of: View,
    /// One label per sample.
    pub labels: Vec<u32>,
    /// Where it was declared.
    #[serde(skip)]
    pub span: Span,
}
