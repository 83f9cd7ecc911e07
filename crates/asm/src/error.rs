//! What is wrong with a line of assembly, and where.

/// A fault of the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {fault}")]
pub struct AsmError {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A name that nothing has.
    #[error("no {kind} `{name}`{}", suggestion(.nearest))]
    Unknown {
        /// What it should name: memory, field of a word, ...
        kind: String,
        /// The name.
        name: String,
        /// The legal name that is nearest.
        nearest: Option<String>,
    },
    /// A number out of range.
    #[error("{name} = {value}: {min}..={max} are possible")]
    Range {
        /// Whose value.
        name: String,
        /// The value.
        value: i128,
        /// Least possible.
        min: i128,
        /// Greatest possible.
        max: i128,
    },
    /// Something else was expected.
    #[error("expected {expected}, found {found}")]
    Expected {
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
    /// Twice, missing, or contradictory.
    #[error("{0}")]
    Conflict(String),
    /// A synapse that its format cannot hold.
    #[error("{0}")]
    Synapse(#[from] isa::synapse::SynapseError),
}

fn suggestion(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |name| format!(": did you mean `{name}`?"))
}

/// The nearest of `names` to `name`, if it is near enough to be meant.
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let begins = |known: &str| name.len() > 1 && known.starts_with(name);
    let letters: Vec<char> = name.chars().take(64).collect();
    let edits = |known: &str| if begins(known) { 1 } else { distance(&letters, known) };
    let rate = |known: &'a str| (edits(known), known.len().abs_diff(letters.len()), known);
    let (distance, _, known) = names.into_iter().map(rate).min()?;
    (distance <= 2.max(letters.len() / 3)).then(|| known.into())
}

/// Edits from one name to the other.
fn distance(name: &[char], known: &str) -> usize {
    let mut row: Vec<usize> = (0..=name.len()).collect();
    for (i, letter) in known.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for j in 0..name.len() {
            let cost = diagonal + usize::from(name[j] != letter);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[name.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found() {
        assert_eq!(nearest("vht", ["u", "vth", "v"]), Some("vth".into()));
        assert_eq!(nearest("decay", ["decay_u", "bap"]), Some("decay_u".into()));
        assert_eq!(nearest("refractory", ["u", "bap"]), None);
    }
}
