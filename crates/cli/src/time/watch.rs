//! Somebody who times a run while it goes on, and keeps the sums and, where asked, the table.

use emulator::time::mesh::Log;
use emulator::time::mesh::sparse::Sparse;
use emulator::time::pipeline::{StepReport, TimeError, Timed};
use emulator::{Observer, StepWork};
use isa::ids::Step;

use super::files::Table;
use super::tally::Tally;

/// The observer of a timed run.
pub struct Watch<L: Log> {
    timed: Timed<Sparse, L>,
    started: bool,
    /// The sums so far.
    pub tally: Tally,
    /// Rows of `timing.csv`, where they are wanted.
    pub table: Option<Table>,
}

impl<L: Log> Watch<L> {
    /// Watches with a timing model.
    pub fn new(timed: Timed<Sparse, L>, table: Option<Table>) -> Self {
        Self { timed, started: false, tally: Tally::default(), table }
    }

    /// Plays what is left.
    pub fn end(&mut self) -> Result<(), TimeError> {
        self.timed.end()?;
        self.take();
        Ok(())
    }

    /// The timing model.
    pub const fn timed(&self) -> &Timed<Sparse, L> {
        &self.timed
    }

    /// What the log of the mesh holds.
    pub fn into_log(self) -> L {
        self.timed.log
    }

    fn take(&mut self) {
        for report in self.timed.drain() {
            self.add(&report);
        }
    }

    fn add(&mut self, report: &StepReport) {
        let is_before = !std::mem::replace(&mut self.started, true);
        self.tally.add(report, is_before);
        if let Some(table) = &mut self.table {
            let core = report.core.and_then(|place| self.timed.core_at(place));
            table.add(report, core, is_before);
        }
    }
}

impl<L: Log> Observer for Watch<L> {
    const RECORDS: bool = true;
    const RECEIVED: bool = false;

    fn step(&mut self, step: Step, work: &StepWork) {
        self.timed.step(step, work);
        self.take();
    }
}
