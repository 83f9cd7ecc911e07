//! Image <-> bytes: header, section table, sections; the layout is documented in `docs/image-format.md`.
//!
//! Memories are stored as the packed words that the hardware would be loaded with; what has no word of its own
//! (session, host, names) is stored by bincode with integers of fixed width. The same image has the same bytes.

mod read;
mod structures;
mod table;
mod write;

use isa::spec::spec_hash;
use xxhash_rust::xxh3::xxh3_64;

pub use table::Kind;
use table::{Header, SectionRow};

use crate::{Image, ImageError};

/// The first bytes of every image: not text, and broken by a transfer that changes line ends.
pub const MAGIC: [u8; 8] = *b"\x89SMTIMG\n";
/// The version of the byte layout.
pub const FORMAT_VERSION: u32 = 2;
/// Bytes of the header.
pub const HEADER_BYTES: usize = 40;
/// Bytes of a row of the section table.
pub const ROW_BYTES: usize = 32;
/// Sections begin at multiples of this.
pub const ALIGNMENT: usize = 8;

impl Image {
    /// The bytes of the image.
    ///
    /// # Errors
    /// [`ImageError::Field`] for a value that does not fit its field.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ImageError> {
        let sections = write::sections(self)?;
        let mut offset = HEADER_BYTES + ROW_BYTES * sections.len();
        let mut table = Vec::with_capacity(ROW_BYTES * sections.len());
        for section in &sections {
            SectionRow::of(section, offset).write(&mut table);
            offset += section.bytes.len().next_multiple_of(ALIGNMENT);
        }
        let header = Header {
            magic: MAGIC,
            version: FORMAT_VERSION,
            sections: sections.len() as u32,
            spec_hash: spec_hash(),
            content_hash: xxh3_64(&table),
            length: offset as u64,
        };
        let mut bytes = Vec::with_capacity(offset);
        header.write(&mut bytes);
        bytes.extend_from_slice(&table);
        for section in sections {
            bytes.extend_from_slice(&section.bytes);
            bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
        }
        Ok(bytes)
    }

    /// Reads an image and validates it: what comes back can be trusted.
    ///
    /// # Errors
    /// See [`decode`](Self::decode); [`ImageError::Invalid`] with every [`problem`](fn@crate::validate) found.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ImageError> {
        let image = Self::decode(bytes)?;
        let problems = crate::validate(&image);
        if problems.is_empty() { Ok(image) } else { Err(ImageError::Invalid(problems)) }
    }

    /// Reads an image without validating it, as for a look at a broken one.
    ///
    /// # Errors
    /// Foreign, newer, truncated or corrupted bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, ImageError> {
        let (header, rows) = table::read(bytes)?;
        let found = xxh3_64(&bytes[HEADER_BYTES..HEADER_BYTES + ROW_BYTES * rows.len()]);
        if found != header.content_hash {
            let part = "section table".into();
            let offset = HEADER_BYTES as u64;
            let (what, expected) = ("content hash", header.content_hash);
            return Err(ImageError::Mismatch { part, offset, what, expected, found });
        }
        read::image(bytes, &rows)
    }

    /// Hash of everything in the image, as its header states it.
    ///
    /// # Errors
    /// See [`to_bytes`](Self::to_bytes).
    pub fn content_hash(&self) -> Result<u64, ImageError> {
        let mut table = Vec::new();
        let mut offset = 0;
        let sections = write::sections(self)?;
        let first = HEADER_BYTES + ROW_BYTES * sections.len();
        for section in &sections {
            SectionRow::of(section, first + offset).write(&mut table);
            offset += section.bytes.len().next_multiple_of(ALIGNMENT);
        }
        Ok(xxh3_64(&table))
    }
}
