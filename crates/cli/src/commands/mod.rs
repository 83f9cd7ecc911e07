//! One module a command.

mod asm;
mod build;
mod calibrate;
mod completions;
mod diff;
mod dis;
mod energy;
mod explain;
mod fmt;
mod inspect;
mod isa;
mod learn;
mod new;
mod noc;
mod run;

use clap::Subcommand;

use crate::failure::{Exit, Failure};
use crate::ui::Ui;

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Make a folder with a network that runs
    New(new::Arguments),
    /// Compile a network to an image
    Build(build::Arguments),
    /// Run a network or an image on the emulated chip
    Run(Box<run::Arguments>),
    /// Say what the work of a network costs, and how well that is known
    Energy(energy::Arguments),
    /// Print an image as assembly text
    Dis(dis::Arguments),
    /// Make an image from assembly text
    Asm(asm::Arguments),
    /// Compare two images, or two runs
    Diff(diff::Arguments),
    /// Show a network: parts, values, what was quantised
    Inspect(inspect::Arguments),
    /// Bring descriptions into their canonical form
    Fmt(fmt::Arguments),
    /// Explain the code of an error
    Explain(explain::Arguments),
    /// Print the contract: memories, words, codes, limits, chips
    Isa(isa::Arguments),
    /// Check and show learning rules
    Learn(learn::Arguments),
    /// Play synthetic traffic over the mesh
    Noc(Box<noc::Arguments>),
    /// Measure the constants of a calibration, and compare with what is published
    Calibrate(calibrate::Arguments),
    /// Print a completion script for a shell
    Completions(completions::Arguments),
}

impl Command {
    /// Does it.
    pub fn run(&self, ui: &Ui) -> Result<Exit, Failure> {
        match self {
            Self::New(arguments) => new::run(arguments, ui),
            Self::Build(arguments) => build::run(arguments, ui),
            Self::Run(arguments) => run::run(arguments, ui),
            Self::Energy(arguments) => energy::run(arguments, ui),
            Self::Dis(arguments) => dis::run(arguments, ui),
            Self::Asm(arguments) => asm::run(arguments, ui),
            Self::Diff(arguments) => diff::run(arguments, ui),
            Self::Inspect(arguments) => inspect::run(arguments, ui),
            Self::Fmt(arguments) => fmt::run(arguments, ui),
            Self::Explain(arguments) => explain::run(arguments, ui),
            Self::Isa(arguments) => isa::run(arguments, ui),
            Self::Learn(arguments) => learn::run(arguments, ui),
            Self::Noc(arguments) => noc::run(arguments, ui),
            Self::Calibrate(arguments) => calibrate::run(arguments, ui),
            Self::Completions(arguments) => completions::run(arguments, ui),
        }
    }
}
