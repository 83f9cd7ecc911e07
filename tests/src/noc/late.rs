//! A listener between the cores of the pipeline and the mesh, who counts spikes that come too late, and who knows when
//! cores are done.

use std::cell::Cell;

use emulator::time::mesh::{Cycle, Endpoint, Flit, Log, Network, Origin, Ports, Shape, Wake};

/// What was heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Spikes that cores sent.
    pub spikes: u64,
    /// Spikes that cores took while their tile was a step behind the sender's.
    pub early: u64,
    /// Spikes whose step the sender's tile had left before it sent them, or the receiver's before its core took them.
    pub late: u64,
    /// Times that a tile advanced.
    pub advances: u64,
}

thread_local! {
    static HEARD: Cell<Heard> = const { Cell::new(Heard { spikes: 0, early: 0, late: 0, advances: 0 }) };
}

/// What listeners of this thread heard since the last call.
#[must_use]
pub fn take_heard() -> Heard {
    HEARD.take()
}

/// An engine with a listener at its local ports. What it hears is added to [`take_heard`] when it is dropped.
#[derive(Clone, Debug)]
pub struct Listening<N> {
    network: N,
    ear: Ear,
}

#[derive(Clone, Debug)]
struct Ear {
    shape: Shape,
    heard: Heard,
    /// By tile: the step it is in.
    step: Vec<u32>,
    /// By core and parity of the step: spikes sent to it and not taken yet.
    open: Vec<[u64; 2]>,
    /// By parity of the step: cores that are flushed and have learned, tiles that have left it.
    done: [u32; 2],
    /// When the last of them is, of tiles that the mesh sees to.
    rested: [Cycle; 2],
    left: [usize; 2],
}

impl<N> Drop for Listening<N> {
    fn drop(&mut self) {
        let (all, new) = (HEARD.get(), self.ear.heard);
        HEARD.set(Heard {
            spikes: all.spikes + new.spikes,
            early: all.early + new.early,
            late: all.late + new.late,
            advances: all.advances + new.advances,
        });
    }
}

impl Ear {
    const fn core(&self, local: u32) -> u32 {
        local % self.shape.cores() as u32
    }

    fn step(&self, core: u32) -> u32 {
        self.step[(core / self.shape.size.cores_per_tile) as usize]
    }

    fn sent(&mut self, local: u32, flit: Flit) {
        if flit.is_marker() || !flit.tail() {
            return;
        }
        let tile = flit.y() * self.shape.size.width + flit.x();
        let to = tile * self.shape.size.cores_per_tile + flit.slot();
        let (ours, theirs) = (self.step(self.core(local)), self.step(to));
        assert!(ours <= theirs + 1, "tiles are more than a step apart: {ours}, {theirs}");
        self.heard.spikes += 1;
        let has_left = flit.epoch() != (ours % 2 == 1);
        if has_left || theirs > ours {
            self.heard.late += 1;
        } else {
            self.open[to as usize][usize::from(flit.epoch())] += 1;
        }
    }

    fn taken(&mut self, local: u32, flit: Flit) {
        let core = self.core(local);
        if flit.tail() {
            // One that was late already is not awaited any more.
            let open = &mut self.open[core as usize][usize::from(flit.epoch())];
            assert!(*open > 0 || self.heard.late > 0, "core {core} takes a spike that nobody sent");
            *open = open.saturating_sub(1);
            self.heard.early += u64::from(flit.epoch() != (self.step(core) % 2 == 1));
        }
    }

    fn rested(&mut self, at: Cycle, tile: u32) {
        let parity = (self.step[tile as usize] % 2) as usize;
        self.done[parity] += self.shape.size.cores_per_tile;
        self.rested[parity] = self.rested[parity].max(at);
    }

