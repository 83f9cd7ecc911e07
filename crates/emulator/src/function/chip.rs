//! The chip as its users see it: load, run, inject, reset.

use image::Image;
use isa::ids::{Key, Step};
use trace::{Counters, Digest, Stimulus};

use super::core::{Core, Write};
use super::exchange::Exchange;
use super::host::{self, Host};
use super::kernel::Level;
use super::load;
use super::record::Recorder;
use crate::error::{LoadError, StimulusError};

/// An emulated board of chips that runs an image.
#[derive(Debug)]
pub struct Chip {
    pub(super) image: Image,
    pub(super) seed: u32,
    /// The last step that was run, 0 before the first.
    pub(super) t: u32,
    pub(super) level: Level,
    pub(super) cores: Vec<Core>,
    pub(super) host: Host,
    /// Keys of compartments with core and compartment, ascending.
    pub(super) directory: Vec<(u32, u32, u16)>,
    pub(super) exchange: Exchange,
    pub(super) digest: Digest,
    pub(super) recorder: Option<Box<Recorder>>,
    tables: Vec<load::ListTable>,
}

impl Chip {
    /// Unpacks an image and checks all that the contract refuses of it.
    ///
    /// # Errors
    /// The first thing that is refused; see [`LoadError`].
    pub fn load(image: &Image) -> Result<Self, LoadError> {
        Self::take(image.clone())
    }

