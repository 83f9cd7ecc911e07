//! An architecture file of SANA-FE as a calibration: its costs on a clock that makes them whole.
//!
//! `architecture > tile > core > axon_in, synapse, soma, axon_out`, each with seconds and joules; the first tile, core and
//! unit of a kind counts. The mesh itself stays that of `--chip`: a file of ours says what work costs, not how much fits.
//! What our units cannot tell apart is named among the calibration's limits.
#![allow(clippy::float_arithmetic, reason = "seconds and joules become cycles and femtojoules")]

mod node;

use isa::timing::{
    Barrier, Core, Energy, Fifos, Learning, Link, NetChoice, NetworkInterface, Origin, Provenance, Router,
    Soma, Synapse, Tier, Timing,
};

use crate::failure::Failure;
use node::Node;

/// The clock where a file has no times at all, picoseconds.
const CLOCK_PS: u64 = 100;
/// The longest clock of a calibration, picoseconds.
const CLOCK_PS_MAX: u64 = 1_000_000;
/// Stages of a router: one cycle each for the route, allocation and the switch.
const STAGES: u64 = 3;
/// Of a link between chips, which these files do not have (timing of the shipped calibrations), picoseconds.
const CHIP_LINK_PS: u64 = 22_800;

/// Seconds and joules of one event.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Cost {
    ps: u64,
    fj: u32,
}

/// What an architecture costs.
#[derive(Clone, Debug, Default)]
struct Costs {
    east_west: Cost,
    north_south: Cost,
    axon_in: Cost,
    axon_out: Cost,
    access: Cost,
    update: Cost,
    spike: Cost,
    /// Dense, sparse, run length.
    synapse: [Cost; 3],
    /// Rows \[tiles, picoseconds\].
    sync: Vec<(u32, u64)>,
    buffer: u32,
    limits: Vec<String>,
}

/// Reads the text of a file.
pub fn read(file: &str, text: &str) -> Result<Timing, Failure> {
    let documents = node::documents(file, text)?;
    let first = documents.first().ok_or_else(|| Failure::user(format!("{file} is empty")))?;
    let architecture = Node::root(file, first).get("architecture")?;
    let costs = costs(&architecture)?;
    let name = architecture.find("name").and_then(|name| name.text()).unwrap_or("sanafe").to_string();
    timing(&name, file, &costs)
}

fn costs(architecture: &Node) -> Result<Costs, Failure> {
    let mut costs = Costs::default();
    let about = architecture.get("attributes")?;
    costs.buffer = about.find("link_buffer_size").map_or(Ok(1.0), |buffer| buffer.number())?.max(1.0) as u32;
    costs.sync = sync(&about)?;
    let tile = one(&architecture.get("tile")?, &mut costs.limits)?;
    let hops = tile.get("attributes")?;
    costs.east_west = hop(&hops, ["east", "west"], &mut costs.limits)?;
    costs.north_south = hop(&hops, ["north", "south"], &mut costs.limits)?;
    let core = one(&tile.get("core")?, &mut costs.limits)?;
    let axon_in = one(&core.get("axon_in")?, &mut costs.limits)?.get("attributes")?;
    costs.axon_in = cost(&axon_in, "message_in")?;
    let axon_out = one(&core.get("axon_out")?, &mut costs.limits)?.get("attributes")?;
    costs.axon_out = cost(&axon_out, "message_out")?;
    soma(&core, &mut costs)?;
    synapses(&core, &mut costs)?;
    dendrites(&core, &mut costs.limits)?;
    Ok(costs)
}

/// The first item; others are named among the limits.
fn one<'a>(list: &Node<'a>, limits: &mut Vec<String>) -> Result<Node<'a>, Failure> {
    let mut items = list.items()?;
    if items.len() > 1 {
        limits.push(format!("the first of {} of `{}` stands for all", items.len(), list.path));
    }
    Ok(items.remove(0))
}

fn cost(attributes: &Node, what: &str) -> Result<Cost, Failure> {
    let seconds = attributes.get(&format!("latency_{what}"))?;
    let joules = attributes.get(&format!("energy_{what}"))?;
    let (ps, fj) = (seconds.number()? * 1e12, joules.number()? * 1e15);
    if ps > 1e12 {
        return Err(seconds.refuse("seconds are wanted; this is more than one"));
    }
    if fj > f64::from(u32::MAX) {
        return Err(joules.refuse("joules are wanted; this is more than 4.29 uJ an event"));
    }
    Ok(Cost { ps: ps.round() as u64, fj: fj.round() as u32 })
}

