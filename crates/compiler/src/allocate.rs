//! Allocation: what each core holds, and the output axons that lead there.

use isa::ids::CoreId;
use isa::layout::{FieldError, Word};
use isa::op::AxonKind;
use isa::words::{DiscreteAxon, Pop16Axon, Pop32Atom, Pop32Axon};

use crate::plan::Plan;
use crate::resource::Resource;
use crate::rewards;
use crate::tables::Tables;

/// Bits of a reward's worth in an atom (contract 7).
const REWARD_MASK: u32 = 0xff;

/// What each core holds, ascending by core, and who sends where.
#[derive(Clone, Debug)]
pub struct Allocation {
    /// Cores.
    pub cores: Vec<(CoreId, Plan)>,
    /// Output axons by source.
    pub routes: Routes,
}

/// Output axons of every source: those of key k are `entries[first[k]..first[k + 1]]`.
#[derive(Clone, Debug)]
pub struct Routes {
    first: Vec<u32>,
    entries: Vec<Route>,
}

/// An output axon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// Core that it leads to.
    pub core: CoreId,
    /// Input axon there.
    pub axon: u32,
    /// Kind of its messages.
    pub kind: AxonKind,
    /// Extra bits of pop16.
    pub extra: u32,
    /// Atom of pop16 and pop32.
    pub atom: u32,
}

impl Routes {
    /// Output axons of a source, by core and input axon.
    #[must_use]
    pub fn of(&self, source: u32) -> &[Route] {
        &self.entries[self.first[source as usize] as usize..self.first[source as usize + 1] as usize]
    }
}

impl Route {
    /// Slots of the output axon.
    #[must_use]
    pub const fn slots(&self) -> usize {
        if matches!(self.kind, AxonKind::Pop32) { 2 } else { 1 }
    }

    /// Appends the slots of the output axon.
    ///
    /// # Errors
    /// A value that does not fit its field.
    pub fn pack(&self, cores_per_chip: u32, slots: &mut Vec<u64>) -> Result<(), FieldError> {
        let (chip, core) = (self.core.0 / cores_per_chip, self.core.0 % cores_per_chip);
        let (kind, axon) = (self.kind.code(), self.axon);
        match self.kind {
            AxonKind::Discrete => slots.push(DiscreteAxon { kind, chip, core, axon }.pack()?),
            AxonKind::Pop16 => {
                let payload = Pop16Axon::payload(axon, self.atom, self.extra);
                slots.push(Pop16Axon { kind, chip, core, extra: self.extra, payload }.pack()?);
            }
            AxonKind::Pop32 => {
                slots.push(Pop32Axon { kind, chip, core, axon }.pack()?);
                slots.push(Pop32Atom { atom: self.atom }.pack()?);
            }
        }
        Ok(())
    }
}

/// Puts every plan on its core and routes every source to the axons there.
#[must_use]
pub fn allocate(tables: &Tables, plans: Vec<Plan>, placement: &[CoreId]) -> Allocation {
    let mut cores: Vec<(CoreId, Plan)> = placement.iter().copied().zip(plans).collect();
    cores.sort_by_key(|(core, _)| *core);
    let routes = routes(tables, &cores);
    for (_, plan) in &mut cores {
        let slots = |key: u32| routes.of(key).iter().map(|route| route.slots()).sum::<usize>();
        let sum = plan.part.keys(tables).into_iter().map(slots).sum();
        plan.usage.set(Resource::AxonsOut, sum);
    }
    Allocation { cores, routes }
}

fn routes(tables: &Tables, cores: &[(CoreId, Plan)]) -> Routes {
    let mut first = vec![0u32; tables.sources() as usize + 1];
    each_route(tables, cores, |source, _| first[source as usize + 1] += 1);
    for i in 1..first.len() {
        first[i] += first[i - 1];
    }
    let none = Route { core: CoreId(0), axon: 0, kind: AxonKind::Discrete, extra: 0, atom: 0 };
    let mut entries = vec![none; first[first.len() - 1] as usize];
    let mut next = first.clone();
    each_route(tables, cores, |source, route| {
        entries[next[source as usize] as usize] = route;
        next[source as usize] += 1;
    });
    for of_source in first.windows(2) {
        entries[of_source[0] as usize..of_source[1] as usize].sort_unstable();
    }
    Routes { first, entries }
}

fn each_route(tables: &Tables, cores: &[(CoreId, Plan)], mut visit: impl FnMut(u32, Route)) {
    for (core, plan) in cores {
        for list in &plan.lists {
            let axon = &plan.axons[list.axon as usize];
            let (kind, extra) = (axon.kind, axon.extra);
            visit(list.source, Route { core: *core, axon: axon.id, kind, extra, atom: list.atom });
        }
        let channel = tables.graph.settings[plan.part.settings].reward;
        let (Some(channel), Some(axon)) = (channel, plan.reward_axon) else { continue };
        for (source, worth) in rewards::sources(tables.graph, channel) {
            let kind = if worth.is_some() { AxonKind::Pop32 } else { AxonKind::Discrete };
            let atom = worth.map_or(0, |worth| worth as u32 & REWARD_MASK);
            visit(source, Route { core: *core, axon, kind, extra: 0, atom });
        }
    }
}
