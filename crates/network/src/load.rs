//! Files as the language sees them: typed arrays from a loader that the caller supplies.

/// An array: a shape, and its values in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Sizes of the axes, outermost first; empty for a single value.
    pub shape: Vec<usize>,
    /// The values.
    pub data: Data,
}

/// Values of an array.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// Integers (booleans are 0 and 1).
    Ints(Vec<i64>),
    /// Reals.
    Reals(Vec<f64>),
}

impl Array {
    /// A list of integers.
    #[must_use]
    pub fn ints(values: Vec<i64>) -> Self {
        Self { shape: vec![values.len()], data: Data::Ints(values) }
    }

    /// A table of integers with `columns` columns.
    #[must_use]
    pub fn table(columns: usize, values: Vec<i64>) -> Self {
        Self { shape: vec![values.len() / columns.max(1), columns], data: Data::Ints(values) }
    }

    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.data {
            Data::Ints(values) => values.len(),
            Data::Reals(values) => values.len(),
        }
    }

    /// Whether the shape makes up the number of values.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let product = self.shape.iter().try_fold(1usize, |product, n| product.checked_mul(*n));
        product == Some(self.len())
    }

    /// Where the first value is that is infinite or no number, what it is, and how many there are.
    #[must_use]
    pub(crate) fn not_finite(&self) -> Option<(String, f64, usize)> {
        let Data::Reals(values) = &self.data else { return None };
        let mut bad = values.iter().copied().enumerate().filter(|(_, x)| !x.is_finite());
        let (at, x) = bad.next()?;
        Some((self.place(at), x, bad.count() + 1))
    }

    /// The place of a value in words: `value 3`, `the value at row 0, column 2`, `the value at [0, 2, 1]`.
    fn place(&self, at: usize) -> String {
        let mut rest = at;
        let mut index = vec![0; self.shape.len()];
        for (i, size) in index.iter_mut().zip(&self.shape).rev() {
            (*i, rest) = (rest % size.max(&1), rest / size.max(&1));
        }
        match index.as_slice() {
            [] | [_] => format!("value {at}"),
            [row, column] => format!("the value at row {row}, column {column}"),
            _ => format!("the value at {index:?}"),
        }
    }

    /// Whether there are no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Why a file cannot be loaded. The language adds the place in the description.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// There is no such file.
    #[error("`{path}`: {why}")]
    File {
        /// Path as written.
        path: String,
        /// The system's words.
        why: String,
    },
    /// The file holds no array of that name.
    #[error("`{path}` holds no array `{array}`: it holds {}", known.join(", "))]
    Array {
        /// Path as written.
        path: String,
        /// Name asked for.
        array: String,
        /// Names of the arrays in the file.
        known: Vec<String>,
    },
    /// The file's contents are not understood.
    #[error("`{path}`: {why}")]
    Format {
        /// Path as written.
        path: String,
        /// What is wrong, and where in the file.
        why: String,
    },
    /// This loader reads no files.
    #[error("`{0}`: no files can be read here")]
    NoFiles(String),
}

/// Reads the files that a description names; the language itself touches no disk.
pub trait Loader {
    /// The array of a file. `array` names one of several (npz); `None` is the only one, or a whole table (npy, CSV).
    ///
    /// # Errors
    /// A [`LoadError`] that says what is wrong with the file.
    fn load(&self, path: &str, array: Option<&str>) -> Result<Array, LoadError>;

    /// Paths that a description could have written instead of `path`: the files of the folder where it was looked
    /// for. None where the loader cannot list them.
    fn beside(&self, path: &str) -> Vec<String> {
        let _ = path;
        Vec::new()
    }
}

/// A loader without files.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Loader for NoFiles {
    fn load(&self, path: &str, _: Option<&str>) -> Result<Array, LoadError> {
        Err(LoadError::NoFiles(path.into()))
    }
}

/// Arrays in memory, by path and name: for tests, and for callers that hold arrays already.
#[derive(Clone, Debug, Default)]
pub struct Memory(pub std::collections::BTreeMap<(String, Option<String>), Array>);

impl Memory {
    /// With one more array.
    #[must_use]
    pub fn with(mut self, path: &str, array: Option<&str>, values: Array) -> Self {
        self.0.insert((path.into(), array.map(Into::into)), values);
        self
    }
}

impl Loader for Memory {
    fn load(&self, path: &str, array: Option<&str>) -> Result<Array, LoadError> {
        let key = (path.to_owned(), array.map(str::to_owned));
        if let Some(found) = self.0.get(&key) {
            return Ok(found.clone());
        }
        let known: Vec<String> =
            self.0.keys().filter(|(p, _)| p == path).map(|(_, a)| a.clone().unwrap_or_default()).collect();
        match array {
            Some(array) if !known.is_empty() => {
                Err(LoadError::Array { path: path.into(), array: array.into(), known })
            }
            _ => Err(LoadError::File { path: path.into(), why: "no such file".into() }),
        }
    }

    fn beside(&self, _: &str) -> Vec<String> {
        let mut paths: Vec<String> = self.0.keys().map(|(path, _)| path.clone()).collect();
        paths.dedup();
        paths
    }
}
