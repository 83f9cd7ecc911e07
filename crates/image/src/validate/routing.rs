//! Routing tables: output axons lead to input axons that exist and take their kind of message (contract 6).

use isa::ids::CoreId;
use isa::op::AxonKind;
use isa::words::{DiscreteAxon, Pop16Axon, Pop32Atom, Pop32Axon, SynapseMap, Word};

use super::Problems;
use crate::{CoreImage, Image, Layout};

/// Where a message goes.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    /// Kind.
    pub kind: AxonKind,
    /// Destination chip.
    pub chip: u32,
    /// Core on it.
    pub core: u32,
    /// Input axon.
    pub axon: u32,
    /// List of a population.
    pub atom: u32,
}

/// Checks the output axons of a core.
pub fn check(core: &CoreImage, image: &Image, problems: &mut Problems) {
    for (id, map) in core.axon_map.iter().enumerate() {
        let place = format_args!("cx{id} axon_map");
        check_slots(&core.axons, (map.pointer, map.length), image, &mut |what| problems.add(place, what));
    }
}

/// Checks the slots `map.0 .. map.0 + map.1`.
pub fn check_slots(slots: &[u64], map: (u32, u32), image: &Image, refuse: &mut dyn FnMut(String)) {
    let (first, end) = (map.0 as usize, map.0 as usize + map.1 as usize);
    let Some(mut rest) = slots.get(first..end) else {
        return refuse(format!("slots {first}..{end}, but the core has {}", slots.len()));
    };
    while !rest.is_empty() {
        let at = end - rest.len();
        match message(rest).and_then(|(message, taken)| {
            rest = &rest[taken..];
            destination(&message, image)
        }) {
            Ok(()) => {}
            Err(what) => return refuse(format!("slot {at}: {what}")),
        }
    }
}

/// The message of the first slots, and how many they are.
///
/// # Errors
/// A kind that is not assigned, bits outside of all fields, or a missing second slot.
pub fn message(slots: &[u64]) -> Result<(Message, usize), String> {
    let first = *slots.first().ok_or("no slot")?;
    let kind = (first & 3) as u32;
    let kind = AxonKind::from_code(kind).ok_or_else(|| format!("kind {kind} is not assigned"))?;
    let clean = |layout: Layout, bits: u64| match bits & layout.unused() {
        0 => Ok(()),
        found => Err(format!("{} has bits {found:#x} that belong to no field", layout.name)),
    };
    match kind {
        AxonKind::Discrete => {
            clean(Layout::of::<DiscreteAxon>(), first)?;
            let word = DiscreteAxon::unpack(first);
            Ok((Message { kind, chip: word.chip, core: word.core, axon: word.axon, atom: 0 }, 1))
        }
        AxonKind::Pop16 => {
            clean(Layout::of::<Pop16Axon>(), first)?;
            let word = Pop16Axon::unpack(first);
            if word.extra > 4 {
                return Err(format!("extra {}, 0..=4 are possible", word.extra));
            }
            Ok((Message { kind, chip: word.chip, core: word.core, axon: word.id(), atom: word.atom() }, 1))
        }
        AxonKind::Pop32 => {
            clean(Layout::of::<Pop32Axon>(), first)?;
            let second = *slots.get(1).ok_or("pop32 takes two slots, but the second is not there")?;
            clean(Layout::of::<Pop32Atom>(), second)?;
            let (word, atom) = (Pop32Axon::unpack(first), Pop32Atom::unpack(second).atom);
            Ok((Message { kind, chip: word.chip, core: word.core, axon: word.axon, atom }, 2))
        }
    }
}

/// The core that a message goes to.
///
/// # Errors
/// The board or the image has no such core.
pub fn core_of<'a>(message: &Message, image: &'a Image) -> Result<&'a CoreImage, String> {
    let (chips, cores) = (image.chip.board.count(), image.chip.cores_per_chip());
    if message.chip >= chips || message.core >= cores {
        let Message { chip, core, .. } = message;
        return Err(format!("chip {chip} core {core}, but the board has {chips} chips of {cores} cores"));
    }
    let id = CoreId(message.chip * cores + message.core);
    let found = image.cores.binary_search_by_key(&id, |core| core.core);
    found.map(|at| &image.cores[at]).map_err(|_| format!("{id} holds nothing"))
}

/// Whether the message arrives at an axon that takes it.
fn destination(message: &Message, image: &Image) -> Result<(), String> {
    let to = core_of(message, image)?;
    let (id, axon) = (to.core, message.axon);
    let Some(&entry) = to.synapse_map.get(axon as usize) else {
        return Err(format!("axon {axon} of {id}, which has {}", to.synapse_map.len()));
    };
    let first = to.learning.first_learning_axon;
    if axon >= first {
        let ok = message.kind == AxonKind::Discrete && (axon - first).is_multiple_of(2);
        return if ok {
            Ok(())
        } else {
            Err(format!("axon {axon} of {id} is a learning axon: discrete, even from {first}"))
        };
    }
    if axon.saturating_add(to.learning.num_reward_axons) >= first {
        return Ok(());
    }
    let entry = SynapseMap::unpack(entry);
    if entry.kind != message.kind.code() {
        return Err(format!(
            "a {} message to axon {axon} of {id}, which is of kind {}",
            message.kind, entry.kind
        ));
    }
    if message.atom >= entry.atoms {
        return Err(format!("atom {} of axon {axon} of {id}, which has {} lists", message.atom, entry.atoms));
    }
    Ok(())
}
