//! What a run counts (contract 3 and 9).

use serde::{Deserialize, Serialize};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Counts of a run. They add up over steps, cores and samples.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Counters { $($(#[$doc])* pub $name: u64,)* }

        impl Counters {
            /// Name and value of each counter.
            #[must_use]
            pub fn rows(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name),)*]
            }
        }

        impl std::ops::AddAssign for Counters {
            fn add_assign(&mut self, other: Self) { $(self.$name += other.$name;)* }
        }

        impl std::ops::Sub for Counters {
            type Output = Self;
            fn sub(self, other: Self) -> Self { Self { $($name: self.$name - other.$name,)* } }
        }
    };
}

counters! {
    /// Fires of compartments.
    spikes,
    /// Messages: one per fire and axon entry, and per input event and entry.
    messages,
    /// Tile steps of each message under XY routing, chip links apart.
    hops,
    /// Crossings between chips.
    chip_links,
    /// Synapse entries read for serviced messages.
    synaptic_operations,
    /// Updates of compartments that had something to do.
    updates_active,
    /// Updates of compartments at rest, padding included.
    updates_inactive,
    /// Sums of a slot that did not fit 22 bits.
    q_wrap,
    /// Currents that did not fit 24 bits.
    u_wrap,
    /// Currents with bias and noise that did not fit 24 bits.
    x_wrap,
    /// Voltages cut at vmin or vmax.
    v_limit,
    /// Voltages outside of 24 bits before the cut.
    v_range,
}

impl Counters {
    /// q_wrap + u_wrap + x_wrap + v_range (contract 3).
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

impl std::iter::Sum for Counters {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |mut sum, one| {
            sum += one;
            sum
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_at_vmin_are_no_overflow() {
        let one =
            Counters { q_wrap: 1, u_wrap: 2, x_wrap: 4, v_limit: 8, v_range: 16, ..Counters::default() };
        assert_eq!(one.overflows(), 23);
        assert_eq!([one, one].into_iter().sum::<Counters>().v_limit, 16);
        assert_eq!(one - one, Counters::default());
    }
}
