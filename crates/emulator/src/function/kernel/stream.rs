//! Where a core's unpacked synapses lie, and the messages that point at them.

/// Words of a cache line.
const LINE: usize = 16;

/// One cache line.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
struct Line([u32; LINE]);

/// 32-bit numbers from a cache line's start, so that no vector crosses a line.
#[derive(Clone, Debug, Default)]
pub struct Aligned {
    lines: Vec<Line>,
    len: usize,
}

impl Aligned {
    /// `len` times `value`.
    #[must_use]
    pub fn filled(value: i32, len: usize) -> Self {
        Self { lines: vec![Line([value.cast_unsigned(); LINE]); len.div_ceil(LINE)], len }
    }
}

impl std::ops::Deref for Aligned {
    type Target = [i32];

    fn deref(&self) -> &[i32] {
        // SAFETY: a Line is 16 initialised words without padding, an i32 any of them; len <= 16 * lines.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.len) }
    }
}

impl std::ops::DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [i32] {
        // SAFETY: as above, and the borrow is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.len) }
    }
}

/// Unpacked synapse lists of a core, 32-bit words from a cache line's start.
///
/// A sparse list is one word a synapse: accumulator address `[15:0]`, weight in units of 64 `[31:16]`, signed.
/// A dense list is two weights a word. A general list starts with its number of synaptic operations and its pre
/// unit (`u32::MAX` for none), then words as in a sparse list.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    lines: Vec<Line>,
    len: usize,
    /// Sparse lists.
    lists: usize,
    /// How many of them are not as long as the one before.
    changes: usize,
    /// Length of the last one.
    last: usize,
}

/// Words that a sparse list of `n` takes: whole cache lines, unless it is short.
pub const fn whole_lines(n: usize) -> usize {
    if n > LINE / 2 { n.next_multiple_of(LINE) } else { n }
}

impl Stream {
    /// The words.
    #[must_use]
    pub fn words(&self) -> &[u32] {
        // SAFETY: a Line is 16 initialised words without padding (its size is its alignment), and len <= 16 * lines.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.len) }
    }

    /// The words, to be rewritten by learning.
    #[must_use]
    pub fn words_mut(&mut self) -> &mut [u32] {
        // SAFETY: as above, and the borrow is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.len) }
    }

    /// Appends a list; where it starts. Lists of more than a quarter of a line start on a line.
    pub fn push(&mut self, words: &[u32]) -> u32 {
        let crosses = self.len % LINE + words.len() > LINE;
        let start = if crosses { self.len.next_multiple_of(LINE) } else { self.len };
        self.len = start + words.len();
        self.lines.resize(self.len.div_ceil(LINE), Line::default());
        self.words_mut()[start..].copy_from_slice(words);
        start as u32
    }

    /// Appends a sparse list, and words of weight 0 up to [`whole_lines`], each of another address; where it starts.
    pub fn push_sparse(&mut self, words: &mut Vec<u32>) -> u32 {
        let n = words.len();
        self.lists += 1;
        self.changes += usize::from(n != std::mem::replace(&mut self.last, n));
        words.extend(n as u32..whole_lines(n) as u32);
        self.push(words)
    }

    /// Whether its sparse lists differ in length: then adding a list's zeros too takes less time than a loop that
    /// ends where the processor does not expect it.
    #[must_use]
    pub const fn varied(&self) -> bool {
        self.changes > self.lists / 8
    }

    /// Makes room for `words` words in advance.
    pub fn reserve(&mut self, words: usize) {
        self.lines.reserve(words.div_ceil(LINE));
    }

    /// Where the words lie, as a number, for [`super::touch_list`].
    #[must_use]
    pub fn address(&self) -> usize {
        self.lines.as_ptr().addr()
    }

    /// Gives back what was allocated in advance.
    pub fn shrink(&mut self) {
        self.lines.shrink_to_fit();
    }
}

/// A message on its way: the list that it reads, resolved when the image was loaded.
///
/// The low half is where the list starts, the high half its kind `[1:0]` and length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message([u32; 2]);

