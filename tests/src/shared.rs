//! Where the data lie that are not in the repository.

use std::path::{Path, PathBuf};

/// The folder of this crate.
#[must_use]
pub fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A path under the shared folder, if it exists there.
#[must_use]
pub fn find(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SEAMOUNT_SHARED").map_or_else(|| here().join("../../shared"), PathBuf::from);
    let full = root.join(path);
    full.exists().then_some(full)
}

/// As [`find`]; where the file is absent, one line says what was not run.
#[must_use]
#[allow(clippy::print_stderr, reason = "says what a test did not run")]
pub fn find_or_say(path: &str) -> Option<PathBuf> {
    let found = find(path);
    if found.is_none() {
        eprintln!("not run: shared/{path} is absent");
    }
    found
}

/// Reads JSON.
///
/// # Panics
/// If the file cannot be read or is no JSON of that shape.
#[must_use]
pub fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
