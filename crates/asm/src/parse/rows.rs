//! Rows of a memory: `3-7 Word field=value ...`.

use image::{Layout, Memory};
use isa::spec::WORDS;
use isa::words::Field;

use super::line::{Line, Refusal, expected, parse_number, unknown};
use crate::error::Fault;

/// A memory that is being filled.
pub struct Rows {
    /// Bits of every row.
    pub bits: Vec<u64>,
    /// Whether a row was set.
    set: Vec<bool>,
    /// The layouts that its rows may have.
    layouts: Vec<Layout>,
    /// Whether a row names its layout.
    named: bool,
    /// Bits of a word.
    width: u32,
}

impl Rows {
    /// `count` rows of 0.
    pub fn new(memory: Memory, count: usize) -> Self {
        let names = memory.spec().words;
        let layouts = WORDS.iter().filter(|word| names.contains(&word.name));
        let layouts = layouts.map(|word| Layout { name: word.name, fields: word.fields }).collect();
        Self {
            bits: vec![0; count],
            set: vec![false; count],
            layouts,
            named: names.len() > 1,
            width: memory.spec().bits(),
        }
    }

    /// `count` rows of 0 of one layout of 64 bits.
    pub fn of(layout: Layout, count: usize) -> Self {
        Self { bits: vec![0; count], set: vec![false; count], layouts: vec![layout], named: false, width: 64 }
    }

    /// The layouts that its rows may have.
    pub fn layouts(self) -> Vec<Layout> {
        self.layouts
    }

    /// Reads a row or a range of equal rows.
    ///
    /// # Errors
    /// Every fault of the line.
    pub fn read(&mut self, line: &mut Line) -> Result<(), Vec<Refusal>> {
        let (first, last, at) = self.range(line).map_err(|fault| vec![fault])?;
        let bits = read_word(&self.layouts, self.named, self.width, line)?;
        if let Some(twice) = (first..=last).find(|row| self.set[*row]) {
            return Err(vec![(at, Fault::Conflict(format!("row {twice} is given twice")))]);
        }
        self.set[first..=last].fill(true);
        self.bits[first..=last].fill(bits);
        Ok(())
    }

    fn range(&self, line: &mut Line) -> Result<(usize, usize, usize), Refusal> {
        let at = line.at();
        let text = line.word("a row, as `3` or `3-7`")?;
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        if self.bits.is_empty() {
            return Err((at, Fault::Conflict("the memory has 0 rows".into())));
        }
        let row =
            |text| parse_number("row", text, 0..=self.bits.len() as i128 - 1).map_err(|fault| (at, fault));
        let (first, last): (usize, usize) = (row(first)?, row(last)?);
        if first > last {
            return Err((at, expected("a range that ascends", text)));
        }
        Ok((first, last, at))
    }
}

/// Reads the rest of a row: the name of the word where several are possible, and its fields; or `word=bits`.
///
/// # Errors
/// Every fault of the line.
pub fn read_word(layouts: &[Layout], named: bool, width: u32, line: &mut Line) -> Result<u64, Vec<Refusal>> {
    if let Some(token) = line.peek()
        && let Some(bits) = token.text.strip_prefix("word=").filter(|_| !token.quoted)
    {
        let max = (1i128 << width) - 1;
        let bits = parse_number("word", bits, 0..=max).map_err(|fault| vec![(token.at, fault)])?;
        line.next("the word").and_then(|_| line.end()).map_err(|fault| vec![fault])?;
        return Ok(bits);
    }
    let layout = layout(layouts, named, line).map_err(|fault| vec![fault])?;
    let (mut bits, mut seen, mut faults) = (0, 0u64, Vec::new());
    while !line.is_empty() {
        match read_field(&layout, line) {
            Ok((field, _, at)) if seen & field.put(-1) != 0 => {
                faults.push((at, Fault::Conflict(format!("{} is given twice", field.name))));
            }
            Ok((field, value, _)) => {
                seen |= field.put(-1);
                bits |= field.put(value);
            }
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(bits) } else { Err(faults) }
}

fn layout(layouts: &[Layout], named: bool, line: &mut Line) -> Result<Layout, Refusal> {
    if !named {
        return layouts.first().copied().ok_or_else(|| line.refuse("a memory of words"));
    }
    let names: Vec<&str> = layouts.iter().map(|layout| layout.name).collect();
    line.one_of("word", &names).map(|found| layouts[found])
}

/// A field of the layout, its value and its column. The token is taken even if it is refused.
fn read_field(layout: &Layout, line: &mut Line) -> Result<(&'static Field, i64, usize), Refusal> {
    let token = line.next("a field")?;
    let refuse = |fault| (token.at, fault);
    let split = token.text.split_once('=').filter(|_| !token.quoted);
    let (name, value) = split.ok_or_else(|| refuse(expected("field=value", &token.text)))?;
    let fields = layout.fields;
    let field = fields.iter().find(|field| field.name == name);
    let kind = format!("field of {}", layout.name);
    let field = field.ok_or_else(|| refuse(unknown(&kind, name, fields.iter().map(|field| field.name))))?;
    let rows = layout.codes(field).map_or(&[][..], |codes| codes.rows);
    // A name with a space, as `sgn w`, is written with `_`.
    let written = |name: &str| name.chars().map(|c| if c == ' ' { '_' } else { c }).eq(value.chars());
    if let Some(row) = rows.iter().find(|row| written(row.name)) {
        return Ok((field, row.code.into(), token.at));
    }
    if !rows.is_empty() && !value.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return Err(refuse(unknown(&format!("code of {name}"), value, rows.iter().map(|row| row.name))));
    }
    let range = field.min().into()..=field.max().into();
    parse_number(&format!("{}.{name}", layout.name), value, range)
        .map(|value| (field, value, token.at))
        .map_err(refuse)
}
