//! Phase 1: lists of synapses added to accumulators.

use super::stream::{Kind, Message, Stream, whole_lines};
use super::{LANES, Level, Set};

/// What serving messages needs of a core.
pub struct Inbox<'a> {
    /// Unpacked synapses.
    pub stream: &'a Stream,
    /// Ring of accumulators in units of 64, its length a power of two: all compartments of one slot, then the next.
    pub ring: &'a mut [i32],
    /// Index of compartment 0 in the slot that this step reads.
    pub head: u32,
    /// Pre units of learning lists that were served, in order.
    pub units: &'a mut Vec<u32>,
}

/// What serving messages gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// Synaptic operations.
    pub operations: u64,
    /// Sum of rewards.
    pub reward: i64,
}

/// How many messages ahead a list is fetched.
const AHEAD: usize = 16;

/// Serves `messages` of one core. Messages point into `inbox.stream`, as loading made sure.
pub fn serve(level: Level, messages: &[Message], inbox: Inbox<'_>) -> Served {
    match level.0 {
        #[cfg(target_arch = "x86_64")]
        Set::Avx512 => {
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi1,bmi2,popcnt,lzcnt")]
            fn avx512(messages: &[Message], inbox: Inbox<'_>) -> Served {
                serve_body::<true>(messages, inbox)
            }
            // SAFETY: a Level exists only for an instruction set that was detected.
            unsafe { avx512(messages, inbox) }
        }
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 => {
            #[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt")]
            fn avx2(messages: &[Message], inbox: Inbox<'_>) -> Served {
                serve_body::<false>(messages, inbox)
            }
            // SAFETY: as above.
            unsafe { avx2(messages, inbox) }
        }
        Set::Baseline => serve_body::<false>(messages, inbox),
    }
}

