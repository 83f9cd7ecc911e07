//! A run: sample by sample, from one record to the next.
#![allow(clippy::disallowed_methods, clippy::float_arithmetic, reason = "wall time is for people")]

use std::time::Instant;

use emulator::Observer;
use image::{Image, KeyRun, Measure, Record, Recorded};
use indicatif::ProgressBar;
use isa::ids::{Key, Step};
use isa::op::Variable;
use trace::{Decisions, Moment, Raster, Recording, Stimulus, decide};

use super::machine::{self, Machine, Turn};
use super::names;
use super::outcome::{Measured, Outcome, SampleRow, SpikeRecord};
use super::summary;
use crate::failure::{Exit, Failure};

/// Most spikes that are kept for pictures.
const SHOWN_MAX: usize = 1_000_000;
/// Most steps between two moves of the progress bar.
const STRIDE: u32 = 1000;
/// The same where the work of every step is watched, which takes longer.
const STRIDE_WATCHED: u32 = 16;

/// What is asked of a run beyond its image.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Steps of a run, or of each sample.
    pub steps: u32,
    /// Samples to run, at most; `None` is all.
    pub samples: Option<u32>,
    /// Host threads.
    pub threads: usize,
    /// What is recorded.
    pub records: Vec<Record>,
    /// Input events and rewards from files.
    pub stimulus: Stimulus,
    /// Whether an overflow is a failure.
    pub overflow: Overflow,
    /// Whether the fires of everything are counted, input lines included.
    pub fires: bool,
}

/// What an overflow is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Overflow {
    /// It is counted.
    Count,
    /// It ends the run after its sample, with exit code 1.
    Error,
}

/// Runs `image` as planned under the eyes of `observer`; the machine comes back with its final state.
pub fn run<'a, O: Observer>(
    image: Image,
    plan: &'a Plan,
    observer: &mut O,
    bar: &ProgressBar,
) -> Result<(Outcome, Machine<'a>), Failure> {
    let mut run = Run::new(&image, plan);
    let (all, passes) =
        image.session.samples.as_ref().map_or((1, 1), |samples| (samples.count, samples.passes));
    let samples = plan.samples.map_or(all, |most| most.min(all));
    let mut machine = Machine::load(image, &plan.stimulus)?;
    bar.set_length(u64::from(passes) * u64::from(samples) * u64::from(plan.steps));
    let start = Instant::now();
    for (pass, sample) in (0..passes).flat_map(|pass| (0..samples).map(move |sample| (pass, sample))) {
        let turn = Turn { row: sample, number: pass * samples + sample };
        run.sample(&mut machine, turn, observer, bar)?;
    }
    let wall_s = start.elapsed().as_secs_f64();
    bar.finish_and_clear();
    Ok((run.finish(&machine, samples, wall_s), machine))
}

struct Run<'a> {
    sampled: bool,
    plan: &'a Plan,
    raster: Raster,
    spikes: Vec<SpikeRecord>,
    lines: Vec<SpikeRecord>,
    states: Vec<(Record, Recording)>,
    rows: Vec<SampleRow>,
    measures: Vec<Tally>,
    /// Fires by key; empty where they are not counted.
    fires: Vec<u64>,
    has_inputs: bool,
}

/// A measure and the spikes of its outputs in the present sample.
struct Tally {
    of: KeyRun,
    counts: Vec<u32>,
    measured: Measured,
}

impl<'a> Run<'a> {
    fn new(image: &Image, plan: &'a Plan) -> Self {
        let (mut spikes, mut lines, mut states) = (Vec::new(), Vec::new(), Vec::new());
        for record in &plan.records {
            let columns = machine::columns(&image.symbols, &record.of);
            let name = record.name.clone();
            match (record.variable, record.of) {
                (Variable::Spikes, Recorded::Keys(of)) => {
                    let input = image.symbols.inputs.iter().any(|node| node.key <= of.key);
                    let list = if input { &mut lines } else { &mut spikes };
                    list.push(SpikeRecord {
                        name,
                        of,
                        record: record.clone(),
                        columns,
                        raster: Raster::default(),
                    });
                }
                _ => states.push((record.clone(), Recording::new(name, record.variable, columns))),
            }
        }
        let measures = image.session.measures.iter().map(|Measure { kind, name, of, labels }| {
            let (name, labels, classes) = (name.clone(), labels.clone(), of.count);
            let measured = Measured { name, kind: *kind, decisions: Decisions::default(), labels, classes };
            Tally { of: *of, counts: vec![0; classes as usize], measured }
        });
        let measures = measures.collect();
        let raster = Raster::default();
        let sampled = image.session.samples.is_some();
        let inputs = &image.symbols.inputs;
        let keys =
            names::nodes(&image.symbols).map(|node| node.key.0 + names::width(node)).max().unwrap_or(0);
        let fires = vec![0; if plan.fires { keys as usize } else { 0 }];
        let has_inputs = !inputs.is_empty();
        Self { sampled, plan, raster, spikes, lines, states, rows: Vec::new(), measures, fires, has_inputs }
    }

