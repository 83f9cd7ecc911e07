//! Where every number of a calibration comes from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Origins by field: a key is the path of a field (`core.soma.active`) or of a table (`fifo`, for all its fields).
pub type Provenance = BTreeMap<String, Origin>;

/// Where a number comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// How well it is known.
    pub tier: Tier,
    /// Paper, table, file; or the reason of an assumption.
    pub source: String,
    /// Error against the source's own measurements, per thousand, where one is published or rounding makes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_permille: Option<u32>,
    /// Whether the source gives a bound and no mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
}

/// On which side of the truth a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// The source's minimum: the truth is no less.
    Minimum,
    /// The source's maximum: the truth is no more.
    Maximum,
}

/// How well a number is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Printed in a primary source.
    Published,
    /// Measured with a named tool.
    Measured,
    /// Fitted to published numbers.
    Fitted,
    /// A published number times a published ratio; never measured.
    Scaled,
    /// Our choice, with a reason.
    Assumed,
}

/// The origin that covers a field: the longest key that is the field or a table around it.
#[must_use]
pub fn origin_of<'a>(provenance: &'a Provenance, field: &str) -> Option<&'a Origin> {
    let mut path = field;
    loop {
        if let Some(origin) = provenance.get(path) {
            return Some(origin);
        }
        path = &path[..path.rfind('.')?];
    }
}

/// Paths of all fields of a table, depth first; arrays are one field.
#[must_use]
pub fn fields(table: &toml::Table, prefix: &str) -> Vec<String> {
    let join = |key: &str| if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
    let mut paths = Vec::new();
    for (key, value) in table {
        match value {
            toml::Value::Table(inner) => paths.extend(fields(inner, &join(key))),
            _ => paths.push(join(key)),
        }
    }
    paths
}
