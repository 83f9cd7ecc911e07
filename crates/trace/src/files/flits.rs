//! The flit file: every grant of every router of a run in few bytes, documented in `docs/flit-format.md`.

use xxhash_rust::xxh3::xxh3_64;

use super::FileError;
use super::varint::{Cursor, put};
use crate::grant::{FlitGrant, hash_of, ordered};

/// The first bytes of every flit file.
pub const FLITS_MAGIC: [u8; 8] = *b"\x89SMTFLT\n";
/// The version of the format.
pub const FLITS_VERSION: u32 = 1;
/// Bytes of the header.
const HEADER: usize = 40;

/// The flit file of grants; they are brought in order of cycle, network, row, column and output.
#[must_use]
pub fn write_flits(grants: &[FlitGrant]) -> Vec<u8> {
    let grants = ordered(grants);
    let (mut body, mut cycle) = (Vec::with_capacity(10 * grants.len()), 0);
    for grant in &grants {
        put(grant.cycle - cycle, &mut body);
        cycle = grant.cycle;
        [grant.net, grant.y, grant.x].into_iter().for_each(|number| put(number.into(), &mut body));
        body.push(grant.output << 4 | grant.input & 15);
        body.push(grant.kind << 1 | u8::from(grant.epoch));
        put(grant.source.wrapping_add(1).into(), &mut body);
        put(grant.sequence.into(), &mut body);
    }
    let mut bytes = Vec::with_capacity(HEADER + body.len());
    bytes.extend(FLITS_MAGIC);
    bytes.extend(FLITS_VERSION.to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend((grants.len() as u64).to_le_bytes());
    bytes.extend(hash_of(&grants).to_le_bytes());
    bytes.extend(xxh3_64(&body).to_le_bytes());
    bytes.extend(body);
    bytes
}

/// The grants of a flit file, in their order.
///
/// # Errors
/// Foreign, newer, truncated or corrupted bytes, with the byte.
pub fn read_flits(bytes: &[u8]) -> Result<Vec<FlitGrant>, FileError> {
    let magic = &bytes[..bytes.len().min(FLITS_MAGIC.len())];
    if magic.is_empty() || !FLITS_MAGIC.starts_with(magic) {
        return Err(FileError::Kind { expected: "a flit file" });
    }
    let head = bytes
        .get(..HEADER)
        .ok_or_else(|| FileError::byte(bytes.len(), "the file ends in its header of 40 bytes"))?;
    let number = |at: usize, n: usize| {
        head[at..at + n].iter().rev().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte))
    };
    let version = number(8, 4) as u32;
    if version != FLITS_VERSION {
        return Err(FileError::Version { found: version, expected: FLITS_VERSION });
    }
    if number(12, 4) != 0 {
        return Err(FileError::byte(12, "4 bytes that must be 0"));
    }
    let (count, hash, checksum) = (number(16, 8), number(24, 8), number(32, 8));
    let found = xxh3_64(&bytes[HEADER..]);
    if found != checksum {
        return Err(FileError::byte(
            32,
            format!("checksum {checksum:#x}, but that of the grants is {found:#x}"),
        ));
    }
    let grants = grants(Cursor { bytes, at: HEADER })?;
    if grants.len() as u64 != count {
        return Err(FileError::byte(16, format!("{count} grants are announced, {} are there", grants.len())));
    }
    let found = hash_of(&grants);
    if found != hash {
        return Err(FileError::byte(24, format!("hash {hash:#x}, but that of the grants is {found:#x}")));
    }
    Ok(grants)
}

fn grants(mut from: Cursor<'_>) -> Result<Vec<FlitGrant>, FileError> {
    let (mut grants, mut cycle) = (Vec::<FlitGrant>::new(), 0u64);
    while !from.is_done() {
        let start = from.at;
        let more = from.number()?;
        cycle = cycle.checked_add(more).ok_or_else(|| FileError::byte(start, "a cycle beyond 64 bits"))?;
        let grant = grant(&mut from, cycle)?;
        if grants.last().is_some_and(|last| last.key() >= grant.key()) {
            return Err(FileError::byte(start, "a grant that is not behind the one before"));
        }
        grants.push(grant);
    }
    Ok(grants)
}

