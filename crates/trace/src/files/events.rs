//! The event file: spikes of a run in few bytes, documented in `docs/event-format.md`.

use isa::ids::{Key, Step};
use xxhash_rust::xxh3::xxh3_64;

use super::FileError;
use super::varint::{Cursor, put};
use crate::{Event, Moment, Raster};

/// The first bytes of every event file.
pub const EVENTS_MAGIC: [u8; 8] = *b"\x89SMTEVT\n";
/// The version of the format.
pub const EVENTS_VERSION: u32 = 1;
/// Bytes of the header.
const HEADER: usize = 32;

/// The event file of spikes; they are brought in order of sample, step and key.
#[must_use]
pub fn write_events(raster: &Raster) -> Vec<u8> {
    let mut events = raster.events.clone();
    events.sort_unstable();
    let (mut body, mut last) = (Vec::new(), Moment::default());
    for group in events.chunk_by(|a, b| a.at == b.at) {
        let at = group[0].at;
        let samples = at.sample - last.sample;
        let steps = if samples == 0 { at.step.0 - last.step.0 } else { at.step.0 };
        put(samples.into(), &mut body);
        put(steps.into(), &mut body);
        put(group.len() as u64, &mut body);
        let mut key = 0;
        for event in group {
            put((event.key.0 - key).into(), &mut body);
            key = event.key.0;
        }
        last = at;
    }
    let mut bytes = Vec::with_capacity(HEADER + body.len());
    bytes.extend(EVENTS_MAGIC);
    bytes.extend(EVENTS_VERSION.to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend((events.len() as u64).to_le_bytes());
    bytes.extend(xxh3_64(&body).to_le_bytes());
    bytes.extend(body);
    bytes
}

/// The spikes of an event file, in order of sample, step and key.
///
/// # Errors
/// Foreign, newer, truncated or corrupted bytes, with the byte.
pub fn read_events(bytes: &[u8]) -> Result<Raster, FileError> {
    let magic = &bytes[..bytes.len().min(EVENTS_MAGIC.len())];
    if magic.is_empty() || !EVENTS_MAGIC.starts_with(magic) {
        return Err(FileError::Kind { expected: "an event file" });
    }
    let head = bytes
        .get(..HEADER)
        .ok_or_else(|| FileError::byte(bytes.len(), "the file ends in its header of 32 bytes"))?;
    let number = |at: usize, n: usize| {
        head[at..at + n].iter().rev().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte))
    };
    let version = number(8, 4) as u32;
    if version != EVENTS_VERSION {
        return Err(FileError::Version { found: version, expected: EVENTS_VERSION });
    }
    if number(12, 4) != 0 {
        return Err(FileError::byte(12, "4 bytes that must be 0"));
    }
    let (count, checksum, found) = (number(16, 8), number(24, 8), xxh3_64(&bytes[HEADER..]));
    if found != checksum {
        return Err(FileError::byte(
            24,
            format!("checksum {checksum:#x}, but that of the events is {found:#x}"),
        ));
    }
    let events = events(Cursor { bytes, at: HEADER })?;
    if events.len() as u64 != count {
        return Err(FileError::byte(16, format!("{count} events are announced, {} are there", events.len())));
    }
    Ok(Raster { events })
}

fn events(mut from: Cursor<'_>) -> Result<Vec<Event>, FileError> {
    let (mut events, mut at) = (Vec::new(), Moment::default());
    while !from.is_done() {
        let start = from.at;
        let samples = from.number()?;
        let steps = from.number()?;
        if samples == 0 && steps == 0 && !events.is_empty() {
            return Err(FileError::byte(start, "a moment that occurs twice"));
        }
        let step = if samples == 0 { at.step.0 } else { 0 };
        at.sample = sum(at.sample, samples, "sample", start)?;
        at.step = Step(sum(step, steps, "step", start)?);
        let count = from.number()?;
        if count == 0 {
            return Err(FileError::byte(start, "a moment without events"));
        }
        let mut key = 0;
        for _ in 0..count {
            let start = from.at;
            let more = from.number()?;
            key = sum(key, more, "key", start)?;
            events.push(Event { at, key: Key(key) });
        }
    }
    Ok(events)
}

fn sum(base: u32, more: u64, what: &str, at: usize) -> Result<u32, FileError> {
    let sum = u32::try_from(more).ok().and_then(|more| base.checked_add(more));
    sum.ok_or_else(|| FileError::byte(at, format!("a {what} beyond 32 bits")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raster() -> Raster {
        let event = |sample, step, key| Event { at: Moment { sample, step: Step(step) }, key: Key(key) };
        let events = vec![
            event(0, 1, 0),
            event(0, 1, 0),
            event(0, 1, 300),
            event(0, 200, 7),
            event(2, 3, u32::MAX),
            event(u32::MAX, u32::MAX, 1),
        ];
        Raster { events }
    }

    #[test]
    fn events_come_back_in_few_bytes() {
        let bytes = write_events(&raster());
        assert_eq!(read_events(&bytes), Ok(raster()));
        assert_eq!(bytes[HEADER..HEADER + 11], [0, 1, 3, 0, 0, 0xac, 2, 0, 0xc7, 1, 1]);
        let mut turned = raster();
        turned.events.reverse();
        assert_eq!(write_events(&turned), bytes);
        assert_eq!(read_events(&write_events(&Raster::default())), Ok(Raster::default()));
    }

    #[test]
    fn every_damage_is_noticed() {
        let bytes = write_events(&raster());
        for cut in 0..bytes.len() {
            assert!(read_events(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        for at in 0..bytes.len() {
            for mask in [1, 0x40, 0x80, 0xff] {
                let mut bad = bytes.clone();
                bad[at] ^= mask;
                assert!(read_events(&bad).is_err(), "byte {at} ^ {mask:#x}");
            }
        }
    }

    /// Behind a right checksum, what is read is written as it was.
    #[test]
    fn forged_checksums_do_no_harm() {
        let bytes = write_events(&raster());
        let mut read = 0;
        for at in HEADER..bytes.len() {
            for mask in 1..=255 {
                let mut bad = bytes.clone();
                bad[at] ^= mask;
                let checksum = xxh3_64(&bad[HEADER..]);
                bad[24..HEADER].copy_from_slice(&checksum.to_le_bytes());
                if let Ok(raster) = read_events(&bad) {
                    read += 1;
                    assert_eq!(write_events(&raster), bad, "byte {at} ^ {mask:#x}");
                }
            }
        }
        assert!(read > 500, "{read}");
    }

    #[test]
    fn refusals_name_the_byte() {
        let refusal = |bytes: &[u8]| read_events(bytes).unwrap_err().to_string();
        let bytes = write_events(&raster());
        assert_eq!(refusal(b"t,key\n"), "not an event file");
        assert_eq!(refusal(&bytes[..20]), "byte 20: the file ends in its header of 32 bytes");
        let newer: Vec<u8> = EVENTS_MAGIC.into_iter().chain([2; 24]).collect();
        assert_eq!(refusal(&newer), "version 33686018 of the format; this program reads version 1");
        assert!(refusal(&bytes[..bytes.len() - 1]).starts_with("byte 24: checksum 0x"));
    }
}