    fn advanced(&mut self, now: Cycle, tile: u32) {
        let (step, slots) = (self.step[tile as usize], self.shape.size.cores_per_tile);
        let parity = (step % 2) as usize;
        let done = self.done[parity] as usize;
        assert!(
            self.shape.phases == 1 || done == self.shape.cores(),
            "a tile leaves when {done} cores are done"
        );
        assert!(
            self.shape.phases == 1 || now >= self.rested[parity],
            "a tile leaves when others are not done"
        );
        self.left[parity] += 1;
        if self.left[parity] == self.shape.tiles() {
            assert_eq!(done, self.shape.cores(), "the last tile leaves");
            (self.left[parity], self.done[parity]) = (0, 0);
        }
        for core in tile * slots..(tile + 1) * slots {
            self.heard.late += std::mem::take(&mut self.open[core as usize][parity]);
        }
        self.heard.advances += 1;
        self.step[tile as usize] += 1;
    }
}

struct ListeningPorts<'a, P> {
    ports: &'a mut P,
    ear: &'a mut Ear,
}

impl<P: Ports> Ports for ListeningPorts<'_, P> {
    fn send(&mut self, local: u32, flit: Flit) -> bool {
        let sent = self.ports.send(local, flit);
        if sent {
            self.ear.sent(local, flit);
        }
        sent
    }

    fn may_send(&mut self, local: u32, at: Cycle) -> bool {
        self.ports.may_send(local, at)
    }

    fn send_ahead(&mut self, local: u32, flit: Flit, at: Cycle) -> bool {
        let sent = self.ports.send_ahead(local, flit, at);
        if sent {
            self.ear.sent(local, flit);
        }
        sent
    }

    fn shows(&self, local: u32, now: Cycle) -> Option<Cycle> {
        self.ports.shows(local, now)
    }

    fn pop_behind(&mut self, local: u32, at: Cycle) -> Option<Flit> {
        let flit = self.ports.pop_behind(local, at)?;
        self.ear.taken(local, flit);
        Some(flit)
    }

    fn watch(&mut self, core: u32, on: bool) {
        self.ports.watch(core, on);
    }

    fn front(&self, local: u32) -> Option<Flit> {
        self.ports.front(local)
    }

    fn waiting(&self, local: u32) -> bool {
        self.ports.waiting(local)
    }

    fn pop(&mut self, local: u32) -> Option<Flit> {
        let flit = self.ports.pop(local)?;
        self.ear.taken(local, flit);
        Some(flit)
    }

    fn wake(&mut self, core: u32, at: Cycle) {
        self.ports.wake(core, at);
    }

    fn flush_at(&mut self, core: u32, epoch: bool, at: Cycle) -> bool {
        self.ports.flush_at(core, epoch, at)
    }

    fn quieten(&mut self, tile: u32) -> bool {
        self.ports.quieten(tile)
    }

    fn rest(&mut self, tile: u32, epoch: bool, at: Cycle) {
        self.ports.rest(tile, epoch, at);
    }

    fn halt(&mut self) {
        self.ports.halt();
    }

    fn done(&mut self, core: u32) {
        self.ear.done[(self.ear.step(core) % 2) as usize] += 1;
        self.ports.done(core);
    }
}

struct ListeningCores<'a, E> {
    cores: &'a mut E,
    ear: &'a mut Ear,
}

