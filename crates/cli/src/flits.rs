//! Flit logs: kept while a mesh is played, written as text or in few bytes, read back, compared.

use std::path::Path;

use emulator::time::mesh::log::Grant;
use emulator::time::mesh::traffic::Parts;
use emulator::time::mesh::{Log, Shape};
use serde_json::{Value, json};
use trace::files::{FLITS_MAGIC, read_flits, read_flits_csv, write_flits, write_flits_csv};
use trace::{FlitGrant, hash_of};

use crate::failure::{Exit, Failure};
use crate::ui::Ui;
use crate::{read, write};

/// Most grants that a log keeps.
const GRANTS_MAX: usize = 20_000_000;

/// A log that keeps every grant, up to a bound.
#[derive(Clone, Debug, Default)]
pub struct Keeper {
    grants: Vec<FlitGrant>,
    /// Grants beyond the bound.
    beyond: u64,
}

impl Log for Keeper {
    const RECORDS: bool = true;

    fn grant(&mut self, shape: &Shape, grant: &Grant) {
        if self.grants.len() < GRANTS_MAX {
            self.grants.push(grant.record(shape));
        } else {
            self.beyond += 1;
        }
    }
}

impl Parts for Keeper {
    fn part(&self) -> Self {
        Self::default()
    }

    fn join(&mut self, mut part: Self) {
        let room = GRANTS_MAX - self.grants.len();
        self.beyond += part.beyond + part.grants.len().saturating_sub(room) as u64;
        part.grants.truncate(room);
        self.grants.append(&mut part.grants);
    }
}

impl Keeper {
    /// Writes what was kept: as text where the name ends in csv, else in few bytes. Returns the log's hash.
    pub fn write(&self, path: &Path) -> Result<u64, Failure> {
        if self.beyond > 0 {
            let all = self.grants.len() as u64 + self.beyond;
            let what = format!("{}: {all} grants, a flit log holds {GRANTS_MAX}", path.display());
            return Err(Failure::user(what)
                .help("play fewer cycles, packets, steps or samples: `--samples 20` of a run, `--window 10000` of a mesh"));
        }
        match path.extension().is_some_and(|extension| extension == "csv") {
            true => write::atomic(path, write_flits_csv(&self.grants).as_bytes())?,
            false => write::atomic(path, &write_flits(&self.grants))?,
        }
        Ok(hash_of(&self.grants))
    }
}

/// The grants of a file, if it is a flit log: by its first bytes, or text whose first line says so.
pub fn read(path: &Path) -> Result<Option<Vec<FlitGrant>>, Failure> {
    let about = std::fs::metadata(path).map_err(|error| Failure::io("read", path, &error))?;
    if !about.is_file() {
        return Ok(None);
    }
    let failed = |what: String| Failure::user(format!("{}: {what}", path.display()));
    if path.extension().is_some_and(|extension| extension == "csv") {
        return read_flits_csv(&read::text(path)?).map(Some).map_err(|error| {
            failed(error.to_string()).help("`seamount noc --flit-log FILE.csv` writes a flit log")
        });
    }
    let bytes = read::data(path).map_err(|error| Failure::io("read", path, &error))?;
    if !bytes.starts_with(&FLITS_MAGIC) {
        let named = path.extension().is_some_and(|extension| extension == "flits");
        return if named { Err(failed("not a flit log".into())) } else { Ok(None) };
    }
    read_flits(&bytes).map(Some).map_err(|error| failed(error.to_string()))
}

/// Compares two logs up to the first grant that differs.
pub fn diff(a: &[FlitGrant], b: &[FlitGrant], ui: &Ui) -> Exit {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (before, after) = (a.get(same), b.get(same));
    let equal = before.is_none() && after.is_none();
    ui.object(&json!({
        "schema": trace::SCHEMA,
        "equal": equal,
        "grants": [a.len(), b.len()],
        "hashes": [format!("{:016x}", hash_of(a)), format!("{:016x}", hash_of(b))],
        "first": if equal { Value::Null } else { json!({ "grant": same, "before": object(before), "after": object(after) }) },
    }));
    if equal {
        ui.print(&format!("equal: {} grants, hash {:016x}\n", a.len(), hash_of(a)));
        return Exit::Ok;
    }
    ui.print(&format!("first difference behind {same} equal grants of {} and {}:\n", a.len(), b.len()));
    ui.print(&format!("  {}\n  {}\n", sentence(before), sentence(after)));
    Exit::Divergence
}

fn port(index: u8) -> &'static str {
    FlitGrant::PORTS.get(usize::from(index)).copied().unwrap_or("the router itself")
}

/// `cycle 12, network 0, tile (3, 1): W to E, spike 5 of core 7`.
fn sentence(grant: Option<&FlitGrant>) -> String {
    let Some(grant) = grant else { return "the log ends".into() };
    let FlitGrant { cycle, net, y, x, output, input, kind, epoch, source, sequence } = *grant;
    let kind = FlitGrant::KINDS[usize::from(kind & 7)];
    let origin = match source {
        FlitGrant::NO_SOURCE => format!("{kind} of epoch {}", u8::from(epoch)),
        source => format!("{kind} {sequence} of core {source}, epoch {}", u8::from(epoch)),
    };
    format!("cycle {cycle}, network {net}, tile ({x}, {y}): {} to {}, {origin}", port(input), port(output))
}

fn object(grant: Option<&FlitGrant>) -> Value {
    let Some(grant) = grant else { return Value::Null };
    let FlitGrant { cycle, net, y, x, output, input, kind, epoch, source, sequence } = *grant;
    json!({
        "cycle": cycle, "net": net, "y": y, "x": x, "output": port(output), "input": port(input),
        "kind": FlitGrant::KINDS[usize::from(kind & 7)], "epoch": u8::from(epoch),
        "source": (source != FlitGrant::NO_SOURCE).then_some(source), "sequence": sequence,
    })
}
