//! `seamount energy`: what the work of a network costs, calibrations side by side.

use image::Image;
use serde_json::json;

use crate::calibration;
use crate::commands::run;
use crate::failure::{Exit, Failure};
use crate::number;
use crate::open::{self, Given, Input, Layout, Network};
use crate::run::session::{Overflow, Plan};
use crate::run::spikes;
use crate::time::{energy, energy_screen};
use crate::ui::Ui;

/// The calibrations where nothing is said.
const DEFAULTS: &str = "loihi1-davies2018,loihi1-nahuku";

#[derive(clap::Args)]
#[command(after_help = "Examples: seamount energy programs/digits --samples 20\n          \
seamount energy chip.img --steps 1e4 --calibration loihi1-nahuku --json\n\n\
Energies are counts times the table of a calibration; each says how well its constants are known.")]
pub struct Arguments {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    layout: Layout,
    /// Calibrations, side by side: names (`seamount isa calibrations`) or files
    #[arg(long, value_name = "NAME|FILE,..", value_delimiter = ',', default_value = DEFAULTS)]
    calibration: Vec<String>,
    /// Steps of the run, or of each sample [default: what the network says]
    #[arg(long, value_parser = number::steps, allow_negative_numbers = true)]
    steps: Option<u32>,
    /// Seed of noise, Poisson inputs and learning [default: what the network says]
    #[arg(long, value_parser = number::seed, allow_negative_numbers = true)]
    seed: Option<u32>,
    /// Run only the first samples
    #[arg(long, value_name = "COUNT", value_parser = number::count::<{ u32::MAX }>, allow_negative_numbers = true)]
    samples: Option<u32>,
    /// Host threads; no result depends on them
    #[arg(long, default_value_t = 1, value_parser = number::count::<1024>, allow_negative_numbers = true)]
    threads: u32,
    /// Input events from a file: `FILE`, or `INPUT=FILE` where there are several inputs
    #[arg(long, value_name = "[INPUT=]FILE")]
    spikes: Vec<String>,
    /// Print every core
    #[arg(long)]
    cores: bool,
}

pub fn run(arguments: &Arguments, ui: &Ui) -> Result<Exit, Failure> {
    let timings: Result<Vec<_>, Failure> =
        arguments.calibration.iter().map(|name| calibration::for_steps(name)).collect();
    let timings = timings?;
    let (network, mut image) = given(arguments, ui)?;
    image.seed = arguments.seed.unwrap_or(image.seed);
    let plan = plan(arguments, network.as_ref(), &image, ui)?;
    let bill = energy::run(image, &plan, &timings, &ui.bar(1, "steps"))?;
    let mut object = bill.object();
    object["schema"] = json!(trace::SCHEMA);
    ui.object(&object);
    ui.print(&energy_screen::text(&bill, arguments.cores));
    Ok(Exit::Ok)
}

fn given(arguments: &Arguments, ui: &Ui) -> Result<(Option<Network>, Image), Failure> {
    match open::open(&arguments.input.path, ui)? {
        Given::Image(image) => {
            arguments.layout.refuse_for(&arguments.input.path, &image)?;
            Ok((None, *image))
        }
        Given::Network(network) => {
            let image = open::compile(&network, &arguments.layout, ui)?.image;
            Ok((Some(*network), image))
        }
    }
}

fn plan(arguments: &Arguments, network: Option<&Network>, image: &Image, ui: &Ui) -> Result<Plan, Failure> {
    let steps = arguments.steps.unwrap_or(image.session.steps);
    if steps == 0 {
        return Err(run::endless(network));
    }
    Ok(Plan {
        steps,
        samples: run::samples(arguments.samples, image, ui)?,
        threads: arguments.threads as usize,
        records: Vec::new(),
        stimulus: spikes::read(&arguments.spikes, image, ui)?,
        overflow: Overflow::Count,
        fires: false,
    })
}
