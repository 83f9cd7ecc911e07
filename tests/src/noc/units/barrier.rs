//! How steps begin and end: FLUSH, LRN, ADVANCE; or all at once under a table.

use emulator::Message as Recorded;
use emulator::time::mesh::{Cycle, Flit, Kind, Ports, Size};

use super::message::Message;
use super::plan::{compartment_cycles, learning_cycles, spikes_of};
use super::transmit::{Compartment, Todo};
use super::{Spent, Units};

impl Units {
    /// A tile begins the step it is in, its sweeps in cycle `start`.
    pub(super) fn begin(&mut self, start: Cycle, tile: usize) {
        let step = self.tiles[tile].step;
        if step == self.plans.len() {
            return;
        }
        for core in self.cores_of(tile) {
            let todo = self.todo(start, step, core);
            let plan = &self.plans[step];
            let spent = Spent {
                sweep: todo.sweep.iter().map(|compartment| compartment.cycles).sum(),
                learning: learning_cycles(&plan.cores[core], &self.timing),
                ..Spent::default()
            };
            self.cores[core].spent.push(spent);
            self.cores[core].transmit.begin(todo);
        }
    }

    /// What a core has to do in a step; its messages are listed.
    fn todo(&mut self, start: Cycle, step: usize, core: usize) -> Todo {
        let odd = step % 2 == 1;
        let plan = &self.plans[step];
        let (size, tile) = (self.shape.size, core as u32 / self.shape.size.cores_per_tile);
        let mut add = |recorded: Recorded, kind: Kind, to: Flit| {
            let id = self.messages.len() as u32;
            let flit = Flit::spike(to.x(), to.y(), to.slot(), id).with_epoch(odd).with_kind(kind);
            let leaves_chip =
                chip_of(size, (tile % size.width, tile / size.width)) != chip_of(size, (to.x(), to.y()));
            self.messages.push(Message { recorded, flit, leaves_chip, source: core as u32, sequence: 0 });
            id
        };
        let hosts = if core == 0 { plan.host.as_slice() } else { &[] };
        let host = hosts.iter().map(|(recorded, to)| add(*recorded, Kind::SpikeExternal, *to)).collect();
        let work = &plan.cores[core];
        let ways = work.sent.iter().zip(&plan.ways[core]);
        let ids: Vec<u32> = ways.map(|(recorded, to)| add(*recorded, Kind::Spike, *to)).collect();
        let compartments = spikes_of(work, &ids).into_iter().enumerate();
        let sweep = compartments
            .map(|(i, spikes)| Compartment { cycles: compartment_cycles(work, i, &self.timing), spikes })
            .collect();
        Todo { start, odd, sweep, host, flush: self.table.is_none() }
    }

    /// Who is flushed, who has learned, and under a table when all is done.
    pub(super) fn barrier(&mut self, now: Cycle, ports: &mut impl Ports) {
        if self.table.is_some() {
            return self.barrier_of_table(now);
        }
        for tile in 0..self.tiles.len() {
            let cores = self.cores_of(tile);
            let flushed = |core: usize| {
                let core = &self.cores[core];
                core.flushes == self.timing.nets
                    && core.receive.inside[usize::from(core.transmit.is_odd())] == 0
            };
            if self.tiles[tile].flushed.is_none() && cores.clone().all(flushed) {
                self.tiles[tile].flushed = Some(now);
                self.tiles[tile].flushes.push(now);
            }
            let Some(flushed) = self.tiles[tile].flushed else { continue };
            for (slot, core) in cores.enumerate() {
                let learns = self.cores[core].spent.last().map_or(0, |spent| spent.learning);
                let learned = flushed + learns <= now;
                if learned && !std::mem::replace(&mut self.tiles[tile].learned[slot], true) {
                    ports.done(core as u32);
                }
            }
        }
    }

    /// An ideal AND of all done, then LRN, then the table.
    fn barrier_of_table(&mut self, now: Cycle) {
        let quiet = self.cores.iter().all(|core| core.transmit.has_sent());
        let done: u32 = self.cores.iter().map(|core| core.receive.accumulated).sum();
        let over = self.tiles[0].step == self.plans.len();
        if self.next.is_some() || over || !quiet || done as usize != self.messages.len() {
            return;
        }
        let learning =
            self.cores.iter().filter_map(|core| core.spent.last()).map(|spent| spent.learning).max();
        self.tiles.iter_mut().for_each(|tile| tile.flushes.push(now));
        // The units have acted in this cycle: an empty table leaves the next.
        self.next = Some((now + learning.unwrap_or(0) + self.table.unwrap_or(0)).max(now + 1));
    }

    /// Under a table: all tiles advance.
    pub(super) fn advance_all(&mut self, now: Cycle, ports: &mut impl Ports) {
        self.next = None;
        for tile in 0..self.tiles.len() {
            self.leave(now, tile);
            self.begin(now, tile);
        }
        self.halt_at_the_end(ports);
    }

    /// A tile leaves its step.
    pub(super) fn leave(&mut self, now: Cycle, tile: usize) {
        for core in self.cores_of(tile) {
            let core = &mut self.cores[core];
            let parity = usize::from(core.transmit.is_odd());
            assert_eq!(core.receive.inside[parity], 0, "a message of the step is left");
            assert!(core.transmit.has_sent(), "a message of the step is not sent");
            let spent = core.spent.last_mut().expect("a step");
            spent.sent = std::mem::take(&mut core.transmit.sent);
            spent.received = std::mem::take(&mut core.receive.received[parity]);
            core.flushes = 0;
        }
        let tile = &mut self.tiles[tile];
        (tile.step, tile.flushed) = (tile.step + 1, None);
        tile.learned.fill(false);
        tile.advances.push(now);
    }

    pub(super) fn halt_at_the_end(&self, ports: &mut impl Ports) {
        if self.tiles.iter().all(|tile| tile.step == self.plans.len()) {
            ports.halt();
        }
    }
}

/// The chip that a tile is on, by column and row.
const fn chip_of(size: Size, (x, y): (u32, u32)) -> (u32, u32) {
    (x / size.chip_width, y / size.chip_height)
}
