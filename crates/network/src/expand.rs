//! A source with its macros expanded.

use crate::diagnostic::Diagnostics;
use crate::fmt;
use crate::text::{layout, macros, parse, stream, token};

/// The source with every call of a macro replaced by what it expands to, in canonical form.
///
/// # Errors
/// What the parser does not understand.
pub fn expand(source: &str) -> Result<String, Diagnostics> {
    let (_, errors) = parse(source);
    if !errors.is_empty() {
        return Err(Diagnostics::sorted(errors));
    }
    let tokens = layout::arrange(token::tokens(source), &mut Vec::new());
    let mut macros = macros::Macros::new(&tokens, &mut Vec::new());
    let (mut out, mut last) = (String::new(), 0usize);
    for part in layout::split(&tokens, &["\n"]) {
        let text = if macros::is_macro(part) { Some(String::new()) } else { macros.text(part) };
        let Some(text) = text else { continue };
        let span = stream::span_of(part);
        out.push_str(source.get(last..span.start as usize).unwrap_or_default());
        out.push_str(text.trim_end());
        last = span.end as usize;
    }
    out.push_str(source.get(last..).unwrap_or_default());
    fmt::fmt(&out)
}
