//! Packets under way, from the output axon until they are taken from the mesh.

use super::plan::Packet;
use crate::time::mesh::Cycle;

/// Packets under way: slots are numbered, and a number is used again.
#[derive(Clone, Debug, Default)]
pub struct Flights {
    slots: Vec<Flight>,
    free: Vec<u32>,
}

/// A packet under way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flight {
    /// What it is.
    pub packet: Packet,
    /// Who sent it.
    pub source: u32,
    /// Its number among the source's packets.
    pub sequence: u32,
    /// Parity of its step.
    pub epoch: bool,
    /// When its first flit was sent.
    pub sent: Cycle,
}

impl Flights {
    /// Numbers a packet.
    #[inline]
    pub fn add(&mut self, flight: Flight) -> u32 {
        let id = self.free.pop().unwrap_or(self.slots.len() as u32);
        match self.slots.get_mut(id as usize) {
            Some(slot) => *slot = flight,
            None => self.slots.push(flight),
        }
        id
    }

    /// Frees a number.
    #[inline]
    pub fn end(&mut self, id: u32) {
        self.free.push(id);
    }

    /// Notes when the first flit of a packet was sent.
    #[inline]
    pub fn sent(&mut self, id: u32, at: Cycle) {
        self.slots[id as usize].sent = at;
    }

    /// The packet of a number.
    #[inline]
    #[must_use]
    pub fn get(&self, id: u32) -> &Flight {
        &self.slots[id as usize]
    }

    /// Packets under way.
    #[must_use]
    pub const fn under_way(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}
