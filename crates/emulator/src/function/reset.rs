//! Back to the state that an image gives.

use image::CoreImage;
use isa::synapse::{Layouts, visit_list};
use isa::words::{SynapseMap, Word};

use super::core::Core;
use super::learn::Words;
use super::load::initial_state;

/// The initial state of a core; its counters go on.
pub fn core(core: &mut Core, memories: &CoreImage) {
    initial_state(core, memories);
    let Some(learning) = &mut core.learning else { return };
    let layouts = Layouts::new(&memories.formats);
    let mut words = Words { words: core.stream.words_mut(), stride_bits: core.ring.stride_bits };
    for (unit, &axon) in learning.axons.iter().enumerate() {
        let map = SynapseMap::unpack(memories.synapse_map[usize::from(axon)]);
        let first = map.pointer as usize;
        let list = &memories.synapses[first..first + (map.atoms * map.length) as usize];
        let mut entry = learning.plastic.unit_entries[unit] as usize;
        let visited = visit_list(list, &layouts, |place, initial| {
            let format = learning.formats[place.format as usize];
            if format.rule.is_some() {
                let values = [initial.weight, initial.delay as i32, initial.tag];
                learning.plastic.store(entry, values, &format, &mut words);
            }
            entry += 1;
        });
        debug_assert!(visited.is_ok(), "the list was read when the image was loaded");
    }
}
