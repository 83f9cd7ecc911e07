//! What a command is given: a program folder, a description, a graph as JSON, or an image; and the way from one to
//! the next.

use std::path::{Path, PathBuf};
use std::time::Instant;

use compiler::{Misfit, Options, Stage, Watch};
use image::Image;
use isa::chip::ChipDescription;
use network::graph::Graph;

use crate::chip;
use crate::failure::{Exit, Failure, Finding, Place, Source};
use crate::loader::Beside;
use crate::number;
use crate::read;
use crate::render;
use crate::run::screen;
use crate::ui::Ui;

/// A network or an image, by path.
#[derive(clap::Args)]
pub struct Input {
    /// A folder with main.snn, a description (.snn), a graph (.json) or an image (.img)
    #[arg(default_value = ".")]
    pub path: PathBuf,
}

/// How a network becomes an image.
#[derive(clap::Args)]
pub struct Layout {
    #[arg(long, value_name = "NAME|FILE", help = chip::HELP)]
    pub chip: Option<String>,
    /// Seed of the search for a placement; no spike depends on it [default: 0]
    #[arg(long, value_name = "SEED", value_parser = number::long_seed, allow_negative_numbers = true)]
    pub placement_seed: Option<u64>,
    /// Spread over at least so many cores [default: 1]
    #[arg(long, value_name = "CORES", value_parser = number::count::<{ u32::MAX }>, allow_negative_numbers = true)]
    pub cores_min: Option<u32>,
}

impl Layout {
    /// An image has its layout: what is asked of another is refused.
    pub fn refuse_for(&self, path: &Path, image: &Image) -> Result<(), Failure> {
        let given = [
            ("--chip", self.chip.is_some()),
            ("--placement-seed", self.placement_seed.is_some()),
            ("--cores-min", self.cores_min.is_some()),
        ];
        let Some((option, _)) = given.into_iter().find(|(_, given)| *given) else { return Ok(()) };
        let what = format!(
            "{option} is for networks; {} is an image, made for `{}`",
            path.display(),
            image.chip.name
        );
        Err(Failure::user(what).help(format!("build the network anew: seamount build NETWORK {option} ..")))
    }
}

/// A graph with the text it came from.
pub struct Network {
    /// The graph.
    pub graph: Graph,
    /// Its text, where it came from one.
    pub source: Option<Source>,
    /// What was quantised on the way.
    pub notes: Vec<network::Note>,
}

/// What a path holds.
pub enum Given {
    /// A network.
    Network(Box<Network>),
    /// An image.
    Image(Box<Image>),
}

/// Reads what `path` holds.
pub fn open(path: &Path, ui: &Ui) -> Result<Given, Failure> {
    let file = file_of(path)?;
    match file.extension().and_then(|e| e.to_str()) {
        Some("snn") => network_of_text(&file, ui).map(Box::new).map(Given::Network),
        Some("json") => network_of_json(&file).map(Box::new).map(Given::Network),
        _ => image_of(&file).map(Box::new).map(Given::Image),
    }
}

/// Reads a network; an image is refused.
pub fn network(path: &Path, ui: &Ui) -> Result<Network, Failure> {
    match open(path, ui)? {
        Given::Network(network) => Ok(*network),
        Given::Image(_) => Err(Failure::user(format!("{} is an image, a network is wanted", path.display()))
            .help("name a folder with main.snn, a description or a graph as JSON")),
    }
}

/// Reads an image, or compiles one.
pub fn image(path: &Path, layout: &Layout, ui: &Ui) -> Result<Image, Failure> {
    match open(path, ui)? {
        Given::Image(image) => layout.refuse_for(path, &image).map(|()| *image),
        Given::Network(network) => Ok(compile(&network, layout, ui)?.image),
    }
}

