//! Synapse formats, synapse map and packed lists (contract 2, 6).

use isa::op::{AxonKind, Compression, SynapseType};
use isa::synapse::{Entry, Layouts, extent, visit_list};
use isa::words::{LearningAxon, SynapseFormat, SynapseMap, Word};

use super::Problems;
use crate::{CoreImage, Layout};

/// Checks formats, the map and every list.
pub fn check(core: &CoreImage, problems: &mut Problems) {
    for (id, format) in core.formats.iter().enumerate().skip(1) {
        if *format != SynapseFormat::default()
            && let Err(what) = check_format(format, core)
        {
            problems.add(format_args!("synapse_formats row {id}"), what);
        }
    }
    let (rows, first) = (core.synapse_map.len(), core.learning.first_learning_axon as usize);
    let at = "learning_config first_learning_axon";
    problems.demand(first <= rows, at, format_args!("{first}, but the core has {rows} axons"));
    let what = format_args!("{first}: the learning axons must be pairs up to {rows}");
    problems.demand(first > rows || (rows - first) % 2 == 0, at, what);
    let lists = Lists::new(core);
    let mut axon = 0;
    while let Some(&bits) = core.synapse_map.get(axon) {
        if let Err(what) = check_axon(core, axon, bits, &lists) {
            problems.add(format_args!("axon{axon}"), what);
        }
        axon += if axon >= first { 2 } else { 1 };
    }
    if let Some((axon, other)) = shared_words(core, first, &lists.layouts) {
        let what = format_args!("shares words with axon{other}: learning would write them twice");
        problems.add(format_args!("axon{axon}"), what);
    }
}

/// Two learning axons whose lists share words.
fn shared_words(core: &CoreImage, first: usize, layouts: &Layouts) -> Option<(usize, usize)> {
    let mut used: Vec<(usize, usize, usize)> = Vec::new();
    for axon in (first..core.synapse_map.len()).step_by(2) {
        let entry = SynapseMap::unpack(core.synapse_map[axon]);
        let start = entry.pointer as usize;
        let words = core.synapses.get(start..start + entry.length as usize);
        let extent = words.and_then(|words| extent(words, layouts).ok()).unwrap_or_default();
        if extent.words > 0 {
            used.push((start, start + extent.words as usize, axon));
        }
    }
    used.sort_unstable();
    used.windows(2).find(|pair| pair[1].0 < pair[0].1).map(|pair| (pair[1].2, pair[0].2))
}

fn check_format(format: &SynapseFormat, core: &CoreImage) -> Result<(), String> {
    format.mode().ok_or("fanout_type 0 is not assigned")?;
    format
        .stored_tag_bits()
        .ok_or_else(|| format!("tag_bits code {}: 0 and 3 are possible", format.tag_bits))?;
    let run_length = match format.compression() {
        Some(compression) => compression == Compression::RunLength,
        None => return Err("compression 2 is not assigned".into()),
    };
    let demand = |holds: bool, what: &str| if holds { Ok(()) } else { Err(String::from(what)) };
    demand(format.weight_bits != 0, "weight_bits code 0: 1 to 6 or 8 bits are possible")?;
    demand(format.delay_bits <= 6, "delay_bits 7: 0..=6 are possible")?;
    demand(!run_length || format.skip_bits != 0, "skip_bits 0: 1..=7 are possible")?;
    let zero =
        format.disc_max_weight | format.reuse_synapse_data | format.index_offset | format.index_multiplier;
    demand(zero == 0, "disc_max_weight, reuse_synapse_data, index_offset and index_multiplier must be 0")?;
    demand(format.weight_limit_mantissa == 0 || format.weight_limit() != Some(0), "the weight limit is 0")?;
    if format.synapse_type() == SynapseType::Box {
        demand(format.learning == 0, "a box synapse is never plastic")?;
        demand(format.delay_bits > 0, "a box synapse needs delay_bits for its length")?;
    }
    if format.learning == 1 && format.rule as usize >= core.rules.len() {
        return Err(format!("rule {}, the core has {}", format.rule, core.rules.len()));
    }
    if format.learning == 1 && core.post_states.len() != core.compartments.len() {
        return Err("is plastic, but the core has no post_trace_state".into());
    }
    Ok(())
}

/// What the entries of a core's lists must keep to.
struct Lists<'a> {
    core: &'a CoreImage,
    layouts: Layouts,
    /// Of every format id: the format and its bound of |w|.
    formats: Vec<(SynapseFormat, Option<i32>)>,
    /// Bit `id` is set where entries of that format must be looked at one by one.
    special: u16,
    delay_max: u32,
}

impl<'a> Lists<'a> {
    fn new(core: &'a CoreImage) -> Self {
        let of = |format: &SynapseFormat| (*format, format.weight_limit());
        let special = |(format, limit): &(SynapseFormat, Option<i32>)| {
            format.learning == 1 || format.synapse_type() == SynapseType::Box || limit.is_some()
        };
        let formats: Vec<_> = core.formats.iter().map(of).collect();
        let ids = formats.iter().take(16).enumerate().filter(|(_, format)| special(format)).map(|(id, _)| id);
        Self {
            core,
            layouts: Layouts::new(&core.formats),
            special: ids.fold(0, |mask, id| mask | 1 << id),
            formats,
            delay_max: (1u32 << core.shared.delay_bits.min(6)).saturating_sub(2),
        }
    }

