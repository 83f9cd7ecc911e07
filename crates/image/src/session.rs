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
    /// At steps t of a sample such that t mod every == 0.
    pub every: u32,
    /// Where there are some, at these steps alone, ascending from 1; `every` is 1 then.
    pub at: Vec<u32>,
}

impl Record {
    /// Whether step `t` of a sample is recorded.
    #[must_use]
    pub fn is_due(&self, t: u32) -> bool {
        if self.at.is_empty() { t.is_multiple_of(self.every) } else { self.at.binary_search(&t).is_ok() }
    }

    /// The first step after `t` that is recorded.
    #[must_use]
    pub fn next(&self, t: u32) -> Option<u32> {
        if self.at.is_empty() {
            return t.checked_add(self.every - t % self.every);
        }
        self.at.get(self.at.partition_point(|&at| at <= t)).copied()
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_step_is_the_first_that_is_due() {
        let of = Recorded::Reward(0);
        let record = |every, at: &[u32]| Record {
            name: String::new(),
            of,
            variable: Variable::R1,
            every,
            at: at.into(),
        };
        for record in [record(1, &[]), record(7, &[]), record(1, &[5, 6, 40])] {
            for t in 0..50 {
                assert_eq!(record.next(t), (t + 1..100).find(|&t| record.is_due(t)), "{record:?} {t}");
            }
        }
        assert_eq!(record(7, &[]).next(u32::MAX - 1), None);
    }
}
