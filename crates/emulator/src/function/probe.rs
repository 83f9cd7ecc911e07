//! Reading state by key, between steps (contract 1, Probes).

use isa::ids::Key;
use isa::num::WEIGHT_SHIFT;
use isa::op::Variable;

use super::chip::Chip;

/// State of a compartment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compartment {
    /// Current.
    pub u: i32,
    /// Voltage, arithmetic view.
    pub v: i32,
    /// Voltage as the register reads.
    pub v_register: i32,
    /// Threshold mantissa in force.
    pub vth: i32,
    /// Activity trace; 0 without homeostasis.
    pub activity: i32,
    /// Post traces y1, y2, y3; 0 without a plastic synapse.
    pub y: [i32; 3],
    /// Step of the last post event in the epoch; 0 for none.
    pub ty: u32,
}

/// State of a plastic synapse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Synapse {
    /// Mantissa.
    pub w: i32,
    /// Delay.
    pub d: i32,
    /// Tag.
    pub tag: i32,
    /// Pre traces x1, x2 of its axon.
    pub x: [i32; 2],
    /// Step of the last pre event in the epoch; 0 for none.
    pub tx: u32,
    /// Post traces y1, y2, y3 of its target.
    pub y: [i32; 3],
}

impl Chip {
    /// The state of a compartment; none where `key` is no compartment.
    #[must_use]
    pub fn compartment(&self, key: Key) -> Option<Compartment> {
        let (index, compartment) = self.place(key)?;
        let (core, c) = (&self.cores[index], usize::from(compartment));
        let soma = &core.soma;
        let adaptive = soma.adaptive.binary_search_by_key(&compartment, |adaptive| adaptive.compartment);
        let learning = core.learning.as_ref();
        let unit = learning.and_then(|learning| Some((&learning.post, learning.post_unit(compartment)?)));
        let fired = core.spikes.fired.binary_search(&compartment).is_ok();
        let hold = if soma.uniform { i32::from(fired) } else { soma.hold[c] };
        let r = soma.refractory[c];
        let held = hold > 0 && soma.soft[c] == 0;
        let v_register = if held { isa::num::held_register(r as u32, (r - hold) as u32) } else { soma.v[c] };
        Some(Compartment {
            u: soma.u[c],
            v: soma.v[c],
            v_register,
            vth: soma.threshold[c] >> WEIGHT_SHIFT,
            activity: adaptive.map_or(0, |i| soma.adaptive[i].activity),
            y: unit.map_or([0; 3], |(post, unit)| post.values.each_ref().map(|y| y[unit].into())),
            ty: unit.map_or(0, |(post, unit)| post.last[unit].into()),
        })
    }

    /// Synapses of plastic projection `projection`; 0 where it does not exist.
    #[must_use]
    pub fn plastic_len(&self, projection: usize) -> usize {
        self.image.symbols.plastic.get(projection).map_or(0, |plastic| plastic.synapses.len())
    }

    /// Synapse `index`, in list order, of plastic projection `projection`; none where it does not exist.
    #[must_use]
    pub fn synapse(&self, projection: usize, index: usize) -> Option<Synapse> {
        let place = self.image.symbols.plastic.get(projection)?.synapses.get(index)?;
        let core = self.cores.binary_search_by_key(&place.core, |core| core.id).ok()?;
        let learning = self.cores[core].learning.as_ref()?;
        let unit = learning.axons.binary_search(&place.axon.0).ok()?;
        let plastic = &learning.plastic;
        let entry = plastic.unit_entries[unit] + place.entry;
        let entry = (entry < plastic.unit_entries[unit + 1]).then_some(entry as usize)?;
        let post = usize::from(plastic.post[entry]);
        Some(Synapse {
            w: plastic.w[entry].into(),
            d: plastic.d[entry].into(),
            tag: plastic.tag[entry].into(),
            x: learning.pre.values.each_ref().map(|x| x[unit].into()),
            tx: learning.pre.last[unit].into(),
            y: learning.post.values.each_ref().map(|y| y[post].into()),
        })
    }

    /// r0 and r1 of a reward channel; none where no core has it.
    #[must_use]
    pub fn reward(&self, channel: Key) -> Option<(i32, i32)> {
        let core = self.cores.iter().find(|core| core.reward.key == Some(channel.0))?;
        Some((core.reward.r0, core.reward.r1))
    }

    /// A variable of the compartment `key`, or of the reward channel `key`; none where it has no such variable.
    ///
    /// Spikes are 1 if it fired in the last step.
    #[must_use]
    pub fn value(&self, key: Key, variable: Variable) -> Option<i32> {
        let of = |read: fn(Compartment) -> i32| self.compartment(key).map(read);
        match variable {
            Variable::Spikes => self
                .place(key)
                .map(|(core, c)| self.cores[core].spikes.fired.binary_search(&c).is_ok().into()),
            Variable::U => of(|c| c.u),
            Variable::V => of(|c| c.v),
            Variable::VRegister => of(|c| c.v_register),
            Variable::Vth => of(|c| c.vth),
            Variable::Activity => of(|c| c.activity),
            Variable::Y1 => of(|c| c.y[0]),
            Variable::Y2 => of(|c| c.y[1]),
            Variable::Y3 => of(|c| c.y[2]),
            Variable::R0 => self.reward(key).map(|reward| reward.0),
            Variable::R1 => self.reward(key).map(|reward| reward.1),
            Variable::Weight | Variable::Delay | Variable::Tag | Variable::X1 | Variable::X2 => None,
        }
    }

    /// A variable of a plastic synapse, see [`Self::synapse`]; none where it has no such variable.
    #[must_use]
    pub fn synapse_value(&self, projection: usize, index: usize, variable: Variable) -> Option<i32> {
        let synapse = self.synapse(projection, index)?;
        match variable {
            Variable::Weight => Some(synapse.w),
            Variable::Delay => Some(synapse.d),
            Variable::Tag => Some(synapse.tag),
            Variable::X1 => Some(synapse.x[0]),
            Variable::X2 => Some(synapse.x[1]),
            Variable::Y1 => Some(synapse.y[0]),
            Variable::Y2 => Some(synapse.y[1]),
            Variable::Y3 => Some(synapse.y[2]),
            Variable::Spikes | Variable::U | Variable::V | Variable::VRegister | Variable::Vth => None,
            Variable::Activity | Variable::R0 | Variable::R1 => None,
        }
    }

    /// Keys of all compartments, ascending.
    pub fn keys(&self) -> impl Iterator<Item = Key> {
        self.directory.iter().map(|entry| Key(entry.0))
    }

    /// The digest of contract 9: all spikes since the image was loaded, and the state as it is now.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let mut digest = self.digest.clone();
        for &(_, core, c) in &self.directory {
            let soma = &self.cores[core as usize].soma;
            let c = usize::from(c);
            digest.compartment(soma.u[c], soma.v[c], soma.threshold[c] >> WEIGHT_SHIFT);
        }
        for projection in 0..self.image.symbols.plastic.len() {
            for index in 0..self.plastic_len(projection) {
                let Synapse { w, d, tag, x: [x1, x2], y: [y1, y2, y3], .. } =
                    self.synapse(projection, index).unwrap_or_default();
                digest.synapse([w, d, tag, x1, x2, y1, y2, y3]);
            }
        }
        digest.finish()
    }
}
