//! What is refused of a calibration, and why.

use super::provenance::{Origin, fields, origin_of};
use super::{Barrier, Timing};

/// Why a calibration is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimingError {
    /// Not TOML, or a field is missing or unknown.
    #[error("calibration: {0}")]
    Syntax(String),
    /// No calibration of that name ships.
    #[error("no calibration `{0}`: known are {1}")]
    Unknown(String, String),
    /// A number is outside what the model can do.
    #[error("calibration `{name}`: {field} = {value}, but {min}..={max} is possible: {reason}")]
    Range {
        /// Name of the calibration.
        name: String,
        /// The field.
        field: &'static str,
        /// Its value.
        value: u64,
        /// The smallest that is possible.
        min: u64,
        /// The largest that is possible.
        max: u64,
        /// Why.
        reason: &'static str,
    },
    /// Two fields do not go together.
    #[error("calibration `{name}`: {what}: {reason}")]
    Conflict {
        /// Name of the calibration.
        name: String,
        /// The fields.
        what: String,
        /// Why.
        reason: &'static str,
    },
    /// A field says nothing of where it comes from, or an origin names no field.
    #[error("calibration `{name}`: {field}: {reason}")]
    Provenance {
        /// Name of the calibration.
        name: String,
        /// The field or key.
        field: String,
        /// What is missing.
        reason: &'static str,
    },
}

/// An origin names no field.
pub const NO_FIELD: &str = "[provenance] names a field that does not exist";
/// An origin names no source.
pub const NO_SOURCE: &str = "its origin names no source";
/// An origin's error is larger than its number.
pub const TOO_WRONG: &str =
    "error_permille above 1000: a number that may be wrong by more than itself is not known";

/// Largest cost of a unit or latency of a wire, cycles; keeps sums of a step far below 2^64.
pub const COST_MAX: u32 = 1 << 20;
/// Longest wire, cycles.
pub const WIRE_MAX: u32 = 2000;
/// Largest error of a number, per thousand: as large as the number itself.
pub const ERROR_PERMILLE_MAX: u32 = 1000;
/// Deepest FIFO, slots of a virtual channel.
pub const FIFO_MAX: u32 = 1024;
/// Most virtual channels.
pub const VCS_MAX: u32 = 4;

impl Timing {
    /// Refuses what no machine could do.
    ///
    /// # Errors
    /// The first [`TimingError`] in the order name, ranges, combinations, provenance.
    pub fn check(&self) -> Result<(), TimingError> {
        self.check_name()?;
        self.check_ranges(&self.mesh_ranges())?;
        self.check_ranges(&self.core_ranges())?;
        self.check_interval()?;
        self.check_barrier()?;
        self.check_provenance()
    }

    fn check_ranges(&self, rows: &[(&'static str, u32, u32, u32, &'static str)]) -> Result<(), TimingError> {
        match rows.iter().find(|(_, value, min, max, _)| value < min || value > max) {
            None => Ok(()),
            Some(&(field, value, min, max, reason)) => Err(TimingError::Range {
                name: self.name.clone(),
                field,
                value: value.into(),
                min: min.into(),
                max: max.into(),
                reason,
            }),
        }
    }

    fn mesh_ranges(&self) -> [(&'static str, u32, u32, u32, &'static str); 15] {
        let (router, link) = (self.router, self.link);
        let wire = "a wire takes a cycle, and the time wheel holds the longest";
        let stage = "stages are cycles";
        [
            ("clock_ps", self.clock_ps, 1, 1_000_000, "a cycle lasts"),
            ("nets", self.nets, 1, 2, "there are one or two physical networks"),
            ("router.rc", router.rc, 0, 64, stage),
            ("router.sa", router.sa, 1, 64, "allocation takes the cycle it is made in"),
            ("router.st", router.st, 0, 64, stage),
            ("router.buffer", router.buffer, 1, FIFO_MAX, "a flit needs a slot to move to"),
            ("router.vcs", router.vcs, 1, VCS_MAX, "a flit names its channel with two bits"),
            ("link.east_west", link.east_west, 1, WIRE_MAX, wire),
            ("link.north_south", link.north_south, 1, WIRE_MAX, wire),
            ("link.local", link.local, 1, WIRE_MAX, wire),
            ("link.chip", link.chip, 0, WIRE_MAX, wire),
            ("link.credit_extra", link.credit_extra, 0, 64, stage),
            ("link.interval[0]", link.interval[0], 1, 1024, "a link has a finite, positive rate"),
            ("nif.receive", self.nif.receive, 1, FIFO_MAX, "a flit needs a slot to move to"),
            ("nif.transmit", self.nif.transmit, 1, FIFO_MAX, "a message needs a slot to wait in"),
        ]
    }

