//! Newtype indices of things with identity; each prints as its name and number (`core3`).

macro_rules! index {
    ($($(#[$doc:meta])* $name:ident: $repr:ty = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[derive(bincode::Encode, bincode::Decode)]
        #[serde(transparent)]
        pub struct $name(pub $repr);

        impl $name {
            /// The index as a `usize`, for slices.
            #[must_use]
            pub const fn index(self) -> usize { self.0 as usize }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, concat!($prefix, "{}"), self.0) }
        }
    )*};
}

index! {
    /// A core of the board, counted over all chips: `chip * cores_per_chip + core`.
    CoreId: u32 = "core";
    /// A chip of the board, row by row.
    ChipId: u32 = "chip";
    /// A compartment within its core, 0 up, in the order of update.
    CompartmentId: u16 = "cx";
    /// An input axon within its core: the index of its entry in the synapse map.
    AxonId: u16 = "axon";
    /// The ordinal of a compartment, input or reward channel in the graph (contract 8); draws are keyed by it.
    Key: u32 = "key";
    /// A time step, from 1.
    Step: u32 = "t";
}