    /// Runs one sample, or the whole run where there are none.
    fn sample<O: Observer>(
        &mut self,
        machine: &mut Machine,
        turn: Turn,
        observer: &mut O,
        bar: &ProgressBar,
    ) -> Result<(), Failure> {
        let counted = machine.counters();
        let sample = turn.number;
        let started = machine.begin(turn, self.plan.steps)?;
        self.measures.iter_mut().for_each(|tally| tally.counts.fill(0));
        let mut done = 0;
        while done < self.plan.steps {
            let steps = self.stride(done, if O::RECORDS { STRIDE_WATCHED } else { STRIDE });
            machine.run(steps, self.plan.threads, observer, &mut |step, keys| {
                let at = Moment { sample, step: Step(step.0 - started) };
                self.collect(at, keys);
            });
            done += steps;
            bar.inc(u64::from(steps));
            let at = Moment { sample, step: Step(done) };
            let lines: Vec<Key> = if self.by_step() { machine.chip().inputs().collect() } else { Vec::new() };
            self.count(&lines);
            self.lines.iter_mut().for_each(|record| record.collect(at, &lines));
            self.record(machine, at);
        }
        self.close(machine);
        let counters = machine.counters() - counted;
        self.overflow(sample, counters.overflows())?;
        if self.sampled {
            self.rows.push(SampleRow { counters });
        }
        Ok(())
    }

    /// Steps from `done` to the next record, or to the next move of the bar.
    fn stride(&self, done: u32, most: u32) -> u32 {
        let left = self.plan.steps - done;
        if self.by_step() {
            return 1;
        }
        let records = self.states.iter().filter_map(|(record, _)| Some(record.next(done)? - done));
        records.min().unwrap_or(most).min(most).min(left)
    }

    /// Whether the input lines of every step are looked at.
    const fn by_step(&self) -> bool {
        !self.lines.is_empty() || self.plan.fires && self.has_inputs
    }

    /// Counts fires, where they are counted.
    fn count(&mut self, keys: &[Key]) {
        for key in keys {
            if let Some(fires) = self.fires.get_mut(key.index()) {
                *fires += 1;
            }
        }
    }

    /// Takes the spikes of one step.
    fn collect(&mut self, at: Moment, keys: &[Key]) {
        if keys.is_empty() {
            return;
        }
        self.count(keys);
        if self.raster.events.len() < SHOWN_MAX {
            self.raster.push(at, keys);
        }
        self.spikes.iter_mut().for_each(|record| record.collect(at, keys));
        for tally in &mut self.measures {
            let Tally { of, counts, .. } = tally;
            keys.iter().filter_map(|key| names::place(of, *key)).for_each(|i| counts[i] += 1);
        }
    }

    /// Takes the states that are due.
    fn record(&mut self, machine: &Machine, at: Moment) {
        for (record, recording) in &mut self.states {
            if record.is_due(at.step.0) {
                recording.push(at, machine.values(record.variable, &record.of));
            }
        }
    }

    /// Ends a sample: decisions.
    fn close(&mut self, machine: &Machine) {
        for tally in &mut self.measures {
            let v = machine.values(Variable::V, &Recorded::Keys(tally.of));
            tally.measured.decisions.outputs.push(decide(&tally.counts, &v) as u32);
        }
    }

    fn overflow(&self, sample: u32, overflows: u64) -> Result<(), Failure> {
        if overflows == 0 || self.plan.overflow == Overflow::Count {
            return Ok(());
        }
        let message = format!("{overflows} values overflowed in sample {sample}");
        let help = "samples.csv and summary.json count them by kind; smaller weights or a smaller exponent avoid them";
        Err(Failure::new(Exit::User, message).help(help))
    }

    fn finish(self, machine: &Machine, per_pass: u32, wall_s: f64) -> Outcome {
        let image = machine.chip().image();
        let samples = per_pass * image.session.samples.as_ref().map_or(1, |samples| samples.passes);
        let mut measures: Vec<Measured> = self.measures.into_iter().map(|tally| tally.measured).collect();
        for measured in &mut measures {
            let labels = &measured.labels[..measured.labels.len().min(per_pass as usize)];
            measured.decisions.judge(measured.kind, labels);
        }
        let about = summary::About { image, steps: self.plan.steps, samples, wall_s };
        Outcome {
            summary: summary::of(&about, machine.chip(), &measures),
            steps: self.plan.steps,
            raster: self.raster,
            spikes: self.spikes.into_iter().chain(self.lines).collect(),
            recordings: self.states.into_iter().map(|(_, recording)| recording).collect(),
            samples: self.rows,
            measures,
            notes: Vec::new(),
            fires: self.fires,
        }
    }
}
