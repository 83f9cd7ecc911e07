//! `seamount build`: a network becomes an image.

use std::path::PathBuf;

use image::Image;
use isa::timing::Timing;
use serde_json::json;
use trace::Stimulus;

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
    write::claim("-o", arguments.out.as_deref())?;
    write::claim("--placement-svg", arguments.placement_svg.as_deref())?;
    let network = open::network(&arguments.input.path, ui)?;
    let rates =
        arguments.profile.as_deref().map(|folder| profile::read(folder, &network.graph)).transpose()?;
    let guided = rates.is_some();
    let compiled = open::compile_for(&network, &arguments.layout, rates.unwrap_or_default(), ui)?;
    check(&network, &compiled.image)?;
    let rivals = if arguments.report && guided {
        Some(Rivals::read(arguments, &network, &compiled.image, ui)?)
    } else {
        None
    };
    let out = out(arguments, &network)?;
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
    if let Some(rivals) = rivals {
        let comparison = rivals.compare(compiled.image, ui)?;
        object["profile"] = serde_json::to_value(&comparison).unwrap_or_default();
        ui.print(&comparison.text());
    }
    ui.object(&object);
    Ok(Exit::Ok)
}

/// The image's file: what was asked for, or its name.
fn out(arguments: &Arguments, network: &Network) -> Result<PathBuf, Failure> {
    if let Some(out) = &arguments.out {
        return Ok(out.clone());
    }
    let out = PathBuf::from(format!("{}.img", network.graph.name));
    write::claim("the image", Some(&out))?;
    Ok(out)
}

/// What an image is compared with, and how.
struct Rivals {
    timing: Timing,
    without: Image,
    stimulus: Stimulus,
}

impl Rivals {
    /// Places without the profile, and reads how both are run.
    fn read(arguments: &Arguments, network: &Network, image: &Image, ui: &Ui) -> Result<Self, Failure> {
        let name = arguments.calibration.as_deref().unwrap_or(calibration::DEFAULT);
        let timing = calibration::for_steps(name)?;
        let stimulus = spikes::read(&arguments.spikes, image, ui)?;
        let without = open::compile(network, &arguments.layout, ui)?.image;
        Ok(Self { timing, without, stimulus })
    }

    /// Runs the image beside the one that was placed without the profile.
    fn compare(self, image: Image, ui: &Ui) -> Result<Comparison, Failure> {
        profile::compare([self.without, image], &self.stimulus, &self.timing, &ui.bar(1, "steps"))
    }
}

/// Reads the image back and holds it against the network; a difference is our mistake.
fn check(network: &Network, image: &Image) -> Result<(), Failure> {
    compiler::check(&network.graph, image).map_err(|errors| {
        let found: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::internal(format!("the image is not the network it was made from:\n{}", found.join("\n")))
            .help("this is a bug of the compiler; please report it with the network")
    })
}
