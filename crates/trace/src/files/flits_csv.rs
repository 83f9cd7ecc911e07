//! Grants as text: a line each, ports and kinds by name.

use std::fmt::Write;

use super::FileError;
use crate::grant::{FlitGrant, ordered};

/// The first line.
const HEADER: &str = "cycle,net,y,x,output,input,kind,epoch,source,sequence";
/// The input of a marker that the router makes.
const MADE: &str = "made";

/// Grants as CSV, in order of cycle, network, row, column and output; a marker has no source.
#[must_use]
pub fn write_flits_csv(grants: &[FlitGrant]) -> String {
    let mut out = format!("{HEADER}\n");
    let name = |names: &[&'static str; 8], index: u8| names[usize::from(index & 7)];
    for grant in ordered(grants) {
        let FlitGrant { cycle, net, y, x, output, input, kind, epoch, source, sequence } = grant;
        let output = name(&FlitGrant::PORTS, output);
        let input = if input == FlitGrant::MADE_HERE { MADE } else { name(&FlitGrant::PORTS, input) };
        let (kind, epoch) = (name(&FlitGrant::KINDS, kind), u8::from(epoch));
        let source = if source == FlitGrant::NO_SOURCE { String::new() } else { source.to_string() };
        let _ = writeln!(out, "{cycle},{net},{y},{x},{output},{input},{kind},{epoch},{source},{sequence}");
    }
    out
}

/// The grants of a CSV.
///
/// # Errors
/// What is no grant, or is not behind the one before, with its line.
pub fn read_flits_csv(text: &str) -> Result<Vec<FlitGrant>, FileError> {
    let mut lines = (1..).zip(text.lines());
    if lines.next().map(|(_, line)| line.trim_end()) != Some(HEADER) {
        return Err(FileError::Line { line: 1, what: format!("a flit log begins with `{HEADER}`") });
    }
    let mut grants = Vec::<FlitGrant>::new();
    for (line, text) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let refuse = |what: String| FileError::Line { line, what };
        let grant =
            grant(text.trim_end()).ok_or_else(|| refuse(format!("`{text:.80}` is no grant: {HEADER}")))?;
        if grants.last().is_some_and(|last| last.key() >= grant.key()) {
            return Err(refuse("a grant that is not behind the one before".into()));
        }
        grants.push(grant);
    }
    Ok(grants)
}

fn grant(line: &str) -> Option<FlitGrant> {
    let mut cells = line.split(',');
    let mut cell = || cells.next();
    let index = |names: &[&str; 8], cell: &str| names.iter().position(|name| *name == cell).map(|i| i as u8);
    let cycle = cell()?.parse().ok()?;
    let [net, y, x] = [cell()?.parse().ok()?, cell()?.parse().ok()?, cell()?.parse().ok()?];
    let output = index(&FlitGrant::PORTS, cell()?)?;
    let input = match cell()? {
        MADE => FlitGrant::MADE_HERE,
        port => index(&FlitGrant::PORTS, port)?,
    };
    let kind = index(&FlitGrant::KINDS, cell()?)?;
    let epoch = matches!(cell()?, "1" | "0").then(|| line.split(',').nth(7) == Some("1"))?;
    let source = match cell()? {
        "" => FlitGrant::NO_SOURCE,
        source => source.parse().ok().filter(|source| *source != FlitGrant::NO_SOURCE)?,
    };
    let sequence = cell()?.parse().ok()?;
    cell().is_none().then_some(FlitGrant { cycle, net, y, x, output, input, kind, epoch, source, sequence })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "cycle,net,y,x,output,input,kind,epoch,source,sequence\n\
                        3,0,1,7,L0,W,spike,0,31,300\n\
                        9,1,0,0,E,made,flush,1,,0\n";

    #[test]
    fn text_comes_back() {
        let grants = read_flits_csv(TEXT).unwrap();
        assert_eq!((grants[0].output, grants[0].input, grants[0].source), (4, 1, 31));
        assert_eq!((grants[1].input, grants[1].kind, grants[1].epoch), (FlitGrant::MADE_HERE, 2, true));
        assert_eq!(grants[1].source, FlitGrant::NO_SOURCE);
        assert_eq!(write_flits_csv(&grants), TEXT);
    }

    #[test]
    fn damaged_lines_are_named() {
        let head = TEXT.lines().next().unwrap();
        for bad in [
            "",
            "3,0,1,7,L0",
            "3,0,1,7,L9,W,spike,0,31,300",
            "3,0,1,7,L0,W,spike,2,31,300",
            "-3,0,1,7,L0,W,spike,0,31,300",
            "3,0,1,7,L0,W,spike,0,4294967295,1",
            "3,0,1,7,L0,W,spike,0,31,300,1",
            "é",
        ] {
            let error =
                read_flits_csv(&format!("{head}\n1,0,1,7,L0,W,spike,0,31,299\n{bad}x\n")).unwrap_err();
            assert!(error.to_string().starts_with("line 3: "), "{bad}: {error}");
        }
        let twice = read_flits_csv(&format!("{TEXT}9,1,0,0,E,W,spike,1,3,0\n")).unwrap_err().to_string();
        assert!(twice.contains("line 4: a grant that is not behind"), "{twice}");
        assert!(read_flits_csv("t,key\n").is_err() && read_flits_csv("").is_err());
    }
}
