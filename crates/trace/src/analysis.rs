//! What a run decided: classes by spikes, accuracy over samples.
#![allow(clippy::float_arithmetic, reason = "an accuracy is a share, for reports")]

use std::collections::BTreeMap;

use isa::op::MeasureKind;
use serde::{Deserialize, Serialize};

/// The class that outputs name: most spikes, then largest v at the last step, then lowest index.
///
/// `counts` and `v` hold one value per class; 0 where there is no class.
#[must_use]
pub fn decide(counts: &[u32], v: &[i32]) -> usize {
    debug_assert_eq!(counts.len(), v.len());
    let rank = |i: &usize| (counts[*i], v[*i], std::cmp::Reverse(*i));
    (0..counts.len()).max_by_key(rank).unwrap_or(0)
}

/// What was decided over samples, and how good it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decisions {
    /// The output that won each sample, pass after pass.
    pub outputs: Vec<u32>,
    /// Good ones of the last pass.
    pub correct: u32,
    /// Samples of the last pass.
    pub total: u32,
}

impl Decisions {
    /// Judges the last pass, whose samples have `labels`.
    pub fn judge(&mut self, kind: MeasureKind, labels: &[u32]) {
        let n = self.outputs.len() % labels.len().max(1);
        let n = if n == 0 { labels.len().min(self.outputs.len()) } else { n };
        let (outputs, labels) = (&self.outputs[self.outputs.len() - n..], &labels[..n]);
        self.total = n as u32;
        self.correct = match kind {
            MeasureKind::Accuracy => outputs.iter().zip(labels).filter(|(o, l)| o == l).count() as u32,
            MeasureKind::Purity => majority(outputs, labels),
        };
    }

    /// correct / total, 0 without samples.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.total == 0 { 0.0 } else { f64::from(self.correct) / f64::from(self.total) }
    }
}

/// Samples that bear the most frequent label of the output that won them.
fn majority(outputs: &[u32], labels: &[u32]) -> u32 {
    let mut table: BTreeMap<u32, BTreeMap<u32, u32>> = BTreeMap::new();
    for (&output, &label) in outputs.iter().zip(labels) {
        *table.entry(output).or_default().entry(label).or_default() += 1;
    }
    table.values().filter_map(|labels| labels.values().max()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spikes_then_voltage_then_index() {
        assert_eq!(decide(&[1, 3, 2], &[9, 0, 9]), 1);
        assert_eq!(decide(&[3, 3, 3], &[1, 7, 7]), 1);
        assert_eq!(decide(&[0, 0], &[-5, -5]), 0);
        assert_eq!(decide(&[0, 0], &[-5, -4]), 1);
    }

    #[test]
    fn share_of_samples() {
        let mut decisions = Decisions { outputs: vec![1, 0], ..Decisions::default() };
        decisions.judge(MeasureKind::Accuracy, &[1, 1]);
        assert_eq!((decisions.correct, decisions.total, decisions.share()), (1, 2, 0.5));
    }

    #[test]
    fn purity_of_the_last_pass() {
        let mut decisions = Decisions { outputs: vec![0, 0, 0, 0, 2, 2, 2, 5], ..Decisions::default() };
        decisions.judge(MeasureKind::Purity, &[1, 1, 0, 3]);
        assert_eq!(
            (decisions.correct, decisions.total),
            (3, 4),
            "output 2: labels 1, 1, 0; output 5: label 3"
        );
        decisions.outputs.truncate(6);
        decisions.judge(MeasureKind::Purity, &[1, 1, 0, 3]);
        assert_eq!((decisions.correct, decisions.total), (2, 2), "a pass that was cut short");
    }
}
