//! The chip as a session drives it: samples in, states out.

use emulator::{Chip, Observer};
use image::{Image, KeyRun, Recorded, SampleTarget, Samples, Session, Symbols};
use isa::ids::{Key, Step};
use isa::op::Variable;
use trace::{Counters, Stimulus};

use super::names;
use crate::failure::Failure;

/// Most events of one line in one step that a sample gives.
const EVENTS_MAX: i32 = 1 << 16;

/// A sample of a run.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// Row of the samples.
    pub row: u32,
    /// Number of the sample over all passes, from 0.
    pub number: u32,
}

/// A chip with its image and what comes from outside.
pub struct Machine<'a> {
    chip: Chip,
    session: Session,
    stimulus: &'a Stimulus,
}

impl<'a> Machine<'a> {
    /// Loads an image, under the image's seed.
    pub fn load(image: Image, stimulus: &'a Stimulus) -> Result<Self, Failure> {
        let session = image.session.clone();
        let chip =
            Chip::take(image).map_err(|error| Failure::user(format!("the image is refused: {error}")))?;
        Ok(Self { chip, session, stimulus })
    }

    /// The chip.
    pub const fn chip(&self) -> &Chip {
        &self.chip
    }

    /// Prepares a sample, or the run where there are none; returns the step before its first.
    pub fn begin(&mut self, turn: Turn, steps: u32) -> Result<u32, Failure> {
        let Some(samples) = self.session.samples.take() else {
            self.inject(self.stimulus)?;
            return Ok(0);
        };
        if samples.reset && turn.number > 0 {
            self.chip.reset();
        }
        let before = self.chip.step().0;
        if before == 0 {
            self.inject(self.stimulus)?;
        }
        let set = self.set(&samples, turn.row, steps);
        self.session.samples = Some(samples);
        set.map(|()| before)
    }

    /// Runs some steps; `sink` takes the spikes of each, keys ascending.
    pub fn run(
        &mut self,
        steps: u32,
        threads: usize,
        observer: &mut impl Observer,
        sink: &mut impl FnMut(Step, &[Key]),
    ) {
        self.chip.run(steps, threads, observer, sink);
    }

    /// Counts since the image was loaded.
    pub fn counters(&self) -> Counters {
        self.chip.counters()
    }

    fn inject(&mut self, stimulus: &Stimulus) -> Result<(), Failure> {
        self.chip.inject(stimulus).map_err(|error| Failure::user(error.to_string()))
    }

    /// Sets what a row of samples says.
    fn set(&mut self, samples: &Samples, sample: u32, steps: u32) -> Result<(), Failure> {
        let refuse = |error: emulator::StimulusError| Failure::user(format!("sample {sample}: {error}"));
        let before = self.chip.step().0;
        match samples.target {
            SampleTarget::Bias(run) => {
                for (key, &value) in run.keys().zip(row(samples, sample, run.count)) {
                    self.chip.set_bias(key, value).map_err(refuse)?;
                }
            }
            SampleTarget::Rate(run) => {
                for (key, &value) in run.keys().zip(row(samples, sample, run.count)) {
                    let p = u64::try_from(value).unwrap_or(0) << 16;
                    self.chip.set_rate(key, p).map_err(refuse)?;
                }
            }
            SampleTarget::Spikes(run) => {
                self.inject(&events(run, row(samples, sample, run.count), before)?)?
            }
            SampleTarget::SpikeTrains(run) => {
                let train = row(samples, sample, self.session.steps.saturating_mul(run.count));
                let shown = train.len().min(steps.saturating_mul(run.count) as usize);
                self.inject(&events(run, &train[..shown], before)?)?;
            }
        }
        Ok(())
    }

    /// The values of a record now, a column each; 0 where the image names what the chip does not have.
    pub fn values(&self, variable: Variable, of: &Recorded) -> Vec<i32> {
        let chip = &self.chip;
        match of {
            Recorded::Keys(run) => {
                run.keys().map(|key| chip.value(key, variable).unwrap_or_default()).collect()
            }
            Recorded::Plastic(index) => {
                let index = *index as usize;
                let value = |i| chip.synapse_value(index, i, variable).unwrap_or_default();
                (0..chip.plastic_len(index)).map(value).collect()
            }
            Recorded::Reward(index) => {
                let channel = chip.image().host.rewards.get(*index as usize);
                channel.map(|c| chip.value(c.key, variable).unwrap_or_default()).into_iter().collect()
            }
        }
    }
}

/// Row `sample` of `width` values; what a damaged file lacks is missing.
fn row(samples: &Samples, sample: u32, width: u32) -> &[i32] {
    let start = (sample as usize).saturating_mul(width as usize).min(samples.values.len());
    let end = start.saturating_add(width as usize).min(samples.values.len());
    &samples.values[start..end]
}

/// As many events as each value says: rows are steps behind `before`, columns lines.
fn events(run: KeyRun, counts: &[i32], before: u32) -> Result<Stimulus, Failure> {
    if let Some(bad) = counts.iter().find(|count| !(0..=EVENTS_MAX).contains(*count)) {
        return Err(Failure::user(format!(
            "a sample of {bad} events on one line in one step: 0..={EVENTS_MAX} are taken"
        )));
    }
    let keys: Vec<Key> = run.keys().collect();
    let mut stimulus = Stimulus::none();
    for (step, row) in (before + 1..).zip(counts.chunks(keys.len().max(1))) {
        for (&key, &count) in keys.iter().zip(row) {
            stimulus.events.extend((0..count).map(|_| (Step(step), key)));
        }
    }
    Ok(stimulus)
}

/// A name for each column of a record.
pub fn columns(symbols: &Symbols, of: &Recorded) -> Vec<String> {
    match of {
        Recorded::Keys(run) => run.keys().map(|key| names::of(symbols, key)).collect(),
        Recorded::Plastic(index) => {
            let plastic = symbols.plastic.get(*index as usize);
            let name = plastic.and_then(|p| symbols.projections.get(p.projection as usize));
            let (name, count) = (name.map_or("", String::as_str), plastic.map_or(0, |p| p.synapses.len()));
            (0..count).map(|i| format!("{name}[{i}]")).collect()
        }
        Recorded::Reward(index) => symbols.rewards.get(*index as usize).cloned().into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_become_events() {
        let run = KeyRun { key: Key(7), count: 2, stride: 1 };
        let stimulus = events(run, &[2, 0, 0, 1], 10).unwrap();
        assert!(events(run, &[0, -1], 10).is_err());
        assert_eq!(stimulus.events, [(Step(11), Key(7)), (Step(11), Key(7)), (Step(12), Key(8))]);
    }
}