fn grant(from: &mut Cursor<'_>, cycle: u64) -> Result<FlitGrant, FileError> {
    let small = |from: &mut Cursor<'_>, what: &str| {
        let start = from.at;
        let number = u32::try_from(from.number()?);
        number.map_err(|_| FileError::byte(start, format!("a {what} beyond 32 bits")))
    };
    let [net, y, x] = [small(from, "network")?, small(from, "row")?, small(from, "column")?];
    let start = from.at;
    let [ports, kind] = [from.byte()?, from.byte()?];
    let (output, input) = (ports >> 4, ports & 15);
    if output > 7 || (input > 7 && input != FlitGrant::MADE_HERE) || kind > 15 {
        return Err(FileError::byte(start, "a port or a kind that does not exist"));
    }
    let source = small(from, "source")?.wrapping_sub(1);
    let sequence = small(from, "sequence")?;
    let (kind, epoch) = (kind >> 1, kind & 1 == 1);
    Ok(FlitGrant { cycle, net, y, x, output, input, kind, epoch, source, sequence })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> Vec<FlitGrant> {
        let grant =
            FlitGrant { cycle: 3, y: 1, x: 7, output: 4, source: 31, sequence: 300, ..Default::default() };
        let marker = FlitGrant {
            cycle: 1_000_000,
            net: 1,
            output: 1,
            input: FlitGrant::MADE_HERE,
            kind: 2,
            epoch: true,
            source: FlitGrant::NO_SOURCE,
            ..Default::default()
        };
        vec![grant, FlitGrant { output: 5, ..grant }, FlitGrant { cycle: 4, ..grant }, marker]
    }

    #[test]
    fn grants_come_back_in_few_bytes() {
        let bytes = write_flits(&log());
        assert_eq!(read_flits(&bytes), Ok(log()));
        assert_eq!(bytes[HEADER..HEADER + 9], [3, 0, 1, 7, 0x40, 0, 32, 0xac, 2]);
        let mut turned = log();
        turned.reverse();
        assert_eq!(write_flits(&turned), bytes);
        assert_eq!(read_flits(&write_flits(&[])), Ok(Vec::new()));
    }

    #[test]
    fn every_damage_is_noticed() {
        let bytes = write_flits(&log());
        for cut in 0..bytes.len() {
            assert!(read_flits(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        for at in 0..bytes.len() {
            for mask in [1, 0x40, 0x80, 0xff] {
                let mut bad = bytes.clone();
                bad[at] ^= mask;
                assert!(read_flits(&bad).is_err(), "byte {at} ^ {mask:#x}");
            }
        }
    }

    /// Behind a right checksum and hash, what is read is written as it was.
    #[test]
    fn forged_checksums_do_no_harm() {
        let bytes = write_flits(&log());
        let mut read = 0;
        for at in HEADER..bytes.len() {
            for mask in 1..=255 {
                let mut bad = bytes.clone();
                bad[at] ^= mask;
                let body = Cursor { bytes: &bad, at: HEADER };
                let Ok(found) = grants(body) else { continue };
                let (hash, checksum) = (hash_of(&found), xxh3_64(&bad[HEADER..]));
                bad[24..32].copy_from_slice(&hash.to_le_bytes());
                bad[32..HEADER].copy_from_slice(&checksum.to_le_bytes());
                if let Ok(again) = read_flits(&bad) {
                    read += 1;
                    assert_eq!(write_flits(&again), bad, "byte {at} ^ {mask:#x}");
                }
            }
        }
        assert!(read > 500, "{read}");
    }

    #[test]
    fn refusals_name_the_byte() {
        let refusal = |bytes: &[u8]| read_flits(bytes).unwrap_err().to_string();
        let bytes = write_flits(&log());
        assert_eq!(refusal(b"cycle,net\n"), "not a flit file");
        assert_eq!(refusal(&bytes[..20]), "byte 20: the file ends in its header of 40 bytes");
        assert!(refusal(&bytes[..bytes.len() - 1]).starts_with("byte 32: checksum 0x"));
        let mut twice = bytes.clone();
        twice.extend_from_slice(&bytes[HEADER..]);
        let checksum = xxh3_64(&twice[HEADER..]);
        twice[32..HEADER].copy_from_slice(&checksum.to_le_bytes());
        twice[16] = 8;
        assert!(refusal(&twice).contains("hash 0x"), "{}", refusal(&twice));
    }
}
