//! The hand-written kernel of W4: pair STDP of the contract (section 7) with the same draws, T = 1.
//!
//! Only what this rule needs: x1 and y1, terms `2^-2*x1*y0` and `-2^-2*y1*x0`, 8-bit excitatory weights. Draws are
//! made for many units at once, and only where a fraction is left.

use isa::draw::{Stream, StreamKey, mix};

use crate::dispatched;
use crate::graph::TRACE;
use crate::level::Level;
use crate::net::Net;
use crate::neuron::Neurons;

/// W4 as the kernel runs it; weights are row by row, all to all.
#[derive(Debug)]
pub struct Stdp<'a> {
    net: &'a Net,
    level: Level,
}

/// State that learning changes.
#[derive(Debug)]
struct State {
    w: Vec<i16>,
    x: Vec<i32>,
    y: Vec<i32>,
    pre: Vec<i32>,
    post: Vec<i32>,
}

/// Lanes of synapses that are updated together.
#[derive(Debug, Default)]
pub struct Batch {
    index: Vec<u32>,
    w: Vec<i32>,
    up: Vec<i32>,
    down: Vec<i32>,
    source: Vec<u32>,
    target: Vec<u32>,
    draws: Vec<u32>,
}

impl<'a> Stdp<'a> {
    /// Ready to run.
    pub fn new(net: &'a Net) -> Self {
        assert_eq!(net.external.weight.len(), net.sources * net.neurons, "all to all");
        Self { net, level: Level::detect() }
    }

    /// All steps from rest under `seed`; spikes of each neuron, and the weights at the end.
    pub fn run(&self, seed: u32) -> (Vec<u32>, Vec<i16>) {
        let (net, level) = (self.net, self.level);
        let (n, m) = (net.neurons, net.sources);
        let mut neurons = Neurons::new(&net.bias, net.decay_u, net.decay_v, net.vth);
        let w = net.external.weight.clone();
        let mut state = State { w, x: vec![0; m], y: vec![0; n], pre: vec![0; m], post: vec![0; n] };
        let mut batch = Batch::default();
        let mut counts = vec![0u32; n];
        let (mut fired, mut live, mut draws) = (Vec::new(), Vec::new(), Vec::new());
        for t in 0..net.steps as usize {
            let events = &net.input_sources[net.input_ptr[t]..net.input_ptr[t + 1]];
            let posts: Vec<u32> = std::mem::take(&mut fired);
            for &source in events {
                let row = &state.w[source as usize * n..][..n];
                add_row(level, row, &mut neurons.acc[..n]);
            }
            neurons.update(level, &mut fired);
            fired.iter().for_each(|&j| counts[j as usize] += 1);
            let e = t as u32 + 1;
            events.iter().for_each(|&i| state.pre[i as usize] = 1);
            posts.iter().for_each(|&j| state.post[j as usize] = 1);
            let key = StreamKey::new(seed, Stream::Pre, e, 1);
            advance(level, key, (n as u32, &mut state.x, &state.pre), (&mut live, &mut draws));
            let key = StreamKey::new(seed, Stream::Post, e, 1);
            advance(level, key, (0, &mut state.y, &state.post), (&mut live, &mut draws));
            let key = StreamKey::new(seed, Stream::Synapse, e, 0);
            for &i in events {
                state.row(level, key, i, &mut batch);
            }
            for &j in &posts {
                state.column(level, key, j, &mut batch);
            }
            events.iter().for_each(|&i| state.pre[i as usize] = 0);
            posts.iter().for_each(|&j| state.post[j as usize] = 0);
        }
        (counts, state.w)
    }
}

/// One step of the traces of all units with a trace or an event; the key of unit i is `first + i`.
fn advance(
    level: Level,
    key: StreamKey,
    (first, x, events): (u32, &mut [i32], &[i32]),
    (live, draws): (&mut Vec<u32>, &mut Vec<u32>),
) {
    live.clear();
    live.extend((0..x.len() as u32).filter(|&i| x[i as usize] | events[i as usize] != 0));
    live.iter_mut().for_each(|i| *i += first);
    draws.resize(live.len(), 0);
    draw_units(level, key, live, draws);
    for (&unit, &z) in live.iter().zip(draws.iter()) {
        let i = (unit - first) as usize;
        let decayed = (x[i] * (4096 - TRACE.decay as i32) + (z & 4095) as i32) >> 12;
        x[i] = (decayed + events[i] * TRACE.impulse as i32).min(127);
    }
}

