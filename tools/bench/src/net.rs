//! The neutral workloads: arrays of integers from `net.npz`, exact counts from `reference_counts.npz`.

use std::fs::File;
use std::path::Path;

use ndarray::{ArrayD, IxDyn, OwnedRepr};
use ndarray_npy::{NpzReader, ReadableElement};

/// A workload as its folder describes it.
#[derive(Debug, Default)]
pub struct Net {
    /// Name of its folder.
    pub name: String,
    /// Neurons.
    pub neurons: usize,
    /// External sources.
    pub sources: usize,
    /// Steps.
    pub steps: u32,
    /// Decay of u.
    pub decay_u: u32,
    /// Decay of v.
    pub decay_v: u32,
    /// Threshold mantissa.
    pub vth: u32,
    /// Sizes of the layers, where there are any.
    pub layers: Vec<usize>,
    /// Bias of each neuron.
    pub bias: Vec<i32>,
    /// From outside.
    pub external: Csr,
    /// From the neurons.
    pub recurrent: Csr,
    /// External spikes: of step t (from 0) are `input_sources[input_ptr[t]..input_ptr[t + 1]]`.
    pub input_ptr: Vec<usize>,
    /// Their sources.
    pub input_sources: Vec<u32>,
    /// Exact spike count of each neuron, where one is given.
    pub counts: Option<Vec<u32>>,
}

/// Synapses by source.
#[derive(Debug, Default)]
pub struct Csr {
    /// First synapse of each source, and one past the last.
    pub ptr: Vec<usize>,
    /// Targets.
    pub target: Vec<u32>,
    /// Mantissas.
    pub weight: Vec<i16>,
}

impl Csr {
    /// Synapses of a source.
    pub fn row(&self, source: usize) -> impl Iterator<Item = (u32, i16)> {
        let range = self.ptr[source]..self.ptr[source + 1];
        self.target[range.clone()].iter().copied().zip(self.weight[range].iter().copied())
    }
}

fn array<T: ReadableElement + Copy>(npz: &mut NpzReader<File>, name: &str) -> Result<Vec<T>, String> {
    let read = npz.by_name::<OwnedRepr<T>, IxDyn>(name);
    let array: ArrayD<T> = read.map_err(|e| format!("{name}: {e}"))?;
    Ok(array.iter().copied().collect())
}

fn csr(npz: &mut NpzReader<File>, prefix: &str) -> Result<Csr, String> {
    let ptr: Vec<i64> = array(npz, &format!("{prefix}_ptr"))?;
    let target: Vec<i32> = array(npz, &format!("{prefix}_idx"))?;
    let ptr = ptr.into_iter().map(|p| p as usize).collect();
    let target = target.into_iter().map(|i| i as u32).collect();
    Ok(Csr { ptr, target, weight: array(npz, &format!("{prefix}_w"))? })
}

fn open(path: &Path) -> Result<NpzReader<File>, String> {
    let file = File::open(path).map_err(|e| format!("{}: {e}", path.display()))?;
    NpzReader::new(file).map_err(|e| format!("{}: {e}", path.display()))
}

/// Reads the workload `name` below `folder`; `net.npz` may lie below `made` instead, as that of W5 does.
pub fn read(folder: &Path, made: &Path, name: &str) -> Result<Net, String> {
    let place = folder.join(name);
    let text =
        std::fs::read_to_string(place.join("spec.json")).map_err(|e| format!("{}: {e}", place.display()))?;
    let spec: serde_json::Value = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    let number = |field: &str| spec[field].as_u64().ok_or_else(|| format!("{name}: no {field}"));
    let here = place.join("net.npz");
    let mut npz = open(&if here.exists() { here } else { made.join(name).join("net.npz") })?;
    let input_ptr: Vec<i64> = array(&mut npz, "in_ptr")?;
    let input_sources: Vec<i32> = array(&mut npz, "in_idx")?;
    let layers =
        spec["layers"].as_array().map(|l| l.iter().filter_map(|n| n.as_u64()).map(|n| n as usize).collect());
    let counts_at = place.join("reference_counts.npz");
    let counts = if counts_at.exists() {
        let counts: Vec<i64> = array(&mut open(&counts_at)?, "neuron_counts")?;
        Some(counts.into_iter().map(|n| n as u32).collect())
    } else {
        None
    };
    Ok(Net {
        name: name.into(),
        neurons: number("N")? as usize,
        sources: number("M")? as usize,
        steps: number("T")? as u32,
        decay_u: number("decay_u")? as u32,
        decay_v: number("decay_v")? as u32,
        vth: number("vth_mant")? as u32,
        layers: layers.unwrap_or_default(),
        bias: array(&mut npz, "bias")?,
        external: csr(&mut npz, "ext")?,
        recurrent: csr(&mut npz, "rec")?,
        input_ptr: input_ptr.into_iter().map(|p| p as usize).collect(),
        input_sources: input_sources.into_iter().map(|s| s as u32).collect(),
        counts,
    })
}
