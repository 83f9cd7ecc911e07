//! Cores -> image: state is packed again, learned synapses in place.

use image::{CoreImage, Image};
use isa::synapse::{Entry, Layouts, rewrite_entry};
use isa::words::{LearningAxon, Word};

use super::chip::Chip;
use super::core::Core;

impl Chip {
    /// The image as its memories stand between two steps: compartments, thresholds, traces, reward, synapses.
    ///
    /// `dump(load(image)) == image`. Accumulators and messages in flight have no memory in an image: state that is
    /// to go on in another run is dumped when nothing is on its way.
    #[must_use]
    pub fn dump(&self) -> Image {
        let mut image = self.image.clone();
        image.seed = self.seed;
        for (core, memories) in self.cores.iter().zip(&mut image.cores) {
            compartments(core, memories);
            learning(core, memories);
        }
        image
    }
}

fn compartments(core: &Core, memories: &mut CoreImage) {
    let soma = &core.soma;
    for (c, state) in memories.states.iter_mut().enumerate() {
        (state.u, state.v) = (soma.u[c], soma.v[c]);
        state.refractory = (soma.hold[c] - 1).max(0) as u32;
        let config = &mut memories.compartments[c];
        if soma.bias[c] != isa::num::shifted(config.bias_mantissa, config.bias_exponent) {
            config.bias_mantissa = soma.bias[c] >> config.bias_exponent;
        }
    }
    for adaptive in &soma.adaptive {
        let c = usize::from(adaptive.compartment);
        let state = &mut memories.homeostasis_states[c];
        (state.vth_dyn, state.activity) = (adaptive.vth as u32, adaptive.activity as u32);
        state.fires = soma.fires[c].into();
    }
    let reward = &mut memories.reward;
    (reward.r0, reward.r1, reward.rsum) = (core.reward.r0, core.reward.r1, core.reward.sum);
}

fn learning(core: &Core, memories: &mut CoreImage) {
    let Some(learning) = &core.learning else { return };
    for (unit, &axon) in learning.axons.iter().enumerate() {
        let word = &mut memories.synapse_map[usize::from(axon) + 1];
        let mut traces = LearningAxon::unpack(*word);
        (traces.x1, traces.x2) = (learning.pre.values[0][unit].into(), learning.pre.values[1][unit].into());
        traces.tx = learning.pre.last[unit].into();
        let packed = traces.pack();
        debug_assert!(packed.is_ok(), "traces fit their fields");
        *word = *word & LearningAxon::unused_mask() | packed.unwrap_or_default();
    }
    for (unit, &c) in learning.compartments.iter().enumerate() {
        let Some(state) = memories.post_states.get_mut(usize::from(c)) else { continue };
        let value = |i: usize| u32::from(learning.post.values[i][unit]);
        (state.y1, state.y2, state.y3) = (value(0), value(1), value(2));
        state.ty = learning.post.last[unit].into();
        state.fired = learning.fired.contains(&(unit as u16)).into();
    }
    synapses(core, memories);
}

/// Rewrites weight, delay and tag of every plastic synapse where it lies.
fn synapses(core: &Core, memories: &mut CoreImage) {
    let Some(learning) = &core.learning else { return };
    let (plastic, layouts) = (&learning.plastic, Layouts::new(&memories.formats));
    for run in &plastic.runs {
        if learning.formats[usize::from(run.format)].rule.is_none() {
            continue;
        }
        let pointer = plastic.unit_pointer[usize::from(run.pre)] as usize;
        for i in run.start as usize..run.end as usize {
            let (weight, delay, tag) = (plastic.w[i].into(), plastic.d[i].into(), plastic.tag[i].into());
            let entry = Entry { index: 0, weight, delay, tag };
            let written =
                rewrite_entry(&mut memories.synapses[pointer..], &layouts, plastic.place[i], &entry);
            debug_assert!(written.is_ok(), "learned values fit their fields: {written:?}");
        }
    }
}
