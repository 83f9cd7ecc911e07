//! The canonical form of a description: spacing, line breaks, canonical names; comments are kept.
//!
//! `fmt(fmt(x)) == fmt(x)`. A block stays on one line where it fits and holds no comment; else every field has its own
//! line. Long lists are broken. Names of other tools become the canonical ones.

mod layout;
mod nodes;
mod rename;

use crate::diagnostic::Diagnostics;

/// The canonical form of a description.
///
/// # Errors
/// What the parser does not understand; nothing is formatted then.
pub fn fmt(source: &str) -> Result<String, Diagnostics> {
    let (_, errors) = crate::text::parse(source);
    if !errors.is_empty() {
        return Err(Diagnostics::sorted(errors));
    }
    let mut lines = nodes::lines(source);
    for line in &mut lines {
        rename::rename(line);
    }
    Ok(layout::text(&lines))
}
