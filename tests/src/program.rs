//! Programs with other constants: a folder's `main.snn` compiled and run in this process.

use std::path::PathBuf;

use emulator::{Chip, NoObserver};
use image::Image;
use isa::chip::ChipDescription;
use isa::ids::{Key, Step};
use network::graph::Graph;
use network::{Color, Loader};

/// A program of the repository.
#[derive(Clone, Debug)]
pub struct Program {
    source: String,
}

/// Spikes of a run: (t, key).
pub type Spikes = Vec<(Step, Key)>;

impl Program {
    /// The `main.snn` of `programs/NAME`.
    ///
    /// # Panics
    /// If it cannot be read.
    #[must_use]
    pub fn open(name: &str) -> Self {
        let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "programs", name, "main.snn"].iter().collect();
        let source = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        Self { source }
    }

    /// The same with `const name = value`.
    ///
    /// # Panics
    /// If it has no such constant.
    #[must_use]
    pub fn with(&self, name: &str, value: i64) -> Self {
        let head = format!("const {name} ");
        let start = self.source.find(&head).unwrap_or_else(|| panic!("no `{head}`"));
        let end = self.source[start..].find('\n').map_or(self.source.len(), |n| start + n);
        let line = format!("{head}= {value}");
        Self { source: [&self.source[..start], &line, &self.source[end..]].concat() }
    }

    /// Its graph.
    ///
    /// # Panics
    /// If it is wrong; with the errors as a user would see them.
    #[must_use]
    pub fn graph(&self, loader: &dyn Loader) -> Graph {
        network::parse(&self.source, loader)
            .unwrap_or_else(|errors| panic!("{}", errors.render("main.snn", &self.source, Color::Off)))
    }
}

/// A graph on one shipped chip.
///
/// # Panics
/// If it does not fit, or the image does not hold the graph.
#[must_use]
pub fn compile(graph: &Graph) -> Image {
    let chip = ChipDescription::shipped("loihi").expect("it ships");
    let image =
        compiler::compile(graph, &chip, &compiler::Options::default()).expect("a graph that fits").image;
    compiler::check(graph, &image).expect("an image of the graph");
    image
}

/// Runs a session without samples under `seed`; the chip as it is at the end, and all spikes.
///
/// # Panics
/// If the image is refused.
#[must_use]
pub fn run(image: &Image, seed: u32) -> (Chip, Spikes) {
    let mut chip = Chip::load(image).expect("an image that loads");
    chip.set_seed(seed);
    let mut spikes = Spikes::new();
    chip.run(image.session.steps, 1, &mut NoObserver, &mut |t, keys: &[Key]| {
        spikes.extend(keys.iter().map(|&key| (t, key)));
    });
    (chip, spikes)
}

/// Spikes of each compartment of a population, one compartment a neuron, in steps `first..=last`.
///
/// # Panics
/// If there is no such population.
#[must_use]
pub fn counts(
    image: &Image,
    spikes: &Spikes,
    population: &str,
    steps: std::ops::RangeInclusive<u32>,
) -> Vec<u32> {
    let node = image.symbols.populations.iter().find(|node| node.name == population).expect("a population");
    let compartments = node.size as usize * node.compartments.len();
    let mut counts = vec![0; compartments];
    for (_, key) in spikes.iter().filter(|(t, _)| steps.contains(&t.0)) {
        if let Some(count) = key.0.checked_sub(node.key.0).and_then(|i| counts.get_mut(i as usize)) {
            *count += 1;
        }
    }
    counts
}
