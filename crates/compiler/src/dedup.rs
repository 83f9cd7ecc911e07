//! A table of distinct values, in order of first use.

use std::collections::BTreeMap;

/// Distinct values and their ids.
#[derive(Clone, Debug)]
pub struct Dedup<T> {
    ids: BTreeMap<T, u32>,
    /// The values by id.
    pub values: Vec<T>,
}

impl<T> Default for Dedup<T> {
    fn default() -> Self {
        Self { ids: BTreeMap::new(), values: Vec::new() }
    }
}

impl<T: Ord + Copy> Dedup<T> {
    /// The id of `value`, which is added if it is new.
    pub fn id(&mut self, value: T) -> u32 {
        let Self { ids, values } = self;
        *ids.entry(value).or_insert_with(|| {
            values.push(value);
            values.len() as u32 - 1
        })
    }

    /// The id of `value`, if it is there.
    #[must_use]
    pub fn find(&self, value: &T) -> Option<u32> {
        self.ids.get(value).copied()
    }
}
