//! A core that is being read.

use image::{CoreImage, KeyRun, Memory};
use isa::ids::{CoreId, Key};

use super::line::{Line, Refusal};
use super::rows::Rows;
use super::synapses::Lists;
use crate::error::{AsmError, Fault};

/// A core whose memories are being filled.
pub struct Core {
    id: CoreId,
    /// The line of its head.
    line: usize,
    memories: Vec<(Memory, Rows)>,
    synapses: Option<Lists>,
    open: Open,
    reward_key: Option<Key>,
    compartment_keys: Vec<KeyRun>,
    axon_keys: Vec<KeyRun>,
}

/// Where lines go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    /// A memory that was refused: its lines are passed over.
    Refused,
    Rows,
    Synapses,
    Keys,
}

impl Core {
    /// A core without anything.
    pub fn new(id: CoreId, line: usize) -> Self {
        Self {
            id,
            line,
            memories: Vec::new(),
            synapses: None,
            open: Open::Nothing,
            reward_key: None,
            compartment_keys: Vec::new(),
            axon_keys: Vec::new(),
        }
    }

    /// Which core.
    pub fn id(&self) -> CoreId {
        self.id
    }

    /// Opens the memory `name`, or `keys`; its rows are taken from `budget`.
    ///
    /// # Errors
    /// An unknown name, one that was there already, or too many rows.
    pub fn open(
        &mut self,
        name: &str,
        at: usize,
        line: &mut Line,
        budget: &mut usize,
    ) -> Result<(), Refusal> {
        self.open = Open::Refused;
        if name == "keys" {
            self.open = Open::Keys;
            return line.end();
        }
        let names = || Memory::ALL.iter().map(|memory| memory.name()).chain(["keys"]);
        let memory =
            Memory::from_name(name).ok_or_else(|| (at, super::line::unknown("memory", name, names())))?;
        let here = self.memories.iter().any(|(known, _)| *known == memory);
        if here || (memory == Memory::Synapses && self.synapses.is_some()) {
            return Err((at, Fault::Conflict(format!("{name} of {} is given twice", self.id))));
        }
        let count = rows(line, budget)?;
        if memory == Memory::Synapses {
            self.synapses = Some(Lists::new(count));
            self.open = Open::Synapses;
        } else {
            self.memories.push((memory, Rows::new(memory, count)));
            self.open = Open::Rows;
        }
        line.end()
    }

    /// Reads a line of what is open.
    ///
    /// # Errors
    /// Every fault of the line.
    pub fn read(&mut self, line: &mut Line, number: usize) -> Result<(), Vec<Refusal>> {
        match (self.open, self.memories.last_mut(), &mut self.synapses) {
            (Open::Rows, Some((_, rows)), _) => rows.read(line),
            (Open::Synapses, _, Some(lists)) => lists.read(line, number).map_err(|fault| vec![fault]),
            (Open::Refused, ..) => Ok(()),
            (Open::Keys, ..) => self.keys(line).map_err(|fault| vec![fault]),
            _ => Err(vec![line.refuse("a memory, as `.vth_profiles 2`")]),
        }
    }

    fn keys(&mut self, line: &mut Line) -> Result<(), Refusal> {
        let runs = match line.one_of("keys", &["reward", "compartments", "learning_axons"])? {
            0 => {
                self.reward_key = Some(Key(line.u32("key")?));
                return line.end();
            }
            1 => &mut self.compartment_keys,
            _ => &mut self.axon_keys,
        };
        while !line.is_empty() {
            runs.push(line.run("keys")?);
        }
        Ok(())
    }

    /// The core's memories.
    ///
    /// # Errors
    /// Memories that do not go together, synapses that do not fit their formats.
    pub fn finish(self) -> Result<CoreImage, Vec<AsmError>> {
        let mut core = CoreImage { core: self.id, ..CoreImage::default() };
        let (mut faults, line) = (Vec::new(), self.line);
        for (memory, rows) in self.memories {
            if let Err(n) = core.set_rows(memory, rows.bits.into_iter()) {
                let what =
                    format!("{} of {}: the number of rows is no multiple of {n}", memory.name(), self.id);
                faults.push(AsmError { line, column: 1, fault: Fault::Conflict(what) });
            }
        }
        match self.synapses.map_or(Ok(Vec::new()), |lists| lists.pack(&core.formats)) {
            Ok(words) => core.synapses = words,
            Err(more) => faults.extend(more),
        }
        (core.reward_key, core.compartment_keys, core.axon_keys) =
            (self.reward_key, self.compartment_keys, self.axon_keys);
        if faults.is_empty() { Ok(core) } else { Err(faults) }
    }
}

/// The number of rows at the head of a memory.
///
/// # Errors
/// No number, or more than the budget.
pub fn rows(line: &mut Line, budget: &mut usize) -> Result<usize, Refusal> {
    let at = line.at();
    let count: usize = line.number("number of rows", 0..=1 << 26)?;
    match budget.checked_sub(count) {
        Some(left) => *budget = left,
        None => {
            return Err((
                at,
                Fault::Conflict(format!("{count} rows are more than a text of this length may have")),
            ));
        }
    }
    Ok(count)
}
