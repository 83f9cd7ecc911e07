//! Unit cases of the contract: one update, one unit's traces, one synapse, one epoch's end.

use isa::draw::Draw;
use isa::op::{Join, LearningTarget, Mode};
use network::graph::{Homeostasis, Projection, Term};
use reference::compartment::Parameters;
use reference::learning::{Bounds, Moment};
use reference::{CompartmentState, Synapse};
use serde::Deserialize;

use super::graph::{sign_mode, term};
use super::net::{Homeo, Term as TermRow, Trace};

/// A case of kind `update`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateCase {
    /// The compartment's numbers.
    pub p: UpdateParameters,
    /// Its state at the start.
    #[serde(default)]
    pub state: UpdateState,
    /// The exact sum of each update.
    pub slots: Vec<i64>,
}

/// The numbers of a compartment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the names are those of the vectors' README")]
pub struct UpdateParameters {
    pub du: u32,
    pub dv: u32,
    pub vth: u32,
    pub bias: (i32, u32),
    #[serde(default = "one")]
    pub r: u32,
    #[serde(default)]
    pub soft: u32,
    pub vmin_exp: u32,
    pub vmax_exp: u32,
}

const fn one() -> u32 {
    1
}

/// A state at the start.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "the names are those of the vectors' README")]
pub struct UpdateState {
    pub u: i32,
    pub v: i32,
    pub refr: u32,
}

/// What an `update` case expects.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the names are those of the vectors' README")]
pub struct UpdateOutcome {
    pub u: Vec<i32>,
    pub v: Vec<i32>,
    pub register: Vec<i32>,
    pub fire: Vec<u32>,
    pub counters: [u64; 5],
    pub active: u64,
}

impl UpdateCase {
    /// The numbers as the reference takes them.
    #[must_use]
    pub fn parameters(&self) -> Parameters {
        let p = &self.p;
        Parameters {
            current_decay: p.du,
            voltage_decay: p.dv,
            bias: isa::num::shifted(p.bias.0, p.bias.1),
            refractory: p.r,
            soft_reset: p.soft != 0,
            join: Join::Skip,
            mode: Mode::SpikeAndReset,
            v_min: isa::num::v_min(p.vmin_exp),
            v_max: isa::num::v_max(p.vmax_exp),
            noise: false,
        }
    }

    /// The state at the start as the reference takes it.
    #[must_use]
    pub fn start(&self) -> CompartmentState {
        let UpdateState { u, v, refr: refractory } = self.state;
        CompartmentState { u, v, refractory, vth: self.p.vth, ..CompartmentState::default() }
    }
}

/// A case of kind `history`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the names are those of the vectors' README")]
pub struct HistoryCase {
    pub seed: u32,
    pub stream: u32,
    pub key: u32,
    pub e: u32,
    #[serde(rename = "T")]
    pub epoch: u32,
    pub profile: Vec<Trace>,
    pub x: Vec<i32>,
    pub events: Vec<u32>,
}

/// What a `history` case expects.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the names are those of the vectors' README")]
pub struct HistoryOutcome {
    pub x: Vec<i32>,
    pub tx: u32,
    #[serde(rename = "H")]
    pub history: Vec<Vec<i32>>,
}

/// A row of a case of kind `acc`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the names are those of the vectors' file")]
pub struct AccRow {
    pub z: String,
    pub mode: String,
    pub bits: u32,
    pub limit: (u32, u32),
    pub dly_bits: u32,
    #[serde(rename = "A")]
    pub accumulators: u32,
    pub w: i32,
    pub d: i32,
    pub t: i32,
    pub pre: u32,
    pub post: u32,
    pub uk: u32,
    pub r: [i32; 2],
    #[serde(rename = "H")]
    pub history: [[i32; 5]; 3],
    pub draw: String,
    pub terms: Vec<TermRow>,
}

/// A case of kind `acc`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccCase {
    /// Its rows.
    pub rows: Vec<AccRow>,
}

impl AccRow {
    /// What is written, and its value before.
    ///
    /// # Panics
    /// If there is no such target.
    #[must_use]
    pub fn target(&self) -> (LearningTarget, i32) {
        let target = LearningTarget::from_name(&self.z).expect("w, d or t");
        let z = match target {
            LearningTarget::W => self.w,
            LearningTarget::D => self.d,
            LearningTarget::T => self.t,
        };
        (target, z)
    }

    /// What the terms read.
    #[must_use]
    pub fn moment(&self) -> Moment {
        Moment {
            pre: self.pre != 0,
            post: self.post != 0,
            u: self.uk != 0,
            traces: self.history,
            reward: self.r,
            synapse: Synapse { w: self.w, d: self.d, t: self.t },
        }
    }

    /// What bounds the result.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        let projection = Projection { delay_bits: self.dly_bits, ..self.projection() };
        Bounds::of(&projection, self.accumulators.ilog2())
    }

    /// A projection of the row's mode, bits and limit.
    #[must_use]
    pub fn projection(&self) -> Projection {
        let mut projection = crate::graphs::empty_projection("p");
        projection.mode = sign_mode(&self.mode);
        projection.bits = self.bits;
        projection.limit = self.limit;
        projection.delay_bits = self.dly_bits;
        projection
    }

    /// The terms.
    #[must_use]
    pub fn terms(&self) -> Vec<Term> {
        self.terms.iter().map(term).collect()
    }

    /// The draw.
    ///
    /// # Panics
    /// If it is no hexadecimal number.
    #[must_use]
    pub fn draw(&self) -> Draw {
        Draw(u64::from_str_radix(&self.draw, 16).expect("a hexadecimal word"))
    }
}

/// Homeostasis as the graph has it.
#[must_use]
pub const fn homeostasis(h: &Homeo) -> Homeostasis {
    Homeostasis { decay: h.d, impulse: h.impulse, min: h.min, max: h.max, gain: h.gain }
}
