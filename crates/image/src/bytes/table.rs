//! The header and the section table.

use bincode::{Decode, Encode};
use isa::ids::CoreId;
use isa::spec::spec_hash;
use xxhash_rust::xxh3::xxh3_64;

use super::{ALIGNMENT, FORMAT_VERSION, HEADER_BYTES, MAGIC, ROW_BYTES, structures};
use crate::{ImageError, Memory};

/// What a section holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A memory of a core.
    Memory(Memory),
    /// Keys of a core's compartments, learning axons and reward channel.
    Keys,
    /// The chip description and the seed.
    Board,
    /// Inputs and rewards.
    Host,
    /// How it is run.
    Session,
    /// Names.
    Symbols,
}

impl Kind {
    /// The number in the section table.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Memory(memory) => memory.number(),
            Self::Keys => 0x100,
            Self::Board => 0x200,
            Self::Host => 0x201,
            Self::Session => 0x202,
            Self::Symbols => 0x203,
        }
    }

    /// The kind of a number.
    #[must_use]
    pub const fn from_number(number: u16) -> Option<Self> {
        match number {
            0x100 => Some(Self::Keys),
            0x200 => Some(Self::Board),
            0x201 => Some(Self::Host),
            0x202 => Some(Self::Session),
            0x203 => Some(Self::Symbols),
            _ => match Memory::from_number(number) {
                Some(memory) => Some(Self::Memory(memory)),
                None => None,
            },
        }
    }

    /// Bits of a word; 8 where the section is bincode.
    #[must_use]
    pub fn bits(self) -> u32 {
        if let Self::Memory(memory) = self { memory.spec().bits() } else { 8 }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory(memory) => memory.name(),
            Self::Keys => "keys",
            Self::Board => "board",
            Self::Host => "host",
            Self::Session => "session",
            Self::Symbols => "symbols",
        }
    }
}

/// A section to be written.
pub struct Section {
    /// Its core; `None` for the whole board.
    pub core: Option<CoreId>,
    /// What it holds.
    pub kind: Kind,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The header as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Header {
    /// [`MAGIC`].
    pub magic: [u8; 8],
    /// [`FORMAT_VERSION`].
    pub version: u32,
    /// Rows of the section table.
    pub sections: u32,
    /// Hash of the contract's tables.
    pub spec_hash: u64,
    /// xxh3-64 of the section table.
    pub content_hash: u64,
    /// Bytes of the file.
    pub length: u64,
}

/// A row of the section table as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SectionRow {
    kind: u16,
    bits: u16,
    core: u32,
    offset: u64,
    length: u64,
    checksum: u64,
}

/// The core number of sections of the whole board.
const BOARD: u32 = u32::MAX;

impl Header {
    /// Appends it to `bytes`.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(structures::encode(self).unwrap_or_default());
    }
}

impl SectionRow {
    /// The row of a section at `offset`.
    pub fn of(section: &Section, offset: usize) -> Self {
        Self {
            kind: section.kind.number(),
            bits: section.kind.bits() as u16,
            core: section.core.map_or(BOARD, |core| core.0),
            offset: offset as u64,
            length: section.bytes.len() as u64,
            checksum: xxh3_64(&section.bytes),
        }
    }

    /// Appends it to `bytes`.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(structures::encode(self).unwrap_or_default());
    }
}

/// A section that was found: its bytes are in the file and have the right checksum.
pub struct Found<'a> {
    /// What it holds.
    pub kind: Kind,
    /// Its core.
    pub core: Option<CoreId>,
    /// Its first byte in the file.
    pub offset: u64,
    /// Its bytes.
    pub bytes: &'a [u8],
}

impl Found<'_> {
    /// Its name for people.
    pub fn part(&self) -> String {
        part(self.kind, self.core)
    }
}

fn part(kind: Kind, core: Option<CoreId>) -> String {
    match core {
        Some(core) => format!("{core} {}", kind.name()),
        None => kind.name().into(),
    }
}

fn truncated(part: &str, offset: usize, end: u64, bytes: &[u8]) -> ImageError {
    ImageError::Truncated { part: part.into(), offset: offset as u64, end, length: bytes.len() as u64 }
}

