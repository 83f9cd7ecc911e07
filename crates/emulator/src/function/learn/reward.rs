//! The reward channel at the end of an epoch (contract 7, 1).

use isa::draw::{Stream, StreamKey};
use isa::num::{sat, trace_decay};

use super::super::core::Reward;

/// r0 and r1 of the epoch; the sum starts again.
pub fn end_reward(reward: &mut Reward, seed: u32, epoch: u32, steps: u32) {
    let Some(key) = reward.key else { return };
    let draws =
        (1..=steps).map(|s| StreamKey::new(seed, Stream::Reward, epoch, s).draw(key, 0).decay_bits(0));
    (reward.r0, reward.r1) = filtered(reward.r1, reward.sum, reward.decay, draws);
    reward.sum = 0;
}

/// (r0, r1) of the sum, after one decay of r1 per draw.
pub fn filtered(r1: i32, sum: i32, decay: u32, draws: impl Iterator<Item = u32>) -> (i32, i32) {
    let r0 = sat(sum.into(), 8);
    let magnitude = draws.fold(r1.abs(), |m, r12| trace_decay(m, decay, r12));
    (r0, sat(i64::from(r1.signum() * magnitude + r0), 8))
}

#[cfg(test)]
#[path = "../tests/reward.rs"]
mod tests;
