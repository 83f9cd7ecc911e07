//! The oracle: spikes, states and weights of a graph by the shortest route, straight from the contract.
//!
//! No core, no memory word, no microcode and no thread: a step is five loops, one a phase. Written from the
//! contract alone; it shares with the emulator only `isa::num`, `isa::draw` and the codes that a graph holds.

pub mod compartment;
pub mod epoch;
pub mod learning;
mod state;
mod wiring;

pub use state::{CompartmentState, PreUnit, RewardState, State, Synapse, Unit};

use std::collections::BTreeMap;

use isa::draw::{Stream, StreamKey};
use isa::ids::{Key, Step};
use isa::num;
use isa::op::{BackPropagation, NoiseTarget};
use network::graph::{Graph, InputSource};
use trace::{Counters, Stimulus};

use wiring::Wiring;

/// What a run yields.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Every fire, in order of step and key.
    pub spikes: Vec<(Step, Key)>,
    /// Counts that no placement changes; updates are those of compartments of the graph, no padding.
    pub counters: Counters,
    /// The state after the last step.
    pub state: State,
}

/// Runs `steps` steps from the initial state. `probe` sees the state after phase 4 of each step; u, v and fires
/// are then still those of phase 2. Samples of the session are not looked at.
///
/// # Panics
/// If the graph is not valid (`network::graph::problems`), or a stimulus names a key that does not exist.
pub fn run(graph: &Graph, steps: u32, stimulus: &Stimulus, probe: &mut dyn FnMut(Step, &State)) -> Run {
    let mut machine = Machine::new(graph, stimulus);
    for t in 1..=steps {
        machine.step(t);
        probe(Step(t), &machine.state);
    }
    Run { spikes: machine.spikes, counters: machine.counters, state: machine.state }
}

/// A graph in motion.
struct Machine<'a> {
    graph: &'a Graph,
    stimulus: &'a Stimulus,
    wiring: Wiring<'a>,
    state: State,
    /// Messages by the step they are due: their sources.
    due: BTreeMap<u32, Vec<Key>>,
    counters: Counters,
    spikes: Vec<(Step, Key)>,
}

impl<'a> Machine<'a> {
    fn new(graph: &'a Graph, stimulus: &'a Stimulus) -> Self {
        let wiring = Wiring::new(graph);
        let state = wiring.start();
        let mut due: BTreeMap<u32, Vec<Key>> = BTreeMap::new();
        for &(step, line) in &stimulus.events {
            due.entry(step.0).or_default().push(line);
        }
        for (i, input) in graph.inputs.iter().enumerate() {
            if let InputSource::Events(events) = &input.source {
                for &(step, line) in events {
                    due.entry(step).or_default().push(Key(graph.input_key(i).0 + line));
                }
            }
        }
        Self { graph, stimulus, wiring, state, due, counters: Counters::default(), spikes: Vec::new() }
    }

    fn step(&mut self, t: u32) {
        self.write(t);
        self.generate(t);
        self.service(t);
        self.update(t);
        self.send(t);
        self.learn(t);
    }

    /// The barrier before step t: writes to V (contract 3).
    fn write(&mut self, t: u32) {
        for &(_, key, v) in self.stimulus.writes.iter().filter(|(step, ..)| step.0 == t) {
            let state = &mut self.state.compartments[key.index()];
            state.v = num::wrap(v.into(), num::U_BITS);
            state.register = state.v;
        }
    }

    /// Events of Poisson and regular inputs, due at once (contract 1, 8).
    fn generate(&mut self, t: u32) {
        let draws = StreamKey::new(self.graph.seed, Stream::Input, t, 0);
        for (i, input) in self.graph.inputs.iter().enumerate() {
            for line in 0..input.size {
                let key = Key(self.graph.input_key(i).0 + line);
                let fires = match &input.source {
                    InputSource::External | InputSource::Events(_) => false,
                    InputSource::Poisson(p) => draws.draw(key.0, 0).fires(p.get(line as usize)),
                    InputSource::Regular { period, first } => {
                        t >= *first && (t - first).is_multiple_of(*period)
                    }
                };
                if fires {
                    self.due.entry(t).or_default().push(key);
                }
            }
        }
    }

    /// Phase 1: synapses of the messages due, reward, learning events.
    fn service(&mut self, t: u32) {
        let mut sources = self.due.remove(&t).unwrap_or_default();
        for &source in &sources {
            self.message(t, source);
        }
        for &(_, channel, value) in self.stimulus.rewards.iter().filter(|(step, ..)| step.0 == t) {
            let channel = channel.index() - self.graph.reward_key(0).index();
            self.reward(channel, value);
        }
        for (channel, reward) in self.graph.rewards.iter().enumerate() {
            for &(_, value) in reward.events.iter().filter(|(step, _)| *step == t) {
                self.reward(channel, value);
            }
        }
        sources.sort();
        sources.dedup();
        self.pre_events(t, &sources);
        self.post_events(t);
    }

