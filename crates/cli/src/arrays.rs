//! Arrays from files: npy, npz and CSV, of any numeric type, for descriptions that load data.
//!
//! Sizes that a file claims are checked against the bytes that are there before anything is allocated.

use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use ndarray::ArrayD;
use ndarray_npy::ReadNpyExt;

/// Most bytes that one array may take.
const BYTES_MAX: u64 = 1 << 30;

/// Numbers in row-major order with their shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Sizes of the dimensions.
    pub shape: Vec<usize>,
    /// The numbers.
    pub values: Numbers,
}

/// Whole numbers where the file's type is whole, else floats.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// Whole.
    Whole(Vec<i64>),
    /// Floats.
    Float(Vec<f64>),
}

/// Why a file gives no array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The system does not give it.
    File(String),
    /// An npz without that array.
    Member {
        /// The arrays that it has.
        known: Vec<String>,
    },
    /// What it holds is not understood.
    Format(String),
}

impl From<String> for Refusal {
    fn from(why: String) -> Self {
        Self::Format(why)
    }
}

impl From<&str> for Refusal {
    fn from(why: &str) -> Self {
        Self::Format(why.into())
    }
}

/// Reads an array. `member` names one of an npz; a lone one needs no name.
pub fn read(path: &Path, member: Option<&str>) -> Result<Array, Refusal> {
    let bytes = fs::read(path).map_err(|e| Refusal::File(e.to_string()))?;
    match path.extension().and_then(|e| e.to_str()) {
        Some("npz") => from_npz(&bytes, member),
        Some("npy") if member.is_none() => Ok(from_npy(&bytes)?),
        Some("csv" | "txt") if member.is_none() => Ok(from_csv(&bytes)?),
        Some("npy" | "csv" | "txt") => Err("only an npz has named arrays".into()),
        _ => Err("the name does not end in npy, npz or csv".into()),
    }
}

fn from_npz(bytes: &[u8], member: Option<&str>) -> Result<Array, Refusal> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| format!("not an npz: {e}"))?;
    let names: Vec<String> = zip.file_names().map(|n| n.trim_end_matches(".npy").to_string()).collect();
    let name = match (member, names.as_slice()) {
        (Some(name), _) => name,
        (None, [only]) => only,
        (None, _) => return Err(format!("several arrays: name one of {}", names.join(", ")).into()),
    };
    if !names.iter().any(|n| n == name) {
        return Err(Refusal::Member { known: names });
    }
    let file = zip.by_name(&format!("{name}.npy")).map_err(|e| format!("array `{name}`: {e}"))?;
    let mut data = Vec::new();
    file.take(BYTES_MAX).read_to_end(&mut data).map_err(|e| format!("array `{name}`: {e}"))?;
    Ok(from_npy(&data).map_err(|e| format!("array `{name}`: {e}"))?)
}

fn from_npy(bytes: &[u8]) -> Result<Array, String> {
    check_claims(bytes)?;
    macro_rules! whole { ($($t:ty)*) => {$(
        if let Ok(array) = ArrayD::<$t>::read_npy(bytes) {
            return Ok(Array { shape: array.shape().to_vec(), values: Numbers::Whole(array.iter().map(|&v| i64::from(v)).collect()) });
        }
    )*}}
    macro_rules! float { ($($t:ty)*) => {$(
        if let Ok(array) = ArrayD::<$t>::read_npy(bytes) {
            return Ok(Array { shape: array.shape().to_vec(), values: Numbers::Float(array.iter().map(|&v| f64::from(v)).collect()) });
        }
    )*}}
    whole!(u8 i8 i16 u16 i32 u32 i64 bool);
    float!(f64 f32);
    match ArrayD::<u64>::read_npy(bytes) {
        Ok(array) => {
            let values = array.iter().map(|&v| i64::try_from(v));
            let values = values.collect::<Result<_, _>>().map_err(|_| "a value beyond 63 bits")?;
            Ok(Array { shape: array.shape().to_vec(), values: Numbers::Whole(values) })
        }
        Err(e) => Err(format!("not an npy of whole numbers or floats: {e}")),
    }
}

/// Refuses a header whose array would be larger than the bytes behind it, so that nothing allocates on its word.
fn check_claims(bytes: &[u8]) -> Result<(), String> {
    let version = bytes.get(6).copied().filter(|_| bytes.starts_with(b"\x93NUMPY")).ok_or("not an npy")?;
    let (length_bytes, start) = if version == 1 { (2, 10usize) } else { (4, 12) };
    let length = bytes.get(8..8 + length_bytes).ok_or("cut off in its head")?;
    let length = length.iter().rev().fold(0usize, |sum, &b| sum << 8 | b as usize);
    let head = bytes.get(start..start.saturating_add(length)).ok_or("cut off in its head")?;
    let head = String::from_utf8_lossy(head);
    let shape = head.split_once("'shape'").and_then(|(_, rest)| rest.split_once('('));
    let shape = shape.and_then(|(_, rest)| rest.split_once(')')).ok_or("a head without a shape")?.0;
    let mut count = 1u64;
    for size in shape.split(',').map(str::trim).filter(|s| !s.is_empty()) {
        let size: u64 = size.trim_end_matches('L').parse().map_err(|_| format!("a shape of `{size}`"))?;
        count = count.checked_mul(size).filter(|&n| n <= BYTES_MAX).ok_or("an array beyond 1 GiB")?;
    }
    let there = (bytes.len() - start - length) as u64;
    if count > there {
        return Err(format!("{count} values are announced, {there} bytes are there"));
    }
    Ok(())
}

