//! Packets from a file.

use std::path::Path;

use emulator::time::mesh::traffic::Departure;

use super::load::CYCLES_MAX;
use crate::failure::Failure;
use crate::open;

/// The first line, where there is one that names the columns.
const HEADER: &str = "cycle,source,destination";
/// Most packets of a file.
const PACKETS_MAX: usize = 10_000_000;

/// Reads lines of cycle, source and destination, on a mesh of so many nodes.
pub fn read(path: &Path, nodes: u32) -> Result<Vec<Departure>, Failure> {
    let source = open::text(path)?;
    let last = nodes.saturating_sub(1);
    let refuse = |what: String| {
        Failure::user(format!("{}: {what}", path.display())).help(format!(
            "lines are {HEADER}, e.g. 100,0,{last}; a larger --mesh, or more --cores in a tile, has more nodes"
        ))
    };
    let departures = parse(&source.text, last).map_err(refuse)?;
    if departures.is_empty() {
        return Err(refuse("no packets".into()));
    }
    Ok(departures)
}

fn parse(text: &str, last: u32) -> Result<Vec<Departure>, String> {
    let mut departures = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty()
            || line.starts_with('#')
            || (departures.is_empty() && line.replace(' ', "") == HEADER)
        {
            continue;
        }
        let departure = departure(line).ok_or_else(|| {
            format!("line {number}: `{line:.60}` is no packet; cycles are below {CYCLES_MAX}")
        })?;
        for (what, node) in [("source", departure.source), ("destination", departure.to)] {
            if node > last {
                return Err(format!("line {number}: {what} = {node}, but 0..={last} is possible"));
            }
        }
        if departures.len() == PACKETS_MAX {
            return Err(format!("line {number}: more than {PACKETS_MAX} packets"));
        }
        departures.push(departure);
    }
    Ok(departures)
}

fn departure(line: &str) -> Option<Departure> {
    let mut cells = line.split(',').map(str::trim);
    let at = cells.next()?.parse().ok().filter(|at| *at < CYCLES_MAX)?;
    let [source, to] = [cells.next()?.parse().ok()?, cells.next()?.parse().ok()?];
    cells.next().is_none().then_some(Departure { at, source, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_packets() {
        let text = "cycle, source, destination\n\n# two\n5,0,63\n 7 , 1 , 2 \n";
        let expected = [Departure { at: 5, source: 0, to: 63 }, Departure { at: 7, source: 1, to: 2 }];
        assert_eq!(parse(text, 63), Ok(expected.to_vec()));
    }

    #[test]
    fn damaged_lines_are_named() {
        for bad in [
            "5,0",
            "5,0,1,2",
            "x,0,1",
            "5,-1,0",
            "1000000000,0,0",
            "é",
            "5,0,99999999999",
            "5,64,0",
            "5,0,64",
        ] {
            let error = parse(&format!("1,2,3\n{bad}\n"), 63).unwrap_err();
            assert!(error.starts_with("line 2: "), "{error}");
        }
    }
}
