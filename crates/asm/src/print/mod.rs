//! Image -> text, the one canonical form.

mod microcode;
mod names;
mod rows;
mod structures;
mod synapses;

use std::fmt::{self, Write};

use image::{CoreImage, Image, KeyRun, Memory};
use isa::spec::spec_hash;

use names::Names;

/// The text of an image. A value that does not fit its field is printed as it is, and refused by
/// [`parse`](fn@crate::parse).
#[must_use]
pub fn print(image: &Image) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_image(image, &mut text);
    text
}

fn write_image(image: &Image, out: &mut String) -> fmt::Result {
    writeln!(out, "; Seamount assembly, specification {:016x}", spec_hash())?;
    structures::chip(image, out)?;
    structures::host(image, out)?;
    structures::session(image, out)?;
    structures::symbols(image, out)?;
    let names = Names::new(image);
    image.cores.iter().try_for_each(|core| write_core(core, &names, out))
}

fn write_core(core: &CoreImage, names: &Names, out: &mut String) -> fmt::Result {
    writeln!(out, "\ncore {}", core.core.0)?;
    for &memory in Memory::ALL {
        match memory {
            Memory::Synapses => synapses::write(core, names, out)?,
            _ => rows::write(core, memory, names, out)?,
        }
    }
    writeln!(out, "  .keys")?;
    if let Some(key) = core.reward_key {
        writeln!(out, "    reward {}", key.0)?;
    }
    runs("compartments", &core.compartment_keys, out)?;
    runs("learning_axons", &core.axon_keys, out)
}

fn runs(name: &str, runs: &[KeyRun], out: &mut String) -> fmt::Result {
    items(4, name, 8, runs.iter().map(|run| show_run(*run)), out)
}

/// `key:count`, with `:stride` where that is not 1.
fn show_run(run: KeyRun) -> String {
    match run.stride {
        1 => format!("{}:{}", run.key.0, run.count),
        stride => format!("{}:{}:{stride}", run.key.0, run.count),
    }
}

/// Items in lines of `width` that begin with `name`.
fn items<T: fmt::Display>(
    indent: usize,
    name: &str,
    width: usize,
    items: impl Iterator<Item = T>,
    out: &mut String,
) -> fmt::Result {
    for (i, item) in items.enumerate() {
        if i % width == 0 {
            let end = if i == 0 { "" } else { "\n" };
            write!(out, "{end}{:indent$}{name}", "")?;
        }
        write!(out, " {item}")?;
    }
    if out.ends_with('\n') { Ok(()) } else { writeln!(out) }
}

/// A string in quotes.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
