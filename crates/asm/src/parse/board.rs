//! Chip, host, session and symbols.

use image::host::AxonMap32;
use image::{
    Host, HostInput, HostReward, HostSource, Measure, Memory, NodeSymbol, PlasticProjection, Record,
    Recorded, SampleTarget, Samples, Session, Symbols, SynapsePlace,
};
use isa::chip::{ChipDescription, Grid, Limits};
use isa::ids::{AxonId, CoreId, Key};
use isa::op::{MeasureKind, Variable};

use super::core::rows;
use super::line::{Line, Refusal, expected, parse_number, unknown};
use super::rows::{Rows, read_word};
use crate::error::Fault;

/// A chip description that is being read.
pub struct Chip {
    chip: ChipDescription,
    given: Vec<&'static str>,
}

impl Chip {
    /// A description of that name without numbers.
    pub fn new(name: String) -> Self {
        let none = Grid { width: 0, height: 0 };
        let limits = Limits {
            compartments: 0,
            axons_in: 0,
            axons_out: 0,
            synapse_words: 0,
            accumulators: 0,
            delay_bits_max: 0,
            stack: 0,
            compartment_profiles: 0,
            vth_profiles: 0,
            synapse_formats: 0,
            pre_profiles: 0,
            post_profiles: 0,
            rules: 0,
            products: 0,
            microcode_words: 0,
        };
        Self {
            chip: ChipDescription { name, board: none, mesh: none, cores_per_tile: 0, limits },
            given: Vec::new(),
        }
    }

    /// Reads `field value`.
    ///
    /// # Errors
    /// An unknown field, or one that was there already.
    pub fn read(&mut self, line: &mut Line) -> Result<(), Refusal> {
        let at = line.at();
        let name = line.word("a field of the chip")?;
        let value = line.u32(name)?;
        let mut fields = fields(&mut self.chip);
        let Some((name, field)) = fields.iter_mut().find(|(known, _)| *known == name) else {
            return Err((at, unknown("field of the chip", name, fields.iter().map(|(known, _)| *known))));
        };
        **field = value;
        if self.given.contains(name) {
            return Err((at, Fault::Conflict(format!("{name} is given twice"))));
        }
        self.given.push(name);
        line.end()
    }

    /// The description.
    ///
    /// # Errors
    /// The fields that are missing.
    pub fn finish(mut self) -> Result<ChipDescription, Fault> {
        let all = fields(&mut self.chip);
        let missing: Vec<&str> =
            all.iter().map(|(name, _)| *name).filter(|name| !self.given.contains(name)).collect();
        if missing.is_empty() {
            Ok(self.chip)
        } else {
            Err(Fault::Conflict(format!("the chip has no {}", missing.join(", "))))
        }
    }
}

