//! `seamount isa`: the contract's tables: memories, words, codes, limits, chips.

use std::fmt::Write;
use std::path::Path;

use isa::chip::{ChipDescription, SHIPPED};
use isa::op::Codes;
use isa::spec::{CODES, CONSTANTS, MEMORIES, WORDS, WordSpec, spec_hash};
use isa::timing::{self, Timing};
use serde_json::{Value, json};

use crate::chip;
use crate::failure::{Exit, Failure};
use crate::nearest::nearest;
use crate::read;
use crate::ui::Ui;

#[derive(clap::Args)]
#[command(
    after_help = "Examples: seamount isa SynapseFormat\n          seamount isa chips\n          seamount isa loihi-8"
)]
pub struct Arguments {
    /// A word, an enumeration, a chip or a calibration or the file.toml of one, an architecture.yaml of SANA-FE, or one of:
    /// words, memories, codes, constants, chips, calibrations
    topic: Option<String>,
}

/// An answer as text and as an object.
struct Answer {
    text: String,
    object: Value,
}

pub fn run(arguments: &Arguments, ui: &Ui) -> Result<Exit, Failure> {
    let mut answer = match arguments.topic.as_deref() {
        None => overview(),
        Some(topic) => list(topic)
            .or_else(|| thing(topic))
            .or_else(|| calibration(topic))
            .map_or_else(|| described(topic), Ok)?,
    };
    answer.object["schema"] = json!(trace::SCHEMA);
    answer.object["spec"] = json!(format!("{:016x}", spec_hash()));
    ui.object(&answer.object);
    ui.print(&answer.text);
    Ok(Exit::Ok)
}

fn overview() -> Answer {
    let parts =
        ["memories", "words", "codes", "constants", "chips", "calibrations"].into_iter().filter_map(list);
    let (mut text, mut object) = (format!("contract {:016x}\n", spec_hash()), json!({}));
    for part in parts {
        let _ = write!(text, "\n{}", part.text);
        if let (Value::Object(all), Value::Object(more)) = (&mut object, part.object) {
            all.extend(more);
        }
    }
    text += "\n`seamount isa NAME` shows the fields of a word, the codes of an enumeration, the limits of a chip\n";
    Answer { text, object }
}

/// A list of things, by its name.
fn list(topic: &str) -> Option<Answer> {
    let (head, rows, object) = match topic {
        "words" => {
            (["word", "bits", "what it is"], WORDS.iter().map(word_row).collect(), json!({ "words": WORDS }))
        }
        "memories" => {
            let rows = MEMORIES.iter().map(|m| [m.name.into(), m.bits().to_string(), m.words.join(", ")]);
            (["memory", "bits", "words"], rows.collect(), json!({ "memories": MEMORIES }))
        }
        "codes" => {
            let names = |codes: &Codes| codes.rows.iter().map(|row| row.name).collect::<Vec<_>>().join(", ");
            let rows =
                CODES.iter().map(|codes| [codes.name.into(), codes.rows.len().to_string(), names(codes)]);
            (["enumeration", "codes", "names"], rows.collect(), json!({ "codes": CODES }))
        }
        "constants" => {
            let rows = CONSTANTS.iter().map(|c| [c.name.into(), c.value.to_string(), c.doc.into()]);
            (["constant", "value", "what it is"], rows.collect(), json!({ "constants": CONSTANTS }))
        }
        "chips" => {
            let chips: Vec<ChipDescription> =
                SHIPPED.iter().filter_map(|(name, _)| ChipDescription::shipped(name).ok()).collect();
            let shape = |c: &ChipDescription| {
                let (b, m) = (c.board, c.mesh);
                format!(
                    "{}x{} chips of {}x{} tiles, {} cores each",
                    b.width, b.height, m.width, m.height, c.cores_per_tile
                )
            };
            let name = |c: &ChipDescription| match c.board.count() {
                1 => c.name.clone(),
                chips => format!("{} ({chips} chips)", c.name),
            };
            let rows = chips.iter().map(|c| [name(c), c.cores().to_string(), shape(c)]).collect();
            (["chip", "cores", "shape"], rows, json!({ "chips": chips }))
        }
        "calibrations" => {
            let all: Vec<Timing> =
                timing::SHIPPED.iter().filter_map(|(name, _)| Timing::shipped(name).ok()).collect();
            let first = |t: &Timing| t.limits.first().cloned().unwrap_or_default();
            let rows = all.iter().map(|t| [t.name.clone(), t.clock_ps.to_string(), first(t)]).collect();
            (["calibration", "clock, ps", "what to know"], rows, json!({ "calibrations": all }))
        }
        _ => return None,
    };
    Some(Answer { text: table(head, rows), object })
}

