//! `seamount run`: a network or an image on the emulated chip.
#![allow(clippy::float_arithmetic, reason = "rates for people")]

use std::path::{Path, PathBuf};

use emulator::NoObserver;
use image::{Image, Record};
use isa::spec::spec_hash;
use serde_json::json;

use crate::claims;
use crate::failure::{Exit, Failure};
use crate::open::Network;
use crate::run::options::RunOptions;
use crate::run::outcome::Outcome;
use crate::run::session::{self, Overflow, Plan};
use crate::run::{earlier, files, learned, names, probe, screen};
use crate::time::run::{self as timed, Wanted};
use crate::time::screen as time_screen;
use crate::time::watched::Watched;
use crate::ui::Ui;
use crate::write;

#[derive(clap::Args)]
#[command(after_help = "Examples: seamount run programs/digits\n          \
seamount run programs/hello --steps 1e4 --probe 'out[0..4].{u,v} every 100' --out run --json\n          \
seamount run programs/digits --timing cycle --calibration loihi1-nahuku --out run")]
pub struct Arguments {
    #[command(flatten)]
    options: RunOptions,
    /// Record variables, e.g. 'out[0..8].{u,v}', 'out.spikes'; at every step, or at those that follow: 'a->b.weight every
    /// 100' (or '@100', steps that 100 divides), 'out.v at 5, 7, 100'
    #[arg(long, visible_alias = "record", value_name = "WHAT [WHEN]")]
    probe: Vec<String>,
    /// Folder for the data, summary.json and the report [default: run/NAME, and the report alone]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write the description with weights, delays and tags as they were learned (.snn or .json)
    #[arg(long, value_name = "FILE")]
    save_net: Option<PathBuf>,
    /// Write the chip's memories as they stand at the end
    #[arg(long, value_name = "FILE")]
    save_image: Option<PathBuf>,
    #[command(flatten)]
    timing: timed::Asked,
    /// Whether an overflow is counted or is a failure
    #[arg(long, value_enum, default_value_t = Overflow::Count)]
    overflow: Overflow,
}

pub fn run(arguments: &Arguments, ui: &Ui) -> Result<Exit, Failure> {
    let (save_net, save_image) = (arguments.save_net.as_deref(), arguments.save_image.as_deref());
    learned::check_name(save_net)?;
    arguments.claim()?;
    let timing = arguments.timing.find()?;
    let (network, image) = arguments.options.open(ui)?;
    if network.is_none() && arguments.save_net.is_some() {
        return Err(
            Failure::user("--save-net needs a description, this is an image").help("use --save-image")
        );
    }
    let plan = plan(arguments, network.as_ref(), &image, ui)?;
    match &arguments.out {
        Some(folder) => files::claim(folder, files::names(&plan.records))?,
        None => claims::claim("the report", &report_folder(&image).join("index.html"))?,
    }
    announce(&image, &plan, ui);
    let bar = ui.bar(1, "steps");
    let (outcome, machine, watched) = match &timing {
        None => {
            let (outcome, machine) = session::run(image, &plan, &mut NoObserver, &bar)?;
            (outcome, machine, None)
        }
        Some(timing) => {
            let flits = arguments.timing.flit_log().is_some();
            let wanted = Wanted { timing, tables: arguments.out.is_some(), flits };
            let (outcome, machine, watched) = timed::run(image, &plan, &wanted, &bar)?;
            (outcome, machine, Some(watched))
        }
    };
    let image = machine.chip().image();
    let folder = arguments.out.as_deref().map(write::NewFolder::make).transpose()?;
    // Single files before the folder: one that cannot be written leaves no folder that looks like a whole run.
    let mut written = save_flits(arguments, watched.as_ref(), ui)?;
    written.extend(learned::save_image(save_image, machine.chip())?);
    written.extend(learned::save_net(save_net, network.as_ref(), machine.chip())?);
    let mut saved = Vec::new();
    if let Some(folder) = folder {
        let folder = folder.keep();
        earlier::remove(folder)?;
        saved = watched.as_ref().map_or(Ok(Vec::new()), |watched| watched.write(folder))?;
    }
    written.extend(save(arguments, image, (&outcome, saved), ui)?);
    show(image, (&outcome, watched.as_ref()), &written, ui);
    Ok(Exit::Ok)
}

impl Arguments {
    /// Claims every file that the run will write and whose name is known before anything is read.
    fn claim(&self) -> Result<(), Failure> {
        if let Some(folder) = &self.out {
            write::claim_folder(folder)?;
            write::claim_folder(&folder.join("time"))?;
            files::claim(folder, files::always(folder))?;
        }
        write::claim("--save-net", self.save_net.as_deref())?;
        write::claim("--save-image", self.save_image.as_deref())?;
        write::claim("--flit-log", self.timing.flit_log())
    }
}

/// Where the report goes if nobody says where.
fn report_folder(image: &Image) -> PathBuf {
    Path::new("run").join(files::plain(&image.symbols.name))
}

