//! A network case as its file spells it (README of the vectors, section Network).

use serde::Deserialize;

/// What is given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkCase {
    /// The network.
    pub net: Net,
    /// Steps to run.
    pub steps: u32,
    /// What is recorded.
    pub record: Record,
}

/// What is recorded.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Record {
    /// u and v at every step.
    pub uv: u32,
    /// The register view of v at every step.
    pub register: u32,
    /// Steps of snapshots.
    pub snapshots: Vec<u32>,
    /// Digests every so many steps; 0: none.
    pub digest: u32,
}

/// The network.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Net {
    /// Seed of the draws.
    pub seed: u32,
    /// Sets of shared settings.
    pub cores: Vec<Core>,
    /// Compartment profiles.
    pub profiles: Vec<Profile>,
    /// \[profile, core, vth, bias mantissa, bias exponent\].
    pub comps: Vec<[i32; 5]>,
    /// Inputs.
    pub inputs: Vec<Input>,
    /// Reward channels.
    pub rewards: Vec<Reward>,
    /// Post trace profiles: y1, y2, y3.
    pub post: Vec<[Trace; 3]>,
    /// Learning rules.
    pub rules: Vec<Rule>,
    /// Projections.
    pub projections: Vec<Projection>,
    /// \[step, comp, v\].
    pub writes: Vec<(u32, u32, i32)>,
}

/// A trace: impulse, fraction, d.
pub type Trace = [u32; 3];

/// Shared settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Core {
    /// Steps per epoch.
    #[serde(rename = "T")]
    pub epoch: u32,
    /// A = 2^delay_bits.
    pub delay_bits: u32,
    /// Exponent of vmin.
    pub vmin_exp: u32,
    /// Exponent of vmax.
    pub vmax_exp: u32,
    /// Noise.
    pub noise: Option<Noise>,
}

impl Default for Core {
    fn default() -> Self {
        Self { epoch: 1, delay_bits: 3, vmin_exp: 23, vmax_exp: 7, noise: None }
    }
}

/// Noise of a core.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noise {
    /// Exponent.
    #[serde(rename = "E")]
    pub exponent: u32,
    /// Offset.
    pub offset: u32,
    /// `current` or `voltage`.
    pub target: String,
}

/// A compartment profile.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the names are those of the vectors' README")]
pub struct Profile {
    pub du: u32,
    pub dv: u32,
    #[serde(default = "one")]
    pub r: u32,
    #[serde(default)]
    pub soft: u32,
    #[serde(default)]
    pub axon_delay: u32,
    #[serde(default)]
    pub noise: u32,
    #[serde(default)]
    pub join: u32,
    #[serde(default)]
    pub mode: u32,
    #[serde(default)]
    pub stack_in: u32,
    #[serde(default)]
    pub stack_out: u32,
    #[serde(default = "one")]
    pub bap: u32,
    #[serde(default)]
    pub homeo: Option<Homeo>,
    #[serde(default)]
    pub post: Option<usize>,
}

const fn one() -> u32 {
    1
}

/// Homeostasis of a profile.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the names are those of the vectors' README")]
pub struct Homeo {
    pub d: u32,
    pub impulse: u32,
    pub min: u32,
    pub max: u32,
    pub gain: u32,
}

/// An input line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Input {
    /// Steps of its events.
    Events(Vec<u32>),
    /// floor(p * 2^32).
    Poisson(u64),
}

/// A reward channel.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reward {
    /// The core that hears it.
    pub core: usize,
    /// Decay.
    pub d: u32,
    /// \[step, atom\].
    #[serde(default)]
    pub events: Vec<(u32, Option<i32>)>,
    /// Compartments whose spikes are reward.
    #[serde(default)]
    pub from: Vec<u32>,
}

/// A learning rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// k of u_k.
    #[serde(default)]
    pub k: u32,
    /// x1, x2.
    pub pre: [Trace; 2],
    /// Terms of w.
    #[serde(default)]
    pub w: Vec<Term>,
    /// Terms of d.
    #[serde(default)]
    pub d: Vec<Term>,
    /// Terms of t.
    #[serde(default)]
    pub t: Vec<Term>,
}

/// \[dependency, m, x, \[\[factor, C\], ...\]\].
pub type Term = (String, i32, i32, Vec<(String, i32)>);

/// A projection.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Projection {
    /// `input` or `comp`.
    pub from: String,
    /// Sign mode in capitals.
    pub mode: String,
    /// Weight bits.
    #[serde(default = "eight")]
    pub bits: u32,
    /// Weight exponent.
    #[serde(default)]
    pub exp: i32,
    /// Bits of a stored delay.
    #[serde(default = "six")]
    pub dly_bits: u32,
    /// Weight limit.
    #[serde(default)]
    pub limit: (u32, u32),
    /// 1: box synapses.
    #[serde(default)]
    pub r#box: u32,
    /// Learning rule.
    #[serde(default)]
    pub rule: Option<usize>,
    /// \[source, target, mantissa, delay, tag\], missing ones 0.
    pub syn: Vec<Vec<i32>>,
}

const fn eight() -> u32 {
    8
}
const fn six() -> u32 {
    6
}
