//! What a run decided: classes by spikes, accuracy over samples.
#![allow(clippy::float_arithmetic, reason = "an accuracy is a share, for reports")]

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

/// Samples whose class was named right.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accuracy {
    /// Right ones.
    pub correct: u32,
    /// All of them.
    pub total: u32,
    /// The class named for each sample.
    pub decisions: Vec<u32>,
}

impl Accuracy {
    /// Adds a sample: the class that was named, and the true one.
    pub fn push(&mut self, decision: usize, label: u32) {
        self.total += 1;
        self.correct += u32::from(decision == label as usize);
        self.decisions.push(decision as u32);
    }

    /// correct / total, 0 without samples.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.total == 0 { 0.0 } else { f64::from(self.correct) / f64::from(self.total) }
    }
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
        let mut accuracy = Accuracy::default();
        accuracy.push(1, 1);
        accuracy.push(0, 1);
        assert_eq!((accuracy.share(), accuracy.decisions), (0.5, vec![1, 0]));
    }
}
