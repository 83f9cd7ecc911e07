//! Planes: one bit per router, 64 routers a word.

use isa::timing::{FIFO_MAX, VCS_MAX};

/// Bits of a counter: enough for the deepest FIFO, which takes every virtual channel.
const BITS: usize = (FIFO_MAX * VCS_MAX).ilog2() as usize + 1;

/// Numbers of 64 routers, one for each port and virtual channel, bit by bit.
#[derive(Clone, Debug)]
pub struct Counters<const P: usize, const V: usize> {
    /// Bits in use.
    width: usize,
    bits: [[[u64; V]; P]; BITS],
}

impl<const P: usize, const V: usize> Counters<P, V> {
    /// Numbers up to `max`, all 64 of a port equal to `value(port)`.
    pub fn new(max: u32, value: impl Fn(usize) -> u32) -> Self {
        let plane = |bit: usize, port: usize| if value(port) >> bit & 1 == 1 { u64::MAX } else { 0 };
        Self {
            width: (32 - max.leading_zeros()) as usize,
            bits: std::array::from_fn(|bit| std::array::from_fn(|port| [plane(bit, port); V])),
        }
    }

    /// Adds one where a bit is set.
    #[inline]
    pub fn add(&mut self, mut carry: [[u64; V]; P]) {
        for planes in &mut self.bits[..self.width] {
            for (plane, carry) in planes.as_flattened_mut().iter_mut().zip(carry.as_flattened_mut()) {
                (*plane, *carry) = (*plane ^ *carry, *plane & *carry);
            }
        }
    }

    /// Takes one where a bit is set; none of those may be 0.
    #[inline]
    pub fn sub(&mut self, mut borrow: [[u64; V]; P]) {
        for planes in &mut self.bits[..self.width] {
            for (plane, borrow) in planes.as_flattened_mut().iter_mut().zip(borrow.as_flattened_mut()) {
                (*plane, *borrow) = (*plane ^ *borrow, !*plane & *borrow);
            }
        }
    }

    /// Where they are not 0.
    #[inline]
    pub fn some(&self) -> [[u64; V]; P] {
        let mut some = [[0; V]; P];
        for planes in &self.bits[..self.width] {
            some.as_flattened_mut()
                .iter_mut()
                .zip(planes.as_flattened())
                .for_each(|(some, plane)| *some |= plane);
        }
        some
    }

    /// Where those of a port and channel are not 0.
    #[inline]
    pub fn some_of(&self, port: usize, vc: usize) -> u64 {
        self.bits[..self.width].iter().fold(0, |some, planes| some | planes[port][vc])
    }

    /// One of the numbers.
    pub fn get(&self, port: usize, vc: usize, router: usize) -> u32 {
        (0..self.width).map(|bit| ((self.bits[bit][port][vc] >> router & 1) as u32) << bit).sum()
    }
}

/// Where any channel of a port has a bit.
#[inline]
pub fn any_of<const V: usize>(planes: &[u64; V]) -> u64 {
    planes.iter().fold(0, |any, plane| any | plane)
}

/// Whether any plane has a bit.
#[inline]
pub fn any<const P: usize, const V: usize>(planes: &[[u64; V]; P]) -> bool {
    planes.as_flattened().iter().fold(0, |any, plane| any | plane) != 0
}

/// Adds the bits of planes to others.
#[inline]
pub fn join<const P: usize, const V: usize>(all: &mut [[u64; V]; P], planes: &[[u64; V]; P]) {
    all.as_flattened_mut().iter_mut().zip(planes.as_flattened()).for_each(|(all, plane)| *all |= plane);
}

/// Moves every bit by `by` routers: the words that it falls in, and what falls there.
#[inline]
pub fn shifted(plane: u64, word: usize, by: isize) -> [(usize, u64); 2] {
    let (words, bits) = (by.div_euclid(64), by.rem_euclid(64) as u32);
    let first = word.wrapping_add_signed(words);
    let spill = if bits == 0 { 0 } else { plane >> (64 - bits) };
    [(first, plane << bits), (first.wrapping_add(1), spill)]
}

/// Does something for each of up to 8 ports, whose number is a constant there, so that what is never asked is not
/// compiled.
macro_rules! each_port {
    ($ports:expr, $port:ident => $body:expr) => {
        each_port!(@ $ports, $port, $body, 0, 1, 2, 3, 4, 5, 6, 7)
    };
    (@ $ports:expr, $port:ident, $body:expr, $($number:literal),*) => {
        $(if $number < $ports {
            const $port: usize = $number;
            $body;
        })*
    };
}
pub(super) use each_port;

/// The positions of the set bits.
#[inline]
pub fn bits(mut plane: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        (plane != 0).then(|| {
            let bit = plane.trailing_zeros() as usize;
            plane &= plane - 1;
            bit
        })
    })
}

/// Round robin in 64 routers: of the requests, the first at or after the pointer, else the first. `from` has a bit
/// where the pointer is at or before a lane.
#[inline]
pub fn round_robin(requests: &[u64], from: &[u64], grants: &mut [u64]) -> u64 {
    let (mut ahead, mut any) = (0, 0);
    for ((request, from), grant) in requests.iter().zip(from).zip(grants.iter_mut()) {
        let mine = request & from & !ahead;
        *grant = mine;
        ahead |= mine;
    }
    for (request, grant) in requests.iter().zip(grants.iter_mut()) {
        let mine = request & !ahead & !any;
        *grant |= mine;
        any |= mine;
    }
    ahead | any
}

/// Moves the pointers behind the winners.
#[inline]
pub fn turn(from: &mut [u64], grants: &[u64], granted: u64) {
    let mut before = 0;
    for (from, grant) in from.iter_mut().zip(grants) {
        *from = (*from & !granted) | (before & granted);
        before |= grant;
    }
}

#[cfg(test)]
mod tests {
    use super::{Counters, bits, shifted};

    #[test]
    fn counters_count_apart() {
        let mut counters = Counters::<2, 2>::new(8, |port| 6 + port as u32);
        counters.add([[0b101, 0], [0, 1]]);
        counters.add([[0b100, 0], [0, 0]]);
        counters.sub([[0b010, 1], [0, 0]]);
        assert_eq!([0, 1, 2, 3].map(|router| counters.get(0, 0, router)), [7, 5, 8, 6]);
        assert_eq!([(0, 1), (1, 0), (1, 1)].map(|(port, vc)| counters.get(port, vc, 0)), [5, 7, 8]);
        (0..6).for_each(|_| counters.sub([[0b1000, 0], [0, 0]]));
        assert_eq!(counters.some(), [[!0b1000, u64::MAX], [u64::MAX; 2]]);
        assert_eq!(counters.some_of(0, 0), !0b1000);
    }

    #[test]
    fn bits_move_over_words() {
        let all: Vec<usize> = [(3, 5), (3, -70), (3, 64), (3, 130), (3, -1)]
            .into_iter()
            .flat_map(|(word, by)| {
                let moved = shifted(1 | 1 << 63, word, by);
                moved.into_iter().flat_map(|(word, plane)| bits(plane).map(move |bit| word * 64 + bit))
            })
            .collect();
        assert_eq!(all, [197, 260, 122, 185, 256, 319, 322, 385, 191, 254]);
    }
}
