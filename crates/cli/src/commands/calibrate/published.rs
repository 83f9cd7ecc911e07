//! What is published of the constants, and where.

/// A unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum Unit {
    /// Nanoseconds.
    #[serde(rename = "ns")]
    Nanoseconds,
    /// Picojoules.
    #[serde(rename = "pJ")]
    Picojoules,
    /// Spikes per nanosecond.
    #[serde(rename = "Gspike/s")]
    Bandwidth,
    /// Clock cycles.
    #[serde(rename = "cycles")]
    Cycles,
}

impl Unit {
    /// As it is printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nanoseconds => "ns",
            Self::Picojoules => "pJ",
            Self::Bandwidth => "Gspike/s",
            Self::Cycles => "cycles",
        }
    }
}

/// What a constant is called, and the fields of a calibration that hold its time and its energy.
pub struct Constant {
    /// Its key.
    pub key: &'static str,
    /// What it is.
    pub what: &'static str,
    /// The field of its time.
    pub time: &'static str,
    /// The field of its energy, where it has one.
    pub energy: &'static str,
}

const fn constant(
    key: &'static str,
    what: &'static str,
    time: &'static str,
    energy: &'static str,
) -> Constant {
    Constant { key, what, time, energy }
}

/// All constants that the micro-benchmarks isolate.
pub const CONSTANTS: &[Constant] = &[
    constant("inactive", "neuron update, inactive", "core.soma.inactive", "energy.soma_inactive"),
    constant("active", "neuron update, active", "core.soma.active", "energy.soma_active"),
    constant("spike", "spike, beyond the update", "core.soma.spike", "energy.spike"),
    constant("sparse", "synaptic operation, sparse", "core.synapse.sparse", "energy.synapse_sparse"),
    constant(
        "run_length",
        "synaptic operation, run length",
        "core.synapse.run_length",
        "energy.synapse_run_length",
    ),
    constant("dense", "synaptic operation, dense", "core.synapse.dense", "energy.synapse_dense"),
    constant("axon_out", "output axon, per message", "core.axon_out", "energy.axon_out"),
    constant("axon_in", "input axon, per message", "core.axon_in", "energy.axon_in"),
    constant("message", "message to one core, slowest unit", "core.synapse.sparse", ""),
    constant("learning_1", "learning update, 1 term", "core.learning", "energy.learning"),
    constant("learning_2", "learning update, 2 terms (STDP)", "core.learning", "energy.learning"),
    constant("learning_3", "learning update, 3 terms", "core.learning", "energy.learning"),
    constant("learning_4", "learning update, 4 terms", "core.learning", "energy.learning"),
    constant("local", "spike within a tile", "link.local", "energy.local"),
    constant("east_west", "tile hop, east or west", "link.east_west", "energy.hop_east_west"),
    constant("north_south", "tile hop, north or south", "link.north_south", "energy.hop_north_south"),
    constant("round_trip_east_west", "credit round trip, east or west", "link.credit_extra", ""),
    constant("round_trip_north_south", "credit round trip, north or south", "link.credit_extra", ""),
    constant("bandwidth", "spikes over a link, all networks", "link.interval", ""),
    constant("barrier_1", "barrier, 1 tile", "barrier.base", ""),
    constant("barrier_2", "barrier, 2 tiles", "barrier.hop", ""),
    constant("barrier_4", "barrier, 4 tiles", "barrier.hop", ""),
    constant("barrier_8", "barrier, 8 tiles", "barrier.hop", ""),
    constant("barrier_16", "barrier, 16 tiles", "barrier.hop", ""),
    constant("barrier_32", "barrier, 32 tiles", "barrier.hop", ""),
    constant("barrier_256_chips", "barrier, 256 chips", "link.chip", ""),
    constant("barrier_768_chips", "barrier, 768 chips", "link.chip", ""),
];

/// A published value.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Published {
    /// The value, in the unit of the row.
    pub value: f64,
    /// Where it is printed.
    pub source: &'static str,
}

type Table = &'static [(&'static str, Unit, f64)];

const DAVIES: &str = "Davies et al., IEEE Micro 38(1), 2018, Table 2";
const FRADY: &str = "Frady et al., NICE 2020";
const SANAFE: &str = "SANA-FE, arch/loihi.yaml";
const BOOKSIM: &str = "BookSim2 28f43299, 8 x 8, speculative: 3H + 2, credit round trip 6";

