//! Inputs and rewards from outside.

use image::host::AxonMap32;
use image::{Host, HostInput, HostReward, HostSource, Memory};
use isa::ids::Key;

use super::core::rows;
use super::line::{Line, Refusal, expected, parse_number, unknown};
use super::rows::{Rows, read_word};
use crate::error::Fault;

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
