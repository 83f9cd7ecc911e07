//! The vectors of the contract, for unit tests.

use serde_json::Value;

/// The cases of one kind of a file of vectors; none, and a line that says so, where the files are not there.
pub fn cases(file: &str, kind: &str) -> Vec<Value> {
    let root = std::env::var("SEAMOUNT_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into());
    let path = format!("{root}/golden/contract/{file}.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("not run: {path} is not there (SEAMOUNT_SHARED)");
        return Vec::new();
    };
    let file: Value = serde_json::from_str(&text).unwrap();
    let cases: Vec<Value> =
        file["cases"].as_array().unwrap().iter().filter(|c| c["kind"] == kind).cloned().collect();
    assert!(!cases.is_empty(), "{path} has cases of kind {kind}");
    cases
}

/// A number of a vector.
pub fn int(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is an integer"))
}

/// A list of numbers of a vector.
pub fn ints(value: &Value) -> Vec<i64> {
    value.as_array().unwrap_or_else(|| panic!("{value} is a list")).iter().map(int).collect()
}
