//! On-chip learning of a core (contract 7).

mod epoch;
mod gather;
mod reward;
mod rule;
mod synapse;
mod trace;

pub use gather::Scratch;
pub use reward::end_reward;
pub use rule::Rule;
pub use synapse::{Columns, Format, Lane, Plastic, Run, Words, stream_word};
pub use trace::{Clock, Traces};

/// The learning memories of a core.
#[derive(Clone, Debug)]
pub struct Learning {
    /// Rules, decoded.
    pub rules: Vec<Rule>,
    /// Formats by id.
    pub formats: Vec<Format>,
    /// Pre units: the learning axons, in the order of their ids.
    pub pre: Traces<2>,
    /// Their axon ids.
    pub axons: Vec<u16>,
    /// Post units: the compartments with a plastic synapse.
    pub post: Traces<3>,
    /// Their compartments, ascending.
    pub compartments: Vec<u16>,
    /// Post units whose post event is the fire of a compartment: from `listeners[c]` to `listeners[c + 1]`.
    pub listeners: Vec<u32>,
    /// These units.
    pub listening: Vec<u16>,
    /// Post units whose event is recorded in the next step.
    pub fired: Vec<u16>,
    /// Synapses.
    pub plastic: Plastic,
}

impl Learning {
    /// Phase 1: post events of the step before, and pre events of the lists that were served.
    pub fn record(&mut self, clock: Clock, s: u32, units: &[u32]) {
        for unit in self.fired.drain(..) {
            self.post.event(clock, unit.into(), s);
        }
        for &unit in units {
            self.pre.event(clock, unit as usize, s);
        }
    }

    /// Phase 2: remembers the post events of fires.
    pub fn post_events(&mut self, fires: &[u16]) {
        for &fire in fires {
            let (start, end) = (self.listeners[usize::from(fire)], self.listeners[usize::from(fire) + 1]);
            self.fired.extend(&self.listening[start as usize..end as usize]);
        }
    }

    /// The post unit of a compartment.
    #[must_use]
    pub fn post_unit(&self, compartment: u16) -> Option<usize> {
        self.compartments.binary_search(&compartment).ok()
    }
}
