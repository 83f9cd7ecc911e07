//! The receive path of a core: NIF rx, AXI, q_ax, SYN, q_syn, DACC.

use emulator::time::mesh::{Cycle, Ports};
use isa::timing::Timing;

use super::fifo::{Fifo, Unit};
use super::message::Now;

/// What the units of the path did for the messages of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// When the last message was accumulated.
    pub end: Cycle,
    /// Cycles of AXI.
    pub axon_in: u64,
    /// Cycles of SYN.
    pub synapse: u64,
}

/// The units of the path.
#[derive(Clone, Debug)]
pub struct Receive {
    /// The core's local ports, by network.
    locals: Vec<u32>,
    /// The network that AXI looks at first.
    turn: u32,
    /// The network of which AXI has taken the first flit of a packet of two.
    half: Option<u32>,
    axi: Unit<u32>,
    /// Lookups that wait for SYN.
    pub lookups: Fifo<u32>,
    syn: Unit<u32>,
    /// The synapse that SYN works at, from 0, and when it is done.
    synapse: (u64, Cycle),
    /// Synapses that wait for DACC: the message of each, and whether it is its last.
    synapses: Fifo<(u32, bool)>,
    dacc: Unit<(u32, bool)>,
    /// By parity of the step: messages of which a flit was taken, and which are not accumulated yet.
    pub inside: [u32; 2],
    /// By parity of the step.
    pub received: [Received; 2],
    /// Messages that were accumulated, of all steps.
    pub accumulated: u32,
}

impl Receive {
    /// At rest.
    #[must_use]
    pub fn new(timing: &Timing, locals: Vec<u32>) -> Self {
        Self {
            locals,
            turn: 0,
            half: None,
            axi: Unit::new(),
            lookups: Fifo::new(timing.fifo.axon_in),
            syn: Unit::new(),
            synapse: (0, 0),
            synapses: Fifo::new(timing.fifo.synapse),
            dacc: Unit::new(),
            inside: [0; 2],
            received: [Received { end: 0, axon_in: 0, synapse: 0 }; 2],
            accumulated: 0,
        }
    }

    /// Phase 2 of a cycle: DACC, SYN, AXI.
    pub fn cycle(&mut self, now: &Now, ports: &mut impl Ports) {
        self.accumulate(now);
        self.hand_on(now);
        if !now.timing.core.receive_serial
            && self.syn.is_free(now.cycle)
            && let Some(id) = self.lookups.take(now.cycle)
        {
            self.fetch(now, id, 0);
        }
        self.looked_up(now);
        let unit = if now.timing.core.receive_serial { &self.syn } else { &self.axi };
        if unit.is_free(now.cycle)
            && let Some(id) = self.take(now, ports)
        {
            self.look_up(now, id);
        }
    }

    /// DACC: a synapse after the other.
    fn accumulate(&mut self, now: &Now) {
        if let Some((id, is_last)) = self.dacc.finished(now.cycle) {
            self.dacc.release();
            if is_last {
                self.accumulated(now, id);
            }
        }
        if self.dacc.is_free(now.cycle)
            && let Some(synapse) = self.synapses.take(now.cycle)
        {
            self.dacc.begin(now.cycle, synapse, now.timing.core.accumulate.into());
        }
    }

    /// SYN begins a message; where it forms one unit with AXI, behind a lookup of some cycles.
    fn fetch(&mut self, now: &Now, id: u32, lookup: u64) {
        let message = &now.messages[id as usize];
        self.syn.begin(now.cycle, id, lookup + message.fetch_cycles(now.timing));
        self.received[message.parity()].synapse += message.fetch_cycles(now.timing);
        self.synapse = (0, now.cycle + lookup + message.read_cycles(now.timing, 0));
        self.hand_on(now);
    }

    /// SYN: where accumulation costs something, synapse after synapse goes to DACC, one a cycle; the next begins when it
    /// has gone. Else they are accumulated on the way.
    fn hand_on(&mut self, now: &Now) {
        let Some(id) = self.syn.item() else { return };
        let message = &now.messages[id as usize];
        let synapses = u64::from(message.synapses());
        if now.timing.core.accumulate == 0 || synapses == 0 {
            if self.syn.finished(now.cycle).is_some() {
                self.syn.release();
                self.accumulated(now, id);
            }
            return;
        }
        let (synapse, done) = self.synapse;
        if done <= now.cycle && self.synapses.may_push(now.cycle) {
            let is_last = synapse + 1 == synapses;
            self.synapses.push(now.cycle, (id, is_last));
            if is_last {
                self.syn.release();
            } else {
                self.synapse = (synapse + 1, now.cycle + message.read_cycles(now.timing, synapse + 1));
            }
        }
    }

    /// Takes a flit: of the networks in turn, but of a packet of two the second where the first came from. The packet,
    /// once it is whole.
    fn take(&mut self, now: &Now, ports: &mut impl Ports) -> Option<u32> {
        let nets = self.locals.len() as u32;
        let turns: Vec<u32> = match self.half {
            Some(net) => vec![net],
            None => (0..nets).map(|i| (self.turn + i) % nets).collect(),
        };
        let net = turns.into_iter().find(|net| ports.front(self.locals[*net as usize]).is_some())?;
        let flit = ports.pop(self.locals[net as usize])?;
        if self.half.is_none() {
            self.inside[now.messages[flit.payload() as usize].parity()] += 1;
        }
        self.half = (!flit.tail()).then_some(net);
        if !flit.tail() {
            return None;
        }
        self.turn = (net + 1) % nets;
        Some(flit.payload())
    }

    /// AXI begins a message; where it forms one unit with SYN, both do.
    fn look_up(&mut self, now: &Now, id: u32) {
        let (message, timing) = (&now.messages[id as usize], now.timing);
        let lookup = u64::from(timing.core.axon_in);
        self.received[message.parity()].axon_in += lookup;
        if timing.core.receive_serial {
            self.fetch(now, id, lookup);
        } else {
            self.axi.begin(now.cycle, id, lookup);
            self.looked_up(now);
        }
    }

    /// A finished lookup goes to q_ax, where there is room.
    fn looked_up(&mut self, now: &Now) {
        if let Some(id) = self.axi.finished(now.cycle)
            && self.lookups.has_room(now.cycle)
        {
            self.lookups.push(now.cycle, id);
            self.axi.release();
        }
    }

    fn accumulated(&mut self, now: &Now, id: u32) {
        let parity = now.messages[id as usize].parity();
        self.inside[parity] -= 1;
        self.received[parity].end = now.cycle;
        self.accumulated += 1;
    }
}
