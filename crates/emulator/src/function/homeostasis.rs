//! Homeostasis at the end of an epoch (contract 5).

use isa::draw::{Stream, StreamKey};
use isa::num::{self, TRACE_MAX, trace_decay};
use isa::words::HomeostasisProfile;

use super::core::Soma;
use super::learn::Clock;

/// Largest threshold mantissa.
const VTH_MAX: i32 = 131_071;

/// Moves activity and threshold of all compartments that have homeostasis.
pub fn end_epoch(soma: &mut Soma, keys: &[u32], clock: Clock) {
    if soma.adaptive.is_empty() {
        return;
    }
    let key = StreamKey::new(clock.seed, Stream::Homeostasis, clock.epoch, 0);
    for adaptive in &mut soma.adaptive {
        let c = usize::from(adaptive.compartment);
        let r12 = key.draw(keys[c], 0).decay_bits(0);
        let now = (adaptive.activity, adaptive.vth);
        (adaptive.activity, adaptive.vth) = moved(now, &adaptive.profile, soma.fires[c].into(), r12);
        soma.threshold[c] = num::threshold(adaptive.vth as u32);
    }
    // Those without homeostasis are counted too, in a byte.
    soma.fires.fill(0);
}

/// (activity, threshold mantissa) after an epoch with `fires` fires.
fn moved((activity, vth): (i32, i32), profile: &HomeostasisProfile, fires: i32, r12: u32) -> (i32, i32) {
    let decayed = trace_decay(activity, profile.decay, r12);
    let activity = (decayed + profile.impulse as i32 * fires).min(TRACE_MAX);
    let gain = profile.gain as i32;
    let raised = if activity > profile.max as i32 { (vth + gain).min(VTH_MAX) } else { vth };
    (activity, if activity < profile.min as i32 { (raised - gain).max(0) } else { raised })
}

#[cfg(test)]
#[path = "tests/homeostasis.rs"]
mod tests;
