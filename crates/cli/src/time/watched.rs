//! What a timed run leaves.

use std::path::{Path, PathBuf};

use emulator::time::mesh::{Links, Shape};

use super::tally::Timed;
use crate::failure::Failure;
use crate::flits::Keeper;
use crate::write;

/// What came of a timed run, beside its function.
pub struct Watched {
    /// Time and energy.
    pub timed: Timed,
    /// The most that the FIFOs of any core held: spikes, lookups, transmit queues.
    pub high_water: [usize; 3],
    /// Packets' way, where it was logged.
    pub links: Option<Links>,
    /// Every grant, where it was asked for.
    pub flits: Option<Keeper>,
    /// The mesh.
    pub shape: Shape,
    /// Files of `time/`, by name.
    pub tables: Vec<(&'static str, String)>,
}

impl Watched {
    /// The mesh.
    pub const fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Writes the tables below `time/` in a folder; returns the files.
    pub fn write(&self, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
        let folder = folder.join("time");
        write::folder(&folder)?;
        let mut written = Vec::new();
        for (name, text) in &self.tables {
            let path = folder.join(name);
            write::atomic(&path, text.as_bytes())?;
            written.push(path);
        }
        Ok(written)
    }
}
