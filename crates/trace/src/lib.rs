//! What goes into a run and what comes out of it: stimuli, events, counts, digests, files, reports.

mod counters;
mod stimulus;

pub use counters::Counters;
pub use stimulus::Stimulus;
