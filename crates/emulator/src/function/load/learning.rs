//! Learning memories -> units, rules, plastic synapses.

use image::CoreImage;
use isa::num::{weight_lsb, weight_range};
use isa::op::{BackPropagation, LearningTarget};
use isa::synapse::{Entry, EntryPlace};
use isa::words::{LearningAxon, TraceProfile, Word};

use super::super::core::Settings;
use super::super::learn::{Columns, Format, Lane, Learning, Plastic, Rule, Run, Traces};
use super::Refusal;
use crate::error::LoadError;

/// The entries of the learning axons as they were read.
#[derive(Debug, Default)]
pub struct RawPlastic {
    /// Axon ids of the pre units.
    pub axons: Vec<u16>,
    /// Compartment of each entry.
    pub targets: Vec<u16>,
    /// Format of each entry and all that is the same afterwards.
    pub plastic: Plastic,
}

impl RawPlastic {
    /// A pre unit begins, its list at word `pointer`.
    pub fn begin(&mut self, axon: u16, pointer: u32) {
        self.axons.push(axon);
        self.plastic.unit_entries.push(self.targets.len() as u32);
        self.plastic.unit_pointer.push(pointer);
        self.plastic.unit_runs.push(self.plastic.runs.len() as u32);
    }

    /// An entry of the unit; `word` counts from its list's first word in the stream.
    pub fn push(&mut self, target: u32, place: EntryPlace, entry: Entry, word: u32) {
        let plastic = &mut self.plastic;
        let (pre, at) = (self.axons.len() as u16 - 1, self.targets.len() as u32);
        let first = plastic.unit_entries.last().is_some_and(|&start| start == at);
        match plastic.runs.last_mut() {
            Some(run) if !first && u32::from(run.format) == place.format => run.end = at + 1,
            _ => plastic.runs.push(Run {
                pre,
                format: place.format as u8,
                start: at,
                end: at + 1,
                posts: None,
            }),
        }
        self.targets.push(target as u16);
        plastic.w.push(entry.weight as i16);
        plastic.d.push(entry.delay as u8);
        plastic.tag.push(entry.tag as i16);
        plastic.pre.push(pre);
        plastic.word.push(word);
        plastic.place.push(place);
    }

    /// The words of the unit's list start at `start` of the stream.
    pub fn placed(&mut self, start: u32) {
        let first = self.plastic.unit_entries.last().map_or(0, |&first| first as usize);
        self.plastic.word[first..].iter_mut().for_each(|word| *word += start);
    }

    /// No more units.
    pub fn close(&mut self) {
        self.plastic.unit_entries.push(self.targets.len() as u32);
        self.plastic.unit_runs.push(self.plastic.runs.len() as u32);
    }
}

/// What learning must know of each format.
pub fn formats(memories: &CoreImage) -> Result<Vec<Format>, LoadError> {
    let refuse = Refusal { core: memories.core, what: "synapse format" };
    let longest = (1 << memories.shared.delay_bits) - 2;
    let mut formats = Vec::with_capacity(memories.formats.len());
    for (id, word) in memories.formats.iter().enumerate() {
        let (Some(mode), 1..=8) = (word.mode(), word.stored_weight_bits()) else {
            formats.push(Format::default());
            continue;
        };
        let lsb = weight_lsb(mode, word.stored_weight_bits());
        let (mut least, mut most) = weight_range(mode, lsb);
        let plastic = id != 0 && word.learning == 1;
        if let (true, Some(limit)) = (plastic, word.weight_limit()) {
            refuse.unless(limit > 0, id, ("weight limit", limit.into()), "2^lsb and up".into())?;
            (least, most) = (least.max(-limit), most.min(limit));
        }
        let exists = !plastic || (word.rule as usize) < memories.rules.len();
        refuse.unless(exists, id, ("rule", word.rule.into()), format!("one of {}", memories.rules.len()))?;
        formats.push(Format {
            rule: plastic.then_some(word.rule as usize),
            lsb,
            weights: (least, most),
            exponent: word.weight_exponent,
            delay_max: ((1 << word.delay_bits) - 1).min(longest),
        });
    }
    Ok(formats)
}

