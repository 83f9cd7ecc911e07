//! An endpoint of cores that do nothing in a step but send spikes and wait for the barrier.

use std::collections::VecDeque;

use emulator::time::mesh::{Cycle, Endpoint, Flit, Kind, Origin, Ports, Shape, Wake};

use super::random::Numbers;
use super::script::mix;

/// A spike of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spike {
    /// Who sends it.
    pub core: u32,
    /// In which step, from 0.
    pub step: u32,
    /// Over which network.
    pub net: u32,
    /// To which core.
    pub to: u32,
    /// Its number among the core's spikes.
    pub sequence: u32,
}

/// Cores that step.
#[derive(Clone, Debug)]
pub struct Steps {
    shape: Shape,
    wait: Cycle,
    pause: u64,
    steps: u32,
    spikes: Vec<Spike>,
    /// By core and step: its spikes.
    plan: Vec<Vec<Vec<u32>>>,
    /// By tile: the step it is in.
    step: Vec<u32>,
    /// By core: networks whose FLUSH of this step has arrived.
    flushed: Vec<u32>,
    outbox: Vec<VecDeque<Flit>>,
    /// By core: spikes of this step and of the next that have arrived.
    arrived: Vec<[u32; 2]>,
    /// When each tile advanced, by step.
    pub advances: Vec<Vec<Cycle>>,
}

impl Steps {
    /// Cores that send `per_core` spikes or fewer a step to random cores; `wait` cycles pass between ADVANCE and the
    /// first spike, and a core takes a flit in one of `pause` cycles.
    #[must_use]
    pub fn new(shape: Shape, wait: u32, steps: u32, per_core: u32, n: &mut Numbers) -> Self {
        let cores = shape.cores();
        let mut spikes = Vec::new();
        let mut plan = vec![vec![Vec::new(); steps as usize]; cores];
        for (core, plan) in plan.iter_mut().enumerate() {
            let mut sequence = 0;
            for (step, planned) in plan.iter_mut().enumerate() {
                for _ in 0..n.below(per_core + 1) {
                    planned.push(spikes.len() as u32);
                    let (net, to) = (n.below(shape.nets), n.below(cores as u32));
                    spikes.push(Spike { core: core as u32, step: step as u32, net, to, sequence });
                    sequence += 1;
                }
            }
        }
        Self {
            wait: wait.into(),
            pause: if per_core == 0 { 1 } else { n.within(1, 6).into() },
            steps,
            spikes,
            plan,
            step: vec![0; shape.tiles()],
            flushed: vec![0; cores],
            outbox: vec![VecDeque::new(); shape.locals()],
            arrived: vec![[0; 2]; cores],
            advances: vec![Vec::new(); shape.tiles()],
            shape,
        }
    }

    /// Begins the first step as if all tiles had advanced in cycle 0.
    pub fn start(&mut self, ports: &mut impl Ports) {
        (0..self.shape.tiles() as u32).for_each(|tile| self.begin(0, tile, ports));
    }

    /// Whether all steps are over.
    #[must_use]
    pub fn over(&self) -> bool {
        self.step.iter().all(|step| *step == self.steps)
    }

    /// Cycles of each step, from the last tile's advance to the last tile's advance.
    #[must_use]
    pub fn lengths(&self) -> Vec<Cycle> {
        let last = |step: usize| self.advances.iter().map(|tile| tile[step]).max().unwrap_or(0);
        (0..self.steps as usize).map(|step| last(step) - if step == 0 { 0 } else { last(step - 1) }).collect()
    }

    fn begin(&mut self, now: Cycle, tile: u32, ports: &mut impl Ports) {
        let (step, slots) = (self.step[tile as usize], self.shape.size.cores_per_tile);
        if step == self.steps {
            return;
        }
        for core in tile * slots..(tile + 1) * slots {
            for spike in std::mem::take(&mut self.plan[core as usize][step as usize]) {
                let Spike { net, to, .. } = self.spikes[spike as usize];
                let (tile, width) = (to / slots, self.shape.size.width);
                let flit =
                    Flit::spike(tile % width, tile / width, to % slots, spike).with_epoch(step % 2 == 1);
                self.outbox[net as usize * self.shape.cores() + core as usize].push_back(flit);
            }
            for net in 0..self.shape.nets as usize {
                let flush = Flit::marker(Kind::Flush, step % 2 == 1);
                self.outbox[net * self.shape.cores() + core as usize].push_back(flush);
            }
            ports.wake(core, now + 1 + self.wait);
        }
    }

