//! Placement: which core each part is on.

use isa::ids::CoreId;

use crate::Options;
use crate::error::Failure;
use crate::parts::Part;
use crate::tables::Tables;

/// A core for every part, in the order of parts.
///
/// # Errors
/// A pin that is no core of the board.
pub fn place(tables: &Tables, parts: &[Part], options: &Options) -> Result<Vec<CoreId>, Failure> {
    let _ = options;
    let pinned: Vec<u32> = parts.iter().filter_map(|part| part.pin).collect();
    let mut free = (0..tables.chip.cores()).filter(|core| !pinned.contains(core));
    let core = |part: &Part| part.pin.or_else(|| free.next()).map(CoreId);
    let placement: Vec<CoreId> = parts.iter().filter_map(core).collect();
    assert_eq!(placement.len(), parts.len(), "partition makes no more parts than there are cores");
    Ok(placement)
}
