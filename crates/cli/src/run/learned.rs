//! What a run learned, written back: as a description, or as an image.

use std::path::{Path, PathBuf};

use emulator::{Chip, Synapse};
use network::graph::{Graph, Projection, Values};

use crate::failure::Failure;
use crate::open::{self, Network};
use crate::write;

/// Writes the chip's memories; returns the file.
pub fn save_image(path: Option<&Path>, chip: &Chip) -> Result<Vec<PathBuf>, Failure> {
    let Some(path) = path else { return Ok(Vec::new()) };
    write::atomic(path, &open::bytes(&chip.dump())?)?;
    Ok(vec![path.to_path_buf()])
}

/// Refuses a name for [`save_net`] that tells no form.
pub fn check_name(path: Option<&Path>) -> Result<(), Failure> {
    let known = |path: &&Path| path.extension().is_some_and(|e| e == "snn" || e == "json");
    match path.filter(|path| !known(path)) {
        Some(path) => {
            let what = format!("{}: the name should end in .snn or .json", path.display());
            Err(Failure::user(what).help(format!("name it {}", path.with_extension("snn").display())))
        }
        None => Ok(()),
    }
}

/// Writes the network with its synapses as they were learned; returns the file.
pub fn save_net(
    path: Option<&Path>,
    network: Option<&Network>,
    chip: &Chip,
) -> Result<Vec<PathBuf>, Failure> {
    let (Some(path), Some(network)) = (path, network) else { return Ok(Vec::new()) };
    let graph = learned(&network.graph, chip);
    let json = path.extension().is_some_and(|e| e == "json");
    let text = if json { network::to_json(&graph) } else { network::print(&graph) };
    write::atomic(path, text.as_bytes())?;
    Ok(vec![path.to_path_buf()])
}

/// The graph with weights, delays and tags of its plastic projections as they stand on the chip.
fn learned(graph: &Graph, chip: &Chip) -> Graph {
    let mut graph = graph.clone();
    let plastic = graph.projections.iter_mut().filter(|projection| projection.rule.is_some());
    for (index, projection) in plastic.enumerate() {
        let synapses = (0..chip.plastic_len(index)).filter_map(|i| chip.synapse(index, i));
        take(projection, &synapses.collect::<Vec<_>>());
    }
    graph
}

fn take(projection: &mut Projection, synapses: &[Synapse]) {
    projection.weight = values(synapses.iter().map(|synapse| synapse.w as i16).collect());
    projection.delay = values(synapses.iter().map(|synapse| synapse.d as u8).collect());
    projection.tag = values(synapses.iter().map(|synapse| synapse.tag as i16).collect());
}

/// One value where all are equal.
fn values<T: Copy + PartialEq + Default>(all: Vec<T>) -> Values<T> {
    let first = all.first().copied().unwrap_or_default();
    if all.iter().all(|value| *value == first) { Values::Same(first) } else { Values::Each(all) }
}
