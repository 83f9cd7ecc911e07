//! The energy of counts row by row, each with where its constant comes from, and what can be said of the sum.
//!
//! A number without its support is never printed: a fit has its error, a published minimum makes the sum a lower bound,
//! what nobody published is named. Static power stays apart.

use isa::timing::provenance::origin_of;
use isa::timing::{Bound, Origin, Tier, Timing};
use serde::Serialize;

use super::energy::Counts;

/// What energy is spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Compartments and spikes.
    Soma,
    /// Axons out and in.
    Axon,
    /// Synapses read.
    Synapse,
    /// Learning.
    Learning,
    /// Flits and hops.
    Network,
    /// The clock of all cores.
    Clock,
}

impl Class {
    /// All, in the order of printing.
    pub const ALL: [Self; 6] =
        [Self::Soma, Self::Axon, Self::Synapse, Self::Learning, Self::Network, Self::Clock];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Soma => "soma",
            Self::Axon => "axon",
            Self::Synapse => "synapse",
            Self::Learning => "learning",
            Self::Network => "network",
            Self::Clock => "clock",
        }
    }
}

/// One row: so many, each so much.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// The field of the calibration, below `energy`.
    pub field: &'static str,
    /// What it is part of.
    pub class: Class,
    /// How many.
    pub count: u64,
    /// Femtojoules each.
    pub each_fj: u32,
    /// Femtojoules of all.
    pub energy_fj: u64,
    /// Where the constant comes from; none where the calibration does not say.
    pub origin: Option<Origin>,
}

/// The rows of some counts, and of `core_cycles` cycles of the clock, summed over cores.
#[must_use]
pub fn items(counts: &Counts, core_cycles: u64, timing: &Timing) -> Vec<Item> {
    let table = &timing.energy;
    let rows = [
        ("soma_active", Class::Soma, counts.active, table.soma_active),
        ("soma_inactive", Class::Soma, counts.inactive, table.soma_inactive),
        ("spike", Class::Soma, counts.spikes, table.spike),
        ("axon_out", Class::Axon, counts.messages_out, table.axon_out),
        ("axon_in", Class::Axon, counts.messages_in, table.axon_in),
        ("synapse_sparse", Class::Synapse, counts.sparse, table.synapse_sparse),
        ("synapse_run_length", Class::Synapse, counts.run_length, table.synapse_run_length),
        ("synapse_dense", Class::Synapse, counts.dense, table.synapse_dense),
        ("learning", Class::Learning, counts.learning, table.learning),
        ("local", Class::Network, counts.flits, table.local),
        ("hop_east_west", Class::Network, counts.east_west, table.hop_east_west),
        ("hop_north_south", Class::Network, counts.north_south, table.hop_north_south),
        ("chip_link", Class::Network, counts.chip_links, table.chip_link),
        ("clock", Class::Clock, core_cycles, table.clock),
    ];
    let item = |(field, class, count, each_fj): (&'static str, Class, u64, u32)| Item {
        field,
        class,
        count,
        each_fj,
        energy_fj: count * u64::from(each_fj),
        origin: origin_of(&timing.provenance, &format!("energy.{field}")).cloned(),
    };
    rows.map(item).to_vec()
}

/// What can be said of a sum of rows, in femtojoules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Support {
    /// The sum.
    pub energy_fj: u64,
    /// Plus or minus, of the rows whose source states an error; errors of one fit go together.
    pub error_fj: u64,
    /// Of rows with a stated error.
    pub with_error_fj: u64,
    /// Of rows that are a published minimum.
    pub minimum_fj: u64,
    /// Of rows that are published without an error.
    pub published_fj: u64,
    /// Of rows that were scaled and never measured.
    pub scaled_fj: u64,
    /// Of rows that are an assumption.
    pub assumed_fj: u64,
    /// What was counted, but costs nothing because nothing is published.
    pub missing: Vec<&'static str>,
}

