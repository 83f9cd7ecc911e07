//! A YAML value that knows where it is, so that what is missing can be named.

use saphyr::{LoadableYamlNode, MarkedYaml};

use crate::failure::Failure;

/// A value and its path in the file.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    file: &'a str,
    /// As `architecture.tile[0].core[0]`.
    pub path: String,
    value: &'a MarkedYaml<'a>,
}

/// The documents of a text.
pub fn documents<'a>(file: &str, text: &'a str) -> Result<Vec<MarkedYaml<'a>>, Failure> {
    MarkedYaml::load_from_str(text).map_err(|error| {
        Failure::user(format!("{file}: no YAML: {error}"))
            .help("an architecture of SANA-FE is wanted: `architecture:` with attributes and tiles")
    })
}

impl<'a> Node<'a> {
    /// The root of a file.
    pub const fn root(file: &'a str, value: &'a MarkedYaml<'a>) -> Self {
        Self { file, path: String::new(), value }
    }

    /// The value under a key, if there is one.
    pub fn find(&self, key: &str) -> Option<Self> {
        let value = self.value.data.as_mapping_get(key)?;
        let path = if self.path.is_empty() { key.into() } else { format!("{}.{key}", self.path) };
        Some(Self { file: self.file, path, value })
    }

    /// The value under a key.
    pub fn get(&self, key: &str) -> Result<Self, Failure> {
        let at = if self.path.is_empty() { "the file".into() } else { format!("`{}`", self.path) };
        self.find(key).ok_or_else(|| {
            Failure::user(format!("{}: {at} has no `{key}`", self.place())).help(
                "an architecture of SANA-FE is architecture > tile > core > axon_in, synapse, soma, axon_out",
            )
        })
    }

    /// The items of a list; one mapping counts as a list of one.
    pub fn items(&self) -> Result<Vec<Self>, Failure> {
        if self.value.data.is_mapping() {
            return Ok(vec![self.clone()]);
        }
        let items = self.value.data.as_sequence().filter(|items| !items.is_empty());
        let items = items.ok_or_else(|| self.refuse("a list with at least one item is wanted"))?;
        let item = |(i, value)| Self { file: self.file, path: format!("{}[{i}]", self.path), value };
        Ok(items.iter().enumerate().map(item).collect())
    }

    /// Its text.
    pub fn text(&self) -> Option<&'a str> {
        self.value.data.as_str()
    }

    /// A number that is not negative.
    pub fn number(&self) -> Result<f64, Failure> {
        let whole = self.value.data.as_integer().map(|value| value as f64);
        let number = whole.or_else(|| self.value.data.as_floating_point());
        number
            .filter(|value| value.is_finite() && *value >= 0.0)
            .ok_or_else(|| self.refuse("a number of seconds or joules, 0 or more, is wanted"))
    }

    /// Pairs of a mapping from numbers to numbers.
    pub fn pairs(&self) -> Result<Vec<(f64, f64)>, Failure> {
        let mapping = self.value.data.as_mapping().ok_or_else(|| self.refuse("a table is wanted"))?;
        let at = |value| Self { file: self.file, path: self.path.clone(), value };
        mapping.iter().map(|(key, value)| Ok((at(key).number()?, at(value).number()?))).collect()
    }

    /// What is wrong here.
    pub fn refuse(&self, why: &str) -> Failure {
        Failure::user(format!("{}: `{}`: {why}", self.place(), self.path))
    }

    /// Its file and line; those of the text where a root is empty.
    fn place(&self) -> String {
        format!("{}:{}", self.file, self.value.span.start.line().max(1))
    }
}
