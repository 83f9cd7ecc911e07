//! Lists of spikes: rows of step and line, from any array file.

use std::fmt::Write;

use isa::ids::Key;

use super::{Array, FileError, read_csv, read_events, read_npy, read_npz};
use crate::Raster;

/// The rows (step, line) of a spike file, in the order of the file. The kind is told by its first bytes: an event file
/// (whose keys are the lines, all samples one after another), an npy or npz of N x 2 whole numbers, else a CSV.
///
/// # Errors
/// What the reader of that kind refuses; an array of another shape; a step 0, with its row.
pub fn read_spikes(bytes: &[u8]) -> Result<Vec<(u32, u32)>, FileError> {
    let rows = match bytes {
        [0x89, ..] => read_events(bytes)?.events.iter().map(|event| (event.at.step.0, event.key.0)).collect(),
        [0x93, ..] => read_npy(bytes)?.pairs()?,
        [b'P', b'K', ..] => read_npz(bytes, None)?.pairs()?,
        _ => csv(bytes)?,
    };
    match rows.iter().position(|row| row.0 == 0) {
        Some(row) => Err(FileError::Shape(format!("row {row} is at step 0: steps are 1 and up"))),
        None => Ok(rows),
    }
}

/// A CSV; one without rows has no width.
fn csv(bytes: &[u8]) -> Result<Vec<(u32, u32)>, FileError> {
    let array: Array = read_csv(bytes)?;
    array.pairs()
}

/// A CSV of spikes: sample, step, key, name.
#[must_use]
pub fn write_spikes_csv(raster: &Raster, mut name: impl FnMut(Key) -> String) -> String {
    let mut text = String::from("sample,step,key,name\n");
    for event in &raster.events {
        let name = name(event.key);
        let quote = name.contains([',', '"', '\n']);
        let name = if quote { format!("\"{}\"", name.replace('"', "\"\"")) } else { name };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{},{},{},{name}", event.at.sample, event.at.step.0, event.key.0);
    }
    text
}

#[cfg(test)]
mod tests {
    use isa::ids::Step;

    use super::super::{write_events, write_npy, write_npz};
    use super::*;
    use crate::{Event, Moment};

    #[test]
    fn all_kinds_give_the_same_rows() {
        let rows = vec![(1, 0), (1, 7), (300, 2)];
        let event =
            |(step, key): &(u32, u32)| Event { at: Moment { sample: 0, step: Step(*step) }, key: Key(*key) };
        let raster = Raster { events: rows.iter().map(event).collect() };
        let flat = [1, 0, 1, 7, 300, 2];
        assert_eq!(read_spikes(&write_events(&raster)).unwrap(), rows);
        assert_eq!(read_spikes(&write_npy(&[3, 2], &flat).unwrap()).unwrap(), rows);
        assert_eq!(read_spikes(&write_npz(&[("spikes", &[3, 2], &flat)]).unwrap()).unwrap(), rows);
        assert_eq!(read_spikes(b"step,line\n1,0\n1,7\n300,2\n").unwrap(), rows);
        assert_eq!(read_spikes(b"").unwrap(), []);
    }

    #[test]
    fn refusals_name_the_row() {
        let refusal = |bytes: &[u8]| read_spikes(bytes).unwrap_err().to_string();
        assert_eq!(refusal(b"1,2\n0,2\n"), "row 1 is at step 0: steps are 1 and up");
        assert_eq!(refusal(b"1,2\n1,-2\n"), "row 1: -2 is not in 0..=4294967295");
        assert_eq!(refusal(b"1,2,3\n"), "rows of 2 are wanted, the shape is [1, 3]");
        assert_eq!(refusal(b"1,0.5\n"), "whole numbers are wanted, the array is of floats");
    }

    #[test]
    fn names_are_quoted() {
        let event = Event { at: Moment { sample: 1, step: Step(2) }, key: Key(3) };
        let text = write_spikes_csv(&Raster { events: vec![event] }, |key| format!("a,{key}"));
        assert_eq!(text, "sample,step,key,name\n1,2,3,\"a,key3\"\n");
    }
}
