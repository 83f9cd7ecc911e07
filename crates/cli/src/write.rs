//! Files written whole or not at all.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Writes `bytes` to a file beside `path`, then renames it, so that nobody ever sees half of it.
pub fn atomic(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let temporary = beside(path);
    let written = fs::File::create(&temporary).and_then(|mut file| file.write_all(bytes));
    let moved = written.and_then(|()| fs::rename(&temporary, path));
    moved.map_err(|error| {
        let _ = fs::remove_file(&temporary);
        Failure::io("write", path, &error)
    })
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
}