    fn message(&mut self, t: u32, source: Key) {
        for &(p, i) in &self.wiring.synapses[source.index()] {
            let projection = &self.graph.projections[p];
            let Synapse { w, d, .. } = self.state.synapses[p][i];
            let weight = i64::from(num::eff_weight(w, projection.exponent));
            let slots = &mut self.state.slots[self.wiring.ends[p][i].1.index()];
            let (now, later) = (t as usize % slots.len(), (t as usize + d as usize) % slots.len());
            if projection.boxed {
                slots[now] += weight;
                slots[later] -= weight;
            } else {
                slots[later] += weight;
            }
            self.counters.synaptic_operations += 1;
        }
        for (channel, value) in self.wiring.rewards[source.index()].clone() {
            self.reward(channel, value);
        }
    }

    /// A reward message: the low 8 bits of an atom, or 1, to every core that hears the channel (contract 7).
    fn reward(&mut self, channel: usize, value: Option<i32>) {
        let payload = value.map_or(1, |atom| num::wrap(atom.into(), 8));
        for (settings, state) in self.graph.settings.iter().zip(&mut self.state.rewards) {
            if settings.reward == Some(channel) {
                state.sum += i64::from(payload);
            }
        }
    }

    fn pre_events(&mut self, t: u32, sources: &[Key]) {
        for &source in sources {
            for &unit in &self.wiring.units[source.index()] {
                let PreUnit { projection, settings, ref mut unit, .. } = self.state.pre[unit];
                let (e, s) = epoch::of(t, self.graph.settings[settings].epoch);
                let draw = StreamKey::new(self.graph.seed, Stream::Pre, e, s).draw(source.0, 0);
                let profile = self.wiring.rule(projection).pre.0;
                unit.event(s, &profile, |i| draw.pre_extra_bits(i));
            }
        }
    }

    /// The compartments that fired at t - 1 (contract 5, bap; 7).
    fn post_events(&mut self, t: u32) {
        for &key in &self.wiring.plastic_targets {
            let cell = &self.wiring.cells[key.index()];
            let fired = match cell.spec.bap {
                BackPropagation::None => false,
                BackPropagation::Own => self.state.compartments[key.index()].fired,
                BackPropagation::Root => self.state.compartments[cell.root.index()].fired,
            };
            if fired {
                let (e, s) = epoch::of(t, cell.settings.epoch);
                let draw = StreamKey::new(self.graph.seed, Stream::Post, e, s).draw(key.0, 1);
                let unit = &mut self.state.compartments[key.index()].post;
                unit.event(s, &wiring::post_profile(cell.spec), |i| draw.post_extra_bits(i));
            }
        }
    }

    /// Phase 2: every compartment, children before parents.
    fn update(&mut self, t: u32) {
        let draws = StreamKey::new(self.graph.seed, Stream::Noise, t, 0);
        let mut items = vec![None; self.wiring.cells.len()];
        for &key in &self.wiring.order {
            let cell = &self.wiring.cells[key.index()];
            let noise = cell.settings.noise.filter(|_| cell.spec.noise).map_or((0, 0), |noise| {
                let value = num::noise(draws.draw(key.0, 0).noise_sample(), noise.offset, noise.exponent);
                match noise.target {
                    NoiseTarget::Current => (i64::from(value), 0),
                    NoiseTarget::Voltage => (0, i64::from(value)),
                }
            });
            let slots = &mut self.state.slots[key.index()];
            let now = t as usize % slots.len();
            let slot = std::mem::take(&mut slots[now]);
            let state = &mut self.state.compartments[key.index()];
            let children: Vec<_> = cell.children.iter().map(|child| items[child.index()]).collect();
            let inputs = compartment::Inputs { slot, noise, a: at(&children, 0), b: at(&children, 1) };
            let item = compartment::update(&cell.parameters, state, &inputs, &mut self.counters);
            items[key.index()] = Some(item);
        }
    }

    /// Phase 3: spikes, and messages due at t + 1 + axon delay.
    fn send(&mut self, t: u32) {
        for (k, cell) in self.wiring.cells.iter().enumerate() {
            if self.state.compartments[k].fired {
                let key = Key(k as u32);
                self.spikes.push((Step(t), key));
                self.counters.spikes += 1;
                self.due.entry(t + 1 + cell.spec.axon_delay).or_default().push(key);
            }
        }
    }

    /// Phase 4, for every core setting whose epoch ends at t.
    fn learn(&mut self, t: u32) {
        for (i, settings) in self.graph.settings.iter().enumerate() {
            if t.is_multiple_of(settings.epoch) {
                epoch::end(self.graph, &self.wiring, i, t / settings.epoch, &mut self.state);
            }
        }
    }
}

/// The item of child `i`, if there is such a child.
fn at(items: &[Option<compartment::Item>], i: usize) -> Option<compartment::Item> {
    items.get(i).copied().flatten()
}
