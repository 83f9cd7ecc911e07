//! The memories of a core as rows of words, the same for all: what bytes, assembly and differences walk over.
//!
//! A memory's number, name and width are those of `isa::spec::MEMORIES`; the accumulators are not in an image.

use isa::spec::{MEMORIES, MemorySpec};
use isa::words::{
    AxonMap, CompartmentConfig, CompartmentProfile, CompartmentState, DiscreteAxon, FactorWord, Field,
    FieldError, HomeostasisProfile, HomeostasisState, LearningAxon, LearningConfig, Pop16Axon, Pop32Atom,
    Pop32Axon, PostProfile, PostTraceState, PreProfile, ProductWord, RewardState, RuleProfile, SharedConfig,
    SynapseFormat, SynapseMap, TraceProfile, VthProfile, Word,
};

use crate::CoreImage;

/// A word of a memory with the layout that it is read by; `None` where none applies, as to packed synapses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The word's name and fields.
    pub layout: Option<Layout>,
    /// Its bits.
    pub bits: u64,
}

/// How a word is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Name of the word.
    pub name: &'static str,
    /// Its fields, lowest first.
    pub fields: &'static [Field],
}

impl Layout {
    /// The layout of a word.
    #[must_use]
    pub const fn of<W: Word>() -> Self {
        Self { name: W::NAME, fields: W::FIELDS }
    }

    /// Bits that belong to no field.
    #[must_use]
    pub fn unused(&self) -> u64 {
        self.fields.iter().fold(!0, |mask, field| mask & !field.put(-1))
    }
}

/// A typed value does not fit its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Row of the memory.
    pub row: usize,
    /// The field.
    pub error: FieldError,
}

