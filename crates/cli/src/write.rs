//! Files written whole or not at all.

use std::fs;
use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::claims;
use crate::failure::Failure;

/// Writes `bytes` to a file beside `path`, then renames it, so that nobody ever sees half of it. A link stays a link, a
/// device or pipe is written into, a file that is read-only or was read is refused.
pub fn atomic(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    claims::unread(path)?;
    in_place(path, bytes)
}

/// As [`atomic`], of a file that was read to be changed.
pub fn in_place(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
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

/// Claims the file that an option names, before the work whose result it is for; one that could not be written is
/// refused, and one that the command reads or writes otherwise.
pub fn claim(option: &str, path: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let io = |error| Failure::io("write", path, &error);
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent.filter(|parent| !claims::is_made(parent)) {
        fs::metadata(parent).map_err(io)?;
    }
    if path.is_dir() {
        return Err(io(Error::new(ErrorKind::IsADirectory, "it is a folder")));
    }
    claims::claim(&format!("{option} {}", path.display()), path)
}

/// Refuses a folder that could not be made or written into, before the work whose results it is for; makes nothing yet.
pub fn claim_folder(path: &Path) -> Result<(), Failure> {
    let full = std::path::absolute(path).map_err(|error| Failure::io("make the folder", path, &error))?;
    let there = full.ancestors().find(|folder| fs::symlink_metadata(folder).is_ok()).unwrap_or(&full);
    let probe = there.join(format!(".seamount.{}.part", std::process::id()));
    let tried = fs::create_dir(&probe).and_then(|()| fs::remove_dir(&probe));
    tried.map_err(|error| Failure::io("make the folder", path, &error))?;
    claims::make(path);
    Ok(())
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

/// A folder that goes away again, with those above it that were made for it, if nothing comes into it.
pub struct NewFolder<'a> {
    path: &'a Path,
    made: Vec<PathBuf>,
}

impl<'a> NewFolder<'a> {
    /// Makes a folder and its parents.
    pub fn make(path: &'a Path) -> Result<Self, Failure> {
        let missing =
            path.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let made = missing.map(Path::to_path_buf).collect();
        folder(path)?;
        Ok(Self { path, made })
    }

    /// It stays.
    pub fn keep(mut self) -> &'a Path {
        self.made.clear();
        self.path
    }
}

impl Drop for NewFolder<'_> {
    fn drop(&mut self) {
        // One that holds something stays.
        self.made.iter().for_each(|folder| drop(fs::remove_dir(folder)));
    }
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
        assert!(claim("-o", Some(&dir)).is_err() && claim("-o", Some(&dir.join("no/a"))).is_err());
        assert!(claim("-o", Some(&dir.join("new"))).is_ok() && claim("-o", None).is_ok());
        assert!(claim_folder(&dir.join("x/y")).is_ok() && !dir.join("x").exists());
        assert!(claim("-o", Some(&dir.join("x/y/z"))).is_ok(), "the folder will be there");
        assert!(claim_folder(&file.join("y")).is_err() && claim_folder(&file).is_err());
        drop(NewFolder::make(&dir.join("x/y")));
        assert!(!dir.join("x").exists());
        fs::write(NewFolder::make(&dir.join("x/y")).unwrap().path.join("z"), "").unwrap();
        assert!(dir.join("x/y/z").exists());
        fs::remove_dir_all(dir).unwrap();
    }
}
