//! npy: NumPy's file of one array, versions 1 to 3, of whole numbers, floats or booleans in either byte order.

use ndarray::{ArrayView, IxDyn};
use ndarray_npy::WriteNpyExt;

use super::{ARRAY_BYTES_MAX, ARRAY_VALUES_MAX, Array, FileError, Numbers};

const MAGIC: &[u8] = b"\x93NUMPY";

/// What the head of an npy says.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    descr: String,
    fortran: bool,
    shape: Vec<usize>,
}

/// The array of an npy file.
///
/// # Errors
/// Another kind of file, a head that is not understood, or another number of bytes than it announces.
pub fn read_npy(bytes: &[u8]) -> Result<Array, FileError> {
    let (head, start) = read_head(bytes)?;
    let big = head.descr.starts_with('>');
    let kind = head.descr.trim_start_matches(['<', '>', '|', '=']);
    let refuse = || {
        FileError::byte(
            10,
            format!("type `{}`: whole numbers, float16, float32, float64 and booleans are read", head.descr),
        )
    };
    let width = match kind {
        "b1" | "u1" | "i1" => 1,
        "u2" | "i2" | "f2" => 2,
        "u4" | "i4" | "f4" => 4,
        "u8" | "i8" | "f8" => 8,
        _ => return Err(refuse()),
    };
    let data = &bytes[start..];
    let count = head.shape.iter().try_fold(1usize, |count, side| count.checked_mul(*side));
    if count.is_none_or(|count| count > ARRAY_VALUES_MAX) {
        let what = format!("shape {:?} has more than {ARRAY_VALUES_MAX} values", head.shape);
        return Err(FileError::byte(10, what));
    }
    let size =
        count.and_then(|count| count.checked_mul(width)).filter(|size| *size as u64 <= ARRAY_BYTES_MAX);
    let size = size.ok_or_else(|| FileError::byte(10, format!("shape {:?} exceeds 1 GiB", head.shape)))?;
    if size != data.len() {
        let what = format!("shape {:?} of {kind} takes {size} bytes, {} are there", head.shape, data.len());
        return Err(FileError::byte(start, what));
    }
    let values = numbers(data, kind, width, big, start)?;
    let values = if head.fortran { values.reordered(&head.shape) } else { values };
    Ok(Array { shape: head.shape, values })
}

/// The npy file of an array of `i32`.
///
/// # Errors
/// A shape that does not have as many places as there are values.
pub fn write_npy(shape: &[usize], values: &[i32]) -> Result<Vec<u8>, FileError> {
    let view =
        ArrayView::from_shape(IxDyn(shape), values).map_err(|error| FileError::Encode(error.to_string()))?;
    let mut bytes = Vec::new();
    view.write_npy(&mut bytes).map_err(|error| FileError::Encode(error.to_string()))?;
    Ok(bytes)
}

fn read_head(bytes: &[u8]) -> Result<(Head, usize), FileError> {
    if !bytes.starts_with(MAGIC) {
        return Err(FileError::Kind { expected: "an npy file" });
    }
    let cut = || FileError::byte(bytes.len(), "the file ends in its head");
    let version = *bytes.get(6).ok_or_else(cut)?;
    let (from, to) = match version {
        1 => (8, 10),
        2 | 3 => (8, 12),
        found => return Err(FileError::Version { found: found.into(), expected: 3 }),
    };
    let length = bytes.get(from..to).ok_or_else(cut)?;
    let length = length.iter().rev().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
    let head = bytes.get(to..to.saturating_add(length)).ok_or_else(cut)?;
    let text =
        std::str::from_utf8(head).map_err(|error| FileError::byte(to + error.valid_up_to(), "not UTF-8"))?;
    let head = parse_head(text).map_err(|what| FileError::byte(to, format!("its head {what}")))?;
    Ok((head, to + length))
}