impl State {
    /// The synapses of a source with an event.
    fn row(&mut self, level: Level, key: StreamKey, i: u32, batch: &mut Batch) {
        let (n, x) = (self.y.len(), self.x[i as usize]);
        batch.index.clear();
        batch.index.extend((0..n as u32).map(|j| i * n as u32 + j));
        batch.up.clear();
        batch.up.extend(self.post.iter().map(|&event| event * x));
        batch.down.clear();
        batch.down.extend_from_slice(&self.y);
        batch.source.clear();
        batch.source.resize(n, n as u32 + i);
        batch.target.clear();
        batch.target.extend(0..n as u32);
        batch.run(level, key, &mut self.w);
    }

    /// The synapses to a neuron with an event whose sources had none.
    fn column(&mut self, level: Level, key: StreamKey, j: u32, batch: &mut Batch) {
        let n = self.y.len() as u32;
        batch.source.clear();
        let idle = |i: &u32| self.pre[*i as usize] == 0 && self.x[*i as usize] != 0;
        batch.source.extend((0..self.x.len() as u32).filter(idle).map(|i| n + i));
        batch.index.clear();
        batch.index.extend(batch.source.iter().map(|source| (source - n) * n + j));
        batch.up.clear();
        batch.up.extend(batch.source.iter().map(|source| self.x[(source - n) as usize]));
        batch.down.clear();
        batch.down.resize(batch.source.len(), 0);
        batch.target.clear();
        batch.target.resize(batch.source.len(), j);
        batch.run(level, key, &mut self.w);
    }
}

impl Batch {
    fn run(&mut self, level: Level, key: StreamKey, w: &mut [i16]) {
        self.w.clear();
        self.w.extend(self.index.iter().map(|&i| i32::from(w[i as usize])));
        self.draws.resize(self.w.len(), 0);
        change(level, key, self);
        for (&i, &new) in self.index.iter().zip(&self.w) {
            w[i as usize] = new as i16;
        }
    }
}

dispatched! {
    /// Adds a row of weights.
    pub fn add_row(row: &[i16], acc: &mut [i32]) = add_body
}

#[inline(always)]
fn add_body(row: &[i16], acc: &mut [i32]) {
    acc.iter_mut().zip(row).for_each(|(slot, weight)| *slot += i32::from(*weight));
}

dispatched! {
    /// The low words of the draws of `(units[i], 0)`.
    pub fn draw_units(key: StreamKey, units: &[u32], out: &mut [u32]) = units_body
}

#[inline(always)]
fn units_body(key: StreamKey, units: &[u32], out: &mut [u32]) {
    units.iter().zip(out).for_each(|(unit, z)| *z = mix(key.0, [*unit, 0])[0]);
}

dispatched! {
    /// New weights of a batch.
    pub fn change(key: StreamKey, batch: &mut Batch) = change_body
}

#[inline(always)]
fn change_body(key: StreamKey, batch: &mut Batch) {
    let n = batch.w.len();
    let Batch { w, up, down, source, target, draws, .. } = batch;
    let (w, up, down) = (&mut w[..n], &up[..n], &down[..n]);
    let (source, target, draws) = (&source[..n], &target[..n], &mut draws[..n]);
    let mut fraction = 0;
    for i in 0..n {
        let raised = ((w[i] << 7) + (up[i] << 5)).min(32767);
        w[i] = raised - (down[i] << 5);
        fraction |= w[i];
    }
    if fraction & 127 != 0 {
        for i in 0..n {
            draws[i] = mix(key.0, [source[i], target[i]])[0] & 127;
        }
    }
    for i in 0..n {
        let up = i32::from((draws[i] as i32) < (w[i] & 127));
        w[i] = ((w[i] >> 7) + up).clamp(0, 255);
    }
}
