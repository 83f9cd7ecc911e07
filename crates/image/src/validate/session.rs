//! The session, and the places of plastic synapses.

use isa::ids::{AxonId, CoreId};
use isa::synapse::{Layouts, visit_list};
use isa::words::{SynapseMap, Word};

use super::Problems;
use isa::op::MeasureKind;

use crate::{CoreImage, Image, Measure, Recorded, SampleTarget, Samples};

/// Checks samples, records, measures and symbols.
pub fn check(image: &Image, problems: &mut Problems) {
    let session = &image.session;
    if let Some(samples) = &session.samples
        && let Err(what) = check_samples(samples, session.steps)
    {
        problems.add("session samples", what);
    }
    for (i, record) in session.records.iter().enumerate() {
        let at = format_args!("session record {i}");
        problems.demand(record.every > 0, at, "every 0: 1 and up are possible");
        let ascending = record.at.first() != Some(&0) && record.at.is_sorted_by(|a, b| a < b);
        problems.demand(ascending, at, "chosen steps ascend, from 1");
        let (index, count) = match record.of {
            Recorded::Keys(_) => continue,
            Recorded::Plastic(index) => (index, image.symbols.plastic.len()),
            Recorded::Reward(index) => (index, image.host.rewards.len()),
        };
        problems.demand((index as usize) < count, at, format_args!("names number {index} of {count}"));
    }
    for Measure { kind, name, of, labels } in &session.measures {
        let samples = session.samples.as_ref().map_or(1, |samples| samples.count);
        let what = format_args!("{} labels for {samples} samples", labels.len());
        problems.demand(labels.len() == samples as usize, format_args!("session measure {name}"), what);
        let label = labels.iter().find(|label| **label >= of.count && *kind == MeasureKind::Accuracy);
        if let Some(label) = label {
            let what = format_args!("label {label}, but there are {} outputs", of.count);
            problems.add(format_args!("session measure {name}"), what);
        }
    }
    symbols(image, problems);
}

fn check_samples(samples: &Samples, steps: u32) -> Result<(), String> {
    let row = match samples.target {
        SampleTarget::Bias(run) | SampleTarget::Spikes(run) | SampleTarget::Rate(run) => u64::from(run.count),
        SampleTarget::SpikeTrains(run) => u64::from(run.count) * u64::from(steps),
    };
    if samples.passes == 0 {
        return Err("0 passes: 1 and up are possible".into());
    }
    let need = u128::from(row) * u128::from(samples.count);
    if need != samples.values.len() as u128 {
        return Err(format!(
            "{} values, but {} samples of {row} need {need}",
            samples.values.len(),
            samples.count
        ));
    }
    let (what, range) = match samples.target {
        SampleTarget::Bias(_) => ("bias mantissa", -4096..=4095),
        SampleTarget::Spikes(_) | SampleTarget::SpikeTrains(_) => ("number of events", 0..=i32::MAX),
        SampleTarget::Rate(_) => ("probability", 0..=1 << 16),
    };
    match samples.values.iter().find(|value| !range.contains(value)) {
        Some(value) => Err(format!("{what} {value}, {range:?} are possible")),
        None => Ok(()),
    }
}

fn symbols(image: &Image, problems: &mut Problems) {
    let symbols = &image.symbols;
    for node in symbols.populations.iter().chain(&symbols.inputs) {
        let at = format_args!("symbols {}", node.name);
        let product = node.shape.iter().try_fold(1u32, |product, side| product.checked_mul(*side));
        let what = format_args!("shape {:?} does not have {} places", node.shape, node.size);
        problems.demand(product == Some(node.size), at, what);
        problems.demand(!node.compartments.is_empty(), at, "no compartment is named");
    }
    let mut lists = Lists { image, last: None };
    for (i, plastic) in symbols.plastic.iter().enumerate() {
        let at = format_args!("symbols plastic {i}");
        let what = format_args!("projection {} of {}", plastic.projection, symbols.projections.len());
        problems.demand((plastic.projection as usize) < symbols.projections.len(), at, what);
        let lost = plastic.synapses.iter().find(|place| place.entry >= lists.entries(place.core, place.axon));
        if let Some(place) = lost {
            let what = format_args!("{} {} has no entry {}", place.core, place.axon, place.entry);
            problems.add(at, what);
        }
    }
}

/// Lengths of the lists of learning axons; neighbours in a projection mostly share one.
struct Lists<'a> {
    image: &'a Image,
    last: Option<(CoreId, AxonId, u32)>,
}

impl Lists<'_> {
    /// Entries of the list of a learning axon; 0 where there is none.
    fn entries(&mut self, core: CoreId, axon: AxonId) -> u32 {
        match self.last {
            Some((c, a, entries)) if (c, a) == (core, axon) => entries,
            _ => {
                let found = self.image.cores.binary_search_by_key(&core, |core| core.core);
                let entries = found.ok().and_then(|at| count(&self.image.cores[at], axon)).unwrap_or(0);
                self.last = Some((core, axon, entries));
                entries
            }
        }
    }
}

fn count(core: &CoreImage, axon: AxonId) -> Option<u32> {
    let first = core.learning.first_learning_axon as usize;
    let learning = axon.index() >= first && (axon.index() - first).is_multiple_of(2);
    let map = SynapseMap::unpack(*core.synapse_map.get(axon.index()).filter(|_| learning)?);
    let list = core.synapses.get(map.pointer as usize..map.pointer as usize + map.length as usize)?;
    let mut entries = 0u32;
    visit_list(list, &Layouts::new(&core.formats), |_, _| entries = entries.saturating_add(1)).ok()?;
    Some(entries)
}