/// The learning memories of a core; none where it has no learning axon.
pub fn learning(
    memories: &CoreImage,
    settings: &Settings,
    raw: RawPlastic,
    roots: &[u16],
) -> Result<Option<Box<Learning>>, LoadError> {
    if raw.axons.is_empty() {
        return Ok(None);
    }
    let rules = rules(memories)?;
    let formats = formats(memories)?;
    check_targets(memories, &rules)?;
    let mut plastic = raw.plastic;
    let is_plastic = |run: &Run| formats[usize::from(run.format)].rule.is_some();
    let mut compartments: Vec<u16> = plastic
        .runs
        .iter()
        .filter(|run| is_plastic(run))
        .flat_map(|run| &raw.targets[run.start as usize..run.end as usize])
        .copied()
        .collect();
    compartments.sort_unstable();
    compartments.dedup();
    plastic.post =
        raw.targets.iter().map(|target| compartments.binary_search(target).unwrap_or(0) as u16).collect();
    for run in &mut plastic.runs {
        let posts = &plastic.post[run.start as usize..run.end as usize];
        run.posts = posts
            .first()
            .copied()
            .filter(|&first| posts.iter().zip(first..).all(|(&post, next)| post == next));
    }
    plastic.ordinal = ordinals(&plastic, &raw.targets);
    plastic.columns = columns(&plastic, &formats, &rules, compartments.len());
    check_overlap(memories, &plastic)?;
    let (listeners, listening) = listeners(memories, &compartments, roots);
    let pre = pre_units(memories, &raw.axons, settings.epoch)?;
    let post = post_units(memories, &compartments, settings.epoch)?;
    let fired = Vec::new();
    let axons = raw.axons;
    let learning =
        Learning { rules, formats, pre, axons, post, compartments, listeners, listening, fired, plastic };
    Ok(Some(Box::new(learning)))
}

fn rules(memories: &CoreImage) -> Result<Vec<Rule>, LoadError> {
    let mut rules = Vec::with_capacity(memories.rules.len());
    for profile in &memories.rules {
        let decoded = Rule::decode(profile, &memories.microcode);
        rules.push(decoded.or_else(|(word, problem)| {
            let refuse = Refusal { core: memories.core, what: "microcode" };
            let value = memories.microcode.get(word).map_or(0, |&word| word.into());
            refuse
                .unless(false, word, ("word", value), format!("({problem}) a rule of products and factors"))
                .map(|()| Rule::default())
        })?);
    }
    Ok(rules)
}

/// A program of d needs delay bits, one of t tags.
fn check_targets(memories: &CoreImage, rules: &[Rule]) -> Result<(), LoadError> {
    let refuse = Refusal { core: memories.core, what: "synapse format" };
    for (id, word) in memories.formats.iter().enumerate().skip(1).filter(|(_, word)| word.learning == 1) {
        let programs = &rules[word.rule as usize].programs;
        let has = |target: LearningTarget| !programs[target as usize].is_empty();
        let allowed = |target: &str| format!("with a program of {target}, 1 and up");
        refuse.unless(!has(LearningTarget::D) || word.delay_bits > 0, id, ("delay_bits", 0), allowed("d"))?;
        refuse.unless(
            !has(LearningTarget::T) || word.tag_bits == 3,
            id,
            ("tag_bits", word.tag_bits.into()),
            allowed("t"),
        )?;
    }
    Ok(())
}

