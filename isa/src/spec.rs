//! The contract as one table, in datasheet order: memories, words, codes, constants, limits; and its hash.
//!
//! Generated documents, the image's header and the tests read it. What is declared elsewhere is listed here; a word
//! or enumeration that is not listed fails a test.

use std::sync::LazyLock;

use crate::chip::{ChipDescription, Limits};
use crate::layout::{Field, Word};
use crate::op::{self, Codes};
use crate::words as w;
use crate::{num, synapse};

/// A word and its fields.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct WordSpec {
    /// Name.
    pub name: &'static str,
    /// Width, bits.
    pub bits: u32,
    /// What it is.
    pub doc: &'static str,
    /// Fields, lowest first.
    pub fields: &'static [Field],
}

const fn word<W: Word>() -> WordSpec {
    WordSpec { name: W::NAME, bits: W::BITS, doc: W::DOC, fields: W::FIELDS }
}

/// Every word, in datasheet order.
pub const WORDS: &[WordSpec] = &[
    word::<w::SharedConfig>(),
    word::<w::LearningConfig>(),
    word::<w::RewardState>(),
    word::<w::CompartmentProfile>(),
    word::<w::HomeostasisProfile>(),
    word::<w::VthProfile>(),
    word::<w::TraceProfile>(),
    word::<w::CompartmentConfig>(),
    word::<w::CompartmentState>(),
    word::<w::HomeostasisState>(),
    word::<w::PostTraceState>(),
    word::<w::Accumulator>(),
    word::<w::AxonMap>(),
    word::<w::DiscreteAxon>(),
    word::<w::Pop16Axon>(),
    word::<w::Pop32Axon>(),
    word::<w::Pop32Atom>(),
    word::<w::SynapseMap>(),
    word::<w::LearningAxon>(),
    word::<w::SynapseFormat>(),
    word::<w::RuleProfile>(),
    word::<w::ProductWord>(),
    word::<w::FactorWord>(),
    word::<w::Flit>(),
    word::<w::ChipHeader>(),
    word::<w::ManagementHeader>(),
];

/// A memory of a core: its number is its place in [`MEMORIES`], as management packets name it.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct MemorySpec {
    /// Name.
    pub name: &'static str,
    /// The words it can hold.
    pub words: &'static [&'static str],
    /// The limit that gives its entries; `None` for one entry.
    pub depth: Option<&'static str>,
    /// Words of an entry.
    pub words_per_entry: u32,
    /// What an address means.
    pub doc: &'static str,
}

const fn memory(
    name: &'static str,
    words: &'static [&'static str],
    depth: Option<&'static str>,
    words_per_entry: u32,
    doc: &'static str,
) -> MemorySpec {
    MemorySpec { name, words, depth, words_per_entry, doc }
}

/// Every memory of a core, in datasheet order.
#[rustfmt::skip]
pub const MEMORIES: &[MemorySpec] = &[
    memory("shared_config", &["SharedConfig"], None, 1, "one word"),
    memory("learning_config", &["LearningConfig"], None, 1, "one word"),
    memory("reward_state", &["RewardState"], None, 1, "one word"),
    memory("compartment_profiles", &["CompartmentProfile"], Some("compartment_profiles"), 1, "profile"),
    memory("homeostasis_profiles", &["HomeostasisProfile"], Some("compartment_profiles"), 1, "compartment profile"),
    memory("vth_profiles", &["VthProfile"], Some("vth_profiles"), 1, "threshold profile"),
    memory("pre_profiles", &["TraceProfile"], Some("pre_profiles"), 2, "2 * profile + trace (x1, x2)"),
    memory("post_profiles", &["TraceProfile"], Some("post_profiles"), 3, "3 * profile + trace (y1, y2, y3)"),
    memory("compartment_config", &["CompartmentConfig"], Some("compartments"), 1, "compartment"),
    memory("compartment_state", &["CompartmentState"], Some("compartments"), 1, "compartment"),
    memory("homeostasis_state", &["HomeostasisState"], Some("compartments"), 1, "compartment"),
    memory("post_trace_state", &["PostTraceState"], Some("compartments"), 1, "compartment"),
    memory("accumulators", &["Accumulator"], Some("accumulators"), 1, "compartment * 2^delay_bits + slot"),
    memory("axon_map", &["AxonMap"], Some("compartments"), 1, "compartment"),
    memory("axons_out", &["DiscreteAxon", "Pop16Axon", "Pop32Axon", "Pop32Atom"], Some("axons_out"), 1, "slot"),
    memory("synapse_map", &["SynapseMap", "LearningAxon"], Some("axons_in"), 1, "input axon"),
    memory("synapse_formats", &["SynapseFormat"], Some("synapse_formats"), 1, "format id; entry 0 is not used"),
    memory("synapses", &[], Some("synapse_words"), 1, "64-bit word of packed blocks"),
    memory("rules", &["RuleProfile"], Some("rules"), 1, "learning rule"),
    memory("microcode", &["ProductWord", "FactorWord"], Some("microcode_words"), 1, "16-bit word"),
];

impl MemorySpec {
    /// Entries on a core of that chip.
    #[must_use]
    pub fn entries(&self, limits: &Limits) -> u32 {
        let find = |name: &str| limits.rows().iter().find(|row| row.name == name).map_or(0, |row| row.value);
        self.depth.map_or(1, find) * self.words_per_entry
    }