/// Fetches the cache line of an element, if there is such an element.
#[inline(always)]
pub fn touch<T>(all: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch reads nothing, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(all.as_ptr().wrapping_add(index).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (all, index);
}

/// Fetches the first two lines of a message's list from the stream at `address` into the second cache.
#[inline(always)]
pub fn touch_list(message: Message, address: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        let first = std::ptr::without_provenance::<i8>(address.wrapping_add(4 * message.start()));
        // SAFETY: a prefetch reads nothing, whatever the address.
        unsafe {
            _mm_prefetch::<_MM_HINT_T1>(first);
            _mm_prefetch::<_MM_HINT_T1>(first.wrapping_add(64));
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (message, address);
}

/// Fetches the lists of the first messages into the cache.
pub fn prefetch(messages: &[Message], stream: &Stream) {
    for message in messages.iter().take(AHEAD) {
        fetch(*message, stream);
    }
}

#[inline(always)]
fn fetch(message: Message, stream: &Stream) {
    let (words, start) = (stream.words(), message.start());
    touch(words, start);
    touch(words, start + 16);
    for line in 2..message.lines().min(8) {
        touch(words, start + 16 * line);
    }
}

#[inline(always)]
fn serve_body<const WIDE: bool>(messages: &[Message], inbox: Inbox<'_>) -> Served {
    // Most cores have one slot, or none but the first is read: then addresses are indices.
    match (inbox.head, inbox.stream.varied()) {
        (0, false) => serve_all::<false, WIDE, false>(messages, inbox),
        (0, true) => serve_all::<false, WIDE, true>(messages, inbox),
        (_, false) => serve_all::<true, WIDE, false>(messages, inbox),
        (_, true) => serve_all::<true, WIDE, true>(messages, inbox),
    }
}

#[inline(always)]
fn serve_all<const TURNED: bool, const WIDE: bool, const VARIED: bool>(
    messages: &[Message],
    inbox: Inbox<'_>,
) -> Served {
    let mut served = Served::default();
    let Inbox { stream, ring, head, units } = inbox;
    assert!(ring.len().is_power_of_two());
    let words = stream.words();
    for (i, message) in messages.iter().enumerate() {
        if let Some(ahead) = messages.get(i + AHEAD) {
            fetch(*ahead, stream);
        }
        let (start, n) = (message.start(), message.len());
        if message.kind() == Kind::Sparse {
            let served_words = if VARIED { whole_lines(n) } else { n };
            add_words::<TURNED>(&words[start..start + served_words], ring, head);
            served.operations += n as u64;
            continue;
        }
        match message.kind() {
            Kind::Sparse => {}
            Kind::Dense => {
                let first = (message.first() + head) as usize & (ring.len() - 1);
                add_dense::<WIDE>(&words[start..start + n.div_ceil(2)], &mut ring[first..first + n]);
                served.operations += n as u64;
            }
            Kind::General => {
                let list = &words[start..start + 2 + n];
                add_words::<TURNED>(&list[2..], ring, head);
                served.operations += u64::from(list[0]);
                units.extend((list[1] != u32::MAX).then_some(list[1]));
            }
            Kind::Reward => served.reward += i64::from(message.value()),
        }
    }
    served
}

/// Adds words of address and weight.
#[inline(always)]
fn add_words<const TURNED: bool>(list: &[u32], ring: &mut [i32], head: u32) {
    let mask = ring.len() as u32 - 1;
    let mut add = |word: u32| {
        let address = if TURNED { (word & 0xffff).wrapping_add(head) & mask } else { word & 0xffff & mask };
        // SAFETY: the length of the ring is a power of two (asserted by the caller), the mask is one less.
        let slot = unsafe { ring.get_unchecked_mut(address as usize) };
        *slot = slot.wrapping_add(word as i32 >> 16);
    };
    let (chunks, rest) = list.as_chunks::<8>();
    for chunk in chunks {
        chunk.iter().for_each(|&word| add(word));
    }
    rest.iter().for_each(|&word| add(word));
}

/// Adds weights, two a word, to consecutive accumulators.
#[inline(always)]
fn add_dense<const WIDE: bool>(list: &[u32], slots: &mut [i32]) {
    // SAFETY: a u32 is two i16 of weaker alignment; the slice covers the same bytes.
    let weights: &[i16] = unsafe { std::slice::from_raw_parts(list.as_ptr().cast(), list.len() * 2) };
    #[cfg(target_arch = "x86_64")]
    if WIDE {
        // SAFETY: WIDE is the AVX-512 instance of `serve`.
        unsafe { add_dense_512(&weights[..slots.len()], slots) };
        return;
    }
    for (slot, weight) in slots.iter_mut().zip(weights) {
        *slot = slot.wrapping_add(i32::from(*weight));
    }
}

/// The same with a masked vector at the end, instead of up to 15 single additions.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi1,bmi2,popcnt,lzcnt")]
fn add_dense_512(weights: &[i16], slots: &mut [i32]) {
    use std::arch::x86_64::{
        _mm256_loadu_si256, _mm256_maskz_loadu_epi16, _mm512_add_epi32, _mm512_cvtepi16_epi32,
        _mm512_loadu_si512, _mm512_mask_storeu_epi32, _mm512_maskz_loadu_epi32, _mm512_storeu_si512,
    };
    let n = weights.len().min(slots.len());
    let whole = n / LANES * LANES;
    let (from, to) = (weights.as_ptr(), slots.as_mut_ptr());
    for i in (0..whole).step_by(LANES) {
        // SAFETY: both slices hold 16 elements from i on.
        unsafe {
            let weight = _mm512_cvtepi16_epi32(_mm256_loadu_si256(from.add(i).cast()));
            let slot = _mm512_loadu_si512(to.add(i).cast());
            _mm512_storeu_si512(to.add(i).cast(), _mm512_add_epi32(slot, weight));
        }
    }
    if whole < n {
        let mask = (1u16 << (n - whole)) - 1;
        // SAFETY: the mask keeps lanes below n, and n elements are in both slices.
        unsafe {
            let weight = _mm512_cvtepi16_epi32(_mm256_maskz_loadu_epi16(mask, from.add(whole)));
            let slot = _mm512_maskz_loadu_epi32(mask, to.add(whole));
            _mm512_mask_storeu_epi32(to.add(whole), mask, _mm512_add_epi32(slot, weight));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;
    use proptest::prelude::*;

    /// The plain form: one address after the other.
    fn plain(list: &[(u16, i16)], ring: &mut [i32], head: u32) {
        for (address, weight) in list {
            let at = (u32::from(*address) + head) as usize % ring.len();
            ring[at] += i32::from(*weight);
        }
    }

    proptest! {
        #[test]
        fn sparse_general_and_dense_lists_add_up(
            list in proptest::collection::vec(any::<(u16, i16)>(), 0..100),
            bits in 4u32..10, slot in 0u32..8, varied: bool, dense in proptest::collection::vec(any::<i16>(), 1..50),
        ) {
            let (size, head) = (1usize << bits << 3, slot << bits);
            let dense = &dense[..dense.len().min(1 << bits)];
            let mut expected = vec![5; size];
            plain(&list, &mut expected, head);
            plain(&list, &mut expected, head);
            let first = 3u16 << bits;
            let run: Vec<(u16, i16)> = dense.iter().enumerate().map(|(i, &w)| (first + i as u16, w)).collect();
            plain(&run, &mut expected, head);
            let words: Vec<u32> =
                list.iter().map(|(a, w)| u32::from(*a) | u32::from(w.cast_unsigned()) << 16).collect();
            let mut stream = Stream::default();
            if varied {
                stream.push_sparse(&mut vec![7 << 16; 9]);
            }
            let sparse_at = stream.push_sparse(&mut words.clone());
            for _ in 0..9 * usize::from(!varied) {
                stream.push_sparse(&mut words.clone());
            }
            prop_assert_eq!(stream.varied(), varied);
            let general_at = stream.push(&[vec![77, 3], words.clone()].concat());
            let pairs: Vec<u32> = dense.chunks(2).map(|p| {
                u32::from(p[0].cast_unsigned()) | u32::from(p.get(1).copied().unwrap_or(9).cast_unsigned()) << 16
            }).collect();
            let dense_at = stream.push(&pairs);
            let n = words.len() as u32;
            let messages = [
                Message::sparse(sparse_at, n), Message::general(general_at, n), Message::reward(-5),
                Message::dense(dense_at, dense.len() as u32, first),
            ];
            for level in Level::supported() {
                let (mut ring, mut units) = (vec![5; size], vec![]);
                let inbox = Inbox { stream: &stream, ring: &mut ring, head, units: &mut units };
                let served = serve(level, &messages, inbox);
                prop_assert_eq!(&ring, &expected);
                prop_assert_eq!(&units, &[3]);
                let operations = u64::from(n) + 77 + dense.len() as u64;
                prop_assert_eq!(served, Served { operations, reward: -5 });
            }
        }
    }
}
