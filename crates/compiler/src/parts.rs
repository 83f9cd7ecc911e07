//! The noun between partition and placement: neurons that share a core, wherever that core is.

use serde::Serialize;

use crate::tables::Tables;

/// Consecutive neurons of a population.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Run {
    /// Population.
    pub population: usize,
    /// First neuron.
    pub start: u32,
    /// One past the last neuron.
    pub end: u32,
}

/// Neurons that share a core, in the order of update.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Core of the board that it must be on.
    pub pin: Option<u32>,
    /// Index of its settings.
    pub settings: usize,
    /// Its neurons.
    pub runs: Vec<Run>,
}

impl Part {
    /// Number of compartments.
    #[must_use]
    pub fn compartments(&self, tables: &Tables) -> usize {
        self.runs.iter().map(|run| (run.end - run.start) as usize * tables.orders[run.population].len()).sum()
    }

    /// Number of neurons.
    #[must_use]
    pub fn neurons(&self) -> usize {
        self.runs.iter().map(|run| (run.end - run.start) as usize).sum()
    }

    /// Calls `visit` with population, neuron and compartment, in the order of update.
    pub fn visit(&self, tables: &Tables, mut visit: impl FnMut(usize, u32, usize)) {
        for run in &self.runs {
            for neuron in run.start..run.end {
                tables.orders[run.population].iter().for_each(|&c| visit(run.population, neuron, c));
            }
        }
    }

    /// Keys of its compartments, in the order of update.
    #[must_use]
    pub fn keys(&self, tables: &Tables) -> Vec<u32> {
        let mut keys = Vec::with_capacity(self.compartments(tables));
        self.visit(tables, |population, neuron, c| keys.push(tables.key(population, neuron, c)));
        keys
    }

    /// Takes the second half of its neurons out of it.
    pub fn split(&mut self) -> Self {
        let mut keep = self.neurons() / 2;
        let mut back = Self { pin: None, settings: self.settings, runs: Vec::new() };
        for run in std::mem::take(&mut self.runs) {
            let size = (run.end - run.start) as usize;
            let here = size.min(keep);
            keep -= here;
            let middle = run.start + here as u32;
            if run.start < middle {
                self.runs.push(Run { end: middle, ..run });
            }
            if middle < run.end {
                back.runs.push(Run { start: middle, ..run });
            }
        }
        back
    }
}