    fn take(&mut self, now: Cycle, local: u32, ports: &mut impl Ports) {
        let core = local % self.shape.cores() as u32;
        if ports.front(local).is_none() {
            return;
        }
        ports.wake(core, now + 1);
        if !mix(now ^ u64::from(local) << 40).is_multiple_of(self.pause) {
            return;
        }
        let flit = ports.pop(local).expect("a flit is there");
        let spike = self.spikes[flit.payload() as usize];
        let step = self.step[(core / self.shape.size.cores_per_tile) as usize];
        assert_eq!(spike.to, core, "delivered to the wrong core");
        assert!(spike.step == step || spike.step == step + 1, "{spike:?} comes in step {step}");
        self.arrived[core as usize][usize::from(spike.step > step)] += 1;
    }

    fn send(&mut self, now: Cycle, local: u32, ports: &mut impl Ports) {
        let outbox = &mut self.outbox[local as usize];
        let Some(flit) = outbox.front().copied() else { return };
        if ports.send(local, flit) {
            outbox.pop_front();
            if !outbox.is_empty() {
                ports.wake(local % self.shape.cores() as u32, now + 1);
            }
        }
    }
}

impl Endpoint for Steps {
    fn cycle<P: Ports>(&mut self, now: Cycle, woken: &[Wake], ports: &mut P) {
        let cores = self.shape.cores() as u32;
        let mut locals: Vec<(u32, bool)> = Vec::new();
        for wake in woken {
            match wake {
                Wake::Port(local) => locals.push((*local, true)),
                Wake::Core(core) => locals.extend((0..self.shape.nets).map(|net| (net * cores + core, true))),
            }
        }
        locals.sort_unstable();
        locals.dedup();
        for (local, _) in locals {
            let tile = (local % cores / self.shape.size.cores_per_tile) as usize;
            self.take(now, local, ports);
            let began = self.advances[tile].last().copied().unwrap_or(0) + 1 + self.wait;
            if now >= began {
                self.send(now, local, ports);
            }
        }
    }

    fn flush<P: Ports>(&mut self, _now: Cycle, local: u32, epoch: bool, ports: &mut P) {
        let core = local % self.shape.cores() as u32;
        let step = self.step[(core / self.shape.size.cores_per_tile) as usize];
        assert_eq!(epoch, step % 2 == 1, "FLUSH of another step");
        self.flushed[core as usize] += 1;
        if self.flushed[core as usize] == self.shape.nets {
            ports.done(core);
        }
    }

    fn advance<P: Ports>(&mut self, now: Cycle, tile: u32, ports: &mut P) {
        let (slots, step) = (self.shape.size.cores_per_tile, self.step[tile as usize]);
        for core in tile * slots..(tile + 1) * slots {
            assert_eq!(self.flushed[core as usize], self.shape.nets, "core {core} advances unflushed");
            let due = self.spikes.iter().filter(|spike| spike.to == core && spike.step == step).count();
            let [arrived, early] = self.arrived[core as usize];
            assert_eq!(
                arrived as usize, due,
                "core {core} advances from step {step} with spikes on their way"
            );
            self.arrived[core as usize] = [early, 0];
            self.flushed[core as usize] = 0;
        }
        let near = |other: &u32| *other == step || *other == step + 1;
        let skew = self.step.iter().step_by(1 + self.step.len() / 500).all(near);
        assert!(skew, "tiles are more than a step apart: {:?}", self.step);
        self.step[tile as usize] += 1;
        self.advances[tile as usize].push(now);
        self.begin(now, tile, ports);
    }

    fn origin(&self, payload: u32) -> Origin {
        let spike = self.spikes[payload as usize];
        Origin { source: spike.core, sequence: spike.sequence }
    }
}
