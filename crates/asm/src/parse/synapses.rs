//! Synapse memory: lists of blocks of entries, and words.

use isa::synapse::{BLOCK_ENTRIES_MAX, Block, Entry, FORMAT_ID_MAX, pack_list};
use isa::words::SynapseFormat;

use super::line::{Line, Refusal, expected, parse_number};
use crate::error::{AsmError, Fault};

/// The memory as it was read; it is packed when the formats of its core are known.
#[derive(Default)]
pub struct Lists {
    /// Words of the memory.
    count: usize,
    lists: Vec<List>,
    /// Place, bits and line of words outside of lists.
    words: Vec<(usize, u64, usize)>,
}

struct List {
    start: usize,
    line: usize,
    blocks: Vec<Block>,
    /// Line of each block.
    lines: Vec<usize>,
    /// Whether a line of it was refused: then it is not packed.
    refused: bool,
}

impl Lists {
    /// A memory of `count` words, all 0.
    pub fn new(count: usize) -> Self {
        Self { count, ..Self::default() }
    }

    /// Reads a line: `list`, `block`, `words` or entries.
    ///
    /// # Errors
    /// A line that is none of these.
    pub fn read(&mut self, line: &mut Line, number: usize) -> Result<(), Refusal> {
        let read = self.statement(line, number);
        if let (Err(_), Some(list)) = (&read, self.lists.last_mut()) {
            list.refused = true;
        }
        read
    }

    fn statement(&mut self, line: &mut Line, number: usize) -> Result<(), Refusal> {
        let at = line.at();
        let last = self.count.max(1) as i128 - 1;
        match line.peek().map(|token| &*token.text) {
            Some("list") => {
                line.next("list")?;
                let start = line.number("word", 0..=last)?;
                self.lists.push(List {
                    start,
                    line: number,
                    blocks: Vec::new(),
                    lines: Vec::new(),
                    refused: false,
                });
            }
            Some("block") => {
                line.next("block")?;
                let format = line.number("format", 1..=FORMAT_ID_MAX.into())?;
                let list =
                    self.lists.last_mut().ok_or((at, Fault::Conflict("a block outside of a list".into())))?;
                list.blocks.push(Block { format, entries: Vec::new() });
                list.lines.push(number);
            }
            Some("words") => {
                line.next("words")?;
                let start: usize = line.number("word", 0..=last)?;
                for word in start.. {
                    if line.is_empty() {
                        break;
                    }
                    let bits = line.number("word", 0..=u64::MAX.into())?;
                    self.words.push((word, bits, number));
                }
            }
            _ => self.entries(line)?,
        }
        line.end()
    }

    fn entries(&mut self, line: &mut Line) -> Result<(), Refusal> {
        let Some(block) = self.lists.last_mut().and_then(|list| list.blocks.last_mut()) else {
            return Err(line.refuse("list, block or words"));
        };
        while let Some(token) = line.peek() {
            block.entries.push(entry(&token.text).map_err(|fault| (token.at, fault))?);
            if block.entries.len() > BLOCK_ENTRIES_MAX {
                return Err((token.at, Fault::Conflict("a block of more than 64 entries".into())));
            }
            line.next("an entry")?;
        }
        Ok(())
    }

    /// The words of the memory.
    ///
    /// # Errors
    /// Entries that their format cannot hold, lists that overlap or leave the memory.
    pub fn pack(&self, formats: &[SynapseFormat]) -> Result<Vec<u64>, Vec<AsmError>> {
        let (mut words, mut faults) = (vec![0; self.count], Vec::new());
        let (mut packed, mut next) = (Vec::new(), 0);
        for list in self.lists.iter().filter(|list| !list.refused) {
            let refuse = |line, fault| AsmError { line, column: 1, fault };
            packed.clear();
            if let Err(fault) = pack_list(&list.blocks, formats, &mut packed) {
                faults.push(refuse(list.culprit(formats), fault.into()));
                continue;
            }
            let end = list.start + packed.len();
            if list.start < next || end > self.count {
                let what = format!(
                    "words {}..{end} are not free: lists ascend from {next}, the memory has {}",
                    list.start, self.count
                );
                faults.push(refuse(list.line, Fault::Conflict(what)));
                continue;
            }
            words[list.start..end].copy_from_slice(&packed);
            next = end;
        }
        for &(word, bits, line) in &self.words {
            match words.get_mut(word) {
                Some(place) if *place == 0 => *place = bits,
                _ => {
                    let what = format!("word {word} is in a list, given twice or outside of the memory");
                    faults.push(AsmError { line, column: 1, fault: Fault::Conflict(what) });
                }
            }
        }
        if faults.is_empty() { Ok(words) } else { Err(faults) }
    }
}

impl List {
    /// The line of the first block that cannot be packed.
    fn culprit(&self, formats: &[SynapseFormat]) -> usize {
        let fails = |n: &usize| pack_list(&self.blocks[..*n], formats, &mut Vec::new()).is_err();
        let first = (1..=self.blocks.len()).find(fails).unwrap_or(1);
        self.lines.get(first - 1).copied().unwrap_or(self.line)
    }
}

/// `index:weight`, then `@delay` and `#tag` where they are not 0.
fn entry(text: &str) -> Result<Entry, Fault> {
    let (rest, tag) = match text.split_once('#') {
        Some((rest, tag)) => (rest, parse_number("tag", tag, -256..=255)?),
        None => (text, 0),
    };
    let (rest, delay) = match rest.split_once('@') {
        Some((rest, delay)) => (rest, parse_number("delay", delay, 0..=63)?),
        None => (rest, 0),
    };
    let (index, weight) = rest.split_once(':').ok_or_else(|| expected("index:weight", text))?;
    let index = parse_number("index", index, 0..=u32::MAX.into())?;
    Ok(Entry { index, weight: parse_number("weight", weight, -256..=255)?, delay, tag })
}
