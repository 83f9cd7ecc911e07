//! The codes of fields: every enumeration that a memory word can hold, in datasheet order.

/// One code of an enumeration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct CodeRow {
    /// The code as stored.
    pub code: u32,
    /// The name in text.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
}

/// An enumeration that a field can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Codes {
    /// Name of the enumeration.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Its codes, in order.
    pub rows: &'static [CodeRow],
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $vdoc:literal])* $variant:ident = $code:literal $text:literal,)* })*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[doc = $vdoc])* $variant = $code,)* }

        impl $name {
            /// The enumeration as a table.
            pub const CODES: Codes = Codes {
                name: stringify!($name),
                doc: concat!($($doc, " ",)*),
                rows: &[$(CodeRow { code: $code, name: $text, doc: concat!($($vdoc, " ",)*) },)*],
            };
            /// Every code, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];
            /// The code as stored.
            #[must_use]
            pub const fn code(self) -> u32 { self as u32 }
            /// The meaning of stored bits; `None` where the code is not assigned.
            #[must_use]
            pub const fn from_code(code: u32) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
            /// The name in text, assembly and errors.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
            /// The code of a name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)* _ => None }
            }
        }

        impl bincode::Encode for $name {
            fn encode<E: bincode::enc::Encoder>(&self, encoder: &mut E) -> Result<(), bincode::error::EncodeError> {
                self.code().encode(encoder)
            }
        }

        impl<Context> bincode::Decode<Context> for $name {
            fn decode<D: bincode::de::Decoder<Context = Context>>(
                decoder: &mut D,
            ) -> Result<Self, bincode::error::DecodeError> {
                let refused = concat!(stringify!($name), ": a code that is not assigned");
                Self::from_code(u32::decode(decoder)?).ok_or(bincode::error::DecodeError::Other(refused))
            }
        }
        bincode::impl_borrow_decode!($name);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.name()) }
        }
    )*};
}