/// Number of earlier entries of the same list and target; empty if all are 0.
fn ordinals(plastic: &Plastic, targets: &[u16]) -> Vec<u16> {
    let mut ordinals = vec![0u16; targets.len()];
    let mut seen: Vec<(u16, u32)> = Vec::new();
    for unit in plastic.unit_entries.windows(2) {
        seen.clear();
        seen.extend((unit[0]..unit[1]).map(|entry| (targets[entry as usize], entry)));
        seen.sort_unstable();
        for pair in 1..seen.len() {
            if seen[pair].0 == seen[pair - 1].0 {
                ordinals[seen[pair].1 as usize] = ordinals[seen[pair - 1].1 as usize] + 1;
            }
        }
    }
    if ordinals.iter().all(|&ordinal| ordinal == 0) { Vec::new() } else { ordinals }
}

/// Entries by post unit, for the formats whose rule has a term of y0.
fn columns(plastic: &Plastic, formats: &[Format], rules: &[Rule], posts: usize) -> Vec<Columns> {
    let has_y0 = |format: &Format| format.rule.is_some_and(|rule| rules[rule].depends[1]);
    let mut all = Vec::new();
    for (id, _) in formats.iter().enumerate().filter(|(_, format)| has_y0(format)) {
        let runs = || plastic.runs.iter().filter(|run| usize::from(run.format) == id);
        let entries = || runs().flat_map(|run| run.start..run.end);
        let mut start = vec![0u32; posts + 1];
        entries().for_each(|entry| start[usize::from(plastic.post[entry as usize]) + 1] += 1);
        (0..posts).for_each(|p| start[p + 1] += start[p]);
        let mut next = start.clone();
        let mut lanes = vec![Lane { entry: 0, word: 0, pre: 0, post: 0 }; start[posts] as usize];
        for entry in entries() {
            let at = &mut next[usize::from(plastic.post[entry as usize])];
            lanes[*at as usize] = plastic.lane(entry as usize);
            *at += 1;
        }
        all.push(Columns { format: id as u8, start, lanes });
    }
    all
}

/// Learning rewrites words, so two learning axons may not share them.
fn check_overlap(memories: &CoreImage, plastic: &Plastic) -> Result<(), LoadError> {
    let mut used: Vec<(u64, u64)> = Vec::new();
    for (unit, &pointer) in plastic.unit_pointer.iter().enumerate() {
        let entries = plastic.unit_entries[unit] as usize..plastic.unit_entries[unit + 1] as usize;
        if let (Some(first), Some(last)) =
            (plastic.place[entries.clone()].first(), plastic.place[entries].last())
        {
            let base = u64::from(pointer) * 64;
            used.push((base + u64::from(first.bit) / 64 * 64, base + u64::from(last.bit)));
        }
    }
    used.sort_unstable();
    let shared = used.windows(2).find(|pair| pair[1].0 <= pair[0].1);
    let refuse = Refusal { core: memories.core, what: "synapse word" };
    let word = shared.map_or(0, |pair| pair[1].0 / 64);
    refuse.unless(shared.is_none(), word as usize, ("learning axons", 2), "1".into())
}

/// The post units that hear of each compartment's fire.
fn listeners(memories: &CoreImage, compartments: &[u16], roots: &[u16]) -> (Vec<u32>, Vec<u16>) {
    let n = memories.compartments.len();
    let mut pairs: Vec<(u16, u16)> = Vec::new();
    for (unit, &c) in compartments.iter().enumerate() {
        let profile = memories.profiles[memories.compartments[usize::from(c)].profile as usize];
        match BackPropagation::from_code(profile.bap) {
            Some(BackPropagation::Own) => pairs.push((c, unit as u16)),
            Some(BackPropagation::Root) => pairs.push((roots[usize::from(c)], unit as u16)),
            Some(BackPropagation::None) | None => {}
        }
    }
    pairs.sort_unstable();
    let start = (0..=n).map(|c| pairs.partition_point(|pair| usize::from(pair.0) < c) as u32).collect();
    (start, pairs.into_iter().map(|pair| pair.1).collect())
}

fn check_profile(refuse: Refusal, index: usize, profile: &[TraceProfile]) -> Result<(), LoadError> {
    let worst = profile.iter().map(|trace| trace.decay).max().unwrap_or(0);
    refuse.unless(worst <= 4096, index, ("decay", worst.into()), "0..=4096".into())
}

