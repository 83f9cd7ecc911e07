//! Files that a description names, found beside it.

use std::path::{Path, PathBuf};

use network::{Data, LoadError, Loader};
use trace::files::{self, Array, FileError, Numbers};

/// Endings of the files that hold arrays.
const KINDS: [&str; 4] = ["npz", "npy", "csv", "txt"];

/// Reads files relative to a folder.
pub struct Beside {
    folder: PathBuf,
}

impl Beside {
    /// The folder of `description`.
    pub fn of(description: &Path) -> Self {
        Self { folder: description.parent().unwrap_or(Path::new("")).to_path_buf() }
    }
}

impl Loader for Beside {
    fn load(&self, path: &str, array: Option<&str>) -> Result<network::Array, LoadError> {
        let full = self.folder.join(path);
        let bytes = crate::read::data(&full).map_err(|error| {
            let why = match error.kind() {
                std::io::ErrorKind::NotFound => {
                    let looked = std::path::absolute(&full).unwrap_or_else(|_| full.clone());
                    format!("there is no file {}", looked.display())
                }
                _ => error.to_string(),
            };
            LoadError::File { path: path.into(), why }
        })?;
        let found = read(&full, &bytes, array).map_err(|error| match error {
            FileError::Member { name, known } => LoadError::Array { path: path.into(), array: name, known },
            error => LoadError::Format { path: path.into(), why: error.to_string() },
        })?;
        let data = match found.values {
            Numbers::Whole(values) => Data::Ints(values),
            Numbers::Float(values) => Data::Reals(values),
        };
        Ok(network::Array { shape: found.shape, data })
    }

    fn beside(&self, path: &str) -> Vec<String> {
        let written = Path::new(path).parent().unwrap_or(Path::new(""));
        let full = self.folder.join(written);
        let folder = if full.as_os_str().is_empty() { Path::new(".") } else { full.as_path() };
        let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
        let names = entries.flatten().map(|entry| PathBuf::from(entry.file_name()));
        let arrays =
            names.filter(|name| name.extension().is_some_and(|e| KINDS.iter().any(|kind| e == *kind)));
        let mut paths: Vec<String> =
            arrays.filter_map(|name| written.join(name).to_str().map(String::from)).collect();
        paths.sort_unstable();
        paths
    }
}

/// The array of a file, whose kind its name tells.
fn read(path: &Path, bytes: &[u8], array: Option<&str>) -> Result<Array, FileError> {
    match (path.extension().and_then(|e| e.to_str()), array) {
        (Some("npz"), _) => files::read_npz(bytes, array),
        (Some("npy"), None) => files::read_npy(bytes),
        (Some("csv" | "txt"), None) => files::read_csv(bytes),
        (Some("npy" | "csv" | "txt"), Some(_)) => {
            Err(FileError::Shape("only an npz has named arrays".into()))
        }
        _ => Err(FileError::Kind { expected: "a name that ends in npz, npy or csv" }),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn names_tell_the_kind() {
        let folder = std::env::temp_dir().join(format!("seamount-loader-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("a.csv"), "step,line\n1,2\n3,4\n").unwrap();
        fs::write(folder.join("a.dat"), "1,2\n").unwrap();
        let loader = Beside::of(&folder.join("net.snn"));
        let array = loader.load("a.csv", None).unwrap();
        assert_eq!((array.shape, array.data), (vec![2, 2], Data::Ints(vec![1, 2, 3, 4])));
        assert!(matches!(loader.load("a.csv", Some("w")), Err(LoadError::Format { .. })));
        assert!(matches!(loader.load("a.dat", None), Err(LoadError::Format { .. })));
        assert!(matches!(loader.load("b.csv", None), Err(LoadError::File { .. })));
        fs::create_dir_all(folder.join("data")).unwrap();
        fs::write(folder.join("data/w.npz"), "").unwrap();
        assert_eq!(loader.beside("b.csv"), ["a.csv"]);
        assert_eq!(loader.beside("data/v.npz"), ["data/w.npz"]);
        assert_eq!(loader.beside("none/v.npz"), [""; 0]);
        let missing = loader.load("data/v.npz", None).unwrap_err().to_string();
        assert_eq!(
            missing,
            format!("`data/v.npz`: there is no file {}", folder.join("data/v.npz").display())
        );
        fs::remove_dir_all(folder).unwrap();
    }
}
