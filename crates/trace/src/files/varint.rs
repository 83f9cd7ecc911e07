//! Numbers in as few bytes as they need: seven bits a byte, lowest first; the high bit says that more follow.

use super::FileError;

/// Appends `value`.
pub fn put(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Reads from some bytes on.
pub struct Cursor<'a> {
    /// All bytes.
    pub bytes: &'a [u8],
    /// The next one.
    pub at: usize,
}

impl Cursor<'_> {
    /// Whether all is read.
    pub const fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// A number of one byte.
    pub fn byte(&mut self) -> Result<u8, FileError> {
        let byte = self.bytes.get(self.at).copied();
        self.at += 1;
        byte.ok_or_else(|| FileError::byte(self.bytes.len(), "the file ends in a record"))
    }

    /// A number.
    pub fn number(&mut self) -> Result<u64, FileError> {
        let (start, mut value, mut shift) = (self.at, 0, 0);
        loop {
            let byte = *self
                .bytes
                .get(self.at)
                .ok_or_else(|| FileError::byte(start, "the file ends in a number"))?;
            self.at += 1;
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            match byte {
                0 if shift > 7 => {
                    return Err(FileError::byte(start, "a number that is longer than it needs to be"));
                }
                0..0x80 => return Ok(value),
                _ if shift >= 63 => return Err(FileError::byte(start, "a number beyond 63 bits")),
                _ => {}
            }
        }
    }
}