/// The main.snn of a folder; a file is itself.
fn file_of(path: &Path) -> Result<PathBuf, Failure> {
    if !path.is_dir() {
        return Ok(path.to_path_buf());
    }
    let main = path.join("main.snn");
    if main.is_file() {
        return Ok(if path == Path::new(".") { PathBuf::from("main.snn") } else { main });
    }
    if path.join("summary.json").is_file() {
        let what = format!("{} holds what a run left, and no network", path.display());
        return Err(Failure::user(what).help("name the program, description or image that was run"));
    }
    let failure = Failure::user(format!("{} has no main.snn", path.display()));
    Err(failure.help("name a description, or make a program with `seamount new hello`"))
}

/// The text of a file with its name.
pub fn text(path: &Path) -> Result<Source, Failure> {
    Ok(Source { name: path.display().to_string(), text: read::text(path)?.into() })
}

fn network_of_text(path: &Path, ui: &Ui) -> Result<Network, Failure> {
    let source = text(path)?;
    let reading = network::read(&source.text, &Beside::of(path));
    let mut reading = reading.map_err(|diagnostics| diagnosed(&diagnostics.0, source.clone()))?;
    if !reading.warnings.0.is_empty() {
        ui.warnings(&diagnosed(&reading.warnings.0, source.clone()));
    }
    if reading.graph.name.is_empty() {
        reading.graph.name = name_of(path);
    }
    Ok(Network { graph: reading.graph, source: Some(source), notes: reading.notes })
}

/// Findings of diagnostics in a text.
pub fn diagnosed(diagnostics: &[network::Diagnostic], source: Source) -> Failure {
    let findings = diagnostics.iter().map(|d| Finding::of(d)).collect();
    Failure { exit: Exit::User, findings, source: Some(source) }
}

fn network_of_json(path: &Path) -> Result<Network, Failure> {
    let source = text(path)?;
    let mut graph = network::from_json(&source.text).map_err(|found| diagnosed(&found.0, source.clone()))?;
    if graph.name.is_empty() {
        graph.name = name_of(path);
    }
    Ok(Network { graph, source: None, notes: Vec::new() })
}

fn image_of(path: &Path) -> Result<Image, Failure> {
    let bytes = read::image(path).map_err(|error| Failure::io("read", path, &error))?;
    if bytes.is_empty() {
        let what = format!("{} is empty", path.display());
        return Err(Failure::user(what).help("make it anew: seamount build NETWORK -o chip.img"));
    }
    Image::from_bytes(&bytes).map_err(|error| {
        let refused = Failure::user(format!("{}: {error}", path.display()));
        let other = !bytes.starts_with(&image::bytes::MAGIC);
        if other {
            refused.help("names of descriptions end in .snn, those of graphs in .json")
        } else {
            refused
        }
    })
}

/// The folder's name for a main.snn, else the file's.
fn name_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if stem != "main" {
        return stem;
    }
    let folder =
        path.canonicalize().ok().and_then(|p| Some(p.parent()?.file_name()?.to_string_lossy().into_owned()));
    folder.unwrap_or(stem)
}

/// Compiles a network for the chip that the layout names.
pub fn compile(network: &Network, layout: &Layout, ui: &Ui) -> Result<compiler::Compiled, Failure> {
    compile_for(network, layout, Vec::new(), ui)
}