codes! {
    /// Sign mode of a synapse format, field `fanout_type` (contract 2; chip 6.1).
    SignMode {
        /// Two's complement mantissas.
        Mixed = 1 "mixed",
        /// Mantissas 0 and up.
        Excitatory = 2 "excitatory",
        /// Mantissas 0 and down, stored as magnitude.
        Inhibitory = 3 "inhibitory",
    }
    /// How the index of a synapse is stored, field `compression` (contract 6).
    Compression {
        /// The index is stored.
        Sparse = 0 "sparse",
        /// The skip since the index before is stored.
        RunLength = 1 "run_length",
        /// Targets are consecutive.
        Dense = 3 "dense",
    }
    /// Field `syn_type` (contract 2).
    SynapseType {
        /// Adds its weight once.
        Pulse = 0 "pulse",
        /// Adds its weight for as long as its delay field says.
        Box = 1 "box",
    }
    /// How a compartment joins what its children pushed (contract 5).
    Join {
        /// Ignores the children.
        Skip = 0 "skip",
        /// Adds the children's values.
        Add = 1 "add",
        /// Least of x and the values present.
        Min = 2 "min",
        /// Greatest of x and the values present.
        Max = 3 "max",
        /// A gates B's value.
        Pass = 4 "pass",
        /// A blocks everything, else B's value is added.
        Block = 5 "block",
        /// Fires also when a child is active.
        Or = 6 "or",
        /// Fires only when all children present are active.
        And = 7 "and",
    }
    /// What a compartment does at its threshold and pushes to its parent (contract 5).
    Mode {
        /// Fires, resets, sends; pushes the threshold when it fires.
        SpikeAndReset = 0 "spike_and_reset",
        /// Never fires; pushes v.
        PassV = 1 "pass_v",
        /// Never fires; pushes v when above the threshold.
        PassVAboveThreshold = 2 "pass_above_threshold",
        /// As before, and v is cut at the threshold.
        PassVAboveThresholdSaturate = 3 "pass_above_threshold_saturate",
    }
    /// What a compartment takes from the stack (contract 5).
    StackIn {
        /// Nothing.
        None = 0 "none",
        /// A.
        PopA = 1 "pop_a",
        /// B, then A.
        PopBA = 2 "pop_b_a",
    }
    /// Source of the post events of a compartment, field `bap` (contract 5).
    BackPropagation {
        /// No post events.
        None = 0 "none",
        /// The compartment's own fire.
        Own = 1 "own",
        /// The fire of the tree's root.
        Root = 2 "root",
    }
    /// Where noise is added, shared by a core (contract 4).
    NoiseTarget {
        /// Before the wrap of q.
        Current = 0 "current",
        /// Before the wrap of x.
        Voltage = 1 "voltage",
    }
    /// Kind of an output axon entry and of its message (contract 6; chip 7).
    AxonKind {
        /// One input axon, one slot.
        Discrete = 0 "discrete",
        /// An id and an atom in 15 bits, one slot.
        Pop16 = 1 "pop16",
        /// A 12-bit id and a 10-bit atom, two slots.
        Pop32 = 2 "pop32",
    }
    /// Dependency of a product of a learning rule (contract 7).
    Dependency {
        /// A pre event in the epoch; traces are read at its step.
        X0 = 0 "x0",
        /// A post event in the epoch; traces are read at its step.
        Y0 = 1 "y0",
        /// Every 2^k epochs; traces are read at the end of the epoch.
        Uk = 2 "u",
    }
    /// What a learning program writes (contract 7).
    LearningTarget {
        /// The weight.
        W = 0 "w",
        /// The delay.
        D = 1 "d",
        /// The tag.
        T = 2 "t",
    }
    /// A variable that can be probed (contract 1; chip 13).
    Variable {
        /// Fires.
        Spikes = 0 "spikes",
        /// Current.
        U = 1 "u",
        /// Voltage, arithmetic view.
        V = 2 "v",
        /// Voltage as the register reads.
        VRegister = 3 "v_register",
        /// The threshold mantissa in force.
        Vth = 4 "vth",
        /// Activity trace of homeostasis.
        Activity = 5 "activity",
        /// Mantissas of synapses.
        Weight = 6 "weight",
        /// Delays of synapses.
        Delay = 7 "delay",
        /// Tags of synapses.
        Tag = 8 "tag",
        /// First pre trace.
        X1 = 9 "x1",
        /// Second pre trace.
        X2 = 10 "x2",
        /// First post trace.
        Y1 = 11 "y1",
        /// Second post trace.
        Y2 = 12 "y2",
        /// Third post trace.
        Y3 = 13 "y3",
        /// Reward of the last epoch.
        R0 = 14 "r0",
        /// Reward trace.
        R1 = 15 "r1",
    }
    /// What the host measures over samples; of no concern to the chip.
    MeasureKind {
        /// Share of samples whose label is the output that won.
        Accuracy = 0 "accuracy",
        /// Share of samples whose label is the most frequent one of the output that won.
        Purity = 1 "purity",
    }
    /// Code of a factor of a product (contract 7, chip 9.1).
    FactorCode {
        /// 1 if a pre event happened in the epoch.
        X0 = 0 "x0",
        /// First pre trace.
        X1 = 1 "x1",
        /// Second pre trace.
        X2 = 2 "x2",
        /// 1 if a post event happened in the epoch.
        Y0 = 3 "y0",
        /// First post trace.
        Y1 = 4 "y1",
        /// Second post trace.
        Y2 = 5 "y2",
        /// Third post trace.
        Y3 = 6 "y3",
        /// Reward of the epoch.
        R0 = 7 "r0",
        /// Reward trace.
        R1 = 8 "r1",
        /// Weight.
        W = 9 "w",
        /// Delay.
        D = 10 "d",
        /// Tag.
        T = 11 "t",
        /// Sign of weight + C.
        SgnW = 12 "sgn w",
        /// Sign of delay + C.
        SgnD = 13 "sgn d",
        /// Sign of tag + C.
        SgnT = 14 "sgn t",
        /// The constant C.
        C = 15 "c",
    }
}

impl FactorCode {
    /// Magnitude bits W of the factor: it is clamped to -2^W ..= 2^W - 1; 0 where it is not clamped (contract 7).
    #[must_use]
    pub const fn magnitude_bits(self) -> u32 {
        match self {
            Self::X0 | Self::Y0 | Self::SgnW | Self::SgnD | Self::SgnT => 0,
            Self::D => 6,
            Self::X1 | Self::X2 | Self::Y1 | Self::Y2 | Self::Y3 | Self::R0 | Self::R1 => 7,
            Self::W | Self::T | Self::C => 8,
        }
    }
    /// Whether the factor takes a constant C: all but x0 and y0 (contract 7).
    #[must_use]
    pub const fn takes_constant(self) -> bool {
        !matches!(self, Self::X0 | Self::Y0)
    }
}

/// Index bits of a synapse, by field code (contract 6).
pub const INDEX_BITS: [u32; 8] = [0, 6, 7, 8, 9, 10, 11, 12];
/// Weight bits of a synapse, by field code; code 0 stores none (contract 6).
pub const WEIGHT_BITS: [u32; 8] = [0, 1, 2, 3, 4, 5, 6, 8];
/// Tag bits by field code: 0 stores none, 3 stores 9; 1 and 2 are refused (contract 6).
pub const TAG_BITS: [Option<u32>; 4] = [Some(0), None, None, Some(9)];

/// The field code of a number of weight bits, 1..=6 or 8.
#[must_use]
pub fn weight_bits_code(bits: u32) -> Option<u32> {
    WEIGHT_BITS.iter().position(|&b| b == bits && b != 0).map(|code| code as u32)
}

/// The least field code whose index bits hold `index`.
#[must_use]
pub fn index_bits_code(index: u32) -> Option<u32> {
    (1..8).find(|&code| index < 1 << INDEX_BITS[code as usize])
}
