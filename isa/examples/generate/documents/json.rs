//! `isa.json`: the same tables for other tools.

use seamount_isa as isa;

use isa::chip::{ChipDescription, SHIPPED};
use isa::op::{FactorCode, INDEX_BITS, TAG_BITS, WEIGHT_BITS};
use isa::spec::{self, CODED_FIELDS, CODES, CONSTANTS, MEMORIES, WORDS, WordSpec};
use serde_json::{Value, json};

/// The description.
pub fn text() -> String {
    let chips: Vec<ChipDescription> =
        SHIPPED.iter().filter_map(|(name, _)| ChipDescription::shipped(name).ok()).collect();
    let factors = FactorCode::ALL.iter().map(|code| {
        json!({ "name": code.name(), "code": code.code(), "magnitude_bits": code.magnitude_bits(), "takes_constant": code.takes_constant() })
    });
    let document = json!({
        "generated_by": "cargo run -p seamount-isa --example generate",
        "spec_hash": format!("{:016x}", spec::spec_hash()),
        "memories": MEMORIES,
        "words": WORDS.iter().map(word).collect::<Vec<Value>>(),
        "codes": CODES,
        "factors": factors.collect::<Vec<Value>>(),
        "packed_synapses": { "index_bits": INDEX_BITS, "weight_bits": WEIGHT_BITS, "tag_bits": TAG_BITS },
        "constants": CONSTANTS,
        "chips": chips,
    });
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn word(word: &WordSpec) -> Value {
    let field = |f: &isa::layout::Field| {
        let codes = CODED_FIELDS.iter().find(|(w, name, _)| *w == word.name && *name == f.name);
        json!({
            "name": f.name, "hi": f.hi, "lo": f.lo, "signed": f.signed, "min": f.min(), "max": f.max(), "doc": f.doc,
            "codes": codes.map(|(.., codes)| *codes),
        })
    };
    json!({
        "name": word.name, "bits": word.bits, "doc": word.doc.trim(),
        "fields": word.fields.iter().map(field).collect::<Vec<Value>>(),
    })
}
