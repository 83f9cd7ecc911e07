//! FIFOs: rings of flits, all of one depth.

use super::Flit;

/// FIFOs by row.
#[derive(Clone, Debug)]
pub struct Fifos {
    shift: u32,
    /// By row: flits taken and flits written so far, modulo 2^16.
    taken: Vec<u16>,
    written: Vec<u16>,
    /// `row << shift | number modulo depth`.
    slots: Vec<Flit>,
}

impl Fifos {
    /// `rows` empty FIFOs for at least `depth` flits each.
    pub fn new(rows: usize, depth: u32) -> Self {
        let shift = depth.next_power_of_two().trailing_zeros();
        Self {
            shift,
            taken: vec![0; rows],
            written: vec![0; rows],
            slots: vec![Flit::default(); rows << shift],
        }
    }

    #[inline]
    const fn slot(&self, row: usize, number: u16) -> usize {
        (row << self.shift) + (number as usize & ((1 << self.shift) - 1))
    }

    /// Writes a flit behind the others.
    #[inline]
    pub fn push(&mut self, row: usize, flit: Flit) {
        debug_assert!(self.len(row) < 1 << self.shift, "row {row} overflows");
        let number = self.written[row];
        self.written[row] = number.wrapping_add(1);
        let slot = self.slot(row, number);
        self.slots[slot] = flit;
    }

    /// Takes the first flit; the FIFO must not be empty.
    #[inline]
    pub fn pop(&mut self, row: usize) -> Flit {
        debug_assert!(self.len(row) > 0, "row {row} is empty");
        let number = self.taken[row];
        self.taken[row] = number.wrapping_add(1);
        self.slots[self.slot(row, number)]
    }

    /// The first flit; an old one if the FIFO is empty.
    #[inline]
    pub fn first(&self, row: usize) -> Flit {
        self.slots[self.slot(row, self.taken[row])]
    }

    /// The flit last written.
    pub fn last(&self, row: usize) -> Flit {
        self.slots[self.slot(row, self.written[row].wrapping_sub(1))]
    }

    /// Flits in a FIFO.
    #[inline]
    pub fn len(&self, row: usize) -> u16 {
        self.written[row].wrapping_sub(self.taken[row])
    }

    /// Flits in a FIFO that are in a virtual channel.
    pub fn len_of(&self, row: usize, vc: usize) -> usize {
        let numbers = (0..self.len(row)).map(|i| self.taken[row].wrapping_add(i));
        numbers.filter(|number| self.slots[self.slot(row, *number)].vc() == vc).count()
    }
}

#[cfg(test)]
mod tests {
    use super::{Fifos, Flit};

    #[test]
    fn flits_leave_in_the_order_they_came() {
        let mut fifos = Fifos::new(3, 5);
        let mut next = 0;
        for round in 0..20_000 {
            while fifos.len(1) < 5 {
                fifos.push(1, Flit::spike(0, 0, 0, round).routed(0, fifos.len(1) as usize % 2));
            }
            assert_eq!((fifos.len_of(1, 0) + fifos.len_of(1, 1), fifos.len(0), fifos.len(2)), (5, 0, 0));
            let first = fifos.first(1);
            assert_eq!(first, fifos.pop(1));
            assert!(first.payload() >= next);
            next = first.payload();
        }
    }
}
