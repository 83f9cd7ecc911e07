//! Chip and board descriptions: every limit is a field here, read from `isa/chips/*.toml`.

use serde::{Deserialize, Serialize};

use crate::description::{has_any, syntax};
use crate::layout::Word;
use crate::words::{
    AxonMap, CompartmentConfig, CompartmentProfile, DiscreteAxon, LearningAxon, ManagementHeader,
    RuleProfile, SharedConfig, SynapseFormat, SynapseMap,
};

/// The descriptions that ship, by name.
pub const SHIPPED: &[(&str, &str)] = &[
    ("loihi", include_str!("../chips/loihi.toml")),
    ("loihi-2", include_str!("../chips/loihi-2.toml")),
    ("loihi-8", include_str!("../chips/loihi-8.toml")),
    ("loihi-32", include_str!("../chips/loihi-32.toml")),
    ("loihi-768", include_str!("../chips/loihi-768.toml")),
    ("loihi-large", include_str!("../chips/loihi-large.toml")),
    ("tiny", include_str!("../chips/tiny.toml")),
];

/// A board of equal chips.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, bincode::Encode, bincode::Decode)]
#[serde(deny_unknown_fields)]
pub struct ChipDescription {
    /// Name, as in `--chip NAME`.
    pub name: String,
    /// Chips in x and y; they are joined edge to edge.
    pub board: Grid,
    /// Tiles of a chip in x and y.
    pub mesh: Grid,
    /// Cores of a tile, 1..=4.
    pub cores_per_tile: u32,
    /// What a core holds.
    pub limits: Limits,
}

/// A width and a height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, bincode::Encode, bincode::Decode)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// In x.
    pub width: u32,
    /// In y.
    pub height: u32,
}

impl Grid {
    /// Width times height.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.width.saturating_mul(self.height)
    }
}

/// What a core holds (contract 6, chip 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, bincode::Encode, bincode::Decode)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Compartments.
    pub compartments: u32,
    /// Entries of the synapse map.
    pub axons_in: u32,
    /// Slots of the output axon memory.
    pub axons_out: u32,
    /// 64-bit words of synapse memory.
    pub synapse_words: u32,
    /// Dendritic accumulators: compartments times 2^delay_bits.
    pub accumulators: u32,
    /// Largest delay_bits of a core.
    pub delay_bits_max: u32,
    /// Items of the dendrite stack.
    pub stack: u32,
    /// Compartment profiles.
    pub compartment_profiles: u32,
    /// Threshold profiles.
    pub vth_profiles: u32,
    /// Synapse formats, id 0 included, which is not usable.
    pub synapse_formats: u32,
    /// Pre-trace profiles.
    pub pre_profiles: u32,
    /// Post-trace profiles.
    pub post_profiles: u32,
    /// Learning rules.
    pub rules: u32,
    /// Products of a rule.
    pub products: u32,
    /// Words of microcode.
    pub microcode_words: u32,
}

/// One limit of a core, with the largest value that the fields that address it can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LimitRow {
    /// Name, as in the description.
    pub name: &'static str,
    /// Its value.
    pub value: u32,
    /// The largest that the fields can address.
    pub max: u32,
}

impl Limits {
    /// Every limit, in the order of declaration.
    #[must_use]
    pub fn rows(&self) -> [LimitRow; 15] {
        let row = |name, value, max| LimitRow { name, value, max };
        [
            row("compartments", self.compartments, 4 * (count::<SharedConfig>("num_updates") - 1)),
            row("axons_in", self.axons_in, count::<DiscreteAxon>("axon")),
            row("axons_out", self.axons_out, count::<AxonMap>("pointer")),
            row("synapse_words", self.synapse_words, count::<SynapseMap>("pointer")),
            row("accumulators", self.accumulators, count::<ManagementHeader>("address")),
            row("delay_bits_max", self.delay_bits_max, 6),
            row("stack", self.stack, 256),
            row("compartment_profiles", self.compartment_profiles, count::<CompartmentConfig>("profile")),
            row("vth_profiles", self.vth_profiles, count::<CompartmentConfig>("vth_profile")),
            row("synapse_formats", self.synapse_formats, crate::synapse::FORMAT_ID_MAX + 1),
            row("pre_profiles", self.pre_profiles, count::<LearningAxon>("pre_profile")),
            row("post_profiles", self.post_profiles, count::<CompartmentProfile>("post_profile")),
            row("rules", self.rules, count::<SynapseFormat>("rule")),
            row("products", self.products, 128),
            row("microcode_words", self.microcode_words, count::<RuleProfile>("pointer")),
        ]
    }
}

