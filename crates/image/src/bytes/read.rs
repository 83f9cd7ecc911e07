//! Sections -> image.

use isa::ids::Key;

use super::structures::decode;
use super::table::{Found, Kind, SectionRow, sections};
use crate::{CoreImage, Image, ImageError, KeyRun, Memory};

/// What a core's `keys` section holds.
type Keys = (Option<Key>, Vec<KeyRun>, Vec<KeyRun>);

/// Sections that every image begins with.
const BOARD: [Kind; 4] = [Kind::Board, Kind::Host, Kind::Session, Kind::Symbols];

/// The image of a file's sections.
///
/// # Errors
/// See [`Image::decode`].
pub fn image(bytes: &[u8], rows: &[SectionRow]) -> Result<Image, ImageError> {
    let found = sections(bytes, rows)?;
    let mut sections = found.iter();
    let mut board = Vec::with_capacity(BOARD.len());
    for kind in BOARD {
        match sections.next() {
            Some(section) if (section.kind, section.core) == (kind, None) => board.push(section),
            other => return Err(out_of_order(other, &format!("`{}`", kind.name()))),
        }
    }
    let (chip, seed) = structure(board[0])?;
    Ok(Image {
        chip,
        seed,
        cores: cores(sections.as_slice())?,
        host: structure(board[1])?,
        session: structure(board[2])?,
        symbols: structure(board[3])?,
    })
}

fn structure<T: bincode::Decode<()>>(section: &Found) -> Result<T, ImageError> {
    decode(section.bytes).map_err(|reason| refuse(section, reason))
}

fn refuse(section: &Found, reason: String) -> ImageError {
    ImageError::Section { part: section.part(), offset: section.offset, reason }
}

fn out_of_order(section: Option<&Found>, expected: &str) -> ImageError {
    let part = section.map_or_else(|| "section table".into(), Found::part);
    let offset = section.map_or(0, |section| section.offset);
    ImageError::Section { part, offset, reason: format!("expected {expected} here") }
}

/// The cores: of each its memories in ascending order, then its keys.
fn cores(sections: &[Found]) -> Result<Vec<CoreImage>, ImageError> {
    let mut cores: Vec<CoreImage> = Vec::new();
    let mut open: Option<(CoreImage, Option<Memory>)> = None;
    for section in sections {
        let Some(id) = section.core else { return Err(out_of_order(Some(section), "a section of a core")) };
        let (mut core, last) =
            open.take().unwrap_or_else(|| (CoreImage { core: id, ..CoreImage::default() }, None));
        if core.core != id {
            return Err(out_of_order(Some(section), &format!("the keys of {}", core.core)));
        }
        match section.kind {
            Kind::Memory(memory) if last < Some(memory) && due(last).is_none_or(|due| due == memory) => {
                load(&mut core, memory, section)?;
                open = Some((core, Some(memory)));
            }
            Kind::Keys if due(last).is_none() => {
                (core.reward_key, core.compartment_keys, core.axon_keys) = structure::<Keys>(section)?;
                cores.push(core);
            }
            _ => return Err(out_of_order(Some(section), &format!("another memory or the keys of {id}"))),
        }
    }
    match open {
        Some((core, _)) => Err(out_of_order(None, &format!("the keys of {}", core.core))),
        None => Ok(cores),
    }
}

/// The memory that must follow `last`; every core has those of a single word.
fn due(last: Option<Memory>) -> Option<Memory> {
    match last {
        None => Some(Memory::SharedConfig),
        Some(Memory::SharedConfig) => Some(Memory::LearningConfig),
        Some(Memory::LearningConfig) => Some(Memory::RewardState),
        Some(_) => None,
    }
}

/// Loads a memory with the words of its section.
fn load(core: &mut CoreImage, memory: Memory, section: &Found) -> Result<(), ImageError> {
    let bits = memory.spec().bits();
    let width = bits as usize / 8;
    if section.bytes.is_empty() || !section.bytes.len().is_multiple_of(width) {
        return Err(refuse(section, format!("{} bytes are no words of {width} bytes", section.bytes.len())));
    }
    if let Some(layout) = CoreImage::layout(memory) {
        let unused = layout.unused() & (!0 >> (64 - bits));
        if let Some(row) = rows(section.bytes, width).position(|word| word & unused != 0) {
            return Err(ImageError::Section {
                part: section.part(),
                offset: section.offset + (row * width) as u64,
                reason: format!("row {row} has bits that belong to no field: {unused:#x} must be 0"),
            });
        }
    }
    let set = match width {
        8 => core.set_rows(memory, section.bytes.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word))),
        _ => core.set_rows(memory, rows(section.bytes, width)),
    };
    set.map_err(|n| refuse(section, format!("{} rows are no multiple of {n}", section.bytes.len() / width)))
}

/// The words of `width` bytes, little endian.
fn rows(bytes: &[u8], width: usize) -> impl ExactSizeIterator<Item = u64> {
    let word = |chunk: &[u8]| chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    bytes.chunks_exact(width).map(word)
}

#[cfg(test)]
mod tests {
    use isa::ids::CoreId;

    use super::*;

    #[test]
    fn words_are_little_endian() {
        assert_eq!(rows(&[1, 2, 0xff, 0], 2).collect::<Vec<_>>(), [0x201, 0xff]);
        assert_eq!(rows(&[0, 0, 0, 0, 0, 0, 0, 0x80], 8).collect::<Vec<_>>(), [1 << 63]);
    }

    #[test]
    fn a_core_ends_with_its_keys() {
        let section = |kind, core, bytes| Found { kind, core, offset: 0, bytes };
        let shared = section(Kind::Memory(Memory::SharedConfig), Some(CoreId(3)), &[0; 8]);
        let other = section(Kind::Memory(Memory::LearningConfig), Some(CoreId(4)), &[0; 8]);
        let error = cores(&[shared, other]).unwrap_err();
        assert_eq!(error.to_string(), "core4 learning_config at byte 0: expected the keys of core3 here");
    }
}
