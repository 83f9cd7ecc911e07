//! What every run is told: a network or an image, how long, from which seed, with which input.

use image::Image;

use super::session::{Overflow, Plan};
use super::spikes;
use crate::failure::{Exit, Failure, Finding, Place};
use crate::number;
use crate::open::{self, Given, Input, Layout, Network};
use crate::ui::Ui;

/// Options of commands that run a network.
#[derive(clap::Args)]
pub struct RunOptions {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    layout: Layout,
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
}

impl RunOptions {
    /// The network, if the path holds one, and its image with the seed that is asked for.
    pub fn open(&self, ui: &Ui) -> Result<(Option<Network>, Image), Failure> {
        let (network, mut image) = match open::open(&self.input.path, ui)? {
            Given::Image(image) => {
                self.layout.refuse_for(&self.input.path, &image)?;
                (None, *image)
            }
            Given::Network(network) => {
                let image = open::compile(&network, &self.layout, ui)?.image;
                (Some(*network), image)
            }
        };
        image.seed = self.seed.unwrap_or(image.seed);
        Ok((network, image))
    }

    /// How it is run; nothing is recorded.
    pub fn plan(&self, network: Option<&Network>, image: &Image, ui: &Ui) -> Result<Plan, Failure> {
        let steps = self.steps.unwrap_or(image.session.steps);
        if steps == 0 {
            return Err(endless(network));
        }
        let plan = Plan {
            steps,
            samples: samples(self.samples, image, ui)?,
            threads: self.threads as usize,
            records: Vec::new(),
            stimulus: spikes::read(&self.spikes, image, ui)?,
            overflow: Overflow::Count,
            fires: false,
        };
        late(&plan, image, ui);
        Ok(plan)
    }
}

/// Nothing says how many steps to run; the place is the end of the description.
fn endless(network: Option<&Network>) -> Failure {
    let source = network.and_then(|network| network.source.clone());
    let end = source.as_ref().map_or(0, |source| source.text.trim_end().len());
    let finding = Finding {
        code: Some("E0033".into()),
        message: "nothing says how many steps to run".into(),
        places: vec![Place { start: end, end, label: "`run` is missing, e.g. `run 100`".into() }],
        help: vec!["write `run 100` in the description, or say `--steps 100`".into()],
        ..Finding::default()
    };
    Failure { exit: Exit::User, findings: vec![finding], source }
}

/// The samples to run: those that there are, at most.
fn samples(asked: Option<u32>, image: &Image, ui: &Ui) -> Result<Option<u32>, Failure> {
    match (asked, &image.session.samples) {
        (Some(asked), None) => Err(Failure::user(format!("--samples {asked}: the network has no samples"))
            .help("`--steps` says how long it runs")),
        (Some(asked), Some(samples)) if asked > samples.count => {
            ui.warning(format!("--samples {asked}: there are {}, all of them are run", samples.count));
            Ok(None)
        }
        _ => Ok(asked),
    }
}

/// Warns of input events that come after the last step.
fn late(plan: &Plan, image: &Image, ui: &Ui) {
    let shown = image.session.samples.as_ref().filter(|samples| !samples.reset);
    let turns = shown.map_or(1, |all| all.passes.saturating_mul(plan.samples.unwrap_or(all.count)));
    let last = turns.saturating_mul(plan.steps);
    let (all, late) =
        (plan.stimulus.events.len(), plan.stimulus.events.iter().filter(|e| e.0.0 > last).count());
    if late > 0 {
        ui.warning(format!(
            "--spikes: {late} of {all} events come after the last step, {last}, and are never seen"
        ));
    }
}