/// Reads header and section table.
///
/// # Errors
/// Foreign, newer, truncated or too long bytes.
pub fn read(bytes: &[u8]) -> Result<(Header, Vec<SectionRow>), ImageError> {
    let start = &bytes[..bytes.len().min(MAGIC.len())];
    if start != &MAGIC[..start.len()] || start.is_empty() {
        return Err(ImageError::Foreign { expected: MAGIC.into(), found: start.into() });
    }
    let head = bytes.get(..HEADER_BYTES).ok_or_else(|| truncated("header", 0, HEADER_BYTES as u64, bytes))?;
    let refuse = |reason| ImageError::Section { part: "header".into(), offset: 0, reason };
    let header: Header = structures::decode(head).map_err(refuse)?;
    if header.version != FORMAT_VERSION {
        return Err(ImageError::Version { found: header.version });
    }
    if header.spec_hash != spec_hash() {
        return Err(ImageError::Specification { expected: spec_hash(), found: header.spec_hash });
    }
    if header.length > bytes.len() as u64 {
        return Err(truncated("the image", 0, header.length, bytes));
    }
    if header.length < bytes.len() as u64 {
        return Err(mismatch("header", 0, "length", (bytes.len() as u64, header.length)));
    }
    let end = HEADER_BYTES as u64 + ROW_BYTES as u64 * u64::from(header.sections);
    let table = usize::try_from(end).ok().and_then(|end| bytes.get(HEADER_BYTES..end));
    let table = table.ok_or_else(|| truncated("section table", HEADER_BYTES, end, bytes))?;
    let row = |(i, row): (usize, &[u8])| {
        let offset = (HEADER_BYTES + i * ROW_BYTES) as u64;
        let refuse = |reason| ImageError::Section { part: "section table".into(), offset, reason };
        structures::decode(row).map_err(refuse)
    };
    let rows = table.chunks_exact(ROW_BYTES).enumerate().map(row).collect::<Result<_, _>>()?;
    Ok((header, rows))
}

/// The bytes of each section, in order; they follow one another without a gap and end with the file.
///
/// # Errors
/// An unknown kind, a section out of place, padding that is not zero, a false checksum.
pub fn sections<'a>(bytes: &'a [u8], rows: &[SectionRow]) -> Result<Vec<Found<'a>>, ImageError> {
    let mut next = HEADER_BYTES + ROW_BYTES * rows.len();
    let mut found: Vec<Found<'a>> = Vec::with_capacity(rows.len());
    for (i, row) in rows.iter().enumerate() {
        let at = (HEADER_BYTES + i * ROW_BYTES) as u64;
        let refuse = |reason| ImageError::Section { part: "section table".into(), offset: at, reason };
        let kind =
            Kind::from_number(row.kind).ok_or_else(|| refuse(format!("unknown kind {:#x}", row.kind)))?;
        let core = (row.core != BOARD).then_some(CoreId(row.core));
        let part = part(kind, core);
        if u32::from(row.bits) != kind.bits() {
            return Err(mismatch(&part, at, "word width", (kind.bits().into(), row.bits.into())));
        }
        if row.offset != next as u64 {
            return Err(mismatch(&part, at, "offset", (next as u64, row.offset)));
        }
        let end = row.offset.saturating_add(row.length);
        let body = usize::try_from(end).ok().and_then(|end| bytes.get(next..end));
        let body = body.ok_or_else(|| truncated(&part, next, end, bytes))?;
        let checksum = xxh3_64(body);
        if checksum != row.checksum {
            return Err(mismatch(&part, row.offset, "checksum", (row.checksum, checksum)));
        }
        found.push(Found { kind, core, offset: row.offset, bytes: body });
        next += body.len();
        let padding = &bytes[next..bytes.len().min(next.next_multiple_of(ALIGNMENT))];
        if let Some(byte) = padding.iter().find(|byte| **byte != 0) {
            return Err(mismatch(&part, next as u64, "padding", (0, (*byte).into())));
        }
        next += padding.len();
    }
    if next != bytes.len() {
        return Err(mismatch("header", 0, "length", (next as u64, bytes.len() as u64)));
    }
    Ok(found)
}

fn mismatch(part: &str, offset: u64, what: &'static str, values: (u64, u64)) -> ImageError {
    ImageError::Mismatch { part: part.into(), offset, what, expected: values.0, found: values.1 }
}
