//! Input events from files: rows of step and line.

use std::path::Path;

use image::{Image, NodeSymbol};
use isa::ids::{Key, Step};
use trace::Stimulus;

use super::names;
use crate::arrays::{self, Array, Numbers, Refusal};
use crate::failure::Failure;
use crate::nearest::nearest;

/// The events of all `[INPUT=]FILE`.
pub fn read(files: &[String], image: &Image) -> Result<Stimulus, Failure> {
    let mut stimulus = Stimulus::none();
    for text in files {
        let (node, path) = target(text, &image.symbols.inputs)?;
        let array = arrays::read(Path::new(path), None)
            .map_err(|why| Failure::user(format!("{path}: {}", words(why))))?;
        let events = events(&array).map_err(|why| Failure::user(format!("{path}: {why}")))?;
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

fn words(why: Refusal) -> String {
    match why {
        Refusal::File(why) | Refusal::Format(why) => why,
        Refusal::Member { known } => format!("arrays are {}", known.join(", ")),
    }
}

/// Rows (step, line) of an array of two columns.
fn events(array: &Array) -> Result<Vec<(u32, u32)>, String> {
    let wrong = || format!("rows of (step, line) are wanted, the shape is {:?}", array.shape);
    let Numbers::Whole(values) = &array.values else { return Err("whole numbers are wanted".into()) };
    if values.is_empty() {
        return Ok(Vec::new());
    }
    if array.shape.len() != 2 || array.shape[1] != 2 {
        return Err(wrong());
    }
    let number = |v: i64| u32::try_from(v).map_err(|_| format!("{v} is no step or line"));
    values.chunks(2).map(|row| Ok((number(row[0])?, number(row[1])?))).collect()
}
