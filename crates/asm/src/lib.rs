//! Assembly text <-> image: every memory of every core in readable lines, byte for byte both ways.
//!
//! ```text
//! core 3
//!   .vth_profiles 1
//!     0 vth=400
//!   .compartment_config 64
//!     0-63 bias_mantissa=-3 vth_profile=0     ; out[0] .. out[63]
//!   .synapses 9
//!     list 0                                  ; axon0
//!       block 1
//!         0:-34 1:12@3#-5                      ; index:weight@delay#tag
//! ```
//!
//! The parts of an image (`chip`, `seed`, `host`, `session`, `symbols`, `core`) stand at the left margin, what belongs to
//! them is indented. Names of memories, words, fields and codes are those of the contract's tables. A line that is not there is 0; a
//! comment starts with `;`. [`print()`] writes the one canonical text of an image, [`parse()`] reads any.

mod error;
mod parse;
mod print;

pub use error::{AsmError, Fault};
pub use parse::parse;
pub use print::print;

use isa::words::Field;

/// The axon map of the host, whose numbers are as wide as a word allows.
const HOST_AXON_MAP: image::Layout = image::Layout {
    name: "HostAxonMap",
    fields: &[
        Field { name: "pointer", hi: 31, lo: 0, signed: false, doc: "first slot" },
        Field { name: "length", hi: 63, lo: 32, signed: false, doc: "number of slots" },
    ],
};
