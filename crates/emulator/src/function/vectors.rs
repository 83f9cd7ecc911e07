//! The vectors of the contract, for unit tests.

use serde_json::Value;

/// The cases of one kind of a file of vectors: all of them where `shared` is at hand, else those in the repository.
pub fn cases(file: &str, kind: &str) -> Vec<Value> {
    let here = env!("CARGO_MANIFEST_DIR");
    let root = std::env::var("SEAMOUNT_SHARED").unwrap_or_else(|_| format!("{here}/../../../shared"));
    let places = [
        format!("{root}/golden/contract/{file}.json"),
        format!("{here}/../../tests/vectors/contract/{file}.json"),
    ];
    let path = places.iter().find(|path| std::path::Path::new(path).exists());
    let path = path.unwrap_or_else(|| panic!("{file} is in none of {places:?}"));
    let text = std::fs::read_to_string(path).unwrap();
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
