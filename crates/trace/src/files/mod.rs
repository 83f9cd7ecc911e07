//! Files of runs, from and to bytes: event files, flit logs, arrays (npy, npz, CSV), spike lists.
//!
//! Readers take any bytes: what is damaged is refused with its place, and sizes that a file claims are checked
//! against the bytes that are there before memory is taken.

mod array;
mod csv;
mod events;
mod flits;
mod flits_csv;
mod npy;
mod npz;
mod spikes;
mod varint;

pub use array::{Array, Numbers};
pub use csv::read_csv;
pub use events::{EVENTS_MAGIC, EVENTS_VERSION, read_events, write_events};
pub use flits::{FLITS_MAGIC, FLITS_VERSION, read_flits, write_flits};
pub use flits_csv::{read_flits_csv, write_flits_csv};
pub use npy::{read_npy, write_npy};
pub use npz::{read_npz, write_npz};
pub use spikes::{read_spikes, write_spikes_csv};

/// Most bytes of an array.
pub const ARRAY_BYTES_MAX: u64 = 1 << 30;
/// Most values of an array: as whole numbers of 64 bits they take 1 GiB.
pub const ARRAY_VALUES_MAX: usize = 1 << 27;

/// Why bytes are not the file they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Another kind of file.
    #[error("not {expected}")]
    Kind {
        /// What it should be, with its article.
        expected: &'static str,
    },
    /// A newer version of the format.
    #[error("version {found} of the format; this program reads version {expected}")]
    Version {
        /// The version found.
        found: u32,
        /// The version that can be read.
        expected: u32,
    },
    /// Something is wrong at a byte.
    #[error("byte {offset}: {what}")]
    Byte {
        /// Its offset in the file.
        offset: u64,
        /// What is wrong.
        what: String,
    },
    /// Something is wrong in a line of text.
    #[error("line {line}: {what}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// An npz has no such array.
    #[error("no array `{name}`: there are {}", known.join(", "))]
    Member {
        /// The name.
        name: String,
        /// The names of its arrays.
        known: Vec<String>,
    },
    /// Something is wrong with an array of an npz.
    #[error("array `{name}`: {error}")]
    InMember {
        /// Its name.
        name: String,
        /// What is wrong with it.
        error: Box<FileError>,
    },
    /// The array is not of the shape or type that is wanted.
    #[error("{0}")]
    Shape(String),
    /// An array that cannot be encoded.
    #[error("cannot encode: {0}")]
    Encode(String),
}

impl FileError {
    /// Something is wrong at byte `offset`.
    fn byte(offset: usize, what: impl Into<String>) -> Self {
        Self::Byte { offset: offset as u64, what: what.into() }
    }
}
