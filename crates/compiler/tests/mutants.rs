//! The check finds every corruption of every field of an image.
#![allow(clippy::unit_arg, reason = "a mutator is an assignment that may find nothing to assign to")]

mod graphs;

use image::{CoreImage, HostSource, Image, KeyRun, Recorded, SampleTarget};
use isa::chip::ChipDescription;
use isa::ids::{AxonId, Key};
use isa::layout::Word;
use isa::words::Pop16Axon;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use seamount_compiler::{Options, check, compile};

/// Changes one thing of an image; false if the image has no such thing.
type Mutator = Box<dyn Fn(&mut Image, &mut Pcg64Mcg) -> bool>;

/// Another value for field `at` of a word.
fn change<W: Word>(word: &mut W, at: usize, rng: &mut Pcg64Mcg) {
    let field = &W::FIELDS[at];
    let mut values = word.values();
    let other = values[at] ^ (1 << rng.random_range(0..field.width()));
    values[at] = if field.signed { isa::num::wrap(other, field.width()).into() } else { other };
    *word = W::from_values(&values);
}

/// One mutator for each field of the words that `of` finds.
fn fields<W: Word + 'static>(name: &str, of: fn(&mut CoreImage) -> Vec<&mut W>) -> Vec<(String, Mutator)> {
    let mutator = |at: usize| -> Mutator {
        Box::new(move |image, rng| {
            let mut words: Vec<&mut W> = image.cores.iter_mut().flat_map(of).collect();
            if words.is_empty() {
                return false;
            }
            let i = rng.random_range(0..words.len());
            change(words[i], at, rng);
            true
        })
    };
    (0..W::FIELDS.len()).map(|at| (format!("{name}.{}", W::FIELDS[at].name), mutator(at))).collect()
}

/// One mutator for each bit of some raw words.
fn bits(name: &str, width: u32, of: fn(&mut Image) -> Vec<&mut u64>) -> Vec<(String, Mutator)> {
    let is_axon = name.ends_with("axon");
    let mutator = |bit: u32| -> Mutator {
        Box::new(move |image, rng| {
            let mut words = of(image);
            let n = words.len();
            if n > 0 {
                let word = &mut words[rng.random_range(0..n)];
                let before = **word;
                **word ^= 1 << bit;
                return !(is_axon && is_same_pop16(before, **word));
            }
            false
        })
    };
    (0..width).map(|bit| (format!("{name}[{bit}]"), mutator(bit))).collect()
}

/// Whether two words are pop16 axons that name the same atom of the same axon with other extra bits.
fn is_same_pop16(a: u64, b: u64) -> bool {
    let (a, b) = (Pop16Axon::unpack(a), Pop16Axon::unpack(b));
    let valid = a.kind == 1 && b.kind == 1 && b.extra <= 4 && a.extra <= 4;
    valid
        && (a.chip, a.core, a.extra != b.extra) == (b.chip, b.core, true)
        && (a.id(), a.atom()) == (b.id(), b.atom())
}

fn one(name: &str, mutator: fn(&mut Image, &mut Pcg64Mcg) -> Option<()>) -> (String, Mutator) {
    (name.into(), Box::new(move |image, rng| mutator(image, rng).is_some()))
}

fn core<'a>(image: &'a mut Image, rng: &mut Pcg64Mcg) -> &'a mut CoreImage {
    let n = image.cores.len();
    &mut image.cores[rng.random_range(0..n)]
}

fn shift(runs: &mut [KeyRun]) -> Option<()> {
    runs.first_mut().map(|run| run.key = Key(run.key.0 ^ 1))
}

fn core_mutators() -> Vec<(String, Mutator)> {
    let mut all = Vec::new();
    all.extend(fields("shared", |c| vec![&mut c.shared]));
    all.extend(fields("learning", |c| vec![&mut c.learning]));
    all.extend(fields("profile", |c| c.profiles.iter_mut().collect()));
    all.extend(fields("homeostasis", |c| c.homeostasis.iter_mut().collect()));
    all.extend(fields("vth_profile", |c| c.vth_profiles.iter_mut().collect()));
    all.extend(fields("compartment", |c| c.compartments.iter_mut().collect()));
    all.extend(fields("state", |c| c.states.iter_mut().collect()));
    all.extend(fields("homeostasis_state", |c| c.homeostasis_states.iter_mut().collect()));
    all.extend(fields("axon_map", |c| c.axon_map.iter_mut().collect()));
    all.extend(fields("format", |c| c.formats.iter_mut().collect()));
    all.extend(fields("pre_profile", |c| c.pre_profiles.iter_mut().flat_map(|p| &mut p.0).collect()));
    all.extend(fields("post_profile", |c| c.post_profiles.iter_mut().flat_map(|p| &mut p.0).collect()));
    all.extend(fields("post_state", |c| c.post_states.iter_mut().collect()));
    all.extend(fields("rule", |c| c.rules.iter_mut().collect()));
    all.extend(fields("reward", |c| vec![&mut c.reward]));
    all.extend(bits("axon", 64, |i| i.cores.iter_mut().flat_map(|c| &mut c.axons).collect()));
    all.extend(bits("synapse_map", 64, |i| i.cores.iter_mut().flat_map(|c| &mut c.synapse_map).collect()));
    all.extend(bits("synapse", 64, |i| i.cores.iter_mut().flat_map(|c| &mut c.synapses).collect()));
    for bit in 0..16 {
        let mutator: Mutator = Box::new(move |image, rng| {
            let mut words: Vec<&mut u16> = image.cores.iter_mut().flat_map(|c| &mut c.microcode).collect();
            let n = words.len();
            if n > 0 {
                *words[rng.random_range(0..n)] ^= 1 << bit;
            }
            n > 0
        });
        all.push((format!("microcode[{bit}]"), mutator));
    }
    all.extend([
        // A core that nobody sends to may be anywhere: another place is as good.
        one("core", |image, _| {
            image.cores.iter_mut().find(|core| !core.synapse_map.is_empty()).map(|core| core.core.0 ^= 1)
        }),
        one("reward_key", |image, rng| core(image, rng).reward_key.as_mut().map(|key| key.0 += 1)),
        one("compartment_keys", |image, rng| shift(&mut core(image, rng).compartment_keys)),
        one("axon_keys", |image, rng| shift(&mut core(image, rng).axon_keys)),
    ]);
    all
}