macro_rules! memories {
    (@layout) => { None };
    (@layout $word:ident) => { Some(Layout::of::<$word>()) };
    ($($(#[doc = $doc:literal])* $name:ident = $number:literal $field:ident: $kind:ident $(<$word:ident>)?,)*) => {
        /// A memory of a core.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Memory { $($(#[doc = $doc])* $name = $number,)* }

        impl Memory {
            /// Every memory, in datasheet order.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The memory of a number; `None` where the image holds none.
            #[must_use]
            pub const fn from_number(number: u16) -> Option<Self> {
                match number { $($number => Some(Self::$name),)* _ => None }
            }
        }

        impl CoreImage {
            /// Rows of the memory.
            #[must_use]
            pub fn rows(&self, memory: Memory) -> usize {
                match memory { $(Memory::$name => $kind::rows(&self.$field),)* }
            }

            /// Calls `each` with the bits of every row, in order.
            ///
            /// # Errors
            /// The first row with a value that does not fit its field.
            pub fn each_bits(&self, memory: Memory, each: impl FnMut(u64)) -> Result<(), Misfit> {
                match memory { $(Memory::$name => $kind::each(&self.$field, each),)* }
            }

            /// Sets the memory to rows of bits; bits outside of all fields are lost.
            ///
            /// # Errors
            /// The number of rows that is expected, where the memory has a fixed number, or of which it must be a
            /// multiple.
            pub fn set_rows(&mut self, memory: Memory, rows: impl ExactSizeIterator<Item = u64>) -> Result<(), usize> {
                match memory { $(Memory::$name => $kind::set(&mut self.$field, rows),)* }
            }

            /// The layout of every row, in order, where it does not depend on the row.
            #[must_use]
            pub fn layout(memory: Memory) -> Option<Layout> {
                match memory { $(Memory::$name => memories!(@layout $($word)?),)* }
            }
        }
    };
}

memories! {
    /// Shared configuration: neurons.
    SharedConfig = 0 shared: one<SharedConfig>,
    /// Shared configuration: learning and reward.
    LearningConfig = 1 learning: one<LearningConfig>,
    /// State of the reward channel.
    RewardState = 2 reward: one<RewardState>,
    /// Compartment profiles.
    CompartmentProfiles = 3 profiles: many<CompartmentProfile>,
    /// Homeostasis of each compartment profile.
    HomeostasisProfiles = 4 homeostasis: many<HomeostasisProfile>,
    /// Threshold profiles.
    VthProfiles = 5 vth_profiles: many<VthProfile>,
    /// Pre-trace profiles, two rows each.
    PreProfiles = 6 pre_profiles: pre<TraceProfile>,
    /// Post-trace profiles, three rows each.
    PostProfiles = 7 post_profiles: post<TraceProfile>,
    /// Configuration of each compartment.
    CompartmentConfig = 8 compartments: many<CompartmentConfig>,
    /// State of each compartment.
    CompartmentState = 9 states: many<CompartmentState>,
    /// State of homeostasis of each compartment.
    HomeostasisState = 10 homeostasis_states: many<HomeostasisState>,
    /// Post traces of each compartment.
    PostTraceState = 11 post_states: many<PostTraceState>,
    /// Where the output axons of each compartment lie.
    AxonMap = 13 axon_map: many<AxonMap>,
    /// Output axon slots.
    AxonsOut = 14 axons: raw,
    /// Synapse map by input axon.
    SynapseMap = 15 synapse_map: raw,
    /// Synapse formats by id.
    SynapseFormats = 16 formats: many<SynapseFormat>,
    /// Packed synapse lists.
    Synapses = 17 synapses: raw,
    /// Learning rules.
    Rules = 18 rules: many<RuleProfile>,
    /// Microcode.
    Microcode = 19 microcode: raw16,
}

impl Memory {
    /// Its number, as management packets and section tables name it.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// Its row in the contract.
    #[must_use]
    pub fn spec(self) -> &'static MemorySpec {
        &MEMORIES[self as usize]
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// The memory of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|memory| memory.name() == name)
    }
}

impl CoreImage {
    /// Every row of the memory with its layout, in order.
    ///
    /// # Errors
    /// The first row with a value that does not fit its field.
    pub fn decoded(&self, memory: Memory) -> Result<Vec<Row>, Misfit> {
        let mut rows = Vec::with_capacity(self.rows(memory));
        let layout = Self::layout(memory);
        self.each_bits(memory, |bits| rows.push(Row { layout, bits }))?;
        match memory {
            Memory::AxonsOut => layout_axons(&mut rows),
            Memory::SynapseMap => {
                let first = self.learning.first_learning_axon as usize;
                for (axon, row) in rows.iter_mut().enumerate() {
                    let second = axon >= first && (axon - first) % 2 == 1;
                    row.layout =
                        Some(if second { Layout::of::<LearningAxon>() } else { Layout::of::<SynapseMap>() });
                }
            }
            Memory::Microcode => layout_microcode(&mut rows),
            _ => {}
        }
        Ok(rows)
    }
}

/// Names the layouts of output axon slots, as on a core or at the host.
pub fn layout_axons(rows: &mut [Row]) {
    let mut second = false;
    for row in rows {
        let kind = if second { None } else { Some(row.bits & 3) };
        second = kind == Some(2);
        row.layout = match kind {
            None => Some(Layout::of::<Pop32Atom>()),
            Some(0) => Some(Layout::of::<DiscreteAxon>()),
            Some(1) => Some(Layout::of::<Pop16Axon>()),
            Some(2) => Some(Layout::of::<Pop32Axon>()),
            Some(_) => None,
        };
    }
}

/// Names the layouts of microcode: a product and its factors, and again.
fn layout_microcode(rows: &mut [Row]) {
    let mut factors = 0;
    for row in rows {
        row.layout = Some(if factors > 0 {
            factors -= 1;
            Layout::of::<FactorWord>()
        } else {
            factors = ProductWord::unpack(row.bits).factors;
            Layout::of::<ProductWord>()
        });
    }
}

/// A memory of one word.
mod one {
    use super::{Misfit, Word};

    pub fn rows<W: Word>(_: &W) -> usize {
        1
    }
    pub fn each<W: Word>(word: &W, mut each: impl FnMut(u64)) -> Result<(), Misfit> {
        each(word.pack().map_err(|error| Misfit { row: 0, error })?);
        Ok(())
    }
    pub fn set<W: Word>(word: &mut W, mut rows: impl ExactSizeIterator<Item = u64>) -> Result<(), usize> {
        match (rows.len(), rows.next()) {
            (1, Some(bits)) => *word = W::unpack(bits),
            _ => return Err(1),
        }
        Ok(())
    }
}

/// A memory of typed words.
mod many {
    use super::{Misfit, Word};

    pub fn rows<W: Word>(words: &[W]) -> usize {
        words.len()
    }
    pub fn each<W: Word>(words: &[W], mut each: impl FnMut(u64)) -> Result<(), Misfit> {
        for (row, word) in words.iter().enumerate() {
            each(word.pack().map_err(|error| Misfit { row, error })?);
        }
        Ok(())
    }
    pub fn set<W: Word>(words: &mut Vec<W>, rows: impl ExactSizeIterator<Item = u64>) -> Result<(), usize> {
        *words = rows.map(W::unpack).collect();
        Ok(())
    }
}

macro_rules! groups {
    ($(#[doc = $doc:literal] $kind:ident: $profile:ident of $n:literal;)*) => {$(
        #[doc = $doc]
        mod $kind {
            use super::{Misfit, TraceProfile, Word, $profile};

            pub fn rows(profiles: &[$profile]) -> usize {
                $n * profiles.len()
            }
            pub fn each(profiles: &[$profile], mut each: impl FnMut(u64)) -> Result<(), Misfit> {
                for (row, word) in profiles.iter().flat_map(|profile| &profile.0).enumerate() {
                    each(word.pack().map_err(|error| Misfit { row, error })?);
                }
                Ok(())
            }
            pub fn set(profiles: &mut Vec<$profile>, rows: impl ExactSizeIterator<Item = u64>) -> Result<(), usize> {
                if rows.len() % $n != 0 {
                    return Err($n);
                }
                let traces: Vec<TraceProfile> = rows.map(TraceProfile::unpack).collect();
                *profiles = traces.chunks_exact($n).map(|group| $profile(std::array::from_fn(|i| group[i]))).collect();
                Ok(())
            }
        }
    )*};
}

groups! {
    #[doc = "Pre-trace profiles: x1, x2."]
    pre: PreProfile of 2;
    #[doc = "Post-trace profiles: y1, y2, y3."]
    post: PostProfile of 3;
}

macro_rules! raws {
    ($(#[doc = $doc:literal] $kind:ident: $bits:ty;)*) => {$(
        #[doc = $doc]
        mod $kind {
            use super::Misfit;

            pub fn rows(words: &[$bits]) -> usize {
                words.len()
            }
            pub fn each(words: &[$bits], each: impl FnMut(u64)) -> Result<(), Misfit> {
                words.iter().copied().map(u64::from).for_each(each);
                Ok(())
            }
            pub fn set(words: &mut Vec<$bits>, rows: impl ExactSizeIterator<Item = u64>) -> Result<(), usize> {
                *words = rows.map(|bits| bits as $bits).collect();
                Ok(())
            }
        }
    )*};
}

raws! {
    #[doc = "A memory of 64-bit words of several layouts, or of none."]
    raw: u64;
    #[doc = "A memory of 16-bit words of several layouts."]
    raw16: u16;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_memory_of_the_contract_but_the_accumulators_is_in_an_image() {
        let ours: Vec<&str> = Memory::ALL.iter().map(|memory| memory.name()).collect();
        let all: Vec<&str> =
            MEMORIES.iter().map(|spec| spec.name).filter(|name| *name != "accumulators").collect();
        assert_eq!(ours, all);
        for memory in Memory::ALL {
            assert_eq!(Memory::from_number(memory.number()), Some(*memory));
            let layout = CoreImage::layout(*memory).map(|layout| layout.name);
            assert!(layout.is_none_or(|name| memory.spec().words == [name]), "{memory:?}");
        }
        assert_eq!(Memory::from_number(12), None);
    }
}