/// Table 2 of the Loihi paper.
const TABLE_2: Table = &[
    ("inactive", Unit::Nanoseconds, 5.3),
    ("inactive", Unit::Picojoules, 52.0),
    ("active", Unit::Nanoseconds, 8.4),
    ("active", Unit::Picojoules, 81.0),
    ("sparse", Unit::Nanoseconds, 3.5),
    ("sparse", Unit::Picojoules, 23.6),
    ("run_length", Unit::Nanoseconds, 3.5),
    ("run_length", Unit::Picojoules, 23.6),
    ("dense", Unit::Nanoseconds, 3.5),
    ("dense", Unit::Picojoules, 23.6),
    ("learning_2", Unit::Nanoseconds, 6.1),
    ("learning_2", Unit::Picojoules, 120.0),
    ("local", Unit::Nanoseconds, 2.1),
    ("local", Unit::Picojoules, 1.7),
    ("east_west", Unit::Nanoseconds, 4.1),
    ("east_west", Unit::Picojoules, 3.0),
    ("north_south", Unit::Nanoseconds, 6.5),
    ("north_south", Unit::Picojoules, 4.0),
    ("bandwidth", Unit::Bandwidth, 3.44),
    ("barrier_1", Unit::Nanoseconds, 113.0),
    ("barrier_32", Unit::Nanoseconds, 465.0),
];

/// Barriers of boards.
const BOARDS: Table =
    &[("barrier_256_chips", Unit::Nanoseconds, 14_300.0), ("barrier_768_chips", Unit::Nanoseconds, 16_200.0)];

/// The fit to Nahuku silicon.
const NAHUKU: Table = &[
    ("inactive", Unit::Nanoseconds, 6.0),
    ("inactive", Unit::Picojoules, 51.2),
    ("active", Unit::Nanoseconds, 9.7),
    ("active", Unit::Picojoules, 72.8),
    ("spike", Unit::Nanoseconds, 30.0),
    ("spike", Unit::Picojoules, 69.3),
    ("axon_out", Unit::Nanoseconds, 5.1),
    ("axon_out", Unit::Picojoules, 111.0),
    ("axon_in", Unit::Nanoseconds, 16.0),
    ("axon_in", Unit::Picojoules, 0.0),
    ("dense", Unit::Nanoseconds, 3.8),
    ("dense", Unit::Picojoules, 35.5),
    ("sparse", Unit::Nanoseconds, 4.7),
    ("sparse", Unit::Picojoules, 33.6),
    ("run_length", Unit::Nanoseconds, 3.1),
    ("run_length", Unit::Picojoules, 24.0),
    ("east_west", Unit::Nanoseconds, 4.1),
    ("east_west", Unit::Picojoules, 3.0),
    ("north_south", Unit::Nanoseconds, 6.5),
    ("north_south", Unit::Picojoules, 4.2),
    ("barrier_1", Unit::Nanoseconds, 600.0),
    ("barrier_2", Unit::Nanoseconds, 1000.0),
    ("barrier_4", Unit::Nanoseconds, 1400.0),
    ("barrier_8", Unit::Nanoseconds, 1400.0),
    ("barrier_16", Unit::Nanoseconds, 1400.0),
    ("barrier_32", Unit::Nanoseconds, 1800.0),
];

/// The router of another simulator, cycles.
const REFERENCE: Table = &[
    ("local", Unit::Cycles, 5.0),
    ("east_west", Unit::Cycles, 3.0),
    ("north_south", Unit::Cycles, 3.0),
    ("round_trip_east_west", Unit::Cycles, 6.0),
    ("round_trip_north_south", Unit::Cycles, 6.0),
];

/// What is published of a constant for the chip that a calibration describes.
pub fn published(calibration: &str, key: &str, unit: Unit) -> Option<Published> {
    let tables: &[(Table, &'static str)] = match calibration {
        "loihi1-davies2018" => &[(TABLE_2, DAVIES), (BOARDS, FRADY)],
        "loihi1-nahuku" => &[(NAHUKU, SANAFE)],
        "noc-reference" => &[(REFERENCE, BOOKSIM)],
        _ => &[],
    };
    tables.iter().find_map(|(table, source)| {
        let row = table.iter().find(|row| row.0 == key && row.1 == unit)?;
        Some(Published { value: row.2, source })
    })
}
