//! Running an image: what is recorded, how it is driven, what is written and shown.

pub mod compare;
pub mod earlier;
pub mod files;
pub mod learned;
pub mod machine;
pub mod names;
pub mod options;
pub mod outcome;
pub mod probe;
pub mod screen;
pub mod session;
pub mod spikes;
mod summary;
