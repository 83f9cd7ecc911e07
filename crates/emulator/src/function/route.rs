//! Where messages go: output axons, resolved to the lists that they read.

use super::kernel::Message;

/// Output axons of a core, or of the host.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    /// Of each compartment or line.
    pub sources: Vec<Outputs>,
    /// All entries, one source after another.
    pub targets: Vec<Target>,
}

/// The output axons of one compartment or line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outputs {
    /// First target.
    pub start: u32,
    /// One past the last target.
    pub end: u32,
    /// Tile steps of all its messages.
    pub hops: u32,
    /// Crossings between chips of all its messages.
    pub links: u32,
}

/// Where one message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Index of the core in the image.
    pub core: u32,
    /// The message.
    pub message: Message,
}

impl Routes {
    /// The targets of a source.
    #[must_use]
    pub fn targets(&self, source: usize) -> &[Target] {
        let outputs = self.sources[source];
        &self.targets[outputs.start as usize..outputs.end as usize]
    }
}