fn word_row(word: &WordSpec) -> [String; 3] {
    [word.name.into(), word.bits.to_string(), one_line(word.doc)]
}

/// A word or an enumeration, by its name.
fn thing(topic: &str) -> Option<Answer> {
    if let Some(word) = WORDS.iter().find(|word| word.name.eq_ignore_ascii_case(topic)) {
        let rows = word.fields.iter().rev().map(|f| {
            let bits = if f.hi == f.lo { format!("[{}]", f.hi) } else { format!("[{}:{}]", f.hi, f.lo) };
            [bits, f.name.into(), format!("{} ({}..={})", f.doc, f.min(), f.max())]
        });
        let text = format!("{}, {} bits: {}\n\n", word.name, word.bits, one_line(word.doc));
        let text = text + &table(["bits", "field", "what it is"], rows.collect());
        return Some(Answer { text, object: json!({ "word": word }) });
    }
    let codes = CODES.iter().find(|codes| codes.name.eq_ignore_ascii_case(topic))?;
    let rows = codes.rows.iter().map(|row| [row.code.to_string(), row.name.into(), one_line(row.doc)]);
    let text = format!("{}: {}\n\n", codes.name, one_line(codes.doc));
    let text = text + &table(["code", "name", "what it is"], rows.collect());
    Some(Answer { text, object: json!({ "codes": codes }) })
}

/// A calibration that ships, as its file.
fn calibration(topic: &str) -> Option<Answer> {
    let (_, text) = timing::SHIPPED.iter().find(|(name, _)| *name == topic)?;
    let object = json!({ "calibration": Timing::shipped(topic).ok()? });
    Some(Answer { text: (*text).into(), object })
}

/// A calibration of a file, or that an architecture of SANA-FE is, as a file of ours.
fn converted(path: &str) -> Result<Answer, Failure> {
    let timing = crate::calibration::find(path)?;
    let text = timing.to_toml().map_err(|error| Failure::internal(error.to_string()))?;
    Ok(Answer { text, object: json!({ "calibration": timing }) })
}

/// A chip that ships, or what is in a file.
fn described(topic: &str) -> Result<Answer, Failure> {
    if topic.ends_with(".yaml") || topic.ends_with(".yml") {
        return converted(topic);
    }
    let is_file = topic.ends_with(".toml");
    if is_file && Timing::is_described(&read::text(Path::new(topic))?) {
        return converted(topic);
    }
    if !is_file && !SHIPPED.iter().any(|(name, _)| *name == topic) {
        let words = WORDS.iter().map(|word| word.name).chain(CODES.iter().map(|codes| codes.name));
        let lists = ["words", "memories", "codes", "constants", "chips", "calibrations"];
        let known: Vec<&str> =
            words.chain(SHIPPED.iter().chain(timing::SHIPPED).map(|s| s.0)).chain(lists).collect();
        return Err(Failure::user(format!("the contract has no `{topic}`")).help(nearest(topic, &known)));
    }
    let chip = chip::find(topic)?;
    let rows = chip
        .limits
        .rows()
        .map(|row| [row.name.into(), row.value.to_string(), format!("at most {}", row.max)]);
    let text = format!("{}: {} cores on {} chips\n\n", chip.name, chip.cores(), chip.board.count());
    let text = text + &table(["limit of a core", "value", "what its field holds"], rows.to_vec());
    Ok(Answer { text, object: json!({ "chip": chip }) })
}

fn one_line(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn table(head: [&str; 3], rows: Vec<[String; 3]>) -> String {
    let all: Vec<[String; 3]> = std::iter::once(head.map(String::from)).chain(rows).collect();
    let width = |column: usize| all.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    all.iter().map(|[a, b, c]| format!("{a:<first$}  {b:>second$}  {c}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_and_chip_is_shown() {
        for word in WORDS {
            let text = thing(word.name).unwrap().text;
            assert!(word.fields.iter().all(|f| text.contains(f.name)), "{}", word.name);
        }
        for (name, _) in SHIPPED {
            assert!(described(name).unwrap().text.contains("synapse_words"), "{name}");
        }
        assert!(overview().text.contains("loihi-768"));
    }

    #[test]
    fn unknown_topics_are_refused_with_the_nearest() {
        let failure = described("SynapsFormat").err().unwrap();
        assert_eq!(failure.findings[0].help, ["did you mean `SynapseFormat`?"]);
    }
}
