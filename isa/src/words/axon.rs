//! Routing tables: axon map, output axons, synapse map (contract 6; chip 7).

crate::words! {
    /// Axon map: where the output axons of a compartment lie. One word a compartment.
    AxonMap [32] {
        pointer [12:0] u "first slot in the axon memory",
        length [25:13] u "number of slots, 0 for a compartment that sends nothing",
    }
    /// Output axon, discrete: one message to one input axon. One slot.
    DiscreteAxon [64] {
        kind [1:0] u "0",
        chip [15:2] u "destination chip",
        core [27:16] u "destination core on its chip",
        axon [39:28] u "input axon there",
    }
    /// Output axon, population of 16 bits: an id and an atom share 15 bits. One slot.
    Pop16Axon [64] {
        kind [1:0] u "1",
        chip [15:2] u "destination chip",
        core [27:16] u "destination core on its chip",
        extra [30:28] u "0..=4: id has 10 - extra bits, atom 5 + extra",
        payload [45:31] u "atom | id << (5 + extra)",
    }
    /// Output axon, population of 32 bits, first slot; the second is a [`Pop32Atom`].
    Pop32Axon [64] {
        kind [1:0] u "2",
        chip [15:2] u "destination chip",
        core [27:16] u "destination core on its chip",
        axon [39:28] u "input axon there",
    }
    /// Output axon, population of 32 bits, second slot.
    Pop32Atom [64] {
        atom [9:0] u "which list of the population; to a reward axon: its low 8 bits are the signed value",
    }
    /// Synapse map: the lists of an input axon.
    SynapseMap [64] {
        pointer [15:0] u "first word in the synapse memory",
        length [27:16] u "words per list",
        base [37:28] u "compartment of index 0 (0..=255; pop16: a multiple of 4 up to 1020)",
        kind [39:38] u "0 discrete, 1 pop16, 2 pop32: kind of the messages",
        atoms [50:40] u "number of lists, atom a at pointer + a * length; 1 if discrete; 0: no list (not used, or a reward axon)",
    }
    /// Synapse map, second entry of a learning axon.
    LearningAxon [64] {
        pre_profile [1:0] u "pre-trace profile",
        x1 [8:2] u "pre trace x1, stored at the epoch's end",
        x2 [15:9] u "pre trace x2",
        tx [21:16] u "step of the event in the epoch, 1..=63; 0: none",
    }
}

impl Pop16Axon {
    /// The id in the payload.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.payload >> (5 + self.extra)
    }
    /// The atom in the payload.
    #[must_use]
    pub const fn atom(&self) -> u32 {
        self.payload & ((1 << (5 + self.extra)) - 1)
    }
    /// The payload of an id and an atom; the caller has checked their ranges.
    #[must_use]
    pub const fn payload(id: u32, atom: u32, extra: u32) -> u32 {
        atom | id << (5 + extra)
    }
}