fn from_csv(bytes: &[u8]) -> Result<Array, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8 text")?;
    let rows: Vec<(usize, &str)> = (1..).zip(text.lines()).filter(|(_, l)| is_data(l)).collect();
    let (mut whole, mut float, mut width) = (Vec::new(), Vec::new(), None);
    for (number, row) in rows.iter().skip(usize::from(rows.first().is_some_and(|r| is_head(r.1)))) {
        let cells: Vec<&str> = row.split(',').map(str::trim).collect();
        if *width.get_or_insert(cells.len()) != cells.len() {
            return Err(format!(
                "line {number}: {} cells, the lines before have {}",
                cells.len(),
                width.unwrap_or(0)
            ));
        }
        for cell in cells {
            let value: f64 = cell.parse().map_err(|_| format!("line {number}: `{cell}` is no number"))?;
            whole.push(cell.parse::<i64>().ok());
            float.push(value);
        }
    }
    let width = width.unwrap_or(0);
    let shape = if width <= 1 { vec![float.len()] } else { vec![float.len() / width, width] };
    let values = match whole.into_iter().collect::<Option<Vec<_>>>() {
        Some(whole) => Numbers::Whole(whole),
        None => Numbers::Float(float),
    };
    Ok(Array { shape, values })
}

fn is_data(line: &str) -> bool {
    !line.trim().is_empty() && !line.trim_start().starts_with('#')
}

/// A first line of names.
fn is_head(line: &str) -> bool {
    line.split(',').all(|cell| cell.trim().parse::<f64>().is_err())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray_npy::{NpzWriter, WriteNpyExt};

    fn npy() -> Vec<u8> {
        let mut bytes = Vec::new();
        let array = ndarray::Array2::from_shape_vec((2, 3), vec![1i16, -2, 3, 4, 5, 300]).unwrap();
        array.write_npy(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn npy_keeps_shape_and_values() {
        let array = from_npy(&npy()).unwrap();
        assert_eq!(array, Array { shape: vec![2, 3], values: Numbers::Whole(vec![1, -2, 3, 4, 5, 300]) });
    }

    #[test]
    fn npz_names_its_arrays() {
        let mut npz = NpzWriter::new_compressed(Cursor::new(Vec::new()));
        npz.add_array("a", &ndarray::arr1(&[1.5f32])).unwrap();
        npz.add_array("b", &ndarray::arr1(&[true])).unwrap();
        let bytes = npz.finish().unwrap().into_inner();
        assert_eq!(from_npz(&bytes, Some("a")).unwrap().values, Numbers::Float(vec![1.5]));
        assert_eq!(from_npz(&bytes, Some("b")).unwrap().values, Numbers::Whole(vec![1]));
        let known = vec!["a".to_string(), "b".to_string()];
        assert_eq!(from_npz(&bytes, Some("c")).unwrap_err(), Refusal::Member { known });
        assert_eq!(from_npz(&bytes, None).unwrap_err(), "several arrays: name one of a, b".into());
    }

    #[test]
    fn damage_is_an_error_or_a_value() {
        let bytes = npy();
        for cut in 0..bytes.len() {
            assert!(from_npy(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        for at in 0..bytes.len() {
            for flip in [1u8, 8, 128] {
                let mut damaged = bytes.clone();
                damaged[at] ^= flip;
                let _ = from_npy(&damaged);
            }
        }
        for shape in ["(9999999999,)", "(4294967296, 4294967296)", "(100,)"] {
            let refused = from_npy(&claiming(shape)).unwrap_err();
            assert!(refused.contains("announced") || refused.contains("1 GiB"), "{refused}");
        }
        assert_eq!(from_npy(&claiming("(3,)")).unwrap().values, Numbers::Whole(vec![0, 0, 0]));
    }

    /// Three bytes of values under a head with that shape.
    fn claiming(shape: &str) -> Vec<u8> {
        let head = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}\n");
        let length = u16::try_from(head.len()).unwrap().to_le_bytes();
        [b"\x93NUMPY\x01\x00", &length[..], head.as_bytes(), &[0; 3]].concat()
    }

    #[test]
    fn csv_skips_its_head_and_names_the_line() {
        let array = from_csv(b"step,line\n1,2\n# more\n3,4\n").unwrap();
        assert_eq!(array, Array { shape: vec![2, 2], values: Numbers::Whole(vec![1, 2, 3, 4]) });
        assert_eq!(from_csv(b"1\n0.5\n").unwrap().values, Numbers::Float(vec![1.0, 0.5]));
        assert_eq!(from_csv(b"1,2\n3\n").unwrap_err(), "line 2: 1 cells, the lines before have 2");
        assert_eq!(from_csv(b"1\nx\n").unwrap_err(), "line 2: `x` is no number");
    }
}