/// What a message reads; the two low bits of its upper half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `n` words of address and weight.
    Sparse,
    /// `n` weights for consecutive addresses.
    Dense,
    /// Operations and unit, then `n` words.
    General,
    /// A reward of `start`, taken as a signed number.
    Reward,
}

impl Message {
    /// A message to a list of `n` words at `start`.
    #[must_use]
    pub const fn sparse(start: u32, n: u32) -> Self {
        Self([start, n << 2])
    }
    /// A message to `n < 2^14` weights at `start`, for addresses from `first` on.
    #[must_use]
    pub const fn dense(start: u32, n: u32, first: u16) -> Self {
        Self([start, 1 | n << 2 | (first as u32) << 16])
    }
    /// A message to a list with a head of two words, at `start`.
    #[must_use]
    pub const fn general(start: u32, n: u32) -> Self {
        Self([start, 2 | n << 2])
    }
    /// A message worth `value`.
    #[must_use]
    pub const fn reward(value: i32) -> Self {
        Self([value as u32, 3])
    }
    /// The kind.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self.0[1] & 3 {
            0 => Kind::Sparse,
            1 => Kind::Dense,
            2 => Kind::General,
            _ => Kind::Reward,
        }
    }
    /// First word of the list.
    #[must_use]
    pub const fn start(self) -> usize {
        self.0[0] as usize
    }
    /// The value of a reward.
    #[must_use]
    pub const fn value(self) -> i32 {
        self.0[0] as i32
    }
    /// Number of words, or of weights of a dense list.
    #[must_use]
    pub const fn len(self) -> usize {
        match self.kind() {
            Kind::Dense => (self.0[1] >> 2 & 0x3fff) as usize,
            Kind::Sparse | Kind::General | Kind::Reward => (self.0[1] >> 2) as usize,
        }
    }
    /// First address of a dense list.
    #[must_use]
    pub const fn first(self) -> u32 {
        self.0[1] >> 16
    }
    /// About how many cache lines it reads, at least 2; cheap, and only good for fetching them.
    #[must_use]
    pub const fn lines(self) -> usize {
        let n = self.0[1] >> 2 & 0x3fff;
        let words = n >> (self.0[1] & 1);
        if words <= 2 * LINE as u32 { 2 } else { words as usize / LINE + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_do_not_cross_a_line_that_they_could_fit() {
        let mut stream = Stream::default();
        assert_eq!(stream.push(&[1; 10]), 0);
        assert_eq!(stream.push(&[2; 6]), 10);
        assert_eq!(stream.push(&[3; 33]), 16);
        assert_eq!(stream.push(&[4; 32]), 64);
        assert_eq!(stream.words().as_ptr().addr() % 64, 0);
        assert_eq!(stream.words()[48..50], [3, 0]);
    }

    #[test]
    fn aligned_numbers_start_on_a_line() {
        let mut numbers = Aligned::filled(-3, 21);
        numbers[20] += 1;
        assert_eq!(numbers.as_ptr().addr() % 64, 0);
        assert_eq!((numbers.len(), numbers[19], numbers[20]), (21, -3, -2));
    }

    #[test]
    fn messages_keep_what_they_were_made_of() {
        let m = Message::dense(u32::MAX, 0x3fff, 0xffff);
        assert_eq!(
            (m.kind(), m.start(), m.len(), m.first()),
            (Kind::Dense, u32::MAX as usize, 0x3fff, 0xffff)
        );
        let m = Message::sparse(7, (1 << 30) - 1);
        assert_eq!((m.kind(), m.start(), m.len()), (Kind::Sparse, 7, (1 << 30) - 1));
        assert_eq!((Message::general(9, 5).kind(), Message::general(9, 5).len()), (Kind::General, 5));
        assert_eq!((Message::sparse(0, 32).lines(), Message::sparse(0, 33).lines()), (2, 3));
        assert_eq!(Message::dense(0, 64, 7).lines(), 2);
        assert_eq!(Message::reward(-128).value(), -128);
        assert_eq!(Message::reward(-1).kind(), Kind::Reward);
    }
}
