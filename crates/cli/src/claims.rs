//! Every file that the command reads or will write: no output is an input, or another output.
//!
//! A command claims its outputs before it begins, and whoever reads a file says so; of two that are one file, the later
//! is refused and names the earlier. One process runs one command, so the list is the process's.

use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::failure::Failure;

static FILES: Mutex<Files> = Mutex::new(Files { read: Vec::new(), claimed: Vec::new(), made: Vec::new() });

/// All files so far.
struct Files {
    read: Vec<Named>,
    claimed: Vec<Named>,
    /// Folders that the command makes before it writes.
    made: Vec<PathBuf>,
}

/// A file, by the words that people know it by.
struct Named {
    words: String,
    file: PathBuf,
}

/// An output that would overwrite an input.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{output} would overwrite {input}, which this command reads")]
pub struct Taken {
    output: String,
    input: String,
}

impl From<Taken> for Failure {
    fn from(taken: Taken) -> Self {
        Self::user(taken.to_string()).help("name another file to write")
    }
}

/// Claims a file that `words` (`-o chip.img`) will write.
pub fn claim(words: &str, path: &Path) -> Result<(), Failure> {
    if is_device(path) {
        return Ok(());
    }
    let (file, mut all) = (place(path), files());
    refuse_read(&all, words, &file)?;
    // A file in the place of a folder is in the way of what is inside.
    let other =
        all.claimed.iter().find(|other| file.starts_with(&other.file) || other.file.starts_with(&file));
    match other {
        Some(other) if other.words == words => Ok(()),
        Some(other) => {
            let both = format!("{} and {words}", other.words);
            let what = if other.file == file {
                "would write the same file"
            } else {
                "cannot be a file and a folder at once"
            };
            Err(Failure::user(format!("{both} {what}")).help("name a file of its own for each"))
        }
        None => {
            all.claimed.push(Named { words: words.into(), file });
            Ok(())
        }
    }
}

/// Notes that a folder is made before anything is written.
pub fn make(folder: &Path) {
    files().made.push(place(folder));
}

/// Whether a folder will be there.
pub fn is_made(folder: &Path) -> bool {
    let folder = place(folder);
    files().made.contains(&folder)
}

/// Notes that a file is read.
pub fn read(path: &Path) -> Result<(), Taken> {
    let (file, mut all) = (place(path), files());
    let input = path.display().to_string();
    if let Some(claim) = all.claimed.iter().find(|claim| claim.file == file) {
        return Err(Taken { output: claim.words.clone(), input });
    }
    all.read.push(Named { words: input, file });
    Ok(())
}

/// Refuses a file that was read, though nobody claimed it.
pub fn unread(path: &Path) -> Result<(), Failure> {
    refuse_read(&files(), "the output", &place(path)).map_err(Failure::from)
}

fn refuse_read(all: &Files, words: &str, file: &Path) -> Result<(), Taken> {
    match all.read.iter().find(|read| read.file == file) {
        Some(read) => Err(Taken { output: words.into(), input: read.words.clone() }),
        None => Ok(()),
    }
}

fn files() -> MutexGuard<'static, Files> {
    FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A device or pipe takes what several write.
fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir())
}

/// Where a path leads, however it is written: through links, `.` and `..`, also where its end is not there yet.
fn place(path: &Path) -> PathBuf {
    let mut there = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut missing: Vec<OsString> = Vec::new();
    loop {
        if let Ok(found) = fs::canonicalize(&there) {
            return missing.into_iter().rev().fold(found, down);
        }
        let last = there.components().next_back().map(|part| part.as_os_str().to_os_string());
        let (Some(last), true) = (last, there.pop()) else { return path.to_path_buf() };
        missing.push(last);
    }
}

fn down(mut folder: PathBuf, part: OsString) -> PathBuf {
    match Path::new(&part).components().next() {
        Some(Component::ParentDir) => drop(folder.pop()),
        _ => folder.push(part),
    }
    folder
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("seamount-claims-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn an_input_is_no_output_whichever_comes_first() {
        let folder = scratch("read");
        for name in ["a", "b"] {
            fs::write(folder.join(name), name).unwrap();
        }
        read(&folder.join("a")).unwrap();
        let refused = claim("--csv a", &folder.join("x/../a")).unwrap_err();
        assert!(refused.findings[0].message.starts_with("--csv a would overwrite "), "{refused:?}");
        assert!(unread(&folder.join("a")).is_err() && unread(&folder.join("c")).is_ok());
        claim("-o b", &folder.join("./b")).unwrap();
        assert!(read(&folder.join("b")).unwrap_err().to_string().starts_with("-o b would overwrite "));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn outputs_are_different_files() {
        let folder = scratch("write");
        claim("--csv s", &folder.join("s")).unwrap();
        let both = |words: &str, path: &str| {
            claim(words, &folder.join(path)).unwrap_err().findings[0].message.clone()
        };
        assert_eq!(both("--plot s", "t/../s"), "--csv s and --plot s would write the same file");
        make(&folder.join("later"));
        assert!(is_made(&folder.join("s/../later")) && !is_made(&folder));
        assert_eq!(both("--out s/x", "s/x"), "--csv s and --out s/x cannot be a file and a folder at once");
        claim("--csv s", &folder.join("s")).unwrap();
        claim("--plot st", &folder.join("st")).unwrap();
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    #[cfg(unix)]
    fn links_lead_to_their_file_and_devices_take_all() {
        let folder = scratch("links");
        fs::write(folder.join("file"), "").unwrap();
        std::os::unix::fs::symlink(folder.join("file"), folder.join("link")).unwrap();
        std::os::unix::fs::symlink(&folder, folder.join("self")).unwrap();
        claim("--csv file", &folder.join("self/file")).unwrap();
        assert!(claim("--plot link", &folder.join("link")).is_err());
        claim("--csv null", Path::new("/dev/null")).unwrap();
        claim("--plot null", Path::new("/dev/null")).unwrap();
        fs::remove_dir_all(folder).unwrap();
    }
}
