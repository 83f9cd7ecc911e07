//! The `seamount` binary, as a user runs it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;

use crate::shared::here;

/// The folder of the repository.
#[must_use]
pub fn root() -> PathBuf {
    here().join("..")
}

/// The binary, built once in the profile of this test, where cargo puts it.
///
/// # Panics
/// If it does not build.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let test = std::env::current_exe().expect("a test knows its own path");
        let profile = test.ancestors().nth(2).expect("tests run in target/PROFILE/deps");
        let target = profile.parent().expect("a profile lies in the target folder");
        let release = profile.file_name() == Some(OsStr::new("release"));
        let chosen = if release { "release" } else { "test" };
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["build", "--quiet", "--package", "seamount-cli", "--profile", chosen, "--target-dir"])
            .arg(target);
        let built = cargo.current_dir(root()).status().expect("cargo runs");
        assert!(built.success(), "the command does not build");
        profile.join("seamount").with_extension(std::env::consts::EXE_EXTENSION)
    })
}

/// Runs the command in `folder`.
///
/// # Panics
/// If it cannot be started.
pub fn run_in<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Output {
    let mut command = Command::new(binary());
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1");
    command.output().expect("the command starts")
}

/// Runs the command in the repository's root with `--json` and reads its object.
///
/// # Panics
/// If it fails or prints something else.
pub fn json<S: AsRef<OsStr>>(arguments: &[S]) -> Value {
    let all: Vec<&OsStr> = arguments.iter().map(AsRef::as_ref).chain([OsStr::new("--json")]).collect();
    let output = run_in(&root(), &all);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{all:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{all:?}: {e}: {text}"))
}

/// A folder of its own for a test, empty.
///
/// # Panics
/// If it cannot be made.
#[must_use]
pub fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("seamount-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the system has room for temporary files");
    folder
}
