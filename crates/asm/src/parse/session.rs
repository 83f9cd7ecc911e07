//! How an image is run, and what its parts are called.

use image::{
    Measure, NodeSymbol, PlasticProjection, Record, Recorded, SampleTarget, Samples, Session, Symbols,
    SynapsePlace,
};
use isa::ids::{AxonId, CoreId, Key};
use isa::op::{MeasureKind, Variable};

use super::line::{Line, Refusal, parse_number};
use crate::error::Fault;

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
    let every = line.assigned("every")?;
    let at = if line.is_empty() { Vec::new() } else { steps(line)? };
    Ok(Record { name, of, variable, every, at })
}

/// `at=5,7,100`
fn steps(line: &mut Line) -> Result<Vec<u32>, Refusal> {
    let at = line.at();
    let steps =
        line.assigned_text("at")?.split(',').map(|step| parse_number("step", step, 0..=u32::MAX.into()));
    steps.collect::<Result<_, _>>().map_err(|fault| (at, fault))
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
    let max = u16::MAX.into();
    let refuse = |_| (at, Fault::Range { name: "axon".into(), value: axon.into(), min: 0, max });
    Ok(SynapsePlace { core: CoreId(core), axon: AxonId(u16::try_from(axon).map_err(refuse)?), entry })
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
