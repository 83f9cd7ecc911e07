//! Files written whole or not at all.

use std::fs;
use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Writes `bytes` to a file beside `path`, then renames it, so that nobody ever sees half of it. A link stays a link, a
/// device or pipe is written into, a file that is read-only is refused.
pub fn atomic(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let io = |error: Error| Failure::io("write", path, &error);
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    match fs::metadata(&target) {
        Ok(about) if about.is_dir() => Err(io(Error::new(ErrorKind::IsADirectory, "it is a folder"))),
        Ok(about) if !about.is_file() => {
            fs::OpenOptions::new().write(true).open(path).and_then(|mut f| f.write_all(bytes)).map_err(io)
        }
        Ok(about) if about.permissions().readonly() => {
            Err(io(Error::new(ErrorKind::PermissionDenied, "it is read-only")))
        }
        _ => renamed(&target, bytes).map_err(io),
    }
}

/// Refuses a file that could not be written, before the work whose result it is for.
pub fn possible(path: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let io = |error| Failure::io("write", path, &error);
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        fs::metadata(parent).map_err(io)?;
    }
    if path.is_dir() { Err(io(Error::new(ErrorKind::IsADirectory, "it is a folder"))) } else { Ok(()) }
}

/// Refuses a folder that could not be made or written into, before the work whose results it is for; makes nothing.
pub fn possible_folder(path: &Path) -> Result<(), Failure> {
    let full = std::path::absolute(path).map_err(|error| Failure::io("make the folder", path, &error))?;
    let there = full.ancestors().find(|folder| fs::symlink_metadata(folder).is_ok()).unwrap_or(&full);
    let probe = there.join(format!(".seamount.{}.part", std::process::id()));
    let tried = fs::create_dir(&probe).and_then(|()| fs::remove_dir(&probe));
    tried.map_err(|error| Failure::io("make the folder", path, &error))
}

fn renamed(target: &Path, bytes: &[u8]) -> Result<(), Error> {
    let temporary = beside(target);
    let written = fs::File::create(&temporary).and_then(|mut file| file.write_all(bytes));
    written.and_then(|()| fs::rename(&temporary, target)).inspect_err(|_| drop(fs::remove_file(&temporary)))
}

/// Makes a folder and its parents.
pub fn folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path).map_err(|error| Failure::io("make the folder", path, &error))
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.part", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_no_part_behind() {
        let dir = std::env::temp_dir().join(format!("seamount-write-{}", std::process::id()));
        folder(&dir).unwrap();
        atomic(&dir.join("a.txt"), b"one").unwrap();
        atomic(&dir.join("a.txt"), b"two").unwrap();
        assert_eq!(fs::read(dir.join("a.txt")).unwrap(), b"two");
        assert!(atomic(&dir.join("missing/a.txt"), b"x").is_err());
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1);
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    #[cfg(unix)]
    fn links_and_devices_stay_what_they_are() {
        let dir = std::env::temp_dir().join(format!("seamount-links-{}", std::process::id()));
        folder(&dir).unwrap();
        let (file, link) = (dir.join("a.txt"), dir.join("link"));
        atomic(&file, b"one").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        atomic(&link, b"two").unwrap();
        assert!(link.is_symlink() && fs::read(&file).unwrap() == b"two");
        let null = dir.join("null");
        std::os::unix::fs::symlink("/dev/null", &null).unwrap();
        atomic(&null, b"three").unwrap();
        assert!(null.is_symlink() && !fs::metadata(&null).unwrap().is_file());
        let mut locked = fs::metadata(&file).unwrap().permissions();
        locked.set_readonly(true);
        fs::set_permissions(&file, locked).unwrap();
        assert!(atomic(&file, b"four").is_err() && atomic(&dir, b"five").is_err());
        assert!(possible(Some(&dir)).is_err() && possible(Some(&dir.join("no/a"))).is_err());
        assert!(possible(Some(&dir.join("new"))).is_ok() && possible(None).is_ok());
        assert!(possible_folder(&dir.join("x/y")).is_ok() && !dir.join("x").exists());
        assert!(possible_folder(&file.join("y")).is_err() && possible_folder(&file).is_err());
        fs::remove_dir_all(dir).unwrap();
    }
}
