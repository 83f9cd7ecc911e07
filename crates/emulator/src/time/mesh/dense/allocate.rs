//! Phase 4, first half: what 64 routers grant.

use super::planes::{each_port, round_robin, turn};
use super::{Block, Dense, Grants};
use crate::time::mesh::port;

/// Whether XY routing ever takes a flit from an input to an output.
pub const fn legal(output: usize, input: usize) -> bool {
    match output {
        port::EAST => input == port::WEST || input >= port::LOCAL,
        port::WEST => input == port::EAST || input >= port::LOCAL,
        port::NORTH => input != port::NORTH,
        port::SOUTH => input != port::SOUTH,
        _ => true,
    }
}

impl<const P: usize, const V: usize> Dense<P, V> {
    /// The grants of a word's routers; pointers move, flits do not yet.
    #[inline]
    pub(super) fn allocate(&mut self, word: usize) -> Grants<P, V> {
        let block = &mut self.blocks[word];
        let vcs = block.credits.some();
        let mut grants = Grants { lanes: [[[0; V]; P]; P], markers: [0; P], vcs, any: 0 };
        let visible = block.heads();
        let held = block.held_inputs();
        each_port!(P, O => block.pick::<O>(&visible, &held, &mut grants));
        if V > 1 {
            block.choose_outputs(&mut grants);
        }
        each_port!(P, O => grants.any |= block.commit::<O>(&mut grants));
        if grants.any != 0 {
            block.credits.sub(grants.vcs);
            self.moved = true;
        }
        grants
    }
}

impl<const P: usize, const V: usize> Block<P, V> {
    fn heads(&self) -> [[u64; V]; P] {
        let mut heads = self.visible.some();
        for (planes, gave) in heads.iter_mut().zip(self.gave) {
            planes.iter_mut().for_each(|plane| *plane &= !gave);
        }
        heads
    }

    /// Inputs that give the rest of a packet; with one channel the FIFO itself sees to that.
    fn held_inputs(&self) -> [u64; P] {
        let mut held = [0; P];
        if V > 1 && self.locked.iter().any(|plane| *plane != 0) {
            for lanes in &self.lock_lane {
                for (held, lanes) in held.iter_mut().zip(lanes) {
                    *held |= lanes.iter().fold(0, |any, plane| any | plane);
                }
            }
        }
        held
    }

    /// What an output would grant.
    #[inline]
    fn pick<const O: usize>(&mut self, visible: &[[u64; V]; P], held: &[u64; P], g: &mut Grants<P, V>) {
        let o = O;
        let locked = self.locked[o];
        let (mut credit, mut lock_credit) = (0, 0);
        for v in 0..V {
            let has = g.vcs[o][v];
            credit |= has;
            lock_credit |= has & self.lock_vc[o][v];
        }
        let may =
            if locked == 0 { credit } else { credit & !locked | lock_credit & locked } & !self.blocked[o];
        g.markers[o] = self.owes[o] & may & !locked;
        let may = may & !g.markers[o];
        let mut requests = [[0; V]; P];
        let mut any = 0;
        for i in 0..P {
            if !legal(o, i) {
                continue;
            }
            for v in 0..V {
                let open = if V == 1 && locked == 0 {
                    u64::MAX
                } else {
                    !(locked | held[i]) | self.lock_lane[o][i][v]
                };
                requests[i][v] = self.wants[o][i][v] & visible[i][v] & may & open;
                any |= requests[i][v];
            }
        }
        if any != 0 {
            let inputs: [u64; P] =
                std::array::from_fn(|i| requests[i].iter().fold(0, |any, plane| any | plane));
            let mut chosen = [0; P];
            round_robin(&inputs, &self.from[o], &mut chosen);
            for i in 0..P {
                if V == 1 {
                    g.lanes[o][i][0] = chosen[i];
                } else {
                    // Of an input's channels that request, the next in turn.
                    round_robin(&requests[i], &self.lane_from[i], &mut g.lanes[o][i]);
                    g.lanes[o][i].iter_mut().for_each(|plane| *plane &= chosen[i]);
                }
            }
        }
    }

    /// Of the outputs that picked one input, the next in turn.
    fn choose_outputs(&mut self, g: &mut Grants<P, V>) {
        for i in 0..P {
            let mut picked = [0; P];
            for (picked, lanes) in picked.iter_mut().zip(&g.lanes) {
                *picked = lanes[i].iter().fold(0, |any, plane| any | plane);
            }
            let mut chosen = [0; P];
            let any = round_robin(&picked, &self.input_from[i], &mut chosen);
            turn(&mut self.input_from[i], &chosen, any);
            for (chosen, lanes) in chosen.into_iter().zip(&mut g.lanes) {
                lanes[i].iter_mut().for_each(|plane| *plane &= chosen);
            }
            let taken: [u64; V] =
                std::array::from_fn(|v| g.lanes.iter().fold(0, |any, lanes| any | lanes[i][v]));
            turn(&mut self.lane_from[i], &taken, any);
        }
    }

    /// Moves the pointers of an output's grants and chooses their channels downstream.
    #[inline]
    fn commit<const O: usize>(&mut self, g: &mut Grants<P, V>) -> u64 {
        let o = O;
        let inputs: [u64; P] =
            std::array::from_fn(|i| g.lanes[o][i].iter().fold(0, |any, plane| any | plane));
        let granted = inputs.iter().fold(0, |any, plane| any | plane);
        if granted != 0 {
            turn(&mut self.from[o], &inputs, granted);
        }
        let all = granted | g.markers[o];
        if V > 1 {
            let mut chosen = [0; V];
            for v in 0..V {
                g.vcs[o][v] &= all & (!self.locked[o] | self.lock_vc[o][v]);
            }
            round_robin(&g.vcs[o], &self.vc_from[o], &mut chosen);
            turn(&mut self.vc_from[o], &chosen, all);
            g.vcs[o] = chosen;
        } else {
            g.vcs[o][0] = all;
        }
        all
    }
}
