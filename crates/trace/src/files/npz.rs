//! npz: a zip of npy files.

use std::io::{Cursor, Read};

use ndarray::{ArrayView, IxDyn};
use ndarray_npy::NpzWriter;

use super::npy::read_npy;
use super::{ARRAY_BYTES_MAX, Array, FileError};

/// An array of an npz; a lone one needs no name.
///
/// # Errors
/// Another kind of file, no such array, or what [`read_npy`] refuses.
pub fn read_npz(bytes: &[u8], name: Option<&str>) -> Result<Array, FileError> {
    if !bytes.starts_with(b"PK") {
        return Err(FileError::Kind { expected: "an npz file" });
    }
    let zip = |error: zip::result::ZipError| {
        FileError::byte(bytes.len(), format!("not a whole zip archive: {error}"))
    };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(zip)?;
    let known: Vec<String> =
        archive.file_names().map(|file| file.strip_suffix(".npy").unwrap_or(file).to_string()).collect();
    let name = match (name, &known[..]) {
        (Some(name), _) => name.to_string(),
        (None, [only]) => only.clone(),
        (None, _) => {
            return Err(FileError::Shape(format!("several arrays: name one of {}", known.join(", "))));
        }
    };
    let Some(index) = known.iter().position(|other| *other == name) else {
        return Err(FileError::Member { name, known });
    };
    let file = archive.by_index(index).map_err(zip)?;
    let mut data = Vec::new();
    let read = file.take(ARRAY_BYTES_MAX).read_to_end(&mut data);
    let inside = |error| FileError::InMember { name, error: Box::new(error) };
    match read {
        Ok(_) => read_npy(&data).map_err(inside),
        Err(error) => Err(inside(FileError::byte(data.len(), error.to_string()))),
    }
}

/// The npz file of arrays of `i32`: name, shape, values.
///
/// # Errors
/// A shape that does not have as many places as there are values.
pub fn write_npz(arrays: &[(&str, &[usize], &[i32])]) -> Result<Vec<u8>, FileError> {
    let mut npz = NpzWriter::new_compressed(Cursor::new(Vec::new()));
    for (name, shape, values) in arrays {
        let encode = |error: String| FileError::Encode(format!("array `{name}`: {error}"));
        let view = ArrayView::from_shape(IxDyn(shape), values).map_err(|error| encode(error.to_string()))?;
        npz.add_array(*name, &view).map_err(|error| encode(error.to_string()))?;
    }
    npz.finish().map(Cursor::into_inner).map_err(|error| FileError::Encode(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::Numbers;
    use super::*;

    #[test]
    fn arrays_are_named() {
        let bytes = write_npz(&[("a", &[2], &[1, -2]), ("b", &[1, 1], &[3])]).unwrap();
        assert_eq!(
            write_npz(&[("a", &[2], &[1, -2]), ("b", &[1, 1], &[3])]).unwrap(),
            bytes,
            "no clock in it"
        );
        let array = read_npz(&bytes, Some("b")).unwrap();
        assert_eq!(array, Array { shape: vec![1, 1], values: Numbers::Whole(vec![3]) });
        let refusal = |name| read_npz(&bytes, name).unwrap_err().to_string();
        assert_eq!(refusal(Some("c")), "no array `c`: there are a, b");
        assert_eq!(refusal(None), "several arrays: name one of a, b");
        assert_eq!(read_npz(b"\x93NUMPY", None).unwrap_err().to_string(), "not an npz file");
    }
}
