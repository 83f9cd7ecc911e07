//! Parts that are no memories: compared as the trees that serde sees, leaf by leaf.

use serde::Serialize;
use serde_json::Value;

use super::Differences;
use crate::{CoreImage, Image};

/// Compares chip, seed, host, session and symbols.
pub fn compare_board(before: &Image, after: &Image, found: &mut Differences) {
    if before.seed != after.seed {
        found.add("board", "seed", before.seed, after.seed);
    }
    part("chip", &before.chip, &after.chip, found);
    part("host", &before.host, &after.host, found);
    part("session", &before.session, &after.session, found);
    part("symbols", &before.symbols, &after.symbols, found);
}

/// Compares the keys of a core.
pub fn compare_keys(before: &CoreImage, after: &CoreImage, found: &mut Differences) {
    let place = before.core.to_string();
    part(&place, &Keys::of(before), &Keys::of(after), found);
}

#[derive(PartialEq, Serialize)]
struct Keys<'a> {
    reward_key: Option<isa::ids::Key>,
    compartment_keys: &'a [crate::KeyRun],
    axon_keys: &'a [crate::KeyRun],
}

impl<'a> Keys<'a> {
    fn of(core: &'a CoreImage) -> Self {
        Self {
            reward_key: core.reward_key,
            compartment_keys: &core.compartment_keys,
            axon_keys: &core.axon_keys,
        }
    }
}

fn part<T: PartialEq + Serialize>(place: &str, before: &T, after: &T, found: &mut Differences) {
    if before == after {
        return;
    }
    match (serde_json::to_value(before), serde_json::to_value(after)) {
        (Ok(a), Ok(b)) => compare(place, String::new(), (&a, &b), found),
        _ => found.add(place, "content", "one", "another"),
    }
}

fn compare(place: &str, path: String, values: (&Value, &Value), found: &mut Differences) {
    match values {
        (a, b) if a == b => {}
        (Value::Object(a), Value::Object(b)) => {
            let mut names: Vec<&String> = a.keys().chain(b.keys()).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                compare(
                    place,
                    below,
                    (a.get(name).unwrap_or(&Value::Null), b.get(name).unwrap_or(&Value::Null)),
                    found,
                );
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for i in 0..a.len().max(b.len()) {
                let side = |side: &'_ [Value]| side.get(i).cloned().unwrap_or(Value::Null);
                compare(place, format!("{path}[{i}]"), (&side(a), &side(b)), found);
            }
        }
        (a, b) => found.add(place, path, show(a), show(b)),
    }
}

/// A value; `-` where there is none.
fn show(value: &Value) -> String {
    if value.is_null() { "-".into() } else { value.to_string() }
}
