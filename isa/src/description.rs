//! What descriptions of chips and calibrations have in common: both are TOML texts.

/// Whether a TOML text has one of some fields.
pub fn has_any(text: &str, fields: &[&str]) -> bool {
    text.parse::<toml::Table>().is_ok_and(|table| fields.iter().any(|field| table.contains_key(*field)))
}

/// What is wrong with a TOML text, with whole numbers called by that name.
pub fn syntax(error: &toml::de::Error) -> String {
    error.to_string().replace("expected u32", "expected a whole number from 0 to 4294967295")
}
