//! Bincode with one fixed configuration: little endian, integers of fixed width, memory bounded by the input.

use bincode::config::{Configuration, Fixint, Limit, LittleEndian};
use bincode::error::DecodeError;
use bincode::{Decode, Encode};

/// What decoding may allocate, as a multiple of the bytes that are there.
const EXPANSION: usize = 16;

const fn config<const LIMIT: usize>() -> Configuration<LittleEndian, Fixint, Limit<LIMIT>> {
    bincode::config::standard().with_little_endian().with_fixed_int_encoding().with_limit::<LIMIT>()
}

/// The bytes of `value`.
///
/// # Errors
/// More than bincode can encode; our structures never are.
pub fn encode<T: Encode>(value: &T) -> Result<Vec<u8>, String> {
    let config = bincode::config::standard().with_little_endian().with_fixed_int_encoding();
    bincode::encode_to_vec(value, config).map_err(|error| error.to_string())
}

/// The value of all of `bytes`. The limit of what may be allocated is the least step that is `EXPANSION` times the
/// length of the input: a false count in a short input is refused before memory is taken for it.
///
/// # Errors
/// Bytes that are no `T`, or more than a `T`.
pub fn decode<T: Decode<()>>(bytes: &[u8]) -> Result<T, String> {
    let decoded = match bytes.len().saturating_mul(EXPANSION) {
        0..=0x1_0000 => bincode::decode_from_slice(bytes, config::<0x1_0000>()),
        0x1_0001..=0x10_0000 => bincode::decode_from_slice(bytes, config::<0x10_0000>()),
        0x10_0001..=0x100_0000 => bincode::decode_from_slice(bytes, config::<0x100_0000>()),
        0x100_0001..=0x1000_0000 => bincode::decode_from_slice(bytes, config::<0x1000_0000>()),
        _ => bincode::decode_from_slice(bytes, config::<0x7fff_ffff>()),
    };
    match decoded {
        Ok((value, read)) if read == bytes.len() => Ok(value),
        Ok((_, read)) => Err(format!("{} bytes, of which only {read} are used", bytes.len())),
        Err(DecodeError::UnexpectedEnd { additional }) => {
            Err(format!("its {} bytes end {additional} bytes too early", bytes.len()))
        }
        Err(DecodeError::LimitExceeded) => {
            Err(format!("it announces more than its {} bytes can hold", bytes.len()))
        }
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_false_count_is_refused_before_memory_is_taken() {
        let mut bytes = encode(&vec![7u32; 5]).unwrap();
        assert_eq!(bytes.len(), 8 + 20);
        bytes[6] = 1;
        let error = decode::<Vec<u32>>(&bytes).unwrap_err();
        assert_eq!(error, "it announces more than its 28 bytes can hold");
    }

    #[test]
    fn bytes_are_used_up() {
        let mut bytes = encode(&(1u16, -2i32)).unwrap();
        assert_eq!(bytes, [1, 0, 0xfe, 0xff, 0xff, 0xff]);
        bytes.push(0);
        assert_eq!(decode::<(u16, i32)>(&bytes).unwrap_err(), "7 bytes, of which only 6 are used");
        assert_eq!(decode::<(u16, i32)>(&bytes[..4]).unwrap_err(), "its 4 bytes end 2 bytes too early");
    }
}
