//! Learning rules as sums of products (contract 7), quantised.

use isa::op::{Dependency, FactorCode};
use isa::words::PreProfile;
use serde::{Deserialize, Serialize};

use super::Span;

/// A learning rule: programs of w, d and t.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// Name.
    pub name: String,
    /// u_k is active every 2^k epochs, 0..=15.
    pub k: u32,
    /// Pre traces x1, x2.
    pub pre: PreProfile,
    /// Terms added to the weight.
    pub w: Vec<Term>,
    /// Terms added to the delay.
    pub d: Vec<Term>,
    /// Terms added to the tag.
    pub t: Vec<Term>,
    /// Where it was declared.
    #[serde(skip)]
    pub span: Span,
}

/// `mantissa * 2^exponent * product of factors`, when the dependency is active.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// When the term counts and when its traces are read. It is no factor of its own.
    pub dependency: Dependency,
    /// -8..=7.
    pub mantissa: i32,
    /// -7..=8.
    pub exponent: i32,
    /// At most 4.
    pub factors: Vec<Factor>,
}

/// `V + C`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factor {
    /// What V is.
    pub code: FactorCode,
    /// C, -256..=255; 0 for x0 and y0.
    pub constant: i32,
}
