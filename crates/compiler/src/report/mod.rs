//! What came out: how full each core is, what binds it, what travels how far. As data, as text, as a picture.

mod svg;
mod text;

use std::collections::BTreeMap;

use isa::ids::CoreId;
use isa::op::AxonKind;
use serde::Serialize;

use crate::allocate::Allocation;
use crate::place::Placement;
use crate::plan::Plan;
use crate::resource::{Resource, limit};
use crate::tables::Tables;

/// How a network lies on a chip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The network.
    pub network: String,
    /// The chip description.
    pub chip: String,
    /// Chips of the board in x and y.
    pub board: (u32, u32),
    /// Tiles of a chip in x and y.
    pub mesh: (u32, u32),
    /// Cores of a tile.
    pub cores_per_tile: u32,
    /// Cores of the board.
    pub cores_total: u32,
    /// Cores that hold something.
    pub cores: Vec<CoreReport>,
    /// The same, summed for each chip that holds something.
    pub chips: Vec<ChipReport>,
    /// Expected traffic.
    pub traffic: TrafficReport,
    /// Populations, in order of declaration.
    pub populations: Vec<String>,
}

/// One core.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CoreReport {
    /// Core of the board.
    pub core: u32,
    /// Chip.
    pub chip: u32,
    /// Tile over the whole board.
    pub tile: (u32, u32),
    /// Core in its tile.
    pub slot: u32,
    /// Its neurons: index of the population, first, one past the last.
    pub neurons: Vec<(usize, u32, u32)>,
    /// What is used of each resource, by name.
    pub usage: BTreeMap<&'static str, Used>,
    /// The resource that is nearest to its limit.
    pub bottleneck: &'static str,
    /// Input axons by kind.
    pub axons: AxonCounts,
    /// Synapses, and how those of each format are stored.
    pub synapses: u64,
    /// Formats, as `run_length, 8 + 7 bits`.
    pub formats: Vec<String>,
}

/// What is used of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Used {
    /// Used.
    pub used: u32,
    /// What there is.
    pub limit: u32,
    /// Share in 1/1000.
    pub permille: u32,
}

/// Input axons by kind; a population axon counts once, however many sources share it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AxonCounts {
    /// Discrete, not learning.
    pub discrete: u32,
    /// Population, 16 bits.
    pub pop16: u32,
    /// Population, 32 bits.
    pub pop32: u32,
    /// Learning.
    pub learning: u32,
    /// Reward.
    pub reward: u32,
}

/// One chip of the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChipReport {
    /// Chip.
    pub chip: u32,
    /// Cores that hold something.
    pub cores: u32,
    /// Compartments.
    pub compartments: u64,
    /// Synapses.
    pub synapses: u64,
    /// Words of synapse memory.
    pub synapse_words: u64,
    /// Fullest core, and the resource that binds it.
    pub fullest: (u32, &'static str),
}

/// Expected way of messages: rate (a fire in 1,000 steps is 1) times steps between tiles, a chip link counted as several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TrafficReport {
    /// If parts were placed in index order.
    pub index_order: u64,
    /// As placed.
    pub placed: u64,
}

impl Report {
    /// The report of an allocation.
    #[must_use]
    pub fn new(tables: &Tables, allocation: &Allocation, placement: &Placement) -> Self {
        let chip = tables.chip;
        let cores: Vec<CoreReport> =
            allocation.cores.iter().map(|(core, plan)| core_report(tables, *core, plan)).collect();
        Self {
            network: tables.graph.name.clone(),
            chip: chip.name.clone(),
            board: (chip.board.width, chip.board.height),
            mesh: (chip.mesh.width, chip.mesh.height),
            cores_per_tile: chip.cores_per_tile,
            cores_total: chip.cores(),
            chips: chips(&cores),
            cores,
            traffic: TrafficReport { index_order: placement.cost.0, placed: placement.cost.1 },
            populations: tables.graph.populations.iter().map(|p| p.name.clone()).collect(),
        }
    }

    /// The report as a table for a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        text::text(self)
    }

    /// The placement as a picture.
    #[must_use]
    pub fn svg(&self) -> String {
        svg::svg(self)
    }
}

fn core_report(tables: &Tables, core: CoreId, plan: &Plan) -> CoreReport {
    let place = tables.chip.place(core);
    let limits = &tables.chip.limits;
    let used = |&resource: &Resource| {
        let (used, limit) = (plan.usage.get(resource), limit(limits, resource));
        (resource.name(), Used { used, limit, permille: plan.usage.share(limits, resource) })
    };
    let listed = |resource: &&Resource| resource.is_listed();
    let mut axons = AxonCounts { reward: plan.reward_axon.is_some().into(), ..AxonCounts::default() };
    for axon in &plan.axons {
        let count = match (axon.plastic, axon.kind) {
            (Some(_), _) => &mut axons.learning,
            (None, AxonKind::Discrete) => &mut axons.discrete,
            (None, AxonKind::Pop16) => &mut axons.pop16,
            (None, AxonKind::Pop32) => &mut axons.pop32,
        };
        *count += 1;
    }
    CoreReport {
        core: core.0,
        chip: place.chip,
        tile: (place.x, place.y),
        slot: place.slot,
        neurons: plan.part.runs.iter().map(|run| (run.population, run.start, run.end)).collect(),
        usage: Resource::ALL.iter().filter(listed).map(used).collect(),
        bottleneck: plan.usage.binding(limits).0.name(),
        axons,
        synapses: plan.lists.iter().map(|list| u64::from(list.end - list.start)).sum(),
        formats: plan.packing.formats.iter().skip(1).map(format).collect(),
    }
}

fn format(format: &isa::words::SynapseFormat) -> String {
    let (name, place) =
        (format.compression().map_or("?", |c| c.name()), format.stored_place_bits().unwrap_or(0));
    let mode = format.mode().map_or("?", |mode| mode.name());
    let learns = if format.learning != 0 { ", learns" } else { "" };
    let bits = format.entry_bits().unwrap_or(0) - place;
    format!("{name}, {mode}, {place} + {bits} bits{learns}")
}

fn chips(cores: &[CoreReport]) -> Vec<ChipReport> {
    let on_chip = |cores: &[CoreReport]| {
        let sum = |resource: Resource| cores.iter().map(|c| u64::from(c.usage[resource.name()].used)).sum();
        let share = |core: &&CoreReport| core.usage[core.bottleneck].permille;
        let fullest = cores.iter().rev().max_by_key(share);
        ChipReport {
            chip: cores[0].chip,
            cores: cores.len() as u32,
            compartments: sum(Resource::Compartments),
            synapses: cores.iter().map(|core| core.synapses).sum(),
            synapse_words: sum(Resource::SynapseWords),
            fullest: fullest.map_or((0, ""), |core| (core.core, core.bottleneck)),
        }
    };
    cores.chunk_by(|a, b| a.chip == b.chip).map(on_chip).collect()
}
