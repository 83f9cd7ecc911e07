//! `seamount build`: a network becomes an image.

use std::path::PathBuf;

use image::Image;
use serde_json::json;

use crate::calibration;
use crate::failure::{Exit, Failure};
use crate::open::{self, Input, Layout, Network};
use crate::run::spikes;
use crate::time::profile::{self, Comparison};
use crate::ui::Ui;
use crate::write;

#[derive(clap::Args)]
#[command(after_help = "Examples: seamount build programs/digits -o chip.img --report\n          \
seamount build programs/digits -o chip.img --chip loihi-8 --placement-svg placement.svg\n          \
seamount run programs/digits --timing cycle --out run && seamount build programs/digits -o chip.img --profile run")]
pub struct Arguments {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    layout: Layout,
    /// The image to write [default: NAME.img]
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print how full each core is, and what binds it
    #[arg(long)]
    report: bool,
    /// Place by the traffic of an earlier run: the folder of `run --timing cycle --out DIR`; with --report both
    /// placements are run and compared
    #[arg(long, value_name = "DIR")]
    profile: Option<PathBuf>,
    #[arg(long, value_name = "NAME|FILE", help = calibration::HELP, requires = "profile")]
    calibration: Option<String>,
    /// Input events of the runs that are compared: `FILE`, or `INPUT=FILE` where there are several inputs
    #[arg(long, value_name = "[INPUT=]FILE", requires = "profile")]
    spikes: Vec<String>,
    /// Draw the placement as SVG
    #[arg(long, value_name = "FILE")]
    placement_svg: Option<PathBuf>,
}

pub fn run(arguments: &Arguments, ui: &Ui) -> Result<Exit, Failure> {
    let network = open::network(&arguments.input.path, ui)?;
    let rates =
        arguments.profile.as_deref().map(|folder| profile::read(folder, &network.graph)).transpose()?;
    let guided = rates.is_some();
    let compiled = open::compile_for(&network, &arguments.layout, rates.unwrap_or_default(), ui)?;
    check(&network, &compiled.image)?;
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.img", network.graph.name)));
    let bytes = open::bytes(&compiled.image)?;
    write::atomic(&out, &bytes)?;
    ui.status("Wrote", &format!("{} ({} bytes)", out.display(), bytes.len()));
    if let Some(path) = &arguments.placement_svg {
        write::atomic(path, compiled.report.svg().as_bytes())?;
        ui.status("Wrote", &path.display().to_string());
    }
    let mut object = json!({ "schema": trace::SCHEMA, "image": out, "bytes": bytes.len() });
    if arguments.report {
        object["report"] = serde_json::to_value(&compiled.report).unwrap_or_default();
        ui.print(&compiled.report.text());
    }
    if arguments.report && guided {
        let comparison = compare(arguments, &network, compiled.image, ui)?;
        object["profile"] = serde_json::to_value(&comparison).unwrap_or_default();
        ui.print(&comparison.text());
    }
    ui.object(&object);
    Ok(Exit::Ok)
}

/// Runs the image beside one that was placed without the profile.
fn compare(arguments: &Arguments, network: &Network, image: Image, ui: &Ui) -> Result<Comparison, Failure> {
    let timing = calibration::for_steps(arguments.calibration.as_deref().unwrap_or(calibration::DEFAULT))?;
    let without = open::compile(network, &arguments.layout, ui)?.image;
    let stimulus = spikes::read(&arguments.spikes, &image, ui)?;
    profile::compare([without, image], &stimulus, &timing, &ui.bar(1, "steps"))
}

/// Reads the image back and holds it against the network; a difference is our mistake.
fn check(network: &Network, image: &Image) -> Result<(), Failure> {
    compiler::check(&network.graph, image).map_err(|errors| {
        let found: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::internal(format!("the image is not the network it was made from:\n{}", found.join("\n")))
            .help("this is a bug of the compiler; please report it with the network")
    })
}
