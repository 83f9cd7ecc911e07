//! Why an image is refused: what, where, what was expected and what was found.

use isa::words::FieldError;

use crate::bytes::FORMAT_VERSION;
use crate::validate::Problem;

/// Why bytes are no image, or an image has no bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// Another kind of file.
    #[error("not a Seamount image: it begins with {found:02x?}, an image with {expected:02x?}")]
    Foreign {
        /// The first bytes of an image.
        expected: Vec<u8>,
        /// The first bytes found.
        found: Vec<u8>,
    },
    /// Another version of the format.
    #[error("image format {found}; this program reads format {FORMAT_VERSION}: build the image again")]
    Version {
        /// The version found.
        found: u32,
    },
    /// Made for another contract.
    #[error(
        "made for the specification {found:016x}; this program is of {expected:016x}: build the image again"
    )]
    Specification {
        /// The hash of this program's contract.
        expected: u64,
        /// The hash found.
        found: u64,
    },
    /// The file ends too early.
    #[error("truncated: {part} needs bytes {offset}..{end}, the file has {length}")]
    Truncated {
        /// What is cut.
        part: String,
        /// Its first byte.
        offset: u64,
        /// Its end.
        end: u64,
        /// Bytes of the file.
        length: u64,
    },
    /// A number in the header or the section table is not what it must be.
    #[error("{part} at byte {offset}: {what} is {found:#x}, expected {expected:#x}")]
    Mismatch {
        /// Header, section table, or a section.
        part: String,
        /// First byte of that part.
        offset: u64,
        /// What differs: length, checksum, ...
        what: &'static str,
        /// What was expected.
        expected: u64,
        /// What was found.
        found: u64,
    },
    /// A section that cannot be read.
    #[error("{part} at byte {offset}: {reason}")]
    Section {
        /// The section.
        part: String,
        /// First byte of the section or of the word.
        offset: u64,
        /// Why.
        reason: String,
    },
    /// A value does not fit its field: the image has no bytes.
    #[error("{place}: {error}")]
    Field {
        /// Core, memory and row.
        place: String,
        /// The value and its range.
        error: FieldError,
    },
    /// The bytes are an image, but not one that a chip can run.
    #[error("{}", crate::validate::list(.0))]
    Invalid(Vec<Problem>),
}
