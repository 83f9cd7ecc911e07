//! Programs run by the command, with their data.

use std::fs;
use std::path::{Path, PathBuf};

use ndarray::{ArrayD, Axis};
use ndarray_npy::{NpzReader, ReadNpyExt};
use serde_json::Value;

use crate::command::{json, root, scratch};

/// A run with the folder of its data.
#[derive(Clone, Debug)]
pub struct Run {
    /// What `--json` said.
    pub summary: Value,
    /// Where the data are.
    pub folder: PathBuf,
}

/// A spike of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spike {
    /// Sample, from 0.
    pub sample: i32,
    /// Step, from 1.
    pub step: i32,
}

impl Run {
    /// Runs a program or description of the repository, with more arguments.
    ///
    /// # Panics
    /// If it fails.
    #[must_use]
    pub fn of(path: &str, more: &[&str]) -> Self {
        let folder = scratch(&path.replace(['/', '.'], "-"));
        let out = folder.to_string_lossy().into_owned();
        let summary = json(&[&["run", path, "--out", &out], more].concat());
        Self { summary, folder }
    }

    /// Runs a description given as text.
    ///
    /// # Panics
    /// If it fails.
    #[must_use]
    pub fn text(name: &str, text: &str, more: &[&str]) -> Self {
        let folder = scratch(name);
        let path = folder.join(format!("{name}.snn"));
        fs::write(&path, text).expect("a scratch folder takes files");
        let out = folder.to_string_lossy().into_owned();
        let summary = json(&[&["run", &path.to_string_lossy(), "--out", &out], more].concat());
        Self { summary, folder }
    }

    /// A record's array.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn array(&self, name: &str) -> ArrayD<i32> {
        let path = self.folder.join(format!("{name}.npy"));
        let bytes = fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        ArrayD::<i32>::read_npy(&bytes[..]).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// Spikes of thing `index` of a record of spikes, in order.
    #[must_use]
    pub fn spikes(&self, name: &str, index: i32) -> Vec<Spike> {
        let array = self.array(name);
        let mine = array.axis_iter(Axis(0)).filter(|row| row[2] == index);
        mine.map(|row| Spike { sample: row[0], step: row[1] }).collect()
    }

    /// Steps at which thing `index` fired.
    #[must_use]
    pub fn steps(&self, name: &str, index: i32) -> Vec<i32> {
        self.spikes(name, index).iter().map(|spike| spike.step).collect()
    }

    /// Spikes of `columns` things in each of `samples` samples.
    #[must_use]
    pub fn counts(&self, name: &str, samples: usize, columns: usize) -> ArrayD<i32> {
        let mut counts = ArrayD::zeros(vec![samples, columns]);
        for row in self.array(name).axis_iter(Axis(0)) {
            counts[[row[0] as usize, row[2] as usize]] += 1;
        }
        counts
    }
}

/// An array of a program's `expected.npz`, whatever integer type it is stored in.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn expected(program: &str, name: &str) -> ArrayD<i32> {
    let path: &Path = &root().join("programs").join(program).join("expected.npz");
    let file = fs::File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut npz = NpzReader::new(file).expect("an npz");
    let name = format!("{name}.npy");
    macro_rules! stored_as { ($($t:ty)*) => {$(
        if let Ok(array) = npz.by_name::<ndarray::OwnedRepr<$t>, ndarray::IxDyn>(&name) {
            return array.mapv(i32::from);
        }
    )*}}
    stored_as!(u8 i8 u16 i16 i32);
    panic!("{}: no array of whole numbers called {name}", path.display())
}
