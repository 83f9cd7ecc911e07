//! Writes the generated documents of `isa/`: `cargo run -p seamount-isa --example generate`.

mod documents;

use std::path::Path;

fn main() -> std::io::Result<()> {
    for (place, text) in documents::all() {
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(place), text)?;
    }
    Ok(())
}
