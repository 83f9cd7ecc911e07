//! Image -> sections, in their fixed order.

use super::structures::encode;
use super::table::{Kind, Section};
use crate::memory::Misfit;
use crate::{CoreImage, Image, ImageError, Memory};

/// The sections of an image: board, host, session, symbols, then every core's memories that hold rows, and its keys.
///
/// # Errors
/// [`ImageError::Field`] for a value that does not fit its field.
pub fn sections(image: &Image) -> Result<Vec<Section>, ImageError> {
    let refuse = |reason| ImageError::Section { part: "image".into(), offset: 0, reason };
    let board = |kind, bytes: Result<Vec<u8>, String>| {
        bytes.map(|bytes| Section { core: None, kind, bytes }).map_err(refuse)
    };
    let mut sections = vec![
        board(Kind::Board, encode(&(&image.chip, image.seed)))?,
        board(Kind::Host, encode(&image.host))?,
        board(Kind::Session, encode(&image.session))?,
        board(Kind::Symbols, encode(&image.symbols))?,
    ];
    for core in &image.cores {
        for &memory in Memory::ALL.iter().filter(|memory| core.rows(**memory) != 0) {
            let bytes = words(core, memory).map_err(|misfit| misfit.on(core, memory))?;
            sections.push(Section { core: Some(core.core), kind: Kind::Memory(memory), bytes });
        }
        let keys = encode(&(core.reward_key, &core.compartment_keys, &core.axon_keys)).map_err(refuse)?;
        sections.push(Section { core: Some(core.core), kind: Kind::Keys, bytes: keys });
    }
    Ok(sections)
}

fn words(core: &CoreImage, memory: Memory) -> Result<Vec<u8>, Misfit> {
    let width = memory.spec().bits() as usize / 8;
    let mut bytes = Vec::with_capacity(width * core.rows(memory));
    core.each_bits(memory, |bits| bytes.extend_from_slice(&bits.to_le_bytes()[..width]))?;
    Ok(bytes)
}

impl Misfit {
    /// The error with its place.
    fn on(self, core: &CoreImage, memory: Memory) -> ImageError {
        let place = format!("{} {} row {}", core.core, memory.name(), self.row);
        ImageError::Field { place, error: self.error }
    }
}