fn hop(attributes: &Node, sides: [&str; 2], limits: &mut Vec<String>) -> Result<Cost, Failure> {
    let [a, b] = sides.map(|side| cost(attributes, &format!("{side}_hop")));
    let (a, b) = (a?, b?);
    if a != b {
        limits.push(format!("hops {} and {} differ: their mean is taken", sides[0], sides[1]));
    }
    Ok(Cost { ps: a.ps.midpoint(b.ps), fj: a.fj.midpoint(b.fj) })
}

/// The first unit that is no input.
fn soma(core: &Node, costs: &mut Costs) -> Result<(), Failure> {
    let units = core.get("soma")?.items()?;
    let is_input = |unit: &Node| {
        let model = unit.find("attributes").and_then(|attributes| attributes.find("model"));
        model.and_then(|model| model.text()) == Some("input")
    };
    let neurons: Vec<&Node> = units.iter().filter(|unit| !is_input(unit)).collect();
    let Some(unit) = neurons.first().copied().or(units.first()) else { return Ok(()) };
    if neurons.len() > 1 {
        costs.limits.push(format!("`{}` stands for {} kinds of soma", unit.path, neurons.len()));
    }
    let attributes = unit.get("attributes")?;
    costs.access = cost(&attributes, "access_neuron")?;
    costs.update = cost(&attributes, "update_neuron")?;
    costs.spike = cost(&attributes, "spike_out")?;
    Ok(())
}

/// Units by their names; what has no unit of its name costs as the first.
fn synapses(core: &Node, costs: &mut Costs) -> Result<(), Failure> {
    let units = core.get("synapse")?.items()?;
    let named = |word: &str| {
        let has =
            |unit: &&Node| unit.find("name").and_then(|name| name.text()).is_some_and(|n| n.contains(word));
        units.iter().find(has)
    };
    for (slot, word) in ["dense", "sparse", "conv"].into_iter().enumerate() {
        let Some(unit) = named(word).or(units.first()) else { return Ok(()) };
        costs.synapse[slot] = cost(&unit.get("attributes")?, "process_spike")?;
    }
    if units.len() > 1 && ["dense", "sparse", "conv"].into_iter().all(|word| named(word).is_none()) {
        costs.limits.push(format!(
            "the first of {} synapse units stands for all: none is named dense, sparse, conv",
            units.len()
        ));
    }
    Ok(())
}

/// Dendrites cost nothing with us: where they do, that is said.
fn dendrites(core: &Node, limits: &mut Vec<String>) -> Result<(), Failure> {
    let Some(units) = core.find("dendrite") else { return Ok(()) };
    for unit in units.items()? {
        let attributes = unit.get("attributes")?;
        for field in ["latency_update", "energy_update"] {
            if attributes.find(field).map_or(Ok(0.0), |value| value.number())? > 0.0 {
                limits.push(format!(
                    "`{}.attributes.{field}` is left out: accumulation costs nothing here",
                    unit.path
                ));
            }
        }
    }
    Ok(())
}

/// Rows of the barrier.
fn sync(attributes: &Node) -> Result<Vec<(u32, u64)>, Failure> {
    let Some(latency) = attributes.find("latency_sync") else { return Ok(vec![(1, 0)]) };
    let is_table = attributes.find("sync_model").and_then(|model| model.text()) == Some("table");
    let pairs = if is_table { latency.pairs()? } else { vec![(1.0, latency.number()?)] };
    if pairs.iter().any(|(_, seconds)| *seconds > 1.0) {
        return Err(latency.refuse("seconds are wanted; this is more than one"));
    }
    let mut rows: Vec<(u32, u64)> =
        pairs.into_iter().map(|(tiles, seconds)| (tiles as u32, (seconds * 1e12).round() as u64)).collect();
    rows.sort_unstable();
    // A table may begin above one tile; below its first row a barrier takes no time.
    if rows.first().is_none_or(|row| row.0 > 1) {
        rows.insert(0, (1, 0));
    }
    Ok(rows)
}