impl<E: Endpoint> Endpoint for ListeningCores<'_, E> {
    const BEHIND: bool = E::BEHIND;

    fn settle<P: Ports>(&mut self, now: Cycle, core: u32, ports: &mut P) {
        self.cores.settle(now, core, &mut ListeningPorts { ports, ear: self.ear });
    }

    fn takes<P: Ports>(&mut self, now: Cycle, core: u32, ports: &mut P) -> Cycle {
        self.cores.takes(now, core, &mut ListeningPorts { ports, ear: self.ear })
    }

    fn cycle<P: Ports>(&mut self, now: Cycle, woken: &[Wake], ports: &mut P) {
        self.cores.cycle(now, woken, &mut ListeningPorts { ports, ear: self.ear });
    }

    fn flush<P: Ports>(&mut self, now: Cycle, local: u32, epoch: bool, ports: &mut P) {
        self.cores.flush(now, local, epoch, &mut ListeningPorts { ports, ear: self.ear });
    }

    fn rested(&mut self, at: Cycle, tile: u32) {
        self.ear.rested(at, tile);
        self.cores.rested(at, tile);
    }

    fn advance<P: Ports>(&mut self, now: Cycle, tile: u32, ports: &mut P) {
        self.ear.advanced(now, tile);
        self.cores.advance(now, tile, &mut ListeningPorts { ports, ear: self.ear });
    }

    fn origin(&self, payload: u32) -> Origin {
        self.cores.origin(payload)
    }

    fn sent(&self, payload: u32) -> Option<Cycle> {
        self.cores.sent(payload)
    }
}

impl<N: Network> Network for Listening<N> {
    fn new(shape: Shape) -> Self {
        let ear = Ear {
            heard: Heard::default(),
            step: vec![0; shape.tiles()],
            open: vec![[0; 2]; shape.cores()],
            done: [0; 2],
            rested: [0; 2],
            left: [0; 2],
            shape,
        };
        Self { network: N::new(shape), ear }
    }

    fn run<E: Endpoint, L: Log>(&mut self, until: Cycle, endpoint: &mut E, log: &mut L) {
        let mut cores = ListeningCores { cores: endpoint, ear: &mut self.ear };
        self.network.run(until, &mut cores, log);
        self.network.audit().unwrap_or_else(|error| panic!("{:?}: {error}", self.ear.shape));
    }

    fn now(&self) -> Cycle {
        self.network.now()
    }

    fn flits(&self, net: u32) -> [u64; 3] {
        self.network.flits(net)
    }

    fn audit(&self) -> Result<(), String> {
        self.network.audit()
    }
}

impl<N: Network> Listening<N> {
    const fn ports(&mut self) -> ListeningPorts<'_, N> {
        ListeningPorts { ports: &mut self.network, ear: &mut self.ear }
    }
}

impl<N: Network> Ports for Listening<N> {
    fn send(&mut self, local: u32, flit: Flit) -> bool {
        self.ports().send(local, flit)
    }

    fn may_send(&mut self, local: u32, at: Cycle) -> bool {
        self.ports().may_send(local, at)
    }

    fn send_ahead(&mut self, local: u32, flit: Flit, at: Cycle) -> bool {
        self.ports().send_ahead(local, flit, at)
    }

    fn shows(&self, local: u32, now: Cycle) -> Option<Cycle> {
        self.network.shows(local, now)
    }

    fn pop_behind(&mut self, local: u32, at: Cycle) -> Option<Flit> {
        self.ports().pop_behind(local, at)
    }

    fn watch(&mut self, core: u32, on: bool) {
        self.network.watch(core, on);
    }

    fn front(&self, local: u32) -> Option<Flit> {
        self.network.front(local)
    }

    fn waiting(&self, local: u32) -> bool {
        self.network.waiting(local)
    }

    fn pop(&mut self, local: u32) -> Option<Flit> {
        self.ports().pop(local)
    }

    fn wake(&mut self, core: u32, at: Cycle) {
        self.network.wake(core, at);
    }

    fn flush_at(&mut self, core: u32, epoch: bool, at: Cycle) -> bool {
        self.network.flush_at(core, epoch, at)
    }

    fn quieten(&mut self, tile: u32) -> bool {
        self.network.quieten(tile)
    }

    fn rest(&mut self, tile: u32, epoch: bool, at: Cycle) {
        self.network.rest(tile, epoch, at);
    }

    fn halt(&mut self) {
        self.network.halt();
    }

    fn done(&mut self, core: u32) {
        self.ports().done(core);
    }
}