    /// Width of the memory: of its widest word; packed synapses 64.
    #[must_use]
    pub fn bits(&self) -> u32 {
        let widths = WORDS.iter().filter(|word| self.words.contains(&word.name)).map(|word| word.bits);
        widths.max().unwrap_or(64)
    }
}

/// Every enumeration, in datasheet order.
pub const CODES: &[Codes] = &[
    op::SignMode::CODES,
    op::Compression::CODES,
    op::SynapseType::CODES,
    op::Join::CODES,
    op::Mode::CODES,
    op::StackIn::CODES,
    op::BackPropagation::CODES,
    op::NoiseTarget::CODES,
    op::AxonKind::CODES,
    op::Dependency::CODES,
    op::LearningTarget::CODES,
    op::FactorCode::CODES,
    op::Variable::CODES,
    op::MeasureKind::CODES,
];

/// Which fields hold which enumeration: word, field, enumeration.
pub const CODED_FIELDS: &[(&str, &str, &str)] = &[
    ("CompartmentProfile", "bap", "BackPropagation"),
    ("CompartmentProfile", "join", "Join"),
    ("CompartmentProfile", "mode", "Mode"),
    ("CompartmentProfile", "stack_in", "StackIn"),
    ("SharedConfig", "noise_target", "NoiseTarget"),
    ("DiscreteAxon", "kind", "AxonKind"),
    ("Pop16Axon", "kind", "AxonKind"),
    ("Pop32Axon", "kind", "AxonKind"),
    ("SynapseMap", "kind", "AxonKind"),
    ("SynapseFormat", "synapse_type", "SynapseType"),
    ("SynapseFormat", "fanout_type", "SignMode"),
    ("SynapseFormat", "compression", "Compression"),
    ("ProductWord", "target", "LearningTarget"),
    ("ProductWord", "dependency", "Dependency"),
    ("FactorWord", "code", "FactorCode"),
];

/// A number of the contract that is no limit of a chip.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Constant {
    /// Name.
    pub name: &'static str,
    /// Value.
    pub value: i64,
    /// What it is.
    pub doc: &'static str,
}

/// Every constant.
#[rustfmt::skip]
pub const CONSTANTS: &[Constant] = &[
    Constant { name: "Q_BITS", value: num::Q_BITS as i64, doc: "width of q, sign included" },
    Constant { name: "U_BITS", value: num::U_BITS as i64, doc: "width of u, v and x, sign included" },
    Constant { name: "ACC_BITS", value: num::ACC_BITS as i64, doc: "width of the learning accumulator, sign included" },
    Constant { name: "WEIGHT_SHIFT", value: num::WEIGHT_SHIFT as i64, doc: "weights and thresholds are shifted left by this" },
    Constant { name: "EFF_WEIGHT_MAX", value: num::EFF_WEIGHT_MAX as i64, doc: "largest magnitude of an effective weight" },
    Constant { name: "TRACE_MAX", value: num::TRACE_MAX as i64, doc: "largest value of a trace" },
    Constant { name: "DECAY_ONE", value: num::DECAY_ONE as i64, doc: "the decay that forgets everything" },
    Constant { name: "BLOCK_HEAD_BITS", value: synapse::BLOCK_HEAD_BITS as i64, doc: "head of a synapse block: format id 4, n - 1 6" },
    Constant { name: "BLOCK_ENTRIES_MAX", value: synapse::BLOCK_ENTRIES_MAX as i64, doc: "most entries of a block" },
    Constant { name: "FORMAT_ID_MAX", value: synapse::FORMAT_ID_MAX as i64, doc: "largest usable format id; 0 ends a list" },
];

/// The contract's shape as lines of text: names, bits and codes, without documentation.
#[must_use]
pub fn shape() -> String {
    let mut lines = Vec::new();
    for word in WORDS {
        lines.push(format!("word {} {}", word.name, word.bits));
        let field = |f: &Field| format!("field {} {}:{} {}", f.name, f.hi, f.lo, f.signed);
        lines.extend(word.fields.iter().map(field));
    }
    lines.extend(MEMORIES.iter().map(|m| format!("memory {} {:?} {}", m.name, m.words, m.words_per_entry)));
    for codes in CODES {
        lines.push(format!("codes {}", codes.name));
        lines.extend(codes.rows.iter().map(|row| format!("code {} {}", row.code, row.name)));
    }
    let factors = op::FactorCode::ALL.iter();
    lines.extend(factors.map(|code| format!("factor {code} {}", code.magnitude_bits())));
    lines.push(format!("bits {:?} {:?} {:?}", op::INDEX_BITS, op::WEIGHT_BITS, op::TAG_BITS));
    lines.extend(CONSTANTS.iter().map(|c| format!("constant {} {}", c.name, c.value)));
    lines.join("\n") + "\n"
}

/// FNV-1a (64 bits) of [`shape`]: two tools with the same hash read the same bits.
#[must_use]
pub fn spec_hash() -> u64 {
    static HASH: LazyLock<u64> = LazyLock::new(|| fnv1a(shape().as_bytes()));
    *HASH
}

fn fnv1a(bytes: &[u8]) -> u64 {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, mix)
}

/// The chip whose limits the generated documents print.
///
/// # Panics
/// Never: a test parses every description that ships.
#[must_use]
pub fn default_chip() -> ChipDescription {
    ChipDescription::shipped("loihi").expect("the description `loihi` ships and parses")
}
