//! Names of the codes that fields hold, from the contract's tables.

use isa::op::Codes;
use isa::spec::{CODED_FIELDS, CODES};
use isa::words::Field;

use crate::Layout;

impl Layout {
    /// The enumeration that a field holds.
    #[must_use]
    pub fn codes(&self, field: &Field) -> Option<&'static Codes> {
        let named = |row: &&(&str, &str, &str)| (row.0, row.1) == (self.name, field.name);
        let (_, _, codes) = CODED_FIELDS.iter().find(named)?;
        CODES.iter().find(|known| known.name == *codes)
    }

    /// A field's value as people read it: the code's name, or the number.
    #[must_use]
    pub fn show(&self, field: &Field, value: i64) -> String {
        let rows = self.codes(field).map_or(&[][..], |codes| codes.rows);
        match rows.iter().find(|row| i64::from(row.code) == value) {
            Some(row) => row.name.into(),
            None => value.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use isa::words::{CompartmentProfile, Word};

    use super::*;

    #[test]
    fn codes_have_names() {
        let layout = Layout::of::<CompartmentProfile>();
        let field = |name| CompartmentProfile::FIELDS.iter().find(|field| field.name == name).unwrap();
        assert_eq!(layout.show(field("join"), 5), "block");
        assert_eq!(layout.show(field("stack_in"), 3), "3");
        assert_eq!(layout.show(field("decay_u"), 5), "5");
    }
}
