//! Axon maps and output axons -> resolved targets with their distances (contract 6, 9).

use image::{CoreImage, Image};
use isa::ids::CoreId;
use isa::op::AxonKind;
use isa::words::{DiscreteAxon, Pop16Axon, Pop32Atom, Pop32Axon, Word};

use super::super::kernel::Message;
use super::super::route::{Outputs, Routes, Target};
use super::ListTable;
use crate::error::LoadError;

/// One output axon as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axon {
    /// Kind of its messages.
    pub kind: AxonKind,
    /// Destination core of the board.
    pub core: CoreId,
    /// Input axon there.
    pub axon: u32,
    /// Which list.
    pub atom: u32,
}

/// Reads the output axon at `slots[at]` and the number of slots it takes.
pub fn read(image: &Image, slots: &[u64], at: usize) -> Result<(Axon, usize), String> {
    let word = slots[at];
    let kind = AxonKind::from_code((word & 3) as u32).ok_or("kind 3 is not assigned")?;
    let global = |chip: u32, core: u32| {
        let on_chip = core < image.chip.cores_per_chip() && chip < image.chip.board.count();
        let id = CoreId(chip.wrapping_mul(image.chip.cores_per_chip()).wrapping_add(core));
        if on_chip { Ok(id) } else { Err(format!("chip {chip} core {core} is not on this board")) }
    };
    match kind {
        AxonKind::Discrete => {
            let word = DiscreteAxon::unpack(word);
            Ok((Axon { kind, core: global(word.chip, word.core)?, axon: word.axon, atom: 0 }, 1))
        }
        AxonKind::Pop16 => {
            let word = Pop16Axon::unpack(word);
            if word.extra > 4 {
                return Err(format!("extra = {}, 0..=4 is allowed", word.extra));
            }
            Ok((Axon { kind, core: global(word.chip, word.core)?, axon: word.id(), atom: word.atom() }, 1))
        }
        AxonKind::Pop32 => {
            let word = Pop32Axon::unpack(word);
            let atom = slots.get(at + 1).map(|&word| Pop32Atom::unpack(word).atom);
            let atom = atom.ok_or("a pop32 axon takes two slots, one is left")?;
            Ok((Axon { kind, core: global(word.chip, word.core)?, axon: word.axon, atom }, 2))
        }
    }
}

/// Where the cores of an image are, ascending.
#[derive(Debug)]
pub struct Atlas {
    ids: Vec<CoreId>,
    /// Tile column and row on the board, chip column and row.
    places: Vec<(u32, u32)>,
}

impl Atlas {
    /// Of an image.
    #[must_use]
    pub fn new(image: &Image) -> Self {
        let ids: Vec<CoreId> = image.cores.iter().map(|memories| memories.core).collect();
        let places = ids.iter().map(|&id| place(image, id)).collect();
        Self { ids, places }
    }
}

/// Column and row of a core's tile on the board.
fn place(image: &Image, core: CoreId) -> (u32, u32) {
    let place = image.chip.place(core);
    (place.x, place.y)
}

/// Finds the lists that axons name.
pub struct Resolver<'a> {
    image: &'a Image,
    atlas: &'a Atlas,
    tables: &'a [ListTable],
    from: (u32, u32),
    name: String,
}

impl<'a> Resolver<'a> {
    /// For the axons of a core, or of the host where `core` is none.
    pub fn new(image: &'a Image, atlas: &'a Atlas, tables: &'a [ListTable], core: Option<CoreId>) -> Self {
        let from = core.map_or((0, 0), |core| place(image, core));
        Self { image, atlas, tables, from, name: core.map_or("host".into(), |core| core.to_string()) }
    }

    /// The target of an axon, its tile steps and its crossings between chips.
    pub fn resolve(&self, axon: Axon, slot: usize) -> Result<(Target, u32, u32), LoadError> {
        let problem = |problem: String| LoadError::Axon { from: self.name.clone(), slot, problem };
        let found = self.atlas.ids.binary_search(&axon.core);
        let core = found.map_err(|_| problem(format!("{} holds nothing", axon.core)))?;
        let message = message(&self.tables[core], axon).map_err(problem)?;
        let (from, to) = (self.from, self.atlas.places[core]);
        let steps = from.0.abs_diff(to.0) + from.1.abs_diff(to.1);
        let links = self.image.chip.chip_links(from, to);
        Ok((Target { core: core as u32, message }, steps - links, links))
    }
}

/// The message of an axon to a core with these lists.
fn message(table: &ListTable, axon: Axon) -> Result<Message, String> {
    if table.reward.contains(&axon.axon) {
        let signed = (axon.atom as u8).cast_signed();
        return Ok(Message::reward(if axon.kind == AxonKind::Pop32 { signed.into() } else { 1 }));
    }
    let Some(&(kind, first, atoms)) = table.axons.get(axon.axon as usize) else {
        return Err(format!("{} has {} input axons, this is {}", axon.core, table.axons.len(), axon.axon));
    };
    if axon.atom >= atoms {
        return Err(format!(
            "axon{} of {} has {atoms} lists, this is list {}",
            axon.axon, axon.core, axon.atom
        ));
    }
    if kind != axon.kind.code() {
        return Err(format!(
            "axon{} of {} takes messages of kind {kind}, this is {}",
            axon.axon, axon.core, axon.kind
        ));
    }
    Ok(table.messages[(first + axon.atom) as usize])
}

/// Resolves `(pointer, length)` of each source.
fn routes(
    resolver: &Resolver<'_>,
    slots: &[u64],
    map: impl Iterator<Item = (u32, u32)>,
) -> Result<Routes, LoadError> {
    let mut routes = Routes::default();
    for (pointer, length) in map {
        let start = routes.targets.len() as u32;
        let (mut hops, mut links) = (0u32, 0u32);
        let (mut at, end) = (pointer as usize, pointer as usize + length as usize);
        let problem = |problem: String| LoadError::Axon { from: resolver.name.clone(), slot: at, problem };
        let Some(own) = slots.get(..end) else {
            return Err(problem(format!("the axon map ends at slot {end}, there are {}", slots.len())));
        };
        while at < end {
            let (axon, taken) = read(resolver.image, own, at).map_err(|problem| LoadError::Axon {
                from: resolver.name.clone(),
                slot: at,
                problem,
            })?;
            let (target, steps, crossings) = resolver.resolve(axon, at)?;
            routes.targets.push(target);
            (hops, links) = (hops.saturating_add(steps), links.saturating_add(crossings));
            at += taken;
        }
        routes.sources.push(Outputs { start, end: routes.targets.len() as u32, hops, links });
    }
    routes.targets.shrink_to_fit();
    Ok(routes)
}

/// The output axons of a core.
pub fn core_routes(
    image: &Image,
    atlas: &Atlas,
    memories: &CoreImage,
    tables: &[ListTable],
) -> Result<Routes, LoadError> {
    let resolver = Resolver::new(image, atlas, tables, Some(memories.core));
    routes(&resolver, &memories.axons, memories.axon_map.iter().map(|map| (map.pointer, map.length)))
}

/// The output axons of the input lines, all inputs one after another.
pub fn host_routes(image: &Image, atlas: &Atlas, tables: &[ListTable]) -> Result<Routes, LoadError> {
    let resolver = Resolver::new(image, atlas, tables, None);
    routes(&resolver, &image.host.axons, image.host.axon_map.iter().map(|map| (map.pointer, map.length)))
}
