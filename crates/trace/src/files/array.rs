//! Arrays of numbers.

use super::FileError;

/// Numbers in row-major order with their shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Sizes of the dimensions.
    pub shape: Vec<usize>,
    /// The numbers.
    pub values: Numbers,
}

/// Whole numbers where the file's type is whole, else floats.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// Whole.
    Whole(Vec<i64>),
    /// Floats.
    Float(Vec<f64>),
}

impl Array {
    /// The rows of an array of two columns, as numbers from 0; an empty array has none.
    ///
    /// # Errors
    /// [`FileError::Shape`], naming the shape or the row.
    pub fn pairs(&self) -> Result<Vec<(u32, u32)>, FileError> {
        let Numbers::Whole(values) = &self.values else {
            return Err(FileError::Shape("whole numbers are wanted, the array is of floats".into()));
        };
        match self.shape[..] {
            _ if values.is_empty() => Ok(Vec::new()),
            [_, 2] => values.chunks_exact(2).enumerate().map(|(row, pair)| pair_of(row, pair)).collect(),
            _ => Err(FileError::Shape(format!("rows of 2 are wanted, the shape is {:?}", self.shape))),
        }
    }
}

fn pair_of(row: usize, pair: &[i64]) -> Result<(u32, u32), FileError> {
    let number = |value: i64| {
        let refuse = |_| FileError::Shape(format!("row {row}: {value} is not in 0..={}", u32::MAX));
        u32::try_from(value).map_err(refuse)
    };
    Ok((number(pair[0])?, number(pair[1])?))
}