fn pre_units(memories: &CoreImage, axons: &[u16], epoch: u32) -> Result<Traces<2>, LoadError> {
    let refuse = Refusal { core: memories.core, what: "learning axon" };
    let mut profiles = Vec::with_capacity(axons.len());
    for &axon in axons {
        let id = usize::from(axon);
        let word = LearningAxon::unpack(memories.synapse_map[id + 1]);
        let profile = memories.pre_profiles.get(word.pre_profile as usize).copied().unwrap_or_default();
        let exists = (word.pre_profile as usize) < memories.pre_profiles.len();
        refuse.unless(
            exists,
            id,
            ("pre_profile", word.pre_profile.into()),
            format!("one of {}", memories.pre_profiles.len()),
        )?;
        refuse.unless(word.tx <= epoch, id, ("tx", word.tx.into()), format!("0..={epoch}"))?;
        check_profile(
            Refusal { what: "pre-trace profile", ..refuse },
            word.pre_profile as usize,
            &profile.0,
        )?;
        profiles.push(profile.0);
    }
    let keys: Vec<u32> =
        memories.axon_keys.iter().flat_map(|run| run.keys()).take(axons.len() + 1).map(|key| key.0).collect();
    let refuse = Refusal { what: "axon_keys", ..refuse };
    refuse.unless(
        keys.len() == axons.len(),
        0,
        ("number", keys.len() as i64),
        format!("{}, one a learning axon,", axons.len()),
    )?;
    Ok(Traces::new(keys, profiles, epoch))
}

fn post_units(memories: &CoreImage, compartments: &[u16], epoch: u32) -> Result<Traces<3>, LoadError> {
    let refuse = Refusal { core: memories.core, what: "profile of compartment" };
    let mut profiles = Vec::with_capacity(compartments.len());
    for &c in compartments {
        let id =
            memories.profiles[memories.compartments[usize::from(c)].profile as usize].post_profile as usize;
        let profile = memories.post_profiles.get(id).copied();
        refuse.unless(
            profile.is_some(),
            c.into(),
            ("post_profile", id as i64),
            format!("one of {}", memories.post_profiles.len()),
        )?;
        let traces = profile.unwrap_or_default().0;
        check_profile(Refusal { what: "post-trace profile", ..refuse }, id, &traces)?;
        profiles.push(traces);
    }
    let ty = memories.post_states.iter().map(|state| state.ty).max().unwrap_or(0);
    Refusal { what: "post traces", ..refuse }.unless(
        ty <= epoch,
        0,
        ("ty", ty.into()),
        format!("0..={epoch}"),
    )?;
    let keys: Vec<u32> =
        memories.compartment_keys.iter().flat_map(|run| run.keys()).map(|key| key.0).collect();
    let key = |c: &u16| keys.get(usize::from(*c)).copied().unwrap_or_default();
    Ok(Traces::new(compartments.iter().map(key).collect(), profiles, epoch))
}

/// Sets traces and events to those of the image.
pub fn initial_state(learning: &mut Learning, memories: &CoreImage) {
    learning.pre.clear();
    learning.post.clear();
    learning.fired.clear();
    for (unit, &axon) in learning.axons.iter().enumerate() {
        let word = LearningAxon::unpack(memories.synapse_map[usize::from(axon) + 1]);
        if (word.x1, word.x2, word.tx) != (0, 0, 0) {
            learning.pre.set(unit, [word.x1 as u8, word.x2 as u8], word.tx as u8);
        }
    }
    for (unit, &c) in learning.compartments.iter().enumerate() {
        let Some(state) = memories.post_states.get(usize::from(c)) else { continue };
        if (state.y1, state.y2, state.y3, state.ty) != (0, 0, 0, 0) {
            learning.post.set(unit, [state.y1, state.y2, state.y3].map(|y| y as u8), state.ty as u8);
        }
        if state.fired == 1 {
            learning.fired.push(unit as u16);
        }
    }
}
