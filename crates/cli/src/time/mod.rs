//! Time and energy at the command line: calibrations, the watched run, what is shown and written of it.

pub mod energy;
pub mod energy_screen;
pub mod files;
pub mod profile;
pub mod run;
pub mod sanafe;
pub mod screen;
pub mod support;
pub mod tally;
pub mod units;
pub mod watch;
pub mod watched;