/// Reads `{'descr': '<i4', 'fortran_order': False, 'shape': (3, 4), }`.
fn parse_head(text: &str) -> Result<Head, String> {
    let inner = text.trim().strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    let mut rest = inner.ok_or("is no dictionary")?.trim_start();
    let (mut descr, mut fortran, mut shape) = (None, None, None);
    while !rest.is_empty() {
        let (key, after) = string(rest).ok_or("has a key without quotes")?;
        let value = after.trim_start().strip_prefix(':').ok_or("has a key without a value")?.trim_start();
        let twice = || format!("has {key} twice");
        rest = match key {
            "descr" => {
                let (text, after) = string(value).ok_or("describes no plain type")?;
                descr.replace(text.to_string()).is_none().then_some(after).ok_or_else(twice)?
            }
            "fortran_order" => {
                let flag = if value.starts_with("True") { "True" } else { "False" };
                let after =
                    value.strip_prefix(flag).ok_or("has a fortran_order that is neither True nor False")?;
                fortran.replace(flag == "True").is_none().then_some(after).ok_or_else(twice)?
            }
            "shape" => {
                let (sides, after) =
                    value.strip_prefix('(').and_then(|text| text.split_once(')')).ok_or("has no shape")?;
                shape.replace(parse_shape(sides)?).is_none().then_some(after).ok_or_else(twice)?
            }
            other => return Err(format!("has an unknown key {other}")),
        };
        rest = rest.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    match (descr, fortran, shape) {
        (Some(descr), Some(fortran), Some(shape)) => Ok(Head { descr, fortran, shape }),
        _ => Err("does not have all of descr, fortran_order and shape".into()),
    }
}

/// A string in quotes and what follows it.
fn string(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    text[1..].split_once(quote)
}

fn parse_shape(sides: &str) -> Result<Vec<usize>, String> {
    let sides = sides.split(',').map(str::trim).filter(|side| !side.is_empty());
    let shape: Vec<usize> = sides
        .map(|side| side.trim_end_matches('L').parse().map_err(|_| format!("has a side `{side}`")))
        .collect::<Result<_, _>>()?;
    if shape.len() > 32 { Err("has more than 32 dimensions".into()) } else { Ok(shape) }
}

fn numbers(data: &[u8], kind: &str, width: usize, big: bool, start: usize) -> Result<Numbers, FileError> {
    // The value's bytes at the low end of 64 bits.
    let raw = |chunk: &[u8]| {
        let word = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        if big { chunk.iter().fold(0, word) } else { chunk.iter().rev().fold(0, word) }
    };
    let signed = |bits: u64| (bits << (64 - 8 * width)).cast_signed() >> (64 - 8 * width);
    let chunks = data.chunks_exact(width).map(raw);
    Ok(match kind {
        "f2" => Numbers::Float(chunks.map(|bits| half(bits as u32).into()).collect()),
        "f4" => Numbers::Float(chunks.map(|bits| f32::from_bits(bits as u32).into()).collect()),
        "f8" => Numbers::Float(chunks.map(f64::from_bits).collect()),
        "i1" | "i2" | "i4" | "i8" => Numbers::Whole(chunks.map(signed).collect()),
        _ => {
            let refuse = |row: usize| FileError::byte(start + row * width, "a value beyond 63 bits");
            let whole = chunks.enumerate().map(|(row, bits)| i64::try_from(bits).map_err(|_| refuse(row)));
            Numbers::Whole(whole.collect::<Result<_, _>>()?)
        }
    })
}

/// The number of 16 bits: sign, 5 bits of exponent (bias 15), 10 of fraction (IEEE 754 binary16).
fn half(bits: u32) -> f32 {
    let (sign, exponent, fraction) = ((bits & 0x8000) << 16, bits >> 10 & 31, bits & 1023);
    let magnitude = match (exponent, fraction) {
        (0, 0) => 0,
        // Subnormal, fraction * 2^-24: its highest bit becomes the hidden one.
        (0, _) => {
            let high = fraction.ilog2();
            (high + 103) << 23 | (fraction << (23 - high) & 0x7f_ffff)
        }
        (31, _) => 255 << 23 | fraction << 13,
        _ => (exponent + 112) << 23 | fraction << 13,
    };
    f32::from_bits(sign | magnitude)
}

impl Numbers {
    /// Values in column-major order of a shape, in row-major order.
    fn reordered(self, shape: &[usize]) -> Self {
        match self {
            Self::Whole(values) => Self::Whole(row_major(&values, shape)),
            Self::Float(values) => Self::Float(row_major(&values, shape)),
        }
    }
}

fn row_major<T: Copy>(values: &[T], shape: &[usize]) -> Vec<T> {
    let mut place = vec![0; shape.len()];
    let mut out = Vec::with_capacity(values.len());
    while out.len() < values.len() {
        let strides = shape.iter().scan(1, |stride, side| Some(std::mem::replace(stride, *stride * side)));
        out.push(values[place.iter().zip(strides).map(|(at, stride)| at * stride).sum::<usize>()]);
        for (at, side) in place.iter_mut().zip(shape).rev() {
            *at += 1;
            if *at < *side {
                break;
            }
            *at = 0;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn npy(descr: &str, fortran: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let head = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
        let length = (head.len() as u16).to_le_bytes();
        [b"\x93NUMPY\x01\x00", &length[..], head.as_bytes(), data].concat()
    }

    #[test]
    fn arrays_come_back() {
        let bytes = write_npy(&[2, 3], &[1, -2, 3, 4, 5, i32::MIN]).unwrap();
        let values = Numbers::Whole(vec![1, -2, 3, 4, 5, i32::MIN.into()]);
        assert_eq!(read_npy(&bytes), Ok(Array { shape: vec![2, 3], values }));
        assert!(write_npy(&[2, 2], &[1]).is_err());
    }

    #[test]
    fn types_and_orders_are_understood() {
        let values = |bytes: &[u8]| read_npy(bytes).unwrap().values;
        assert_eq!(values(&npy(">i2", "False", "(2,)", &[0xff, 0xfe, 1, 0])), Numbers::Whole(vec![-2, 256]));
        assert_eq!(
            values(&npy("<u2", "False", "(2,)", &[0xff, 0xfe, 1, 0])),
            Numbers::Whole(vec![0xfeff, 1])
        );
        assert_eq!(values(&npy("<f4", "False", "()", &1.5f32.to_le_bytes())), Numbers::Float(vec![1.5]));
        assert_eq!(values(&npy("|b1", "False", "(2,)", &[1, 0])), Numbers::Whole(vec![1, 0]));
        let columns = npy("|u1", "True", "(2, 3)", &[1, 4, 2, 5, 3, 6]);
        assert_eq!(values(&columns), Numbers::Whole(vec![1, 2, 3, 4, 5, 6]));
        assert_eq!(values(&npy("|u1", "True", "(0, 3)", &[])), Numbers::Whole(vec![]));
    }

    /// Every finite number of 16 bits, beside its definition.
    #[test]
    #[allow(clippy::float_arithmetic, reason = "the definition")]
    fn halves_are_read() {
        for bits in (0..0x1_0000u32).filter(|bits| bits >> 10 & 31 != 31) {
            let (exponent, fraction) = ((bits >> 10 & 31) as i32, f64::from(bits & 1023));
            let size = match exponent {
                0 => fraction * 2f64.powi(-24),
                _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
            };
            let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
            assert_eq!(f64::from(half(bits)).to_bits(), (sign * size).to_bits(), "{bits:#x}");
        }
        assert!(half(0x7c00) == f32::INFINITY && half(0xfc00) == f32::NEG_INFINITY && half(0x7e00).is_nan());
        let read = |descr, bytes: &[u8]| read_npy(&npy(descr, "False", "(2,)", bytes)).unwrap().values;
        assert_eq!(read("<f2", &[0, 0x3c, 0xff, 0xfb]), Numbers::Float(vec![1.0, -65504.0]));
        assert_eq!(read(">f2", &[0x3c, 0, 0, 1]), Numbers::Float(vec![1.0, 2f64.powi(-24)]));
    }

    #[test]
    fn refusals_name_the_byte() {
        let refusal = |bytes: &[u8]| read_npy(bytes).unwrap_err().to_string();
        assert_eq!(refusal(b"PK\x03\x04"), "not an npy file");
        assert_eq!(
            refusal(&npy("<i4", "False", "(9999999999,)", &[0])),
            "byte 10: shape [9999999999] has more than 134217728 values"
        );
        assert_eq!(
            refusal(&npy("<i4", "False", "(3,)", &[0])),
            "byte 68: shape [3] of i4 takes 12 bytes, 1 are there"
        );
        assert_eq!(
            refusal(&npy("<U4", "False", "(3,)", &[0])),
            "byte 10: type `<U4`: whole numbers, float16, float32, float64 and booleans are read"
        );
        assert_eq!(refusal(&npy("<u8", "False", "(1,)", &[0xff; 8])), "byte 68: a value beyond 63 bits");
        assert_eq!(
            refusal(&npy("<u8", "Maybe", "(1,)", &[])),
            "byte 10: its head has a fortran_order that is neither True nor False"
        );
        assert_eq!(
            refusal(&npy("<u8', 'descr': '<u8", "True", "(1,)", &[])),
            "byte 10: its head has descr twice"
        );
    }
}
