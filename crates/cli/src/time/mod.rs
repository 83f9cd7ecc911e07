//! Time and energy at the command line: calibrations, the watched run, what is shown and written of it.

pub mod calibration;
pub mod energy;
pub mod energy_screen;
pub mod files;
pub mod run;
pub mod screen;
pub mod tally;
pub mod units;
pub mod watch;
