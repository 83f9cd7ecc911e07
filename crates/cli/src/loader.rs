//! Files that a description names, found beside it.

use std::path::{Path, PathBuf};

use network::{Data, LoadError, Loader};

use crate::arrays::{self, Numbers};

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
        let found = arrays::read(&self.folder.join(path), array).map_err(|why| match why {
            arrays::Refusal::File(why) => LoadError::File { path: path.into(), why },
            arrays::Refusal::Member { known } => {
                LoadError::Array { path: path.into(), array: array.unwrap_or("?").into(), known }
            }
            arrays::Refusal::Format(why) => LoadError::Format { path: path.into(), why },
        })?;
        let data = match found.values {
            Numbers::Whole(values) => Data::Ints(values),
            Numbers::Float(values) => Data::Reals(values),
        };
        Ok(network::Array { shape: found.shape, data })
    }
}
