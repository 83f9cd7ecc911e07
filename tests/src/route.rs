//! The ways to run a graph: the reference, and the chip by compiler, image bytes and emulator.

use network::graph::Graph;
use trace::Stimulus;

use crate::recording::{self, Recording};

/// A way to run a graph.
#[derive(Clone, Debug)]
pub enum Route {
    /// The oracle.
    Reference,
}

impl Route {
    /// All that a vector must pass.
    #[must_use]
    pub fn all() -> Vec<Self> {
        vec![Self::Reference]
    }

    /// Runs `graph` for `steps` and records it; `snapshots` says at which steps learning is looked at.
    ///
    /// # Errors
    /// What a stage refused.
    pub fn record(
        &self,
        graph: &Graph,
        steps: u32,
        stimulus: &Stimulus,
        snapshots: &dyn Fn(u32) -> bool,
    ) -> Result<Recording, String> {
        if let Some(problem) = network::graph::problems(graph).first() {
            return Err(problem.message.clone());
        }
        match self {
            Self::Reference => Ok(recording::of_reference(graph, steps, stimulus, snapshots)),
        }
    }
}
