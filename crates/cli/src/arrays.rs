//! Arrays from files: npy, npz and CSV, of any numeric type, for descriptions that load data. The reading itself is
//! in `trace::files`; here are the disk and the ends of names.

use std::fs;
use std::path::Path;

use trace::files::{self, FileError};
pub use trace::files::{Array, Numbers};

/// Why a file gives no array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The system does not give it.
    File(String),
    /// An npz without that array.
    Member {
        /// The arrays that it has.
        known: Vec<String>,
    },
    /// What it holds is not understood.
    Format(String),
}

impl From<FileError> for Refusal {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Member { known, .. } => Self::Member { known },
            error => Self::Format(error.to_string()),
        }
    }
}

/// Reads an array. `member` names one of an npz; a lone one needs no name.
pub fn read(path: &Path, member: Option<&str>) -> Result<Array, Refusal> {
    let bytes = fs::read(path).map_err(|e| Refusal::File(e.to_string()))?;
    match (path.extension().and_then(|e| e.to_str()), member) {
        (Some("npz"), _) => Ok(files::read_npz(&bytes, member)?),
        (Some("npy"), None) => Ok(files::read_npy(&bytes)?),
        (Some("csv" | "txt"), None) => Ok(files::read_csv(&bytes)?),
        (Some("npy" | "csv" | "txt"), Some(_)) => Err(Refusal::Format("only an npz has named arrays".into())),
        _ => Err(Refusal::Format("the name does not end in npy, npz or csv".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_name_tells_the_kind() {
        let dir = std::env::temp_dir().join(format!("seamount-arrays-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let npz = files::write_npz(&[("a", &[1], &[7]), ("b", &[2], &[1, 2])]).unwrap();
        fs::write(dir.join("x.npz"), npz).unwrap();
        fs::write(dir.join("x.csv"), "1\n2\n").unwrap();
        fs::write(dir.join("x.dat"), "1").unwrap();
        let whole = |shape: &[usize], values: &[i64]| Array {
            shape: shape.into(),
            values: Numbers::Whole(values.into()),
        };
        assert_eq!(read(&dir.join("x.npz"), Some("b")), Ok(whole(&[2], &[1, 2])));
        assert_eq!(read(&dir.join("x.csv"), None), Ok(whole(&[2], &[1, 2])));
        assert_eq!(
            read(&dir.join("x.npz"), Some("c")),
            Err(Refusal::Member { known: vec!["a".into(), "b".into()] })
        );
        assert!(matches!(read(&dir.join("x.csv"), Some("a")), Err(Refusal::Format(_))));
        assert!(matches!(read(&dir.join("x.dat"), None), Err(Refusal::Format(_))));
        assert!(matches!(read(&dir.join("y.csv"), None), Err(Refusal::File(_))));
        fs::remove_dir_all(dir).unwrap();
    }
}
