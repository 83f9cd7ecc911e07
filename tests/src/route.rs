//! The ways to run a graph: the reference, and the chip by compiler, image bytes and emulator.

use std::collections::BTreeMap;

use compiler::{Failure, Options};
use emulator::{Chip, NoObserver};
use image::Image;
use isa::chip::{ChipDescription, Grid};
use isa::ids::Key;
use network::graph::{Graph, Node};
use trace::Stimulus;

use crate::recording::{self, Recording, Snapshot};

/// A way to run a graph.
#[derive(Clone, Debug)]
pub enum Route {
    /// The oracle.
    Reference,
    /// Compiler, image bytes, emulator.
    Chip(Board),
}

/// How a graph is put on a board of chips, each with the limits of `loihi`.
#[derive(Clone, Copy, Debug)]
pub struct Board {
    /// Chips in x and y. Several chips have only 4 cores each, so that messages do cross.
    pub chips: (u32, u32),
    /// Spread over at least so many cores.
    pub cores_min: u32,
    /// Seed of the placement.
    pub seed: u64,
    /// Host threads of the emulator.
    pub threads: usize,
}

impl Board {
    /// As few cores as possible, one thread.
    pub const ONE: Self = Self { chips: (1, 1), cores_min: 1, seed: 0, threads: 1 };
    /// Over several cores of two chips, two threads.
    pub const MANY: Self = Self { chips: (2, 1), cores_min: 6, seed: 1, threads: 2 };

    /// The description of the board.
    ///
    /// # Panics
    /// If `loihi` does not ship.
    #[must_use]
    pub fn description(&self) -> ChipDescription {
        let mut chip = ChipDescription::shipped("loihi").expect("loihi ships");
        let (width, height) = self.chips;
        if width * height > 1 {
            chip.board = Grid { width, height };
            chip.mesh = Grid { width: 2, height: 1 };
            chip.cores_per_tile = 2;
        }
        chip
    }

    /// Compiles, checks the image against the graph, and takes it through its bytes.
    ///
    /// # Errors
    /// Why it does not compile.
    ///
    /// # Panics
    /// If the check finds anything, or the bytes do not hold the image.
    pub fn image(&self, graph: &Graph) -> Result<Image, Failure> {
        let options = Options { seed: self.seed, cores_min: self.cores_min, ..Options::default() };
        let compiled = compiler::compile(graph, &self.description(), &options)?;
        if let Err(errors) = compiler::check(graph, &compiled.image) {
            panic!("{self:?}: the check finds {}", errors[0]);
        }
        let bytes = compiled.image.to_bytes().expect("an image has bytes");
        let image = Image::from_bytes(&bytes).unwrap_or_else(|error| panic!("{self:?}: {error}"));
        assert!(image == compiled.image, "{self:?}: the bytes hold another image");
        Ok(image)
    }
}

impl Route {
    /// All that a vector must pass.
    #[must_use]
    pub fn all() -> Vec<Self> {
        vec![Self::Reference, Self::Chip(Board::ONE), Self::Chip(Board::MANY)]
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
            Self::Chip(board) => {
                let image = board.image(graph).map_err(|error| error.to_string())?;
                let mut chip = Chip::load(&image).map_err(|error| error.to_string())?;
                chip.inject(stimulus).map_err(|error| error.to_string())?;
                Ok(of_chip(graph, &mut chip, steps, board.threads, snapshots))
            }
        }
    }
}

/// Runs a loaded chip step by step and records it.
#[must_use]
pub fn of_chip(
    graph: &Graph,
    chip: &mut Chip,
    steps: u32,
    threads: usize,
    snapshots: &dyn Fn(u32) -> bool,
) -> Recording {
    let mut recording = Recording::default();
    let keys: Vec<Key> = (0..graph.compartments() as u32).map(Key).collect();
    for t in 1..=steps {
        chip.run(1, threads, &mut NoObserver, &mut |step, fired| {
            assert_eq!(step.0, t);
            if !fired.is_empty() {
                recording.spikes.insert(t, fired.iter().map(|key| key.0).collect());
            }
        });
        let states: Vec<_> = keys.iter().filter_map(|&key| chip.compartment(key)).collect();
        recording.u.push(states.iter().map(|state| state.u).collect());
        recording.v.push(states.iter().map(|state| state.v).collect());
        recording.register.push(states.iter().map(|state| state.v_register).collect());
        if snapshots(t) {
            recording.snapshots.insert(t, snapshot(graph, chip));
        }
    }
    recording.counters = chip.counters().of_function();
    recording
}

fn snapshot(graph: &Graph, chip: &Chip) -> Snapshot {
    let mut shown = Snapshot::default();
    let mut units = BTreeMap::new();
    let mut targets = BTreeMap::new();
    let plastic = graph.projections.iter().enumerate().filter(|(_, p)| p.rule.is_some());
    for (index, (p, projection)) in plastic.enumerate() {
        let (pre, post) = (graph.side_keys(&projection.pre), graph.side_keys(&projection.post));
        let settings: Vec<usize> = (projection.post.iter())
            .flat_map(|view| {
                let Node::Population(population) = view.node else { return vec![] };
                vec![graph.populations[population].settings; view.len()]
            })
            .collect();
        assert_eq!(chip.plastic_len(index), projection.synapses());
        for i in 0..projection.synapses() {
            let (from, to) = projection.ends(i);
            let synapse = chip.synapse(index, i).expect("a plastic synapse");
            shown.w.push(synapse.w);
            shown.d.push(synapse.d);
            shown.tag.push(synapse.tag);
            let unit = [synapse.x[0], synapse.x[1], synapse.tx as i32];
            let before = units.insert((p, pre[from], settings[to]), unit);
            assert!(before.is_none_or(|before| before == unit), "units of one source differ");
            targets.insert(post[to], synapse.y);
        }
    }
    for ((projection, source, settings), [x1, x2, tx]) in units {
        shown.pre.push([projection as i32, source.0 as i32, settings as i32, x1, x2, tx]);
    }
    for (key, y) in targets {
        let state = chip.compartment(key).expect("a compartment");
        assert_eq!(state.y, y, "a synapse reads its target's traces");
        shown.post.push([key.0 as i32, y[0], y[1], y[2], state.ty as i32]);
    }
    for (channel, heard) in recording::heard(graph).into_iter().enumerate() {
        let of_chip = |_| chip.reward(graph.reward_key(channel)).expect("a core hears the channel").into();
        shown.reward.push(heard.map(of_chip));
    }
    for key in recording::homeostatic(graph) {
        let state = chip.compartment(Key(key)).expect("a compartment");
        shown.homeostasis.push([key as i32, state.activity, state.vth]);
    }
    shown
}
