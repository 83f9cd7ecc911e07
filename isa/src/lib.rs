//! The contract of the Seamount chip, declared once.
//!
//! Every word of every memory ([`mod@words`]), every code of every field ([`op`]), every limit ([`chip`]), the only
//! arithmetic ([`num`]) and the only randomness ([`draw`]) stand here; compiler, image, assembler and emulator read
//! them. The law in prose is `isa/README.md`.

pub mod chip;
mod description;
pub mod draw;
pub mod ids;
pub mod layout;
pub mod num;
pub mod op;
pub mod spec;
pub mod synapse;
pub mod timing;
pub mod words;