fn save_flits(arguments: &Arguments, watched: Option<&Watched>, ui: &Ui) -> Result<Vec<PathBuf>, Failure> {
    let flits = watched.and_then(|watched| watched.flits.as_ref());
    let (Some(flits), Some(path)) = (flits, arguments.timing.flit_log()) else { return Ok(Vec::new()) };
    let hash = flits.write(path)?;
    ui.status("Wrote", &format!("{} (hash {hash:016x})", path.display()));
    Ok(vec![path.into()])
}

fn plan(arguments: &Arguments, network: Option<&Network>, image: &Image, ui: &Ui) -> Result<Plan, Failure> {
    let mut plan = arguments.options.plan(network, image, ui)?;
    let mut records: Vec<Record> = image.session.records.clone();
    for text in &arguments.probe {
        records.extend(probe::records(text, &image.symbols)?);
    }
    // Of the description's own records its reading has warned, for the steps that it says.
    let unseen = if plan.steps == image.session.steps { image.session.records.len() } else { 0 };
    probe::never(&records[unseen..], plan.steps).into_iter().for_each(|what| ui.warning(what));
    distinct(&mut records);
    plan.records = records;
    plan.overflow = arguments.overflow;
    plan.fires = arguments.timing.is_cycle() && arguments.out.is_some();
    Ok(plan)
}

/// Keeps one of equal records, and gives others of the same name their period.
fn distinct(records: &mut Vec<Record>) {
    let mut kept: Vec<Record> = Vec::with_capacity(records.len());
    for mut record in records.drain(..) {
        if kept.contains(&record) {
            continue;
        }
        let name = record.name.clone();
        let mut number = 1;
        while kept.iter().any(|other| other.name == record.name) {
            let more = if number == 1 { String::new() } else { format!(" {number}") };
            let when = record.at.first().map_or(format!("@{}", record.every), |first| format!(" at {first}"));
            record.name = format!("{name}{when}{more}");
            number += 1;
        }
        if !kept.contains(&record) {
            kept.push(record);
        }
    }
    *records = kept;
}

fn announce(image: &Image, plan: &Plan, ui: &Ui) {
    let cores = image.cores.len();
    let all = image
        .session
        .samples
        .as_ref()
        .map(|samples| samples.passes * plan.samples.map_or(samples.count, |n| n.min(samples.count)));
    let what = match all {
        Some(samples) => format!("{samples} samples of {} steps", plan.steps),
        None => format!("{} steps", plan.steps),
    };
    let threads = if plan.threads == 1 { String::new() } else { format!(", {} threads", plan.threads) };
    let cores = screen::count(cores as u64, "core");
    ui.status("Running", &format!("{what} on {cores} of {}{threads}", image.chip.name));
}

/// Writes what was asked for: data with `--out`, beside the `tables` of its time; the report always, but with `--json` only with `--out`.
fn save(
    arguments: &Arguments,
    image: &Image,
    (outcome, tables): (&Outcome, Vec<PathBuf>),
    ui: &Ui,
) -> Result<Vec<PathBuf>, Failure> {
    let bands = names::bands(&image.symbols);
    if let Some(folder) = &arguments.out {
        let mut written = files::data(folder, outcome, tables)?;
        written.push(files::report(folder, outcome, &bands)?);
        return Ok(written);
    }
    if ui.json {
        return Ok(Vec::new());
    }
    let folder = report_folder(image);
    // Nobody asked for it: what was computed is shown all the same.
    Ok(files::report(&folder, outcome, &bands).map_or_else(
        |failure| {
            ui.warnings(&failure.warning());
            Vec::new()
        },
        |report| vec![report],
    ))
}

fn show(image: &Image, (outcome, watched): (&Outcome, Option<&Watched>), written: &[PathBuf], ui: &Ui) {
    let summary = &outcome.summary;
    let mut object = serde_json::to_value(summary).unwrap_or_default();
    object["files"] = json!(written);
    ui.object(&object);
    if ui.json {
        return;
    }
    let rate = screen::short(summary.steps as f64 / summary.wall_s.max(1e-9));
    let (spikes, took) = (screen::short(summary.counters.spikes as f64), screen::time(summary.wall_s));
    ui.status("Finished", &format!("{spikes} spikes in {took} ({rate} steps/s)"));
    ui.print(&screen::bars(outcome, &image.symbols));
    ui.print(&screen::last_values(outcome));
    for measured in &outcome.measures {
        let table = if measured.classes <= 20 { screen::confusion(measured) } else { String::new() };
        ui.print(&format!("\n{table}{}\n", screen::measure(measured)));
    }
    let c = &summary.counters;
    ui.print(&format!(
        "\ndigest {}  seed {}  contract {:016x}\n{} synaptic operations, {} messages, {} hops, {}\n",
        summary.digest,
        summary.seed,
        spec_hash(),
        c.synaptic_operations,
        c.messages,
        c.hops,
        screen::overflows(c)
    ));
    if let Some(watched) = watched {
        ui.print(&time_screen::run(watched));
    }
    if let Some(report) = written.last().filter(|file| file.ends_with("index.html")) {
        ui.print(&format!("report {}\n", report.display()));
    }
}