/// Why a chip description is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChipError {
    /// Not TOML, or a field is missing or unknown.
    #[error("chip description: {0}")]
    Syntax(String),
    /// A limit is 0, or exceeds what its field can address.
    #[error(
        "chip `{chip}`: {limit} = {value}, but 1..={max} is possible: the field that addresses it holds no more"
    )]
    Limit {
        /// Name of the chip.
        chip: String,
        /// The limit.
        limit: &'static str,
        /// Its value.
        value: u32,
        /// The largest that fits.
        max: u32,
    },
    /// No description of that name ships.
    #[error("no chip `{0}`: known are {1}")]
    Unknown(String, String),
}

impl ChipDescription {
    /// Reads a description and checks it.
    ///
    /// # Errors
    /// [`ChipError::Syntax`] or [`ChipError::Limit`].
    pub fn from_toml(text: &str) -> Result<Self, ChipError> {
        let chip: Self = toml::from_str(text).map_err(|e| ChipError::Syntax(syntax(&e)))?;
        chip.check()?;
        Ok(chip)
    }

    /// Whether a TOML text has fields that chips have and calibrations have not.
    #[must_use]
    pub fn is_described(text: &str) -> bool {
        has_any(text, &["board", "mesh", "cores_per_tile"])
    }

    /// The description that ships under `name`.
    ///
    /// # Errors
    /// [`ChipError::Unknown`], naming those that exist.
    pub fn shipped(name: &str) -> Result<Self, ChipError> {
        let text = SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| text);
        let known = || SHIPPED.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ");
        Self::from_toml(text.ok_or_else(|| ChipError::Unknown(name.into(), known()))?)
    }

    /// Refuses limits that no field of a word can address.
    ///
    /// # Errors
    /// [`ChipError::Limit`] for the first such limit.
    pub fn check(&self) -> Result<(), ChipError> {
        let board = [
            ("board.width", self.board.width, 128),
            ("board.height", self.board.height, 128),
            ("board chips", self.board.count(), count::<DiscreteAxon>("chip")),
            ("mesh.width", self.mesh.width, 64),
            ("mesh.height", self.mesh.height, 64),
            ("cores_per_tile", self.cores_per_tile, 4),
            ("cores per chip", self.cores_per_chip(), count::<DiscreteAxon>("core")),
        ];
        let limits = self.limits.rows().map(|row| (row.name, row.value, row.max));
        let mut rows = board.into_iter().chain(limits);
        match rows.find(|(_, value, max)| value > max || *value == 0) {
            Some((limit, value, max)) => Err(ChipError::Limit { chip: self.name.clone(), limit, value, max }),
            None => Ok(()),
        }
    }

    /// Cores of one chip.
    #[must_use]
    pub const fn cores_per_chip(&self) -> u32 {
        self.mesh.count().saturating_mul(self.cores_per_tile)
    }

    /// Cores of the board.
    #[must_use]
    pub const fn cores(&self) -> u32 {
        self.cores_per_chip().saturating_mul(self.board.count())
    }

    /// Where a core is: chip, tile column and row on the whole board, core in the tile.
    #[must_use]
    pub const fn place(&self, core: crate::ids::CoreId) -> CorePlace {
        let chip = core.0 / self.cores_per_chip();
        let on_chip = core.0 % self.cores_per_chip();
        let tile = on_chip / self.cores_per_tile;
        CorePlace {
            chip,
            x: chip % self.board.width * self.mesh.width + tile % self.mesh.width,
            y: chip / self.board.width * self.mesh.height + tile / self.mesh.width,
            slot: on_chip % self.cores_per_tile,
        }
    }

    /// Links between chips on the way from tile to tile, by column and row on the whole board.
    #[must_use]
    pub const fn chip_links(&self, from: (u32, u32), to: (u32, u32)) -> u32 {
        let Grid { width, height } = self.mesh;
        (from.0 / width).abs_diff(to.0 / width) + (from.1 / height).abs_diff(to.1 / height)
    }
}

/// Where a core is on its board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CorePlace {
    /// Chip, row by row.
    pub chip: u32,
    /// Tile column over the whole board.
    pub x: u32,
    /// Tile row over the whole board.
    pub y: u32,
    /// Core in its tile.
    pub slot: u32,
}

/// How many things the field of a word can name.
fn count<W: Word>(field: &str) -> u32 {
    W::FIELDS.iter().find(|f| f.name == field).map_or(0, |f| f.max() as u32 + 1)
}
