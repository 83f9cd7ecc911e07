//! Two runs' folders against each other.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::earlier::{self, FILES};
use crate::failure::Failure;
use crate::read;

/// A field of the summary that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// In the first.
    pub before: Value,
    /// In the second.
    pub after: Value,
}

/// Fields of a summary that say how and where it ran; they differ between runs of the same function.
const CIRCUMSTANCES: [&str; 9] =
    ["network", "version", "backend", "messages", "hops", "chip_links", "updates_inactive", "time", "energy"];

/// Fields of two summaries that differ, and behind them those of circumstances alone; the wall clock is no result, nor
/// is what was written.
pub fn summaries(a: &Value, b: &Value) -> [Vec<Field>; 2] {
    let names =
        |value: &Value| value.as_object().map(|o| o.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let all: BTreeSet<String> = names(a).into_iter().chain(names(b)).collect();
    let differs = all.into_iter().filter(|name| name != "wall_s" && name != FILES && a[name] != b[name]);
    let fields = differs.map(|name| Field { before: a[&name].clone(), after: b[&name].clone(), name });
    let (circumstances, function) = fields.partition(|field| CIRCUMSTANCES.contains(&field.name.as_str()));
    [function, circumstances]
}

/// The first value in time that two runs recorded differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Divergence {
    /// The record.
    pub record: String,
    /// Sample.
    pub sample: u32,
    /// Step.
    pub step: u32,
    /// Whose value.
    pub name: String,
    /// In the first; none where it has no such row.
    pub before: Option<i32>,
    /// In the second.
    pub after: Option<i32>,
}

/// The earliest difference over all records that both folders have.
pub fn first(a: &Path, b: &Path) -> Result<Option<Divergence>, Failure> {
    let mut found: Vec<Divergence> = Vec::new();
    for name in records(a).intersection(&records(b)) {
        let read = |folder: &Path| {
            let path = folder.join(format!("{name}.csv"));
            read::text(&path)
        };
        found.extend(difference(name, &read(a)?, &read(b)?));
    }
    found.sort_by_key(|d| (d.sample, d.step, d.record.clone()));
    Ok(found.into_iter().next())
}

/// Names of the records of a folder: files that are not the run's may lie there too.
fn records(folder: &Path) -> BTreeSet<String> {
    let names = earlier::named(folder).into_iter();
    let csv = names.filter_map(|name| name.strip_suffix(".csv").map(String::from));
    csv.filter(|name| name != "samples" && !name.contains('/')).collect()
}

/// The first line in which two tables differ.
fn difference(record: &str, a: &str, b: &str) -> Option<Divergence> {
    let head: Vec<&str> = a.lines().next()?.split(',').collect();
    let (mut left, mut right) = (a.lines().skip(1), b.lines().skip(1));
    loop {
        let (x, y) = (left.next(), right.next());
        if x.is_none() && y.is_none() {
            return None;
        }
        if x != y {
            return Some(divergence(record, &head, x, y));
        }
    }
}

fn divergence(record: &str, head: &[&str], a: Option<&str>, b: Option<&str>) -> Divergence {
    let cells = |line: Option<&str>| line.map(|line| line.split(',').map(String::from).collect::<Vec<_>>());
    let (a, b) = (cells(a).unwrap_or_default(), cells(b).unwrap_or_default());
    let spikes = head.get(2) == Some(&"index");
    let time =
        |row: &[String]| row.iter().take(2).map(|c| c.parse().unwrap_or(u32::MAX)).collect::<Vec<u32>>();
    let first = [&a, &b].into_iter().filter(|row| !row.is_empty()).min_by_key(|row| time(row));
    let time = first.map(|row| time(row)).unwrap_or_default();
    let column = if spikes { 3 } else { (2..head.len()).find(|&i| a.get(i) != b.get(i)).unwrap_or(2) };
    let name = if spikes {
        first.and_then(|row| row.get(3)).cloned().unwrap_or_default()
    } else {
        head.get(column).map(ToString::to_string).unwrap_or_default()
    };
    let value = |row: &[String]| {
        if spikes {
            first.filter(|f| f.as_slice() == row).map(|_| 1)
        } else {
            row.get(column).and_then(|cell| cell.parse().ok())
        }
    };
    let [sample, step] = [0, 1].map(|i| time.get(i).copied().unwrap_or(0));
    Divergence { record: record.into(), sample, step, name, before: value(&a), after: value(&b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_that_no_placement_changes_are_function() {
        let counters = serde_json::to_value(trace::Counters::default()).unwrap();
        let mut other = counters.clone();
        for (_, value) in other.as_object_mut().unwrap() {
            *value = 7.into();
        }
        let [function, circumstances] = summaries(&counters, &other);
        let kept: trace::Counters = serde_json::from_value(other).unwrap();
        let placed = kept.rows().into_iter().zip(kept.of_function().rows()).filter(|(all, kept)| all != kept);
        let placed: BTreeSet<&str> = placed.map(|(all, _)| all.0).collect();
        assert_eq!(circumstances.iter().map(|f| f.name.as_str()).collect::<BTreeSet<_>>(), placed);
        assert_eq!(function.len() + placed.len(), kept.rows().len());
    }

    #[test]
    fn the_first_value_that_differs() {
        let (a, b) =
            ("sample,step,a[0],a[1]\n0,1,5,6\n0,2,7,8\n", "sample,step,a[0],a[1]\n0,1,5,6\n0,2,7,9\n");
        let found = difference("a.v", a, b).unwrap();
        assert_eq!((found.step, found.name.as_str()), (2, "a[1]"));
        assert_eq!((found.before, found.after), (Some(8), Some(9)));
        assert_eq!(difference("a.v", a, a), None);
    }

    #[test]
    fn the_first_spike_that_differs() {
        let head = "sample,step,index,name\n";
        let (a, b) = (
            format!("{head}0,3,1,a[1]\n0,9,0,a[0]\n"),
            format!("{head}0,3,1,a[1]\n0,5,2,a[2]\n0,9,0,a[0]\n"),
        );
        let found = difference("a.spikes", &a, &b).unwrap();
        assert_eq!((found.step, found.name.as_str()), (5, "a[2]"));
        assert_eq!((found.before, found.after), (None, Some(1)));
    }
}