/// Every number of a description; a new limit does not compile until it is listed.
fn fields(chip: &mut ChipDescription) -> [(&'static str, &mut u32); 20] {
    let ChipDescription { name: _, board, mesh, cores_per_tile, limits } = chip;
    let Limits {
        compartments,
        axons_in,
        axons_out,
        synapse_words,
        accumulators,
        delay_bits_max,
        stack,
        compartment_profiles,
        vth_profiles,
        synapse_formats,
        pre_profiles,
        post_profiles,
        rules,
        products,
        microcode_words,
    } = limits;
    [
        ("board.width", &mut board.width),
        ("board.height", &mut board.height),
        ("mesh.width", &mut mesh.width),
        ("mesh.height", &mut mesh.height),
        ("cores_per_tile", cores_per_tile),
        ("compartments", compartments),
        ("axons_in", axons_in),
        ("axons_out", axons_out),
        ("synapse_words", synapse_words),
        ("accumulators", accumulators),
        ("delay_bits_max", delay_bits_max),
        ("stack", stack),
        ("compartment_profiles", compartment_profiles),
        ("vth_profiles", vth_profiles),
        ("synapse_formats", synapse_formats),
        ("pre_profiles", pre_profiles),
        ("post_profiles", post_profiles),
        ("rules", rules),
        ("products", products),
        ("microcode_words", microcode_words),
    ]
}

/// Inputs and rewards that are being read.
#[derive(Default)]
pub struct HostParts {
    inputs: Vec<HostInput>,
    rewards: Vec<HostReward>,
    /// Whether the last of the two is a reward.
    in_reward: bool,
    axon_map: Option<Rows>,
    axons: Option<Rows>,
    /// Whether lines go to the axon map, to the slots, or to neither.
    open: Option<Memory>,
}

impl HostParts {
    /// Opens the axon map or the slots.
    ///
    /// # Errors
    /// Another name, one that was there already, or too many rows.
    pub fn open(
        &mut self,
        name: &str,
        at: usize,
        line: &mut Line,
        budget: &mut usize,
    ) -> Result<(), Refusal> {
        let (memory, place) = match Memory::from_name(name) {
            Some(Memory::AxonMap) => (Memory::AxonMap, &mut self.axon_map),
            Some(Memory::AxonsOut) => (Memory::AxonsOut, &mut self.axons),
            _ => return Err((at, unknown("memory of the host", name, ["axon_map", "axons_out"]))),
        };
        if place.is_some() {
            return Err((at, Fault::Conflict(format!("{name} of the host is given twice"))));
        }
        let count = rows(line, budget)?;
        let map = memory == Memory::AxonMap;
        *place = Some(if map { Rows::of(crate::HOST_AXON_MAP, count) } else { Rows::new(memory, count) });
        self.open = Some(memory);
        line.end()
    }

    /// Reads a line.
    ///
    /// # Errors
    /// Every fault of the line.
    pub fn read(&mut self, line: &mut Line) -> Result<(), Vec<Refusal>> {
        match (self.open, &mut self.axon_map, &mut self.axons) {
            (Some(Memory::AxonMap), Some(rows), _) | (Some(Memory::AxonsOut), _, Some(rows)) => {
                rows.read(line)
            }
            _ => self.item(line),
        }
    }

    fn item(&mut self, line: &mut Line) -> Result<(), Vec<Refusal>> {
        let at = line.at();
        match line
            .one_of("item of the host", &["input", "reward", "events", "p", "axon"])
            .map_err(|f| vec![f])?
        {
            0 => self.input(line),
            1 => line.assigned("key").map(|key| {
                self.in_reward = true;
                self.rewards.push(HostReward { key: Key(key), events: Vec::new(), axons: Vec::new() });
            }),
            2 => self.events(line, at),
            3 => self.probabilities(line, at),
            _ => return self.axon(line, at),
        }
        .and_then(|()| line.end())
        .map_err(|fault| vec![fault])
    }

    fn input(&mut self, line: &mut Line) -> Result<(), Refusal> {
        let (key, size) = (Key(line.assigned("key")?), line.assigned("size")?);
        let source = match line.one_of("source", &["external", "list", "poisson", "regular"])? {
            0 => HostSource::External,
            1 => HostSource::Events(Vec::new()),
            2 => HostSource::Poisson(Vec::new()),
            _ => HostSource::Regular { period: line.assigned("period")?, first: line.assigned("first")? },
        };
        self.in_reward = false;
        self.inputs.push(HostInput { key, size, source });
        Ok(())
    }

    fn events(&mut self, line: &mut Line, at: usize) -> Result<(), Refusal> {
        while let Some(token) = line.peek() {
            let refuse = |fault| (token.at, fault);
            let (step, value) =
                token.text.split_once(':').map_or((&*token.text, None), |(s, v)| (s, Some(v)));
            let step = parse_number("step", step, 0..=u32::MAX.into()).map_err(refuse)?;
            match (
                self.in_reward,
                self.rewards.last_mut(),
                self.inputs.last_mut().map(|input| &mut input.source),
            ) {
                (true, Some(reward), _) => {
                    let range = i32::MIN.into()..=i32::MAX.into();
                    let value =
                        value.map(|value| parse_number("value", value, range)).transpose().map_err(refuse)?;
                    reward.events.push((step, value));
                }
                (false, _, Some(HostSource::Events(events))) => {
                    let value = value.ok_or_else(|| refuse(expected("step:line", &token.text)))?;
                    let input = parse_number("line", value, 0..=u32::MAX.into()).map_err(refuse)?;
                    events.push((step, input));
                }
                _ => {
                    return Err((
                        at,
                        Fault::Conflict("events belong below a reward or an input of kind list".into()),
                    ));
                }
            }
            line.next("an event")?;
        }
        Ok(())
    }

    fn probabilities(&mut self, line: &mut Line, at: usize) -> Result<(), Refusal> {
        let source = self.inputs.last_mut().map(|input| &mut input.source);
        let Some(HostSource::Poisson(p)) = source.filter(|_| !self.in_reward) else {
            return Err((at, Fault::Conflict("p belongs below an input of kind poisson".into())));
        };
        while !line.is_empty() {
            p.push(line.number("p, in 2^-32", 0..=u64::MAX.into())?);
        }
        Ok(())
    }

    fn axon(&mut self, line: &mut Line, at: usize) -> Result<(), Vec<Refusal>> {
        let Some(reward) = self.rewards.last_mut().filter(|_| self.in_reward) else {
            return Err(vec![(at, Fault::Conflict("an axon belongs below a reward".into()))]);
        };
        let layouts = Rows::new(Memory::AxonsOut, 0).layouts();
        reward.axons.push(read_word(&layouts, true, 64, line)?);
        Ok(())
    }

    /// The host.
    pub fn finish(self) -> Host {
        let map = |bits: u64| AxonMap32 { pointer: bits as u32, length: (bits >> 32) as u32 };
        let bits = |rows: Option<Rows>| rows.map_or_else(Vec::new, |rows| rows.bits);
        Host {
            inputs: self.inputs,
            rewards: self.rewards,
            axon_map: bits(self.axon_map).into_iter().map(map).collect(),
            axons: bits(self.axons),
        }
    }
}

/// Reads a line of the session.
///
/// # Errors
/// The first fault of the line.
pub fn session(session: &mut Session, line: &mut Line) -> Result<(), Refusal> {
    let at = line.at();
    match line
        .one_of("item of the session", &["steps", "samples", "values", "record", "measure", "labels"])?
    {
        0 => session.steps = line.u32("steps")?,
        1 => session.samples = Some(samples(line)?),
        2 => {
            let samples = session
                .samples
                .as_mut()
                .ok_or((at, Fault::Conflict("values belong below samples".into())))?;
            while !line.is_empty() {
                samples.values.push(line.number("value", i32::MIN.into()..=i32::MAX.into())?);
            }
        }
        3 => session.records.push(record(line)?),
        4 => {
            let kinds: Vec<&str> = MeasureKind::ALL.iter().map(|kind| kind.name()).collect();
            let kind = MeasureKind::ALL[line.one_of("kind of measure", &kinds)?];
            let (name, of) = (line.string("a name in quotes")?, line.run("outputs")?);
            session.measures.push(Measure { kind, name, of, labels: Vec::new() });
        }
        _ => {
            let Some(Measure { labels, .. }) = session.measures.last_mut() else {
                return Err((at, Fault::Conflict("labels belong below a measure".into())));
            };
            while !line.is_empty() {
                labels.push(line.u32("label")?);
            }
        }
    }
    line.end()
}

fn samples(line: &mut Line) -> Result<Samples, Refusal> {
    let kind = line.one_of("target of samples", &["bias", "spikes", "spike_trains", "rate"])?;
    let run = line.run("keys")?;
    let target = match kind {
        0 => SampleTarget::Bias(run),
        1 => SampleTarget::Spikes(run),
        2 => SampleTarget::SpikeTrains(run),
        _ => SampleTarget::Rate(run),
    };
    let count = line.assigned("count")?;
    let passes = line.assigned("passes")?;
    let reset = line.one_of("start of a sample", &["continue", "reset"])? == 1;
    Ok(Samples { target, count, values: Vec::new(), passes, reset })
}

fn record(line: &mut Line) -> Result<Record, Refusal> {
    let name = line.string("a name in quotes")?;
    let of = match line.one_of("thing to record", &["keys", "plastic", "reward"])? {
        0 => Recorded::Keys(line.run("keys")?),
        1 => Recorded::Plastic(line.u32("plastic projection")?),
        _ => Recorded::Reward(line.u32("reward channel")?),
    };
    let names: Vec<&str> = Variable::ALL.iter().map(|variable| variable.name()).collect();
    let variable = Variable::ALL[line.one_of("variable", &names)?];
    Ok(Record { name, of, variable, every: line.assigned("every")? })
}

/// Reads a line of the symbols.
///
/// # Errors
/// The first fault of the line.
pub fn symbols(symbols: &mut Symbols, line: &mut Line) -> Result<(), Refusal> {
    let at = line.at();
    let items = ["network", "step_us", "population", "input", "reward", "projection", "plastic", "places"];
    match line.one_of("item of the symbols", &items)? {
        0 => symbols.name = line.string("a name in quotes")?,
        1 => symbols.step_us = Some(line.u32("step_us")?),
        2 => symbols.populations.push(node(line)?),
        3 => symbols.inputs.push(node(line)?),
        4 => symbols.rewards.push(line.string("a name in quotes")?),
        5 => symbols.projections.push(line.string("a name in quotes")?),
        6 => symbols
            .plastic
            .push(PlasticProjection { projection: line.u32("projection")?, synapses: Vec::new() }),
        _ => {
            let plastic = symbols.plastic.last_mut();
            let plastic = plastic.ok_or((at, Fault::Conflict("places belong below plastic".into())))?;
            while !line.is_empty() {
                plastic.synapses.push(place(line)?);
            }
        }
    }
    line.end()
}

fn place(line: &mut Line) -> Result<SynapsePlace, Refusal> {
    let at = line.at();
    let (core, axon, entry) = line.triple("core:axon:entry", None)?;
    let short = |name: &str, value: u32| {
        let max = u16::MAX.into();
        let refuse = |_| (at, Fault::Range { name: name.into(), value: value.into(), min: 0, max });
        u16::try_from(value).map_err(refuse)
    };
    Ok(SynapsePlace { core: CoreId(core), axon: AxonId(short("axon", axon)?), entry: short("entry", entry)? })
}

fn node(line: &mut Line) -> Result<NodeSymbol, Refusal> {
    let name = line.string("a name in quotes")?;
    let (key, size, at) = (Key(line.assigned("key")?), line.assigned("size")?, line.at());
    let shape = line.assigned_text("shape")?;
    let sides = shape.split('x').filter(|_| !shape.is_empty());
    let sides = sides.map(|side| parse_number("side", side, 0..=u32::MAX.into()));
    let shape = sides.collect::<Result<_, _>>().map_err(|fault| (at, fault))?;
    let mut compartments = Vec::new();
    while !line.is_empty() {
        compartments.push(line.string("the name of a compartment in quotes")?);
    }
    Ok(NodeSymbol { name, key, size, shape, compartments })
}
