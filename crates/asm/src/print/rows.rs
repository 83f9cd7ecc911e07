//! Rows of memories: equal ones in one line, those of 0 in none.

use std::fmt::{self, Write};

use image::memory::layout_axons;
use image::{CoreImage, Image, Layout, Memory, Row};
use isa::words::{AxonMap, Pop16Axon, Pop32Atom, SynapseMap, Word};

use super::names::{Names, compartments, key_at};
use super::{items, microcode};

/// Writes a memory; nothing where it has no rows.
pub fn write(core: &CoreImage, memory: Memory, names: &Names, out: &mut String) -> fmt::Result {
    let count = core.rows(memory);
    if count == 0 {
        return Ok(());
    }
    let rows = match core.decoded(memory) {
        Ok(rows) => rows,
        Err(misfit) => {
            return writeln!(
                out,
                "  .{} {count}\n    {} {}={}",
                memory.name(),
                misfit.row,
                misfit.error.field,
                misfit.error.value
            );
        }
    };
    writeln!(out, "  .{} {count}", memory.name())?;
    let whole = matches!(memory, Memory::AxonsOut | Memory::SynapseMap);
    write_rows(&rows, memory.spec().words.len() > 1, whole, out, &mut |at| {
        comment(core, memory, (&rows, at), names)
    })
}

/// Writes the output axon slots and the axon map of the host.
pub fn write_host(image: &Image, out: &mut String) -> fmt::Result {
    let host = &image.host;
    if !host.axon_map.is_empty() {
        writeln!(out, "  .axon_map {}", host.axon_map.len())?;
        let layout = Some(crate::HOST_AXON_MAP);
        let row = |map: &image::host::AxonMap32| Row {
            layout,
            bits: u64::from(map.pointer) | u64::from(map.length) << 32,
        };
        let rows: Vec<Row> = host.axon_map.iter().map(row).collect();
        write_rows(&rows, false, false, out, &mut |_| None)?;
    }
    if !host.axons.is_empty() {
        writeln!(out, "  .axons_out {}", host.axons.len())?;
        let mut rows: Vec<Row> = host.axons.iter().map(|bits| Row { layout: None, bits: *bits }).collect();
        layout_axons(&mut rows);
        write_rows(&rows, true, true, out, &mut |_| None)?;
    }
    Ok(())
}

/// Writes rows: with the word's name if `named`, those of 0 too if `whole`.
fn write_rows(
    rows: &[Row],
    named: bool,
    whole: bool,
    out: &mut String,
    comment: &mut dyn FnMut((usize, usize)) -> Option<String>,
) -> fmt::Result {
    let mut first = 0;
    while first < rows.len() {
        let row = rows[first];
        let last = first + rows[first..].iter().take_while(|other| **other == row).count() - 1;
        // Slots and map entries are looked at one by one; the second slot of a pair must not merge with others.
        let last = if whole && row.bits != 0 { first } else { last };
        if row.bits != 0 || whole {
            write!(out, "    {first}")?;
            if last > first {
                write!(out, "-{last}")?;
            }
            write_row(row, named, out)?;
            if let Some(comment) = comment((first, last)) {
                write!(out, "  ; {comment}")?;
            }
            out.push('\n');
        }
        first = last + 1;
    }
    Ok(())
}

/// Writes the fields of a row that are not 0, behind its number.
pub fn write_row(row: Row, named: bool, out: &mut String) -> fmt::Result {
    let Some(layout) = row.layout.filter(|layout: &Layout| row.bits & layout.unused() == 0) else {
        return write!(out, " word={:#x}", row.bits);
    };
    if named {
        write!(out, " {}", layout.name)?;
    }
    for field in layout.fields {
        let value = field.get(row.bits);
        if value != 0 {
            write!(out, " {}={}", field.name, layout.show(field, value).replace(' ', "_"))?;
        }
    }
    Ok(())
}

/// What a row means, for people.
fn comment(
    core: &CoreImage,
    memory: Memory,
    rows: (&[Row], (usize, usize)),
    names: &Names,
) -> Option<String> {
    let (rows, at) = rows;
    match memory {
        Memory::CompartmentConfig
        | Memory::CompartmentState
        | Memory::HomeostasisState
        | Memory::PostTraceState => compartments(core, at, names),
        Memory::AxonMap => {
            let map = AxonMap::unpack(rows[at.0].bits);
            let name = compartments(core, at, names)?;
            Some(format!("{name}: slots {}..{}", map.pointer, u64::from(map.pointer) + u64::from(map.length)))
        }
        Memory::AxonsOut => {
            let axon = Pop16Axon::unpack(rows[at.0].bits);
            let is_pop16 = rows[at.0].layout == Some(Layout::of::<Pop16Axon>()) && axon.extra <= 4;
            let is_atom = rows[at.0].layout == Some(Layout::of::<Pop32Atom>());
            match (is_pop16, is_atom) {
                (true, _) => Some(format!("axon {} atom {}", axon.id(), axon.atom())),
                (_, true) => Some("second slot".into()),
                _ => None,
            }
        }
        Memory::SynapseMap => {
            let first = core.learning.first_learning_axon as usize;
            let learning = at.0.checked_sub(first);
            let second = learning.is_some_and(|offset| offset % 2 == 1);
            let key = learning.and_then(|offset| key_at(&core.axon_keys, offset / 2));
            match (second, key) {
                (false, Some(key)) => Some(format!("learning axon of {}", names.of(key))),
                (true, _) => None,
                _ if SynapseMap::unpack(rows[at.0].bits).atoms == 0 => Some("no list".into()),
                _ => None,
            }
        }
        Memory::Microcode if rows[at.0].layout.is_some_and(|layout| layout.name == "ProductWord") => {
            microcode::product(&rows[at.0..])
        }
        _ => None,
    }
}

/// Writes words in hexadecimal, four a line.
pub fn write_words(first: usize, words: &[u64], out: &mut String) -> fmt::Result {
    for (i, line) in words.chunks(4).enumerate() {
        let name = format!("words {}", first + 4 * i);
        items(4, &name, 4, line.iter().map(|word| format!("{word:#x}")), out)?;
    }
    Ok(())
}