    fn core_ranges(&self) -> [(&'static str, u32, u32, u32, &'static str); 17] {
        let (core, fifo, cost) = (self.core, self.fifo, "a cost is a number of cycles");
        let slot = "an item needs a slot to wait in";
        [
            ("core.axon_in", core.axon_in, 0, COST_MAX, cost),
            ("core.synapse.word", core.synapse.word, 0, COST_MAX, cost),
            ("core.synapse.per_word", core.synapse.per_word, 0, 64, "a word has 64 bits"),
            ("core.synapse.sparse", core.synapse.sparse, 0, COST_MAX, cost),
            ("core.synapse.run_length", core.synapse.run_length, 0, COST_MAX, cost),
            ("core.synapse.dense", core.synapse.dense, 0, COST_MAX, cost),
            ("core.accumulate", core.accumulate, 0, COST_MAX, cost),
            ("core.soma.inactive", core.soma.inactive, 0, COST_MAX, cost),
            ("core.soma.active", core.soma.active, 0, COST_MAX, cost),
            ("core.soma.spike", core.soma.spike, 0, COST_MAX, cost),
            ("core.axon_out", core.axon_out, 0, COST_MAX, cost),
            ("core.learning.base", core.learning.base, 0, COST_MAX, cost),
            ("core.learning.term", core.learning.term, 0, COST_MAX, cost),
            ("core.learning.factor", core.learning.factor, 0, COST_MAX, cost),
            ("fifo.axon_in", fifo.axon_in, 1, FIFO_MAX, slot),
            ("fifo.synapse", fifo.synapse, 1, FIFO_MAX, slot),
            ("fifo.spike", fifo.spike, 1, FIFO_MAX, slot),
        ]
    }

    fn conflict(&self, what: String, reason: &'static str) -> TimingError {
        TimingError::Conflict { name: self.name.clone(), what, reason }
    }

    fn check_name(&self) -> Result<(), TimingError> {
        if self.name.trim().is_empty() || self.name.chars().any(char::is_control) {
            let what = format!("name = {:?}", self.name);
            return Err(
                self.conflict(what, "every figure is printed with it: a name has letters, on one line")
            );
        }
        Ok(())
    }

    fn check_interval(&self) -> Result<(), TimingError> {
        let [p, q] = self.link.interval;
        let what = format!("link.interval = [{p}, {q}]");
        if q == 0 || p < q {
            return Err(self.conflict(
                what,
                "a router grants an output at most one flit a cycle, so [p, q] needs p >= q >= 1",
            ));
        }
        Ok(())
    }

    fn check_barrier(&self) -> Result<(), TimingError> {
        match &self.barrier {
            Barrier::None => Ok(()),
            Barrier::Marker { base, hop, phases } => self.check_marker(*base, *hop, *phases),
            Barrier::Table { rows } => self.check_table(rows),
        }
    }

    fn check_marker(&self, base: u32, hop: u32, phases: u32) -> Result<(), TimingError> {
        if self.router.vcs > 1 {
            let what = format!("router.vcs = {} with a marker barrier", self.router.vcs);
            return Err(self.conflict(what, "in another virtual channel a marker would overtake spikes"));
        }
        self.check_ranges(&[
            ("barrier.base", base, self.empty_step(), COST_MAX, "the markers of one tile take that long"),
            ("barrier.hop", hop, 0, WIRE_MAX, "the time wheel holds the longest wait"),
            ("barrier.phases", phases, 1, 2, "FLUSH, then ADVANCE"),
        ])
    }

    fn check_table(&self, rows: &[[u32; 2]]) -> Result<(), TimingError> {
        let what = || format!("barrier.rows = {rows:?}");
        if rows.first().is_none_or(|row| row[0] > 1) {
            return Err(self.conflict(what(), "the first row must cover one tile"));
        }
        if rows.windows(2).any(|pair| pair[0][0] >= pair[1][0]) {
            return Err(self.conflict(what(), "rows are by number of tiles, ascending"));
        }
        if rows.iter().any(|row| row[1] > COST_MAX) {
            return Err(self.conflict(what(), "a barrier takes at most 1048576 cycles"));
        }
        Ok(())
    }

    /// Paths of all fields that need an origin, as `core.soma.active`.
    ///
    /// # Errors
    /// [`TimingError::Syntax`] where TOML cannot hold a number.
    pub fn fields(&self) -> Result<Vec<String>, TimingError> {
        let mut table = toml::Table::try_from(self).map_err(|e| TimingError::Syntax(e.to_string()))?;
        for key in ["name", "limits", "provenance"] {
            table.remove(key);
        }
        Ok(fields(&table, ""))
    }

    fn check_provenance(&self) -> Result<(), TimingError> {
        let refuse = |field: &str, reason| {
            Err(TimingError::Provenance { name: self.name.clone(), field: field.into(), reason })
        };
        let fields = self.fields()?;
        if let Some(field) = fields.iter().find(|field| origin_of(&self.provenance, field).is_none()) {
            return refuse(field, "no origin in [provenance]");
        }
        let names = |key: &str| {
            fields.iter().any(|f| f == key || f.strip_prefix(key).is_some_and(|r| r.starts_with('.')))
        };
        match self.provenance.iter().find(|(key, origin)| !names(key) || origin.source.is_empty()) {
            Some((key, origin)) if origin.source.is_empty() => refuse(key, NO_SOURCE),
            Some((key, _)) => refuse(key, NO_FIELD),
            None => self.check_errors(),
        }
    }

    fn check_errors(&self) -> Result<(), TimingError> {
        let too_large =
            |origin: &Origin| origin.error_permille.is_some_and(|error| error > ERROR_PERMILLE_MAX);
        match self.provenance.iter().find(|(_, origin)| too_large(origin)) {
            Some((key, _)) => Err(TimingError::Provenance {
                name: self.name.clone(),
                field: key.clone(),
                reason: TOO_WRONG,
            }),
            None => Ok(()),
        }
    }
}
