//! The chip description.

use isa::chip::{ChipDescription, Grid, Limits};

use super::line::{Line, Refusal, unknown};
use crate::error::Fault;

/// A chip description that is being read.
pub struct Chip {
    chip: ChipDescription,
    given: Vec<&'static str>,
}

impl Chip {
    /// A description of that name without numbers.
    pub fn new(name: String) -> Self {
        let none = Grid { width: 0, height: 0 };
        let limits = Limits {
            compartments: 0,
            axons_in: 0,
            axons_out: 0,
            synapse_words: 0,
            accumulators: 0,
            delay_bits_max: 0,
            stack: 0,
            compartment_profiles: 0,
            vth_profiles: 0,
            synapse_formats: 0,
            pre_profiles: 0,
            post_profiles: 0,
            rules: 0,
            products: 0,
            microcode_words: 0,
        };
        Self {
            chip: ChipDescription { name, board: none, mesh: none, cores_per_tile: 0, limits },
            given: Vec::new(),
        }
    }

    /// Reads `field value`.
    ///
    /// # Errors
    /// An unknown field, or one that was there already.
    pub fn read(&mut self, line: &mut Line) -> Result<(), Refusal> {
        let at = line.at();
        let name = line.word("a field of the chip")?;
        let value = line.u32(name)?;
        let mut fields = fields(&mut self.chip);
        let Some((name, field)) = fields.iter_mut().find(|(known, _)| *known == name) else {
            return Err((at, unknown("field of the chip", name, fields.iter().map(|(known, _)| *known))));
        };
        **field = value;
        if self.given.contains(name) {
            return Err((at, Fault::Conflict(format!("{name} is given twice"))));
        }
        self.given.push(name);
        line.end()
    }

    /// The description.
    ///
    /// # Errors
    /// The fields that are missing.
    pub fn finish(mut self) -> Result<ChipDescription, Fault> {
        let all = fields(&mut self.chip);
        let missing: Vec<&str> =
            all.iter().map(|(name, _)| *name).filter(|name| !self.given.contains(name)).collect();
        if missing.is_empty() {
            Ok(self.chip)
        } else {
            Err(Fault::Conflict(format!("the chip has no {}", missing.join(", "))))
        }
    }
}

/// Every number of a description; a new limit does not compile until it is listed.
fn fields(chip: &mut ChipDescription) -> [(&'static str, &mut u32); 20] {
    let ChipDescription { name: _, board, mesh, cores_per_tile, limits } = chip;
    let Limits {
        compartments,
        axons_in,
        axons_out,
        synapse_words,
        accumulators,
        delay_bits_max,
        stack,
        compartment_profiles,
        vth_profiles,
        synapse_formats,
        pre_profiles,
        post_profiles,
        rules,
        products,
        microcode_words,
    } = limits;
    [
        ("board.width", &mut board.width),
        ("board.height", &mut board.height),
        ("mesh.width", &mut mesh.width),
        ("mesh.height", &mut mesh.height),
        ("cores_per_tile", cores_per_tile),
        ("compartments", compartments),
        ("axons_in", axons_in),
        ("axons_out", axons_out),
        ("synapse_words", synapse_words),
        ("accumulators", accumulators),
        ("delay_bits_max", delay_bits_max),
        ("stack", stack),
        ("compartment_profiles", compartment_profiles),
        ("vth_profiles", vth_profiles),
        ("synapse_formats", synapse_formats),
        ("pre_profiles", pre_profiles),
        ("post_profiles", post_profiles),
        ("rules", rules),
        ("products", products),
        ("microcode_words", microcode_words),
    ]
}
