//! The generated documents: each a function of `isa::spec` alone.

mod header;
mod json;
mod reference;
mod rtl;

/// Every document: its place below `isa/`, and its text.
pub fn all() -> Vec<(&'static str, String)> {
    vec![
        ("REFERENCE.md", reference::text()),
        ("rtl/seamount_pkg.sv", rtl::text()),
        ("rtl/seamount.h", header::text()),
        ("isa.json", json::text()),
    ]
}

/// `CompartmentProfile` -> `compartment_profile`; a run of digits stays with what is before it.
pub fn snake(name: &str) -> String {
    let mut out = String::new();
    for (i, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && i > 0 {
            out.push('_');
        }
        out.extend(c.to_lowercase().map(|c| if c == ' ' { '_' } else { c }));
    }
    out
}

/// `CompartmentProfile` -> `COMPARTMENT_PROFILE`.
pub fn upper(name: &str) -> String {
    snake(name).to_ascii_uppercase()
}