impl Support {
    /// The support of some rows.
    #[must_use]
    pub fn of<'a>(items: impl IntoIterator<Item = &'a Item>) -> Self {
        let mut support = Self::default();
        items.into_iter().for_each(|item| support.add(item));
        support
    }

    fn add(&mut self, item: &Item) {
        let energy = item.energy_fj;
        self.energy_fj += energy;
        let Some(origin) = &item.origin else {
            self.assumed_fj += energy;
            return;
        };
        let unpublished = origin.tier == Tier::Assumed && item.each_fj == 0 && item.class != Class::Clock;
        if unpublished && item.count > 0 {
            self.missing.push(item.field);
        }
        match (origin.bound, origin.error_permille, origin.tier) {
            (Some(Bound::Minimum), ..) => self.minimum_fj += energy,
            (_, Some(error), _) => {
                self.with_error_fj += energy;
                self.error_fj += (u128::from(energy) * u128::from(error)).div_ceil(1000) as u64;
            }
            (_, None, Tier::Scaled) => self.scaled_fj += energy,
            (_, None, Tier::Assumed) => self.assumed_fj += energy,
            (_, None, _) => self.published_fj += energy,
        }
    }

    /// Whether the truth is at least the sum, as far as the source goes.
    #[must_use]
    pub const fn is_lower_bound(&self) -> bool {
        self.minimum_fj > 0 || !self.missing.is_empty()
    }

    /// What to print beside the sum.
    #[must_use]
    pub fn text(&self) -> String {
        if self.energy_fj == 0 && self.missing.is_empty() {
            return String::new();
        }
        let parts = [
            (self.with_error_fj, self.error_text()),
            (self.minimum_fj, "a published minimum".into()),
            (self.published_fj, "published without an error".into()),
            (self.scaled_fj, "scaled, never measured".into()),
            (self.assumed_fj, "an assumption".into()),
        ];
        let present = parts.iter().filter(|(energy, _)| *energy > 0).count();
        let share = |energy: u64| {
            let permille = (u128::from(energy) * 1000 / u128::from(self.energy_fj.max(1))) as u64;
            if present > 1 { format!(" on {}.{} %", permille / 10, permille % 10) } else { String::new() }
        };
        let said = parts.iter().filter(|(energy, _)| *energy > 0).map(|(e, what)| what.clone() + &share(*e));
        let mut said: Vec<String> = said.collect();
        if !self.missing.is_empty() {
            said.push(format!("not published, counted as 0: {}", self.missing.join(", ")));
        }
        said.join("; ")
    }

    fn error_text(&self) -> String {
        let permille = u128::from(self.error_fj) * 1000 / u128::from(self.with_error_fj.max(1));
        format!("± {}.{} %", permille / 10, permille % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts() -> Counts {
        Counts {
            active: 10,
            inactive: 20,
            spikes: 5,
            messages_out: 5,
            messages_in: 6,
            dense: 100,
            ..Counts::default()
        }
    }

    #[test]
    fn rows_make_up_the_energy_of_every_calibration() {
        for (name, _) in isa::timing::SHIPPED {
            let timing = Timing::shipped(name).unwrap();
            let rows = items(&counts(), 7, &timing);
            let sum: u64 = rows.iter().map(|row| row.energy_fj).sum();
            let energy = counts().energy(&timing, 7, [1, 1]);
            assert_eq!(sum, energy.dynamic(), "{name}");
            let support = Support::of(&rows);
            let [fit, minimum] = [support.with_error_fj, support.minimum_fj];
            let rest = support.published_fj + support.scaled_fj + support.assumed_fj;
            assert_eq!(fit + minimum + rest, sum, "{name}: every femtojoule has one kind of support");
        }
    }

    #[test]
    fn a_fit_has_its_error_and_a_minimum_is_a_bound() {
        let fit = Support::of(&items(&counts(), 0, &Timing::shipped("loihi1-nahuku").unwrap()));
        assert_eq!(fit.error_fj, (fit.energy_fj * 117).div_ceil(1000));
        assert_eq!((fit.is_lower_bound(), fit.text()), (false, "± 11.7 %".into()));
        let table = Support::of(&items(&counts(), 0, &Timing::shipped("loihi1-davies2018").unwrap()));
        assert!(table.is_lower_bound());
        assert_eq!(table.missing, ["spike", "axon_out", "axon_in"]);
        assert!(table.text().contains("a published minimum"), "{}", table.text());
        let scaled = Support::of(&items(&counts(), 0, &Timing::shipped("loihi2-scaled").unwrap()));
        assert!(scaled.text().starts_with("scaled, never measured"), "{}", scaled.text());
    }
}
