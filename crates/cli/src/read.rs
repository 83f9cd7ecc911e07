//! Files read up to a bound: what has no end (a device, a pipe that never closes) is refused instead of filling memory.

use std::fs::File;
use std::io::{Error, ErrorKind, Read};
use std::path::Path;

use image::bytes::{HEADER_BYTES, MAGIC};

use crate::claims;
use crate::failure::Failure;

/// Longest text: descriptions, graphs, assembly.
const TEXT_MAX: u64 = 256 << 20;
/// Longest stream of data that is no file on a disk, and so does not say how long it is.
const STREAM_MAX: u64 = 1 << 30;

/// All bytes of a file.
pub fn data(path: &Path) -> Result<Vec<u8>, Error> {
    claims::read(path).map_err(Error::other)?;
    let (mut file, most) = open(path)?;
    rest(&mut file, Vec::new(), most)
}

/// The text of a file.
pub fn text(path: &Path) -> Result<String, Failure> {
    claims::read(path)?;
    replaced(path)
}

/// The text of a file that the command may replace: no input of it.
pub fn replaced(path: &Path) -> Result<String, Failure> {
    let io = |error: Error| Failure::io("read", path, &error);
    let (mut file, most) = open(path).map_err(io)?;
    let bytes = rest(&mut file, Vec::new(), most.min(TEXT_MAX)).map_err(io)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].iter().filter(|&&b| b == b'\n').count() + 1;
        let what = format!("{} is not UTF-8 text: byte {at}, in line {line}", path.display());
        Failure::user(what).help("save it as UTF-8, or name a text: a description (.snn), JSON, CSV, TOML")
    })?;
    // What some editors put before the text.
    Ok(text.strip_prefix('\u{feff}').map(Into::into).unwrap_or(text))
}

/// The bytes of an image; of what does not begin as one, only the beginning.
pub fn image(path: &Path) -> Result<Vec<u8>, Error> {
    claims::read(path).map_err(Error::other)?;
    let (mut file, most) = open(path)?;
    let head = rest(&mut (&mut file).take(HEADER_BYTES as u64), Vec::new(), most)?;
    if head.starts_with(&MAGIC) { rest(&mut file, head, most) } else { Ok(head) }
}

/// The file, and how much of it may be read.
fn open(path: &Path) -> Result<(File, u64), Error> {
    let file = File::open(path)?;
    let about = file.metadata()?;
    if about.is_dir() {
        return Err(Error::new(ErrorKind::IsADirectory, "it is a folder"));
    }
    Ok((file, if about.is_file() { u64::MAX - 1 } else { STREAM_MAX }))
}

/// `before`, and what is left of a source that holds at most `most` bytes.
fn rest(source: &mut impl Read, mut before: Vec<u8>, most: u64) -> Result<Vec<u8>, Error> {
    source.take(most - before.len() as u64 + 1).read_to_end(&mut before)?;
    if before.len() as u64 > most {
        return Err(Error::new(ErrorKind::FileTooLarge, format!("it has more than {} MiB", most >> 20)));
    }
    Ok(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_refused() {
        assert_eq!(rest(&mut &b"abc"[..], b"x".to_vec(), 4).unwrap(), b"xabc");
        assert_eq!(rest(&mut &b"abcd"[..], b"x".to_vec(), 4).unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert!(rest(&mut std::io::repeat(0), Vec::new(), 1 << 20).is_err());
    }

    #[test]
    fn only_the_beginning_of_what_is_no_image_is_read() {
        let path = std::env::temp_dir().join(format!("seamount-read-{}", std::process::id()));
        std::fs::write(&path, vec![7; 1000]).unwrap();
        assert_eq!(image(&path).unwrap().len(), HEADER_BYTES);
        assert_eq!(data(&path).unwrap().len(), 1000);
        std::fs::write(&path, "\u{feff}run 5\r\n").unwrap();
        assert_eq!(text(&path).unwrap(), "run 5\r\n");
        std::fs::remove_file(path).unwrap();
        assert!(data(&std::env::temp_dir()).is_err());
    }
}
