//! Vectors of the contract: files, cases, networks.

pub mod expect;
pub mod graph;
pub mod net;
pub mod units;

use serde::Deserialize;
use serde_json::Value;

use self::expect::Expected;
use self::net::NetworkCase;
use crate::route::Route;
use crate::shared;

/// A file of vectors.
#[derive(Debug, Deserialize)]
pub struct VectorFile {
    /// Its name, e.g. `C02_compartment`.
    pub file: String,
    /// The cases.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Debug, Deserialize)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// What it asks for.
    pub kind: String,
    /// What is given.
    #[serde(rename = "in")]
    pub given: Value,
    /// What is expected.
    #[serde(rename = "out")]
    pub expected: Value,
}

impl Case {
    /// The given data as `T`.
    ///
    /// # Panics
    /// If they have another shape.
    #[must_use]
    pub fn given<T: serde::de::DeserializeOwned>(&self) -> T {
        serde_json::from_value(self.given.clone()).unwrap_or_else(|e| panic!("{}: in: {e}", self.name))
    }

    /// The expected data as `T`.
    ///
    /// # Panics
    /// If they have another shape.
    #[must_use]
    pub fn expected<T: serde::de::DeserializeOwned>(&self) -> T {
        serde_json::from_value(self.expected.clone()).unwrap_or_else(|e| panic!("{}: out: {e}", self.name))
    }
}

/// Cases of one kind of a file: all of them where `shared` is at hand, else those in the repository.
///
/// # Panics
/// If there is no such file, or no case of that kind.
#[must_use]
pub fn cases(file: &str, kind: &str) -> Vec<Case> {
    let whole = shared::find_or_say(&format!("golden/contract/{file}.json"));
    let path = whole.unwrap_or_else(|| shared::here().join(format!("vectors/contract/{file}.json")));
    let cases: Vec<Case> = shared::read_json::<VectorFile>(&path).cases;
    let cases: Vec<Case> = cases.into_iter().filter(|case| case.kind == kind).collect();
    assert!(!cases.is_empty(), "{file} holds no case of kind {kind}");
    cases
}

/// Cases that the repository keeps whole, e.g. `learning/lava`.
///
/// # Panics
/// If there is no such file.
#[must_use]
pub fn kept(file: &str) -> Vec<Case> {
    shared::read_json::<VectorFile>(&shared::here().join(format!("vectors/{file}.json"))).cases
}

/// Whether a case of kind `network` holds by every route.
///
/// # Errors
/// The first route that shows something else, and what.
pub fn network_holds(case: &Case) -> Result<(), String> {
    let (given, expected): (NetworkCase, Expected) = (case.given(), case.expected());
    let (graph, stimulus) = (given.graph(), given.stimulus());
    for route in Route::all() {
        route
            .record(&graph, given.steps, &stimulus, &|t| expected.looks_at(t))
            .and_then(|shown| expected.check(&given, &graph, &shown))
            .map_err(|error| format!("{route:?}: {error}"))?;
    }
    Ok(())
}

/// Runs `check` on every case and reports all that fail.
///
/// # Panics
/// If one fails.
pub fn all_hold(cases: &[Case], check: impl Fn(&Case) -> Result<(), String>) {
    let failures: Vec<String> = (cases.iter())
        .filter_map(|case| check(case).err().map(|error| format!("{}: {error}", case.name)))
        .collect();
    let shown = failures.iter().take(8).cloned().collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} of {} cases fail:\n{shown}", failures.len(), cases.len());
}
