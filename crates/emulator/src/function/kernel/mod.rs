//! The inner loops, compiled for several instruction sets and chosen at run time.
//!
//! The only module with unsafe code: calls into functions of a chosen instruction set, prefetch, and indices that a
//! mask keeps in bounds. Every kernel is tested against its plain form and against `isa`.
#![allow(unsafe_code, reason = "SIMD and prefetch; every bound is stated where it is used")]

mod draws;
mod lanes;
mod products;
mod serve;
mod stream;
mod update;
#[cfg(target_arch = "x86_64")]
mod update512;

pub use draws::{draw_low, draw_units};
pub use lanes::{EachLane, Lanes, Tally, UpdateParams};
pub use products::{BATCH, COLUMNS, Column, Factor, Product, Rounding, add_product, round, store_weights};
pub use serve::{Inbox, prefetch, serve, touch, touch_list};
pub use stream::{Aligned, Message, Stream};
pub use update::{active, update};

/// Lanes of the widest vector, the granule of all arrays of compartments.
pub const LANES: usize = 16;

/// An instruction set that this machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level(Set);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// The best that this machine has.
    #[must_use]
    pub fn detect() -> Self {
        Self::supported().last().copied().unwrap_or(Self(Set::Baseline))
    }

    /// All that this machine has, the plainest first.
    #[must_use]
    pub fn supported() -> Vec<Self> {
        let mut levels = vec![Self(Set::Baseline)];
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2");
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl");
            levels.extend(avx2.then_some(Self(Set::Avx2)));
            levels.extend((avx2 && avx512).then_some(Self(Set::Avx512)));
        }
        levels
    }
}

/// Defines a function that runs `$body` compiled for the level it is given.
macro_rules! dispatched {
    ($(#[$doc:meta])* pub fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? = $body:path) => {
        $(#[$doc])*
        pub fn $name(level: $crate::function::kernel::Level, $($arg: $ty),*) $(-> $ret)? {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi1,bmi2,popcnt,lzcnt")]
            fn avx512($($arg: $ty),*) $(-> $ret)? { $body($($arg),*) }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt")]
            fn avx2($($arg: $ty),*) $(-> $ret)? { $body($($arg),*) }
            match level.0 {
                $crate::function::kernel::Set::Baseline => $body($($arg),*),
                // SAFETY: a Level exists only for an instruction set that was detected.
                #[cfg(target_arch = "x86_64")]
                $crate::function::kernel::Set::Avx2 => unsafe { avx2($($arg),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                $crate::function::kernel::Set::Avx512 => unsafe { avx512($($arg),*) },
            }
        }
    };
}
pub(crate) use dispatched;
