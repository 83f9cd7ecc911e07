//! The neurons of a core: profiles, configuration, initial state.

use isa::op::StackIn;
use isa::words::{
    CompartmentConfig, CompartmentProfile, CompartmentState, HomeostasisProfile, HomeostasisState,
    PostProfile, VthProfile,
};
use network::graph::{Compartment, NO_TRACE};

use crate::dedup::Dedup;
use crate::list::List;
use crate::parts::{Part, Run};
use crate::resource::{Resource, Usage};
use crate::tables::Tables;

/// A compartment profile with its homeostasis; `None` where the threshold does not move.
type Profile = (CompartmentProfile, Option<HomeostasisProfile>);

/// The memories of a core that concern its neurons.
#[derive(Clone, Debug, Default)]
pub struct Somas {
    /// Whether 1 is added to decays of u, and of v.
    pub offsets: (bool, bool),
    /// Compartment profiles and their homeostasis.
    pub profiles: Dedup<Profile>,
    /// Threshold profiles.
    pub vth: Dedup<VthProfile>,
    /// Post-trace profiles.
    pub post: Dedup<PostProfile>,
    /// Configuration of each compartment.
    pub configs: Vec<CompartmentConfig>,
    /// State of each compartment.
    pub states: Vec<CompartmentState>,
    /// State of homeostasis of each compartment; empty where no threshold moves.
    pub homeostasis: Vec<HomeostasisState>,
}

/// Which effective decays occur: 0 forbids the offset, 4096 needs it.
#[derive(Clone, Copy, Default)]
struct Extremes {
    zero: bool,
    one: bool,
}

impl Extremes {
    fn add(&mut self, decay: u32) {
        self.zero |= decay == 0;
        self.one |= decay == isa::num::DECAY_ONE;
    }
}

/// Lays out the neurons of `part`, on which `lists` end.
#[must_use]
pub fn somas(tables: &Tables, part: &Part, lists: &[List]) -> Somas {
    let mut builder = Builder::new(tables, part, lists);
    part.visit(tables, |population, neuron, c| builder.add((population, neuron as usize, c)));
    builder.finish()
}

/// Adds what the neurons take to `usage`.
pub fn count(tables: &Tables, part: &Part, somas: &Somas, usage: &mut Usage) {
    let compartments = part.compartments(tables);
    let delay_bits = tables.graph.settings[part.settings].delay_bits;
    let (u, v) = extremes(tables, part);
    usage.set(Resource::Compartments, compartments);
    usage.set(Resource::Accumulators, compartments << delay_bits);
    usage.set(Resource::CompartmentProfiles, somas.profiles.values.len());
    usage.set(Resource::VthProfiles, somas.vth.values.len());
    usage.set(Resource::PostProfiles, somas.post.values.len());
    usage.set(Resource::OffsetU, usize::from(u.zero) + usize::from(u.one));
    usage.set(Resource::OffsetV, usize::from(v.zero) + usize::from(v.one));
}

fn extremes(tables: &Tables, part: &Part) -> (Extremes, Extremes) {
    let (mut u, mut v) = (Extremes::default(), Extremes::default());
    part.visit(tables, |population, neuron, c| {
        let compartment = &tables.graph.populations[population].tree[c];
        u.add(compartment.current_decay.get(neuron as usize));
        v.add(compartment.voltage_decay.get(neuron as usize));
    });
    (u, v)
}

struct Builder<'a> {
    tables: &'a Tables<'a>,
    somas: Somas,
    /// Whether compartments have post traces.
    traced: bool,
    /// Whether thresholds that do not move are stored as ones that move by 0, so that each can be its own.
    own_thresholds: bool,
}

impl<'a> Builder<'a> {
    fn new(tables: &'a Tables, part: &Part, lists: &[List]) -> Self {
        let (u, v) = extremes(tables, part);
        let mut vth = Dedup::default();
        part.visit(tables, |population, neuron, c| {
            vth.id(vth_profile(&tables.graph.populations[population].tree[c], neuron as usize));
        });
        let somas = Somas { offsets: (u.one, v.one), ..Somas::default() };
        let own_thresholds = vth.values.len() > tables.chip.limits.vth_profiles as usize;
        Self { tables, somas, traced: traced(tables, part, lists), own_thresholds }
    }

    fn add(&mut self, (population, neuron, c): (usize, usize, usize)) {
        let compartment = &self.tables.graph.populations[population].tree[c];
        let mut vth = vth_profile(compartment, neuron);
        let threshold = vth.vth;
        if self.own_thresholds {
            vth = VthProfile { vth: 0, dynamic: 1 };
        }
        let config = CompartmentConfig {
            bias_mantissa: compartment.bias_mantissa.get(neuron),
            bias_exponent: compartment.bias_exponent.get(neuron),
            vth_profile: self.somas.vth.id(vth),
            profile: self.profile((population, neuron, c)),
        };
        self.somas.configs.push(config);
        self.somas.states.push(CompartmentState {
            u: compartment.initial_u.get(neuron),
            v: compartment.initial_v.get(neuron),
            refractory: 0,
        });
        let vth_dyn = if vth.dynamic == 1 { threshold } else { 0 };
        self.somas.homeostasis.push(HomeostasisState { vth_dyn, ..HomeostasisState::default() });
    }

    fn profile(&mut self, (population, neuron, c): (usize, usize, usize)) -> u32 {
        let tree = &self.tables.graph.populations[population].tree;
        let compartment = &tree[c];
        let is_root = self.tables.orders[population].last() == Some(&c);
        let post = compartment.post.unwrap_or(PostProfile([NO_TRACE; 3]));
        let profile = CompartmentProfile {
            decay_u: compartment.current_decay.get(neuron).saturating_sub(self.somas.offsets.0.into()),
            decay_v: compartment.voltage_decay.get(neuron).saturating_sub(self.somas.offsets.1.into()),
            refractory: compartment.refractory.get(neuron),
            axon_delay: compartment.axon_delay,
            noise: compartment.noise.into(),
            bap: compartment.bap.code(),
            join: compartment.join.code(),
            mode: compartment.mode.code(),
            stack_in: stack_in(compartment.children.len()).code(),
            stack_out: u32::from(!is_root),
            soft_reset: compartment.soft_reset.into(),
            post_profile: if self.traced { self.somas.post.id(post) } else { 0 },
        };
        let homeostasis = compartment.homeostasis.map(|h| HomeostasisProfile {
            decay: h.decay,
            impulse: h.impulse,
            min: h.min,
            max: h.max,
            gain: h.gain,
        });
        let still = self.own_thresholds.then(HomeostasisProfile::default);
        self.somas.profiles.id((profile, homeostasis.or(still)))
    }

    fn finish(mut self) -> Somas {
        if self.somas.vth.values.iter().all(|vth| vth.dynamic == 0) {
            self.somas.homeostasis.clear();
        }
        self.somas
    }
}

fn vth_profile(compartment: &Compartment, neuron: usize) -> VthProfile {
    VthProfile { vth: compartment.vth.get(neuron), dynamic: compartment.homeostasis.is_some().into() }
}

const fn stack_in(children: usize) -> StackIn {
    match children {
        0 => StackIn::None,
        1 => StackIn::PopA,
        _ => StackIn::PopBA,
    }
}

/// Whether post traces exist on the core: a compartment names some, or a plastic synapse ends here.
fn traced(tables: &Tables, part: &Part, lists: &[List]) -> bool {
    let names = |run: &Run| tables.graph.populations[run.population].tree.iter().any(|c| c.post.is_some());
    part.runs.iter().any(names) || lists.iter().any(|list| list.plastic.is_some())
}