    /// As [`Self::load`], of an image that nobody else needs: a large one is not copied.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn take(image: Image) -> Result<Self, LoadError> {
        let level = Level::detect();
        let (cores, tables) = load::cores(&image, level)?;
        let host = host::host(&image, &tables)?;
        let directory = load::directory(&cores)?;
        Ok(Self {
            seed: image.seed,
            t: 0,
            level,
            exchange: Exchange::new(vec![0; cores.len()]),
            cores,
            host,
            directory,
            digest: Digest::new(),
            recorder: None,
            tables,
            image,
        })
    }

    /// The image as it was loaded; [`Self::dump`] gives the memories as they stand.
    #[must_use]
    pub const fn image(&self) -> &Image {
        &self.image
    }

    /// The last step that was run, 0 before the first.
    #[must_use]
    pub const fn step(&self) -> Step {
        Step(self.t)
    }

    /// Back to the image's initial state before step 1: states, weights, slots, messages in flight, inputs, biases.
    /// Stimuli are forgotten; counters and the spikes of the digest go on, as over samples; the seed stays.
    pub fn reset(&mut self) {
        self.t = 0;
        for (core, memories) in self.cores.iter_mut().zip(&self.image.cores) {
            super::reset::core(core, memories);
        }
        self.host.reset();
        self.exchange = Exchange::new(vec![0; self.cores.len()]);
    }

    /// Sets the seed of all draws, instead of the image's.
    pub const fn set_seed(&mut self, seed: u32) {
        self.seed = seed;
    }

    /// Adds events, writes and rewards at steps that are still to come.
    ///
    /// # Errors
    /// A step that is over, or a key that is no input line, compartment or reward channel; then nothing is added.
    pub fn inject(&mut self, stimulus: &Stimulus) -> Result<(), StimulusError> {
        let mut events = Vec::with_capacity(stimulus.events.len());
        for &(step, key) in &stimulus.events {
            self.check_step(step, key)?;
            let line = self.host.line(key).ok_or(StimulusError::Unknown { key, wanted: "an input line" })?;
            events.push((step.0, line.1));
        }
        let mut writes = Vec::with_capacity(stimulus.writes.len());
        for &(step, key, value) in &stimulus.writes {
            self.check_step(step, key)?;
            let (core, compartment) =
                self.place(key).ok_or(StimulusError::Unknown { key, wanted: "a compartment" })?;
            writes.push((
                core,
                Write { step: step.0, compartment, v: isa::num::wrap(value.into(), isa::num::U_BITS) },
            ));
        }
        let mut rewards = Vec::with_capacity(stimulus.rewards.len());
        for &(step, key, value) in &stimulus.rewards {
            self.check_step(step, key)?;
            let channel = self.host.rewards.iter().position(|channel| channel.key == key.0);
            rewards.push((
                channel.ok_or(StimulusError::Unknown { key, wanted: "a reward channel" })?,
                step.0,
                value,
            ));
        }
        self.host.add_events(events);
        for (channel, step, value) in rewards {
            self.host.add_reward(channel, step, value);
        }
        for (core, write) in writes {
            self.cores[core].add_write(write);
        }
        Ok(())
    }

    fn check_step(&self, step: Step, key: Key) -> Result<(), StimulusError> {
        let next = Step(self.t + 1);
        if step >= next { Ok(()) } else { Err(StimulusError::Past { key, step, next }) }
    }

    /// Sets the bias mantissa of a compartment until the next reset; its exponent stays.
    ///
    /// # Errors
    /// A key that is no compartment, or a mantissa outside of -4096..=4095.
    pub fn set_bias(&mut self, key: Key, mantissa: i32) -> Result<(), StimulusError> {
        let (core, compartment) =
            self.place(key).ok_or(StimulusError::Unknown { key, wanted: "a compartment" })?;
        if !(-4096..=4095).contains(&mantissa) {
            let allowed = "-4096..=4095";
            return Err(StimulusError::Value {
                key,
                field: "bias mantissa",
                value: mantissa.into(),
                allowed,
            });
        }
        let exponent = self.image.cores[core].compartments[usize::from(compartment)].bias_exponent;
        self.cores[core].soma.bias[usize::from(compartment)] = isa::num::shifted(mantissa, exponent);
        Ok(())
    }

    /// Sets the probability, of 2^32, of a Poisson input line; it outlasts a reset.
    ///
    /// # Errors
    /// A key that is no line of a Poisson input, or a probability over 2^32.
    pub fn set_rate(&mut self, key: Key, probability: u64) -> Result<(), StimulusError> {
        let unknown = StimulusError::Unknown { key, wanted: "a line of a Poisson input" };
        if probability > 1 << 32 {
            let value = i64::try_from(probability).unwrap_or(i64::MAX);
            return Err(StimulusError::Value { key, field: "probability", value, allowed: "0..=2^32" });
        }
        let (input, line) = self.host.line(key).ok_or_else(|| unknown.clone())?;
        let input = &mut self.host.inputs[input];
        let line = (line - input.line) as usize;
        if input.set_rate(line, probability) { Ok(()) } else { Err(unknown) }
    }

    /// Replays recorded noise samples, -127..=127 from step 1 on, instead of the keyed draws of a compartment; behind
    /// their end it draws again. For recordings of other simulators.
    ///
    /// # Errors
    /// A key that is no compartment with noise, or a sample out of range.
    pub fn replay_noise(&mut self, key: Key, samples: &[i32]) -> Result<(), StimulusError> {
        let unknown = StimulusError::Unknown { key, wanted: "a compartment with noise" };
        let (core, compartment) = self.place(key).ok_or_else(|| unknown.clone())?;
        let soma = &mut self.cores[core].soma;
        if !soma.noisy.contains(&compartment) {
            return Err(unknown);
        }
        if let Some(&sample) = samples.iter().find(|sample| !(-127..=127).contains(*sample)) {
            let (field, allowed) = ("noise sample", "-127..=127");
            return Err(StimulusError::Value { key, field, value: sample.into(), allowed });
        }
        soma.replayed.push((compartment, samples.to_vec()));
        Ok(())
    }

    /// Index of the core, and the compartment, of a key.
    pub(super) fn place(&self, key: Key) -> Option<(usize, u16)> {
        let found = self.directory.binary_search_by_key(&key.0, |entry| entry.0).ok()?;
        let (_, core, compartment) = self.directory[found];
        Some((core as usize, compartment))
    }

    /// What happened since the image was loaded, over all steps and samples.
    #[must_use]
    pub fn counters(&self) -> Counters {
        let cores: Counters = self.cores.iter().map(|core| core.counters).sum();
        [cores, self.host.counters].into_iter().sum()
    }

    /// Keys of the input lines that fired in the last step, ascending by input and line.
    pub fn inputs(&self) -> impl Iterator<Item = Key> {
        self.host.fired.iter().map(|&line| self.host.key(line))
    }

    pub(super) fn prepare_recorder(&mut self) -> Result<(), LoadError> {
        if self.recorder.is_none() {
            self.recorder = Some(Box::new(Recorder::new(&self.image, &self.tables)?));
        }
        Ok(())
    }
}

impl Core {
    /// Queues a write behind those of the same step.
    fn add_write(&mut self, write: Write) {
        self.writes.drain(..std::mem::take(&mut self.next_write));
        let at = self.writes.partition_point(|other| other.step <= write.step);
        self.writes.insert(at, write);
    }
}
