//! Input events from files: rows of step and line, as event file, npy, npz or CSV.

use std::path::Path;

use image::{Image, NodeSymbol};
use isa::ids::{Key, Step};
use trace::Stimulus;
use trace::files::read_spikes;

use super::names;
use crate::failure::Failure;
use crate::nearest::nearest;
use crate::read;
use crate::ui::Ui;

/// The events of all `[INPUT=]FILE`.
pub fn read(files: &[String], image: &Image, ui: &Ui) -> Result<Stimulus, Failure> {
    let mut stimulus = Stimulus::none();
    for text in files {
        let (node, path) = target(text, &image.symbols.inputs)?;
        let bytes =
            read::data(Path::new(path)).map_err(|error| Failure::io("read", Path::new(path), &error))?;
        let events = read_spikes(&bytes).map_err(|why| {
            let help = "--spikes takes an event file (.evt), npy, npz or CSV with rows of step and line";
            Failure::user(format!("{path}: {why}")).help(help)
        })?;
        if events.is_empty() {
            ui.warning(format!("{path} holds no events"));
        }
        for (row, (step, line)) in events.into_iter().enumerate() {
            if line >= names::width(node) || step == 0 {
                let what = format!("{path}: row {row} is step {step}, line {line}");
                let limits =
                    format!("steps are 1 and up, lines of `{}` 0..{}", node.name, names::width(node));
                return Err(Failure::user(what).help(limits));
            }
            stimulus.events.push((Step(step), Key(node.key.0 + line)));
        }
    }
    stimulus.sort();
    Ok(stimulus)
}

/// The input and the path of `[INPUT=]FILE`.
fn target<'a, 't>(text: &'t str, inputs: &'a [NodeSymbol]) -> Result<(&'a NodeSymbol, &'t str), Failure> {
    let known: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
    match (text.split_once('='), inputs) {
        (Some((name, path)), _) => {
            let found = inputs.iter().find(|input| input.name == name);
            let refuse = || Failure::user(format!("no input `{name}`")).help(nearest(name, &known));
            Ok((found.ok_or_else(refuse)?, path))
        }
        (None, [only]) => Ok((only, text)),
        (None, []) => Err(Failure::user("the network has no input for --spikes")),
        (None, _) => Err(Failure::user(format!("which input is {text} for?"))
            .help(format!("say `INPUT={text}`; inputs are {}", known.join(", ")))),
    }
}
