//! What a network case expects, and whether a recording shows it.

use std::collections::BTreeMap;

use network::graph::Graph;
use serde::Deserialize;

use super::net::NetworkCase;
use crate::recording::{Recording, Snapshot};

/// Expectations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    spikes: Vec<Vec<u32>>,
    #[serde(default)]
    u: Option<Vec<Vec<i32>>>,
    #[serde(default)]
    v: Option<Vec<Vec<i32>>>,
    #[serde(default)]
    register: Option<Vec<Vec<i32>>>,
    #[serde(default)]
    snapshots: Vec<ExpectedSnapshot>,
    #[serde(default)]
    digests: Vec<ExpectedDigests>,
    counters: BTreeMap<String, u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedSnapshot {
    t: u32,
    #[serde(default)]
    w: Vec<i32>,
    #[serde(default)]
    d: Vec<i32>,
    #[serde(default)]
    tag: Vec<i32>,
    #[serde(default)]
    pre: Vec<[i32; 6]>,
    #[serde(default)]
    post: Vec<[i32; 5]>,
    #[serde(default)]
    reward: Vec<[i32; 2]>,
    #[serde(default)]
    homeo: Vec<[i32; 3]>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedDigests {
    t: u32,
    uv: u32,
    w: u32,
    d: u32,
    tag: u32,
    traces: u32,
}

impl Expected {
    /// The steps at which learning must be looked at.
    #[must_use]
    pub fn looks_at(&self, t: u32) -> bool {
        self.snapshots.iter().any(|s| s.t == t) || self.digests.iter().any(|d| d.t == t)
    }

    /// Whether `recording` shows all that is expected.
    ///
    /// # Errors
    /// The first thing that differs.
    pub fn check(&self, case: &NetworkCase, graph: &Graph, recording: &Recording) -> Result<(), String> {
        let record = &case.record;
        let asked = [(record.uv != 0) == self.u.is_some(), (record.register != 0) == self.register.is_some()];
        if asked.contains(&false) || record.snapshots.len() != self.snapshots.len() {
            return Err("the file does not expect what it records".into());
        }
        let rows: Vec<Vec<u32>> =
            recording.spikes.iter().map(|(&t, keys)| [&[t][..], keys].concat()).collect();
        same("spikes", &self.spikes, &rows)?;
        for (name, expected, shown) in [
            ("u", &self.u, &recording.u),
            ("v", &self.v, &recording.v),
            ("register", &self.register, &recording.register),
        ] {
            if let Some(expected) = expected {
                same(name, expected, shown)?;
            }
        }
        for expected in &self.snapshots {
            let shown = recording.snapshots.get(&expected.t).ok_or("no snapshot")?;
            expected.check(graph, shown)?;
        }
        for expected in &self.digests {
            expected.check(recording)?;
        }
        self.check_counters(recording)
    }

    fn check_counters(&self, recording: &Recording) -> Result<(), String> {
        let c = &recording.counters;
        for (name, &expected) in &self.counters {
            let shown = match name.as_str() {
                "q_wrap" => c.q_wrap,
                "u_wrap" => c.u_wrap,
                "x_wrap" => c.x_wrap,
                "v_limit" => c.v_limit,
                "v_range" => c.v_range,
                "active_updates" => c.updates_active,
                "spikes" => c.spikes,
                "synaptic_operations" => c.synaptic_operations,
                _ => return Err(format!("no counter {name}")),
            };
            if shown != expected {
                return Err(format!("counter {name}: {expected} expected, {shown} shown"));
            }
        }
        Ok(())
    }
}

impl ExpectedSnapshot {
    fn check(&self, graph: &Graph, shown: &Snapshot) -> Result<(), String> {
        let t = self.t;
        let compartments = graph.compartments() as i32;
        let by_line = |row: &[i32; 6]| {
            let mut row = *row;
            row[1] -= if row[1] >= compartments { compartments } else { 0 };
            row
        };
        let pre: Vec<[i32; 6]> = shown.pre.iter().map(by_line).collect();
        same(&format!("w at {t}"), &self.w, &shown.w)?;
        same(&format!("d at {t}"), &self.d, &shown.d)?;
        same(&format!("tag at {t}"), &self.tag, &shown.tag)?;
        same(&format!("pre at {t}"), &self.pre, &pre)?;
        same(&format!("post at {t}"), &self.post, &shown.post)?;
        // A channel of a core without compartments is on no chip: nothing is shown of it.
        let heard = |(expected, shown): (&[i32; 2], &Option<[i32; 2]>)| shown.map(|_| *expected);
        let expected: Vec<Option<[i32; 2]>> = self.reward.iter().zip(&shown.reward).map(heard).collect();
        same(&format!("reward at {t}"), &expected, &shown.reward)?;
        same(&format!("homeostasis at {t}"), &self.homeo, &shown.homeostasis)
    }
}

impl ExpectedDigests {
    fn check(&self, recording: &Recording) -> Result<(), String> {
        let at = self.t as usize - 1;
        let (u, v) = (recording.u.get(at).ok_or("no u")?, recording.v.get(at).ok_or("no v")?);
        let snapshot = recording.snapshots.get(&self.t).ok_or("no snapshot")?;
        let pre = snapshot.pre.iter().flat_map(|row| &row[3..5]);
        let post = snapshot.post.iter().flat_map(|row| &row[1..4]);
        for (name, expected, shown) in [
            ("uv", self.uv, crc32(u.iter().chain(v))),
            ("w", self.w, crc32(&snapshot.w)),
            ("d", self.d, crc32(&snapshot.d)),
            ("tag", self.tag, crc32(&snapshot.tag)),
            ("traces", self.traces, crc32(pre.chain(post))),
        ] {
            if expected != shown {
                return Err(format!("digest {name} at {}: {expected} expected, {shown} shown", self.t));
            }
        }
        Ok(())
    }
}

/// CRC-32 (reflected, polynomial edb88320) over little-endian 32-bit integers.
fn crc32<'a>(values: impl IntoIterator<Item = &'a i32>) -> u32 {
    let bytes = values.into_iter().flat_map(|value| value.to_le_bytes());
    !bytes.fold(!0, |crc: u32, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// Whether two lists are equal; the first difference if not.
///
/// # Errors
/// Where they differ.
pub fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: &[T], shown: &[T]) -> Result<(), String> {
    if let Some(i) = expected.iter().zip(shown).position(|(a, b)| a != b) {
        return Err(format!("{what}[{i}]: {:?} expected, {:?} shown", expected[i], shown[i]));
    }
    if expected.len() == shown.len() {
        return Ok(());
    }
    Err(format!("{what}: {} rows expected, {} shown", expected.len(), shown.len()))
}
