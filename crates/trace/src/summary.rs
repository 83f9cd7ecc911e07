//! The summary of a run: one JSON object, on stdout with `--json` and in every output folder.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Counters;

/// Version of the summary's fields; it grows when one changes its meaning or goes away.
pub const SCHEMA: u32 = 1;

/// What a run was and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Name of the network.
    pub network: String,
    /// Who ran it: `emulator` or `reference`.
    pub backend: String,
    /// Version of Seamount.
    pub version: String,
    /// Version of the contract.
    pub spec: String,
    /// Seed of noise, Poisson inputs and learning.
    pub seed: u32,
    /// [`Digest`](crate::Digest) as 16 hexadecimal digits.
    pub digest: String,
    /// Steps in all, over samples.
    pub steps: u64,
    /// Samples; 1 for a run without.
    pub samples: u32,
    /// Counts, over samples.
    #[serde(flatten)]
    pub counters: Counters,
    /// [`Counters::overflows`].
    pub overflows: u64,
    /// Seconds of the run by the wall clock, without loading and writing.
    pub wall_s: f64,
    /// What the program measures, by name.
    #[serde(flatten)]
    pub measures: BTreeMap<String, Value>,
}

impl Summary {
    /// The object as one line of JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Adds a measure; one whose name is taken by a field gets `_measured` behind it.
    pub fn measure(&mut self, name: &str, value: impl Into<Value>) {
        let taken = serde_json::to_value(&*self).is_ok_and(|object| object.get(name).is_some());
        let name = if taken { format!("{name}_measured") } else { name.to_string() };
        self.measures.insert(name, value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary() -> Summary {
        Summary {
            schema: SCHEMA,
            network: "net".into(),
            backend: "emulator".into(),
            version: "0.1.0".into(),
            spec: "1".into(),
            seed: 7,
            digest: "00".into(),
            steps: 3,
            samples: 1,
            counters: Counters { spikes: 4, ..Counters::default() },
            overflows: 0,
            wall_s: 0.5,
            measures: BTreeMap::new(),
        }
    }

    #[test]
    fn one_flat_object() {
        let mut summary = summary();
        summary.measure("accuracy", 0.5);
        summary.measure("spikes", 1);
        let json: Value = serde_json::from_str(&summary.to_json()).unwrap();
        assert_eq!((json["spikes"].as_u64(), json["accuracy"].as_f64()), (Some(4), Some(0.5)));
        assert_eq!(json["spikes_measured"].as_u64(), Some(1));
        let names = ["digest", "steps", "synaptic_operations", "updates_active", "updates_inactive"];
        for name in names.into_iter().chain(["messages", "hops", "overflows", "wall_s", "seed", "spec"]) {
            assert!(json.get(name).is_some(), "{name}");
        }
    }
}
