//! Spikes and states in memory, as a run collected them.

use isa::ids::{Key, Step};
use isa::op::Variable;
use serde::{Deserialize, Serialize};

/// When something was seen: step `step` of sample `sample`. A run without samples is sample 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment {
    /// Sample, from 0.
    pub sample: u32,
    /// Step within the sample, from 1.
    pub step: Step,
}

/// A spike of `key`, a compartment or an input line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Moment,
    /// Whose.
    pub key: Key,
}

/// Spikes in order of sample, step and key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raster {
    /// The spikes.
    pub events: Vec<Event>,
}

impl Raster {
    /// Adds the spikes of one step; `keys` ascend, steps do not go back.
    pub fn push(&mut self, at: Moment, keys: &[Key]) {
        self.events.extend(keys.iter().map(|&key| Event { at, key }));
    }

    /// Number of spikes of each of `keys`, in their order.
    #[must_use]
    pub fn counts(&self, keys: &[Key]) -> Vec<u32> {
        let mut slots: Vec<(Key, usize)> = keys.iter().copied().zip(0..).collect();
        slots.sort_unstable();
        let mut counts = vec![0; keys.len()];
        for event in &self.events {
            if let Ok(found) = slots.binary_search_by_key(&event.key, |slot| slot.0) {
                counts[slots[found].1] += 1;
            }
        }
        counts
    }

    /// Steps at which `key` fired in `sample`.
    #[must_use]
    pub fn steps(&self, sample: u32, key: Key) -> Vec<u32> {
        let mine = self.events.iter().filter(|e| e.at.sample == sample && e.key == key);
        mine.map(|e| e.at.step.0).collect()
    }
}

/// One variable of several things over time: a matrix, a row a moment, a column a thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// Name of the output, e.g. `out.v`.
    pub name: String,
    /// Which variable.
    pub variable: Variable,
    /// Name of each column, e.g. `out[3]`.
    pub columns: Vec<String>,
    /// The moments, ascending.
    pub moments: Vec<Moment>,
    /// `moments.len()` rows of `columns.len()` values.
    pub values: Vec<i32>,
}

impl Recording {
    /// A recording of nothing yet.
    #[must_use]
    pub fn new(name: String, variable: Variable, columns: Vec<String>) -> Self {
        Self { name, variable, columns, moments: Vec::new(), values: Vec::new() }
    }

    /// Adds a row of `columns.len()` values.
    pub fn push(&mut self, at: Moment, row: impl IntoIterator<Item = i32>) {
        self.moments.push(at);
        self.values.extend(row);
        debug_assert_eq!(self.values.len(), self.moments.len() * self.columns.len());
    }

    /// The rows with their moments.
    pub fn rows(&self) -> impl Iterator<Item = (Moment, &[i32])> {
        self.moments.iter().copied().zip(self.values.chunks(self.columns.len().max(1)))
    }

    /// One column over time.
    #[must_use]
    pub fn column(&self, column: usize) -> Vec<i32> {
        self.rows().map(|(_, row)| row[column]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(sample: u32, step: u32) -> Moment {
        Moment { sample, step: Step(step) }
    }

    #[test]
    fn counts_follow_the_order_of_keys() {
        let mut raster = Raster::default();
        raster.push(at(0, 1), &[Key(3), Key(8)]);
        raster.push(at(1, 4), &[Key(3)]);
        assert_eq!(raster.counts(&[Key(8), Key(3), Key(4)]), [1, 2, 0]);
        assert_eq!(raster.steps(1, Key(3)), [4]);
    }

    #[test]
    fn columns_run_over_time() {
        let mut v = Recording::new("a.v".into(), Variable::V, vec!["a[0]".into(), "a[1]".into()]);
        v.push(at(0, 1), [1, -2]);
        v.push(at(0, 2), [3, -4]);
        assert_eq!(v.column(1), [-2, -4]);
    }
}
