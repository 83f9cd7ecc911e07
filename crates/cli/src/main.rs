//! The `seamount` command: networks to chip images to spikes.

mod calibration;
mod chip;
mod claims;
mod commands;
mod failure;
mod flits;
mod loader;
mod nearest;
mod number;
mod open;
mod read;
mod render;
mod run;
mod time;
mod ui;
mod write;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use commands::Command;
use failure::{Exit, Failure};
use ui::Ui;

/// A Loihi-style neuromorphic chip, its toolchain and its emulator.
#[derive(Parser)]
#[command(name = "seamount", version, max_term_width = 110, arg_required_else_help = true)]
#[command(after_help = "Example: seamount new hello && seamount run hello\n\
Exit codes: 0 done, 1 your mistake, 2 ours, 3 a difference was found, 4 it does not fit the chip.")]
struct Arguments {
    /// Print one JSON object on stdout
    #[arg(long, global = true)]
    json: bool,
    /// Say nothing about what is going on
    #[arg(short, long, global = true)]
    quiet: bool,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse_from(words(std::env::args_os())) {
        Ok(arguments) => arguments,
        Err(message) => return usage(&message),
    };
    let ui = Ui::new(arguments.json, arguments.quiet);
    let outcome = std::panic::catch_unwind(|| arguments.command.run(&ui));
    let outcome = outcome.unwrap_or_else(|_| {
        let what = "this should not have happened; please report it with the command and its files";
        Err(Failure::internal(what))
    });
    let exit = outcome.unwrap_or_else(|failure| {
        ui.failure(&failure);
        failure.exit
    });
    ExitCode::from(exit as u8)
}

/// The arguments; `help --help` asks for what `help` says.
fn words(all: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut all: Vec<OsString> = all.collect();
    if all.get(1).is_some_and(|command| command == "help") {
        all.retain(|word| word != "--help" && word != "-h");
    }
    all
}

/// Help and version are answers; anything else is the user's mistake.
fn usage(message: &clap::Error) -> ExitCode {
    let json = std::env::args().any(|argument| argument == "--json");
    if json && message.use_stderr() {
        Ui::new(true, true)
            .failure(&Failure::user(message.to_string().trim_end().trim_start_matches("error: ")));
    } else {
        let _ = message.print();
    }
    ExitCode::from(if message.use_stderr() { Exit::User } else { Exit::Ok } as u8)
}
