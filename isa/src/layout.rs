//! Bit layouts of memory words: one row a field, overlaps and overflows fail the build.

/// One field of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Field {
    /// Name in assembly and manuals.
    pub name: &'static str,
    /// Highest bit.
    pub hi: u32,
    /// Lowest bit.
    pub lo: u32,
    /// Two's complement if true.
    pub signed: bool,
    /// What the field is, its unit and range.
    pub doc: &'static str,
}

impl Field {
    /// Number of bits.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.hi - self.lo + 1
    }
    /// Least value that the field holds.
    #[must_use]
    pub const fn min(&self) -> i64 {
        if self.signed { -(1i64 << (self.width() - 1)) } else { 0 }
    }
    /// Greatest value that the field holds.
    #[must_use]
    pub const fn max(&self) -> i64 {
        (1i64 << (self.width() - self.signed as u32)) - 1
    }
    /// The field's value in `word`.
    #[must_use]
    pub const fn get(&self, word: u64) -> i64 {
        let up = 63 - self.hi;
        let shifted = word << up;
        let down = up + self.lo;
        if self.signed { (shifted as i64) >> down } else { (shifted >> down) as i64 }
    }
    /// `value` at the field's place, cut to its width.
    #[must_use]
    pub const fn put(&self, value: i64) -> u64 {
        ((value as u64) << (64 - self.width()) >> (64 - self.width())) << self.lo
    }
}

/// A value does not fit its field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{word}.{field} = {value} does not fit: {min}..={max}")]
pub struct FieldError {
    /// The word.
    pub word: &'static str,
    /// The field.
    pub field: &'static str,
    /// What was to be stored.
    pub value: i64,
    /// Least value that fits.
    pub min: i64,
    /// Greatest value that fits.
    pub max: i64,
}

/// A word of a memory: a struct with one integer a field.
pub trait Word: Copy + Default + PartialEq {
    /// Name of the word.
    const NAME: &'static str;
    /// Width of the memory, bits.
    const BITS: u32;
    /// What the word is.
    const DOC: &'static str;
    /// The fields, lowest first.
    const FIELDS: &'static [Field];
    /// The values, in the order of `FIELDS`.
    fn values(&self) -> Vec<i64>;
    /// A word of values in the order of `FIELDS`, unchecked.
    fn from_values(values: &[i64]) -> Self;

    /// The bits.
    ///
    /// # Errors
    /// The first field whose value does not fit.
    fn pack(&self) -> Result<u64, FieldError>;
    /// The word of bits; bits outside all fields are ignored.
    fn unpack(bits: u64) -> Self;

    /// Bits that belong to no field.
    fn unused_mask() -> u64 {
        Self::FIELDS.iter().fold(!0, |mask, field| mask & !field.put(-1))
    }
}

/// `value` at the place of `field`, a field of the word called `word`.
///
/// # Errors
/// The value does not fit.
pub const fn put_checked(word: &'static str, field: &Field, value: i64) -> Result<u64, FieldError> {
    if value < field.min() || value > field.max() {
        return Err(FieldError { word, field: field.name, value, min: field.min(), max: field.max() });
    }
    Ok(field.put(value))
}

/// Whether the fields are in order, do not overlap and lie within `bits`.
#[must_use]
pub const fn is_sound(fields: &[Field], bits: u32) -> bool {
    let mut next = 0;
    let mut i = 0;
    while i < fields.len() {
        let field = &fields[i];
        if field.lo < next || field.hi < field.lo || field.hi >= bits || field.hi - field.lo >= 32 {
            return false;
        }
        next = field.hi + 1;
        i += 1;
    }
    bits <= 64
}

/// The Rust type of a field: `u` is unsigned, `i` two's complement.
#[macro_export]
macro_rules! field_type {
    (u) => {
        u32
    };
    (i) => {
        i32
    };
}

/// Whether a field is signed.
#[macro_export]
macro_rules! field_signed {
    (u) => {
        false
    };
    (i) => {
        true
    };
}

/// Declares the words of memories; see [`words`](mod@crate::words).
#[macro_export]
macro_rules! words {
    ($($(#[doc = $doc:literal])* $word:ident [$bits:literal] { $($name:ident [$hi:literal:$lo:literal] $kind:ident $fdoc:literal,)* })*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize)]
        pub struct $word { $(#[doc = $fdoc] pub $name: $crate::field_type!($kind),)* }

        impl $crate::layout::Word for $word {
            const NAME: &'static str = stringify!($word);
            const BITS: u32 = $bits;
            const DOC: &'static str = concat!($($doc, "\n",)*);
            const FIELDS: &'static [$crate::layout::Field] = &[$($crate::layout::Field {
                name: stringify!($name), hi: $hi, lo: $lo, signed: $crate::field_signed!($kind), doc: $fdoc,
            },)*];
            fn values(&self) -> Vec<i64> { vec![$(i64::from(self.$name),)*] }
            fn from_values(values: &[i64]) -> Self {
                let mut next = values.iter().copied();
                Self { $($name: next.next().unwrap_or(0) as $crate::field_type!($kind),)* }
            }
            fn pack(&self) -> Result<u64, $crate::layout::FieldError> {
                let mut fields = Self::FIELDS.iter();
                let mut word = 0;
                $(if let Some(field) = fields.next() {
                    word |= $crate::layout::put_checked(Self::NAME, field, i64::from(self.$name))?;
                })*
                Ok(word)
            }
            fn unpack(bits: u64) -> Self {
                let mut fields = Self::FIELDS.iter();
                Self { $($name: fields.next().map_or(0, |field| field.get(bits)) as $crate::field_type!($kind),)* }
            }
        }

        const _: () = assert!($crate::layout::is_sound(<$word as $crate::layout::Word>::FIELDS, $bits), concat!(stringify!($word), ": fields overlap or leave the word"));
    )*};
}
