//! Sizes of a core's memories: within the chip's limits, and of one length where they belong together.

use isa::chip::Limits;

use super::Problems;
use crate::{CoreImage, KeyRun, Memory};

/// Checks sizes and the words that all compartments share.
pub fn check(core: &CoreImage, limits: &Limits, problems: &mut Problems) {
    for &memory in Memory::ALL {
        let (rows, max) = (core.rows(memory), memory.spec().entries(limits) as usize);
        let what = format_args!("{rows} rows, the chip has {max}");
        problems.demand(rows <= max, memory.name(), what);
    }
    lengths(core, problems);
    shared(core, limits, problems);
}

/// Number of things in key runs.
pub fn count(runs: &[KeyRun]) -> u64 {
    runs.iter().map(|run| u64::from(run.count)).sum()
}

fn lengths(core: &CoreImage, problems: &mut Problems) {
    let n = core.compartments.len();
    let mut same = |memory: Memory, optional: bool, of: usize| {
        let rows = core.rows(memory);
        let what = format_args!("{rows} rows, {of} are needed");
        problems.demand(rows == of || (optional && rows == 0), memory.name(), what);
    };
    same(Memory::CompartmentState, false, n);
    same(Memory::AxonMap, false, n);
    same(Memory::HomeostasisState, true, n);
    same(Memory::PostTraceState, true, n);
    same(Memory::HomeostasisProfiles, true, core.profiles.len());
    let keys = count(&core.compartment_keys);
    problems.demand(keys == n as u64, "keys", format_args!("{keys} keys for {n} compartments"));
    let learning = core.synapse_map.len().saturating_sub(core.learning.first_learning_axon as usize) / 2;
    let keys = count(&core.axon_keys);
    problems.demand(
        keys == learning as u64,
        "keys",
        format_args!("{keys} keys for {learning} learning axons"),
    );
    let overflow = core.compartment_keys.iter().chain(&core.axon_keys).find(|run| {
        u64::from(run.key.0) + u64::from(run.stride) * u64::from(run.count.saturating_sub(1))
            > u32::MAX.into()
    });
    if let Some(run) = overflow {
        problems.add(
            "keys",
            format_args!("{} keys from {} in steps of {} exceed 32 bits", run.count, run.key, run.stride),
        );
    }
}

fn shared(core: &CoreImage, limits: &Limits, problems: &mut Problems) {
    let (shared, n) = (&core.shared, core.compartments.len());
    let updated = 4 * u64::from(shared.num_updates);
    let what = format_args!("{updated} compartments are updated, the core holds {n}");
    problems.demand(updated >= n as u64, "shared_config num_updates", what);
    let what = format_args!("{updated} compartments are updated, the chip has {}", limits.compartments);
    problems.demand(
        updated <= u64::from(limits.compartments.next_multiple_of(4)),
        "shared_config num_updates",
        what,
    );
    let max = limits.delay_bits_max;
    let what = format_args!("{}, 3..={max} are possible", shared.delay_bits);
    problems.demand((3..=max).contains(&shared.delay_bits), "shared_config delay_bits", what);
    let (need, have) = ((n as u64) << shared.delay_bits.min(32), limits.accumulators);
    let what = format_args!("{n} compartments need {need} accumulators, the chip has {have}");
    problems.demand(need <= have.into(), "shared_config delay_bits", what);
    problems.demand(shared.vmin_exponent <= 23, "shared_config vmin_exponent", "0..=23 are possible");
    problems.demand(shared.noise_exponent <= 23, "shared_config noise_exponent", "0..=23 are possible");
    problems.demand(shared.epoch >= 1, "shared_config epoch", "0: an epoch has 1..=63 steps");
}

/// Whether every value fits its field: an image in memory may hold any integer.
pub fn rows_fit(core: &CoreImage, problems: &mut Problems) -> bool {
    let before = problems.found.len();
    for &memory in Memory::ALL {
        if let Err(misfit) = core.each_bits(memory, |_| ()) {
            problems.add(format_args!("{} row {}", memory.name(), misfit.row), misfit.error);
        }
    }
    problems.found.len() == before
}
