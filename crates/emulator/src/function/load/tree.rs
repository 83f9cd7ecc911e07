//! Trees of compartments: the stack of a core, followed once without values (contract 5).

use image::{CoreImage, Image};
use isa::ids::CompartmentId;

use crate::error::LoadError;

/// The root of each compartment's tree: where the stack becomes empty.
///
/// # Errors
/// A pop from an empty stack, more items than the chip's stack holds, or a tree without a root.
pub fn roots(image: &Image, memories: &CoreImage) -> Result<Vec<u16>, LoadError> {
    let mut roots = vec![0u16; memories.compartments.len()];
    let (mut depth, mut first) = (0u32, 0);
    let refuse = |c: usize, problem: String| {
        Err(LoadError::Tree { core: memories.core, compartment: CompartmentId(c as u16), problem })
    };
    for (c, config) in memories.compartments.iter().enumerate() {
        let profile = memories.profiles[config.profile as usize];
        if profile.stack_in > depth {
            return refuse(c, format!("it pops {} items, the stack holds {depth}", profile.stack_in));
        }
        depth = depth - profile.stack_in + profile.stack_out;
        if depth > image.chip.limits.stack {
            return refuse(c, format!("the stack holds {} items, this is one more", image.chip.limits.stack));
        }
        if depth == 0 {
            roots[first..=c].fill(c as u16);
            first = c + 1;
        }
    }
    if depth == 0 {
        Ok(roots)
    } else {
        refuse(roots.len() - 1, format!("{depth} items are left on the stack at the end"))
    }
}
