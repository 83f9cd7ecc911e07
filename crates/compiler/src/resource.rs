//! What a core can run out of, counted.

use isa::chip::Limits;
use isa::layout::Word;
use isa::words::SynapseMap;
use serde::Serialize;

macro_rules! resources {
    ($($(#[$doc:meta])* $name:ident = $text:literal $code:literal,)*) => {
        /// Something that a core has only so much of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Resource { $($(#[$doc])* $name,)* }

        impl Resource {
            /// Every resource, in the order of reports.
            pub const ALL: &[Self] = &[$(Self::$name,)*];
            /// What errors and reports call it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
            /// Code of the error when there is too little.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

impl Resource {
    /// Whether it is something that fills up, and not a rule with a yes or no.
    #[must_use]
    pub const fn is_listed(self) -> bool {
        !matches!(self, Self::OffsetU | Self::OffsetV | Self::ListWords | Self::Pop16)
    }
}

resources! {
    /// Compartments.
    Compartments = "compartments" "E0101",
    /// Dendritic accumulators: compartments times 2^delay_bits.
    Accumulators = "dendritic accumulators" "E0102",
    /// Entries of the synapse map.
    AxonsIn = "input axons" "E0103",
    /// Slots of the output axon memory.
    AxonsOut = "output axon slots" "E0104",
    /// 64-bit words of synapse memory.
    SynapseWords = "words of synapse memory" "E0105",
    /// Compartment profiles.
    CompartmentProfiles = "compartment profiles" "E0106",
    /// Threshold profiles.
    VthProfiles = "threshold profiles" "E0107",
    /// Synapse formats.
    SynapseFormats = "synapse formats" "E0108",
    /// Pre-trace profiles.
    PreProfiles = "pre-trace profiles" "E0109",
    /// Post-trace profiles.
    PostProfiles = "post-trace profiles" "E0110",
    /// Learning rules.
    Rules = "learning rules" "E0111",
    /// Words of microcode.
    Microcode = "words of microcode" "E0112",
    /// Offset of the decay of u: decays 0 and 4096 need different ones.
    OffsetU = "decay offsets of u" "E0113",
    /// Offset of the decay of v.
    OffsetV = "decay offsets of v" "E0114",
    /// Words of one list, as its field in the synapse map counts them.
    ListWords = "words of one synapse list" "E0115",
    /// Input axons whose number a 16-bit population message can still name: those that cannot be.
    Pop16 = "pop16 axons out of reach" "E0116",
}

/// How much of every resource something takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Usage(pub [u32; Resource::ALL.len()]);

impl Usage {
    /// What is used of a resource.
    #[must_use]
    pub const fn get(&self, resource: Resource) -> u32 {
        self.0[resource as usize]
    }

    /// Sets what is used of a resource.
    pub const fn set(&mut self, resource: Resource, value: usize) {
        self.0[resource as usize] = if value > u32::MAX as usize { u32::MAX } else { value as u32 };
    }

    /// Resources of which more is used than a core has.
    #[must_use]
    pub fn excess(&self, limits: &Limits) -> Vec<Resource> {
        let over = |&&resource: &&Resource| self.get(resource) > limit(limits, resource);
        Resource::ALL.iter().filter(over).copied().collect()
    }

    /// The resource that exceeds its limit by the largest factor, if any does.
    #[must_use]
    pub fn worst(&self, limits: &Limits) -> Option<Resource> {
        let share = |&resource: &Resource| self.share(limits, resource);
        // Of a resource of which there is none, no share can be told.
        let factor = |resource: &Resource| if limit(limits, *resource) == 0 { 0 } else { share(resource) };
        self.excess(limits).into_iter().rev().max_by_key(factor)
    }

    /// The resource nearest to its limit of those that nothing can be done about: each compartment keeps its own
    /// threshold where there are too few profiles.
    #[must_use]
    pub fn scarcest(&self, limits: &Limits) -> Resource {
        let listed = |r: &&Resource| r.is_listed() && **r != Resource::VthProfiles;
        let all = Resource::ALL.iter().rev().filter(listed);
        all.copied().max_by_key(|&r| self.share(limits, r)).unwrap_or(Resource::Compartments)
    }

    /// The resource with the largest share used, and that share in 1/1000.
    #[must_use]
    pub fn binding(&self, limits: &Limits) -> (Resource, u32) {
        let share = |&r: &Resource| (r, self.share(limits, r));
        let all = Resource::ALL.iter().rev().filter(|r| r.is_listed()).map(share);
        all.max_by_key(|&(_, share)| share).unwrap_or((Resource::Compartments, 0))
    }

    /// Share of a resource that is used, in 1/1000.
    #[must_use]
    pub fn share(&self, limits: &Limits, resource: Resource) -> u32 {
        let (used, limit) = (u64::from(self.get(resource)), u64::from(limit(limits, resource)));
        (used * 1000).checked_div(limit).unwrap_or(0) as u32
    }
}

/// How much of a resource a core has.
#[must_use]
pub fn limit(limits: &Limits, resource: Resource) -> u32 {
    match resource {
        Resource::Compartments => limits.compartments,
        Resource::Accumulators => limits.accumulators,
        Resource::AxonsIn => limits.axons_in,
        Resource::AxonsOut => limits.axons_out,
        Resource::SynapseWords => limits.synapse_words,
        Resource::CompartmentProfiles => limits.compartment_profiles,
        Resource::VthProfiles => limits.vth_profiles,
        Resource::SynapseFormats => limits.synapse_formats - 1,
        Resource::PreProfiles => limits.pre_profiles,
        Resource::PostProfiles => limits.post_profiles,
        Resource::Rules => limits.rules,
        Resource::Microcode => limits.microcode_words,
        Resource::OffsetU | Resource::OffsetV => 1,
        Resource::ListWords => SynapseMap::FIELDS
            .iter()
            .find(|field| field.name == "length")
            .map_or(0, |field| field.max() as u32),
        Resource::Pop16 => 0,
    }
}
