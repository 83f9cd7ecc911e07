//! What comes out of a run, and what goes in: events, counts, digests, records, summaries.
//!
//! Plain data without a chip: the emulator, the reference and the command line share it. Files are in [`files`]; nothing here prints or reads a clock.

mod analysis;
mod counters;
mod digest;
pub mod files;
mod grant;
pub mod html;
mod record;
mod stimulus;
mod summary;
pub mod svg;
pub mod text;

pub use analysis::{Decisions, decide};
pub use counters::Counters;
pub use digest::Digest;
pub use grant::{FlitGrant, hash_of};
pub use record::{Event, Moment, Raster, Recording};
pub use stimulus::Stimulus;
pub use summary::{SCHEMA, Summary};
