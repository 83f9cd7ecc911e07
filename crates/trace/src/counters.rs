//! What a run counts (contract 3 and 9).

use serde::{Deserialize, Serialize};

/// Counts of a run. All are sums, so they may be added in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Updates whose exact q was not its 22-bit value.
    pub q_wrap: u64,
    /// Updates whose exact u was not its 24-bit value.
    pub u_wrap: u64,
    /// Updates whose exact u + bias + noise was not its 24-bit value.
    pub x_wrap: u64,
    /// Updates whose v was clamped by vmin or vmax; not while held.
    pub v_limit: u64,
    /// Updates whose v left +-(2^23 - 1); not while held.
    pub v_range: u64,
    /// Updates of compartments with something to do (contract 3).
    pub updates_active: u64,
    /// Updates of other compartments, padding included.
    pub updates_inactive: u64,
    /// Fires.
    pub spikes: u64,
    /// Messages: one per fire and axon entry, and per input event and entry.
    pub messages: u64,
    /// Tile steps of the messages under XY routing, chip links apart.
    pub hops: u64,
    /// Chip links that messages crossed.
    pub chip_links: u64,
    /// Synapse entries read for serviced messages.
    pub synaptic_operations: u64,
}

impl Counters {
    /// The run's overflows: wraps, and v out of 24 bits (contract 3).
    #[must_use]
    pub const fn overflows(&self) -> u64 {
        self.q_wrap + self.u_wrap + self.x_wrap + self.v_range
    }

    /// Those that no placement changes: all but messages, hops, links and padding.
    #[must_use]
    pub const fn of_function(&self) -> Self {
        Self { updates_inactive: 0, messages: 0, hops: 0, chip_links: 0, ..*self }
    }
}

impl std::ops::AddAssign for Counters {
    fn add_assign(&mut self, other: Self) {
        self.q_wrap += other.q_wrap;
        self.u_wrap += other.u_wrap;
        self.x_wrap += other.x_wrap;
        self.v_limit += other.v_limit;
        self.v_range += other.v_range;
        self.updates_active += other.updates_active;
        self.updates_inactive += other.updates_inactive;
        self.spikes += other.spikes;
        self.messages += other.messages;
        self.hops += other.hops;
        self.chip_links += other.chip_links;
        self.synaptic_operations += other.synaptic_operations;
    }
}
