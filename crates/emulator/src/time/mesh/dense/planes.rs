//! Planes: one bit per router, 64 routers a word.

/// Bits of a counter: enough for the deepest FIFO.
const BITS: usize = 11;

/// 64 small numbers, bit by bit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counter {
    bits: [u64; BITS],
}

impl Counter {
    /// All 64 equal to a number.
    pub fn filled(value: u32) -> Self {
        let mut counter = Self::default();
        for (bit, plane) in counter.bits.iter_mut().enumerate() {
            *plane = if value >> bit & 1 == 1 { u64::MAX } else { 0 };
        }
        counter
    }

    /// Adds one where a bit is set.
    #[inline]
    pub fn add(&mut self, mut carry: u64) {
        for plane in &mut self.bits {
            if carry == 0 {
                break;
            }
            let next = *plane & carry;
            *plane ^= carry;
            carry = next;
        }
    }

    /// Takes one where a bit is set; none of those may be 0.
    #[inline]
    pub fn sub(&mut self, mut borrow: u64) {
        for plane in &mut self.bits {
            if borrow == 0 {
                break;
            }
            let next = !*plane & borrow;
            *plane ^= borrow;
            borrow = next;
        }
    }

    /// Where it is not 0; `width` bits are in use.
    #[inline]
    pub fn some(&self, width: usize) -> u64 {
        self.bits[..width].iter().fold(0, |any, plane| any | plane)
    }

    /// One of the numbers.
    pub fn get(&self, bit: usize) -> u32 {
        (0..BITS).map(|i| ((self.bits[i] >> bit & 1) as u32) << i).sum()
    }
}

/// Moves every bit by `by` routers: the words that it falls in, and what falls there.
#[inline]
pub fn shifted(plane: u64, word: usize, by: isize) -> [(usize, u64); 2] {
    let (words, bits) = (by.div_euclid(64), by.rem_euclid(64) as u32);
    let first = word.wrapping_add_signed(words);
    let spill = if bits == 0 { 0 } else { plane >> (64 - bits) };
    [(first, plane << bits), (first.wrapping_add(1), spill)]
}

/// Moves every bit by `by` routers within a word.
#[inline]
pub const fn moved(plane: u64, by: isize) -> u64 {
    if by < 0 { plane >> -by } else { plane << by }
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
    use super::{Counter, bits, shifted};

    #[test]
    fn counters_count_apart() {
        let mut counter = Counter::filled(6);
        counter.add(0b101);
        counter.add(0b100);
        counter.sub(0b010);
        assert_eq!([0, 1, 2, 3].map(|bit| counter.get(bit)), [7, 5, 8, 6]);
        (0..6).for_each(|_| counter.sub(0b1000));
        assert_eq!(counter.some(4), !0b1000);
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
