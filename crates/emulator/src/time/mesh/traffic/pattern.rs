//! Who sends to whom.

use serde::{Deserialize, Serialize};

use super::numbers::Numbers;
use crate::time::mesh::Shape;

/// A traffic pattern. Nodes are cores, numbered tile by tile; patterns that move tiles keep the core's slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pattern {
    /// To any node, itself included.
    Uniform,
    /// (x, y) to (y, x).
    Transpose,
    /// Node i to the last but i.
    Bitcomp,
    /// Half around less one, in x and in y.
    Tornado,
    /// To the four tiles in the middle, equally.
    Hotspot4,
    /// To the lower left of these.
    Hotspot1,
    /// One further in x and in y, around the edge.
    Neighbour,
}

/// Why a pattern does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// No pattern of that name.
    #[error("no traffic pattern `{0}`: known are {1}")]
    Unknown(String, String),
    /// Transposition needs a square.
    #[error("traffic `transpose` needs as many rows as columns, but the mesh has {width} x {height} tiles")]
    NotSquare {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// More than certain, or packets that do not exist.
    #[error("traffic: {what} = {value}, but {min}..={max} is possible")]
    Range {
        /// What.
        what: &'static str,
        /// How much.
        value: u32,
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
}

impl Pattern {
    /// All patterns with their names.
    pub const ALL: [(&str, Self); 7] = [
        ("uniform", Self::Uniform),
        ("transpose", Self::Transpose),
        ("bitcomp", Self::Bitcomp),
        ("tornado", Self::Tornado),
        ("hotspot4", Self::Hotspot4),
        ("hotspot1", Self::Hotspot1),
        ("neighbour", Self::Neighbour),
    ];

    /// The pattern of a name; `hotspot` is that of four nodes.
    ///
    /// # Errors
    /// [`PatternError::Unknown`], naming those that exist.
    pub fn named(name: &str) -> Result<Self, PatternError> {
        let known = || Self::ALL.map(|(name, _)| name).join(", ");
        let full = if name == "hotspot" { "hotspot4" } else { name };
        let found = Self::ALL.into_iter().find(|(known, _)| *known == full);
        found.map(|(_, pattern)| pattern).ok_or_else(|| PatternError::Unknown(name.into(), known()))
    }

    /// Where each node sends; none where it chooses anew for every packet.
    ///
    /// # Errors
    /// [`PatternError::NotSquare`].
    pub fn fixed(self, shape: &Shape) -> Result<Option<Vec<u32>>, PatternError> {
        let (width, height, slots) = (shape.size.width, shape.size.height, shape.size.cores_per_tile);
        if self == Self::Transpose && width != height {
            return Err(PatternError::NotSquare { width, height });
        }
        let half = |side: u32| side.div_ceil(2).saturating_sub(1);
        let to = |x: u32, y: u32| match self {
            Self::Transpose => Some((y, x)),
            Self::Bitcomp => Some((width - 1 - x, height - 1 - y)),
            Self::Tornado => Some(((x + half(width)) % width, (y + half(height)) % height)),
            Self::Hotspot1 => Some((half(width), half(height))),
            Self::Neighbour => Some(((x + 1) % width, (y + 1) % height)),
            Self::Uniform | Self::Hotspot4 => None,
        };
        let node = |node: u32| {
            let (tile, slot) = (node / slots, node % slots);
            to(tile % width, tile / width).map(|(x, y)| (y * width + x) * slots + slot)
        };
        Ok((0..shape.cores() as u32).map(node).collect())
    }

    /// The nodes that a node sends to, all equally often; one may stand there twice.
    ///
    /// # Errors
    /// [`PatternError::NotSquare`].
    pub fn targets(self, shape: &Shape, source: u32) -> Result<Vec<u32>, PatternError> {
        if let Some(fixed) = self.fixed(shape)? {
            return Ok(vec![fixed[source as usize]]);
        }
        Ok(match self {
            Self::Hotspot4 => (0..4).map(|which| hot(shape, source, which)).collect(),
            _ => (0..shape.cores() as u32).collect(),
        })
    }

    /// A node to send to, for a pattern that chooses anew.
    #[inline]
    pub fn choose(self, shape: &Shape, source: u32, numbers: &mut Numbers) -> u32 {
        match self {
            Self::Uniform => numbers.below(shape.cores() as u32),
            _ => hot(shape, source, numbers.below(4)),
        }
    }
}

/// The core of one of the four tiles in the middle.
fn hot(shape: &Shape, source: u32, which: u32) -> u32 {
    let (width, height, slots) = (shape.size.width, shape.size.height, shape.size.cores_per_tile);
    let corner = |side: u32, far: u32| (side.div_ceil(2).saturating_sub(1) + far).min(side - 1);
    (corner(height, which / 2) * width + corner(width, which % 2)) * slots + source % slots
}
