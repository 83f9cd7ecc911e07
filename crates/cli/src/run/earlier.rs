//! The files of an earlier run in the same folder: its summary names them, so that they and no others go away.

use std::fs;
use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use crate::failure::Failure;
use crate::read;

/// The field of `summary.json` that names the other files of its run.
pub const FILES: &str = "files";
/// How names of our files end.
const ENDINGS: [&str; 4] = ["csv", "evt", "npy", "npz"];

/// Names of files relative to their folder, with `/` between the parts.
pub fn names(folder: &Path, files: &[PathBuf]) -> Vec<String> {
    let relative = files.iter().filter_map(|file| file.strip_prefix(folder).ok());
    let parts = relative.map(|file| file.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>());
    parts.map(|parts| parts.join("/")).collect()
}

/// Names of the files of an earlier run in `folder`, relative to it.
pub fn named(folder: &Path) -> Vec<String> {
    let text = read::replaced(&folder.join("summary.json")).ok();
    let summary: Value = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let is_ours = summary["digest"].is_string() && summary["backend"].is_string();
    let named = summary[FILES].as_array().filter(|_| is_ours).into_iter().flatten();
    named.filter_map(Value::as_str).filter(|name| is_name(name)).map(String::from).collect()
}

/// Removes what the summary in `folder` names, the summary first, and `time/` if nothing is left there.
pub fn remove(folder: &Path) -> Result<(), Failure> {
    let path = folder.join("summary.json");
    if !path.exists() {
        return Ok(());
    }
    let named = named(folder);
    file(&path)?;
    named.into_iter().try_for_each(|name| file(&folder.join(name)))?;
    // A folder that holds something else stays.
    let _ = fs::remove_dir(folder.join("time"));
    Ok(())
}

/// Whether a run could have written `name`: a file of ours in the folder itself or in `time/`.
fn is_name(name: &str) -> bool {
    let path = Path::new(name);
    let parts: Vec<_> = path.components().collect();
    let is_inside = match parts[..] {
        [Component::Normal(_)] => true,
        [Component::Normal(folder), Component::Normal(_)] => folder == "time",
        _ => false,
    };
    is_inside && path.extension().and_then(|end| end.to_str()).is_some_and(|end| ENDINGS.contains(&end))
}

/// Removes a file or link, if it is there.
fn file(path: &Path) -> Result<(), Failure> {
    match fs::symlink_metadata(path) {
        Ok(about) if !about.is_dir() => {
            fs::remove_file(path).map_err(|error| Failure::io("replace", path, &error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_files_of_ours_go_away() {
        for name in ["out.v.npy", "time/timing.csv", "spikes.evt"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["../a.csv", "/tmp/a.csv", "time/x/a.csv", "data/a.csv", "main.snn", "time", "", ".."] {
            assert!(!is_name(name), "{name}");
        }
        let folder = std::env::temp_dir().join(format!("seamount-earlier-{}", std::process::id()));
        fs::create_dir_all(folder.join("time")).unwrap();
        for name in ["a.csv", "mine.csv", "time/timing.csv", "main.snn"] {
            fs::write(folder.join(name), "x").unwrap();
        }
        let files = ["a.csv", "time/timing.csv", "gone.npy"].map(|name| folder.join(name));
        let summary =
            serde_json::json!({ "digest": "0", "backend": "emulator", "files": names(&folder, &files) });
        fs::write(folder.join("summary.json"), summary.to_string()).unwrap();
        remove(&folder).unwrap();
        let mut left: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, ["main.snn", "mine.csv"]);
        fs::remove_dir_all(folder).unwrap();
    }
}