impl Costs {
    /// The longest clock on which every time is whole, and short enough for a hop to pass the stages of a router.
    fn clock_ps(&mut self) -> u64 {
        let units = [self.axon_in, self.axon_out, self.access, self.update, self.spike];
        let hops = [self.east_west.ps, self.north_south.ps];
        let times = units.iter().chain(&self.synapse).map(|cost| cost.ps);
        let times = times.chain(hops).chain(self.sync.iter().map(|row| row.1));
        let whole = match times.fold(0, gcd) {
            0 => CLOCK_PS,
            whole => whole,
        };
        let shortest = hops.into_iter().filter(|ps| *ps > 0).min().unwrap_or(u64::MAX);
        let fits = |clock: &u64| whole.is_multiple_of(*clock) && *clock * (STAGES + 1) <= shortest;
        let clock = (1..=whole.min(CLOCK_PS_MAX)).rev().find(fits).unwrap_or(1);
        if hops.into_iter().any(|ps| ps < clock * (STAGES + 1)) {
            let least = clock * (STAGES + 1);
            self.limits
                .push(format!("a hop takes {least} ps at least: {STAGES} stages and a wire of a cycle each"));
        }
        clock
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn timing(name: &str, file: &str, costs: &Costs) -> Result<Timing, Failure> {
    let mut costs = costs.clone();
    let clock = costs.clock_ps();
    let cycles = |ps: u64| u32::try_from(ps / clock).unwrap_or(u32::MAX);
    let wire = |ps: u64| cycles(ps.saturating_sub(STAGES * clock)).max(1);
    let rows = costs.sync.iter().map(|(tiles, ps)| [*tiles, cycles(*ps)]).collect();
    let [dense, sparse, run_length] = costs.synapse;
    let mut limits =
        vec![format!("costs of {file}, an architecture of SANA-FE, which states no error of its own")];
    limits.push(
        "learning, chip links and power at rest are not in such files: no cost, but 22.8 ns a chip link"
            .into(),
    );
    limits.append(&mut costs.limits);
    Ok(Timing {
        name: name.into(),
        clock_ps: clock as u32,
        nets: 2,
        choice: NetChoice::Alternate,
        limits,
        router: Router { rc: 1, sa: 1, st: 1, buffer: costs.buffer, vcs: 1 },
        link: Link {
            east_west: wire(costs.east_west.ps),
            north_south: wire(costs.north_south.ps),
            local: 1,
            chip: cycles(CHIP_LINK_PS).clamp(1, 2000),
            credit_extra: 1,
            interval: [1, 1],
        },
        nif: NetworkInterface { receive: 8, transmit: 4 },
        core: Core {
            axon_in: cycles(costs.axon_in.ps),
            synapse: Synapse {
                word: 0,
                per_word: 0,
                sparse: cycles(sparse.ps),
                run_length: cycles(run_length.ps),
                dense: cycles(dense.ps),
            },
            accumulate: 0,
            soma: Soma {
                inactive: cycles(costs.access.ps),
                active: cycles(costs.access.ps + costs.update.ps),
                spike: cycles(costs.spike.ps),
            },
            axon_out: cycles(costs.axon_out.ps),
            learning: Learning { base: 0, term: 0, factor: 0, skip_idle: false },
            receive_serial: true,
            transmit_serial: true,
        },
        fifo: Fifos { axon_in: 4, synapse: 8, spike: 16 },
        barrier: Barrier::Table { rows },
        energy: energy(&costs),
        provenance: provenance(file),
    })
}

const fn energy(costs: &Costs) -> Energy {
    let [dense, sparse, run_length] = costs.synapse;
    Energy {
        soma_inactive: costs.access.fj,
        soma_active: costs.access.fj.saturating_add(costs.update.fj),
        spike: costs.spike.fj,
        axon_out: costs.axon_out.fj,
        axon_in: costs.axon_in.fj,
        synapse_sparse: sparse.fj,
        synapse_run_length: run_length.fj,
        synapse_dense: dense.fj,
        learning: 0,
        local: 0,
        hop_east_west: costs.east_west.fj,
        hop_north_south: costs.north_south.fj,
        chip_link: 0,
        clock: 0,
        static_uw: 0,
    }
}

fn provenance(file: &str) -> Provenance {
    let of = |source: &str| Origin {
        tier: Tier::Assumed,
        source: source.into(),
        error_permille: None,
        bound: None,
    };
    let given = of(&format!("{file}, an architecture of SANA-FE, which states no error"));
    let rows = [
        ("clock_ps", of("the longest on which every time of the file is whole")),
        ("nets", of("two physical networks, as loihi1-nahuku")),
        ("choice", of("as loihi1-nahuku")),
        ("router", given.clone()),
        ("link", given.clone()),
        ("link.chip", of("22.8 ns, as loihi1-nahuku; such files have no chip links")),
        ("nif", of("as loihi1-nahuku")),
        ("core", given.clone()),
        ("core.learning", of("SANA-FE does not learn")),
        ("fifo", of("as loihi1-nahuku")),
        ("barrier", given.clone()),
        ("energy", given),
        ("energy.learning", of("SANA-FE does not learn")),
        ("energy.chip_link", of("not in such files")),
        ("energy.static_uw", of("not in such files")),
    ];
    rows.into_iter().map(|(field, origin)| (field.to_string(), origin)).collect()
}
