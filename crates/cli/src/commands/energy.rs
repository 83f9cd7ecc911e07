//! `seamount energy`: what the work of a network costs, calibrations side by side.

use serde_json::json;

use crate::calibration;
use crate::failure::{Exit, Failure};
use crate::run::options::RunOptions;
use crate::time::{energy, energy_screen};
use crate::ui::Ui;

/// The calibrations where nothing is said.
const DEFAULTS: &str = "loihi1-davies2018,loihi1-nahuku";

#[derive(clap::Args)]
#[command(after_help = "Examples: seamount energy programs/digits --samples 20\n          \
seamount energy programs/hello --steps 1e4 --calibration loihi1-nahuku --json\n\n\
Energies are counts times the table of a calibration; each says how well its constants are known.")]
pub struct Arguments {
    #[command(flatten)]
    options: RunOptions,
    /// Calibrations, side by side: names (`seamount isa calibrations`) or files
    #[arg(long, value_name = "NAME|FILE,..", value_delimiter = ',', default_value = DEFAULTS)]
    calibration: Vec<String>,
    /// Print every core
    #[arg(long)]
    cores: bool,
}

pub fn run(arguments: &Arguments, ui: &Ui) -> Result<Exit, Failure> {
    if arguments.calibration.iter().any(String::is_empty) {
        let what = format!("--calibration {}: a name is empty", arguments.calibration.join(","));
        return Err(Failure::user(what).help("commas stand between names, none behind the last"));
    }
    let timings: Result<Vec<_>, Failure> =
        arguments.calibration.iter().map(|name| calibration::for_steps(name)).collect();
    let timings = timings?;
    let (network, image) = arguments.options.open(ui)?;
    let plan = arguments.options.plan(network.as_ref(), &image, ui)?;
    let bill = energy::run(image, &plan, &timings, &ui.bar(1, "steps"))?;
    let mut object = bill.object();
    object["schema"] = json!(trace::SCHEMA);
    ui.object(&object);
    ui.print(&energy_screen::text(&bill, arguments.cores));
    Ok(Exit::Ok)
}