    /// Checks a list whose index 0 is compartment `base`: by its extent, and by entry where that does not do.
    fn check(&self, words: &[u64], base: u32, learning: bool) -> Result<(), String> {
        let extent = extent(words, &self.layouts).map_err(|error| error.to_string())?;
        let reaches = self.reaches(base, extent.end).is_ok() && extent.delay_max <= self.delay_max;
        if reaches && extent.formats & self.special == 0 {
            return Ok(());
        }
        let (mut wrong, mut entries) = (None, 0);
        let read = visit_list(words, &self.layouts, |place, entry| {
            let (format, limit) = &self.formats[place.format as usize];
            if wrong.is_none() {
                let checked = self.entry(format, *limit, base, &entry);
                let plastic = if format.learning == 1 && !learning {
                    Err(format!("format {} is plastic, but its axon does not learn", place.format))
                } else {
                    Ok(())
                };
                wrong = checked.and(plastic).err().map(|what| format!("entry {entries}: {what}"));
            }
            entries += 1;
        });
        read.map_err(|error| error.to_string())?;
        wrong.map_or(Ok(()), Err)
    }

    fn reaches(&self, base: u32, end: u32) -> Result<(), String> {
        let n = self.core.compartments.len();
        let last = u64::from(base) + u64::from(end);
        if last <= n as u64 {
            Ok(())
        } else {
            Err(format!("reaches cx{}, the core has {n} compartments", last - 1))
        }
    }

    fn entry(
        &self,
        format: &SynapseFormat,
        limit: Option<i32>,
        base: u32,
        entry: &Entry,
    ) -> Result<(), String> {
        if base as usize + entry.index as usize >= self.core.compartments.len() {
            self.reaches(base, entry.index + 1)?;
        }
        if entry.delay > self.delay_max {
            return Err(format!(
                "delay {}, 0..={} are possible with delay_bits {}",
                entry.delay, self.delay_max, self.core.shared.delay_bits
            ));
        }
        if limit.is_some_and(|limit| entry.weight.abs() > limit) {
            return Err(format!(
                "weight {} exceeds the limit {} of its format",
                entry.weight,
                limit.unwrap_or(0)
            ));
        }
        if format.synapse_type() == SynapseType::Pulse {
            return Ok(());
        }
        let target = &self.core.compartments[(base + entry.index) as usize];
        let decay = self.core.profiles.get(target.profile as usize).map_or(0, |profile| profile.decay_u);
        if entry.delay == 0 {
            return Err("a box synapse of length 0: 1 and up are possible".into());
        }
        match decay + self.core.shared.ds_offset {
            0 => Ok(()),
            d => Err(format!(
                "a box synapse to cx{}, whose current decays by {d}: it must be 0",
                base + entry.index
            )),
        }
    }
}

fn check_axon(core: &CoreImage, axon: usize, bits: u64, lists: &Lists) -> Result<(), String> {
    let first = core.learning.first_learning_axon as usize;
    let unused = bits & Layout::of::<SynapseMap>().unused();
    if unused != 0 {
        return Err(format!("bits {unused:#x} belong to no field"));
    }
    let entry = SynapseMap::unpack(bits);
    let kind =
        AxonKind::from_code(entry.kind).ok_or_else(|| format!("kind {} is not assigned", entry.kind))?;
    match kind {
        AxonKind::Pop16 if entry.base % 4 != 0 || entry.base > 1020 => {
            return Err(format!("base {}: a multiple of 4 up to 1020 is possible for pop16", entry.base));
        }
        AxonKind::Discrete | AxonKind::Pop32 if entry.base > 255 => {
            return Err(format!("base {}: 0..=255 are possible for {kind}", entry.base));
        }
        _ => {}
    }
    if kind == AxonKind::Discrete && entry.atoms > 1 {
        return Err(format!("{} lists: a discrete axon has one", entry.atoms));
    }
    let reward = axon < first && axon + core.learning.num_reward_axons as usize >= first;
    if reward && entry.atoms != 0 {
        return Err("a reward axon has no list".into());
    }
    if axon >= first {
        check_learning(core, axon, &entry, kind)?;
    }
    let length = entry.length as usize;
    let (start, end) = (entry.pointer as usize, entry.pointer as usize + length * entry.atoms as usize);
    let Some(words) = core.synapses.get(start..end) else {
        return Err(format!("words {start}..{end}, but the core has {}", core.synapses.len()));
    };
    for (atom, list) in words.chunks(length.max(1)).enumerate() {
        let place = |what| if entry.kind == 0 { what } else { format!("atom {atom}: {what}") };
        lists.check(list, entry.base, axon >= first).map_err(place)?;
    }
    Ok(())
}

fn check_learning(core: &CoreImage, axon: usize, entry: &SynapseMap, kind: AxonKind) -> Result<(), String> {
    if kind != AxonKind::Discrete || entry.atoms != 1 {
        return Err("a learning axon is discrete and has one list".into());
    }
    let bits = core.synapse_map.get(axon + 1).copied().unwrap_or(0);
    let unused = bits & Layout::of::<LearningAxon>().unused();
    if unused != 0 {
        return Err(format!("bits {unused:#x} of its second entry belong to no field"));
    }
    let learning = LearningAxon::unpack(bits);
    if learning.pre_profile as usize >= core.pre_profiles.len() {
        return Err(format!(
            "pre_profile {}, the core has {}",
            learning.pre_profile,
            core.pre_profiles.len()
        ));
    }
    if learning.tx > core.shared.epoch {
        return Err(format!("tx {} lies behind the epoch of {} steps", learning.tx, core.shared.epoch));
    }
    Ok(())
}