fn other_mutators() -> Vec<(String, Mutator)> {
    let mut all = bits("host.axon", 64, |i| i.host.axons.iter_mut().collect());
    all.extend(bits("host.reward.axon", 64, |i| {
        i.host.rewards.iter_mut().flat_map(|r| &mut r.axons).collect()
    }));
    all.extend([
        one("seed", |image, _| Some(image.seed ^= 1)),
        one("host.axon_map.pointer", |image, _| image.host.axon_map.first_mut().map(|map| map.pointer += 1)),
        one("host.axon_map.length", |image, _| image.host.axon_map.last_mut().map(|map| map.length += 1)),
        one("host.input.key", |image, _| image.host.inputs.first_mut().map(|input| input.key.0 += 1)),
        one("host.input.size", |image, _| image.host.inputs.last_mut().map(|input| input.size += 1)),
        one("host.input.source", |image, _| image.host.inputs.last_mut().and_then(source)),
        one("host.reward.key", |image, _| image.host.rewards.first_mut().map(|reward| reward.key.0 += 1)),
        one("host.reward.events", |image, _| image.host.rewards.first_mut()?.events.pop().map(|_| ())),
        one("session.steps", |image, _| Some(image.session.steps += 1)),
        one("samples.count", |image, _| image.session.samples.as_mut().map(|s| s.count += 1)),
        one("samples.values", |image, _| image.session.samples.as_mut()?.values.first_mut().map(|v| *v ^= 1)),
        one("samples.reset", |image, _| image.session.samples.as_mut().map(|s| s.reset = !s.reset)),
        one("samples.target", |image, _| match &mut image.session.samples.as_mut()?.target {
            SampleTarget::Bias(run) => Some(run.key.0 += 1),
            _ => None,
        }),
        one("record.name", |image, _| image.session.records.first_mut().map(|r| r.name.push('x'))),
        one("record.every", |image, _| image.session.records.first_mut().map(|r| r.every += 1)),
        one("record.variable", |image, _| {
            image.session.records.first_mut().map(|r| r.variable = isa::op::Variable::U)
        }),
        one("record.of", |image, _| match &mut image.session.records.last_mut()?.of {
            Recorded::Keys(run) => Some(run.count += 1),
            Recorded::Plastic(at) | Recorded::Reward(at) => Some(*at += 1),
        }),
        one("measure.labels", |image, _| {
            let image::Measure { labels, .. } = image.session.measures.first_mut()?;
            labels.pop().map(|_| ())
        }),
        one("symbols.population", |image, _| image.symbols.populations.first_mut().map(|p| p.name.push('x'))),
        one("symbols.compartment", |image, _| {
            image.symbols.populations.last_mut().map(|p| p.compartments[0].push('x'))
        }),
        one("symbols.input", |image, _| image.symbols.inputs.first_mut().map(|p| p.shape.push(1))),
        one("symbols.projection", |image, _| image.symbols.projections.pop().map(|_| ())),
        one("symbols.place.core", |image, _| place(image).map(|p| p.core.0 ^= 1)),
        one("symbols.place.axon", |image, _| place(image).map(|p| p.axon = AxonId(p.axon.0 ^ 2))),
        one("symbols.place.entry", |image, _| place(image).map(|p| p.entry ^= 1)),
    ]);
    all
}

fn place(image: &mut Image) -> Option<&mut image::SynapsePlace> {
    image.symbols.plastic.iter_mut().find_map(|p| p.synapses.last_mut())
}

fn source(input: &mut image::HostInput) -> Option<()> {
    match &mut input.source {
        HostSource::External => None,
        HostSource::Events(events) => events.pop().map(|_| ()),
        HostSource::Poisson(p) => Some(p[0] ^= 1),
        HostSource::Regular { first, .. } => Some(*first += 1),
    }
}

#[test]
fn every_kind_of_corruption_is_found() {
    let chip = ChipDescription::shipped("loihi").unwrap();
    let images: Vec<_> = (0..40)
        .map(|seed| graphs::random(seed, graphs::SMALL))
        .filter_map(|graph| {
            let options = Options { cores_min: 3, ..Options::default() };
            compile(&graph, &chip, &options).ok().map(|compiled| (graph, compiled.image))
        })
        .collect();
    let mut rng = Pcg64Mcg::seed_from_u64(1);
    let (mut made, mut survivors, mut idle) = (0, Vec::new(), Vec::new());
    for (name, mutate) in core_mutators().into_iter().chain(other_mutators()) {
        let mut applied = 0;
        for (graph, image) in &images {
            let mut mutant = image.clone();
            if mutate(&mut mutant, &mut rng) && mutant != *image {
                applied += 1;
                if check(graph, &mutant).is_ok() {
                    survivors.push(format!("{name} of {}", graph.name));
                }
            }
        }
        made += applied;
        if applied == 0 {
            idle.push(name);
        }
    }
    println!("{made} corrupted images, {} not found", survivors.len());
    assert_eq!(survivors, Vec::<String>::new());
    assert_eq!(idle, Vec::<String>::new());
}