/// Compiles a network for the traffic of sources that fire at `rates` in 1,000 steps, by key; empty to estimate them.
pub fn compile_for(
    network: &Network,
    layout: &Layout,
    rates: Vec<u32>,
    ui: &Ui,
) -> Result<compiler::Compiled, Failure> {
    let chip = chip::find(layout.chip.as_deref().unwrap_or(chip::DEFAULT))?;
    let cores_min = layout.cores_min.unwrap_or(1);
    if cores_min > chip.cores() {
        let what = format!("--cores-min {cores_min}: `{}` has {} cores", chip.name, chip.cores());
        return Err(Failure::user(what).help("name a larger board with --chip: seamount isa chips"));
    }
    let seed = layout.placement_seed.unwrap_or(0);
    let options = Options { seed, cores_min, rates, ..Options::default() };
    #[allow(clippy::disallowed_methods, reason = "how long it took is for people")]
    let start = Instant::now();
    let compiled = watched(&network.graph, &chip, &options, ui).map_err(|error| refused(error, network))?;
    let (graph, used) = (&network.graph, compiled.image.cores.len());
    if used < cores_min as usize && layout.cores_min.is_some() {
        ui.warning(format!("--cores-min {cores_min}: only {used} are used, the network has no more parts"));
    }
    let took = screen::time(start.elapsed().as_secs_f64());
    let count = |n: usize, what| screen::count(n as u64, what);
    let neurons = graph.populations.iter().map(|p| p.size as usize).sum();
    let (populations, neurons) = (count(graph.populations.len(), "population"), count(neurons, "neuron"));
    let counts = format!("{populations}, {neurons}, {}", count(used, "core"));
    ui.status("Compiling", &format!("{} ({counts}) in {took}", graph.name));
    Ok(compiled)
}

/// Compiles with a line that says what is being done.
fn watched(
    graph: &Graph,
    chip: &ChipDescription,
    options: &Options,
    ui: &Ui,
) -> Result<compiler::Compiled, compiler::Failure> {
    let line = ui.stages();
    let all: u64 = graph.populations.iter().map(|p| u64::from(p.size)).sum();
    let tell = |stage: Stage, placed: usize| {
        line.set_message(match stage {
            Stage::Partition => format!("Compiling: {}, {placed} of {all} neurons", stage.name()),
            _ => format!("Compiling: {}", stage.name()),
        });
    };
    let compiled = compiler::compile_watched(graph, chip, options, &Watch::new(&tell));
    line.finish_and_clear();
    compiled
}

fn refused(error: compiler::Failure, network: &Network) -> Failure {
    let (exit, findings) = match error {
        compiler::Failure::Invalid(problems) => {
            let findings = problems.into_iter().map(|p| Finding::of(&network::Diagnostic::from(p)));
            (Exit::User, findings.collect())
        }
        compiler::Failure::DoesNotFit(misfits) => {
            let text = network.source.as_ref().map(|source| &*source.text);
            (Exit::Resources, misfits.iter().map(|found| misfit(found, text)).collect())
        }
    };
    Failure { exit, findings, source: network.source.clone() }
}

/// A misfit in the text of its network, with its sum as notes.
fn misfit(misfit: &Misfit, text: Option<&str>) -> Finding {
    let mut notes = Vec::new();
    sum((&misfit.terms, text), 0, &mut notes);
    let place =
        Place { start: misfit.span.start as usize, end: misfit.span.end as usize, label: String::new() };
    Finding {
        code: Some(misfit.code.into()),
        message: misfit.message.clone(),
        places: if place.end > 0 { vec![place] } else { Vec::new() },
        notes,
        help: misfit.fixes.clone(),
        ..Finding::default()
    }
}

/// Terms that read the same are told apart by their lines.
fn sum((terms, source): (&[compiler::Term], Option<&str>), depth: usize, notes: &mut Vec<String>) {
    for (i, term) in terms.iter().enumerate() {
        let sign = if i == 0 { ' ' } else { '+' };
        let alike = terms.iter().filter(|other| other.text == term.text).count() > 1;
        let line = source.filter(|_| alike && term.span.end > 0).map_or_else(String::new, |text| {
            format!(", line {}", render::position(text, term.span.start as usize).line)
        });
        notes.push(format!("{}{sign} {:>6}  {}{line}", "  ".repeat(depth), term.amount, term.text));
        sum((&term.terms, source), depth + 1, notes);
    }
}

/// The bytes of an image.
pub fn bytes(image: &Image) -> Result<Vec<u8>, Failure> {
    image.to_bytes().map_err(|error| Failure::user(format!("the image cannot be written: {error}")))
}
