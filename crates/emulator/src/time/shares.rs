//! Counts by core and by group of compartments: whose energy it is. An observer; no calibration is needed.

use isa::chip::{ChipDescription, CorePlace};
use isa::ids::{CoreId, Step};

use super::energy::Counts;
use crate::observer::{CoreWork, Message, Observer, StepWork};

/// Counts of everything, by whom they belong to.
///
/// By core: updates, spikes and learning where they are, output axons and flits at the sender, reads at the receiver.
/// By group: updates and spikes, and all that a group's messages cause, reads included; learning stands in a group of
/// its own, and so do the host's messages.
#[derive(Clone, Debug)]
pub struct Shares {
    chip: ChipDescription,
    /// Mapped cores, ascending.
    pub cores: Vec<CoreId>,
    /// Group of every compartment of every mapped core.
    groups: Vec<Vec<u32>>,
    /// By mapped core.
    pub of_core: Vec<Counts>,
    /// By group; behind them learning, and the host.
    pub of_group: Vec<Counts>,
}

impl Shares {
    /// Counts for some cores with the group (below `groups`) of each compartment, in the order of update; padding
    /// belongs to the last compartment's group.
    #[must_use]
    pub fn new(chip: &ChipDescription, cores: Vec<(CoreId, Vec<u32>)>, groups: usize) -> Self {
        let mut cores = cores;
        cores.sort_unstable_by_key(|(core, _)| *core);
        let (cores, of): (Vec<CoreId>, Vec<Vec<u32>>) = cores.into_iter().unzip();
        Self {
            chip: chip.clone(),
            of_core: vec![Counts::default(); cores.len()],
            of_group: vec![Counts::default(); groups + 2],
            cores,
            groups: of,
        }
    }

    /// The sum of all.
    #[must_use]
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        self.of_core.iter().for_each(|counts| total += *counts);
        // What the host's messages cost on their way is no core's.
        let host = self.of_group.last().copied().unwrap_or_default();
        total += Counts {
            flits: host.flits,
            east_west: host.east_west,
            north_south: host.north_south,
            chip_links: host.chip_links,
            ..Counts::default()
        };
        total
    }

    fn core(&mut self, work: &CoreWork) {
        let Ok(index) = self.cores.binary_search(&work.core) else { return };
        self.of_core[index].add_core(work);
        let learning = self.of_group.len() - 2;
        self.of_group[learning].learning +=
            work.learning.iter().map(|learned| u64::from(learned.synapses)).sum::<u64>();
        self.updates(index, work);
        let from = self.chip.place(work.core);
        let mut sent = work.sent.iter();
        for send in &work.sends {
            let group = self.group(index, send.compartment.index());
            for message in sent.by_ref().take(send.messages as usize) {
                self.message(message, from, (Some(index), group));
            }
        }
    }

    fn updates(&mut self, index: usize, work: &CoreWork) {
        for (compartment, active) in work.active.iter().enumerate() {
            let group = self.group(index, compartment);
            let counts = &mut self.of_group[group];
            if *active {
                counts.active += 1;
            } else {
                counts.inactive += 1;
            }
        }
        for fire in &work.fires {
            let group = self.group(index, fire.index());
            self.of_group[group].spikes += 1;
        }
    }

    fn group(&self, index: usize, compartment: usize) -> usize {
        let of = &self.groups[index];
        of.get(compartment).or(of.last()).map_or(0, |group| *group as usize)
    }

    /// A message: all of it to the group, its parts to the cores.
    fn message(&mut self, message: &Message, from: CorePlace, (sender, group): (Option<usize>, usize)) {
        let mut counts = Counts { messages_out: sender.is_some().into(), ..Counts::default() };
        counts.add_message(message, from, &self.chip);
        self.of_group[group] += counts;
        let reads = Counts {
            messages_in: counts.messages_in,
            sparse: counts.sparse,
            run_length: counts.run_length,
            dense: counts.dense,
            ..Counts::default()
        };
        let way = Counts {
            messages_out: counts.messages_out,
            flits: counts.flits,
            east_west: counts.east_west,
            north_south: counts.north_south,
            chip_links: counts.chip_links,
            ..Counts::default()
        };
        if let Ok(receiver) = self.cores.binary_search(&message.core) {
            self.of_core[receiver] += reads;
        }
        if let Some(sender) = sender {
            self.of_core[sender] += way;
        }
    }
}

impl Observer for Shares {
    const RECORDS: bool = true;
    const RECEIVED: bool = false;

    fn step(&mut self, _step: Step, work: &StepWork) {
        let host = self.of_group.len() - 1;
        let from = CorePlace { chip: 0, x: 0, y: 0, slot: 0 };
        for message in &work.host {
            self.message(message, from, (None, host));
        }
        work.cores.iter().for_each(|core| self.core(core));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observer::{LearningWork, Reads, Send, Source};
    use isa::ids::{AxonId, CompartmentId};
    use isa::op::AxonKind;

    #[test]
    fn shares_by_core_and_by_group_make_up_the_whole() {
        let chip = ChipDescription::shipped("loihi").unwrap();
        let message = |source, core, dense| Message {
            source,
            core: CoreId(core),
            axon: AxonId(0),
            kind: AxonKind::Discrete,
            reads: Reads { words: 1, dense, ..Reads::default() },
        };
        let learning =
            LearningWork { axon: AxonId(0), rule: 0, synapses: 9, terms: 1, factors: 1, idle: false };
        let core = CoreWork {
            core: CoreId(5),
            active: vec![true, false, true, false],
            fires: vec![CompartmentId(0), CompartmentId(2)],
            sends: vec![
                Send { compartment: CompartmentId(0), messages: 1 },
                Send { compartment: CompartmentId(2), messages: 2 },
            ],
            sent: vec![7, 40, 5].into_iter().map(|to| message(Source::Core(CoreId(5)), to, to)).collect(),
            learning: vec![learning],
            ..CoreWork::default()
        };
        let others = [7, 40].map(|core| CoreWork { core: CoreId(core), ..CoreWork::default() });
        let cores = std::iter::once(core).chain(others).collect();
        let work = StepWork { host: vec![message(Source::Host, 40, 3)], cores };
        let cores = [(5, vec![0, 0, 1, 1]), (7, vec![0]), (40, vec![1])];
        let mut shares = Shares::new(&chip, cores.map(|(c, g)| (CoreId(c), g)).to_vec(), 2);
        shares.step(Step(1), &work);
        let mut whole = Counts::of_cores(&work, &chip);
        whole += Counts::of_host(&work, &chip);
        let mut by_group = Counts::default();
        shares.of_group.iter().for_each(|counts| by_group += *counts);
        assert_eq!((shares.total(), by_group), (whole, whole));
        assert_eq!((shares.of_group[0].dense, shares.of_group[1].dense), (7, 45));
        assert_eq!((shares.of_core[2].dense, shares.of_core[0].messages_out), (43, 3));
        assert_eq!((shares.of_group[2].learning, shares.of_group[3].messages_in), (9, 1));
    }
}
